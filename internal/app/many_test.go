package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
)

// All that a search finds is changed from the list, watched until it is done, and
// undone, in both languages and without a script.
func TestManyContactsAreChangedAndBack(t *testing.T) {
	t.Parallel()
	r := run(t)
	var people []id.Contact
	const hostile = `<script>alert(1)</script>`
	err := r.DB.Do(t.Context(), func(tx *db.Tx) (err error) {
		people, err = contact.CreateAll(t.Context(), tx, []contact.New{
			{Values: map[string]string{"email": "ada@example.test", "lastname": hostile, "city": "Paris"}},
			{Values: map[string]string{"email": "bob@example.test", "city": "Paris"}},
			{Values: map[string]string{"email": "eve@example.test", "city": "Lyon"}},
		})
		if err == nil {
			err = label.Add(t.Context(), tx, people[1], []string{hostile}, label.By{})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	tagged := func() (n int) {
		tags, err := label.Of(t.Context(), r.DB, people)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range tags {
			for _, tag := range list {
				if tag.Name == hostile {
					n++
				}
			}
		}
		return n
	}
	shows := func(page got, status int, texts ...string) {
		t.Helper()
		if page.status != status || strings.Contains(page.body, hostile) {
			t.Fatalf("%d %s", page.status, page.body)
		}
		for _, text := range texts {
			if !strings.Contains(page.body, text) {
				t.Errorf("%q is missing in %s", text, page.body)
			}
		}
	}
	all := url.Values{"all": {"1"}, "search": {"city:paris"}, "kind": {"tag"}}
	shows(r.get(r.office, "/s/contacts/change?"+all.Encode()), http.StatusOK, "Change 2 contacts", "bob@example.test", "city:paris")
	shows(r.post(r.office, "/s/contacts/change", all), http.StatusUnprocessableEntity, "Name at least one tag.")
	shows(r.get(r.office, "/s/contacts/change?c=1&c=2&kind=value&field=city"), http.StatusOK, "Left empty, it empties the field.")
	all.Set("tags", hostile)
	begun := r.post(r.office, "/s/contacts/change", all)
	if begun.status != http.StatusSeeOther {
		t.Fatalf("%d %s", begun.status, begun.body)
	}
	at := begun.header.Get("Location")
	until := func(state string) got {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; <-time.After(5 * time.Millisecond) {
			page := r.get(r.office, at)
			if strings.Contains(page.body, ">"+state+"<") {
				return page
			}
			if again := page.header.Get("Refresh"); again == "" || time.Now().After(end) {
				t.Fatalf("it is not %s: %s", state, page.body)
			}
		}
	}
	shows(until("Done"), http.StatusOK, "It is so already.", "2 contacts found by “city:paris”")
	if n := tagged(); n != 2 {
		t.Errorf("%d contacts have the tag", n)
	}
	if got := r.post(r.office, "/s/language", url.Values{"language": {"fr"}}); got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	shows(r.get(r.office, "/s/contacts/changes"), http.StatusOK, "Ajouter l’étiquette", "2 contacts que trouve", "Terminé")
	shows(r.get(r.office, at), http.StatusOK, "C’est déjà le cas.", "Annuler")
	if got := r.post(r.office, at+"/undo", nil); got.status != http.StatusSeeOther {
		t.Fatal(got.status)
	}
	until("Annulé")
	if n := tagged(); n != 1 {
		t.Errorf("%d contacts have the tag", n)
	}
	shows(r.get(r.office, "/s/contacts/change?c=999"), http.StatusSeeOther)
}
