package contactpage

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/label"
	"ariane/internal/search"
	"ariane/internal/web/ui"
)

func TestListRows(t *testing.T) {
	data := listData{Known: 412, Created: 1460, Found: 2, Exact: true, Page: contact.Page{Next: "n", Previous: "p", Contacts: []contact.Contact{
		{ID: 7, State: contact.Known, Name: "Anna Moreau", Points: 86, LastActive: now.Add(-14 * time.Minute),
			Fields: map[string]string{"email": "anna@example.test", "company": "Northwind", "city": "Paris", "country": "France"}},
		{ID: 8, Name: "203.0.113.9", Points: -3},
		{ID: 9, State: contact.Known, Name: "Acme", Sample: true, Fields: map[string]string{"company": "Acme", "city": "Springfield", "state": "Ohio", "country": "United States"}},
		{ID: 10},
	}}}
	v := newListView(english, now, listRequest{Sort: contact.SortPoints}, data)
	if !v.Foreign {
		t.Error("nobody is told that the days are not those of Paris")
	}
	if v.Under != "412 known · 1,048 visitors" {
		t.Errorf("totals %q", v.Under)
	}
	anna, visitor, acme, nobody := v.Rows[0], v.Rows[1], v.Rows[2], v.Rows[3]
	if anna.Person.Under != "anna@example.test" || anna.Location != "Paris, France" || anna.Active != "14 min ago" ||
		anna.ActiveAt != "23 November 2026, 10:46" || anna.Share != 100 || anna.Person.URL != "/s/contacts/view/7" {
		t.Errorf("anna %+v", anna)
	}
	if visitor.Person.Known || visitor.Person.Name != "203.0.113.9" || visitor.Person.Under != "Anonymous visitor" || visitor.Share != 0 || visitor.Active != "" {
		t.Errorf("visitor %+v", visitor)
	}
	if acme.Company != "" || acme.Location != "Springfield, Ohio, United States" || !acme.Person.Sample {
		t.Errorf("acme %+v", acme)
	}
	if nobody.Person.Name != "Anonymous visitor" || nobody.Person.Under != "" {
		t.Errorf("nobody %+v", nobody)
	}
	if v.Cursor.Next != "/s/contacts?after=n&sort=points" || v.Cursor.Previous != "/s/contacts?after=p&sort=points" {
		t.Errorf("cursor %+v", v.Cursor)
	}
}

func TestListStates(t *testing.T) {
	for name, c := range map[string]struct {
		search         string
		known, created int
		want           listState
	}{
		"nobody":   {"", 0, 0, listNobody},
		"visitors": {"", 0, 3, listVisitors},
		"nothing":  {"anna", 2, 3, listNothing},
	} {
		v := newListView(english, now, listRequest{Search: c.search}, listData{Known: c.known, Created: c.created, Exact: true})
		if v.State != c.want {
			t.Errorf("%s: state %d", name, v.State)
		}
	}
}

func TestListSortLinks(t *testing.T) {
	l := readListRequest(url.Values{"search": {" anna "}, "sort": {"name"}, "order": {"asc"}, "after": {"x"}})
	v := newListView(english, now, l, listData{})
	if c := v.Heads[0]; c.Sort != "ascending" || c.URL != "/s/contacts?search=anna&sort=name" {
		t.Errorf("name %+v", c)
	}
	if c := v.Heads[4]; c.Sort != "" || c.URL != "/s/contacts?search=anna&sort=points" {
		t.Errorf("points %+v", c)
	}
	if c := v.Heads[2]; c.Sort != "" || c.URL != "/s/contacts?order=asc&search=anna&sort=place" {
		t.Errorf("location %+v", c)
	}
	if got := readListRequest(url.Values{"sort": {"id; DROP TABLE"}}).Sort; got != contact.SortLastActive {
		t.Errorf("sort %q", got)
	}
	v = newListView(english, now, listRequest{Sort: contact.SortLastActive}, listData{Anonymous: true})
	if c := v.Heads[5]; c.Sort != "descending" || c.URL != "/s/contacts?order=asc" {
		t.Errorf("active %+v", c)
	}
	if c := v.Heads[0]; c.URL != "" {
		t.Errorf("visitors have no order by name: %+v", c)
	}
}

func TestToggleAnonymous(t *testing.T) {
	for _, c := range []struct{ text, english, french string }{
		{"", "is:anonymous", "est:anonyme"},
		{"anna", "anna is:anonymous", "anna est:anonyme"},
		{"anna  is:anonymous", "anna", "anna"},
		{"est:anonyme paris", "paris", "paris"},
		{"!Is:Anonymous paris", "paris", "paris"},
	} {
		query, err := search.Language{}.Parse(english, c.text, search.Who{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if got := toggleAnonymous(english, c.text, query.Anonymous); got != c.english {
			t.Errorf("%q in English: %q", c.text, got)
		}
		if got := toggleAnonymous(french, c.text, query.Anonymous); got != c.french {
			t.Errorf("%q in French: %q", c.text, got)
		}
	}
}

func TestListTellsWhyASearchIsRefused(t *testing.T) {
	_, err := search.Language{}.Parse(french, `"anna`, search.Who{Now: now})
	f, _ := fault.Of(err)
	v := newListView(french, now, listRequest{Search: `"anna`}, listData{Refused: f})
	if !strings.Contains(v.Refused, "guillemet") {
		t.Errorf("refused %q", v.Refused)
	}
}

func TestListSaysHowWellItKnowsItsTotal(t *testing.T) {
	for want, data := range map[string]listData{
		"412 contacts":              {Known: 412, Found: 412, Exact: true, All: true},
		"34,567 contacts":           {Known: 34_567, Found: 10_000, All: true},
		"about 1.2\u202fM contacts": {Known: 1_234_567, Found: 10_000, All: true},
		"more than 10,000 contacts": {Known: 1_234_567, Found: 10_000},
		"about 2\u202fM found":      {Known: 1, Created: 2_000_000, Found: 10_000, All: true, Anonymous: true},
		"1 contact":                 {Known: 9, Found: 1, Exact: true},
	} {
		if got := listCursor(english, listRequest{}, data).Shown; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestListKeepsItsAddress(t *testing.T) {
	l := readListRequest(url.Values{"search": {"anna"}, "sort": {"name"}, "order": {"asc"}, "after": {"x"}, "view": {"cards"}, "size": {"50"}})
	v := newListView(english, now, l, listData{AllTags: []label.Tag{{ID: 1, Name: "VIP"}, {ID: 2, Name: `a "b" 5%`}}})
	for got, want := range map[string]string{
		v.AsTable:      "/s/contacts?after=x&order=asc&search=anna&size=50&sort=name",
		v.AsCards:      "/s/contacts?after=x&order=asc&search=anna&size=50&sort=name&view=cards",
		v.Sorts[1].URL: "/s/contacts?search=anna&size=50&sort=name&view=cards",
		v.Sizes[1].URL: "/s/contacts?order=asc&search=anna&sort=name&view=cards",
		v.Tags[0].URL:  "/s/contacts?order=asc&search=anna+tag%3A%22VIP%22&size=50&sort=name&view=cards",
		v.All:          "/s/contacts?order=asc&size=50&sort=name&view=cards",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if len(v.Kept) != 4 || v.Kept[2] != (ui.Choice{Label: "view", Value: "cards"}) {
		t.Errorf("%+v", v.Kept)
	}
	l.Search = `anna tag:"VIP"`
	if v := newListView(english, now, l, listData{AllTags: []label.Tag{{ID: 1, Name: "VIP"}}}); !v.Tags[0].On || strings.Contains(v.Tags[0].URL, "VIP") {
		t.Errorf("%+v", v.Tags)
	}
	if l := readListRequest(url.Values{"view": {"x"}, "size": {"100000"}}); l.Cards || l.Size != pageSize {
		t.Errorf("%+v", l)
	}
}
