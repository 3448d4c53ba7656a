package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

var screenshots = flag.String("screenshots", "", "folder for pictures of the pages that the browser tests see")

// words are what the story looks for in each language of the interface.
type words struct {
	language, locale       string
	known, submitted       string
	first, last, mail      string
	viewed, today, contact string
	home, products, prices string
}

var stories = []words{
	{"en", "en-GB", "Identified as", "Submitted the form", "Ada", "Lovelace", "ada@example.test", "Viewed", "Today", "/en/contact", "/en/", "/en/bikes", "/en/pricing"},
	{"fr", "fr-FR", "Identifié :", "Formulaire soumis", "Émilie", "du Châtelet", "emilie@example.test", "Page vue", "Aujourd’hui", "/fr/contact", "/fr/", "/fr/velos", "/fr/tarifs"},
}

// ordinary is the user agent of a browser with a window; that of one without
// is a bot's.
const ordinary = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

// A visitor looks around, sends a form, and is known: the same contact, with
// what it did before.
func TestVisitorBecomesKnown(t *testing.T) {
	for _, w := range stories {
		t.Run(w.language, func(t *testing.T) { story(t, w) })
	}
	t.Run("third-party cookies blocked", func(t *testing.T) { story(t, stories[0], browsertest.WithoutThirdPartyCookies()) })
}

func story(t *testing.T, w words, options ...browsertest.Option) {
	visitor := browsertest.Open(t, append(options, browsertest.Language(w.locale), browsertest.Flag("user-agent", ordinary))...)
	p := start(t, []string{"LC_ALL=" + w.language}, "demo", "--listen=127.0.0.1:0", "--site-listen=localhost:0", "--data="+t.TempDir())
	ariane, site := p.line(`Ariane +(http://\S+)`), p.line(`Sample site +(http://\S+)`)

	for _, page := range []string{w.home, w.products, w.prices} {
		visitor.Visit(site + page)
		visitor.WaitFor(`document.readyState === "complete" && window.MauticJS && localStorage.getItem("mtc_id")`)
	}

	office := browsertest.Open(t, browsertest.Language(w.locale), browsertest.Window(1440, 960))
	office.Visit(ariane)
	office.Fill("input[name=login]", "demo@ariane.test")
	office.Fill("input[name=password]", "ariane-demo")
	office.Click("main button.button-primary")
	office.WaitFor(`location.pathname === "/s/contacts" && document.querySelector("tbody tr")`)
	if strings.Contains(office.Text("tbody"), "127.0.0.1") {
		t.Error("the visitor is in the list of known contacts")
	}
	picture(office, w, "list")

	// The toggle, and then the search.
	office.Click(`.toolbar a.chip`)
	row := `[...document.querySelectorAll("tbody a")].find(a => a.textContent.includes("127.0.0.1"))`
	office.Until("the visitor appears by its address", func() bool {
		return reloaded(office, row)
	})
	address := office.String(row + `.href`)
	office.Visit(ariane + "/s/contacts?search=is%3Aanonymous")
	office.WaitFor(row)
	if again := office.String(row + `.href`); again != address {
		t.Errorf("the search finds %s, the toggle %s", again, address)
	}
	office.Visit(address)
	office.Until("three page views are on the thread", func() bool {
		return reloaded(office, `document.querySelector("#thread")`) && views(office, w) == 3
	})
	picture(office, w, "visitor")

	visitor.Visit(site + w.contact)
	visitor.WaitFor(`document.querySelector("[name='mauticform[email]']") && document.querySelector("[name=mautic_device_id]")`)
	visitor.Fill("[name='mauticform[firstname]']", w.first)
	visitor.Fill("[name='mauticform[lastname]']", w.last)
	visitor.Fill("[name='mauticform[email]']", w.mail)
	visitor.Click("[name='mauticform[submit]']")
	visitor.WaitFor(`document.querySelector(".mauticform-message").textContent.trim() !== ""`)

	office.Visit(ariane + "/s/contacts")
	person := `[...document.querySelectorAll("tbody a")].find(a => a.textContent.includes("` + w.last + `"))`
	office.WaitFor(person)
	if now := office.String(person + `.href`); now != address {
		t.Errorf("the person is %s, the visitor was %s", now, address)
	}
	office.Visit(address)
	thread := office.String(`document.querySelector("#thread").textContent`)
	for _, want := range []string{w.known, w.submitted, w.first, w.last, w.mail, w.today} {
		if !strings.Contains(thread, want) {
			t.Errorf("the thread does not say %q:\n%s", want, thread)
		}
	}
	if n := views(office, w); n != 4 {
		t.Errorf("%d page views are on the thread, want 4:\n%s", n, thread)
	}
	picture(office, w, "contact")
	visitor.NoProblems()
	office.NoProblems()
}

// reloaded loads the page again and tells whether the condition holds.
func reloaded(b *browsertest.Browser, condition string) bool {
	b.Visit(b.String("location.href"))
	var yes bool
	b.Eval(`!!(`+condition+`)`, &yes)
	return yes
}

// views counts the page views on the thread that is shown.
func views(b *browsertest.Browser, w words) int {
	var n int
	b.Eval(`[...document.querySelectorAll("#thread .thread-text > p:first-child")].filter(p => p.textContent.includes("`+w.viewed+`")).length`, &n)
	return n
}

func picture(b *browsertest.Browser, w words, name string) {
	if *screenshots == "" {
		return
	}
	if err := os.MkdirAll(*screenshots, 0o755); err == nil {
		b.Screenshot(filepath.Join(*screenshots, w.language+"-"+name+".png"))
	}
}
