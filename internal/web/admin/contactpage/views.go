package contactpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/user"
	"ariane/internal/view"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	viewsURL = listURL + "/views"
	// viewedList is the list whose views these are.
	viewedList = "contacts"
	// tabAll is the tab of the list as it is without a view.
	tabAll = "all"
)

// query is what a view keeps of the address of the list.
func (l listRequest) query() string {
	l.Tab, l.After = "", ""
	_, query, _ := strings.Cut(l.url(), "?")
	return query
}

// readQuery is the list that a view keeps.
func readQuery(query string) listRequest {
	q, err := url.ParseQuery(query)
	if err != nil {
		return readListRequest(nil)
	}
	l := readListRequest(q)
	l.Tab, l.After = "", ""
	return l
}

func viewURL(v view.View) string {
	l := readQuery(v.Query)
	l.Tab = strconv.FormatInt(v.ID, 10)
	return l.url()
}

func editViewURL(v view.View) string { return viewsURL + "/" + strconv.FormatInt(v.ID, 10) }

// mayChange tells whether a user may change a view and delete it.
func mayChange(u user.User, v view.View) bool { return v.Owner == u.ID || u.Role == user.Admin }

// listViews are the tabs above the list.
type listViews struct {
	Tabs []filterChip
	// Save leads to where the list is kept as a new view; empty where there is
	// nothing to keep.
	Save string
	// Edit leads to the view that is open, Reset to it as it is kept, where the list
	// is another by now. Keep is where that is stored instead, as Query.
	Edit, Reset, Keep, Query string
}

func newListViews(ctx context.Context, l listRequest, views []view.View) listViews {
	query := l.query()
	var t listViews
	open := slices.IndexFunc(views, func(v view.View) bool { return strconv.FormatInt(v.ID, 10) == l.Tab })
	if open < 0 && l.Tab == "" {
		open = slices.IndexFunc(views, func(v view.View) bool { return readQuery(v.Query).query() == query })
	}
	if len(views) > 0 {
		t.Tabs = append(t.Tabs, filterChip{i18n.T(ctx, "contactpage.views.all|All"), listRequest{Tab: tabAll, Sort: readListRequest(nil).Sort}.url(), open < 0 && query == ""})
	}
	for i, v := range views {
		t.Tabs = append(t.Tabs, filterChip{v.Name, viewURL(v), i == open})
	}
	if open >= 0 {
		v := views[open]
		t.Edit = editViewURL(v)
		if readQuery(v.Query).query() != query {
			t.Reset = viewURL(v)
			if mayChange(web.User(ctx), v) {
				t.Keep, t.Query = editViewURL(v)+"/keep", query
			}
		}
	}
	if query != "" && (open < 0 || t.Reset != "") {
		t.Save = viewsURL + "/new?" + url.Values{"query": {query}}.Encode()
	}
	return t
}

// Shown tells whether there is anything above the list.
func (t listViews) Shown() bool { return len(t.Tabs) > 0 || t.Save != "" }

// first is where somebody who asks for the list begins, empty for the list itself.
func (d Deps) first(ctx context.Context, r *http.Request) (string, error) {
	if r.URL.RawQuery != "" {
		return "", nil
	}
	views, err := view.List(ctx, d.DB, viewedList, web.User(ctx).ID)
	if i := slices.IndexFunc(views, func(v view.View) bool { return v.Default }); i >= 0 {
		return viewURL(views[i]), err
	}
	return "", err
}

// viewEditor is the page on which a view is named.
type viewEditor struct {
	Title    string
	Action   string
	Query    string // what is kept
	Name     ui.Input
	Choices  ui.Input
	Fixed    string // its name, where it is somebody else's
	Delete   string
	Back     string
	Searched string // the search in it
}

func (d Deps) showNewView(w http.ResponseWriter, r *http.Request) error {
	return d.showViewEditor(w, r, view.View{Owner: web.User(r.Context()).ID, Query: readQuery(r.URL.Query().Get("query")).query()}, nil)
}

func (d Deps) addView(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := typedView(r, view.View{List: viewedList, Owner: web.User(ctx).ID, Query: readQuery(r.PostForm.Get("query")).query()})
	err := d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		v.ID, err = view.Add(ctx, tx, v)
		return err
	})
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		return d.showViewEditor(w, r, v, refused)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.views.added|The view is saved."))
	return web.Redirect(w, r, viewURL(v))
}

// typedView is a view as the form says.
func typedView(r *http.Request, v view.View) view.View {
	v.Name = r.PostForm.Get("name")
	v.Shared, v.Default = slices.Contains(r.PostForm["as"], "shared"), slices.Contains(r.PostForm["as"], "default")
	return v
}

func (d Deps) theView(r *http.Request) (view.View, error) {
	number, err := web.PathID[int64](r, "view")
	if err != nil {
		return view.View{}, err
	}
	v, err := view.Find(r.Context(), d.DB, web.User(r.Context()).ID, number)
	if err == nil && v.List != viewedList {
		err = fault.NotFound(nil)
	}
	return v, err
}

// ownView is theView for who may change it.
func (d Deps) ownView(r *http.Request) (view.View, error) {
	v, err := d.theView(r)
	if err == nil && !mayChange(web.User(r.Context()), v) {
		err = fault.Forbidden(nil)
	}
	return v, err
}

func (d Deps) showView(w http.ResponseWriter, r *http.Request) error {
	v, err := d.theView(r)
	if err != nil {
		return err
	}
	return d.showViewEditor(w, r, v, nil)
}

func (d Deps) changeView(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.theView(r)
	if err != nil {
		return err
	}
	u := web.User(ctx)
	typed := typedView(r, v)
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if mayChange(u, v) {
			return view.Change(ctx, tx, typed, u.ID)
		}
		v.Default = typed.Default
		return view.Begin(ctx, tx, v, u.ID)
	})
	if refused, ok := fault.Of(err); ok && refused.Kind == fault.KindInvalid {
		return d.showViewEditor(w, r, typed, refused)
	}
	if err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.views.added|The view is saved."))
	return web.Redirect(w, r, viewURL(v))
}

// keepView stores the list as it is in a view.
func (d Deps) keepView(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.ownView(r)
	if err != nil {
		return err
	}
	v.Query = readQuery(r.PostForm.Get("query")).query()
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return view.Change(ctx, tx, v, web.User(ctx).ID) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.views.added|The view is saved."))
	return web.Redirect(w, r, viewURL(v))
}

func (d Deps) deleteView(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := d.ownView(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return view.Delete(ctx, tx, v) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "contactpage.views.deleted|The view “%s” is deleted.", v.Name))
	return web.Redirect(w, r, listURL+"?tab="+tabAll)
}

func (d Deps) showViewEditor(w http.ResponseWriter, r *http.Request, v view.View, refused *fault.Error) error {
	e := newViewEditor(r.Context(), v, refused)
	status := http.StatusOK
	if refused != nil {
		status = http.StatusUnprocessableEntity
	}
	return web.Show(w, r, web.View{Title: e.Title, Section: layout.Contacts, Status: status, Body: viewPage(e)})
}

func newViewEditor(ctx context.Context, v view.View, refused *fault.Error) viewEditor {
	wrong := fault.Fields{}
	if refused != nil {
		wrong = refused.Fields
	}
	l := readQuery(v.Query)
	e := viewEditor{Title: i18n.T(ctx, "contactpage.views.new|Save this view"), Action: viewsURL + "/new", Query: v.Query, Back: l.url(), Searched: l.Search}
	e.Name = ui.Input{Name: "name", Label: i18n.T(ctx, "contactpage.views.name|Name"), Value: v.Name, Wrong: wrong["name"], Required: true, Focus: true}
	e.Choices = ui.Input{Name: "as", Type: "checks", Label: i18n.T(ctx, "contactpage.views.use|Use"), Choices: []ui.Choice{
		{Value: "default", Label: i18n.T(ctx, "contactpage.views.default|Begin with it: what I see first under Contacts")},
		{Value: "shared", Label: i18n.T(ctx, "contactpage.views.shared|Show it to all colleagues")},
	}}
	var ticked []string
	if v.Default {
		ticked = append(ticked, "default")
	}
	if v.Shared {
		ticked = append(ticked, "shared")
	}
	e.Choices.Value = strings.Join(ticked, "|")
	if v.ID == 0 {
		return e
	}
	e.Title, e.Action, e.Back = i18n.T(ctx, "contactpage.views.edit|Change the view"), editViewURL(v), viewURL(v)
	if mayChange(web.User(ctx), v) {
		e.Delete = editViewURL(v) + "/delete"
	} else {
		e.Fixed, e.Choices.Choices = v.Name, e.Choices.Choices[:1]
	}
	return e
}
