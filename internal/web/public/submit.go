package public

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// maxBody is more than any form needs.
const maxBody = 1 << 20

// answer is what the script of a form is told (forms specification, section 7.1).
type answer struct {
	Success          int               `json:"success"`
	FormName         string            `json:"formName,omitempty"`
	ValidationErrors map[string]string `json:"validationErrors,omitempty"`
	ErrorMessage     string            `json:"errorMessage,omitempty"`
	Results          map[string]string `json:"results,omitempty"`
	Redirect         string            `json:"redirect,omitempty"`
	SuccessMessage   string            `json:"successMessage,omitempty"`
}

// submit takes a submission and answers to a script in a frame, to a script in the page, or by redirection.
func (d Deps) submit(w http.ResponseWriter, r *http.Request) error {
	p, err := posted(w, r)
	if err != nil {
		return err
	}
	a, f, status := answer{FormName: p.text("formName")}, form.Form{}, http.StatusOK
	if wait := d.limit.take(p.form(), web.OwnAddress(r.Context())); wait > 0 {
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		a.ErrorMessage = i18n.T(r.Context(), "public.too_many|This form was sent many times from your connection. Please wait a minute, then send it again.")
	} else if f, err = d.take(w, r, p, &a); err != nil {
		d.limit.giveBack(p.form(), web.OwnAddress(r.Context()))
		return err
	}
	switch {
	case p.text("messenger") == "1":
		return messenger(w, status, a)
	case r.URL.Query().Get("ajax") == "1":
		if err := d.letRead(w, r); err != nil {
			return err
		}
		w.Header().Set("Cache-Control", "no-store")
		return web.JSON(w, status, a)
	}
	return d.lead(w, r, status, p, a, f)
}

// take hands a submission over and fills in the answer.
func (d Deps) take(w http.ResponseWriter, r *http.Request, p parameters, a *answer) (form.Form, error) {
	s, token, err := d.submission(r, p)
	if err != nil {
		return form.Form{}, err
	}
	out, err := form.Submit(r.Context(), d.DB, s)
	if err != nil {
		return out.Form, a.refuse(r, out, err)
	}
	a.Success, a.Redirect, a.SuccessMessage = 1, out.Redirect, out.Message
	a.Results = map[string]string{}
	for _, one := range out.Answers {
		a.Results[one.Alias] = one.Value
	}
	if token != "" && out.Contact != 0 && !out.Apart {
		web.SetVisitor(w, visit.Answer{Contact: out.Contact, Token: token}, strings.HasPrefix(d.BaseURL, "https:"))
	}
	return out.Form, nil
}

// letRead lets the scripts of the allowed sites read the answer.
func (d Deps) letRead(w http.ResponseWriter, r *http.Request) error {
	w.Header().Add("Vary", "Origin")
	origin := r.Header.Get("Origin")
	if origin == "" {
		return nil
	}
	sites, err := d.Sites.Get(r.Context())
	if err != nil {
		return err
	}
	rules, err := d.Policy.Rules(r.Context())
	if err != nil {
		return err
	}
	if rules.AnySite || web.OriginAllowed(origin, sites) {
		web.LetRead(w, origin)
	}
	return nil
}

func (d Deps) preflight(w http.ResponseWriter, r *http.Request) error {
	if err := d.letRead(w, r); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// refuse tells in the language of the form why a submission was not accepted. What is nobody's mistake is
// returned.
func (a *answer) refuse(r *http.Request, out form.Outcome, err error) error {
	refused, ok := fault.Of(err)
	if !ok || refused.Kind != fault.KindInvalid {
		return err
	}
	ctx := r.Context()
	if out.Form.ID != 0 {
		ctx = spoken(ctx, out.Form)
	}
	if len(refused.Fields) == 0 {
		a.ErrorMessage = i18n.T(ctx, refused.Message().Key, refused.Message().Args...)
		return nil
	}
	a.ValidationErrors = map[string]string{}
	for alias, text := range refused.Fields {
		a.ValidationErrors[alias] = i18n.T(ctx, text.Key, text.Args...)
	}
	return nil
}

// submission reads who sends what. The token is that of the browser, empty for one that is not to be followed:
// somebody of ours who tries the form, or a visitor who does not want to be. What they send is taken all the same.
func (d Deps) submission(r *http.Request, p parameters) (form.Submission, string, error) {
	hit, err := web.VisitorHit(r, d.Policy)
	s := form.Submission{
		Form: p.form(), Values: p.own, Key: p.text("submissionkey"), Proof: p.text("proof"), Trapped: p.text(form.Trap) != "",
		Page: p.back, Referrer: webAddress(p.text("referrer")), IP: hit.IP,
	}
	if err != nil {
		return s, "", err
	}
	insider, err := web.Insider(r)
	if err != nil || insider {
		return s, "", err
	}
	refused, err := d.Policy.Refuses(r.Context(), web.VisitRequest(r, p.consent))
	if err != nil {
		return s, "", err
	}
	token := ""
	// What fills in a form is used by a person, whatever it calls itself.
	if refused == "" || refused == "bot" {
		if token = web.DeviceToken(r, p.device); token == "" {
			token = visit.NewToken()
		}
	}
	s.Visitor = d.Recorder.Visitor(token, hit)
	return s, token, nil
}

// parameters are those of a submission.
type parameters struct {
	own     map[string][]string // by what is between the brackets of mauticform[...]
	device  string
	consent string
	back    string // address of the page the form is on, empty when it is not known
}

// text is the first value of a name, bounded.
func (p parameters) text(name string) string {
	if values := p.own[name]; len(values) > 0 && len(values[0]) <= 2000 {
		return values[0]
	}
	return ""
}

func (p parameters) form() id.Form {
	number, _ := strconv.ParseInt(p.text("formId"), 10, 64)
	return id.Form(number)
}

func posted(w http.ResponseWriter, r *http.Request) (parameters, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	if kind == "multipart/form-data" {
		if err = r.ParseMultipartForm(maxBody); err == nil {
			defer r.MultipartForm.RemoveAll()
		}
	} else {
		err = r.ParseForm()
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return parameters{}, err
	}
	if err != nil {
		return parameters{}, fault.Refused(fmt.Errorf("read submission: %w", err), fault.Say("public.unreadable|The answers could not be read."))
	}
	p := parameters{own: map[string][]string{}, device: r.PostForm.Get("mautic_device_id"), consent: r.PostForm.Get("mtc_consent")}
	for name, values := range r.PostForm {
		if inner, ok := strings.CutPrefix(name, "mauticform["); ok {
			inner, _, _ = strings.Cut(inner, "]")
			p.own[inner] = append(p.own[inner], values...)
		}
	}
	if p.back = webAddress(p.text("return")); p.back == "" {
		p.back = webAddress(r.Referer())
	}
	return p, nil
}

// webAddress returns s when it is a complete address of the web, without what an earlier answer added to it.
func webAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	q := u.Query()
	if q.Has("mauticError") || q.Has("mauticMessage") {
		q.Del("mauticError")
		q.Del("mauticMessage")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// messengerView is what the template of an answer in a frame shows.
type messengerView struct{ Answer, Nonce string }

// messenger answers with a page that hands the answer to the page around it. Any site may embed a form, so any
// may hear it.
func messenger(w http.ResponseWriter, status int, a answer) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("write answer to a form: %w", err)
	}
	v := messengerView{Answer: string(text), Nonce: nonce()}
	return show(w, status, "messenger", v, v.Nonce)
}

// lead answers a browser without script: it is led back to its page, to the page chosen in the form, or to the
// page of the message. On the page of ours, refused answers can be mended.
func (d Deps) lead(w http.ResponseWriter, r *http.Request, status int, p parameters, a answer, f form.Form) error {
	if status == http.StatusTooManyRequests {
		return d.showMessage(w, r, status, notice{Language: i18n.Lang(r.Context()), Error: a.ErrorMessage})
	}
	ours := f.ID != 0 && p.back == d.pageOf(f)
	if ours && a.Success == 0 && f.Status(d.DB.Now()) == form.Published {
		return d.again(w, r, http.StatusUnprocessableEntity, f, p, a)
	}
	n := notice{Form: int64(f.ID), Language: f.Language, Message: a.SuccessMessage, Error: a.ErrorMessage}
	if f.ID == 0 {
		n.Language = i18n.Lang(r.Context())
	}
	if len(a.ValidationErrors) > 0 {
		var lines []string
		for _, alias := range slices.Sorted(maps.Keys(a.ValidationErrors)) {
			lines = append(lines, a.ValidationErrors[alias])
		}
		n.Error = strings.Join(lines, "\n")
	}
	if f.Kiosk && a.Redirect == "" && (ours || p.back == "" || a.Success == 1 && f.PostAction == form.Message) {
		n.Back = p.back // nothing stays in a browser that many use
		return d.showMessage(w, r, http.StatusOK, n)
	}
	target := d.BaseURL + "/form/message"
	switch {
	case a.Success == 1 && a.Redirect != "":
		target = resolve(p.back, d.BaseURL, a.Redirect)
	case a.Success == 1 && (f.PostAction == form.Message || p.back == ""):
		n.leave(w, d.BaseURL)
	case ours:
		n.leave(w, d.BaseURL)
		if a.Success == 1 {
			target = p.back
		}
	case a.Success == 1:
		target = with(p.back, "mauticMessage", n.Message, "")
	case p.back != "":
		target = with(p.back, "mauticError", n.Error, f.Alias)
	default:
		n.leave(w, d.BaseURL)
	}
	return web.Redirect(w, r, target)
}

// with adds a text to an address, and the place in its page.
func with(address, name, text, fragment string) string {
	u, err := url.Parse(address)
	if err != nil || text == "" {
		return address
	}
	q := u.Query()
	q.Set(name, text)
	u.RawQuery, u.Fragment = q.Encode(), fragment
	return u.String()
}

// resolve makes a complete address of one that may be a path of the site that shows the form.
func resolve(page, base, target string) string {
	if page == "" {
		page = base
	}
	from, err := url.Parse(page)
	if err != nil {
		return base
	}
	to, err := from.Parse(target)
	if err != nil {
		return base
	}
	return to.String()
}
