package contactpage

import (
	"context"
	"net/http"
	"strconv"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/web"
)

// progressRow is how far a long merge, or one that is taken back, has come.
type progressRow struct{ Text, Note, Done, All string }

func (d Deps) loadProgress(ctx context.Context, c contact.Contact) ([]progressRow, error) {
	list, err := c.Underway(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	var rows []progressRow
	for _, u := range list {
		name := u.Name
		if name == "" {
			name = i18n.T(ctx, "contactpage.thread.parted.visitor|the anonymous visitor %s", strconv.FormatInt(int64(u.Other), 10))
		}
		row := progressRow{Done: strconv.FormatInt(u.Done, 10), All: strconv.FormatInt(max(u.All, 1), 10)}
		done, all := i18n.Number(ctx, int(u.Done)), i18n.Number(ctx, int(u.All))
		switch {
		case u.Home:
			row.Text = i18n.T(ctx, "contactpage.progress.home|Events come home from %s: %s of %s", name, done, all)
			row.Note = i18n.T(ctx, "contactpage.progress.later|The thread is complete once all have.")
		case u.Out:
			row.Text = i18n.T(ctx, "contactpage.progress.out|Events go home to %s: %s of %s", name, done, all)
			row.Note = i18n.T(ctx, "contactpage.progress.later|The thread is complete once all have.")
		default:
			row.Text = i18n.T(ctx, "contactpage.progress.in|Events of %s come along: %s of %s", name, done, all)
			row.Note = i18n.T(ctx, "contactpage.progress.shown|The thread shows them all already.")
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// progress answers with the banner of a page, empty when nothing is under way.
func (d Deps) progress(w http.ResponseWriter, r *http.Request) error {
	c, err := d.find(r)
	if fault.Is(err, fault.KindNotFound) {
		return web.ShowPart(w, r, progressBanner(nil)) // deleted while it was looked at
	}
	if err != nil {
		return err
	}
	rows, err := d.loadProgress(r.Context(), c)
	if err != nil {
		return err
	}
	return web.ShowPart(w, r, progressBanner(rows))
}
