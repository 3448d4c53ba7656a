package app_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/api"
	"ariane/internal/web/public"
	"ariane/internal/web/webtest"
)

// example is what a field of a type does with a good value and with a bad one.
type example struct {
	kind          field.Type
	typed, stored string
	byHand        string   // typed in the editor of a contact, where that differs
	shown         []string // in a list, in English and in French; none where lists have no such column
	searches      []string // what finds it
	refused       string
	says          []string // in English, in French, and in the protocol where that differs
}

var tooLong = func(n, most int) []string {
	return []string{fmt.Sprintf("This is too long: %d characters, at most %d.", n, most), fmt.Sprintf("C’est trop long\u00a0: %d caractères, %d au plus.", n, most)}
}

var examples18 = []example{
	{field.Text, "  Pêche ", "Pêche", "", []string{"Pêche", "Pêche"}, []string{"own_text:pec", "own_text:+pêche", "own_text:%che"}, strings.Repeat("x", 65), tooLong(65, 64)},
	{field.Textarea, "one\r\nTwo lines", "one\nTwo lines", "", nil, []string{"own_textarea:two", "lines"}, strings.Repeat("x", 10_001), tooLong(10_001, 10_000)},
	{field.HTML, "<p>Bold</p>", "<p>Bold</p>", "", nil, []string{"own_html:bold"}, strings.Repeat("x", 10_001), tooLong(10_001, 10_000)},
	{field.Email, "Ada@Example.org", "Ada@Example.org", "", []string{"Ada@Example.org", "Ada@Example.org"}, []string{"own_email:ada@example.org", "own_email:%example%"}, "b@",
		[]string{"This is not a valid e-mail address.", "Cette adresse e-mail n’est pas valide.", "b@ is invalid."}},
	{field.Tel, "+33 1 23", "+33 1 23", "", []string{"+33 1 23", "+33 1 23"}, []string{"own_tel:0123", "own_tel:33123"}, "home",
		[]string{"This is not a valid phone number.", "Ce numéro de téléphone n’est pas valide."}},
	{field.URL, "acme.fr", "https://acme.fr", "", []string{"https://acme.fr", "https://acme.fr"}, []string{"own_url:%acme%"}, "ftp://x", []string{"This is not a valid web address.", "Cette adresse web n’est pas valide."}},
	{field.Number, "1 000,5", "1000.5", "", []string{"1000.5", "1000.5"}, []string{"own_number:>1000", "own_number:1000..1001", "own_number:1000,5"}, "much", []string{"This is not a number.", "Ce n’est pas un nombre."}},
	{field.Boolean, "oui", "1", "", []string{"Sure", "Sure"}, []string{"own_boolean:yes", "own_boolean:oui", "has:own_boolean"}, "maybe", []string{"Say yes or no.", "Répondez par oui ou par non."}},
	{field.Select, "Rouge", "red", "", []string{"Rouge", "Rouge"}, []string{"own_select:red"}, "green",
		[]string{"“green” is not among the values to choose.", "«\u00a0green\u00a0» ne figure pas parmi les valeurs à choisir.", "This value is not valid."}},
	{field.Multiselect, "blue|Rouge", "red|blue", "", []string{"Rouge, Bleu", "Rouge, Bleu"}, []string{"own_multiselect:blue", "own_multiselect:red"}, "blue|green",
		[]string{"“green” is not among the values to choose.", "«\u00a0green\u00a0» ne figure pas parmi les valeurs à choisir.", "This value is not valid."}},
	{field.Lookup, "Anything", "Anything", "", []string{"Anything", "Anything"}, []string{"own_lookup:any"}, strings.Repeat("x", 65), tooLong(65, 64)},
	{field.Date, "2026-02-28", "2026-02-28", "", []string{"28 Feb 2026", "28 févr. 2026"}, []string{"own_date:2026-02", "own_date:>=2026-02-28"}, "28/02/2026", []string{"This is not a date.", "Ce n’est pas une date."}},
	{field.Datetime, "2026-02-28T10:00:00+01:00", "2026-02-28 09:00:00", "2026-02-28T10:00", []string{"28 February 2026, 10:00", "28 février 2026"}, []string{"own_datetime:2026-02-28"}, "yesterday",
		[]string{"This is not a date.", "Ce n’est pas une date."}},
	{field.Time, "9:30", "09:30:00", "", nil, nil, "25:00", []string{"This is not a time of day.", "Ce n’est pas une heure."}},
	{field.Country, "Suède", "Sweden", "", []string{"Sweden", "Suède"}, []string{"own_country:swe", "own_country:Suède"}, strings.Repeat("x", 256), tooLong(256, 255)},
	{field.Region, "Bretagne", "Bretagne", "", []string{"Bretagne", "Bretagne"}, []string{"own_region:bret"}, strings.Repeat("x", 256), tooLong(256, 255)},
	{field.Timezone, "Europe/Paris", "Europe/Paris", "", []string{"Europe/Paris", "Europe/Paris"}, []string{"own_timezone:europe"}, strings.Repeat("x", 256), tooLong(256, 255)},
	{field.Locale, "fr_FR", "fr_FR", "", []string{"fr_FR", "fr_FR"}, []string{"own_locale:fr"}, strings.Repeat("x", 256), tooLong(256, 255)},
}

func (e example) alias() string { return "own_" + string(e.kind) }

// typed are values as they are sent, of all types.
func typed(value func(example) string) map[string]string {
	all := map[string]string{}
	for _, e := range examples18 {
		all[e.alias()] = value(e)
	}
	return all
}

type entrances struct {
	*testing.T
	d *db.DB
	*webtest.Browser
	forms map[string]id.Form // by language
}

// everyType has a field of each type and, in each language, a form that fills them in.
func everyType(t *testing.T) entrances {
	t.Helper()
	d := dbtest.Open(t)
	recorder := visit.NewRecorder(d)
	t.Cleanup(recorder.Close)
	bots, err := visit.NewBots()
	if err != nil {
		t.Fatal(err)
	}
	watcher := activity.NewWatcher(d, slog.New(slog.DiscardHandler))
	t.Cleanup(watcher.Stop)
	w := entrances{t, d, nil, map[string]id.Form{}}
	w.Browser = webtest.Start(t, d, contactpage.Routes(contactpage.Deps{DB: d, Clock: d.Now, Language: app.Language(d), Watcher: watcher}),
		api.Routes(api.Deps{DB: d, Clock: d.Now, Language: app.Language(d), Kinds: app.Kinds()}),
		public.Routes(public.Deps{DB: d, Recorder: recorder, Policy: visit.NewPolicy(d, bots, nil), Sites: setting.Cache(d, setting.AllowedSites)}))
	err = d.Do(t.Context(), func(tx *db.Tx) error {
		questions := []form.Field{{Label: "Name", Alias: "who", Type: question.Text, ContactField: "firstname"}}
		for _, e := range examples18 {
			f := field.New(e.kind)
			f.Renamed, f.Alias, f.Scale, f.Yes, f.No = "My "+e.alias(), e.alias(), 1, "Sure", "Never"
			f.Options = []field.Option{{Value: "red", Label: "Rouge"}, {Value: "blue", Label: "Bleu"}}
			if _, err := field.Add(t.Context(), tx, f, field.By{}); err != nil {
				return err
			}
			kind := question.Text
			if e.kind.Long() {
				kind = question.Paragraph
			}
			questions = append(questions, form.Field{Label: e.alias(), Alias: e.alias(), Type: kind, ContactField: e.alias()})
		}
		for _, lang := range []string{"en", "fr"} {
			number, err := form.Create(t.Context(), tx, form.Form{Name: "All " + lang, Language: lang, Published: true, PostAction: form.Message, PostProperty: "Thanks", Fields: slices.Clone(questions)})
			if err != nil {
				return err
			}
			w.forms[lang] = number
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// speaks changes the language of the pages.
func (w entrances) speaks(lang string) {
	w.Helper()
	if err := w.d.Do(w.Context(), func(tx *db.Tx) error { return user.SetLanguage(w.Context(), tx, 1, lang) }); err != nil {
		w.Fatal(err)
	}
}

// last is the contact that was created last.
func (w entrances) last() contact.Contact {
	w.Helper()
	page, err := contact.List(w.Context(), w.d, contact.Filter{Anonymous: true, Sort: contact.SortID, Limit: 1})
	if err != nil || len(page.Contacts) != 1 {
		w.Fatal(page, err)
	}
	return page.Contacts[0]
}

// entrance is a way for values into a contact. It says what is wrong, by alias.
type entrance struct {
	name  string
	write func(one id.Contact, values map[string]string) map[string]string // to a new contact where one is zero
	edits bool
	says  int // which words
}

func (w entrances) all() []entrance {
	list := []entrance{{"API", w.call, true, 2}}
	for i, lang := range []string{"en", "fr"} {
		list = append(list,
			entrance{"form " + lang, func(_ id.Contact, values map[string]string) map[string]string { return w.submit(lang, values) }, false, i},
			entrance{"page " + lang, func(one id.Contact, values map[string]string) map[string]string {
				w.speaks(lang)
				return w.byHand(one, values)
			}, true, i})
	}
	return list
}

func (w entrances) submit(lang string, values map[string]string) map[string]string {
	w.Helper()
	sent := []string{"mauticform[formId]", fmt.Sprint(w.forms[lang]), "mauticform[who]", values["firstname"]}
	for alias, value := range values {
		sent = append(sent, "mauticform["+alias+"]", value)
	}
	a := w.Post("/form/submit?ajax=1", sent...)
	var answer struct {
		Success          int
		ValidationErrors map[string]string
	}
	if err := json.Unmarshal([]byte(a.Body), &answer); err != nil || a.Status != http.StatusOK || answer.Success == 1 && len(answer.ValidationErrors) > 0 {
		w.Fatal(a.Status, a.Body, err)
	}
	return answer.ValidationErrors
}

func (w entrances) call(one id.Contact, values map[string]string) map[string]string {
	w.Helper()
	method, path := http.MethodPost, "/api/contacts/new"
	sent := map[string]any{"overwriteWithBlank": true}
	for alias, value := range values {
		sent[alias] = value
	}
	if one != 0 {
		method, path = http.MethodPatch, fmt.Sprintf("/api/contacts/%d/edit", one)
	}
	raw, err := json.Marshal(sent)
	if err != nil {
		w.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.Context(), method, w.URL(path), strings.NewReader(string(raw)))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("anna", webtest.Password)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.Fatal(err)
	}
	var answer struct {
		Errors []struct{ Details map[string][]string }
	}
	if err := json.Unmarshal(text, &answer); err != nil || (len(answer.Errors) > 0) != (response.StatusCode == http.StatusBadRequest) || response.StatusCode > http.StatusBadRequest {
		w.Fatal(response.StatusCode, string(text), err)
	}
	said := map[string]string{}
	for _, e := range answer.Errors {
		for alias, messages := range e.Details {
			said[alias] = strings.Join(messages, "|")
		}
	}
	return said
}

var (
	saidWrong = regexp.MustCompile(`(?s)(?:<p class="field-wrong" id="field-([a-z_]+)-wrong">|<div id="field-([a-z_]+)-said"><p class="field-wrong">)(.*?)</p>`)
	markup    = regexp.MustCompile(`(?s)<[^>]*>`)
	seenInput = regexp.MustCompile(`name="seen" value="(\d+)"`)
)

func (w entrances) byHand(one id.Contact, values map[string]string) map[string]string {
	w.Helper()
	path, sent := "/s/contacts/new", []string{}
	if one != 0 {
		path = fmt.Sprintf("/s/contacts/edit/%d", one)
		seen := seenInput.FindStringSubmatch(w.Get(path).Wants(http.StatusOK).Body)
		sent = append(sent, "seen", seen[1])
	}
	for alias, value := range values {
		for _, e := range examples18 {
			if e.alias() == alias && value == e.typed && e.byHand != "" {
				value = e.byHand
			}
		}
		sent = append(sent, alias, value, "was."+alias, "before")
	}
	a := w.Post(path, sent...)
	said := map[string]string{}
	for _, m := range saidWrong.FindAllStringSubmatch(a.Body, -1) {
		said[m[1]+m[2]] = strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(m[3], "")))
	}
	if a.Status != http.StatusOK && (a.Status != http.StatusUnprocessableEntity || len(said) == 0) {
		w.Fatal(a.Status, a.Text())
	}
	return said
}

// TestEveryTypeThroughEveryEntrance: what a field of each type takes and refuses is
// the same wherever it comes from, and is said by field in the language of who asks.
func TestEveryTypeThroughEveryEntrance(t *testing.T) {
	w := everyType(t)
	if len(examples18) != len(field.Types()) {
		t.Fatalf("%d of %d types", len(examples18), len(field.Types()))
	}
	want := typed(func(e example) string { return e.stored })
	same := func(way string, c contact.Contact, want map[string]string) {
		t.Helper()
		for _, e := range examples18 {
			if got := c.Fields[e.alias()]; got != want[e.alias()] {
				t.Errorf("%s, %s: stored %q, want %q", way, e.kind, got, want[e.alias()])
			}
		}
	}
	named := func(values map[string]string) map[string]string {
		values["firstname"] = "Ada"
		return values
	}
	good, bad, none := typed(func(e example) string { return e.typed }), typed(func(e example) string { return e.refused }), typed(func(example) string { return "" })
	for _, in := range w.all() {
		if said := in.write(0, named(maps.Clone(none))); len(said) > 0 {
			t.Errorf("%s: nothing is refused: %v", in.name, said)
		}
		empty := w.last()
		same(in.name, empty, nil)
		refuses := func(one id.Contact) {
			t.Helper()
			said := in.write(one, named(maps.Clone(bad)))
			for _, e := range examples18 {
				if words := e.says[min(in.says, len(e.says)-1)]; said[e.alias()] != words && !(in.says == 2 && len(e.says) == 2 && said[e.alias()] == e.says[0]) {
					t.Errorf("%s, %s: says %q, want %q", in.name, e.kind, said[e.alias()], words)
				}
			}
			if len(said) != len(examples18) {
				t.Errorf("%s: says %v", in.name, said)
			}
			if now := w.last(); now.ID != empty.ID {
				t.Errorf("%s: a contact was created", in.name)
			}
		}
		if refuses(0); in.edits {
			refuses(empty.ID)
			same(in.name+", refused", w.last(), nil)
			if said := in.write(empty.ID, maps.Clone(good)); len(said) > 0 {
				t.Errorf("%s: %v", in.name, said)
			}
			same(in.name+", edited", w.last(), want)
			if said := in.write(empty.ID, maps.Clone(none)); len(said) > 0 {
				t.Errorf("%s: %v", in.name, said)
			}
			same(in.name+", emptied", w.last(), nil)
		}
		if said := in.write(0, named(maps.Clone(good))); len(said) > 0 {
			t.Errorf("%s: %v", in.name, said)
		}
		if now := w.last(); now.ID == empty.ID {
			t.Errorf("%s: no contact was created", in.name)
		}
		same(in.name+", new", w.last(), want)
	}
}

// TestEveryTypeIsListedAndFound in both languages.
func TestEveryTypeIsListedAndFound(t *testing.T) {
	w := everyType(t)
	values := typed(func(e example) string { return e.typed })
	values["firstname"] = "Ada"
	w.call(0, values)
	w.call(0, map[string]string{"firstname": "Eve"})
	for i, lang := range []string{"en", "fr"} {
		w.speaks(lang)
		for _, e := range examples18 {
			page := w.Get("/s/contacts?column=" + e.alias() + "&column=id")
			cells := len(regexp.MustCompile(`<th[ >]`).FindAllString(page.Body, -1))
			if len(e.shown) == 0 {
				if strings.Contains(page.Body[strings.Index(page.Body, "<table"):], "My "+e.alias()) {
					t.Errorf("%s: there is a column", e.kind)
				}
				continue
			}
			if page.Wants(http.StatusOK, e.shown[i]); cells == 0 {
				t.Errorf("%s: no table", e.kind)
			}
		}
		for _, e := range examples18 {
			for _, search := range e.searches {
				w.Get("/s/contacts?search="+url.QueryEscape(search)).Wants(http.StatusOK, "Ada").Lacks(">Eve<")
			}
		}
	}
}
