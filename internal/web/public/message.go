package public

import (
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"ariane/internal/base/i18n"
)

const (
	noticeCookie = "ariane_form_notice"
	// noticeLength keeps the cookie below what browsers accept.
	noticeLength = 1500
	noticeLife   = 300
)

// notice is what a browser without script is told on its next page. It travels in a cookie, so that nobody can
// make our pages say something by a link.
type notice struct {
	Form     int64  `json:"f,omitempty"`
	Language string `json:"l"`
	Message  string `json:"m,omitempty"`
	Error    string `json:"e,omitempty"`
	// Back is the page where the form can be filled in again; empty for none.
	Back string `json:"-"`
}

func (n notice) leave(w http.ResponseWriter, base string) {
	n.Message, n.Error = strings.ToValidUTF8(shorten(n.Message), ""), strings.ToValidUTF8(shorten(n.Error), "")
	text, err := json.Marshal(n)
	if err != nil {
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: noticeCookie, Value: base64.RawURLEncoding.EncodeToString(text), Path: "/", MaxAge: noticeLife,
		HttpOnly: true, Secure: strings.HasPrefix(base, "https:"), SameSite: http.SameSiteLaxMode,
	})
}

func shorten(s string) string { return s[:min(len(s), noticeLength)] }

// readNotice reads the notice of a browser.
func readNotice(r *http.Request) (notice, bool) {
	var n notice
	c, err := r.Cookie(noticeCookie)
	if err != nil {
		return n, false
	}
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err == nil {
		err = json.Unmarshal(text, &n)
	}
	return n, err == nil
}

// messageView is what the template of the page of the message shows.
type messageView struct {
	Language, Title, Text string
	Back, Again           string // an address, and the words of its link
	Style                 template.CSS
}

// message answers with what is to be said after a submission without script.
func (d Deps) message(w http.ResponseWriter, r *http.Request) error {
	n, _ := readNotice(r)
	return d.showMessage(w, r, http.StatusOK, n)
}

func (d Deps) showMessage(w http.ResponseWriter, r *http.Request, status int, n notice) error {
	ctx, ok := r.Context(), n.Language != ""
	if ok && i18n.Supported(n.Language) {
		ctx = i18n.With(ctx, i18n.Locale{Lang: n.Language, Zone: i18n.Zone(ctx)})
	}
	v := messageView{Language: i18n.Lang(ctx), Title: i18n.T(ctx, "public.sent|Thank you"), Text: n.Message, Back: n.Back, Again: i18n.T(ctx, "public.again|Fill in the form once more")}
	if n.Error != "" {
		v.Title, v.Text = i18n.T(ctx, "public.not_sent|This was not sent"), n.Error
	}
	if v.Text == "" {
		v.Text = i18n.T(ctx, "public.received|Your answers have been received.")
		if !ok {
			v.Title, v.Text = i18n.T(ctx, "public.nothing|Nothing to say"), i18n.T(ctx, "public.nothing_text|There is no message for you here.")
		}
	}
	var err error
	if v.Style, err = style("page.css"); err != nil {
		return err
	}
	return show(w, status, "message", v, "")
}
