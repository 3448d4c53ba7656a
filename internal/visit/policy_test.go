package visit_test

import (
	"net/netip"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/visit"
)

func policy(t *testing.T, d *db.DB, chosen setting.Tracking) *visit.Policy {
	t.Helper()
	bots, err := visit.NewBots()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Do(t.Context(), func(tx *db.Tx) error { return setting.Set(t.Context(), tx, setting.Followed, chosen) }); err != nil {
		t.Fatal(err)
	}
	return visit.NewPolicy(d, bots, nil)
}

func TestExcludedAddresses(t *testing.T) {
	t.Parallel()
	p := policy(t, dbtest.Open(t), setting.Tracking{Excluded: []string{"192.0.2.7", "198.51.100.0/25", "10.1.*.9", "2001:db8:1::/48", "2001:db8:2:*", "nonsense"}})
	rules, err := p.Rules(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"192.0.2.7": true, "192.0.2.70": false, "::ffff:192.0.2.7": true, "198.51.100.127": true, "198.51.100.128": false,
		"10.1.200.9": true, "10.1.200.99": false, "110.1.2.9": false, "2001:db8:1:ffff::1": true, "2001:db8:2::5": true, "2001:db8:3::1": false,
	} {
		if got := rules.Excludes(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s excluded: %t", address, got)
		}
	}
	for _, bad := range []string{"", "*", "1.2.3", "1.2.3.4/33", "1.2.3.4-9", "a.b.*", "::ffff:1.2.3.0/120", "1.2.3.*; DROP"} {
		if visit.CheckExcluded(bad) == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestKeptAddresses(t *testing.T) {
	t.Parallel()
	for chosen, want := range map[setting.Addresses][2]string{
		setting.AddressWhole:     {"192.0.2.77", "2001:db8:1:2::3"},
		setting.AddressTruncated: {"192.0.2.0", "2001:db8:1::"},
		setting.AddressNone:      {"", ""},
	} {
		p := policy(t, dbtest.Open(t), setting.Tracking{Addresses: chosen})
		for i, address := range []string{"::ffff:192.0.2.77", "2001:db8:1:2::3"} {
			if got, _, err := p.Origin(t.Context(), netip.MustParseAddr(address)); got != want[i] || err != nil {
				t.Errorf("%q keeps %q of %s, %v", chosen, got, address, err)
			}
		}
	}
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	usual := visit.Request{UserAgent: chrome, Address: netip.MustParseAddr("192.0.2.1")}
	with := func(change func(*visit.Request)) visit.Request {
		r := usual
		change(&r)
		return r
	}
	signals := with(func(r *visit.Request) { r.DoNotTrack = true })
	gpc := with(func(r *visit.Request) { r.PrivacyControl = true })
	agreed := with(func(r *visit.Request) { r.Consent = "1" })
	denied := with(func(r *visit.Request) { r.Consent = "0" })
	for _, c := range []struct {
		chosen setting.Tracking
		r      visit.Request
		want   string
	}{
		{setting.Tracking{}, usual, ""},
		{setting.Tracking{}, signals, "do-not-track"},
		{setting.Tracking{}, gpc, "global-privacy-control"},
		{setting.Tracking{IgnoreSignals: true}, signals, ""},
		{setting.Tracking{IgnoreSignals: true}, gpc, ""},
		{setting.Tracking{}, denied, "consent"},
		{setting.Tracking{}, agreed, ""},
		{setting.Tracking{ConsentRequired: true}, usual, "consent"},
		{setting.Tracking{ConsentRequired: true}, agreed, ""},
		{setting.Tracking{Excluded: []string{"192.0.2.0/24"}}, usual, "excluded"},
		{setting.Tracking{}, with(func(r *visit.Request) { r.Head = true }), "head"},
		{setting.Tracking{}, with(func(r *visit.Request) { r.Prefetch = true }), "prefetch"},
		{setting.Tracking{}, with(func(r *visit.Request) { r.UserAgent = "Googlebot/2.1" }), "bot"},
	} {
		if got, err := policy(t, d, c.chosen).Refuses(t.Context(), c.r); got != c.want || err != nil {
			t.Errorf("%+v, %+v: %q, %v", c.chosen, c.r, got, err)
		}
	}
}

func TestSignedEmail(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	p := policy(t, d, setting.Tracking{})
	if ok, err := p.SignedEmail(t.Context(), "ada@example.test", visit.SignEmail("", "ada@example.test")); ok || err != nil {
		t.Errorf("a signature counts before there is a secret: %v", err)
	}
	var secret string
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		secret, err = setting.Secret(t.Context(), tx, setting.EmailSecret)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for signature, want := range map[string]bool{
		visit.SignEmail(secret, " ADA@example.test"): true, visit.SignEmail(secret, "bob@example.test"): false, visit.SignEmail("x", "ada@example.test"): false, "": false,
	} {
		if ok, err := p.SignedEmail(t.Context(), "Ada@Example.test", signature); ok != want || err != nil {
			t.Errorf("%q: %t, %v", signature, ok, err)
		}
	}
	// Known answer, for who writes the other side: printf %s ada@example.test | openssl dgst -sha256 -hmac secret
	if got := visit.SignEmail("secret", "Ada@Example.test"); got != "f71aed0f9b1b66f1ec2a720a10af71f108c92227abc247635f771e71c657306b" {
		t.Error(got)
	}
}
