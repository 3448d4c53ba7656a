package public_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/form"
	"ariane/internal/tool/browsertest"
	"ariane/internal/web/track/script"
)

// site is a page of another site with this body, BASE standing for our address; it may load the tracking script.
func site(t *testing.T, r *rig, body string) string {
	t.Helper()
	return siteWith(t, r, nil, body)
}

// siteWith is site whose pages are sent with a header.
func siteWith(t *testing.T, r *rig, header http.Header, body string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mtc.js", func(w http.ResponseWriter, _ *http.Request) {
		js, _ := script.JS(script.Options{BaseURL: r.base})
		w.Header().Set("Content-Type", "text/javascript")
		w.Write(js)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, request *http.Request) {
		maps.Copy(w.Header(), header)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if request.URL.Path == "/thanks" {
			body = "<p>arrived with {" + request.URL.RawQuery + "}"
		}
		io.WriteString(w, "<!doctype html><meta charset=utf-8><title>Site</title><body>"+strings.ReplaceAll(body, "BASE", r.base))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return browsertest.URL("site.localhost", server.URL)
}

const embedded = `<p>before</p><script src="BASE/form/generate.js?id=1"></script><p>after</p>`

func TestEmbeddedForm(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies(), browsertest.Language("en-GB"))
	b.Visit(site(t, r, embedded) + "/contact?prenom=Zo%C3%A9<b>&origine=forged")
	b.WaitFor("document.querySelector('form')")
	if got := b.String("document.querySelector('script').nextElementSibling.id"); got != "mauticform_wrapper_ecriveznous" {
		t.Errorf("behind the script stands %q", got)
	}
	if got := b.String("document.querySelector('[name=\"mauticform[prenom]\"]').value + document.querySelector('[name=\"mauticform[origine]\"]').value"); got != "Zoésite" {
		t.Errorf("the address fills in %q", got)
	}
	b.Click("button")
	if got := b.Text(".mauticform-has-error .mauticform-errormsg"); got != "« Courriel » est obligatoire." {
		t.Errorf("empty: %q", got)
	}
	b.Fill("input[type=email]", "zoe@")
	b.Click("button")
	if got := b.Text(".mauticform-has-error .mauticform-errormsg"); got != "Cette adresse e-mail n’est pas complète." {
		t.Errorf("incomplete: %q", got)
	}
	if b.String("document.activeElement.type") != "email" || b.String("document.cookie + Object.keys(localStorage)") != "" {
		t.Error("the field in error has no focus, or something is stored before the submission")
	}
	b.Fill("input[type=email]", "zoe@exam..ple.org")
	b.Click("button")
	b.WaitFor("document.querySelector('.mauticform-has-error') && !document.querySelector('button').disabled")
	if n := r.count("form_submission") + r.count("contact"); n != 0 {
		t.Errorf("%d rows after refusals", n)
	}
	b.Fill("input[type=email]", "zoe@example.org")
	b.Eval("document.querySelector('button').click(), document.querySelector('button').click(), document.querySelector('button').textContent", nil)
	b.WaitFor("document.querySelector('.mauticform-post-success')")
	if got := b.Text(".mauticform-message"); got != "Merci Zoé !" {
		t.Errorf("message %q", got)
	}
	if got := b.String("document.querySelector('.mauticform-innerform').hidden + document.querySelector('button').textContent + document.querySelector('button').disabled"); got != "trueEnvoyerfalse" {
		t.Errorf("afterwards %s", got)
	}
	results := r.results()
	if len(results) != 1 || !strings.Contains(results[0].Page, "/contact?prenom=") {
		t.Fatalf("results %+v", results)
	}
	var token string
	if err := r.db.QueryRow(t.Context(), `SELECT token FROM device WHERE contact_id = ?`, int64(results[0].Contact)).Scan(&token); err != nil {
		t.Fatal(err)
	}
	if got := b.String("localStorage.mautic_device_id"); got != token || len(token) != 32 {
		t.Errorf("the site keeps %q, the contact has %q", got, token)
	}
	if len(b.Problems()) != 0 {
		t.Error(b.Problems())
	}
}

func TestSameFormTwiceOnAPage(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", func(f *form.Form) { f.PostAction = form.Return })
	b := browsertest.Open(t)
	b.Visit(site(t, r, embedded+`<div id=second>`+embedded+`</div><script src="/mtc.js"></script>`))
	b.WaitFor("document.querySelectorAll('form').length === 2 && MauticJS.guid")
	for i, where := range []string{"#second ", "body > .mauticform_wrapper "} {
		b.Fill(where+"input[type=email]", fmt.Sprintf("p%d@example.org", i))
		b.Click(where + "button")
		b.WaitFor(fmt.Sprintf("document.querySelector(%q)", where+" .mauticform-message:not([hidden])"))
	}
	b.Fill("#second input[type=email]", "p0@example.org")
	b.Click("#second button")
	b.Until("the same answers are accepted again after a success", func() bool { return len(r.results()) == 3 })
	b.NoProblems()
}

func TestHooks(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	b := browsertest.Open(t)
	b.Visit(site(t, r, `<script>
window.heard = [];
const note = (name, value) => (...args) => { heard.push(name); return value };
MauticFormCallback = {ecriveznous: {onValidateStart: note('start'), onValidate: note('validate', true), onValidateEnd: note('end'), onResponseStart: note('answer'),
  onResponse: (a) => { heard.push(a.success + Object.keys(a.validationErrors || {}).join()); return true }, onResponseEnd: note('done'), onSubmitButtonDisable: note('off', true), onSubmitButtonEnable: note('on', true)}};
</script>`+embedded))
	b.Click("button")
	b.WaitFor("heard.includes('done')")
	if got := b.String("heard"); got != "start,validate,end,off,on,answer,0email,done" {
		t.Errorf("heard %s", got)
	}
	if b.Count(".mauticform-has-error") != 0 {
		t.Error("the page handled the answer, yet the script did too")
	}
}

func TestRedirectOfTheTopWindow(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", func(f *form.Form) {
		f.PostAction, f.PostProperty = form.Redirect, "/thanks?e={formfield=email}"
	})
	b := browsertest.Open(t)
	b.Visit(site(t, r, embedded))
	b.Fill("input[type=email]", "zoe@example.org")
	b.Click("button")
	b.WaitText("arrived with {e=zoe%40example.org}")
}

func TestClosedWhileThePageIsOpen(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	b := browsertest.Open(t)
	b.Visit(site(t, r, embedded))
	b.Fill("input[type=email]", "zoe@example.org")
	if err := r.db.Do(t.Context(), func(tx *db.Tx) error { return form.SetPublished(t.Context(), tx, r.form, false, 0, "") }); err != nil {
		t.Fatal(err)
	}
	b.Click("button")
	b.WaitText("Ce formulaire n’est plus disponible.")
	if got := b.String("document.querySelector('input[type=email]').value"); got != "zoe@example.org" {
		t.Errorf("the answers are lost: %q", got)
	}
}

func TestServerThatFails(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	b := browsertest.Open(t)
	b.Visit(site(t, r, embedded))
	b.Fill("input[type=email]", "zoe@example.org")
	b.Eval(`document.querySelector('form').action = "BASE/nothing".replace("BASE", `+fmt.Sprintf("%q", r.base)+`)`, nil)
	b.Click("button")
	b.WaitText("L’envoi n’a pas abouti.")
	if b.String("document.querySelector('button').disabled") != "false" {
		t.Error("the button stays disabled")
	}
}

func TestPageOfTheForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		refused string // by the server alone
		options []browsertest.Option
	}{
		"with script":    {"zoe@exam..ple.org", nil},
		"without script": {"zoe@localhost", []browsertest.Option{browsertest.WithoutScripts()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, "ariane.localhost", nil)
			b := browsertest.Open(t, c.options...)
			b.Visit(r.base + "/form/1")
			b.Fill("input[type=text]", "Zoé")
			b.Fill("input[type=email]", c.refused)
			b.Click("button")
			b.WaitText("e-mail")
			b.WaitFor(`document.activeElement.name === "mauticform[email]"`)
			if got := b.String(`document.querySelector("input[type=text]").value`); got != "Zoé" {
				t.Errorf("after the refusal: %q", got)
			}
			b.Fill("input[type=email]", "zoe@example.org")
			b.Click("button")
			b.WaitText("Merci Zoé !")
			if results := r.results(); len(results) != 1 || results[0].Page != r.base+"/form/1" {
				t.Errorf("results %+v", results)
			}
			if c.options == nil { // the refusal itself is a page with an error status
				b.NoProblems()
			}
		})
	}
}

func TestPageOfTheFormInAFrame(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	b := browsertest.Open(t, browsertest.WithoutThirdPartyCookies())
	b.Visit(site(t, r, `<iframe name=f src="BASE/form/1" width=600 height=600></iframe>`))
	b.WaitFor("frames.length === 1")
	b.NoProblems()
}

// Where visitors have to agree first, a form is sent without leaving anything in the browser.
func TestFormWithoutConsent(t *testing.T) {
	t.Parallel()
	r := open(t, "ariane.localhost", nil)
	if err := r.db.Do(t.Context(), func(tx *db.Tx) error {
		return setting.Set(t.Context(), tx, setting.Followed, setting.Tracking{ConsentRequired: true})
	}); err != nil {
		t.Fatal(err)
	}
	b := browsertest.Open(t)
	b.Visit(site(t, r, embedded))
	b.Fill("input[type=email]", "zoe@example.org")
	b.Click("button")
	b.WaitFor("document.querySelector('.mauticform-post-success')")
	if got := b.String("document.cookie + Object.keys(localStorage)"); got != "" {
		t.Errorf("stored %q", got)
	}
	if n := r.count("device"); n != 0 || len(r.results()) != 1 {
		t.Errorf("%d devices, %d results", n, len(r.results()))
	}
	b.NoProblems()
}
