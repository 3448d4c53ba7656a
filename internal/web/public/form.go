package public

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/visit"
	"ariane/internal/web"
)

// cached is how long a browser keeps a form that is embedded by script.
const cached = "public, max-age=60"

// published finds a form that takes submissions, or returns a NotFound fault.
func (d Deps) published(r *http.Request, number id.Form) (form.Form, error) {
	f, err := form.Find(r.Context(), d.DB, number)
	if err != nil {
		return f, err
	}
	if status := f.Status(d.DB.Now()); status != form.Published {
		return f, fault.NotFound(fmt.Errorf("show form %d: it is %s", number, status))
	}
	return f, nil
}

// generate answers with the script that puts a form where it is called, empty when there is none.
func (d Deps) generate(w http.ResponseWriter, r *http.Request) error {
	number, _ := strconv.ParseInt(r.URL.Query().Get("id"), 10, 64)
	var body []byte
	f, err := d.published(r, id.Form(number))
	switch {
	case err == nil:
		v, err := d.viewOf(r.Context(), f, nil)
		if err != nil {
			return err
		}
		if body, err = d.script(r.Context(), f, &v); err != nil {
			return err
		}
	case !fault.Is(err, fault.KindNotFound):
		return err
	}
	sum := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(sum[:8]) + `"`
	h := w.Header()
	h.Set("Content-Type", "text/javascript; charset=utf-8")
	h.Set("Cache-Control", cached)
	h.Set("ETag", etag)
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if strings.Contains(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return write(w, body)
}

// embed answers with the HTML of a form, without script.
func (d Deps) embed(w http.ResponseWriter, r *http.Request) error {
	f, err := d.pathForm(r)
	if err != nil {
		return err
	}
	v, err := d.viewOf(r.Context(), f, r.URL.Query())
	if err != nil {
		return err
	}
	html, err := render("form", v)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", cached)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Content-Security-Policy", framePolicy(""))
	return write(w, html)
}

func (d Deps) pathForm(r *http.Request) (form.Form, error) {
	number, err := web.PathID[id.Form](r, "id")
	if err != nil {
		return form.Form{}, err
	}
	return d.published(r, number)
}

// pageView is what the template of a form's own page shows.
type pageView struct {
	Form    formView
	Title   string
	NoIndex bool
	Style   template.CSS
	Nonce   string
	Script  template.JS
}

// page answers with the page of a form. It works without script; its submission key is in it.
func (d Deps) page(w http.ResponseWriter, r *http.Request) error {
	f, err := d.pathForm(r)
	if err != nil {
		return err
	}
	v, err := d.viewOf(r.Context(), f, r.URL.Query())
	if err != nil {
		return err
	}
	v.Key = visit.NewToken()
	if said, ok := readNotice(r); ok && said.Form == int64(f.ID) {
		v.Error, v.Message = said.Error, said.Message
		http.SetCookie(w, &http.Cookie{Name: noticeCookie, Path: "/", MaxAge: -1})
	}
	return d.showPage(w, r, http.StatusOK, f, v)
}

// again answers with the page of a form whose answers were refused: what was
// typed is still there.
func (d Deps) again(w http.ResponseWriter, r *http.Request, status int, f form.Form, p parameters, a answer) error {
	v, err := d.viewOf(r.Context(), f, nil)
	if err != nil {
		return err
	}
	if v.Key = p.text("submissionkey"); v.Key == "" {
		v.Key = visit.NewToken()
	}
	v.Error = a.ErrorMessage
	v.refused(p.own, a.ValidationErrors)
	return d.showPage(w, r, status, f, v)
}

// pageOf is the address of the page of a form.
func (d Deps) pageOf(f form.Form) string {
	return d.BaseURL + "/form/" + strconv.FormatInt(int64(f.ID), 10)
}

func (d Deps) showPage(w http.ResponseWriter, r *http.Request, status int, f form.Form, fields formView) error {
	v := pageView{Title: f.Name, NoIndex: f.NoIndex, Nonce: nonce(), Form: fields}
	v.Form.Return = d.pageOf(f)
	var err error
	if v.Style, err = style("page.css"); err != nil {
		return err
	}
	if v.Form.Style == "" {
		if v.Form.Style, err = style("form.css"); err != nil {
			return err
		}
	}
	script, err := d.script(r.Context(), f, nil)
	if err != nil {
		return err
	}
	v.Script = template.JS(script)
	return show(w, status, "page", v, v.Nonce)
}

// framePolicy lets a page of ours be shown in any site, run one script of ours, and send its form where the
// answer leads.
func framePolicy(nonce string) string {
	scripts := "'none'"
	if nonce != "" {
		scripts = "'nonce-" + nonce + "'"
	}
	return "default-src 'none'; script-src " + scripts + "; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; form-action http: https:; base-uri 'none'; frame-ancestors *"
}

// show answers with a page that is not kept.
func show(w http.ResponseWriter, status int, name string, view any, nonce string) error {
	html, err := render(name, view)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", framePolicy(nonce))
	w.WriteHeader(status)
	return write(w, html)
}

// write sends an answer. That somebody left meanwhile is no failure of ours.
func write(w http.ResponseWriter, body []byte) error {
	_, _ = w.Write(body)
	return nil
}

// Preview answers with the page of a form as it would be saved now. It cannot be sent.
func (d Deps) Preview(w http.ResponseWriter, r *http.Request, f form.Form) error {
	v, err := d.viewOf(r.Context(), f.Draft(), nil)
	if err != nil {
		return err
	}
	v.Preview = true
	p := pageView{Title: f.Name, NoIndex: true, Form: v}
	if p.Style, err = style("page.css"); err != nil {
		return err
	}
	w.Header().Del("X-Frame-Options")
	return show(w, http.StatusOK, "page", p, "")
}

// Parts is the form that Preview shows, its style apart from its HTML.
func (d Deps) Parts(ctx context.Context, f form.Form) (html, css string, err error) {
	v, err := d.viewOf(ctx, f.Draft(), nil)
	if err != nil {
		return "", "", err
	}
	css, v.Style, v.Scripted, v.Preview = string(v.Style), "", true, true
	text, err := render("form", v)
	return string(text), css, err
}

// HTML is a form as it is copied into a page. It has no submission key: the
// tracking script gives it one.
func (d Deps) HTML(ctx context.Context, f form.Form) (string, error) {
	v, err := d.viewOf(ctx, f, nil)
	if err != nil {
		return "", err
	}
	html, err := render("form", v)
	return string(html), err
}
