package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// editable are the fields of the editor, the score last: it is rarely changed by
// hand.
func editable(set *field.Set, quick bool) []field.Field {
	var list []field.Field
	for _, f := range set.Published() {
		if !f.Computed() && (f.OnForm && !quick || f.OnQuick && quick) {
			list = append(list, f)
		}
	}
	if points, found := set.ByAlias("points"); found && points.Published && points.OnForm && !quick {
		list = append(list, points)
	}
	return list
}

// draft is a contact as it stands in the editor.
type draft struct {
	Fields *field.Set
	ID     id.Contact // zero for a new one
	Name   string     // of a stored one
	Quick  bool
	// Values are as shown and typed, Was what they were when the editor opened.
	Values, Was map[string]string
	Owner       string
	WasOwner    string
	Seen        string // when the contact was modified last, milliseconds
	Anyway      string // the address of another contact that was agreed to
	Stays       string // the address that a copy leaves with the original
	Tags        string // of a new one, separated by commas
	// Meanwhile are values that somebody else wrote and that differ from what
	// was typed here, as shown.
	Meanwhile map[string]string
}

// stored is the draft of a contact.
func stored(ctx context.Context, set *field.Set, c contact.Contact) draft {
	d := draft{Fields: set, ID: c.ID, Name: person(ctx, c).Name, Values: map[string]string{}, Owner: ownerText(c.Owner), Seen: seenText(c.Modified)}
	for _, f := range editable(set, false) {
		value := c.Fields[f.Alias]
		if f.Alias == "points" {
			value = strconv.Itoa(c.Points)
		}
		d.Values[f.Alias] = shown(ctx, f, value)
	}
	d.Was, d.WasOwner = d.Values, d.Owner
	return d
}

func seenText(t time.Time) string {
	if t.IsZero() {
		return "0"
	}
	return strconv.FormatInt(db.Millis(t), 10)
}

func ownerText(u id.User) string {
	if u == 0 {
		return ""
	}
	return strconv.FormatInt(int64(u), 10)
}

// inputLayout is how browsers write a date with its time.
const inputLayout = "2006-01-02T15:04:05"

// shown is a value as the editor shows it: dates in the user's time zone, countries
// in the user's language.
func shown(ctx context.Context, f field.Field, value string) string {
	if f.Type == field.Country {
		return field.CountryName(value, i18n.Lang(ctx))
	}
	if at, err := time.Parse(field.DatetimeLayout, value); f.Type == field.Datetime && err == nil {
		return at.In(i18n.Zone(ctx)).Format(inputLayout)
	}
	if f.Type == field.Time {
		return strings.TrimSuffix(value, ":00")
	}
	return value
}

// meant is a typed value for the contact.
func meant(ctx context.Context, f field.Field, value string) string {
	if f.Type != field.Datetime {
		return value
	}
	for _, l := range []string{inputLayout, inputLayout[:16]} {
		if at, err := time.ParseInLocation(l, value, i18n.Zone(ctx)); err == nil {
			return at.UTC().Format(field.DatetimeLayout)
		}
	}
	return value
}

// readDraft reads what was sent from the editor.
func readDraft(set *field.Set, q url.Values) draft {
	d := draft{Fields: set, Values: map[string]string{}, Was: map[string]string{}, Owner: q.Get("owner"), WasOwner: q.Get("was.owner"),
		Seen: q.Get("seen"), Anyway: q.Get("anyway"), Stays: q.Get("stays"), Quick: q.Get("quick") != "", Tags: q.Get("tags")}
	for _, f := range append(editable(set, false), editable(set, true)...) {
		if q.Has(f.Alias) {
			d.Values[f.Alias], d.Was[f.Alias] = strings.Trim(strings.Join(q[f.Alias], field.Between), field.Between), q.Get("was."+f.Alias)
		}
	}
	return d
}

// sameText compares what browsers send of a text with several lines.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}

// edit adds to e what the draft changes. What was not touched
// is left out, so that it stays as others wrote it.
func (d draft) edit(ctx context.Context, e contact.Edit) (contact.Edit, error) {
	e.Values = map[string]string{}
	for _, f := range append(editable(d.Fields, false), editable(d.Fields, true)...) {
		value, typed := d.Values[f.Alias]
		if typed && !sameText(value, d.Was[f.Alias]) {
			e.Values[f.Alias] = meant(ctx, f, value)
		}
		if typed && f.Required {
			e.Required = append(e.Required, f.Alias)
		}
	}
	email := strings.TrimSpace(d.Values["email"])
	e.Anyway = email != "" && strings.EqualFold(email, d.Anyway)
	if d.Owner != d.WasOwner {
		n, err := strconv.ParseInt("0"+d.Owner, 10, 64)
		if err != nil {
			return e, fault.Invalid(fault.Fields{"owner": fault.Say("contactpage.owner.unknown|There is no such user.")})
		}
		owner := id.User(n)
		e.Owner = &owner
	}
	if d.ID != 0 {
		ms, err := strconv.ParseInt(d.Seen, 10, 64)
		if err != nil || ms < 0 {
			ms = 0
		}
		seen := time.Time{}
		if ms > 0 {
			seen = db.Time(ms)
		}
		e.Seen = &seen
	}
	return e, nil
}

// rebase puts the draft on what somebody else stored meanwhile: what was typed
// here stays, what was not touched is as it is there now.
func (d draft) rebase(now draft) draft {
	now.Meanwhile = map[string]string{}
	mine := func(name, typed, was, is string) string {
		if sameText(typed, was) || sameText(typed, is) {
			return is
		}
		if is != was {
			now.Meanwhile[name] = is
		}
		return typed
	}
	values := map[string]string{}
	for alias, is := range now.Values {
		values[alias] = is
		if typed, there := d.Values[alias]; there {
			values[alias] = mine(alias, typed, d.Was[alias], is)
		}
	}
	owner := mine("owner", d.Owner, d.WasOwner, now.Owner)
	now.Values, now.Owner, now.Anyway = values, owner, d.Anyway
	return now
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	set, err := field.Of(ctx, d.DB)
	if err != nil {
		return err
	}
	one := draft{Fields: set, Values: map[string]string{}, Quick: q.Get("quick") != "", Owner: ownerText(web.User(ctx).ID)}
	for _, f := range editable(set, one.Quick) {
		if !f.Computed() {
			one.Values[f.Alias] = shown(ctx, f, f.Default)
		}
	}
	if n, err := strconv.ParseInt(q.Get("from"), 10, 64); err == nil {
		original, err := contact.Find(ctx, d.DB, id.Contact(n))
		if err != nil {
			return err
		}
		one.Stays = original.Fields["email"]
		original.Fields, original.Points = original.Copyable(set), 0
		copied := stored(ctx, set, original)
		one.Values, one.Owner = copied.Values, copied.Owner
		tags, err := label.Of(ctx, d.DB, []id.Contact{original.ID})
		if err != nil {
			return err
		}
		one.Tags = tagNames(tags[original.ID])
	}
	return d.showEditor(w, r, http.StatusOK, one, nil)
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	set, err := field.Of(r.Context(), d.DB)
	if err != nil {
		return err
	}
	one := readDraft(set, r.PostForm)
	one.Was, one.WasOwner = nil, ""
	return d.save(w, r, one, func(tx *db.Tx, e contact.Edit) (id.Contact, error) {
		c, err := contact.Add(r.Context(), tx, e)
		if err != nil {
			return 0, err
		}
		return c, label.Add(r.Context(), tx, c, strings.Split(one.Tags, ","), tagHand(r))
	})
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	set, err := field.Of(r.Context(), d.DB)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, http.StatusOK, stored(r.Context(), set, c), nil)
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	set, err := field.Of(r.Context(), d.DB)
	if err != nil {
		return err
	}
	one := readDraft(set, r.PostForm)
	one.ID, one.Name = c.ID, person(r.Context(), c).Name
	return d.save(w, r, one, func(tx *db.Tx, e contact.Edit) (id.Contact, error) {
		return c.ID, contact.Update(r.Context(), tx, c.ID, e)
	})
}

func (d Deps) find(r *http.Request) (contact.Contact, error) {
	number, err := web.PathID[id.Contact](r, "id")
	if err != nil {
		return contact.Contact{}, err
	}
	return contact.Find(r.Context(), d.DB, number)
}

// save stores a draft with write, or shows the editor again with what was typed
// and what stands in the way.
func (d Deps) save(w http.ResponseWriter, r *http.Request, one draft, write func(*db.Tx, contact.Edit) (id.Contact, error)) error {
	ctx := r.Context()
	written := one.ID
	e, err := one.edit(ctx, hand(r))
	if err == nil && e.Owner != nil && *e.Owner != 0 {
		if _, missing := user.Find(ctx, d.DB, *e.Owner); fault.Is(missing, fault.KindNotFound) {
			err = fault.Invalid(fault.Fields{"owner": fault.Say("contactpage.owner.unknown|There is no such user.")})
		}
	}
	if err == nil {
		err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
			written, err = write(tx, e)
			return err
		})
	}
	if err == nil {
		one.ID = written
	}
	refused, ok := fault.Of(err)
	switch {
	case ok && refused.Kind == fault.KindInvalid:
		return d.showEditor(w, r, http.StatusUnprocessableEntity, one, refused)
	case ok && refused.Kind == fault.KindConflict:
		c, err := contact.Find(ctx, d.DB, one.ID)
		if err != nil {
			return err
		}
		return d.showEditor(w, r, http.StatusConflict, one.rebase(stored(ctx, one.Fields, c)), refused)
	case err != nil:
		return err
	}
	c, err := contact.Find(ctx, d.DB, one.ID)
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.saved|%s is saved.", person(ctx, c).Name))
	if one.Quick {
		return web.Redirect(w, r, listURL)
	}
	return web.Redirect(w, r, web.ContactURL(c.ID))
}

// taken is an address that leads to another contact.
type taken struct{ Address, Name, URL string }

// addressTaken finds who an address leads to, nil for nobody else than but.
func (d Deps) addressTaken(ctx context.Context, email string, but id.Contact) (*taken, error) {
	email = strings.TrimSpace(email)
	holder, err := contact.Holder(ctx, d.DB, email)
	if err != nil || holder == 0 || holder == but {
		return nil, err
	}
	c, err := contact.Find(ctx, d.DB, holder)
	if err != nil {
		return nil, err
	}
	return &taken{email, person(ctx, c).Name, web.ContactURL(c.ID)}, nil
}

// address says, while an address is typed, that it is another contact's.
func (d Deps) address(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	but, _ := strconv.ParseInt(q.Get("but"), 10, 64)
	t, err := d.addressTaken(r.Context(), q.Get("email"), id.Contact(but))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if t == nil {
		return nil
	}
	return takenNote(*t).Render(r.Context(), w)
}

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, status int, one draft, refused *fault.Error) error {
	ctx := r.Context()
	users, err := user.List(ctx, d.DB)
	if err != nil {
		return err
	}
	tags, err := label.All(ctx, d.DB, mostSuggested)
	if err != nil {
		return err
	}
	v := newEditView(ctx, one, users, tags, refused)
	if refused != nil && refused.Fields["email"].Key != "" {
		if v.Taken, err = d.addressTaken(ctx, one.Values["email"], one.ID); err != nil {
			return err
		}
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Contacts, Status: status, Body: editPage(v), Editing: web.Editable("contact", one.ID)})
}

// editView is the editor.
type editView struct {
	Title, Action, Back, Parent string
	Address                     string // where to ask about an address while it is typed
	Quick                       bool
	Hidden                      []ui.Choice
	Groups                      []editGroup
	Owner                       ui.Input
	Tags                        *ui.Input // of a new contact
	Wrong                       string
	Stays                       string
	Taken                       *taken
}

type editGroup struct {
	Title  string
	Inputs []ui.Input
}

func newEditView(ctx context.Context, one draft, users []user.User, tags []label.Tag, refused *fault.Error) editView {
	v := editView{Title: i18n.T(ctx, "contactpage.new|New contact"), Action: listURL + "/new", Back: listURL, Parent: i18n.T(ctx, "contactpage.title|Contacts"),
		Address: listURL + "/address", Quick: one.Quick}
	if one.Quick {
		v.Title = i18n.T(ctx, "contactpage.quick|Quick add")
		v.Hidden = append(v.Hidden, ui.Choice{Value: "1", Label: "quick"})
	}
	if one.ID != 0 {
		number := strconv.FormatInt(int64(one.ID), 10)
		v.Title, v.Action, v.Back, v.Parent = i18n.T(ctx, "contactpage.edit|Edit the contact"), listURL+"/edit/"+number, web.ContactURL(one.ID), one.Name
		v.Address += "?but=" + number
		v.Hidden = append(v.Hidden, ui.Choice{Value: one.Seen, Label: "seen"}, ui.Choice{Value: one.WasOwner, Label: "was.owner"})
	}
	wrong := fault.Fields{}
	if refused != nil {
		m := refused.Message()
		v.Wrong = i18n.T(ctx, m.Key, m.Args...)
		wrong = refused.Fields
	}
	if len(wrong) > 0 {
		v.Wrong = i18n.N(ctx, len(wrong), "contactpage.refused|Nothing is saved yet: one thing needs another look.|Nothing is saved yet: some things need another look.")
	}
	if one.Stays != "" {
		v.Stays = i18n.T(ctx, "contactpage.stays|The fields are copied, the history is not. The address %s stays with the original contact.", one.Stays)
		v.Hidden = append(v.Hidden, ui.Choice{Value: one.Stays, Label: "stays"})
	}
	for _, g := range field.Groups() {
		group := editGroup{Title: g.Name(ctx)}
		for _, f := range editable(one.Fields, one.Quick) {
			if f.Group != g {
				continue
			}
			if one.ID != 0 {
				v.Hidden = append(v.Hidden, ui.Choice{Value: one.Was[f.Alias], Label: "was." + f.Alias})
			}
			group.Inputs = append(group.Inputs, newInput(ctx, f, one, wrong))
		}
		if len(group.Inputs) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
	v.Owner = ownerInput(ctx, one, users, wrong)
	if one.ID == 0 {
		v.Tags = tagInput(ctx, one, tags, wrong)
	}
	return v
}
