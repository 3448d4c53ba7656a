package sitepage_test

import (
	"slices"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/visit"
	"ariane/internal/web/admin/sitepage"
	"ariane/internal/web/webtest"

	"github.com/google/go-cmp/cmp"
)

func start(t *testing.T, d *db.DB, base string) *webtest.Browser {
	t.Helper()
	return webtest.Start(t, d, sitepage.Routes(sitepage.Deps{DB: d, Clock: d.Now, BaseURL: base}))
}

func read[T any](t *testing.T, d *db.DB, s setting.Setting[T]) T {
	t.Helper()
	value, err := setting.Get(t.Context(), d, s)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestAllowedSites(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	b := start(t, d, "https://ariane.test")
	allowed := func() []string { return read(t, d, setting.AllowedSites) }
	b.Get("/s/tracking").Wants(200, "https://ariane.test/mtc.js", "No page view has come in yet").Lacks("This address is not https")
	b.Post("/s/tracking", "sites", "www.example.test\r\n\r\n http://localhost:8080/x , *.example.test\nWWW.EXAMPLE.TEST").Wants(200, "The settings of tracking are saved.", "nothing yet")
	if got, want := allowed(), []string{"https://www.example.test", "http://localhost:8080", "https://*.example.test"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Post("/s/tracking", "sites", "www.example.test\n<not a site>").Wants(422, "“<not a site>” is not the address of a web site.", "www.example.test").Lacks("<not a site>")
	if len(allowed()) != 3 {
		t.Error("a wrong line has changed what is stored")
	}
	b.Post("/s/tracking", "sites", "").Wants(200)
	if len(allowed()) != 0 {
		t.Error("the sites cannot be emptied")
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	b := start(t, d, "http://ariane.test")
	b.Get("/s/tracking").Wants(200, "This address is not https", `name="restrict" value="1" checked`, `name="signals" value="1" checked`, "Pages may write no field").
		Lacks(`name="consent" value="1" checked`, `name="signed" value="1" checked`, "Secret")
	b.Post("/s/tracking", "consent", "1", "addresses", "truncated", "excluded", "192.0.2.7\n192.0.2.0/24, 10.0.*", "public.email", "always", "public.city", "empty",
		"public.points", "always", "public.country", "nonsense", "signed", "1").Wants(200, "Pages may write 2 fields", "192.0.2.0/24", "Secret").
		Lacks(`name="restrict" value="1" checked`, `name="signals" value="1" checked`)
	want := setting.Tracking{AnySite: true, IgnoreSignals: true, ConsentRequired: true, Addresses: setting.AddressTruncated, SignedEmail: true,
		Excluded: []string{"192.0.2.7", "192.0.2.0/24", "10.0.*"}, Public: setting.PublicAccess{"email": setting.Always, "city": setting.WhenEmpty}}
	if diff := cmp.Diff(want, read(t, d, setting.Followed)); diff != "" {
		t.Error(diff)
	}
	secret := read(t, d, setting.EmailSecret)
	b.Post("/s/tracking", "signed", "1", "sites", "a b", "excluded", "everybody\n10.0.0.1", "consent", "1", "public.email", "empty", "addresses", "none").
		Wants(422, "Nothing is saved yet: some things need another look.", "“a b” is not", "“everybody” is not an address", "10.0.0.1", secret,
			`name="consent" value="1" checked`, "Pages may write 1 field", `<option value="none" selected`)
	if diff := cmp.Diff(want, read(t, d, setting.Followed)); diff != "" {
		t.Error(diff)
	}
	b.Post("/s/tracking", "restrict", "1", "signals", "1").Wants(200)
	if diff := cmp.Diff(setting.Tracking{Public: nil}, read(t, d, setting.Followed)); diff != "" {
		t.Error(diff)
	}
	if again := read(t, d, setting.EmailSecret); again != secret || len(secret) != 64 {
		t.Errorf("the secret was %q and is %q", secret, again)
	}
}

// The page tells which sites have sent something, and allows others at once.
func TestWhatSitesHaveSent(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	r := visit.NewRecorder(d)
	for _, address := range []string{"https://www.example.test/a", "https://eu.shop.test/", "http://localhost:3000/"} {
		if _, err := r.Record(t.Context(), visit.Hit{URL: address}); err != nil {
			t.Fatal(err)
		}
	}
	r.Close()
	b := start(t, d, "https://ariane.test")
	b.Post("/s/tracking", "sites", "*.shop.test\nother.test").Wants(200, "*.shop.test last page view", "other.test nothing yet", "Others that send page views", "www.example.test", "localhost:3000").
		Lacks(">eu.shop.test<")
	b.Post("/s/tracking", "sites", "*.shop.test", "allow", "http://localhost:3000").Wants(200, "localhost:3000 last page view")
	if got, want := read(t, d, setting.AllowedSites), []string{"https://*.shop.test", "http://localhost:3000"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
