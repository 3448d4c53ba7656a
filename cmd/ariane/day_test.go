package main

import (
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

// The first day of a small team, on a new installation: set-up, a contact by
// hand, a form with an answer. In both languages, with scripts and without.
func TestFirstDay(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"en", "fr"} {
		for name, options := range map[string][]browsertest.Option{
			"with scripts":    {browsertest.Window(1440, 900)},
			"without scripts": {browsertest.Window(390, 844), browsertest.WithoutScripts()},
		} {
			t.Run(lang+" "+name, func(t *testing.T) {
				t.Parallel()
				p := start(t, nil, "serve", "--listen=127.0.0.1:0", "--data="+t.TempDir())
				link := p.line(`(http://\S+/s/setup/\S+)`)
				base, _, _ := strings.Cut(link, "/s/setup/")
				d := day{b: browsertest.Open(t, append(options, browsertest.Language(lang))...), base: base}
				d.setUp(link)
				d.contactByHand()
				d.form(lang)
				if got := d.b.String("document.documentElement.lang"); got != lang {
					t.Errorf("the pages are in %s", got)
				}
				for _, problem := range d.b.Problems() {
					if !strings.Contains(problem, "status of 422") {
						t.Error(problem)
					}
				}
			})
		}
	}
}

type day struct {
	b    *browsertest.Browser
	base string
}

// send presses the button and waits for the next page.
func (d day) send(button string) {
	d.b.Eval("window.before = true", nil)
	d.b.Click(button)
	d.b.WaitFor(`!window.before && document.readyState === "complete" && document.querySelector("main, .main")`)
}

func (d day) at(path string) {
	d.b.WaitFor(`location.pathname.startsWith("` + path + `")`)
}

const primary = "main .button-primary:not(a)"

func (d day) setUp(link string) {
	d.b.Visit(link)
	d.b.Fill("[name=email]", "claire@example.test")
	d.b.Fill("[name=user_name]", "claire")
	d.b.Fill("[name=password]", "court")
	d.b.Fill("[name=site]", "www.example.test")
	d.send(primary)
	d.at("/s/setup/")
	d.b.WaitFor(`document.querySelector("[name=password][aria-invalid=true]") && document.querySelector("[name=email]").value === "claire@example.test"`)
	d.b.Fill("[name=password]", "un vélo rouge")
	d.send(primary)
	d.at("/s/tracking")
	d.b.WaitFor(`document.querySelector("[name=sites]").value === "https://www.example.test"`)
}

func (d day) contactByHand() {
	b := d.b
	b.Visit(d.base + "/s/contacts/new")
	b.Fill("[name=firstname]", "Émilie")
	b.Fill("[name=lastname]", "du Châtelet")
	b.Fill("[name=email]", "emilie at example.test")
	b.Fill("[name=tags]", "physique, Newton")
	d.send(primary)
	b.WaitFor(`document.querySelector("[name=email][aria-invalid=true]") && document.querySelector("[name=firstname]").value === "Émilie" && document.querySelector("[name=tags]").value === "physique, Newton"`)
	b.Fill("[name=email]", "emilie@example.test")
	d.send(primary)
	d.at("/s/contacts/view/")
	address := b.String("location.pathname")
	b.WaitText("Émilie du Châtelet")
	b.WaitText("Newton")

	d.send(".contact-actions a[href*=edit]")
	b.Fill("[name=company]", "Cirey")
	d.send(primary)
	b.WaitText("Cirey")
	d.send(".tabs-bar a[href*=notes]")
	b.Fill("[name=text]", "Traduit les Principia.")
	d.send("main .note-form .button-primary")
	b.WaitText("Traduit les Principia.")

	d.send(".contact-actions a[href*=from]")
	b.WaitFor(`document.querySelector("[name=company]").value === "Cirey"`)
	b.Fill("[name=firstname]", "Gabrielle")
	b.Fill("[name=email]", "gabrielle@example.test")
	d.send(primary)
	b.WaitText("Gabrielle du Châtelet")
	d.send(".contact-actions a[href*=delete]")
	d.send("main .button-danger")
	b.Visit(d.base + "/s/contacts")
	b.WaitFor(`document.querySelectorAll("tbody tr").length === 1`)
	b.WaitText("Émilie du Châtelet")
	b.Visit(d.base + "/s/contacts/bin")
	b.WaitText("Gabrielle")
	d.send("main form[action*=restore] button")
	b.Visit(d.base + "/s/contacts")
	b.WaitFor(`document.querySelectorAll("tbody tr").length === 2`)
	b.Visit(d.base + address)
	b.WaitText("Cirey")
}

func (d day) form(lang string) {
	b := d.b
	b.Visit(d.base + "/s/forms/new")
	d.send(primary)
	b.WaitFor(`document.querySelector("[name=name][aria-invalid=true]")`)
	b.Fill("[name=name]", "Lettre d’information")
	d.send(primary)
	d.at("/s/forms/view/")
	address := strings.TrimPrefix(b.String("location.pathname"), "/s/forms/view/")
	b.Visit(d.base + "/form/" + address)
	b.Fill("[name='mauticform[email]']", "voltaire@example.test")
	b.Click(".mauticform-button")
	b.WaitText(map[string]string{"en": "Thank you", "fr": "Merci"}[lang])
	b.Visit(d.base + "/s/forms/results/" + address)
	b.WaitText("voltaire@example.test")
	b.Visit(d.base + "/s/find?q=voltaire")
	b.WaitText("voltaire@example.test")
}
