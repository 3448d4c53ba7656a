package formpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const listURL = "/s/forms"

func at(action string, number id.Form) string {
	return listURL + "/" + action + "/" + strconv.FormatInt(int64(number), 10)
}

// listRequest is what the address of the list says.
type listRequest struct {
	Search string
	Sort   string
	Desc   bool
	After  string
}

func readListRequest(q url.Values) listRequest {
	l := listRequest{Search: strings.TrimSpace(q.Get("search")), Sort: form.Sorts()[0], Desc: q.Get("order") == "desc", After: q.Get("after")}
	if s := q.Get("sort"); slices.Contains(form.Sorts(), s) {
		l.Sort = s
	}
	return l
}

func (l listRequest) url() string {
	q := url.Values{}
	if l.Search != "" {
		q.Set("search", l.Search)
	}
	if l.Sort != form.Sorts()[0] {
		q.Set("sort", l.Sort)
	}
	if l.Desc {
		q.Set("order", "desc")
	}
	if l.After != "" {
		q.Set("after", l.After)
	}
	if len(q) == 0 {
		return listURL
	}
	return listURL + "?" + q.Encode()
}

// listView is the list of forms.
type listView struct {
	Search  string
	Columns []ui.Column
	Rows    []listRow
	Cursor  ui.Cursor
	All     string // address of the list without a search
}

type listRow struct {
	Name, URL, Description string
	Status                 statusTag
	Submissions            string
	ResultsURL             string
	Last, LastFull         string
	Modified, ModifiedFull string
}

// statusTag is a status in a word.
type statusTag struct {
	Tone ui.Tone
	Text string
}

func newStatusTag(ctx context.Context, s form.Status) statusTag {
	switch s {
	case form.Published:
		return statusTag{ui.Green, i18n.T(ctx, "formpage.status.active|Active")}
	case form.Pending:
		return statusTag{ui.Amber, i18n.T(ctx, "formpage.status.pending|Scheduled")}
	case form.Expired:
		return statusTag{ui.Grey, i18n.T(ctx, "formpage.status.expired|Expired")}
	}
	return statusTag{ui.Grey, i18n.T(ctx, "formpage.status.inactive|Inactive")}
}

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx, l := r.Context(), readListRequest(r.URL.Query())
	filter := form.Filter{Text: l.Search, Sort: l.Sort, Desc: l.Desc, After: l.After}
	page, err := form.List(ctx, d.DB, filter)
	if err != nil {
		return err
	}
	n, err := form.Count(ctx, d.DB, filter)
	if err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "formpage.title|Forms"), Section: layout.Forms, Body: listPage(newListView(ctx, d.Clock(), l, page, n))})
}

func newListView(ctx context.Context, now time.Time, l listRequest, page form.Page, n int) listView {
	v := listView{Search: l.Search, All: listURL, Columns: columns(ctx, l)}
	for _, f := range page.Forms {
		row := listRow{
			Name: f.Name, URL: at("view", f.ID), Description: f.Description, Status: newStatusTag(ctx, f.Status(now)),
			Submissions: i18n.Number(ctx, f.Submissions), ResultsURL: at("results", f.ID),
			Modified: i18n.Ago(ctx, now, f.Modified), ModifiedFull: i18n.DateTime(ctx, f.Modified),
		}
		if !f.LastSubmission.IsZero() {
			row.Last, row.LastFull = i18n.Ago(ctx, now, f.LastSubmission), i18n.DateTime(ctx, f.LastSubmission)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Cursor.Shown = i18n.N(ctx, n, "formpage.count|%s form|%s forms", i18n.Number(ctx, n))
	next := l
	if next.After = page.Next; next.After != "" {
		v.Cursor.Next = next.url()
	}
	if next.After = page.Previous; next.After != "" {
		v.Cursor.Previous = next.url()
	}
	return v
}

func columns(ctx context.Context, l listRequest) []ui.Column {
	head := func(label, class, sort string, descFirst bool) ui.Column {
		c := ui.Column{Label: label, Class: class}
		if sort == "" {
			return c
		}
		to := listRequest{Search: l.Search, Sort: sort, Desc: descFirst}
		if l.Sort == sort {
			to.Desc = !l.Desc
			if c.Sort = "ascending"; l.Desc {
				c.Sort = "descending"
			}
		}
		c.URL = to.url()
		return c
	}
	return []ui.Column{
		head(i18n.T(ctx, "formpage.column.name|Name"), "", "name", false),
		head(i18n.T(ctx, "formpage.column.status|Status"), "", "", false),
		head(i18n.T(ctx, "formpage.column.submissions|Submissions"), "end", "", false),
		head(i18n.T(ctx, "formpage.column.last|Last one"), "wide", "", false),
		head(i18n.T(ctx, "formpage.column.modified|Changed"), "wide", "date_modified", true),
	}
}
