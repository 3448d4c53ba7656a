package contactpage

import (
	"context"
	"net/http"

	"ariane/internal/base/db"
	"ariane/internal/base/i18n"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// follow says whether a contact is followed from now on.
func (d Deps) follow(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	followed := r.PostFormValue("followed") == "1"
	err = d.DB.Do(ctx, func(tx *db.Tx) error { return visit.SetFollowed(ctx, tx, c.ID, followed, hand(r).By) })
	if err != nil {
		return err
	}
	if followed {
		web.Say(r, ui.Green, i18n.T(ctx, "contactpage.follow.on|%s is followed again.", person(ctx, c).Name))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "contactpage.follow.off|%s is not followed any more.", person(ctx, c).Name))
	}
	return web.Redirect(w, r, web.ContactURL(c.ID))
}

func tellFollowing(ctx context.Context, e told, l *ui.ThreadLine) error {
	var f visit.Following
	if err := e.Decode(&f); err != nil {
		return err
	}
	if f.Followed {
		l.Object = i18n.T(ctx, "contactpage.thread.followed|Followed again")
	} else {
		l.Object = i18n.T(ctx, "contactpage.thread.unfollowed|Not followed any more")
	}
	l.Details = details(by(ctx, f.By))
	return nil
}
