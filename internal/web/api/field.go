package api

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/web"
	"ariane/internal/web/api/param"
)

// definitions are the fields of an object.
type definitions struct {
	*door
	object string
}

func (d definitions) resource() resource {
	path := map[string]string{field.Contact: "/fields/contact", field.Company: "/fields/company"}[d.object]
	return resource{one: "field", many: "fields", path: path, encode: d.encodeFields, create: d.createField, edit: d.editField,
		remove: func(ctx context.Context, tx *db.Tx, number int64) error {
			if err := d.there(ctx, tx, number); err != nil {
				return err
			}
			_, err := d.write(ctx, tx, number, func() (field.Field, error) { return field.Remove(ctx, tx, number, definer(ctx)) })
			return err
		}}
}

// there tells whether a field describes the object.
func (d definitions) there(ctx context.Context, q db.Q, number int64) error {
	set, err := field.LoadOf(ctx, q, d.object)
	if err == nil {
		_, err = set.ByID(number)
	}
	return err
}

// write changes a definition; those of contacts have consequences for their values.
func (d definitions) write(ctx context.Context, tx *db.Tx, number int64, change func() (field.Field, error)) (field.Field, error) {
	if d.object == field.Company {
		return change()
	}
	return contact.Sweep{Field: number}.Start(ctx, tx, change)
}

// fieldCalls are the endpoints of the fields of an object.
func (a *door) fieldCalls(object string) []call {
	d := definitions{a, object}
	return append([]call{{"GET", "", d.fields}, {"GET", "/{$}", d.fields}, {"GET", "/{id}", d.field}}, a.writes(d.resource())...)
}

// changing is who may call a method on definitions.
func changing(method string) web.Permission {
	if method == http.MethodGet {
		return web.API
	}
	return web.AdminAPI
}

// shortened answers calls whose address leaves out that they are about contacts.
func shortened(calls []call) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		steps := strings.FieldsFunc(r.PathValue("rest"), func(c rune) bool { return c == '/' })
		path := ""
		for _, step := range steps {
			if digits(step) && !strings.Contains(path, "{id}") {
				r.SetPathValue("id", step)
				step = "{id}"
			}
			path += "/" + step
		}
		for _, c := range calls {
			if c.method == r.Method && c.path == path {
				return c.handler(w, r)
			}
		}
		return notFound(w, r)
	}
}

func (d definitions) field(w http.ResponseWriter, r *http.Request) error {
	if !digits(r.PathValue("id")) {
		return notFound(w, r)
	}
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	return d.resource().show(r.Context(), w, http.StatusOK, number, shape{})
}

func (d definitions) encodeFields(ctx context.Context, numbers []int64, s shape) (map[int64]json.RawMessage, error) {
	set, err := field.LoadOf(ctx, d.DB, d.object)
	if err != nil {
		return nil, err
	}
	followed, err := setting.Get(ctx, d.DB, setting.Followed)
	if err != nil {
		return nil, err
	}
	items := map[int64]json.RawMessage{}
	for _, n := range numbers {
		f, err := set.ByID(n)
		if err != nil {
			continue
		}
		o := definition(f, followed.Public[f.Alias] != "")
		if s.gone {
			o.set("id", nil)
		}
		if items[n], err = o.MarshalJSON(); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// definition is a field as the protocol shows it.
func definition(f field.Field, public bool) object {
	return object{
		{"isPublished", f.Published}, {"dateAdded", date(f.Added)}, {"dateModified", date(f.Modified)}, {"createdBy", idOrNull(f.CreatedBy)}, {"createdByUser", orNull(f.CreatedUser)},
		{"modifiedBy", idOrNull(f.ModifiedBy)}, {"modifiedByUser", orNull(f.ModifiedUser)}, {"id", f.ID}, {"label", f.English()}, {"alias", f.Alias}, {"type", f.Type}, {"group", f.Group},
		{"order", f.Order}, {"object", f.Object}, {"defaultValue", orNull(f.Default)}, {"isRequired", f.Required}, {"isFixed", f.Fixed}, {"isListable", f.Listable}, {"isVisible", f.OnForm},
		{"isShortVisible", f.OnQuick}, {"isUniqueIdentifier", f.Unique}, {"isPubliclyUpdatable", public}, {"properties", propertiesOf(f)},
	}
}

// propertiesOf is what else defines a field of its type.
func propertiesOf(f field.Field) object {
	switch {
	case f.Type == field.Boolean:
		return object{{"yes", f.Yes}, {"no", f.No}}
	case f.Type == field.Number:
		// Fields of the system round half to even, without it being said.
		rounding := cmp.Or(f.Rounding, field.RoundHalfEven)
		if f.Scale == 0 && rounding == field.RoundHalfEven {
			return object{}
		}
		return object{{"roundmode", rounding}, {"scale", f.Scale}}
	case len(f.Options) == 0:
		return object{}
	}
	list := make([]any, len(f.Options))
	for i, o := range f.Options {
		if list[i] = o.Value; f.Type.Chosen() {
			list[i] = object{{"label", o.Label}, {"value", o.Value}}
		}
	}
	return object{{"list", list}}
}

func definer(ctx context.Context) field.By {
	u := web.User(ctx)
	return field.By{User: u.ID, Name: u.Name()}
}

// ours are the names of the protocol for the properties of a field, where ours differ.
var ours = map[string]string{"options": "properties", "yes": "properties", "no": "properties", "scale": "properties", "rounding": "properties",
	"default": "defaultValue", "limit": "charLengthLimit", "unique": "isUniqueIdentifier"}

func (d definitions) createField(ctx context.Context, tx *db.Tx, s sent) (int64, bool, error) {
	kind := field.Type(cmp.Or(s.Get("type").Text(), string(field.Text)))
	f := asNew(kind)
	f.Object = d.object
	f.Alias = field.AliasOf(s.Get("alias").Text())
	read(&f, s)
	f, err := d.write(ctx, tx, 0, func() (field.Field, error) { return field.Add(ctx, tx, f, definer(ctx)) })
	if err != nil {
		return 0, false, reworded(err, s.Value, ours)
	}
	return f.ID, true, public(ctx, tx, f, s)
}

// asNew is a field as the protocol begins with.
func asNew(kind field.Type) field.Field {
	f := field.New(kind)
	if f.OnQuick = true; kind == field.Number {
		f.Rounding = field.RoundHalfEven
	}
	return f
}

func (d definitions) editField(ctx context.Context, tx *db.Tx, number int64, s sent) error {
	set, err := field.LoadOf(ctx, tx, d.object)
	if err != nil {
		return err
	}
	f, err := set.ByID(number)
	if err != nil {
		return err
	}
	if s.whole {
		fresh := asNew(f.Type)
		fresh.Object, fresh.ID, fresh.Alias, fresh.Label, fresh.APILabel, fresh.Fixed = f.Object, f.ID, f.Alias, f.Label, f.APILabel, f.Fixed
		if f = fresh; !f.Custom() {
			f.Limit = 0
		}
	}
	read(&f, s)
	if !f.Custom() && f.Renamed == f.APILabel {
		f.Renamed = ""
	}
	f, err = d.write(ctx, tx, number, func() (field.Field, error) { return field.Change(ctx, tx, f, definer(ctx), nil) })
	if err != nil {
		return reworded(err, s.Value, ours)
	}
	return public(ctx, tx, f, s)
}

// read takes what was sent into a field. Numbers that are none come as values that are
// refused.
func read(f *field.Field, s sent) {
	number := func(v param.Value, into *int) {
		if v.Blank() {
			return
		}
		n, ok := v.Int()
		if *into = -1; ok && n < 1<<31 {
			*into = int(n)
		}
	}
	if v := s.Get("label"); v.Given() {
		f.Renamed = v.Text()
	}
	if v := s.Get("group"); !v.Blank() {
		f.Group = field.Group(v.Text())
	}
	if v := s.Get("defaultValue"); v.Given() {
		f.Default = strings.Join(v.Texts(field.Between), field.Between)
	}
	f.Published, f.Required = s.Get("isPublished").Truth(f.Published), s.Get("isRequired").Truth(f.Required)
	f.OnForm, f.OnQuick = s.Get("isVisible").Truth(f.OnForm), s.Get("isShortVisible").Truth(f.OnQuick)
	f.Listable, f.Filterable = s.Get("isListable").Truth(f.Listable), s.Get("isIndex").Truth(f.Filterable)
	f.Unique = s.Get("isUniqueIdentifier").Truth(s.Get("isUniqueIdentifer").Truth(f.Unique))
	number(s.Get("charLengthLimit"), &f.Limit)
	p := s.Get("properties")
	number(p.Get("scale"), &f.Scale)
	rounding := int(f.Rounding)
	number(p.Get("roundmode"), &rounding)
	f.Rounding = field.Rounding(rounding)
	if v := p.Get("yes"); v.Given() {
		f.Yes = v.Text()
	}
	if v := p.Get("no"); v.Given() {
		f.No = v.Text()
	}
	if v := p.Get("list"); v.Given() {
		f.Options = options(v)
	}
}

// options reads a list of values, of values with labels, or a text with separators.
func options(v param.Value) []field.Option {
	var list []field.Option
	if !v.List() {
		for _, text := range v.Texts(field.Between) {
			list = append(list, field.Option{Value: text, Label: text})
		}
		return list
	}
	for _, one := range v.All() {
		o := field.Option{Value: one.Text(), Label: one.Text()}
		if one.List() {
			o = field.Option{Value: one.Get("value").Text(), Label: one.Get("label").Text()}
		}
		list = append(list, o)
	}
	return list
}

// public lets pages write the field, or forbids it.
func public(ctx context.Context, tx *db.Tx, f field.Field, s sent) error {
	v := s.Get("isPubliclyUpdatable")
	if v.Blank() && !s.whole || f.Computed() || f.Object == field.Company {
		return nil
	}
	followed, err := setting.Get(ctx, tx, setting.Followed)
	if err != nil {
		return err
	}
	access := followed.Public[f.Alias]
	switch {
	case !v.Truth(false):
		access = ""
	case access == "":
		access = setting.Always
	}
	return setting.Open(ctx, tx, f.Alias, access)
}

// listFields answers GET /contacts/list/fields.
func (a *door) listFields(w http.ResponseWriter, r *http.Request) error {
	set, err := field.Of(r.Context(), a.DB)
	if err != nil {
		return err
	}
	companies, err := field.OfCompanies(r.Context(), a.DB)
	if err != nil {
		return err
	}
	list := object{}
	for _, f := range append(inOrder(set.Published()), inOrder(companies.Published())...) {
		o := object{{"id", f.ID}, {"label", f.English()}, {"alias", f.Alias}, {"type", f.Type}, {"group", f.Group}, {"order", f.Order}, {"object", f.Object}}
		if p := propertiesOf(f); len(p) == 0 {
			o = append(o, member{"properties", p})
		}
		list = append(list, member{strconv.FormatInt(f.ID, 10), o})
	}
	return web.JSON(w, http.StatusOK, list)
}

func inOrder(list []field.Field) []field.Field {
	return slices.SortedStableFunc(slices.Values(list), func(a, b field.Field) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID)) })
}
