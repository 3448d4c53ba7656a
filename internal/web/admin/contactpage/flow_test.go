package contactpage_test

import (
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

// inBoth runs a flow in both languages.
func inBoth(t *testing.T, flow func(t *testing.T, w world, b *browsertest.Browser, french bool), options ...browsertest.Option) {
	t.Parallel()
	for _, lang := range []string{"en", "fr"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			b := browsertest.Open(t, append(options, browsertest.Language(lang))...)
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/contacts"))
			b.Click(".side .menu-button")
			b.Eval("window.old = true", nil)
			b.Click(".side button[lang=" + lang + "]")
			b.WaitFor(`!window.old && document.readyState === "complete" && document.documentElement.lang === "` + lang + `"`)
			flow(t, w, b, lang == "fr")
			for _, problem := range b.Problems() {
				if !strings.Contains(problem, "status of 422") {
					t.Error(problem)
				}
			}
		})
	}
}

// press presses a key once the script listens.
func press(b *browsertest.Browser, key string) {
	b.WaitFor(`!document.documentElement.classList.contains("no-script")`)
	b.Eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", bubbles: true}))`, nil)
}

func TestListByKeyboard(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		w.known(map[string]string{"firstname": "Ada", "lastname": "Abel", "tags": "VIP"})
		_, bob := w.known(map[string]string{"firstname": "Bob", "lastname": "Zorn"})
		w.catchUp()
		words := map[bool][]string{false: {"How to search", "2 contacts", "Name"}, true: {"Comment rechercher", "2 contacts", "Nom"}}[french]
		b.Visit(w.URL("/s/contacts?sort=name&order=asc"))
		b.WaitText(words[1])
		press(b, "c")
		b.WaitFor(`location.search.includes("view=cards") && document.querySelectorAll(".contact-card").length === 2`)
		b.WaitFor(`document.querySelector(".contact-card").innerText.includes("Ada Abel")`)
		press(b, "t")
		b.WaitFor(`!location.search.includes("view") && document.querySelectorAll("tbody tr").length === 2 && location.search.includes("sort=name")`)

		press(b, "?")
		b.WaitFor(`document.querySelector("dialog[open] h2")?.textContent === "` + words[0] + `"`)
		b.Click("dialog [data-close]")
		b.WaitFor(`!document.querySelector("dialog")`)

		b.Eval(`document.querySelectorAll("tbody details")[1].querySelector("summary").click()`, nil)
		b.WaitFor(`document.querySelectorAll("tbody details")[1].querySelector(".menu-list a").checkVisibility()`)
		press(b, "Escape")
		b.WaitFor(`!document.querySelector("tbody details[open]") && document.activeElement.matches("summary")`)
		b.Eval(`document.activeElement.click()`, nil)
		b.Eval(`[...document.querySelectorAll("tbody details[open] a")].find((a) => a.pathname.includes("/edit/")).click()`, nil)
		b.WaitFor(`location.pathname === "/s/contacts/edit/` + bob + `"`)

		b.Visit(w.URL("/s/contacts"))
		b.Click(".toolbar details:has(.menu-list) summary")
		b.Click(".toolbar details[open] .menu-list a")
		b.WaitFor(`location.search.includes("tag") && document.querySelectorAll("tbody tr").length === 1`)
	})
}

// What the list offers needs no script.
func TestListWithoutScripts(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		_, ada := w.known(map[string]string{"firstname": "Ada"})
		b.Visit(w.URL("/s/contacts"))
		b.Click(".faces a:last-child")
		b.WaitFor(`document.querySelectorAll(".contact-card").length === 1`)
		b.Click(".contact-card .menu summary")
		b.Click(`.contact-card a[href="/s/contacts/delete/` + ada + `"]`)
		b.Click("main .button-danger")
		b.WaitText(map[bool]string{false: "Ada is in the recycle bin", true: "Ada est dans la corbeille"}[french])
		b.Visit(w.URL("/s/contacts/search"))
		b.WaitText(map[bool]string{false: "How to search", true: "Comment rechercher"}[french])
		b.Visit(w.URL("/s/contacts/new"))
		b.Fill("#field-email", "nobody")
		b.Fill("#field-tags", "VIP")
		b.Click("main .button-primary")
		b.WaitFor(`document.querySelector("#field-email[aria-invalid]")?.value === "nobody" && document.querySelector("#field-tags").value === "VIP"`)
		b.Fill("#field-email", "bob@example.test")
		b.Click("main .button-primary")
		b.WaitFor(`document.querySelector("#tags .tag")?.innerText.includes("VIP")`)
	}, browsertest.WithoutScripts())
}

// Words, one event and all the fields of the thread's page without a script.
func TestThreadWithoutScripts(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		w.visits("https://www.example.test/one", "https://www.example.test/caf%C3%A9", "https://www.example.test/three")
		w.identify(w.visits("https://www.example.test/other"), map[string]string{"firstname": "Ada"})
		b.Visit(w.URL("/s/contacts/view/1"))
		b.WaitFor(`!document.querySelector(".thread-folded li").checkVisibility()`)
		b.Click(".thread-text summary")
		b.WaitFor(`document.querySelector(".thread-folded li").checkVisibility()`)
		b.Fill("#find", "CAFE")
		b.Eval(`document.querySelector("#find").form.requestSubmit()`, nil)
		b.WaitFor(`location.search.includes("find=CAFE") && document.querySelectorAll(".thread-line").length === 1`)
		b.Click("a.thread-time")
		b.WaitFor(`location.hash.startsWith("#e") && document.querySelector(".thread-folded .is-target").checkVisibility()`)
		b.Visit(w.URL("/s/contacts/view/2"))
		b.Click(".facts-empty summary")
		b.WaitText(map[bool]string{false: "Preferred time zone", true: "Fuseau horaire"}[french])
		b.Click(`.tabs-bar a[href*="audit"]`)
		b.WaitFor(`document.querySelector(".thread-answers ins")?.textContent === "Ada"`)
	}, browsertest.WithoutScripts(), browsertest.Window(1280, 900))
}
