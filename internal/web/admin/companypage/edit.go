package companypage

import (
	"context"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/company"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

func by(r *http.Request) company.By {
	u := web.User(r.Context())
	return company.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name(), User: u.ID}
}

// draft is a company as it stands in the editor.
type draft struct {
	ID     id.Company // zero for a new one
	Name   string     // of a stored one
	Values map[string]string
	Owner  string
	Score  string
	Seen   string // when it was changed last, milliseconds
}

// inputLayout is how browsers write a date with its time.
const inputLayout = "2006-01-02T15:04:05"

// shown is a value as the editor shows it.
func shown(ctx context.Context, f field.Field, value string) string {
	if f.Type == field.Country {
		return field.CountryName(value, i18n.Lang(ctx))
	}
	if at, err := time.Parse(field.DatetimeLayout, value); f.Type == field.Datetime && err == nil {
		return at.In(i18n.Zone(ctx)).Format(inputLayout)
	}
	return value
}

// meant is a typed value for the company.
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

// editable are the fields of the editor.
func editable(set *field.Set) []field.Field {
	var list []field.Field
	for _, f := range set.Published() {
		if f.OnForm || f.Alias == field.CompanyName {
			list = append(list, f)
		}
	}
	return list
}

func stored(ctx context.Context, set *field.Set, c company.Company) draft {
	one := draft{ID: c.ID, Name: c.Name(), Values: map[string]string{}, Score: strconv.Itoa(c.Score), Seen: strconv.FormatInt(db.Millis(c.Changed()), 10)}
	if c.Owner != 0 {
		one.Owner = strconv.FormatInt(int64(c.Owner), 10)
	}
	for _, f := range editable(set) {
		one.Values[f.Alias] = shown(ctx, f, c.Fields[f.Alias])
	}
	return one
}

func readDraft(set *field.Set, q url.Values) draft {
	one := draft{Values: map[string]string{}, Owner: q.Get("owner"), Score: q.Get("score"), Seen: q.Get("seen")}
	for _, f := range editable(set) {
		if q.Has(f.Alias) {
			one.Values[f.Alias] = strings.Trim(strings.Join(q[f.Alias], field.Between), field.Between)
		}
	}
	return one
}

// edit is what the draft makes of the company.
func (one draft) edit(ctx context.Context, set *field.Set, by company.By) (company.Edit, error) {
	e := company.Edit{Values: map[string]string{}, By: by}
	for _, f := range editable(set) {
		value, typed := one.Values[f.Alias]
		if !typed {
			continue
		}
		e.Values[f.Alias] = meant(ctx, f, value)
		if f.Required && f.Alias != field.CompanyName {
			e.Required = append(e.Required, f.Alias)
		}
	}
	wrong := fault.Fields{}
	number, err := strconv.ParseInt("0"+one.Owner, 10, 64)
	owner := id.User(number)
	if e.Owner = &owner; err != nil {
		wrong.Add("owner", fault.Say("companypage.owner.unknown|There is no such user."))
	}
	score := 0
	if text := strings.TrimSpace(one.Score); text != "" {
		if score, err = strconv.Atoi(text); err != nil {
			wrong.Add("score", fault.Say("companypage.score.none|This is no whole number."))
		}
	}
	e.Score = &score
	if one.ID != 0 {
		ms, _ := strconv.ParseInt(one.Seen, 10, 64)
		seen := db.Time(ms)
		e.Seen = &seen
	}
	return e, wrong.Err()
}

func (d Deps) showNew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	set, err := field.OfCompanies(ctx, d.DB)
	if err != nil {
		return err
	}
	one := draft{Values: map[string]string{}, Owner: strconv.FormatInt(int64(web.User(ctx).ID), 10), Score: "0"}
	for _, f := range editable(set) {
		one.Values[f.Alias] = shown(ctx, f, f.Default)
	}
	return d.showEditor(w, r, set, one, nil)
}

func (d Deps) showEdit(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	set, err := field.OfCompanies(r.Context(), d.DB)
	if err != nil {
		return err
	}
	return d.showEditor(w, r, set, stored(r.Context(), set, c), nil)
}

func (d Deps) create(w http.ResponseWriter, r *http.Request) error {
	return d.save(w, r, company.Company{})
}

func (d Deps) update(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if err != nil {
		return err
	}
	return d.save(w, r, c)
}

// save stores what was typed, or shows the editor again with it and what stands in the
// way.
func (d Deps) save(w http.ResponseWriter, r *http.Request, c company.Company) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return fault.Refused(err, fault.Text{})
	}
	set, err := field.OfCompanies(ctx, d.DB)
	if err != nil {
		return err
	}
	one := readDraft(set, r.PostForm)
	one.ID, one.Name = c.ID, c.Name()
	e, wrong := one.edit(ctx, set, by(r))
	if wrong == nil && *e.Owner != 0 && *e.Owner != c.Owner {
		if _, missing := user.Find(ctx, d.DB, *e.Owner); fault.Is(missing, fault.KindNotFound) {
			wrong = fault.Invalid(fault.Fields{"owner": fault.Say("companypage.owner.unknown|There is no such user.")})
		}
	}
	number := c.ID
	errRefused := errors.New("refused")
	err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		if c.ID == 0 {
			number, err = company.Add(ctx, tx, e)
		} else {
			err = company.Change(ctx, tx, c.ID, e)
		}
		if err == nil && wrong != nil {
			return errRefused // nothing else was wrong
		}
		return err
	})
	if wrong != nil && (err == nil || errors.Is(err, errRefused)) {
		err = wrong
	} else if f, ok := fault.Of(err); ok && wrong != nil && f.Kind == fault.KindInvalid {
		more, _ := fault.Of(wrong)
		for name, text := range more.Fields {
			f.Fields.Add(name, text)
		}
	}
	if f, ok := fault.Of(err); ok && (f.Kind == fault.KindInvalid || f.Kind == fault.KindConflict) {
		if f.Kind == fault.KindConflict && c.ID != 0 {
			// Sent once more, it overwrites.
			now, err := company.Find(ctx, d.DB, c.ID)
			if err != nil {
				return err
			}
			one.Seen = strconv.FormatInt(db.Millis(now.Changed()), 10)
		}
		return d.showEditor(w, r, set, one, f)
	}
	if err != nil {
		return err
	}
	now, err := company.Find(ctx, d.DB, number)
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "companypage.saved|%s is saved.", now.Name()))
	return web.Redirect(w, r, at("view", number))
}

// editView is the editor.
type editView struct {
	Title, Action, Back, Parent string
	Seen, Wrong                 string
	Groups                      []editGroup
	Side                        []ui.Input
	// TakenURL leads to the company that has the name, MergeURL merges with it.
	TakenURL, MergeURL string
}

type editGroup struct {
	Title  string
	Inputs []ui.Input
}

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, set *field.Set, one draft, refused *fault.Error) error {
	ctx := r.Context()
	v := editView{Title: i18n.T(ctx, "companypage.new|New company"), Action: listURL + "/new", Back: listURL, Parent: i18n.T(ctx, "companypage.title|Companies"), Seen: one.Seen}
	if one.ID != 0 {
		v.Title, v.Action, v.Back, v.Parent = i18n.T(ctx, "companypage.edit|Edit the company"), at("edit", one.ID), at("view", one.ID), one.Name
	}
	status, wrong := http.StatusOK, fault.Fields{}
	if refused != nil {
		m := refused.Message()
		status, wrong, v.Wrong = http.StatusUnprocessableEntity, refused.Fields, i18n.T(ctx, m.Key, m.Args...)
		if refused.Kind == fault.KindConflict {
			status = http.StatusConflict
		}
	}
	if len(wrong) > 0 {
		v.Wrong = i18n.N(ctx, len(wrong), "companypage.refused|Nothing is saved yet: one thing needs another look.|Nothing is saved yet: some things need another look.")
	}
	if err := d.taken(ctx, one, &v); err != nil {
		return err
	}
	for _, g := range field.Groups() {
		group := editGroup{Title: g.Name(ctx)}
		for _, f := range editable(set) {
			if f.Group == g {
				group.Inputs = append(group.Inputs, newInput(ctx, f, one.Values[f.Alias], wrong))
			}
		}
		if len(group.Inputs) > 0 {
			v.Groups = append(v.Groups, group)
		}
	}
	owner := ui.Input{Name: "owner", Type: "select", Label: i18n.T(ctx, "companypage.owner|Owner"), Value: one.Owner, Wrong: wrong["owner"], Choices: []ui.Choice{{Label: i18n.T(ctx, "companypage.owner.none|Nobody")}}}
	users, err := user.List(ctx, d.DB)
	if err != nil {
		return err
	}
	for _, u := range users {
		owner.Choices = append(owner.Choices, ui.Choice{Value: strconv.FormatInt(int64(u.ID), 10), Label: u.Name()})
	}
	v.Side = []ui.Input{owner, {Name: "score", Type: "number", Step: "1", Label: i18n.T(ctx, "companypage.score|Score"), Value: one.Score, Wrong: wrong["score"]}}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Companies, Status: status, Body: editPage(v), Editing: web.Editable("company", one.ID)})
}

// taken finds the other company that has the name typed.
func (d Deps) taken(ctx context.Context, one draft, v *editView) error {
	if v.Wrong == "" {
		return nil
	}
	other, err := company.Named(ctx, d.DB, one.Values[field.CompanyName])
	if err != nil || other == 0 || other == one.ID {
		return err
	}
	c, err := company.Find(ctx, d.DB, other)
	if err != nil || field.Fold(c.Name()) != field.Fold(one.Values[field.CompanyName]) {
		return err
	}
	if v.TakenURL = at("view", other); one.ID != 0 {
		v.MergeURL = at("merge", other) + "?" + url.Values{"with": {one.Name}}.Encode()
	}
	return nil
}

func newInput(ctx context.Context, f field.Field, value string, wrong fault.Fields) ui.Input {
	in := ui.Input{Name: f.Alias, Label: f.Name(ctx), Value: value, Wrong: wrong[f.Alias], Complete: "off", Focus: f.Alias == field.CompanyName && len(wrong) == 0}
	switch f.Type {
	case field.Email:
		in.Type = "email"
	case field.Tel:
		in.Type = "tel"
	case field.URL:
		in.Type = "url"
	case field.Number:
		in.Type, in.Step = "number", strconv.FormatFloat(math.Pow10(-f.Scale), 'f', -1, 64)
	case field.Datetime:
		in.Type, in.Step = "datetime-local", "1"
	case field.Date:
		in.Type = "date"
	case field.Time:
		in.Type, in.Step = "time", "1"
	case field.Textarea, field.HTML:
		in.Type, in.Rows = "textarea", 4
	case field.Select, field.Boolean:
		in.Type, in.Choices = "select", append([]ui.Choice{{}}, choices(ctx, f, value)...)
	case field.Multiselect:
		in.Type, in.Choices = "checks", choices(ctx, f, value)
	}
	if in.Choices == nil {
		for _, s := range field.Suggestions(f, i18n.Lang(ctx)) {
			if f.Type == field.Country {
				s.Value = s.Label // understood in each language
			}
			in.Suggest = append(in.Suggest, ui.Choice{Value: s.Value, Label: s.Label})
		}
	}
	if f.Required || f.Alias == field.CompanyName {
		in.Required, in.Label = true, i18n.T(ctx, "companypage.required|%s (required)", in.Label)
	}
	return in
}

func choices(ctx context.Context, f field.Field, value string) []ui.Choice {
	var list []ui.Choice
	for _, s := range field.Suggestions(f.Keeping(value), i18n.Lang(ctx)) {
		list = append(list, ui.Choice(s))
	}
	return list
}
