package tagpage_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/view"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/tagpage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>"%`

func start(t *testing.T) (*webtest.Browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		for i, tags := range [][]string{{"Prospect", "vip"}, {"prospect", hostile}, {"client"}} {
			c, err := contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"lastname": fmt.Sprint("Contact ", i)}})
			if err == nil {
				err = label.Add(t.Context(), tx, c, tags, label.By{})
			}
			if err != nil {
				return err
			}
		}
		if _, err := view.Add(t.Context(), tx, view.View{List: "contacts", Owner: 1, Name: "All prospects", Query: "search=tag%3Aprospect"}); err != nil {
			return err
		}
		_, err := form.Create(t.Context(), tx, form.Form{Name: "Form " + hostile, Language: "fr", Published: true, PostAction: form.Message, PostProperty: "Merci.",
			Fields: []form.Field{{Label: "E-mail", Alias: "email", Type: question.Email}}, Actions: []form.Action{{Type: form.ChangeTags, Add: []string{"PROSPECT"}}}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return webtest.Start(t, d, tagpage.Routes(tagpage.Deps{DB: d}), accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now})), d
}

func path(t *testing.T, d *db.DB, what, name string) string {
	t.Helper()
	tag, err := label.Named(t.Context(), d, name)
	if err != nil || tag.ID == 0 {
		t.Fatalf("no tag %q: %v", name, err)
	}
	return fmt.Sprintf("/s/tags/%s/%d", what, tag.ID)
}

func added(t *testing.T, d *db.DB) string {
	t.Helper()
	f, err := form.Find(t.Context(), d, 1)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(f.Actions[0].Add, " ")
}

func TestTags(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Get("/s/tags").Wants(200, "4 tags", "Prospect", "vip", `href="/s/contacts?search=tag%3A%22Prospect%22"`, `search=tag%3A%22%3Cimg+src%3Dx+onerror%3Dalert%281%29%3E%5C%25%22`).Lacks("<img src=x")
	b.Get("/s/tags?search=VI").Wants(200, "vip", "1 tag").Lacks(">Prospect<")
	b.Get("/s/tags?search=zz").Wants(200, "No tag has this name")
	b.Get("/s/tags?sort=use&order=desc").Wants(200, `aria-sort="descending"`)
	b.Post("/s/tags/new", "name", "", "description", "kept").Wants(422, "Give the tag a name.", "kept")
	b.Post("/s/tags/new", "name", "VÏP", "description", "").Wants(422, "There is already a tag “vip”.").Lacks("instead")
	b.Post("/s/tags/new", "name", "New one", "description", hostile).Wants(200, "The tag “New one” is saved.", "5 tags").Lacks("<img src=x")

	edit := path(t, d, "edit", "prospect")
	b.Get(edit).Wants(200, `value="Prospect"`)
	b.Post(edit, "name", "client", "description", "").Wants(422, "There is already a tag “client”.", "Merge into “client” instead", "?into=client")
	b.Post(edit, "name", "Lead", "description", "who may buy").Wants(200, "Lead", "who may buy").Lacks(">Prospect<")
	if got := added(t, d); got != "Lead" {
		t.Errorf("the form adds %q after the tag was renamed", got)
	}
	before, err := form.Find(t.Context(), d, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.Post(edit, "name", "Lead", "description", "who will buy").Wants(200, "who will buy")
	if after, err := form.Find(t.Context(), d, 1); !after.Modified.Equal(before.Modified) || err != nil {
		t.Error("a form was changed with the description of a tag", err)
	}
	for _, p := range []string{"/s/tags/edit/999", "/s/tags/merge/999", "/s/tags/delete/999"} {
		b.Get(p).Wants(404)
	}

	merge := path(t, d, "merge", "lead")
	b.Get(merge).Wants(200, "2 contacts have it", "<option value=\"client\">", "These forms name it").Lacks("<img src=x", `<option value="Lead"`, "All prospects")
	b.Get(merge+"?into=none").Wants(422, "There is no tag of this name.")
	b.Get(merge+"?into=LEAD").Wants(422, "Choose another tag")
	b.Get(merge+"?into=VIP").Wants(200, "1 of them has “vip” already.", "Merge into “VIP”")
	b.Post(merge, "into", "none").Wants(422, "There is no tag of this name.")
	b.Get("/s/tags/merge/1?" + url.Values{"into": {hostile}}.Encode()).Wants(200).Lacks("<img src=x")
	b.Post(merge, "into", "VIP").Wants(200, "“Lead” goes into “vip”.").Lacks("who will buy")
	if got := added(t, d); got != "vip" {
		t.Errorf("the form adds %q after the tag was merged", got)
	}

	remove := path(t, d, "delete", "vip")
	b.Get(remove).Wants(200, "2 contacts have it, and lose it.", "One that adds it brings the tag back").Lacks("<img src=x")
	b.Post(remove).Wants(200, "The tag “vip” is deleted.").Lacks(">vip<")
	b.Post("/s/tags/stop/1").Wants(200, "Stopped.")
	b.Get("/s/tags/progress").Wants(200)
	b.Post("/s/language", "language", "fr", "return", "/s/tags").Wants(200, "Étiquettes", "3 étiquettes", "Nouvelle étiquette")
	b.Get(path(t, d, "delete", "client")).Wants(200, "Supprimer l’étiquette", "1 contact la porte")
}

// A contact that is separated again has the tag that was renamed meanwhile.
func TestRenamedWhileMerged(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	runner := activity.NewRunner(d, nil, label.Reader(contact.Follow, contact.Fates()...))
	catchUp := func() {
		t.Helper()
		if err := runner.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	has := func(c id.Contact, want string) {
		t.Helper()
		tags, err := label.Of(t.Context(), d, []id.Contact{c})
		var names []string
		for _, tag := range tags[c] {
			names = append(names, tag.Name)
		}
		if got := strings.Join(names, ", "); got != want || err != nil {
			t.Errorf("contact %d has %s, not %s %v", c, got, want, err)
		}
	}
	do := func(f func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Do(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		catchUp()
	}
	catchUp()
	do(func(tx *db.Tx) error {
		return contact.Merge(t.Context(), tx, contact.Union{Survivor: 3, Absorbed: 1, Source: activity.SourceUser})
	})
	has(3, "client, Prospect, vip")
	b.Post(path(t, d, "edit", "prospect"), "name", "Lead", "description", "").Wants(200)
	do(func(tx *db.Tx) error {
		return contact.Unmerge(t.Context(), tx, contact.Separation{Absorbed: 1, Source: activity.SourceUser})
	})
	has(1, "Lead, vip")
	has(3, "client")
	b.Get("/s/tags").Lacks(">Prospect<")
}

func TestTagsInABrowser(t *testing.T) {
	t.Parallel()
	for lang, saved := range map[string]string{"en": "is saved", "fr": "est enregistrée"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w, d := start(t)
			b := browsertest.Open(t, browsertest.Language(lang), browsertest.Window(390, 844))
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/account"))
			b.Eval(`fetch("/s/language", {method: "POST", body: new URLSearchParams({language: "`+lang+`", return: "/s/account"})}).then(() => 1)`, nil)
			for _, p := range []string{"/s/tags", path(t, d, "merge", "prospect"), path(t, d, "delete", "prospect"), path(t, d, "edit", hostile)} {
				b.Visit(w.URL(p))
				if barriers := b.Barriers(); len(barriers) > 0 || b.Overflow() > 0 {
					t.Error(p, barriers, b.Overflow())
				}
			}
			b.Visit(w.URL("/s/tags"))
			b.WaitFor(`!document.documentElement.classList.contains("no-script")`)
			b.Click(".page-head a[data-dialog]")
			b.WaitFor(`document.activeElement.name === "name" && document.querySelector("dialog[open]")`)
			b.Fill("dialog input[name=name]", "Nouveau\r")
			b.WaitText(saved)
			b.WaitText("Nouveau")
			b.NoProblems()
		})
	}
}

func TestTagsWithoutScripts(t *testing.T) {
	t.Parallel()
	w, d := start(t)
	b := browsertest.Open(t, browsertest.WithoutScripts())
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL(path(t, d, "merge", "prospect")))
	b.Fill("#field-into", "vip\r")
	b.WaitFor(`location.search === "?into=vip"`)
	b.Click(".main form[method=post] .button-primary")
	b.WaitFor(`location.pathname === "/s/tags"`)
	b.WaitText("goes into")
}
