package track

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/visit"
	"ariane/internal/web"
	"ariane/internal/web/track/script"
)

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
	rules, err := d.Policy.Rules(r.Context())
	if err != nil {
		return err
	}
	sites, err := d.Sites.Get(r.Context())
	if err != nil {
		return err
	}
	if len(sites) < 2 {
		sites = nil
	}
	body, etag := script.JS(script.Options{BaseURL: d.BaseURL, Consent: rules.ConsentRequired, Sites: sites})
	h := w.Header()
	h.Set("Content-Type", "application/javascript; charset=utf-8")
	h.Set("Cache-Control", "public, max-age=300")
	h.Set("ETag", etag)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	// Nothing in it is about the visitor; pages may load it with crossorigin.
	h.Set("Access-Control-Allow-Origin", "*")
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	_, err = w.Write(body)
	return ignoreGone(err)
}

// event records a page view sent by the script.
func (d Deps) event(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowOrigin(w, r, false); err != nil {
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
	if w.Header().Get(ignored) == badClick {
		return web.JSON(w, http.StatusOK, map[string]int{"success": 0})
	}
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
	p, err := read(r)
	if err != nil {
		return nil, err
	}
	why, err := d.Policy.Refuses(r.Context(), web.VisitRequest(r, p.first("mtc_consent")))
	if err != nil {
		return nil, err
	}
	if why != "" {
		d.Recorder.Tally.Hits.Add(why, 1)
	}
	switch why {
	case "":
	case "do-not-track", "global-privacy-control", "consent", "excluded":
		web.ForgetVisitor(w, r, d.secure())
		fallthrough
	default:
		w.Header().Set(ignored, why)
		return nil, nil
	}
	h, err := d.hit(r, p)
	if errors.Is(err, visit.ErrClick) {
		w.Header().Set(ignored, badClick)
		d.Recorder.Tally.Hits.Add(badClick, 1)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	got, err := d.Recorder.Record(r.Context(), h)
	if err != nil {
		return nil, err
	}
	if got.Contact == 0 {
		// The browser keeps its cookie: by it we know whom not to follow.
		w.Header().Set(ignored, "contact")
		return nil, nil
	}
	web.SetVisitor(w, got, d.secure())
	return &got, nil
}

// ignored is the header that tells why a request was not followed.
const ignored = "X-Ariane-Ignored"

// badClick is the reason that a link was changed on its way, or is too old.
const badClick = "click"

// hit is the page view that a request tells of.
func (d Deps) hit(r *http.Request, p parameters) (visit.Hit, error) {
	h, err := web.VisitorHit(r, d.Policy)
	if err != nil {
		return h, err
	}
	h.Token = web.DeviceToken(r, p.first("mautic_device_id", "mtc_sid"))
	h.View = p.first("mtc_view")
	h.URL, h.Title, h.Referrer = p.address(), p.first("page_title", "title"), p.first("page_referrer", "referrer")
	if language := p.first("page_language", "language"); language != "" {
		h.Language = language
	}
	if h.From, err = d.arrival(r.Context(), p); err != nil {
		return h, err
	}
	h.URL = withoutLink(h.URL)
	h.Resolution, h.Zone, h.Platform = p.first("resolution"), p.zone(), p.platform()
	h.LikelyZone = d.Policy.GuessZone(d.DB.Now(), p.first("timezone_offset"), h.Language)
	utm := visit.ReadUTM(p.page)
	h.UTM = visit.ReadUTM(p.sent).Or(utm)
	rules, err := d.Policy.Rules(r.Context())
	if err != nil {
		return h, err
	}
	if err := d.say(r.Context(), p, rules, &h); err != nil {
		return h, err
	}
	return h, d.click(r.Context(), p, rules, &h)
}

// whoAmI tells a page which visitor its browser is. It creates nobody.
func (d Deps) whoAmI(w http.ResponseWriter, r *http.Request) error {
	if err := d.allowOrigin(w, r, true); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	insider, err := web.Insider(r)
	if err != nil {
		return err
	}
	p, err := read(r)
	if err != nil {
		return err
	}
	why, err := d.Policy.Refuses(r.Context(), web.VisitRequest(r, p.first("mtc_consent")))
	if err != nil {
		return err
	}
	if insider || why != "" {
		return web.JSON(w, http.StatusOK, struct{}{})
	}
	v, err := visit.Known(r.Context(), d.DB, web.DeviceToken(r, p.first("mautic_device_id", "mtc_sid")))
	if err != nil {
		return err
	}
	var who struct {
		ID       *int64  `json:"id"`
		SID      *string `json:"sid"`
		DeviceID *string `json:"device_id"`
	}
	if number := int64(v.Contact); number != 0 {
		who.ID, who.SID, who.DeviceID = &number, &v.Token, &v.Token
	}
	return web.JSON(w, http.StatusOK, who)
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
