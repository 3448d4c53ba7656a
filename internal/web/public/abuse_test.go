package public_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/setting"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/tool/browsertest"
)

func TestRobotsThatFillInEverything(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	_, body := r.post("?ajax=1", "formId", "1", "email", "zoe@example.org", "prenom", "Zoé", form.Trap, "https://spam.example")
	if a := decode(t, body); a["success"] != 1.0 || a["successMessage"] != "Merci Zoé !" {
		t.Errorf("the robot learns something: %s", body)
	}
	if n := r.count("form_submission") + r.count("contact") + r.count("event"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestOneAddressSendsTooOften(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	send := func(query string, more ...string) (*http.Response, string) {
		return r.post(query, append([]string{"formId", "1", "email", "zoe@example.org"}, more...)...)
	}
	for range 20 {
		if answer, body := send("?ajax=1"); answer.StatusCode != http.StatusOK {
			t.Fatalf("%s %s", answer.Status, body)
		}
	}
	answer, body := send("?ajax=1")
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" || !strings.Contains(decode(t, body)["errorMessage"].(string), "many times") {
		t.Errorf("%s %s", answer.Status, body)
	}
	if answer, body := send("", "messenger", "1"); answer.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, "postMessage") || !strings.Contains(body, "many times") {
		t.Errorf("in a frame: %s %s", answer.Status, body)
	}
	if answer, body := send(""); answer.StatusCode != http.StatusTooManyRequests || !strings.Contains(body, "many times") {
		t.Errorf("without script: %s %s", answer.Status, body)
	}
	if n := len(r.results()); n != 20 {
		t.Errorf("%d submissions", n)
	}
}

func TestManyBehindAProxyThatWasNotDeclared(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	for i := range 25 {
		request, err := http.NewRequest(http.MethodPost, r.base+"/form/submit?ajax=1", strings.NewReader("mauticform[formId]=1&mauticform[email]=zoe@example.org"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("X-Forwarded-For", fmt.Sprintf("203.0.113.%d", i))
		if answer, body := r.send(request); answer.StatusCode != http.StatusOK {
			t.Fatalf("visitor %d: %s %s", i, answer.Status, body)
		}
	}
}

func TestProofOfWork(t *testing.T) {
	t.Parallel()
	for name, visit := range map[string]func(b *browsertest.Browser, r *rig){
		"embedded":   func(b *browsertest.Browser, r *rig) { b.Visit(site(t, r, embedded)) },
		"on its own": func(b *browsertest.Browser, r *rig) { b.Visit(r.base + "/form/1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, "ariane.localhost", func(f *form.Form) { f.Proof, f.PostAction = true, form.Return })
			b := browsertest.Open(t)
			visit(b, r)
			for i, address := range []string{"zoe@example.org", "ada@example.org"} { // the second takes another proof
				b.Fill("input[type=email]", address)
				b.Click("button")
				b.Until("the form is accepted", func() bool { return len(r.results()) == i+1 })
				b.WaitFor("document.querySelector('.mauticform-post-success')")
			}
			b.NoProblems()
		})
	}
	r := open(t, "127.0.0.1", func(f *form.Form) { f.Proof = true })
	for _, proof := range []string{"", "x", "0123456789abcdef.1.1", fmt.Sprintf("0123456789abcdef.%d.1", r.db.Now().Unix()/60)} {
		if _, body := r.post("?ajax=1", "formId", "1", "email", "zoe@example.org", "proof", proof); decode(t, body)["success"] != 0.0 || !strings.Contains(body, "JavaScript") {
			t.Errorf("with the proof %q: %s", proof, body)
		}
	}
	b := browsertest.Open(t, browsertest.WithoutScripts())
	b.Visit(r.base + "/form/1")
	b.WaitText("a besoin de JavaScript")
}

func TestScriptsOfAllowedSitesReadTheAnswer(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", nil)
	if answer, _ := r.post("?ajax=1", "formId", "1", "email", "zoe@example.org"); answer.Header.Get("Access-Control-Allow-Origin") != "" || answer.Header.Get("Vary") == "" {
		t.Errorf("a site that is not allowed: %v", answer.Header)
	}
	err := r.db.Do(t.Context(), func(tx *db.Tx) error {
		return setting.Set(t.Context(), tx, setting.AllowedSites, []string{"https://elsewhere.example"})
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := r.post("?ajax=1", "formId", "1", "email", "zoe@example.org")
	if h := answer.Header; h.Get("Access-Control-Allow-Origin") != "https://elsewhere.example" || h.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("an allowed site: %v", h)
	}
	request, err := http.NewRequest(http.MethodOptions, r.base+"/form/submit", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Origin", "https://elsewhere.example")
	if answer, _ := r.send(request); answer.StatusCode != http.StatusNoContent || answer.Header.Get("Access-Control-Allow-Headers") == "" {
		t.Errorf("asked before: %s %v", answer.Status, answer.Header)
	}
}

// everyType is a form with a required field of each type.
func everyType(f *form.Form) {
	f.PostAction, f.PostProperty, f.Fields = form.Return, "Merci.", nil
	options := []question.Option{{Label: "Petit <b>", Value: "s"}, {Label: "Grand", Value: "l"}}
	for _, kind := range question.Types() {
		one := question.Field{Label: "Champ " + string(kind), Alias: "a_" + string(kind), Type: kind, Required: kind.Answered() && kind != question.Hidden}
		if kind.HasOptions() {
			one.Options = options
		}
		if kind == question.Consent || kind == question.FreeText {
			one.Text = "J’accepte la [politique](https://site.example/p)."
		}
		f.Fields = append(f.Fields, one)
	}
}

var everyAnswer = map[string]string{
	"a_text": "T", "a_textarea": "un\ndeux", "a_email": "zoe@example.org", "a_tel": "0123456789", "a_number": "7", "a_date": "2026-02-03", "a_url": "https://site.example",
	"a_country": "France", "a_select": "l", "a_radiogrp": "s", "a_checkboxgrp": "s, l", "a_consent": "1", "a_hidden": "",
}

func fillEverything(b *browsertest.Browser) {
	for alias, value := range everyAnswer {
		switch alias {
		case "a_text", "a_email", "a_tel", "a_number", "a_url":
			b.Fill(`[name="mauticform[`+alias+`]"]`, value)
		}
	}
	for _, click := range []string{`[name="mauticform[a_radiogrp]"][value=s]`, `[name="mauticform[a_checkboxgrp][]"][value=s]`, `[name="mauticform[a_checkboxgrp][]"][value=l]`,
		`.mauticform-consent input`} {
		b.Click(click)
	}
	b.Eval(`document.querySelector('[name="mauticform[a_select]"]').value = "l", document.querySelector('[name="mauticform[a_country]"]').value = "France",
		document.querySelector('textarea').value = "un\ndeux", document.querySelector('[type=date]').value = "2026-02-03", 0`, nil)
}

func (r *rig) wantEverything() {
	r.Helper()
	got := map[string]string{}
	for _, a := range r.results()[0].Answers {
		got[a.Alias] = a.Value
		if a.Alias == "a_consent" && a.Shown != "J’accepte la politique <https://site.example/p>." {
			r.Errorf("agreed to %q", a.Shown)
		}
	}
	for alias, want := range everyAnswer {
		if got[alias] != want {
			r.Errorf("%s: %q, want %q", alias, got[alias], want)
		}
	}
}

func TestEveryTypeWithoutScript(t *testing.T) {
	t.Parallel()
	r := open(t, "127.0.0.1", everyType)
	for _, f := range []string{"Champ heading", `type="date"`, "<textarea", "multiple", "<b>"} {
		_, body := r.get("/form/1")
		if strings.Contains(body, f) != (f != "multiple" && f != "<b>") {
			t.Errorf("the page and %s", f)
		}
	}
	values := []string{"formId", "1", "return", r.base + "/form/1"}
	for alias, value := range everyAnswer {
		switch alias {
		case "a_checkboxgrp":
			values = append(values, "a_checkboxgrp][", "s", "a_checkboxgrp][", "l")
		case "a_email":
			values = append(values, alias, "zoe@")
		default:
			values = append(values, alias, value)
		}
	}
	answer, body := r.post("", values...)
	for _, kept := range []string{`value="France" selected`, `value="l" selected`, `value="2026-02-03"`, "un\ndeux</textarea>", `value="zoe@"`} {
		if answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(body, kept) {
			t.Errorf("%s: the refused form lacks %s", answer.Status, kept)
		}
	}
	if n := strings.Count(body, " checked"); n != 4 {
		t.Errorf("%d boxes are ticked, want 4", n)
	}
}
