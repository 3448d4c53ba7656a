package formpage_test

import (
	"fmt"
	"strings"
	"testing"

	"ariane/internal/base/db/dbtest"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/web/admin/formpage"
	"ariane/internal/web/public"
	"ariane/internal/web/webtest"
)

func start(t *testing.T) (*webtest.Browser, func() form.Form) {
	t.Helper()
	d := dbtest.Open(t)
	b := webtest.Start(t, d, formpage.Routes(formpage.Deps{DB: d, Clock: d.Now, BaseURL: "https://ariane.test",
		Public: public.Deps{DB: d, BaseURL: "https://ariane.test"}}))
	return b, func() form.Form {
		f, err := form.Find(t.Context(), d, 1)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

// typed is what the editor sends: the form's own values, then those of fields.
func typed(do string, own []string, fields ...[]string) []string {
	values := append([]string{"do", do, "count", fmt.Sprint(len(fields))}, own...)
	for i, f := range fields {
		for j := 0; j < len(f); j += 2 {
			values = append(values, fmt.Sprintf("fields.%d.%s", i, f[j]), f[j+1])
		}
	}
	return values
}

var own = []string{"name", "Request a <demo>", "language", "en", "post_action", "message", "post_property", "Thank you", "published", "1"}

func TestFromNothingToAForm(t *testing.T) {
	t.Parallel()
	b, stored := start(t)
	b.Get("/s/forms").Wants(200, "No form yet", "Make the first form")
	b.Get("/s/forms/new").Wants(200, "New form", `value="E-mail address"`)

	email := []string{"label", "Your e-mail", "type", "email", "contact_field", "email", "required", "1"}
	name := []string{"label", "Your name", "type", "text", "contact_field", "firstname"}
	source := []string{"label", "Source", "type", "hidden", "default", "spring <1>"}
	a := b.Post("/s/forms/new", typed("save", own, email, name, source)...).
		Wants(200, "The form “Request a <demo>” is saved.", "https://ariane.test/form/generate.js?id=1", "https://ariane.test/form/1", `data-mautic-form="requestademo"`, "Active", "0 submissions").
		Lacks("<demo>")
	if a.Path != "/s/forms/view/1" {
		t.Errorf("saving leads to %s", a.Path)
	}
	f := stored()
	if len(f.Fields) != 3 || f.Fields[0].Type != question.Email || !f.Fields[0].Required || f.Fields[1].ContactField != "firstname" || f.Fields[2].Default != "spring <1>" ||
		f.CreatedByUser != "anna" || !f.Published {
		t.Errorf("stored %+v", f)
	}

	b.Get("/s/forms").Wants(200, "Request a <demo>", "1 form")
	b.Get("/s/forms?search=zzz").Wants(200, "No form has this name")
	b.Get("/s/forms/results/1").Wants(200, "Nothing received yet")
	b.Post("/s/forms/publish/1", "published", "0").Wants(200, "can no longer fill in the form", "Inactive")
	if stored().Published {
		t.Error("the form is still active")
	}
	b.Get("/s/forms/delete/1").Wants(200, "Delete “Request a <demo>”?", "0 submissions go with it")
	b.Post("/s/forms/delete/1").Wants(200, "is deleted", "No form yet")
	b.Get("/s/forms/view/1").Wants(404)
}

func TestMistakesAreShownAndNothingIsLost(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	wrong := []string{"name", "", "description", "for <us>", "language", "en", "post_action", "redirect", "post_property", "no address"}
	b.Post("/s/forms/new", typed("save", wrong, []string{"label", "", "type", "text", "help", "help & all"}, []string{"label", "Twice", "type", "text", "contact_field", "nonsense"})...).
		Wants(422, "Nothing is saved yet", "A name is required.", "Give a complete address", "A label is required.", "There is no such field of a contact.",
			`value="for &lt;us&gt;"`, "no address", `value="help &amp; all"`, `value="Twice"`)
	b.Get("/s/forms").Wants(200, "No form yet")
	b.Post("/s/forms/new", typed("save", own)...).Wants(422, "A form needs at least one field.")
}

func TestFieldsAreRearrangedWithoutSaving(t *testing.T) {
	t.Parallel()
	b, stored := start(t)
	one, two := []string{"label", "First", "type", "text"}, []string{"label", "Second", "type", "email"}
	b.Post("/s/forms/new", typed("save", own, one, two)...).Wants(200)
	f := stored()
	one = append(one, "id", fmt.Sprint(f.Fields[0].ID), "alias", f.Fields[0].Alias)
	two = append(two, "id", fmt.Sprint(f.Fields[1].ID), "alias", f.Fields[1].Alias)

	for do, want := range map[string]string{
		"up:1": "Second First", "down:0": "Second First", "up:0": "First Second", "down:1": "First Second", "remove:0": "Second",
		"add:hidden": "First Second +", "up:9": "First Second", "down:-1": "First Second", "remove:x": "First Second",
	} {
		a := b.Post("/s/forms/edit/1", typed(do, own, one, two)...).Wants(200, `value="Request a &lt;demo&gt;"`)
		var labels []string
		for i := range 3 {
			_, rest, found := strings.Cut(a.Body, fmt.Sprintf(`name="fields.%d.label"`, i))
			if !found {
				continue
			}
			input := rest[:strings.Index(rest, ">")]
			before := a.Body[:len(a.Body)-len(rest)]
			input = before[strings.LastIndex(before, "<input"):] + input
			switch {
			case strings.Contains(input, `value="First"`):
				labels = append(labels, "First")
			case strings.Contains(input, `value="Second"`):
				labels = append(labels, "Second")
			default:
				labels = append(labels, "+")
			}
		}
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("%s: %s, want %s", do, got, want)
		}
	}
	if got := stored(); got.Fields[0].Label != "First" || len(got.Fields) != 2 {
		t.Errorf("something was saved: %+v", got.Fields)
	}
	b.Post("/s/forms/edit/1", typed("save", own, two, one)...).Wants(200)
	if got := stored(); got.Fields[0].ID != f.Fields[1].ID || got.Fields[0].Alias != f.Fields[1].Alias || got.ModifiedByUser != "anna" {
		t.Errorf("stored %+v", got.Fields)
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	b := webtest.Start(t, d, formpage.Routes(formpage.Deps{DB: d, Clock: d.Now, BaseURL: "https://ariane.test", Public: public.Deps{DB: d, BaseURL: "https://ariane.test"}}))
	b.Post("/s/forms/new", typed("save", own, []string{"label", "E-mail", "type", "email", "contact_field", "email"}, []string{"label", "Wish", "type", "text"})...).Wants(200)
	f, err := form.Find(t.Context(), d, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 35 {
		values := map[string][]string{f.Fields[0].Alias: {fmt.Sprintf("p%d@example.test", i)}, f.Fields[1].Alias: {"<i>wish</i>"}}
		if _, err := form.Submit(t.Context(), d, form.Submission{Form: 1, Values: values}); err != nil {
			t.Fatal(err)
		}
	}
	a := b.Get("/s/forms/results/1").Wants(200, "35 submissions", "p34@example.test", "<i>wish</i>", "/s/contacts/view/35", "Next").Lacks("<i>wish", "p4@example.test")
	_, rest, _ := strings.Cut(a.Body, `href="/s/forms/results/1?`)
	next, _, _ := strings.Cut(rest, `"`)
	b.Get("/s/forms/results/1?"+next).Wants(200, "p0@example.test", "Previous").Lacks("p34@example.test")
	b.Get("/s/forms/results/2").Wants(404)
}

func TestUnknownFormIsNotFound(t *testing.T) {
	t.Parallel()
	b, _ := start(t)
	for _, path := range []string{"/s/forms/view/7", "/s/forms/edit/7", "/s/forms/delete/7", "/s/forms/view/x"} {
		b.Get(path).Wants(404)
	}
}
