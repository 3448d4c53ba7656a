package public

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/form"
	"ariane/internal/form/question"
)

//go:generate go run ariane/internal/tool/bundle/generate src/form.ts form.js

//go:generate go run ariane/internal/tool/bundle/generate src/proof.ts proof.js

//go:embed form.js
var formScript []byte

// proofScript goes before that of a form that wants a proof.
//
//go:embed proof.js
var proofScript []byte

//go:embed templates
var files embed.FS

var templates = template.Must(template.ParseFS(files, "templates/*.html"))

func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("render %s: %w", name, err)
	}
	return out.Bytes(), nil
}

func style(name string) (template.CSS, error) {
	text, err := files.ReadFile("templates/" + name)
	return template.CSS(text), err
}

// formView is what the template of a form shows.
type formView struct {
	ID                   int64
	Name, Base, Language string
	Style                template.CSS
	Error, Message       string
	Fields               []fieldView
	Last                 int // place of the submit button
	Button               string
	Return, Key          string // empty where the script fills them in
	Trap, TrapLabel      string
	NoScript             string // said to browsers without script
	Kiosk                bool   // who fills it in next is somebody else
	Preview              bool   // cannot be sent
	Scripted             bool   // the script does what attributes may be forbidden to do
}

// refused puts what was typed back into a form, with what is wrong beside it.
func (v *formView) refused(typed map[string][]string, wrong map[string]string) {
	focused := false
	for i := range v.Fields {
		f := &v.Fields[i]
		f.answer(typed[f.Alias])
		f.Wrong = wrong[f.Alias]
		if f.Wrong == "" {
			continue
		}
		if f.Kind == string(question.Hidden) {
			v.Error = f.Wrong
			continue
		}
		f.Focus, focused = !focused, true
	}
}

// spoken gives a context the language of a form.
func spoken(ctx context.Context, f form.Form) context.Context {
	return i18n.With(ctx, i18n.Locale{Lang: f.Language, Zone: i18n.Zone(ctx)})
}

// viewOf shapes a form; values of the query named like its fields take the place of their defaults.
func (d Deps) viewOf(ctx context.Context, f form.Form, query url.Values) (formView, error) {
	ctx = spoken(ctx, f)
	v := formView{ID: int64(f.ID), Name: f.DOMName(), Base: d.BaseURL, Language: f.Language, Last: len(f.Fields) + 1, Button: f.Button, Kiosk: f.Kiosk}
	if v.Button == "" {
		v.Button = i18n.T(ctx, "public.submit|Submit")
	}
	v.Trap, v.TrapLabel = form.Trap, i18n.T(ctx, "public.trap|Leave this empty")
	if f.Proof {
		v.NoScript = i18n.T(ctx, "public.noscript|This form is protected against robots and needs JavaScript. Please switch it on in your browser, then reload this page.")
	}
	if f.RenderStyle {
		var err error
		if v.Style, err = style("form.css"); err != nil {
			return v, err
		}
	}
	for i, one := range f.Fields {
		view := newFieldView(one, i+1, v.Name, f.Language)
		view.answer(start(one, query))
		if f.Kiosk {
			view.Complete = ""
		}
		if view.Empty == "" {
			view.Empty = i18n.T(ctx, "public.choose|Choose…")
		}
		if view.Problem == "" {
			view.Problem = i18n.T(ctx, "form.required|“%s” is required.", one.Label)
		}
		v.Fields = append(v.Fields, view)
	}
	return v, nil
}

// settings is what the script of a form is told, see src/form.ts.
type settings struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Origin string `json:"origin"`
	HTML   string `json:"html"`
	CSS    string `json:"css,omitempty"`
	Hide   bool   `json:"hide"`
	Kiosk  bool   `json:"kiosk,omitempty"`
	Wait   string `json:"wait"`
	Failed string `json:"failed"`
	Email  string `json:"email"`
	// Proof is how many zero bits the proof of the form begins with, and Minute when that was asked for.
	Proof  int   `json:"proof,omitempty"`
	Minute int64 `json:"minute,omitempty"`
}

// script is the script of a form. Without HTML it attends to the form that is in the page already. The style goes
// beside the HTML: pages may forbid those in it.
func (d Deps) script(ctx context.Context, f form.Form, v *formView) ([]byte, error) {
	ctx = spoken(ctx, f)
	own := settings{
		ID: int64(f.ID), Name: f.DOMName(), Origin: origin(d.BaseURL), Hide: f.PostAction == form.Message && !f.Kiosk, Kiosk: f.Kiosk,
		Wait:   i18n.T(ctx, "public.wait|Please wait..."),
		Failed: i18n.T(ctx, "public.failed|This could not be sent. Please try again in a moment."),
		Email:  i18n.T(ctx, "public.email|This is not a complete e-mail address."),
	}
	if v != nil {
		bare := *v
		own.CSS, bare.Style, bare.Scripted = string(v.Style), "", true
		html, err := render("form", bare)
		if err != nil {
			return nil, err
		}
		own.HTML = string(html)
	}
	worker := []byte(nil)
	if f.Proof {
		own.Proof, own.Minute, worker = form.ProofBits, d.DB.Now().Unix()/60, bytes.TrimSpace(proofScript)
	}
	config, err := json.Marshal(own)
	if err != nil {
		return nil, fmt.Errorf("write script of form %d: %w", f.ID, err)
	}
	rules, err := d.Policy.Rules(ctx)
	if err != nil {
		return nil, err
	}
	consent := strconv.FormatBool(rules.ConsentRequired)
	return slices.Concat([]byte("((ARIANE_FORM,ARIANE_CONSENT,ARIANE_PROOF)=>{"), worker, bytes.TrimSpace(formScript), []byte("})("), config, []byte(","+consent+",{});\n")), nil
}

// origin is the scheme, host and port of an address, in the words of browsers.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	} else {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host
}

func nonce() string { return rand.Text() }
