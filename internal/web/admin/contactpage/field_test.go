package contactpage_test

import (
	"net/http"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/user"
)

// define adds a field of contacts.
func (w world) define(t field.Type, alias string, change ...func(*field.Field)) field.Field {
	w.t.Helper()
	f := field.New(t)
	f.Renamed, f.Alias, f.Group = "My "+alias, alias, field.Personal
	f.Yes, f.No, f.Options = "Sure", "Never", []field.Option{{Value: "red", Label: "Rouge"}, {Value: "blue", Label: "Bleu"}}
	for _, c := range change {
		c(&f)
	}
	err := w.d.Do(w.t.Context(), func(tx *db.Tx) (err error) {
		f, err = field.Add(w.t.Context(), tx, f, field.By{})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

func TestOwnFieldsOfEachType(t *testing.T) {
	w := start(t)
	for _, kind := range field.Types() {
		w.define(kind, "own_"+string(kind))
	}
	w.define(field.Text, "hidden", func(f *field.Field) { f.Published = false })
	w.define(field.Text, "page_only", func(f *field.Field) { f.OnForm = false })
	w.Get("/s/contacts/new").Wants(http.StatusOK, "Personal", "My own_text", `type="date"`, `type="time"`, "<textarea", `<option value="1">Sure</option>`,
		`type="checkbox" name="own_multiselect" value="red"`).Lacks("My hidden", "My page_only")
	bad := []string{"firstname", "Ada", "own_number", "much", "own_boolean", "maybe", "own_date", "soon", "own_time", "25:00", "own_select", "green", "own_email", "x",
		"own_text", strings.Repeat("x", 65)}
	w.Post("/s/contacts/new", bad...).Wants(http.StatusUnprocessableEntity, "This is not a number.", "Say yes or no.", "This is not a date.", "This is not a time of day.",
		"“green” is not among the values", "not a valid e-mail", "This is too long: 65 characters, at most 64.", `value="much"`, `value="soon"`)
	a := w.Post("/s/contacts/new", "firstname", "Ada", "own_text", "<i>peach</i>", "own_textarea", "one\r\ntwo", "own_number", "12,5", "own_boolean", "1", "own_date", "2026-07-01",
		"own_time", "09:30", "own_select", "red", "own_multiselect", "", "own_multiselect", "blue", "own_multiselect", "red", "own_datetime", "2026-07-02T12:00:00", "own_country", "Germany").
		Wants(http.StatusOK, "&lt;i&gt;peach&lt;/i&gt;", "one\ntwo", "Sure", "1 Jul 2026", "09:30", "Rouge", "Rouge, Bleu", "Germany")
	number := a.Path[strings.LastIndexByte(a.Path, '/')+1:]
	edit := w.Get("/s/contacts/edit/"+number).Wants(http.StatusOK, `value="2026-07-01"`, `value="09:30"`, `<option value="red" selected>Rouge</option>`, `value="blue" checked`)
	w.Post("/s/contacts/edit/"+number, form(edit.Body, "own_textarea", "one\r\ntwo", "was.own_textarea", "one\ntwo", "own_boolean", "0", "own_select", "red", "own_multiselect", "red|blue")...).
		Wants(http.StatusOK, "Never", "was Sure").Lacks("2 fields changed")
}

func TestOwnFieldsInFrench(t *testing.T) {
	w := start(t)
	w.define(field.Boolean, "news")
	w.define(field.Time, "hour", func(f *field.Field) { f.Required = true })
	if err := w.d.Do(t.Context(), func(tx *db.Tx) error { return user.SetLanguage(t.Context(), tx, 1, "fr") }); err != nil {
		t.Fatal(err)
	}
	w.Get("/s/contacts/new").Wants(http.StatusOK, "My hour (obligatoire)")
	w.Post("/s/contacts/new", "firstname", "Ada", "news", "bof", "hour", "").
		Wants(http.StatusUnprocessableEntity, "Répondez par oui ou par non.", "Cette information est obligatoire.")
	w.Post("/s/contacts/new", "firstname", "Ada", "hour", "midi").Wants(http.StatusUnprocessableEntity, "Ce n’est pas une heure.")
}

func TestQuickAddAsksWhatItIsToldTo(t *testing.T) {
	w := start(t)
	w.define(field.Text, "badge", func(f *field.Field) { f.OnQuick, f.OnForm = true, false })
	w.Get("/s/contacts/new?quick=1").Wants(http.StatusOK, "My badge")
	w.Get("/s/contacts/new").Lacks("My badge")
	w.Post("/s/contacts/new", "quick", "1", "firstname", "Ada", "badge", "B-7")
	if page := w.Get("/s/contacts?search=b-7").Wants(http.StatusOK, "Ada"); page.Body == "" {
		t.Error("empty")
	}
}

func TestValueThatLeftItsListIsMarked(t *testing.T) {
	w := start(t)
	f := w.define(field.Select, "colour")
	_, number := w.known(map[string]string{"firstname": "Ada", "colour": "red"})
	f.Options = f.Options[1:]
	if err := w.d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := field.Change(t.Context(), tx, f, field.By{}, nil)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.Get("/s/contacts/view/"+number).Wants(http.StatusOK, "red", "no longer in the list")
	w.Get("/s/contacts/edit/"+number).Wants(http.StatusOK, `<option value="red" selected>red (no longer in the list)</option>`, "It stays until you change it.")
}

func TestValueThatIsTooLongNowIsMarked(t *testing.T) {
	w := start(t)
	f := w.define(field.Text, "rank")
	one, number := w.known(map[string]string{"firstname": "Ada", "rank": "Grand master", "city": "Villeneuve-sur-Lot"})
	city, _ := field.Standard().ByAlias("city")
	for _, f := range []field.Field{f, city} {
		f.Limit = 5
		if err := w.d.Do(t.Context(), func(tx *db.Tx) error {
			_, err := field.Change(t.Context(), tx, f, field.By{}, nil)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if page := w.Get("/s/contacts/view/"+number).Wants(http.StatusOK, "Grand master", "Villeneuve-sur-Lot"); strings.Count(page.Body, "longer than allowed now") != 2 {
		t.Error(page.Text())
	}
	page := w.Get("/s/contacts/edit/"+number).Wants(http.StatusOK, "What is stored is longer than the 5 characters allowed now. It stays until you change it.")
	w.Post("/s/contacts/edit/"+number, form(page.Body, "lastname", "Abel", "was.city", "", "rank", "Grand masters")...).
		Wants(http.StatusUnprocessableEntity, "This is too long: 13 characters, at most 5.").Lacks("This is too long: 18")
	w.Post("/s/contacts/edit/"+number, form(page.Body, "lastname", "Abel", "was.rank", "", "was.city", "")...).Wants(http.StatusOK, "Ada Abel is saved.")
	if got := w.find(one).Fields; got["rank"] != "Grand master" || got["city"] != "Villeneuve-sur-Lot" || got["lastname"] != "Abel" {
		t.Error(got)
	}
	if err := w.d.Do(t.Context(), func(tx *db.Tx) error { return user.SetLanguage(t.Context(), tx, 1, "fr") }); err != nil {
		t.Fatal(err)
	}
	w.Get("/s/contacts/view/"+number).Wants(http.StatusOK, "plus long que permis désormais")
}
