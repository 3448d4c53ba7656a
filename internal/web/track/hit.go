package track

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/track/script"
)

// maxBody is more than any page view needs.
const maxBody = 64 << 10

// answer is the JSON of /mtc/event and, without success and events, of /mtc
// (tracking specification, sections 3.1 and 13).
type answer struct {
	Success  int      `json:"success"`
	ID       *int64   `json:"id"`
	SID      *string  `json:"sid"`
	DeviceID *string  `json:"device_id"`
	Events   struct{} `json:"events"`
}

func (d Deps) script(w http.ResponseWriter, r *http.Request) error {
	body, etag := script.JS(d.BaseURL)
	h := w.Header()
	h.Set("Content-Type", "application/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("ETag", etag)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err := w.Write(body)
	return ignoreGone(err)
}

// event records a page view sent by the script.
func (d Deps) event(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowOrigin(w, r); err != nil {
		return err
	}
	insider, err := web.Insider(r)
	if err != nil {
		return err
	}
	if insider {
		return web.JSON(w, http.StatusOK, map[string]int{"success": 0})
	}
	got, err := d.record(w, r)
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	a := answer{Success: 1}
	if got != nil {
		number := int64(got.Contact)
		a.ID, a.SID, a.DeviceID = &number, &got.Token, &got.Token
	}
	raw, err := json.Marshal(a)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(raw)
	return ignoreGone(err)
}

// record stores the page view of a request, unless it must not be followed, and
// then returns nil.
func (d Deps) record(w http.ResponseWriter, r *http.Request) (*visit.Answer, error) {
	if why := d.ignored(r); why != "" {
		w.Header().Set("X-Ariane-Ignored", why)
		return nil, nil
	}
	p, err := parameters(r)
	if err != nil {
		return nil, err
	}
	got, err := d.Recorder.Record(r.Context(), hitOf(r, p))
	if err != nil {
		return nil, err
	}
	web.SetVisitor(w, got, d.secure())
	return &got, nil
}

// ignored tells why a request is not followed, empty when it is.
func (d Deps) ignored(r *http.Request) string {
	h := r.Header
	switch {
	case r.Method == http.MethodHead:
		return "head"
	case h.Get("Dnt") == "1":
		return "do-not-track"
	case h.Get("Sec-Gpc") == "1":
		return "global-privacy-control"
	case strings.Contains(h.Get("Sec-Purpose"), "prefetch"), h.Get("Purpose") == "prefetch", h.Get("X-Moz") == "prefetch":
		return "prefetch"
	case d.Bots.Is(r.UserAgent()):
		return "bot"
	}
	return ""
}

// parameters are those of the address, and over them those of the body.
func parameters(r *http.Request) (url.Values, error) {
	p := r.URL.Query()
	if r.Method != http.MethodPost {
		return p, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, fault.Refused(errors.Join(err, errors.New("body of a hit is too large or cut short")),
			fault.Say("track.bad_body|The page view could not be read."))
	}
	// Pairs that cannot be read are passed over: a page view is worth more than its worst parameter.
	sent, _ := url.ParseQuery(string(body))
	for name, values := range sent {
		p[name] = values
	}
	return p, nil
}

func hitOf(r *http.Request, p url.Values) visit.Hit {
	first := func(names ...string) string {
		for _, n := range names {
			if v := p.Get(n); v != "" {
				return v
			}
		}
		return ""
	}
	h := visit.Hit{
		Token:      web.DeviceToken(r, first("mautic_device_id", "mtc_sid")),
		View:       p.Get("mtc_view"),
		URL:        first("page_url", "url"),
		Title:      first("page_title", "title"),
		Referrer:   first("page_referrer", "referrer"),
		Language:   first("page_language", "language"),
		Resolution: p.Get("resolution"),
		UserAgent:  r.UserAgent(),
		IP:         web.AddressText(r),
	}
	if h.URL == "" {
		h.URL = r.Referer()
	}
	return h
}

// whoAmI tells a page which visitor its browser is. It creates nobody.
func (d Deps) whoAmI(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowOrigin(w, r); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	insider, err := web.Insider(r)
	if err != nil {
		return err
	}
	if insider || d.ignored(r) != "" {
		return web.JSON(w, http.StatusOK, struct{}{})
	}
	v, err := visit.Known(r.Context(), d.DB, web.DeviceToken(r, r.URL.Query().Get("mautic_device_id")))
	if err != nil {
		return err
	}
	if v.Contact == 0 {
		return web.JSON(w, http.StatusOK, map[string]any{"id": nil, "sid": nil, "device_id": nil})
	}
	return web.JSON(w, http.StatusOK, struct {
		ID       int64  `json:"id"`
		SID      string `json:"sid"`
		DeviceID string `json:"device_id"`
	}{int64(v.Contact), v.Token, v.Token})
}

// gif is one transparent pixel.
var gif = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// pixel records a page view sent as an image (tracking specification, section 3.2).
func (d Deps) pixel(w http.ResponseWriter, r *http.Request) error {
	insider, err := web.Insider(r)
	if err != nil {
		return err
	}
	if !insider {
		if _, err := d.record(w, r); err != nil {
			return err
		}
	}
	h := w.Header()
	h.Set("Content-Type", "image/gif")
	h.Set("Content-Encoding", "none")
	h.Set("Cache-Control", "private, no-cache, no-cache=Set-Cookie, proxy-revalidate")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "Wed, 11 Jan 2000 12:59:00 GMT")
	h.Set("Last-Modified", "Wed, 11 Jan 2006 12:59:00 GMT")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	body := gif
	if r.Method == http.MethodPost {
		body = []byte(" ")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return ignoreGone(err)
}

// ignoreGone drops the error of writing to somebody who has left.
func ignoreGone(error) error { return nil }
