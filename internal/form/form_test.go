package form_test

import (
	"ariane/internal/field"

	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"

	"github.com/google/go-cmp/cmp"
)

func TestCreateFindUpdateDelete(t *testing.T) {
	t.Parallel()
	r := &rig{T: t, db: dbtest.Open(t)}
	up := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	f := form.Form{
		Name: "Contact us!", Description: "d", Language: i18n.French, Published: true, PublishUp: up, PostAction: form.Redirect, PostProperty: "https://example.org/ok",
		Button: "Go", RenderStyle: true, NoIndex: true, Kiosk: true, CreatedBy: 3, CreatedByUser: "Jeanne",
		Fields: []form.Field{
			{Label: "Nom & prénom", Type: question.Text, Required: true, Message: "m", Default: "x", Placeholder: "p", Help: "h", ContactField: "lastname"},
			{Label: "Message", Type: question.Text},
			{Label: "2e adresse de courrier électronique", Type: question.Email},
			{Label: "Contact us", Type: question.Hidden},
			{Label: "contactus", Type: question.Hidden},
			{Label: "Message", Type: question.Hidden},
		},
	}
	n := r.create(f)
	got, err := form.Find(t.Context(), r.db, n)
	if err != nil {
		t.Fatal(err)
	}
	var aliases []string
	for _, own := range got.Fields {
		aliases = append(aliases, own.Alias)
	}
	if diff := cmp.Diff([]string{"nom_prenom", "f_message", "f_2e_adresse_de_courrier", "contact_us", "f_contactus", "f_message2"}, aliases); diff != "" {
		t.Error(diff)
	}
	want := f
	want.ID, want.Alias, want.Added, want.Modified, want.ModifiedBy, want.ModifiedByUser = n, "contact_us", got.Added, got.Added, 3, "Jeanne"
	want.Fields = append([]form.Field(nil), f.Fields...)
	for i := range want.Fields {
		want.Fields[i].ID, want.Fields[i].Alias = got.Fields[i].ID, got.Fields[i].Alias
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	change := got
	change.Name, change.ModifiedBy, change.ModifiedByUser = "Renamed", 4, "Ali"
	change.Fields = []form.Field{got.Fields[2], {Label: "New", Type: question.Text}, got.Fields[0]}
	change.Fields[0].Alias, change.Fields[0].Label = "renamed", "Autre adresse"
	r.do(func(tx *db.Tx) error { return form.Update(t.Context(), tx, change) })
	now, err := form.Find(t.Context(), r.db, n)
	if err != nil {
		t.Fatal(err)
	}
	if now.Name != "Renamed" || now.Alias != "contact_us" || now.CreatedByUser != "Jeanne" || now.ModifiedByUser != "Ali" || len(now.Fields) != 3 {
		t.Errorf("updated %+v", now)
	}
	if f := now.Fields[0]; f.ID != got.Fields[2].ID || f.Alias != got.Fields[2].Alias || f.Label != "Autre adresse" {
		t.Errorf("the alias of a saved field changed: %+v", f)
	}
	if now.Fields[1].Alias != "new" || now.Fields[2].ID != got.Fields[0].ID {
		t.Errorf("fields %+v", now.Fields)
	}

	r.do(func(tx *db.Tx) error { return form.SetPublished(t.Context(), tx, n, false, 5, "Eve") })
	if now, err = form.Find(t.Context(), r.db, n); err != nil || now.Published || now.ModifiedByUser != "Eve" {
		t.Errorf("unpublished %+v, %v", now, err)
	}
	r.do(func(tx *db.Tx) error { return form.Delete(t.Context(), tx, n) })
	if _, err := form.Find(t.Context(), r.db, n); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("after deletion: %v", err)
	}
	err = r.db.Do(t.Context(), func(tx *db.Tx) error { return form.Delete(t.Context(), tx, n) })
	if !fault.Is(err, fault.KindNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if err := form.Blank(i18n.French).Validate(field.Standard()); err == nil || strings.Count(err.Error(), ";") != 0 || !strings.Contains(err.Error(), "name") {
		t.Errorf("a new form lacks more than its name: %v", err)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	valid := form.Form{Name: "n", Language: i18n.English, PostAction: form.Return, Fields: []form.Field{{Label: "a", Type: question.Text}, {Label: "b", Type: question.Email, ContactField: "email"}}}
	if err := valid.Validate(field.Standard()); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("é", 256)
	for name, c := range map[string]struct {
		field  string
		change func(*form.Form)
	}{
		"no name":            {"name", func(f *form.Form) { f.Name = " " }},
		"long name":          {"name", func(f *form.Form) { f.Name = long }},
		"language":           {"language", func(f *form.Form) { f.Language = "de" }},
		"dates":              {"publish_down", func(f *form.Form) { f.PublishUp, f.PublishDown = time.Unix(9, 0), time.Unix(8, 0) }},
		"post action":        {"post_action", func(f *form.Form) { f.PostAction = "explode" }},
		"no message":         {"post_property", func(f *form.Form) { f.PostAction = form.Message }},
		"script":             {"post_property", func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "javascript:alert(1)" }},
		"other host":         {"post_property", func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "//evil.example" }},
		"backslash":          {"post_property", func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, `/\evil.example` }},
		"token as address":   {"post_property", func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "{formfield=a}" }},
		"token as host":      {"post_property", func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "https://{formfield=a}.example/" }},
		"token after host":   {"post_property", func(f *form.Form) { f.PostAction, f.PostProperty = form.Redirect, "https://example.org{formfield=a}" }},
		"no fields":          {"fields", func(f *form.Form) { f.Fields = nil }},
		"no label":           {"fields.1.label", func(f *form.Form) { f.Fields[1].Label = "" }},
		"long help":          {"fields.0.help", func(f *form.Form) { f.Fields[0].Help = long }},
		"type":               {"fields.0.type", func(f *form.Form) { f.Fields[0].Type = "captcha" }},
		"unknown field":      {"fields.0.contact_field", func(f *form.Form) { f.Fields[0].ContactField = "shoe_size" }},
		"points":             {"fields.0.contact_field", func(f *form.Form) { f.Fields[0].ContactField = "points" }},
		"field taken twice":  {"fields.1.contact_field", func(f *form.Form) { f.Fields[0].ContactField = "email" }},
		"alias taken twice":  {"fields.1.alias", func(f *form.Form) { f.Fields[0].Alias, f.Fields[1].Alias = "x", "x" }},
		"default not e-mail": {"fields.1.default", func(f *form.Form) { f.Fields[1].Default = "nobody" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := valid
			f.Fields = append([]form.Field(nil), valid.Fields...)
			c.change(&f)
			refused, ok := fault.Of(f.Validate(field.Standard()))
			if !ok || len(refused.Fields) != 1 || refused.Fields[c.field].Key == "" {
				t.Errorf("want a message for %s: %v", c.field, f.Validate(field.Standard()))
			}
		})
	}
	for _, good := range []string{"/thanks?e={formfield=a}", "https://example.org/{formfield=a}", "http://localhost:8080/#x"} {
		f := valid
		f.PostAction, f.PostProperty = form.Redirect, good
		if err := f.Validate(field.Standard()); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
}

func TestListByPage(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	for _, name := range []string{"beta", "Élan", "alpha", "Alpha 2", "100%_sûr"} {
		f := form.Blank(i18n.French)
		f.Name = name
		r.create(f)
	}
	r.submit(r.submission("", "email", "zoe@example.org"))
	names := func(filter form.Filter) string {
		t.Helper()
		var seen []string
		for {
			page, err := form.List(t.Context(), r.db, filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page.Forms {
				seen = append(seen, l.Name)
			}
			if filter.After = page.Next; filter.After == "" {
				break
			}
			back, err := form.List(t.Context(), r.db, form.Filter{Sort: filter.Sort, Desc: filter.Desc, Text: filter.Text, Limit: filter.Limit, After: page.Next})
			if err != nil || back.Previous == "" {
				t.Fatalf("no way back from %+v, %v", back, err)
			}
			again, err := form.List(t.Context(), r.db, form.Filter{Sort: filter.Sort, Desc: filter.Desc, Text: filter.Text, Limit: filter.Limit, After: back.Previous})
			if err != nil || again.Forms[0].ID != page.Forms[0].ID || len(again.Forms) != len(page.Forms) {
				t.Fatalf("the way back leads to %+v, %v", again, err)
			}
		}
		return strings.Join(seen, ",")
	}
	for want, filter := range map[string]form.Filter{
		"100%_sûr,alpha,Alpha 2,beta,Élan,Lettre d’information": {Limit: 2},
		"Lettre d’information,Élan,beta,Alpha 2,alpha,100%_sûr": {Limit: 4, Desc: true},
		"Lettre d’information,beta,Élan,alpha,Alpha 2,100%_sûr": {Limit: 2, Sort: "id"},
		"alpha,Alpha 2": {Text: "ALPHA", Limit: 1},
		"100%_sûr":      {Text: "0%_s"},
		"":              {Text: "%a%"},
	} {
		if got := names(filter); got != want {
			t.Errorf("%+v gives %s\nwant %s", filter, got, want)
		}
	}
	for _, sort := range form.Sorts() {
		if got := strings.Count(names(form.Filter{Sort: sort, Limit: 4}), ","); got != 5 {
			t.Errorf("sorted by %s: %d commas", sort, got)
		}
	}
	if n, err := form.Count(t.Context(), r.db, form.Filter{Text: "alpha"}); n != 2 || err != nil {
		t.Errorf("counted %d, %v", n, err)
	}
	page, err := form.List(t.Context(), r.db, form.Filter{Text: "lettre"})
	if err != nil || page.Forms[0].Submissions != 1 || page.Forms[0].LastSubmission.IsZero() {
		t.Errorf("line %+v, %v", page.Forms, err)
	}
	if _, err := form.List(t.Context(), r.db, form.Filter{Sort: "name; DROP TABLE form"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("an order of one's own gives %v", err)
	}
}
