package fieldpage

import (
	"context"
	"net/http"
	"strconv"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// editView is the editor of a field.
type editView struct {
	Title, Action, Wrong string
	Type, TypeName       string
	Alias, Seen          string // of a stored field
	Inputs, More         []ui.Input
	Checks               []check
	DeleteURL            string
	Index                indexView
}

type check struct {
	Name, Label, Help string
	On                bool
}

// indexView tells how far the index of a field is.
type indexView struct {
	Text      string // empty when there is nothing to tell
	Unfit     string // says how many values do not fit
	Done, All string // while it is filled
	Clashes   []clash
	CheckURL  string
}

// clash is a value that two contacts have.
type clash struct{ Value, First, FirstURL, Other, OtherURL string }

const mostClashes = 50

func (d Deps) showEditor(w http.ResponseWriter, r *http.Request, status int, one draft, refused *fault.Error) error {
	ctx := r.Context()
	v := newEditView(ctx, one, refused)
	var err error
	if one.ID != 0 {
		if v.Index, err = d.index(ctx, one.Field); err != nil {
			return err
		}
	}
	return web.Show(w, r, web.View{Title: v.Title, Section: layout.Fields, Status: status, Body: editPage(v)})
}

func (d Deps) index(ctx context.Context, f field.Field) (v indexView, err error) {
	sweep := contact.Sweep{Field: f.ID}
	if f.Counting() || f.Indexing == field.Filling {
		done, all, err := sweep.Progress(ctx, d.DB)
		v.Done, v.All = strconv.FormatInt(done, 10), strconv.FormatInt(max(all, 1), 10)
		v.Text = i18n.T(ctx, "fieldpage.index.counting|The values of all contacts are being looked at, for those that no longer fit. Everything else goes on meanwhile.")
		if f.Indexing == field.Filling {
			v.Text = i18n.T(ctx, "fieldpage.index.filling|The values of all contacts are being indexed. Everything else goes on meanwhile.")
		}
		return v, err
	}
	if n := int(f.Unfit); n > 0 {
		v.Unfit = i18n.N(ctx, n, "fieldpage.unfit.long|When they were counted, %s value was longer than allowed. It is kept, and marked on the page of its contact.|When they were counted, %s values were longer than allowed. They are kept, and marked on the pages of their contacts.", i18n.Number(ctx, n))
		if f.Type.Chosen() {
			v.Unfit = i18n.N(ctx, n, "fieldpage.unfit.list|When they were counted, %s value was no longer in the list. It is kept, and marked on the page of its contact.|When they were counted, %s values were no longer in the list. They are kept, and marked on the pages of their contacts.", i18n.Number(ctx, n))
		}
		v.CheckURL = at("check", f.ID)
	}
	switch f.Indexing {
	case field.Filled:
		v.Text = i18n.T(ctx, "fieldpage.index.filled|The values of all contacts are indexed.")
	case field.Clashing:
		v.Text = i18n.T(ctx, "fieldpage.index.clashing|Some contacts have the same value. New duplicates are refused; contacts are recognised by this field once there is none left.")
		v.CheckURL = at("check", f.ID)
		list, err := sweep.Clashes(ctx, d.DB, mostClashes)
		if err != nil {
			return v, err
		}
		for _, c := range list {
			name := func(number int64) string {
				return i18n.T(ctx, "fieldpage.clash.contact|contact %d", number)
			}
			v.Clashes = append(v.Clashes, clash{c.Value, name(int64(c.Owner)), web.ContactURL(c.Owner), name(int64(c.Contact)), web.ContactURL(c.Contact)})
		}
	}
	return v, nil
}

func newEditView(ctx context.Context, one draft, refused *fault.Error) editView {
	v := editView{Title: i18n.T(ctx, "fieldpage.new|New field"), Action: listURL + "/new", Type: string(one.Type), TypeName: typeName(ctx, one.Type)}
	wrong := fault.Fields{}
	if refused != nil {
		m := refused.Message()
		v.Wrong, wrong = i18n.T(ctx, m.Key, m.Args...), refused.Fields
	}
	if len(wrong) > 0 {
		v.Wrong = i18n.N(ctx, len(wrong), "fieldpage.refused|Nothing is saved yet: one thing needs another look.|Nothing is saved yet: some things need another look.")
	}
	if one.ID != 0 {
		v.Title, v.Action, v.Alias, v.Seen = i18n.T(ctx, "fieldpage.edit|Edit the field"), at("edit", one.ID), one.Alias, one.Seen
		if !one.Fixed {
			v.DeleteURL = at("delete", one.ID)
		}
	}
	e := editor{ctx, one, wrong}
	v.Inputs, v.More, v.Checks = e.inputs(), e.more(), e.checks()
	return v
}

// editor makes the inputs of a field.
type editor struct {
	ctx   context.Context
	draft draft
	wrong fault.Fields
}

func (e editor) input(name, label, help string) ui.Input {
	return ui.Input{Name: name, Label: label, Help: help, Value: e.draft.Values[name], Wrong: e.wrong[name], Complete: "off"}
}

// inputs are what makes the field what it is.
func (e editor) inputs() []ui.Input {
	ctx, f := e.ctx, e.draft
	label := e.input("label", i18n.T(ctx, "fieldpage.label|Label"), "")
	label.Focus = len(e.wrong) == 0
	list := []ui.Input{label}
	own := f.ID == 0 || f.Custom()
	if f.ID == 0 {
		list = append(list, e.input("alias", i18n.T(ctx, "fieldpage.alias|Name for machines"), i18n.T(ctx, "fieldpage.alias.help|Made from the label when empty. It cannot be changed later.")))
	}
	if own {
		group := e.input("group", i18n.T(ctx, "fieldpage.group|Group"), "")
		group.Type = "select"
		for _, g := range field.Groups() {
			group.Choices = append(group.Choices, ui.Choice{Value: string(g), Label: g.Name(ctx)})
		}
		list = append(list, group)
	}
	switch {
	case f.Type.Chosen():
		list = append(list, area(e.input("options", i18n.T(ctx, "fieldpage.options|Values to choose"), i18n.T(ctx, "fieldpage.options.help|One a line. What stands after %s is stored instead of what is shown.", between))))
	case f.Type == field.Lookup:
		list = append(list, area(e.input("options", i18n.T(ctx, "fieldpage.suggestions|Suggestions"), i18n.T(ctx, "fieldpage.suggestions.help|One a line. Other values can be typed all the same."))))
	case f.Type == field.Boolean:
		list = append(list, e.input("yes", i18n.T(ctx, "fieldpage.yes|What yes is called"), ""), e.input("no", i18n.T(ctx, "fieldpage.no|What no is called"), ""))
	case f.Type == field.Number && own:
		list = append(list, number(e.input("scale", i18n.T(ctx, "fieldpage.scale|Digits after the point"), "")), e.rounding())
	}
	return list
}

func (e editor) rounding() ui.Input {
	ctx := e.ctx
	in := e.input("rounding", i18n.T(ctx, "fieldpage.rounding|Rounding"), "")
	in.Type = "select"
	for _, c := range []struct {
		r    field.Rounding
		name string
	}{
		{field.RoundHalfUp, i18n.T(ctx, "fieldpage.rounding.half_up|To the nearest, halves up")},
		{field.RoundHalfDown, i18n.T(ctx, "fieldpage.rounding.half_down|To the nearest, halves down")},
		{field.RoundHalfEven, i18n.T(ctx, "fieldpage.rounding.half_even|To the nearest, halves to the even digit")},
		{field.RoundUp, i18n.T(ctx, "fieldpage.rounding.up|Always up")},
		{field.RoundDown, i18n.T(ctx, "fieldpage.rounding.down|Always down")},
	} {
		in.Choices = append(in.Choices, ui.Choice{Value: strconv.Itoa(int(c.r)), Label: c.name})
	}
	return in
}

// more are what few fields need.
func (e editor) more() []ui.Input {
	ctx, f := e.ctx, e.draft
	var list []ui.Input
	if f.Type.Limited() {
		list = append(list, number(e.input("limit", i18n.T(ctx, "fieldpage.limit|Most characters"), i18n.T(ctx, "fieldpage.limit.help|Longer values that are stored already stay, and are marked."))))
	}
	if !f.Computed() && (e.wrong["default"].Key != "" || f.ID == 0 || !f.Identifying()) {
		in := e.input("default", i18n.T(ctx, "fieldpage.default|Value at the start"), i18n.T(ctx, "fieldpage.default.help|What new contacts begin with."))
		switch f.Type {
		case field.Boolean, field.Select:
			in.Type, in.Choices = "select", []ui.Choice{{}}
			for _, o := range field.Suggestions(f.Keeping(f.Default), i18n.Lang(ctx)) {
				in.Choices = append(in.Choices, ui.Choice(o))
			}
			if f.Type == field.Select && f.ID == 0 {
				in.Type = "" // its values are not known yet
			}
		case field.Date:
			in.Type = "date"
		case field.Country:
			for _, o := range field.Suggestions(f.Field, i18n.Lang(ctx)) {
				in.Suggest = append(in.Suggest, ui.Choice{Value: o.Label})
			}
		case field.Textarea, field.HTML:
			in = area(in)
		}
		list = append(list, in)
	}
	if f.Computed() {
		return list
	}
	return append(list, ui.Input{Name: "public", Type: "select", Label: i18n.T(ctx, "fieldpage.public|Pages may write it"), Value: f.Public,
		Help: i18n.T(ctx, "fieldpage.public.help|Anyone can send what a page sends."),
		Choices: []ui.Choice{
			{Value: "", Label: i18n.T(ctx, "sitepage.public.never|Never")},
			{Value: string(setting.WhenEmpty), Label: i18n.T(ctx, "sitepage.public.empty|If empty")},
			{Value: string(setting.Always), Label: i18n.T(ctx, "sitepage.public.always|Always")},
		}})
}

func (e editor) checks() []check {
	ctx, f := e.ctx, e.draft
	var list []check
	add := func(show bool, name, label, help string, on bool) {
		if show {
			list = append(list, check{name, label, help, on})
		}
	}
	add(true, "published", i18n.T(ctx, "fieldpage.published|Shown"), i18n.T(ctx, "fieldpage.published.help|Otherwise it is hidden everywhere; values are kept."), f.Published)
	add(!f.Computed(), "required", i18n.T(ctx, "fieldpage.required|Required"), i18n.T(ctx, "fieldpage.required.help|When a colleague edits a contact."), f.Required)
	add(f.Alias != "last_active" || f.ID == 0, "on_form", i18n.T(ctx, "fieldpage.on_form|In the editor of a contact"), "", f.OnForm)
	add(!f.Computed(), "on_quick", i18n.T(ctx, "fieldpage.on_quick|In quick add"), "", f.OnQuick)
	add(f.Type != field.Time, "listable", i18n.T(ctx, "fieldpage.listable|Lists can be filtered by it"), "", f.Listable)
	own := f.ID == 0 || f.Custom()
	add(own && f.Type.Unique(), "unique", i18n.T(ctx, "fieldpage.unique|Each value belongs to one contact only"),
		i18n.T(ctx, "fieldpage.unique.help|Contacts are recognised by it, as by an e-mail address. Values that are there already are checked first."), f.Unique)
	add(f.Type.Indexable() && !f.Computed() && !f.Direct(), "filterable", i18n.T(ctx, "fieldpage.filterable|Quick to find"),
		i18n.T(ctx, "fieldpage.filterable.help|Keeps an index of its values: searches by it stay fast among very many contacts."), f.Filterable)
	return list
}

func area(in ui.Input) ui.Input {
	in.Type, in.Rows = "textarea", 5
	return in
}

func number(in ui.Input) ui.Input {
	in.Type = "number"
	return in
}
