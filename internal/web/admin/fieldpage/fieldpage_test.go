package fieldpage_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/i18n"
	"ariane/internal/base/job"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/web/admin/fieldpage"
	"ariane/internal/web/webtest"
)

type world struct {
	*testing.T
	d *db.DB
	*webtest.Browser
}

func start(t *testing.T) world {
	t.Helper()
	d := dbtest.Open(t)
	return world{t, d, webtest.Start(t, d, fieldpage.Routes(fieldpage.Deps{DB: d}))}
}

func (w world) do(f func(tx *db.Tx) error) {
	w.Helper()
	if err := w.d.Do(w.Context(), f); err != nil {
		w.Fatal(err)
	}
}

func (w world) named(alias string) field.Field {
	w.Helper()
	set, err := field.Load(w.Context(), w.d)
	if err != nil {
		w.Fatal(err)
	}
	f, _ := set.Ever(alias)
	return f
}

func (w world) edit(alias string) string { return fmt.Sprint("/s/fields/edit/", w.named(alias).ID) }

func TestEditorOfEachType(t *testing.T) {
	w := start(t)
	w.Get("/s/fields").Wants(http.StatusOK, "28 fields of contacts", "First name", "Social networks", "Quick add")
	w.Get("/s/fields?search=twit").Wants(http.StatusOK, "Twitter").Lacks("Facebook", "Move “Twitter”")
	w.Get("/s/fields?search=nosuch").Wants(http.StatusOK, "No field found")
	w.Get("/s/fields/new").Wants(http.StatusOK, "Yes or no", "/s/fields/new?type=boolean")
	for _, kind := range field.Types() {
		w.Get("/s/fields/new?type="+string(kind)).Wants(http.StatusOK, "Label", "Group")
		w.Post("/s/fields/new", "type", string(kind), "label", "My "+string(kind), "group", "personal", "options", "Rouge | red\nBleu", "yes", "Y", "no", "N", "scale", "1",
			"rounding", "6", "limit", "20", "published", "1", "on_form", "1").Wants(http.StatusOK, "My "+string(kind)+" is saved.")
		w.Get(w.edit("my_"+string(kind))).Wants(http.StatusOK, `value="My `+string(kind), "my_"+string(kind))
	}
	f := w.named("my_select")
	if len(f.Options) != 2 || f.Options[0] != (field.Option{Value: "red", Label: "Rouge"}) || f.Options[1].Value != "Bleu" || f.OnQuick || !f.Published {
		t.Errorf("%+v", f)
	}
	w.Get(w.edit("my_select")).Wants(http.StatusOK, "Rouge | red\nBleu")
}

func TestEditorKeepsWhatWasTyped(t *testing.T) {
	w := start(t)
	w.Post("/s/fields/new", "type", "number", "label", "", "alias", "Bad <i>", "scale", "many", "default", "x").
		Wants(http.StatusUnprocessableEntity, "some things need another look", "A label is required.", "At most 25 small letters", "Between 0 and 9 digits.", "This is not a number.",
			`value="Bad &lt;i&gt;"`, `value="many"`)
	w.Post("/s/fields/new", "type", "blob", "label", "x").Wants(http.StatusUnprocessableEntity)
	w.Post("/s/fields/new", "type", "text", "label", "Shoe", "group", "core", "limit", "64", "public", "empty", "published", "1", "on_quick", "1")
	tracking, err := setting.Get(t.Context(), w.d, setting.Followed)
	if err != nil || tracking.Public["shoe"] != setting.WhenEmpty {
		t.Errorf("%v %v", tracking.Public, err)
	}
	w.Post(w.edit("shoe"), "label", "Pointure <b>", "group", "core", "limit", "64", "seen", "0").Wants(http.StatusOK, "Pointure &lt;b&gt; is saved.", "Hidden")
	w.Post(w.edit("shoe"), "label", "Old", "group", "core", "limit", "64", "seen", "0").Wants(http.StatusConflict, "Somebody else changed this field", `value="Old"`)
	if tracking, _ = setting.Get(t.Context(), w.d, setting.Followed); tracking.Public["shoe"] != "" {
		t.Error("pages may still write it")
	}
	w.Post(w.edit("city"), "label", "City", "published", "1", "on_form", "1", "listable", "1", "seen", "0")
	if f := w.named("city"); f.Renamed != "" || !f.OnForm {
		t.Errorf("a standard field keeps its name in both languages: %+v", f)
	}
}

func TestOrderWithoutScript(t *testing.T) {
	w := start(t)
	skype := fmt.Sprint(w.named("skype").ID)
	w.Post("/s/fields/order", "group", "social", "up", skype)
	if a, b := w.named("skype"), w.named("linkedin"); a.Position > b.Position {
		t.Errorf("skype %d, linkedin %d", a.Position, b.Position)
	}
	w.Post("/s/fields/order", "group", "social", "down", skype)
	if a, b := w.named("skype"), w.named("linkedin"); a.Position < b.Position {
		t.Errorf("skype %d, linkedin %d", a.Position, b.Position)
	}
}

func TestRemovedFieldComesBack(t *testing.T) {
	w := start(t)
	w.Post("/s/fields/new", "type", "text", "label", "Shoe", "group", "core", "limit", "64", "public", "always", "published", "1")
	w.do(func(tx *db.Tx) error {
		f := form.Form{Name: "Shoes & socks", Language: i18n.English, PostAction: form.Return, Fields: []form.Field{{Label: "Size", Type: question.Text, ContactField: "shoe"}}}
		_, err := form.Create(t.Context(), tx, f)
		return err
	})
	remove := strings.Replace(w.edit("shoe"), "edit", "delete", 1)
	w.Get(remove).Wants(http.StatusOK, "Remove Shoe?", "Form “Shoes &amp; socks”", "Pages may write it")
	w.Post(remove).Wants(http.StatusOK, "Shoe is removed.", "Removed fields", "Its values are kept until")
	w.Post(strings.Replace(remove, "delete", "restore", 1)).Wants(http.StatusOK, "Shoe is back").Lacks("Removed fields")
	w.Get("/s/fields/delete/2").Wants(http.StatusOK, "cannot be removed").Lacks("button-danger")
	w.Post("/s/fields/delete/2").Wants(http.StatusBadRequest, "cannot be removed")
}

// sweeps runs jobs until nothing about a field is under way.
func (w world) sweeps(alias string) {
	w.Helper()
	changed := w.d.Topic("field")
	runner := job.NewRunner(w.d, slog.New(slog.DiscardHandler), job.Options{Handlers: []job.Handler{contact.Sweeps(w.d)}})
	ctx, stop := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	for wait := changed.Wait(); w.named(alias).Indexing == field.Filling || w.named(alias).Counting(); wait = changed.Wait() {
		<-wait
	}
	stop()
	if err := <-ended; err != nil {
		w.Error(err)
	}
}

// TestValuesThatNoLongerFitAreCounted of a field with a list, of one with a limit, and
// of a standard one.
func TestValuesThatNoLongerFitAreCounted(t *testing.T) {
	w := start(t)
	w.Post("/s/fields/new", "type", "text", "label", "Rank", "group", "core", "limit", "64", "published", "1")
	w.Post("/s/fields/new", "type", "select", "label", "Colour", "group", "core", "options", "red\nblue", "published", "1")
	w.do(func(tx *db.Tx) error {
		_, err := contact.CreateAll(t.Context(), tx, []contact.New{{Values: map[string]string{"firstname": "Ada", "rank": "Grand master", "colour": "red", "city": "Villeneuve-sur-Lot"}},
			{Values: map[string]string{"firstname": "Bob", "rank": "Élève", "colour": "blue", "city": "Lyon"}}, {Values: map[string]string{"rank": "Grand visitor"}}})
		return err
	})
	modified := func(alias string) string {
		if at := w.named(alias).Modified; !at.IsZero() {
			return fmt.Sprint(db.Millis(at))
		}
		return "0"
	}
	save := func(alias string, values ...string) {
		t.Helper()
		w.Post(w.edit(alias), append([]string{"label", "X " + alias, "group", "core", "published", "1", "seen", modified(alias)}, values...)...).Wants(http.StatusOK)
	}
	save("rank", "limit", "5")
	w.Get(w.edit("rank")).Wants(http.StatusOK, "are being looked at", "<progress")
	save("colour", "options", "blue")
	save("city", "limit", "10")
	for _, alias := range []string{"rank", "colour", "city"} {
		w.sweeps(alias)
	}
	w.Get(w.edit("rank")).Wants(http.StatusOK, "2 values were longer than allowed", "Check again", `value="5"`)
	w.Get(w.edit("colour")).Wants(http.StatusOK, "1 value was no longer in the list")
	w.Get(w.edit("city")).Wants(http.StatusOK, "1 value was longer than allowed", `value="10"`)
	w.Get("/s/fields").Wants(http.StatusOK, "Values that do not fit")
	save("rank", "limit", "5") // nothing changes
	if f := w.named("rank"); f.Counting() || f.Unfit != 2 {
		t.Errorf("%+v", f)
	}
	w.do(func(tx *db.Tx) error {
		return contact.GiveAll(t.Context(), tx, []contact.Given{{Contact: 1, Values: map[string]string{"rank": "", "colour": "blue"}}})
	})
	w.Post(strings.Replace(w.edit("colour"), "edit", "check", 1)).Wants(http.StatusOK)
	w.sweeps("colour")
	w.Get(w.edit("colour")).Wants(http.StatusOK).Lacks("no longer in the list", "Check again")
	save("rank", "limit", "12")
	w.sweeps("rank")
	w.Get(w.edit("rank")).Wants(http.StatusOK, "1 value was longer than allowed")
	save("rank", "limit", "64")
	w.sweeps("rank")
	if f := w.named("rank"); f.Unfit != 0 {
		t.Errorf("%+v", f)
	}
}

func TestClashesAreShown(t *testing.T) {
	w := start(t)
	w.Post("/s/fields/new", "type", "text", "label", "Badge", "group", "core", "limit", "64", "published", "1")
	w.do(func(tx *db.Tx) error {
		_, err := contact.CreateAll(t.Context(), tx, []contact.New{{Values: map[string]string{"firstname": "Ada", "badge": "A-1"}}, {Values: map[string]string{"firstname": "Bob", "badge": "A-1"}}})
		return err
	})
	w.Post(w.edit("badge"), "label", "Badge", "group", "core", "limit", "64", "published", "1", "unique", "1", "seen", "0").Wants(http.StatusOK, "being indexed", "<progress")
	w.sweeps("badge")
	w.Get(w.edit("badge")).Wants(http.StatusOK, "Some contacts have the same value", "a-1", "/s/contacts/view/1", "/s/contacts/view/2", "Check again")
	w.Post(strings.Replace(w.edit("badge"), "edit", "check", 1)).Wants(http.StatusOK)
}

func TestFieldsInABrowser(t *testing.T) {
	t.Parallel()
	for language, saved := range map[string]string{"en": "is saved.", "fr": "est enregistré."} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			w.do(func(tx *db.Tx) error { return user.SetLanguage(t.Context(), tx, 1, language) })
			b := browsertest.Open(t)
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/fields/new?type=select"))
			b.Fill("[name=label]", "Colour")
			b.Click(".button-primary[type=submit], form .button-primary")
			b.WaitFor(`document.querySelector("#field-options[aria-invalid=true]") && document.querySelector("[name=label]").value === "Colour"`)
			b.Fill("[name=options]", "Red")
			b.Click("form .button-primary")
			b.WaitText(saved)
			social := `[...document.querySelectorAll("#social [data-field] a")].map((a) => a.textContent).join()`
			b.WaitFor(`document.querySelector("#social [data-grip]")?.hidden === false`)
			first := b.String(social)
			var at [4]float64
			b.Eval(`document.querySelector("#social").scrollIntoView({ block: "center", behavior: "instant" })`, nil)
			b.Eval(`((a, b) => [a.x + a.width / 2, a.y + a.height / 2, b.x + 40, b.y + 2])(document.querySelectorAll("#social [data-grip]")[1].getBoundingClientRect(),
				document.querySelectorAll("#social [data-field]")[0].getBoundingClientRect())`, &at)
			b.Do(chromedp.MouseEvent(chromedp.MousePressed, at[0], at[1], chromedp.ButtonLeft), chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]-9, chromedp.ButtonLeft),
				chromedp.MouseEvent(chromedp.MouseMoved, at[2], at[3], chromedp.ButtonLeft), chromedp.MouseEvent(chromedp.MouseReleased, at[2], at[3], chromedp.ButtonLeft))
			b.WaitFor(`document.querySelector("[data-said]").textContent.includes("Foursquare")`)
			if a, b := w.named("foursquare"), w.named("facebook"); a.Position > b.Position {
				t.Errorf("foursquare %d, facebook %d", a.Position, b.Position)
			}
			b.Eval(`document.querySelector("#social [data-field] a").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", altKey: true, bubbles: true, cancelable: true}))`, nil)
			b.WaitFor(social + ` === ` + fmt.Sprintf("%q", first))
		})
	}
}
