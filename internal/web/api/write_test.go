package api_test

import (
	"bytes"
	gocmp "cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// send sends JSON, or a form where the body is url.Values.
func (b *bench) send(method, path string, body any) (*http.Response, string) {
	b.Helper()
	return b.sendAs("admin", method, path, body)
}

func (b *bench) sendAs(login, method, path string, body any) (*http.Response, string) {
	b.Helper()
	var raw []byte
	kind := "application/json"
	switch v := body.(type) {
	case nil:
		kind = ""
	case url.Values:
		raw, kind = []byte(v.Encode()), "application/x-www-form-urlencoded"
	case string:
		raw = []byte(v)
	default:
		var err error
		if raw, err = json.Marshal(v); err != nil {
			b.Fatal(err)
		}
	}
	r, err := http.NewRequestWithContext(b.Context(), method, b.url+path, bytes.NewReader(raw))
	if err != nil {
		b.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.SetBasicAuth(login, password)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response, string(text)
}

// answers sends something and returns the answer as a tree.
func (b *bench) answers(status int, method, path string, body any) map[string]any {
	b.Helper()
	response, text := b.send(method, path, body)
	if response.StatusCode != status {
		b.Fatalf("%s %s %v: %d %s", method, path, body, response.StatusCode, text)
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		b.Fatalf("%v: %s", err, text)
	}
	return tree
}

// at follows a path into a tree, empty where there is nothing.
func at(tree any, path string) string {
	for step := range strings.SplitSeq(path, ".") {
		switch t := tree.(type) {
		case map[string]any:
			tree = t[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(t) {
				return ""
			}
			tree = t[i]
		}
	}
	if tree == nil {
		return ""
	}
	return fmt.Sprint(tree)
}

// replay sends a recorded request, at another path where one is given, and compares
// the answer with the recorded one.
func (b *bench) replay(number, path string) {
	b.Helper()
	c := recorded(b.T, number)
	body := c.Request.Body
	if form, ok := body.(map[string]any); ok && strings.Contains(c.Request.Headers["Content-Type"], "urlencoded") {
		values := url.Values{}
		for name, v := range form {
			values.Set(name, fmt.Sprint(v))
		}
		body = values
	}
	if path == "" {
		path = c.Request.Path
	}
	response, text := b.send(c.Request.Method, path, body)
	if response.StatusCode != c.Response.Status {
		b.Fatalf("%s: %d %s", number, response.StatusCode, text)
	}
	for _, h := range c.Response.Headers {
		got := response.Header.Get(h[0])
		if h[0] == "Mautic-Version" && got != "" || h[0] == "Location" && strings.HasPrefix(got, h[1][:strings.LastIndexByte(h[1], '/')+1]) {
			continue
		}
		if got != h[1] {
			b.Errorf("%s: header %s is %q, recorded %q", number, h[0], got, h[1])
		}
	}
	if c.Response.Status >= 400 {
		if want := string(compact(b.T, c.Response.Body)); text != want {
			b.Errorf("%s: %s\nwant %s", number, text, want)
		}
		return
	}
	b.Run(number, func(t *testing.T) { sameShape(t, text, string(c.Response.Body)) })
}

func TestWritesOfTheReference(t *testing.T) {
	b := start(t)
	b.answers(http.StatusCreated, "POST", "/api/contacts/new", map[string]any{"firstname": "Ada", "lastname": "Lovelace", "email": "ada@example.com", "country": "Germany",
		"tags": []string{"alpha"}, "owner": 1, "ipAddress": "81.2.69.142"})
	for _, number := range []string{"003", "005", "006", "008", "010", "030", "031", "032", "033"} {
		b.replay(number, "")
	}
	b.answers(http.StatusOK, "PATCH", "/api/contacts/2/edit", map[string]any{"id": 8, "email": "b1@example.com", "firstname": "B1"})
	for len(ids(t, b.get("/api/contacts?limit=0"))) < 9 {
		b.visitor("")
	}
	for _, number := range []string{"037", "038", "039", "040"} {
		b.replay(number, "")
	}
}

func TestFieldsOfTheReference(t *testing.T) {
	b := start(t)
	b.replay("074", "")
	b.replay("076", "")
	b.replay("077", "")
	b.replay("078", "")
	b.replay("080", "/api/fields/contact/101")
	b.answers(http.StatusOK, "PATCH", "/api/fields/contact/101/edit", map[string]any{"label": "Shoe size EU"})
	b.replay("084", "/api/fields/contact/101/delete")
	got := shape(t, b.get("/api/contacts/list/fields"))
	if want := shape(t, string(recorded(t, "027").Response.Body)); !slices.Contains(want, ".#.object string") || !slices.Contains(got, ".#.object string") || slices.Contains(got, ".#.properties null") {
		t.Error(got[:12])
	}
}

// TestDeletionOfTheReference: the recorded contact had a field that was put first.
func TestDeletionOfTheReference(t *testing.T) {
	b := start(t)
	b.answers(http.StatusCreated, "POST", "/api/contacts/new", map[string]any{"firstname": "Ada", "email": "ada@example.com", "owner": 1, "ipAddress": "81.2.69.142"})
	b.answers(http.StatusOK, "PATCH", "/api/contacts/1/edit", map[string]any{"points": 21})
	want := recorded(t, "223")
	response, text := b.send("DELETE", "/api/contacts/1/delete", nil)
	lines := func(text string) []string {
		return slices.DeleteFunc(shape(t, text), func(l string) bool {
			return strings.Contains(l, "core.color") || strings.Contains(l, "all.color") || strings.Contains(l, "utmtags")
		})
	}
	present := func(lines []string) []string {
		return slices.DeleteFunc(lines, func(l string) bool {
			return strings.HasSuffix(l, " null") || strings.Contains(l, "last_active") || strings.Contains(l, "astActive") || strings.HasPrefix(l, ".contact.modifiedBy ")
		})
	}
	if diff := cmp.Diff(present(lines(string(want.Response.Body))), present(lines(text))); diff != "" || response.StatusCode != 200 {
		t.Errorf("%d %s", response.StatusCode, diff)
	}
	if !strings.Contains(text, `"id":null,"points":21`) || !strings.Contains(text, `"all":{"id":null,`) {
		t.Error(text)
	}
	b.answers(http.StatusNotFound, "DELETE", "/api/contacts/1/delete", nil)
}

// define adds a field of contacts.
func (b *bench) define(kind field.Type, alias string, change ...func(*field.Field)) {
	b.Helper()
	f := field.New(kind)
	f.Renamed, f.Alias, f.Yes, f.No = "My "+alias, alias, "Sure", "Never"
	f.Options = []field.Option{{Value: "red", Label: "Rouge"}, {Value: "blue", Label: "Bleu"}}
	for _, c := range change {
		c(&f)
	}
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := field.Add(ctx, tx, f, field.By{})
		return err
	})
}

func (b *bench) found(n id.Contact) contact.Contact {
	b.Helper()
	c, err := contact.Find(b.Context(), b.db, n)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

type body = map[string]any

func TestUniqueValuesFindTheContact(t *testing.T) {
	b := start(t)
	b.define(field.Text, "badge", func(f *field.Field) { f.Unique = true })
	b.define(field.Text, "rank", func(f *field.Field) { f.Default = "novice" })
	ada := b.answers(http.StatusCreated, "POST", "/api/contacts/new", body{"firstname": "Ada", "email": "Ada@Example.com", "badge": "A-1", "rank": "", "city": "Paris"})
	if at(ada, "contact.id") != "1" || at(ada, "contact.fields.all.rank") != "novice" || at(ada, "contact.createdByUser") != "Admin Ariane" || at(ada, "contact.dateIdentified") == "" {
		t.Fatal(ada)
	}
	for _, sent := range []any{body{"email": "ada@example.COM", "lastname": "Lovelace"}, body{"badge": "a-1", "lastname": "Lovelace"},
		url.Values{"email": {"ada@example.com"}, "lastname": {"Lovelace"}}, body{"email": "other@example.com", "badge": "A-1"}} {
		got := b.answers(http.StatusOK, "POST", "/api/contacts/new", sent)
		if at(got, "contact.id") != "1" || at(got, "contact.fields.all.lastname") != "Lovelace" || at(got, "contact.fields.all.city") != "Paris" || at(got, "contact.fields.core.city.id") != "13" {
			t.Errorf("%v: %v", sent, got)
		}
	}
	// What is unknown by its number is new, whoever has the address.
	put := b.answers(http.StatusCreated, "PUT", "/api/contacts/424242/edit", body{"email": "other@example.com", "firstname": "Twin"})
	if at(put, "contact.id") != "2" || at(put, "contact.fields.all.email") != "other@example.com" {
		t.Error(put)
	}
	joined := b.answers(http.StatusOK, "PATCH", "/api/contacts/2/edit", body{"badge": "A-1"})
	if at(joined, "contact.id") != "2" || at(joined, "contact.fields.all.firstname") != "Twin" || at(joined, "contact.fields.all.lastname") != "Lovelace" || at(joined, "contact.fields.all.badge") != "A-1" {
		t.Error(joined)
	}
	b.answers(http.StatusCreated, "POST", "/api/contacts/new", body{"firstname": "Ada"})
}

// TestOneAddressAtOnce: of many who send an address at the same time one makes the
// contact.
func TestOneAddressAtOnce(t *testing.T) {
	b := start(t)
	var all sync.WaitGroup
	created := make(chan string, 16)
	for i := range cap(created) {
		all.Go(func() {
			response, text := b.send("POST", "/api/contacts/new", body{"email": "ada@example.com", "lastname": fmt.Sprint("L", i)})
			if response.StatusCode == http.StatusCreated {
				created <- text
			} else if response.StatusCode != http.StatusOK {
				t.Error(response.StatusCode, text)
			}
		})
	}
	all.Wait()
	if len(created) != 1 || len(ids(t, b.get("/api/contacts"))) != 1 {
		t.Errorf("%d were created: %s", len(created), b.get("/api/contacts"))
	}
}

// TestBlanks is the algebra of what was left out, null, blank and zero.
func TestBlanks(t *testing.T) {
	b := start(t)
	b.define(field.Boolean, "news")
	b.define(field.Text, "rank", func(f *field.Field) { f.Default = "novice" })
	b.define(field.Text, "secret", func(f *field.Field) { f.Published = false })
	full := map[string]string{"firstname": "Ada", "email": "ada@example.com", "city": "Paris", "attribution": "12.5", "news": "1", "rank": "master", "secret": "s"}
	for _, c := range []struct {
		name, method string
		sent         any
		want         string // firstname city attribution news rank points
	}{
		{"left out", "PATCH", body{}, "Ada Paris 12.5 1 master 5"},
		{"blank", "PATCH", body{"firstname": "", "city": nil, "attribution": "", "news": nil, "rank": "", "points": ""}, "Ada Paris 12.5 1 master 5"},
		{"zero", "PATCH", body{"attribution": 0, "points": 0, "news": 0}, "Ada Paris 12.5 0 master 5"},
		{"false", "PATCH", body{"news": false}, "Ada Paris 12.5 0 master 5"},
		{"overwriting", "PATCH", body{"overwriteWithBlank": true, "city": "", "attribution": nil, "rank": "", "points": 0}, "Ada - - 1 - 0"},
		{"overwriting zero", "PATCH", body{"overwriteWithBlank": "1", "attribution": 0, "points": ""}, "Ada Paris 0 1 master 5"},
		{"form", "PATCH", url.Values{"city": {""}, "points": {"7"}}, "Ada Paris 12.5 1 master 7"},
		{"whole", "PUT", body{"firstname": "Augusta", "email": "ada@example.com"}, "Augusta - - - novice 0"},
		{"whole with points", "PUT", body{"email": "ada@example.com", "points": "9", "rank": "", "news": false}, "- - - 0 - 9"},
		{"matched", "POST", body{"email": "ada@example.com", "city": "", "points": 0}, "Ada Paris 12.5 1 master 5"},
		{"matched, overwriting", "POST", body{"email": "ada@example.com", "city": "", "overwriteWithBlank": true}, "Ada - 12.5 1 master 5"},
	} {
		one := b.add(contact.New{Values: full, Points: 5})
		path := fmt.Sprintf("/api/contacts/%d/edit", one)
		if c.method == "POST" {
			path = "/api/contacts/new"
		}
		b.answers(http.StatusOK, c.method, path, c.sent)
		is := b.found(one)
		var got []string
		for _, alias := range []string{"firstname", "city", "attribution", "news", "rank"} {
			got = append(got, gocmp.Or(is.Fields[alias], "-"))
		}
		if got := strings.Join(append(got, fmt.Sprint(is.Points)), " "); got != c.want || is.Fields["secret"] != "s" {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		b.answers(http.StatusOK, "DELETE", fmt.Sprintf("/api/contacts/%d/delete", one), nil)
	}
}

func TestWhatStandsBesideTheValues(t *testing.T) {
	b := start(t)
	made := b.answers(http.StatusCreated, "POST", "/api/contacts/new", body{"firstname": "Ada", "tags": "vip, eu,,VIP", "owner": "1", "ipAddress": "::ffff:203.0.113.7", "nosuch": []int{1}})
	if at(made, "contact.owner.username") != "admin" || at(made, "contact.tags.0.tag") != "eu" || at(made, "contact.tags.1.tag") != "vip" || at(made, "contact.ipAddresses.0.ipAddress") != "203.0.113.7" {
		t.Error(made)
	}
	got := b.answers(http.StatusOK, "PATCH", "/api/contacts/1/edit", body{"tags": []string{"-EU", "new"}, "owner": nil})
	if at(got, "contact.owner") != "" || at(got, "contact.tags.0.tag") != "new" || at(got, "contact.tags.1.tag") != "vip" || at(got, "contact.tags.2.tag") != "" {
		t.Error(got)
	}
	b.answers(http.StatusOK, "PATCH", "/api/contacts/1/edit", url.Values{"owner": {"1"}, "tags[0]": {"a"}, "tags[1]": {"-a"}})
	got = b.answers(http.StatusOK, "PATCH", "/api/contacts/1/edit", body{"owner": ""})
	if at(got, "contact.owner.id") != "1" {
		t.Error(got)
	}
	long := strings.Repeat("x", 101)
	for _, c := range []struct {
		sent    body
		message string
	}{
		{body{"owner": 77}, "owner: This value is not valid."},
		{body{"owner": "x"}, "owner: This value is not valid."},
		{body{"ipAddress": "nowhere"}, "ipAddress: This value is not valid."},
		{body{"tags": []string{long}}, "tags: A tag has at most 100 characters."},
		{body{"email": "x", "points": "many", "city": strings.Repeat("x", 300)}, "city: This is too long: 300 characters, at most 255., email: x is invalid., points: This is not a number."},
	} {
		c.sent["lastname"] = "Lost"
		for _, call := range [][2]string{{"POST", "/api/contacts/new"}, {"PATCH", "/api/contacts/1/edit"}, {"PUT", "/api/contacts/1/edit"}, {"PUT", "/api/contacts/99/edit"}} {
			refused := b.answers(http.StatusBadRequest, call[0], call[1], c.sent)
			if at(refused, "errors.0.message") != c.message || at(refused, "errors.0.code") != "400" {
				t.Errorf("%s %s: %v", call[0], call[1], refused)
			}
		}
	}
	if is := b.found(1); is.Fields["lastname"] != "" || len(ids(t, b.get("/api/contacts"))) != 1 {
		t.Errorf("%+v", is)
	}
	for path, want := range map[string]int{"/api/contacts/x/edit": 404, "/api/contacts/0/edit": 404, "/api/contacts/99/edit": 404} {
		b.answers(want, "PATCH", path, body{"owner": 77})
	}
	for _, sent := range []string{`{"a":`, `7`} {
		if got := b.answers(http.StatusBadRequest, "POST", "/api/contacts/new", sent); at(got, "errors.0.message") != "This is a bad request." {
			t.Error(got)
		}
	}
}

// TestThreadTellsWhoWrote: a contact that the API writes has the events of any other.
func TestThreadTellsWhoWrote(t *testing.T) {
	b := start(t)
	b.answers(http.StatusCreated, "POST", "/api/contacts/new", body{"city": "Paris"})
	b.answers(http.StatusOK, "PATCH", "/api/contacts/1/edit", body{"firstname": "Ada", "points": 3})
	b.answers(http.StatusOK, "PATCH", "/api/contacts/1/edit", body{"firstname": "Ada"})
	b.answers(http.StatusOK, "PATCH", "/api/contacts/batch/edit", []body{{"id": 1, "city": "Lyon", "owner": 1}})
	events, err := activity.Thread(b.Context(), b.db, 1, activity.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range slices.Backward(events) {
		switch e.Kind {
		case contact.KindCreated:
			var c contact.Created
			err = e.Decode(&c)
			told = append(told, fmt.Sprint("created ", c.By.Object, c.By.Name))
		case contact.KindIdentified:
			var c contact.Identified
			err = e.Decode(&c)
			told = append(told, fmt.Sprint("identified ", c.By.Object, c.Changes))
		case contact.KindUpdated:
			var c contact.Updated
			err = e.Decode(&c)
			told = append(told, fmt.Sprint("updated ", c.By.Object, c.Changes))
		}
		if err != nil || e.Source != activity.SourceAPI {
			t.Errorf("%+v %v", e, err)
		}
	}
	want := []string{"created api-singleAdmin Ariane", "identified api-single[{firstname  Ada} {points 0 3}]", "updated api-batch[{city Paris Lyon} {owner  1}]"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if is := b.found(1); is.ModifiedBy != 1 || is.ModifiedByUser != "Admin Ariane" || is.Owner != 1 {
		t.Errorf("%+v", is)
	}
}

func TestBatches(t *testing.T) {
	b := start(t)
	made := b.answers(http.StatusCreated, "POST", "/api/contacts/batch/new", []any{body{"email": "a@example.com"}, body{"email": "bad"}, body{"email": "A@example.com", "city": "Lyon"}, 7, body{"firstname": "D"}})
	if at(made, "statusCodes") != "[201 400 200 400 201]" || at(made, "contacts.0.id") != "1" || at(made, "contacts.1") != "" || at(made, "contacts.2.id") != "1" || at(made, "contacts.4.id") != "2" {
		t.Error(made)
	}
	if at(made, "errors.1.message") != "email: bad is invalid." || at(made, "errors.1.details.email.0") != "bad is invalid." || at(made, "errors.3.code") != "400" || at(made, "errors.0") != "" {
		t.Error(made["errors"])
	}
	if at(made, "contacts.0.fields.all.city") != "Lyon" {
		t.Error("the items are shown as they are at the end")
	}
	named := b.answers(http.StatusCreated, "POST", "/api/contacts/batch/new", body{"x": body{"firstname": "X"}, "y": body{"firstname": "Y"}})
	if at(named, "contacts.x.id") != "3" || at(named, "statusCodes.y") != "201" {
		t.Error(named)
	}
	form := b.answers(http.StatusCreated, "POST", "/api/contacts/batch/new", url.Values{"0[firstname]": {"F"}, "0[tags][]": {"a", "b"}})
	if at(form, "contacts.0.id") != "5" || at(form, "contacts.0.tags.1.tag") != "b" {
		t.Error(form)
	}
	put := b.answers(http.StatusOK, "PUT", "/api/contacts/batch/edit", []body{{"id": 2, "lastname": "Z"}, {"id": 999, "firstname": "New"}, {"firstname": "Newer"}})
	if at(put, "statusCodes") != "[200 201 201]" || at(put, "contacts.0.fields.all.firstname") != "" || at(put, "contacts.1.id") != "6" {
		t.Error(put)
	}
	none := b.answers(http.StatusCreated, "POST", "/api/contacts/batch/new", `[]`)
	if at(none, "statusCodes") != "[]" || at(none, "contacts") != "[]" {
		t.Error(none)
	}
	gone := b.answers(http.StatusOK, "DELETE", "/api/contacts/batch/delete?ids[]=2&ids[]=999&ids[]=3", nil)
	if at(gone, "contacts.0.id") != "2" || at(gone, "contacts.2.id") != "3" || at(gone, "errors") != "" {
		t.Error(gone)
	}
	if gone = b.answers(http.StatusOK, "DELETE", "/api/contacts/batch/delete?0=5", nil); at(gone, "contacts.0.id") != "5" {
		t.Error(gone)
	}
	if gone = b.answers(http.StatusOK, "DELETE", "/api/contacts/batch/delete", nil); at(gone, "errors.0.message") != "ID is missing from the payload." {
		t.Error(gone)
	}
}
