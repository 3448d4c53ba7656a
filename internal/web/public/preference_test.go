package public_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// person makes a contact with a preference page.
func (r *rig) person(values map[string]string) (c id.Contact, page string) {
	r.Helper()
	r.do(func(tx *db.Tx) (err error) {
		if c, err = contact.Create(r.Context(), tx, contact.New{Values: values}); err != nil {
			return err
		}
		token, err := consent.Token(r.Context(), tx, c)
		page = r.base + "/preferences/" + token
		return err
	})
	return c, page
}

func (r *rig) do(f func(tx *db.Tx) error) {
	r.Helper()
	if err := r.db.Do(r.Context(), f); err != nil {
		r.Fatal(err)
	}
}

// fetch asks without cookies, in the name of no browser.
func (r *rig) fetch(method, address, kind string, body io.Reader) (int, string) {
	r.Helper()
	q, err := http.NewRequestWithContext(r.Context(), method, address, body)
	if err != nil {
		r.Fatal(err)
	}
	q.Header.Set("User-Agent", "")
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	bare := &http.Client{Transport: r.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := bare.Do(q)
	if err != nil {
		r.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		r.Fatal(err)
	}
	if len(response.Cookies()) > 0 {
		r.Error("a cookie:", response.Cookies())
	}
	return response.StatusCode, string(text)
}

func (r *rig) says(page string, form url.Values) (int, string) {
	r.Helper()
	return r.fetch("POST", page, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// stopped is "email 1, sms 3".
func (r *rig) stopped(c id.Contact) string {
	r.Helper()
	list, err := consent.Blocks(r.Context(), r.db, []id.Contact{c})
	if err != nil {
		r.Fatal(err)
	}
	var words []string
	for _, b := range list[c] {
		words = append(words, fmt.Sprint(b.Channel, " ", int(b.Reason)))
	}
	return strings.Join(words, ", ")
}

func (r *rig) events(c id.Contact) int {
	r.Helper()
	events, err := activity.All(r.Context(), r.db, c, consent.KindBlocked, consent.KindAllowed, consent.KindWishes)
	if err != nil {
		r.Fatal(err)
	}
	return len(events)
}

var ada = map[string]string{"firstname": "Ada", "email": "ada@site.test", "mobile": "+33600000042"}

func TestOneClick(t *testing.T) {
	r := open(t, "127.0.0.1", nil)
	c, page := r.person(ada)
	for _, method := range []string{"GET", "HEAD"} {
		for _, more := range []string{"", "?List-Unsubscribe=One-Click", "?do=none"} {
			if status, _ := r.fetch(method, page+more, "", nil); status != http.StatusOK || r.stopped(c) != "" || r.events(c) != 0 {
				t.Fatal(method, more, status, r.stopped(c))
			}
		}
	}
	for range 2 {
		if status, body := r.says(page, url.Values{"List-Unsubscribe": {"One-Click"}}); status != http.StatusOK || strings.Contains(body, "<") || r.stopped(c) != "email 1" || r.events(c) != 1 {
			t.Fatal(status, body, r.stopped(c))
		}
	}
	other, page := r.person(map[string]string{"email": "bea@site.test"})
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	if err := m.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	m.Close()
	if status, body := r.fetch("POST", page, m.FormDataContentType(), &form); status != http.StatusOK || r.stopped(other) != "email 1" {
		t.Error(status, body, r.stopped(other))
	}
}

func TestForgedPreferenceLinks(t *testing.T) {
	r := open(t, "127.0.0.1", nil)
	if status, _ := r.fetch("GET", r.base+"/preferences/1.AAAAAAAAAAAAAAAAAAAAAA", "", nil); status != http.StatusNotFound {
		t.Error("without a key:", status)
	}
	c, page := r.person(ada)
	other, _ := r.person(map[string]string{"email": "bea@site.test"})
	token := page[strings.LastIndex(page, "/")+1:]
	number, signature, _ := strings.Cut(token, ".")
	for _, forged := range []string{"x", number, number + ".", "." + signature, fmt.Sprint(int64(other)) + "." + signature, "0" + token, strings.ToUpper(number) + "x." + signature,
		number + "." + signature[1:], number + "." + signature + "A", token + "=", token[:len(token)-1] + "_", number + "." + strings.Repeat("A", 22), "%00." + signature, "-" + token} {
		for _, method := range []string{"GET", "POST"} {
			status, body := r.fetch(method, r.base+"/preferences/"+forged, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click&do=none"))
			if status != http.StatusNotFound || strings.Contains(body, "site.test") {
				t.Errorf("%s %s: %d", method, forged, status)
			}
		}
	}
	if r.stopped(c) != "" || r.stopped(other) != "" {
		t.Error(r.stopped(c), r.stopped(other))
	}
}

func TestPreferencesAreChosen(t *testing.T) {
	r := open(t, "127.0.0.1", nil)
	c, page := r.person(ada)
	_, body := r.fetch("GET", page, "", nil)
	for _, want := range []string{`lang="en"`, "a•••@site.test", "••••42", `name="email.wanted" value="1" checked`, "What we may write to you"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in %s", want, body)
		}
	}
	for _, secret := range []string{"ada@site.test", "+336", "Ada", "notification"} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	status, body := r.says(page, url.Values{"channel": {"email", "sms"}, "email.wanted": {"1"}, "email.most": {"2"}, "email.per": {"WEEK"}, "email.from": {"2026-05-01"}, "sms.to": {"2026-06-01"}, "preferred": {"email"}})
	wishes, err := consent.Wishes(t.Context(), r.db, c)
	if err != nil || status != http.StatusOK || r.stopped(c) != "sms 1" || len(wishes) != 2 ||
		wishes[consent.Email] != (consent.Wish{Frequency: consent.Frequency{Most: 2, Per: consent.Week}, From: "2026-05-01", Preferred: true}) {
		t.Fatal(status, r.stopped(c), wishes, err)
	}
	for _, want := range []string{"Your preferences are saved.", `value="2"`, `value="WEEK" selected`, `value="2026-05-01"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
	before := r.events(c)
	status, body = r.says(page, url.Values{"channel": {"email", "sms"}, "email.most": {`"><b>lots`}, "email.per": {"WEEK"}, "sms.from": {"2026-05-02"}, "sms.to": {"2026-05-01"}, "sms.wanted": {"1"}})
	if status != http.StatusUnprocessableEntity || r.stopped(c) != "sms 1" || r.events(c) != before || strings.Contains(body, "<b>") || !strings.Contains(body, `value="2026-05-02"`) || strings.Count(body, `class="wrong"`) != 3 {
		t.Error(status, r.stopped(c), body)
	}
	if status, body = r.says(page, url.Values{"do": {"none"}}); status != http.StatusOK || r.stopped(c) != "email 1, sms 1" || !strings.Contains(body, "Subscribe again") {
		t.Error(status, r.stopped(c), body)
	}
	if status, body = r.says(page, url.Values{"do": {"again"}}); status != http.StatusOK || r.stopped(c) != "" || strings.Contains(body, "Subscribe again") {
		t.Error(status, r.stopped(c), body)
	}
}

// E-mail specification, scenario 13: who ticks it again is unsubscribed no longer, and
// still bounces.
func TestABounceStays(t *testing.T) {
	r := open(t, "127.0.0.1", nil)
	c, page := r.person(ada)
	r.do(func(tx *db.Tx) error {
		_, err := consent.Add(t.Context(), tx, c, consent.Block{Channel: consent.Email, Reason: consent.Bounced}, false, consent.By{})
		return err
	})
	for range 2 {
		if status, body := r.says(page, url.Values{"channel": {"email"}, "email.wanted": {"1"}}); status != http.StatusOK || r.stopped(c) != "email 2" || !strings.Contains(body, "come back") {
			t.Error(status, r.stopped(c), body)
		}
		r.says(page, url.Values{"channel": {"email"}})
	}
	if r.says(page, url.Values{"do": {"again"}}); r.stopped(c) != "email 2" {
		t.Error(r.stopped(c))
	}
}

func TestPreferencesOfSomebodyMerged(t *testing.T) {
	r := open(t, "127.0.0.1", nil)
	c, _ := r.person(ada)
	old, page := r.person(map[string]string{"email": "bea@site.test", "preferred_locale": "fr_FR"})
	if _, body := r.fetch("GET", page, "", nil); !strings.Contains(body, `lang="fr"`) || !strings.Contains(body, "Enregistrer mes préférences") {
		t.Error(body)
	}
	r.do(func(tx *db.Tx) error {
		return contact.Merge(t.Context(), tx, contact.Union{Survivor: c, Absorbed: old})
	})
	if status, _ := r.says(page, url.Values{"List-Unsubscribe": {"One-Click"}}); status != http.StatusOK || r.stopped(c) != "email 1" {
		t.Error(status, r.stopped(c))
	}
	if _, body := r.fetch("GET", page, "", nil); !strings.Contains(body, "Me réinscrire") {
		t.Error(body)
	}
	// In the bin: what is said counts when it comes back.
	r.do(func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, c, contact.Edit{}) })
	if status, body := r.fetch("GET", page, "", nil); status != http.StatusGone || strings.Contains(body, "<form") {
		t.Error(status, body)
	}
	if status, _ := r.says(page, url.Values{"do": {"save"}, "channel": {"email"}, "email.wanted": {"1"}}); status != http.StatusGone {
		t.Error(status)
	}
	r.do(func(tx *db.Tx) error { return contact.Restore(t.Context(), tx, c, contact.Edit{}) })
	if r.stopped(c) != "email 1" {
		t.Error(r.stopped(c))
	}
	r.do(func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, c, contact.Edit{}) })
	if err := contact.EraseOld(t.Context(), r.db, r.db.Now().Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if status, _ := r.fetch("GET", page, "", nil); status != http.StatusGone {
		t.Error(status)
	}
	if status, _ := r.says(page, url.Values{"List-Unsubscribe": {"One-Click"}}); status != http.StatusOK {
		t.Error("the erased one:", status)
	}
	if status, _ := r.says(page, url.Values{"do": {"none"}}); status != http.StatusGone {
		t.Error("the erased one:", status)
	}
}
