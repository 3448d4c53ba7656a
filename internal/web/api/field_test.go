package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/user"
)

func (b *bench) named(alias string) field.Field {
	b.Helper()
	set, err := field.Of(b.Context(), b.db)
	if err != nil {
		b.Fatal(err)
	}
	f, _ := set.Ever(alias)
	return f
}

func TestFieldOfEachTypeIsDefined(t *testing.T) {
	b := start(t)
	sent := map[field.Type]body{field.Boolean: {"yes": "Oui", "no": "Non"}, field.Number: {"scale": "2", "roundmode": 3},
		field.Select: {"list": []body{{"label": "Red", "value": "red"}, {"label": "Blue", "value": "blue"}}}, field.Multiselect: {"list": "a|b"}, field.Lookup: {"list": []string{"Mr", "Mrs"}}}
	want := map[field.Type]string{field.Boolean: `{"yes":"Oui","no":"Non"}`, field.Number: `{"roundmode":3,"scale":2}`,
		field.Select:      `{"list":[{"label":"Red","value":"red"},{"label":"Blue","value":"blue"}]}`,
		field.Multiselect: `{"list":[{"label":"a","value":"a"},{"label":"b","value":"b"}]}`, field.Lookup: `{"list":["Mr","Mrs"]}`}
	for _, kind := range field.Types() {
		one := body{"label": "My " + string(kind), "type": kind, "group": "personal"}
		if sent[kind] != nil {
			one["properties"] = sent[kind]
		}
		response, text := b.send("POST", "/api/fields/contact/new", one)
		properties := want[kind]
		if properties == "" {
			properties = "{}"
		}
		if response.StatusCode != http.StatusCreated || !strings.Contains(text, `"alias":"my_`+string(kind)+`"`) || !strings.Contains(text, `"properties":`+properties+`}}`) ||
			strings.Contains(text, `"isListable":true`) == (kind == field.Time) {
			t.Errorf("%s: %d %s", kind, response.StatusCode, text)
		}
		if location := response.Header.Get("Location"); !strings.Contains(b.get(location), `"label":"My `+string(kind)+`"`) {
			t.Errorf("%s is not at %s", kind, location)
		}
	}
}

func TestFieldsAreEdited(t *testing.T) {
	b := start(t)
	path := "/api/fields/contact/101"
	b.answers(http.StatusCreated, "POST", "/api/fields/contact/new", url.Values{"label": {"Badge"}, "isUniqueIdentifer": {"1"}, "charLengthLimit": {"20"}, "isPubliclyUpdatable": {"yes"}, "isRequired": {"on"},
		"isVisible": {"false"}, "defaultValue": {""}})
	if f := b.named("badge"); !f.Unique || f.Limit != 20 || !f.Required || f.OnForm || !f.OnQuick || !f.Published || f.CreatedBy != 1 {
		t.Errorf("%+v", f)
	}
	access := func() setting.Access {
		followed, err := setting.Get(b.Context(), b.db, setting.Followed)
		if err != nil {
			t.Fatal(err)
		}
		return followed.Public["badge"]
	}
	if access() != setting.Always {
		t.Error(access())
	}
	got := b.answers(http.StatusOK, "PATCH", path+"/edit", body{"label": "Badge of the member", "type": "number", "alias": "other", "isPublished": false})
	if at(got, "field.label") != "Badge of the member" || at(got, "field.type") != "text" || at(got, "field.alias") != "badge" || at(got, "field.isPubliclyUpdatable") != "true" ||
		at(got, "field.isUniqueIdentifier") != "true" || at(got, "field.isPublished") != "false" || at(got, "field.modifiedByUser") != "Admin Ariane" {
		t.Error(got)
	}
	got = b.answers(http.StatusOK, "PUT", path+"/edit", body{"label": "Whole"})
	if f := b.named("badge"); f.Unique || f.Limit != 64 || f.Required || !f.OnForm || !f.Published || f.Renamed != "Whole" || access() != "" || at(got, "field.id") != "101" {
		t.Errorf("%+v %v", f, access())
	}
	if got := b.answers(http.StatusCreated, "PUT", "/api/fields/contact/999/edit", body{"label": "New one"}); at(got, "field.alias") != "new_one" {
		t.Error(got)
	}
	// A standard field keeps what makes it what it is, and its name in each language.
	got = b.answers(http.StatusOK, "PUT", "/api/fields/contact/2/edit", body{"label": "First Name", "group": "social", "defaultValue": ""})
	if f := b.named("firstname"); f.Renamed != "" || f.Group != field.Core || at(got, "field.label") != "First Name" || at(got, "field.isFixed") != "true" {
		t.Errorf("%+v", f)
	}
	if got = b.answers(http.StatusOK, "PATCH", "/api/fields/contact/2/edit", body{"label": "Given name"}); at(got, "field.label") != "Given name" {
		t.Error(got)
	}
	b.answers(http.StatusBadRequest, "DELETE", "/api/fields/contact/2/delete", nil)
	b.add(contact.New{Values: map[string]string{"firstname": "Ada", "badge": "A-1"}})
	b.answers(http.StatusOK, "DELETE", path+"/delete", nil)
	if f := b.named("badge"); f.Removed.IsZero() || strings.Contains(b.get("/api/contacts/1"), "badge") {
		t.Errorf("%+v", f)
	}
	b.answers(http.StatusNotFound, "GET", path, nil)
	b.answers(http.StatusNotFound, "DELETE", path+"/delete", nil)
	b.answers(http.StatusNotFound, "PATCH", path+"/edit", body{"label": "x"})
}

func TestRefusedFields(t *testing.T) {
	b := start(t)
	for _, c := range []struct {
		sent    body
		message string
	}{
		{body{}, "label: A label is required."},
		{body{"label": strings.Repeat("x", 192)}, "label: Label value cannot be longer than 191 characters"},
		{body{"label": "x", "type": "nosuch"}, "type: There's a field type not recognized."},
		{body{"label": "x", "type": "select"}, `properties: A list for the select box must be specified. Separate each option with a vertical bar. I.e. Green|Blue|Red`},
		{body{"label": "x", "type": "boolean", "properties": body{"no": "No"}}, "properties: A 'positive' label is required."},
		{body{"label": "x", "type": "boolean", "properties": body{"yes": "Yes"}}, "properties: A 'negative' label is required."},
		{body{"label": "x", "type": "number", "properties": body{"scale": "many"}}, "properties: Between 0 and 9 digits."},
		{body{"label": "x", "alias": "contact_id"}, "alias: The alias 'contact_id' is a restricted field. Please choose another one."},
		{body{"label": "x", "alias": "dnc_bounced"}, "alias: The 'dnc_bounced' keyword is reserved for segment filters. Please choose different alias."},
		{body{"label": "x", "alias": "firstname"}, "alias: Another field is already using this alias. Please choose another or leave blank to have it autogenerated."},
		{body{"label": "x", "group": "nosuch"}, "group: There is no such group."},
		{body{"label": "x", "charLengthLimit": 1000}, "charLengthLimit: Between 1 and 255 characters."},
		{body{"label": "x", "type": "date", "defaultValue": "soon"}, "defaultValue: This is not a date."},
	} {
		got := b.answers(http.StatusBadRequest, "POST", "/api/fields/contact/new", c.sent)
		name, text, _ := strings.Cut(c.message, ": ")
		if at(got, "errors.0.message") != c.message || at(got, "errors.0.details."+name+".0") != text {
			t.Errorf("%v: %v", c.sent, got)
		}
	}
	for alias, want := range map[string]string{" Über Größe! ": "uber_grosse", "42": "f_42", "": "x"} {
		got := b.answers(http.StatusCreated, "POST", "/api/fields/contact/new", body{"label": "X", "alias": alias})
		if at(got, "field.alias") != want {
			t.Errorf("%q: %v", alias, got)
		}
	}
	got := b.answers(http.StatusCreated, "POST", "/api/fields/contact/batch/new", []body{{"label": "One"}, {}, {"label": "Two"}})
	if at(got, "statusCodes") != "[201 400 201]" || at(got, "fields.0.alias") != "one" || at(got, "fields.2.alias") != "two" || at(got, "errors.1.details.label.0") != "A label is required." {
		t.Error(got)
	}
	got = b.answers(http.StatusOK, "PATCH", "/api/fields/contact/batch/edit", []body{{"id": b.named("one").ID, "label": "Uno"}, {"id": 999}})
	if at(got, "statusCodes") != "[200 404]" || at(got, "fields.0.label") != "Uno" || at(got, "errors.1.type") != "api" {
		t.Error(got)
	}
	got = b.answers(http.StatusOK, "DELETE", fmt.Sprintf("/api/fields/contact/batch/delete?ids=%d,2", b.named("one").ID), nil)
	if at(got, "fields.0.label") != "Uno" || at(got, "errors.1.code") != "400" {
		t.Error(got)
	}
}

func TestFieldsAreListed(t *testing.T) {
	b := start(t)
	b.define(field.Text, "badge", func(f *field.Field) { f.Published, f.Unique = false, true })
	aliases := func(query string) string {
		t.Helper()
		var answer struct {
			Total  int
			Fields json.RawMessage
		}
		if err := json.Unmarshal([]byte(b.get("/api/fields/contact?"+query)), &answer); err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, l := range strings.Split(string(answer.Fields), `"alias":"`)[1:] {
			found = append(found, l[:strings.IndexByte(l, '"')])
		}
		return fmt.Sprint(answer.Total, found)
	}
	for query, want := range map[string]string{
		"limit=2":                                     "29 [title firstname]",
		"start=27":                                    "29 [twitter badge]",
		"start=100":                                   "29 []",
		"search=name":                                 "2 [firstname lastname]",
		"search=is:unpublished":                       "1 [badge]",
		"search=type:email":                           "1 [email]",
		"search=group:social%20!twitter&limit=1":      "5 [facebook]",
		"search=ids:6,101":                            "2 [email badge]",
		"search=is:unique":                            "2 [email badge]",
		"published=1&start=27":                        "28 [twitter]",
		"orderBy=alias&limit=2":                       "29 [address1 address2]",
		"orderBy=f.label&orderByDir=DESC&limit=1":     "29 [zipcode]",
		"orderBy=group,id&orderByDir=desc&limit=2":    "29 [twitter skype]",
		"order[0][col]=id&order[0][dir]=DESC&limit=1": "29 [badge]",
		"where[0][col]=type&where[0][expr]=eq&where[0][val]=email":         "1 [email]",
		"where[0][col]=id&where[0][expr]=in&where[0][val]=2,3":             "2 [firstname lastname]",
		"where[0][col]=id&where[0][expr]=in&where[0][val][]=2":             "1 [firstname]",
		"where[0][col]=id&where[0][expr]=gt&where[0][val]=27":              "2 [twitter badge]",
		"where[0][col]=is_published&where[0][expr]=eq&where[0][val]=0":     "1 [badge]",
		"where[0][col]=label&where[0][expr]=like&where[0][val]=%25line%25": "2 [address1 address2]",
		"where[0][expr]=orX&where[0][val][0][col]=alias&where[0][val][0][expr]=eq&where[0][val][0][val]=city&where[0][val][1][col]=dateAdded&where[0][val][1][expr]=isNotNull": "2 [city badge]",
		"where[0][col]=id&where[0][expr]=between&where[0][val][]=2&where[0][val][]=3":                                                                                          "2 [firstname lastname]",
		"where[0][col]=nosuch&where[0][expr]=eq&where[0][val]=1":                                                                                                               "0 []",
	} {
		if got := aliases(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if got := b.get("/api/fields/contact?start=100"); got != `{"total":29,"fields":[]}` {
		t.Error(got)
	}
	for query, want := range map[string]string{"where[0][col]=id": `where: "expr" is missing in the where clause array.`, "where[0][expr]=eq": `where: "col" is missing in the where clause array.`,
		"where[0][col]=id&where[0][expr]=regexp": "where: “regexp” cannot be asked.", "orderBy=nosuch": "orderBy: There is no column nosuch."} {
		if got := b.answers(http.StatusBadRequest, "GET", "/api/fields/contact?"+query, nil); at(got, "errors.0.message") != want {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// TestShortAddresses: /fields is /fields/contact.
func TestShortAddresses(t *testing.T) {
	b := start(t)
	for _, prefix := range []string{"/api", "/index.php/api"} {
		if b.get(prefix+"/fields?limit=1") != b.get(prefix+"/fields/contact?limit=1") || b.get(prefix+"/fields/") != b.get(prefix+"/fields/contact/") || b.get(prefix+"/fields/2") != b.get(prefix+"/fields/contact/2") {
			t.Error("differs")
		}
		made := b.answers(http.StatusCreated, "POST", prefix+"/fields/new", body{"label": "Badge"})
		b.answers(http.StatusOK, "PATCH", prefix+"/fields/"+at(made, "field.id")+"/edit", body{"label": "Other"})
		b.answers(http.StatusOK, "DELETE", prefix+"/fields/"+at(made, "field.id")+"/delete", nil)
		b.answers(http.StatusCreated, "POST", prefix+"/fields/batch/new", []body{{"label": "Many"}})
		b.answers(http.StatusNotFound, "GET", prefix+"/fields/2/nosuch", nil)
		b.answers(http.StatusNotFound, "POST", prefix+"/fields/2/edit", nil)
		b.answers(http.StatusNotFound, "GET", prefix+"/fields/company/2", nil)
		b.answers(http.StatusNotFound, "GET", prefix+"/fields/contact/37", nil)
	}
}

// TestOnlyAdministratorsDefineFields as on the pages; contacts are everybody's work.
func TestOnlyAdministratorsDefineFields(t *testing.T) {
	b := start(t)
	b.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := user.Create(ctx, tx, user.New{UserName: "ben", Email: "ben@example.test", Role: user.Member, Password: password})
		return err
	})
	for _, c := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/api/fields/contact", 200}, {"GET", "/api/fields", 200}, {"GET", "/api/contacts/list/fields", 200}, {"POST", "/api/contacts/new", 201},
		{"POST", "/api/fields/contact/new", 403}, {"POST", "/api/fields/new", 403}, {"PATCH", "/api/fields/contact/2/edit", 403}, {"PUT", "/api/fields/2/edit", 403},
		{"DELETE", "/api/fields/contact/10/delete", 403}, {"POST", "/api/fields/contact/batch/new", 403}, {"DELETE", "/api/fields/batch/delete?ids=10", 403},
	} {
		response, text := b.sendAs("ben", c.method, c.path, body{"label": "x", "firstname": "x"})
		if response.StatusCode != c.want || c.want == 403 && !strings.Contains(text, "You do not have access to the requested area/action.") {
			t.Errorf("%s %s: %d %s", c.method, c.path, response.StatusCode, text)
		}
	}
	if f := b.named("fax"); !f.Removed.IsZero() || f.ID == 0 {
		t.Errorf("%+v", f)
	}
}
