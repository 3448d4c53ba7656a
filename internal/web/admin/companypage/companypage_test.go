package companypage_test

import (
	"fmt"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web/admin/companypage"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>"%`

func start(t *testing.T) (*webtest.Browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	contacts := contactpage.Deps{DB: d, Clock: d.Now}
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for i := range 25 {
			_, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"lastname": fmt.Sprint("Person ", i), "company": "Acme"}})
			if err != nil {
				return err
			}
		}
		_, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"lastname": hostile, "company": hostile}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	settle(t, d)
	return webtest.Start(t, d, companypage.Routes(companypage.Deps{DB: d, Clock: d.Now, Tell: contacts.Everybody})), d
}

func settle(t *testing.T, d *db.DB) {
	t.Helper()
	var all []activity.Kind
	for _, k := range append(contact.Kinds(), company.Kinds()...) {
		all = append(all, k.Kind)
	}
	did := []activity.Kind{visit.KindPageViewed, form.KindSubmitted}
	if err := activity.NewRunner(d, nil, company.Reader(did...), company.FigureReader(all, did...)).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func path(t *testing.T, d *db.DB, what, name string) string {
	t.Helper()
	c, err := company.Named(t.Context(), d, name)
	if err != nil || c == 0 {
		t.Fatal(name, c, err)
	}
	return fmt.Sprintf("/s/companies/%s/%d", what, c)
}

func TestListAndEditor(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Get("/s/companies").Wants(200, "2 companies", "Acme", ">25<", "&lt;img src=x").Lacks("<img src=x")
	b.Get("/s/companies?search=ACM").Wants(200, "1 company").Lacks("&lt;img")
	b.Get("/s/companies?search=zzz").Wants(200, "No company found")
	b.Get("/s/companies?sort=people").Wants(200, `aria-sort="descending"`)
	b.Get("/s/companies?sort=score&turned=1").Wants(200, `aria-sort="ascending"`)
	b.Get("/s/companies/new").Wants(200, "New company", "Number of employees")
	b.Post("/s/companies/new", "companyname", "", "companycity", "Lyon", "companyemail", "none").Wants(422, "A company needs a name.", `value="Lyon"`, `value="none"`)
	b.Post("/s/companies/new", "companyname", "ACMÉ").Wants(422, "Another company has this name.", "Open the company of this name")
	b.Post("/s/companies/new", "companyname", "Beta", "score", "x").Wants(422, "This is no whole number.")
	b.Post("/s/companies/new", "companyname", "Beta", "companycity", "Lyon", "companycountry", "France", "score", "7").Wants(200, "Beta is saved.", "Lyon", ">7<")
	b.Get(path(t, d, "edit", "Beta")).Wants(200, `value="Beta"`, `value="France"`)
	b.Post(path(t, d, "edit", "Beta"), "companyname", "Beta two", "seen", "1").Wants(409, "Somebody else changed this company", `value="Beta two"`)
}

func TestPage(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Get(path(t, d, "view", "Acme")).Wants(200, "25 people", "Joint thread", "Person 24", "Belongs to")
	people := path(t, d, "view", "Acme") + "?tab=people"
	b.Get(people).Wants(200, "Person 24", "after=").Lacks("Person 3<")
	b.Get(path(t, d, "view", hostile)).Wants(200, "&lt;img src=x").Lacks("<img src=x")
	b.Get("/s/companies/view/999").Wants(404)
	b.Post(path(t, d, "notes", "Acme"), "text", " ").Wants(422, "Write something first.")
	b.Post(path(t, d, "notes", "Acme"), "text", hostile).Wants(200, "&lt;img src=x").Lacks("<img src=x")
	b.Post(path(t, d, "notes", "Acme"), "remove", "1").Wants(200, "No note yet.")
	b.Post(path(t, d, "tags", "Acme"), "tags", "vip, "+hostile).Wants(200, "vip", "&lt;img src=x").Lacks("<img src=x")
	b.Post(path(t, d, "tags", "Acme"), "remove", "VIP").Wants(200).Lacks("Remove the tag vip")
}

func TestMergeSeparateDelete(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	absorbed, err := company.Named(t.Context(), d, hostile)
	if err != nil {
		t.Fatal(err)
	}
	merge := path(t, d, "merge", "Acme")
	b.Get(merge).Wants(200, "Merge another company into “Acme”")
	b.Get(merge+"?with=nobody").Wants(422, "There is no company of this name.")
	b.Get(merge+"?with=acme").Wants(422, "Choose another company")
	b.Post(merge, "with", hostile).Wants(200, "26 people", "Merged into this one")
	b.Get(fmt.Sprintf("/s/companies/view/%d", absorbed)).Wants(200, "Acme")
	b.Post(fmt.Sprintf("/s/companies/separate/%d", absorbed)).Wants(200, "stands on its own again", "1 person")
	b.Get(path(t, d, "delete", "Acme")).Wants(200, "25 people belong to it and stay.")
	b.Post(path(t, d, "delete", "Acme")).Wants(200, "“Acme” is deleted.", "1 company")
	c, err := contact.Find(t.Context(), d, id.Contact(1))
	if err != nil || c.Fields["company"] != "" {
		t.Error(c.Fields, err)
	}
}
