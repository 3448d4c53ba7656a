package consentpage_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/consentpage"
	"ariane/internal/web/webtest"
)

const hostile = `=HYPERLINK("x")<img src=x onerror=alert(1)>`

func start(t *testing.T) (b *webtest.Browser, d *db.DB, c id.Contact, page string) {
	t.Helper()
	d = dbtest.Open(t)
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		c, err = contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"lastname": hostile, "email": "ada@site.test", "mobile": "+33600000042"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b = webtest.Start(t, d, consentpage.Routes(consentpage.Deps{DB: d, Clock: d.Now, BaseURL: "http://ariane.test"}),
		accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now}))
	return b, d, c, fmt.Sprint("/s/permission/", c)
}

func post(b *webtest.Browser, path string, form url.Values) *webtest.Answer {
	var pairs []string
	for name, values := range form {
		for _, v := range values {
			pairs = append(pairs, name, v)
		}
	}
	return b.Post(path, pairs...)
}

func blocked(t *testing.T, d *db.DB, c id.Contact) string {
	t.Helper()
	list, err := consent.Blocks(t.Context(), d, []id.Contact{c})
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, b := range list[c] {
		words = append(words, fmt.Sprint(b.Channel, " ", int(b.Reason), " ", b.By.Name))
	}
	return strings.Join(words, ", ")
}

func TestChannelsAreBlockedAndAllowed(t *testing.T) {
	t.Parallel()
	b, d, c, page := start(t)
	b.Get(page).Wants(200, "May be contacted", "Permission to write", "http://ariane.test/preferences/").Lacks("<img src=x", "Allow again")
	post(b, page+"/block", url.Values{"channel": {"email"}, "comment": {hostile}}).Wants(200, "nobody writes to this contact", "Blocked by hand since", "Allow again", "=HYPERLINK").Lacks("<img src=x")
	if got := blocked(t, d, c); !strings.HasPrefix(got, "email 3 ") || got == "email 3 " {
		t.Error(got)
	}
	post(b, page+"/block", url.Values{"channel": {"email"}}).Wants(200, "blocked already")
	post(b, page+"/block", url.Values{"channel": {"sms"}, "comment": {strings.Repeat("é", 1001)}}).Wants(422, "At most 1000 characters", strings.Repeat("é", 1001))
	post(b, page+"/block", url.Values{"channel": {"pigeon"}}).Wants(422)
	post(b, page+"/allow", url.Values{"channel": {"email"}}).Wants(200, "may be written to again")
	if got := blocked(t, d, c); got != "" {
		t.Error(got)
	}
	b.Get("/s/permission/999").Wants(404)
	b.Get("/s/permission/x").Wants(404)
}

func TestPreferencesByHand(t *testing.T) {
	t.Parallel()
	b, d, c, page := start(t)
	post(b, page+"/preferences", url.Values{"channel": {"email", "sms"}, "email.wanted": {"1"}, "email.most": {"3"}, "email.per": {"MONTH"}, "sms.from": {"2026-05-01"}, "preferred": {"email"}}).
		Wants(200, "The preferences are saved.", `value="3"`, `value="2026-05-01"`)
	if got := blocked(t, d, c); !strings.HasPrefix(got, "sms 3 ") {
		t.Error(got)
	}
	wishes, err := consent.Wishes(t.Context(), d, c)
	if err != nil || wishes[consent.Email] != (consent.Wish{Frequency: consent.Frequency{Most: 3, Per: consent.Month}, Preferred: true}) {
		t.Error(wishes, err)
	}
	post(b, page+"/preferences", url.Values{"channel": {"email"}, "email.wanted": {"1"}, "email.most": {"many"}, "email.from": {"2026-05-02"}, "email.to": {"2026-05-01"}}).
		Wants(422, "A number from 1 to 1000", "ends before it begins", `value="2026-05-02"`)
	if again, err := consent.Wishes(t.Context(), d, c); err != nil || again[consent.Email] != wishes[consent.Email] {
		t.Error(again, err)
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	b, d, c, page := start(t)
	b.Get(page).Wants(200, "Nothing is in the ledger").Lacks("consents.csv")
	post(b, page+"/consents", url.Values{"purpose": {"1"}, "given": {"1"}, "at": {"2026-01-02T10:00"}, "place": {hostile}, "shown": {"I agree\n+1 <b>"}}).Wants(200, "Given: News and offers", "legitimate interest", "version").Lacks("<img src=x", "+1 <b>")
	post(b, page+"/consents", url.Values{"purpose": {"1"}, "given": {"0"}}).Wants(200, "Withdrawn: News and offers")
	for name, wrong := range map[string]url.Values{
		"Choose a purpose":        {"purpose": {"77"}, "place": {"kept"}},
		"This lies in the future": {"purpose": {"1"}, "at": {d.Now().Add(48 * time.Hour).Format("2006-01-02T15:04")}, "place": {"kept"}},
		"This is no date":         {"purpose": {"1"}, "at": {"yesterday"}, "place": {"kept"}},
	} {
		post(b, page+"/consents", wrong).Wants(422, name, `value="kept"`)
	}
	b.Get(page+"/consents.csv").Wants(200, "Number,", `"'=HYPERLINK(""x"")`, "Withdrawn, or objection")
	b.Get(page+"/consents.json").Wants(200, `"given":true`, `"purpose":"News and offers"`, `"basis":"legitimate_interest"`)
	entries, err := consent.Ledger(t.Context(), d, c)
	if err != nil || len(entries) != 2 || entries[0].Given || entries[1].Version == "" || !entries[1].At.Equal(time.Date(2026, 1, 2, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", entries, err)
	}
}
