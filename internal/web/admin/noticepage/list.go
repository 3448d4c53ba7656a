package noticepage

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/notice"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	pageURL  = "/s/notices"
	pageSize = 30
)

func (d Deps) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64)
	list, err := notice.List(ctx, d.DB, web.User(ctx).ID, before, pageSize+1)
	if err != nil {
		return err
	}
	unread, err := notice.Unread(ctx, d.DB, web.User(ctx).ID)
	if err != nil {
		return err
	}
	v := newListView(ctx, d.Clock(), list, unread)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "notice.title|Notifications"), Section: layout.Notices, Body: listPage(v)})
}

// listView is the page.
type listView struct {
	Days   []day
	Older  string // URL, empty when this is all
	Unread bool
	Last   string // the latest notice shown
}

type day struct {
	Title string
	Lines []line
}

type line struct {
	Open, Read        string // addresses
	Icon              string
	Tone              ui.Tone
	Title, Body       string
	Clock, Full, Then string
	New               bool
}

func newListView(ctx context.Context, now time.Time, list []notice.Notice, unread int) listView {
	v := listView{Unread: unread > 0}
	if len(list) > 0 {
		v.Last = strconv.FormatInt(list[0].ID, 10)
	}
	if len(list) > pageSize {
		list = list[:pageSize]
		v.Older = pageURL + "?before=" + strconv.FormatInt(list[pageSize-1].ID, 10)
	}
	for i, n := range list {
		if i == 0 || !i18n.SameDay(ctx, n.At, list[i-1].At) {
			v.Days = append(v.Days, day{Title: i18n.Day(ctx, now, n.At)})
		}
		own := pageURL + "/" + strconv.FormatInt(n.ID, 10)
		l := line{
			Open: own + "/open", Read: own + "/read", Icon: "bell", Tone: ui.Grey, Title: say(ctx, n.Title), Body: say(ctx, n.Body),
			Clock: i18n.Time(ctx, n.At), Full: i18n.DateTime(ctx, n.At), Then: n.At.UTC().Format(time.RFC3339), New: n.Read.IsZero(),
		}
		if n.Kind == "form" {
			l.Icon, l.Tone = "forms", ui.Cyan
		}
		today := &v.Days[len(v.Days)-1]
		today.Lines = append(today.Lines, l)
	}
	return v
}

func say(ctx context.Context, t fault.Text) string {
	if t.Key == "" {
		return ""
	}
	return i18n.T(ctx, t.Key, t.Args...)
}

// open goes to what a notice is about, which is then read.
func (d Deps) open(w http.ResponseWriter, r *http.Request) error {
	n, err := d.mark(r)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(n.Path, pageURL))
}

func (d Deps) read(w http.ResponseWriter, r *http.Request) error {
	if _, err := d.mark(r); err != nil {
		return err
	}
	return web.Redirect(w, r, pageURL)
}

// mark notes that the notice of the address is read.
func (d Deps) mark(r *http.Request) (n notice.Notice, err error) {
	ctx := r.Context()
	number, err := web.PathID[int64](r, "id")
	if err != nil {
		return n, err
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if n, err = notice.Find(ctx, tx, web.User(ctx).ID, number); err != nil {
			return err
		}
		return notice.MarkRead(ctx, tx, web.User(ctx).ID, number)
	})
	return n, err
}

func (d Deps) readAll(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	last, err := strconv.ParseInt(r.PostFormValue("last"), 10, 64)
	if err != nil {
		return fault.NotFound(err)
	}
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return notice.MarkAllRead(ctx, tx, web.User(ctx).ID, last) })
	if err != nil {
		return err
	}
	return web.Redirect(w, r, pageURL)
}
