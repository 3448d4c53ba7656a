package fieldpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// draft is a field as it stands in the editor.
type draft struct {
	field.Field
	Values map[string]string // as typed
	Public string            // access of pages
	Seen   string            // when the field was modified last, milliseconds
}

func (d Deps) drafted(ctx context.Context, f field.Field) (draft, error) {
	t, err := setting.Get(ctx, d.DB, setting.Followed)
	one := draft{Field: f, Public: string(t.Public[f.Alias]), Values: map[string]string{"label": f.Name(ctx), "group": string(f.Group), "default": f.Default,
		"options": writeOptions(f), "yes": f.Yes, "no": f.No, "scale": strconv.Itoa(f.Scale), "rounding": strconv.Itoa(int(f.Rounding)), "limit": strconv.Itoa(f.Most())}}
	if one.Seen = modifiedText(f); f.Type == field.Country {
		one.Values["default"] = field.CountryName(f.Default, i18n.Lang(ctx))
	}
	return one, err
}

func modifiedText(f field.Field) string {
	if f.Modified.IsZero() {
		return "0"
	}
	return strconv.FormatInt(db.Millis(f.Modified), 10)
}

// between separates what is said from what is stored.
const between = "|"

func writeOptions(f field.Field) string {
	var lines []string
	for _, o := range f.Options {
		if line := o.Label; o.Label != o.Value && f.Type.Chosen() {
			lines = append(lines, line+" "+between+" "+o.Value)
		} else {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func readOptions(t field.Type, text string) []field.Option {
	var list []field.Option
	for line := range strings.Lines(text) {
		o := field.Option{Label: strings.TrimSpace(line)}
		if t.Chosen() {
			o.Label, o.Value, _ = strings.Cut(o.Label, between)
		} else {
			o.Value = o.Label
		}
		list = append(list, o)
	}
	return list
}

// read takes what was typed into the field. Numbers that are none come as values
// that are refused.
func (one *draft) read(q url.Values) {
	one.Values = map[string]string{}
	for _, name := range []string{"label", "alias", "group", "default", "options", "yes", "no", "scale", "rounding", "limit"} {
		one.Values[name] = q.Get(name)
	}
	number := func(name string, otherwise int) int {
		if !q.Has(name) {
			return otherwise
		}
		n, err := strconv.Atoi(strings.TrimSpace(q.Get(name)))
		if err != nil {
			return -1
		}
		return n
	}
	f := &one.Field
	f.Renamed, f.Default, f.Yes, f.No, f.Options = q.Get("label"), q.Get("default"), q.Get("yes"), q.Get("no"), readOptions(f.Type, q.Get("options"))
	if q.Has("group") {
		f.Group = field.Group(q.Get("group"))
	}
	if f.ID == 0 {
		f.Alias = q.Get("alias")
	}
	f.Scale, f.Limit, f.Rounding = number("scale", f.Scale), number("limit", f.Limit), field.Rounding(number("rounding", int(f.Rounding)))
	f.Required, f.Published, f.OnForm, f.OnQuick = q.Has("required"), q.Has("published"), q.Has("on_form"), q.Has("on_quick")
	f.Listable, f.Unique, f.Filterable = q.Has("listable"), q.Has("unique"), q.Has("filterable")
	one.Public, one.Seen = q.Get("public"), q.Get("seen")
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t := field.Type(r.URL.Query().Get("type"))
	if !slices.Contains(field.Types(), t) {
		var kinds []ui.Choice
		for _, t := range field.Types() {
			kinds = append(kinds, ui.Choice{Value: listURL + "/new?type=" + string(t), Label: typeName(ctx, t)})
		}
		return web.Show(w, r, web.View{Title: i18n.T(ctx, "fieldpage.new|New field"), Section: layout.Fields, Body: typePage(kinds)})
	}
	f := field.New(t)
	if t == field.Boolean {
		f.Yes, f.No = i18n.T(ctx, "fieldpage.yes.usual|Yes"), i18n.T(ctx, "fieldpage.no.usual|No")
	}
	one, err := d.drafted(ctx, f)
	if err != nil {
		return err
	}
	one.Values["label"] = ""
	return d.showEditor(w, r, http.StatusOK, one, nil)
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	one := draft{Field: field.New(field.Type(r.PostForm.Get("type")))}
	one.read(r.PostForm)
	return d.save(w, r, one, func(tx *db.Tx) (field.Field, error) { return field.Add(r.Context(), tx, one.Field, by(r)) })
}

func (d Deps) find(r *http.Request) (field.Field, error) {
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return field.Field{}, err
	}
	set, err := field.Load(r.Context(), d.DB)
	if err != nil {
		return field.Field{}, err
	}
	return set.ByID(number)
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := d.find(r)
	if err != nil {
		return err
	}
	one, err := d.drafted(r.Context(), f)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, http.StatusOK, one, nil)
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	f, err := d.find(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	one := draft{Field: f}
	one.read(r.PostForm)
	if !f.Custom() && one.Renamed == i18n.T(r.Context(), f.Label) {
		one.Renamed = "" // it keeps its name in both languages
	}
	ms, _ := strconv.ParseInt(one.Seen, 10, 64)
	seen := time.Time{}
	if ms > 0 {
		seen = db.Time(ms)
	}
	return d.save(w, r, one, func(tx *db.Tx) (field.Field, error) { return field.Change(r.Context(), tx, one.Field, by(r), &seen) })
}

// save stores a draft with write, or shows the editor again with what was typed
// and what stands in the way.
func (d Deps) save(w http.ResponseWriter, r *http.Request, one draft, write func(*db.Tx) (field.Field, error)) error {
	ctx := r.Context()
	var f field.Field
	err := d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		if f, err = (contact.Sweep{Field: one.ID}).Start(ctx, tx, func() (field.Field, error) { return write(tx) }); err != nil {
			return err
		}
		return one.open(ctx, tx, f)
	})
	if refused, ok := fault.Of(err); ok && (refused.Kind == fault.KindInvalid || refused.Kind == fault.KindConflict) {
		status := http.StatusUnprocessableEntity
		if refused.Kind == fault.KindConflict {
			// Sent once more, it overwrites.
			status, one.Seen = http.StatusConflict, modifiedText(f)
		}
		return d.showEditor(w, r, status, one, refused)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "fieldpage.saved|%s is saved.", f.Name(ctx)))
	if f.Indexing == field.Filling || f.Counting() {
		return web.Redirect(w, r, at("edit", f.ID))
	}
	return web.Redirect(w, r, listURL)
}

// open lets pages write the field, as far as was chosen.
func (one draft) open(ctx context.Context, tx *db.Tx, f field.Field) error {
	if f.Computed() {
		return nil
	}
	return setting.Open(ctx, tx, f.Alias, setting.Access(one.Public))
}

// check looks for clashes once more.
func (d Deps) check(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := d.find(r)
	if err != nil {
		return err
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		_, err := contact.Sweep{Field: f.ID}.Start(ctx, tx, func() (field.Field, error) { return field.Recheck(ctx, tx, f.ID) })
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, at("edit", f.ID))
}
