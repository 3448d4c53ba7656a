package track

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"ariane/internal/visit"
	"ariane/internal/web"
)

// linkName is the parameter that passes a visitor on to another site.
const linkName = "mtc_link"

// link seals, for a page of an allowed site, a link to another one: null when
// the browser is not known or the sites are not both declared.
func (d Deps) link(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowOrigin(w, r, true); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	var answer struct {
		Link *string `json:"link"`
	}
	sealed, err := d.seal(r)
	if err != nil {
		return err
	}
	if sealed != "" {
		answer.Link = &sealed
	}
	return web.JSON(w, http.StatusOK, answer)
}

func (d Deps) seal(r *http.Request) (string, error) {
	ctx := r.Context()
	p, err := read(r)
	if err != nil {
		return "", err
	}
	sites, err := d.Sites.Get(ctx)
	if err != nil {
		return "", err
	}
	to := siteOf(p.first("to"))
	if to == "" || !web.OriginAllowed(r.Header.Get("Origin"), sites) || !web.OriginAllowed(to, sites) {
		return "", nil
	}
	insider, err := web.Insider(r)
	if err != nil || insider {
		return "", err
	}
	why, err := d.Policy.Refuses(ctx, web.VisitRequest(r, p.first("mtc_consent")))
	if err != nil || why != "" {
		return "", err
	}
	v, err := visit.Known(ctx, d.DB, web.DeviceToken(r, p.first("mautic_device_id")))
	if err != nil || v.Contact == 0 {
		return "", err
	}
	return d.Policy.SealLink(ctx, v.Token, to)
}

// arrival reads where a browser comes from, if a link of another site says so.
func (d Deps) arrival(ctx context.Context, p parameters) (visit.Passage, error) {
	sealed := p.said(linkName)
	if sealed == "" {
		return visit.Passage{}, nil
	}
	return d.Policy.OpenLink(ctx, sealed, siteOf(p.address()))
}

// siteOf is scheme and host of an address in lower case, empty for none.
func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}

// withoutLink removes what passed the visitor on from the address to store.
func withoutLink(address string) string {
	if !strings.Contains(address, linkName+"=") {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	var kept []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		if !strings.HasPrefix(part, linkName+"=") {
			kept = append(kept, part)
		}
	}
	u.RawQuery = strings.Join(kept, "&")
	return u.String()
}
