package tagpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/label"
	"ariane/internal/search"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	listURL = "/s/tags"
	perPage = 50
)

func at(what string, tag int64) string {
	return listURL + "/" + what + "/" + strconv.FormatInt(tag, 10)
}

// contactsURL is the list of everybody with a tag, visitors among them.
func contactsURL(t label.Tag) string {
	return "/s/contacts?" + url.Values{"search": {search.Tagged(t.Name)}}.Encode()
}

// listRequest is what the address of the list says.
type listRequest struct {
	Search, After string
	ByUse, Desc   bool
}

func readListRequest(q url.Values) listRequest {
	return listRequest{Search: strings.TrimSpace(q.Get("search")), After: q.Get("after"), ByUse: q.Get("sort") == "use", Desc: q.Get("order") == "desc"}
}

func (l listRequest) url() string {
	q := url.Values{}
	for name, value := range map[string]string{"search": l.Search, "after": l.After} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if l.ByUse {
		q.Set("sort", "use")
	}
	if l.Desc {
		q.Set("order", "desc")
	}
	if len(q) == 0 {
		return listURL
	}
	return listURL + "?" + q.Encode()
}

// listView is the list of tags.
type listView struct {
	Search   string
	Columns  []ui.Column
	Rows     []row
	Underway []progressRow
	Cursor   ui.Cursor
}

type row struct {
	Name, Description, Contacts         string
	ListURL, EditURL, MergeURL, DropURL string
}

// progressRow is how far a merge or a deletion has come.
type progressRow struct{ Text, Done, All, StopURL string }

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), readListRequest(r.URL.Query())
	filter := label.Filter{Text: l.Search, ByUse: l.ByUse, Desc: l.Desc, After: l.After, Limit: perPage}
	page, err := label.List(ctx, d.DB, filter)
	if err != nil {
		return err
	}
	n, err := label.Count(ctx, d.DB, filter)
	if err != nil {
		return err
	}
	v := listView{Search: l.Search, Columns: columns(ctx, l), Cursor: ui.Cursor{Shown: i18n.N(ctx, n, "tagpage.count|%s tag|%s tags", i18n.Number(ctx, n))}}
	if v.Underway, err = d.underway(ctx); err != nil {
		return err
	}
	for _, t := range page.Tags {
		v.Rows = append(v.Rows, row{Name: t.Name, Description: t.Description, Contacts: i18n.Number(ctx, int(t.Contacts)), ListURL: contactsURL(t.Tag), EditURL: at("edit", t.ID), MergeURL: at("merge", t.ID), DropURL: at("delete", t.ID)})
	}
	if l.After = page.Next; l.After != "" {
		v.Cursor.Next = l.url()
	}
	if l.After = page.Previous; l.After != "" {
		v.Cursor.Previous = l.url()
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "tagpage.title|Tags"), Section: layout.Contacts, Body: listPage(v)})
}

func columns(ctx context.Context, l listRequest) []ui.Column {
	head := func(label, class string, byUse, desc bool) ui.Column {
		c := ui.Column{Label: label, Class: class}
		to := listRequest{Search: l.Search, ByUse: byUse, Desc: desc}
		if l.ByUse == byUse {
			to.Desc = !l.Desc
			if c.Sort = "ascending"; l.Desc {
				c.Sort = "descending"
			}
		}
		c.URL = to.url()
		return c
	}
	return []ui.Column{
		head(i18n.T(ctx, "tagpage.column.name|Name"), "", false, false),
		head(i18n.T(ctx, "tagpage.column.contacts|Contacts"), "end", true, true),
		{Label: i18n.T(ctx, "tagpage.column.actions|Actions"), Quiet: true},
	}
}

func (d Deps) underway(ctx context.Context) ([]progressRow, error) {
	list, err := label.Underway(ctx, d.DB)
	var rows []progressRow
	for _, m := range list {
		one := progressRow{Done: strconv.FormatInt(m.Moved, 10), All: strconv.FormatInt(max(m.Contacts, m.Moved, 1), 10), StopURL: at("stop", m.From)}
		done, all := i18n.Number(ctx, int(m.Moved)), i18n.Number(ctx, int(m.Contacts))
		if m.Into == 0 {
			one.Text = i18n.T(ctx, "tagpage.deleting|“%s” is being deleted: %s of %s contacts", m.Name, done, all)
		} else {
			one.Text = i18n.T(ctx, "tagpage.merging|“%s” is being merged into “%s”: %s of %s contacts", m.Name, m.IntoName, done, all)
		}
		rows = append(rows, one)
	}
	return rows, err
}

// progress answers with what is under way, empty when nothing is.
func (d Deps) progress(w http.ResponseWriter, r *http.Request) error {
	rows, err := d.underway(r.Context())
	if err != nil {
		return err
	}
	return web.ShowPart(w, r, progressPart(rows))
}

func (d Deps) stop(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	tag, err := web.PathID[int64](r, "id")
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return label.Stop(ctx, tx, tag) }); err != nil {
		return err
	}
	web.Say(r, ui.Amber, i18n.T(ctx, "tagpage.stopped|Stopped. Who has the tag still keeps it; what was done stays done."))
	return web.Redirect(w, r, listURL)
}
