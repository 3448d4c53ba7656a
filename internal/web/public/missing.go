package public

import (
	"errors"
	"net/http"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// missing answers for every address that nothing else answers for. That a
// visitor asked for a page that does not exist is on its thread.
func (d Deps) missing(_ http.ResponseWriter, r *http.Request) error {
	notFound := fault.NotFound(errors.New("no such page"))
	if !pageAsked(r) || web.User(r.Context()).ID != 0 {
		return notFound
	}
	return errors.Join(notFound, d.recordMissing(r))
}

// pageAsked tells whether somebody wants to look at a page of ours that visitors
// see: scripts, images and the pages of users are none.
func pageAsked(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") &&
		!strings.HasPrefix(r.URL.Path, "/s/") && !strings.HasPrefix(r.URL.Path, "/api/")
}

// recordMissing records it of browsers that we know. It makes nobody a visitor:
// most who try addresses are programs.
func (d Deps) recordMissing(r *http.Request) error {
	ctx := r.Context()
	v, err := visit.Known(ctx, d.DB, web.DeviceToken(r, ""))
	if err != nil || v.Contact == 0 {
		return err
	}
	rules, err := d.Policy.Rules(ctx)
	if err != nil {
		return err
	}
	if !rules.MissingPages {
		if anonymous, err := d.anonymous(r, v.Contact); err != nil || anonymous {
			return err
		}
	}
	if why, err := d.Policy.Refuses(ctx, web.VisitRequest(r, "")); err != nil || why != "" {
		return err
	}
	h, err := web.VisitorHit(r, d.Policy)
	if err != nil {
		return err
	}
	h.Token, h.Code = v.Token, http.StatusNotFound
	h.URL, h.Referrer = d.BaseURL+r.URL.RequestURI(), r.Referer()
	_, err = d.Recorder.Record(ctx, h)
	return err
}

func (d Deps) anonymous(r *http.Request, number id.Contact) (bool, error) {
	c, err := contact.Find(r.Context(), d.DB, number)
	return c.Anonymous(), err
}
