package contactpage_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/user"
)

// known creates a contact by hand.
func (w world) known(values map[string]string) (n id.Contact, number string) {
	w.t.Helper()
	a := w.Post("/s/contacts/new", pairs(values)...).Wants(http.StatusOK)
	number = a.Path[strings.LastIndexByte(a.Path, '/')+1:]
	page, err := contact.List(w.t.Context(), w.d, contact.Filter{Sort: contact.SortID, Limit: 1})
	if err != nil || len(page.Contacts) != 1 {
		w.t.Fatal(page, err)
	}
	return page.Contacts[0].ID, number
}

func pairs(values map[string]string) []string {
	var list []string
	for name, value := range values {
		list = append(list, name, value)
	}
	return list
}

func (w world) find(n id.Contact) contact.Contact {
	w.t.Helper()
	c, err := contact.Find(w.t.Context(), w.d, n)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

var inputs = regexp.MustCompile(`<input[^>]*>`)
var attribute = regexp.MustCompile(`(name|value|type)="([^"]*)"`)

// form reads what a browser would send of an editor, but for what is changed.
func form(body string, changed ...string) []string {
	values := map[string]string{}
	for _, tag := range inputs.FindAllString(body[strings.Index(body, "data-address"):], -1) {
		is := map[string]string{}
		for _, m := range attribute.FindAllStringSubmatch(tag, -1) {
			is[m[1]] = m[2]
		}
		if is["name"] != "" && is["type"] != "checkbox" {
			values[is["name"]] = is["value"]
		}
	}
	for i := 0; i < len(changed); i += 2 {
		values[changed[i]] = changed[i+1]
	}
	return pairs(values)
}

func TestNewContact(t *testing.T) {
	w := start(t)
	w.Get("/s/contacts/new").Wants(http.StatusOK, "First name", "E-mail", "Attribution date", "LinkedIn", "Owner", `type="datetime-local"`, `<option value="Germany">`)
	w.Post("/s/contacts/new", "firstname", "Ada", "email", "nobody", "city", "<i>London</i>", "website", "no way").
		Wants(http.StatusUnprocessableEntity, "Nothing is saved yet: some things", "not a valid e-mail", "not a valid web address", `value="nobody"`, `value="&lt;i&gt;London&lt;/i&gt;"`)
	w.Post("/s/contacts/new", "city", "London").Wants(http.StatusUnprocessableEntity, "Say who it is", `value="London"`)
	w.Post("/s/contacts/new", "firstname", "Ada", "owner", "99").Wants(http.StatusUnprocessableEntity, "There is no such user")
	w.Post("/s/contacts/new", "firstname", "Ada", "email", "ada@example.test", "points", "5", "owner", "1", "attribution_date", "2026-07-01T12:00").
		Wants(http.StatusOK, "Ada is saved.", "ada@example.test", "Identified as Ada", "by anna", "Owner", "5 points", "1 July 2026")
}

func TestAddressThatExists(t *testing.T) {
	w := start(t)
	first, number := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test"})
	w.Get("/s/contacts/address?email=ADA%40example.test").Wants(http.StatusOK, "leads to a contact that exists", "open Ada", "/s/contacts/view/"+number)
	if body := w.Get("/s/contacts/address?email=ADA%40example.test&but=" + number).Body; body != "" {
		t.Error(body)
	}
	if body := w.Get("/s/contacts/address?email=bob%40example.test").Body; body != "" {
		t.Error(body)
	}
	w.Post("/s/contacts/new", "firstname", "Bob", "email", "Ada@example.test").
		Wants(http.StatusUnprocessableEntity, "Another contact has this address", "open Ada", "Save anyway", `value="Bob"`)
	w.Post("/s/contacts/new", "firstname", "Bob", "email", "Ada@example.test", "anyway", "other@example.test").Wants(http.StatusUnprocessableEntity)
	w.Post("/s/contacts/new", "firstname", "Bob", "email", "Ada@example.test", "anyway", "Ada@example.test").
		Wants(http.StatusOK, "Bob is saved.", "Address also held by")
	if holder, err := contact.Holder(t.Context(), w.d, "ada@example.test"); holder != first || err != nil {
		t.Error(holder, err)
	}
}

func TestQuickAdd(t *testing.T) {
	w := start(t)
	w.Get("/s/contacts/new?quick=1").Wants(http.StatusOK, "Quick add", "Last name", "Owner").Lacks("LinkedIn")
	w.Post("/s/contacts/new", "quick", "1", "firstname", "Ada", "email", "x").Wants(http.StatusUnprocessableEntity, "Quick add", `value="Ada"`).Lacks("LinkedIn")
	if a := w.Post("/s/contacts/new", "quick", "1", "firstname", "Ada").Wants(http.StatusOK, "Ada is saved."); a.Path != "/s/contacts" {
		t.Error(a.Path)
	}
}

func TestEditContact(t *testing.T) {
	w := start(t)
	n, number := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test", "attribution_date": "2026-07-01T12:00:05"})
	page := w.Get("/s/contacts/edit/"+number).Wants(http.StatusOK, `value="Ada"`, "2026-07-01T12:00:05").Body
	if got := w.find(n).Fields["attribution_date"]; got != "2026-07-01 10:00:05" {
		t.Error(got)
	}
	w.Post("/s/contacts/edit/"+number, form(page, "firstname", "", "city", "London", "points", "7")...).
		Wants(http.StatusOK, "is saved.", "3 fields changed", "London", "Ada → empty")
	// The editor of somebody who opened it before.
	late := form(page, "city", "Paris", "country", "France")
	again := w.Post("/s/contacts/edit/"+number, late...).
		Wants(http.StatusConflict, "Somebody else changed this contact", `value="Paris"`, "Stored meanwhile: London", `value="France"`)
	again.Lacks(`value="Ada" id="field-firstname"`)
	if w.find(n).Fields["city"] != "London" {
		t.Error("what somebody else wrote is lost")
	}
	w.Post("/s/contacts/edit/"+number, form(again.Body)...).Wants(http.StatusOK, "is saved.")
	if c := w.find(n); c.Fields["city"] != "Paris" || c.Fields["country"] != "France" || c.Fields["firstname"] != "" || c.Points != 7 || c.ModifiedByUser != "anna" {
		t.Errorf("%+v", c)
	}
	w.Post("/s/contacts/edit/"+number, form(w.Get("/s/contacts/edit/"+number).Body, "owner", "1")...).Wants(http.StatusOK, "Owner: anna")
	w.Get("/s/contacts/edit/99").Wants(http.StatusNotFound)
}

func TestCloneContact(t *testing.T) {
	w := start(t)
	_, number := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test", "company": "Acme"})
	page := w.Get("/s/contacts/new?from="+number).Wants(http.StatusOK, `value="Acme"`, "The address ada@example.test stays with the original")
	page.Lacks(`value="ada@example.test" id="field-email"`)
	w.Post("/s/contacts/new", form(page.Body, "firstname", "Bob")...).Wants(http.StatusOK, "Bob is saved.", "Acme").Lacks("mailto:")
}

func TestTagsOfANewContact(t *testing.T) {
	w := start(t)
	w.Post("/s/contacts/new", "quick", "1", "firstname", "Ada", "tags", "VIP, "+strings.Repeat("x", 101)).
		Wants(http.StatusUnprocessableEntity, "A tag has at most 100 characters.", `value="VIP, xxx`, `action="/s/contacts/new"`)
	w.Get("/s/contacts").Lacks("Ada")
	_, number := w.known(map[string]string{"firstname": "Ada", "tags": "VIP, <b>new</b>"})
	w.Get("/s/contacts/view/"+number).Wants(http.StatusOK, "Tag VIP added", "<b>new</b>").Lacks("<b>new</b>")
	w.Get("/s/contacts/new?from="+number).Wants(http.StatusOK, `value="&lt;b&gt;new&lt;/b&gt;, VIP"`)
	w.Get("/s/contacts/edit/" + number).Lacks(`name="tags"`)
}

func TestRecycleBin(t *testing.T) {
	w := start(t)
	n, number := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test"})
	w.Get("/s/contacts/bin").Wants(http.StatusOK, "The recycle bin is empty")
	w.Get("/s/contacts/delete/"+number).Wants(http.StatusOK, "Delete Ada?", "24 hours")
	w.Post("/s/contacts/delete/"+number).Wants(http.StatusOK, "Ada is in the recycle bin")
	for _, page := range []string{"view", "edit", "delete"} {
		w.Get("/s/contacts/" + page + "/" + number).Wants(http.StatusNotFound)
	}
	w.Get("/s/contacts?search=ada").Wants(http.StatusOK, "Nobody matches")
	w.Get("/s/contacts/bin").Wants(http.StatusOK, "Ada", "by anna", "erased after", "Restore")
	w.Post("/s/contacts/restore/"+number).Wants(http.StatusOK, "Ada is restored.", "Taken out of the recycle bin", "Put into the recycle bin")
	w.Post("/s/contacts/restore/" + number).Wants(http.StatusNotFound)
	w.Post("/s/contacts/delete/" + number)
	if err := contact.EraseOld(t.Context(), w.d, w.d.Now().Add(contact.KeptFor)); err != nil {
		t.Fatal(err)
	}
	w.Get("/s/contacts/bin").Wants(http.StatusOK, "The recycle bin is empty")
	if _, err := contact.Find(t.Context(), w.d, n); err == nil {
		t.Error("it is still there")
	}
}

func TestTagsOfAContact(t *testing.T) {
	w := start(t)
	_, number := w.known(map[string]string{"firstname": "Ada"})
	w.known(map[string]string{"firstname": "Bob"})
	w.Post("/s/contacts/tags/"+number, "tags", "VIP, <b>new</b>").Wants(http.StatusOK, "VIP", "Tag VIP added", "by anna").Lacks("<b>new</b>")
	for _, search := range []string{"tag:vip", "étiquette:vi%25", `tag:"VIP"`, "tag:vip+ada"} {
		w.Get("/s/contacts?search="+search).Wants(http.StatusOK, "Ada", "1 contact", "VIP").Lacks("Bob")
	}
	w.Get("/s/contacts?search=!tag:vip").Wants(http.StatusOK, "Bob").Lacks("Ada")
	w.Post("/s/contacts/tags/"+number, "tags", strings.Repeat("x", 101)).Wants(http.StatusOK, "A tag has at most 100 characters.")
	w.Post("/s/contacts/tags/"+number, "remove", "1").Wants(http.StatusOK, "Tag VIP removed")
	w.Get("/s/contacts?search=tag:vip").Wants(http.StatusOK, "Nobody matches")
}

func TestCountryInTheLanguageOfTheReader(t *testing.T) {
	w := start(t)
	for lang, c := range map[string]struct{ typed, shown, other string }{"fr": {"Suède", "Suède", "Sweden"}, "en": {"sweden", "Sweden", "Suède"}} {
		if err := w.d.Do(t.Context(), func(tx *db.Tx) error { return user.SetLanguage(t.Context(), tx, 1, lang) }); err != nil {
			t.Fatal(err)
		}
		w.Get("/s/contacts/new").Wants(http.StatusOK, `<option value="`+c.shown+`">`).Lacks(`value="` + c.other + `"`)
		one, number := w.known(map[string]string{"firstname": "Selma", "country": c.typed})
		if got := w.find(one).Fields["country"]; got != "Sweden" {
			t.Errorf("%s: stored as %q", lang, got)
		}
		page := w.Get("/s/contacts/edit/"+number).Wants(http.StatusOK, `name="country"`, `value="`+c.shown+`"`)
		w.Post("/s/contacts/edit/"+number, form(page.Body, "lastname", "Lagerlöf")...).Wants(http.StatusOK, c.shown)
		if got := w.find(one).Fields; got["country"] != "Sweden" || got["lastname"] != "Lagerlöf" {
			t.Errorf("%s: %v", lang, got)
		}
	}
	w.known(map[string]string{"firstname": "Nobody", "country": "Utopia"})
	w.Get("/s/contacts?search=suede").Wants(http.StatusOK, "2 contacts")
	w.Get("/s/contacts?search=country:utopia").Wants(http.StatusOK, "Nobody")
}
