package main

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"

	"github.com/google/go-cmp/cmp"
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
	{"fr", "fr-FR", "Identifié\u00a0:", "Formulaire soumis", "Émilie", "du Châtelet", "emilie@example.test", "Page vue", "Aujourd’hui", "/fr/contact", "/fr/", "/fr/velos", "/fr/tarifs"},
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

	office := browsertest.Open(t, browsertest.Language(w.locale), browsertest.Window(1440, 900))
	logIn(office, ariane)
	office.Visit(ariane + "/s/contacts")
	office.WaitFor(`document.querySelector("tbody tr")`)
	if strings.Contains(office.Text("tbody"), "127.0.0.1") {
		t.Error("the visitor is in the list of known contacts")
	}
	picture(office, w, "list")

	// The toggle, and then the search.
	office.Click(`.toolbar a.chip`)
	office.WaitFor(`location.search.includes("search=")`)
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
	b.Eval(`[...document.querySelectorAll("#thread .thread-text > p:first-child, #thread .thread-folded div > p:first-child")].filter(p => p.textContent.includes("`+w.viewed+`")).length`, &n)
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

// The same person looks around in a second browser and sends the same address:
// that history joins the contact, which keeps its number, and the visitor's
// number leads there. In that browser somebody types another address: a second
// contact, and nothing of the first is changed or shown.
func TestSecondBrowserAndSecondPerson(t *testing.T) {
	w := stories[0]
	p := start(t, []string{"LC_ALL=en"}, "demo", "--listen=127.0.0.1:0", "--site-listen=localhost:0", "--data="+t.TempDir())
	ariane, site := p.line(`Ariane +(http://\S+)`), p.line(`Sample site +(http://\S+)`)
	api := apiClient{t, ariane}

	first := open(t, w)
	first.view(site + w.home)
	first.send(site+w.contact, "Ada", "Lovelace", "ada@example.test")
	ada := api.byEmail("ada@example.test")

	second := open(t, w)
	second.view(site + w.products)
	second.view(site + w.prices)
	visitor := second.String(`localStorage.getItem("mtc_id")`)
	if visitor == ada {
		t.Fatal("the second browser is taken for the first")
	}
	second.send(site+w.contact, "Ada", "Lovelace", "ADA@example.test")
	if now := api.byEmail("ada@example.test"); now != ada {
		t.Errorf("ada is %s now, and was %s", now, ada)
	}
	if leads := api.contact(visitor).ID; strconv.Itoa(leads) != ada {
		t.Errorf("the visitor's number %s leads to %d, want %s", visitor, leads, ada)
	}
	for _, number := range []string{ada, visitor} {
		pages := api.pages(number)
		for _, want := range []string{site + w.home, site + w.products, site + w.prices, site + w.contact} {
			if !slices.Contains(pages, want) {
				t.Errorf("%s is not on the thread of %s: %v", want, number, pages)
			}
		}
	}

	before := api.contact(ada)
	second.send(site+w.contact, "Bob", "", "bob@example.test")
	bob := api.byEmail("bob@example.test")
	if bob == ada {
		t.Fatal("two people are one contact")
	}
	second.view(site + w.home)
	if pages := api.pages(bob); !slices.Contains(pages, site+w.home) {
		t.Errorf("the device was not handed over: %v", pages)
	}
	after := api.contact(ada)
	for _, one := range []map[string]any{before.Fields.All, after.Fields.All} {
		delete(one, "last_active") // read from the thread, a moment later
	}
	if diff := cmp.Diff(before.Fields.All, after.Fields.All); diff != "" {
		t.Errorf("ada changed: %s", diff)
	}

	office := browsertest.Open(t, browsertest.Language("en-GB"))
	logIn(office, ariane)
	office.Visit(ariane + "/s/contacts/view/" + visitor)
	office.WaitFor(`location.pathname === "/s/contacts/view/` + ada + `"`)
	office.WaitText("what an anonymous visitor had done")
	picture(office, w, "joined")
}

// person is a browser of somebody who visits the sample site.
type person struct{ *browsertest.Browser }

func open(t *testing.T, w words) person {
	return person{browsertest.Open(t, browsertest.Language(w.locale), browsertest.Flag("user-agent", ordinary))}
}

// view visits a page and waits until its view was answered.
func (p person) view(address string) {
	p.Visit(address)
	p.WaitFor(`document.readyState === "complete" && window.MauticJS && localStorage.getItem("mtc_id")`)
	p.Eval(`new Promise(done => MauticJS.onFirstEventDelivery(() => done(true)))`, nil)
}

func (p person) send(address, first, last, mail string) {
	p.view(address)
	p.WaitFor(`document.querySelector("[name='mauticform[email]']") && document.querySelector("[name=mautic_device_id]")`)
	p.Fill("[name='mauticform[firstname]']", first)
	if last != "" {
		p.Fill("[name='mauticform[lastname]']", last)
	}
	p.Fill("[name='mauticform[email]']", mail)
	p.Click("[name='mauticform[submit]']")
	p.WaitFor(`document.querySelector(".mauticform-message").textContent.trim() !== ""`)
}

func logIn(office *browsertest.Browser, ariane string) {
	office.Visit(ariane + "/s/login")
	office.Fill("input[name=login]", "demo@ariane.test")
	office.Fill("input[name=password]", "ariane-demo")
	office.Click("main button.button-primary")
	office.WaitFor(`location.pathname === "/s/dashboard"`)
}

// apiClient asks the demonstration's API.
type apiClient struct {
	t    *testing.T
	base string
}

type apiContact struct {
	ID     int
	Fields struct{ All map[string]any }
}

func (a apiClient) get(path string, into any) {
	a.t.Helper()
	r, err := http.NewRequest(http.MethodGet, a.base+"/api/contacts"+path, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	r.SetBasicAuth("demo", "ariane-demo")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: %s", path, answer.Status)
	}
	if err := json.NewDecoder(answer.Body).Decode(into); err != nil {
		a.t.Fatal(err)
	}
}

func (a apiClient) contact(number string) apiContact {
	var got struct{ Contact apiContact }
	a.get("/"+number, &got)
	return got.Contact
}

func (a apiClient) byEmail(mail string) string {
	a.t.Helper()
	var got struct{ Contacts map[string]apiContact }
	a.get("?search=email:"+mail, &got)
	for number := range got.Contacts {
		return number
	}
	a.t.Fatalf("nobody has the address %s", mail)
	return ""
}

// pages are the addresses on a thread.
func (a apiClient) pages(number string) []string {
	var got struct {
		Events []struct {
			Event   string
			Details json.RawMessage
		}
	}
	a.get("/"+number+"/activity?filters[includeEvents][]=page.hit&limit=100", &got)
	var list []string
	for _, e := range got.Events {
		var d struct{ Hit struct{ URL string } }
		if err := json.Unmarshal(e.Details, &d); err != nil {
			a.t.Fatal(err)
		}
		list = append(list, d.Hit.URL)
	}
	return list
}
