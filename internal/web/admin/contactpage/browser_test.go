package contactpage_test

import (
	"testing"
	"time"

	"ariane/internal/tool/browsertest"
)

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	var urls []string
	for range 120 {
		urls = append(urls, "https://www.example.test/"+time.Duration(len(urls)).String())
	}
	w.identify(w.visits(urls...), map[string]string{"email": "anna@example.test"})
	w.catchUp()
	b := browsertest.Open(t)
	b.Visit(w.URL("/test/in"))

	b.Visit(w.URL("/s/contacts"))
	b.WaitText("anna@example.test")
	b.Eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "/", bubbles: true}))`, nil)
	b.WaitFor(`document.activeElement.id === "search"`)
	b.Click(".side .menu-button")
	b.WaitFor(`document.querySelector(".side .menu").open`)
	b.Eval(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", bubbles: true}))`, nil)
	b.WaitFor(`!document.querySelector(".side .menu").open`)

	b.Visit(w.URL("/s/contacts/view/1"))
	if n := b.Count(".thread-folded li"); n != 59 {
		t.Errorf("%d page views at first", n)
	}
	b.WaitFor(`document.querySelector(".thread-folded li").checkVisibility() === false`)
	b.Click(".thread-text summary")
	b.WaitFor(`document.querySelector(".thread-folded li").checkVisibility()`)
	b.Click(".thread-more a")
	b.WaitFor(`document.querySelectorAll(".thread-folded li").length === 119`)
	b.Click(".thread-more a")
	b.WaitFor(`document.querySelectorAll(".thread-line.is-last").length === 1 && !document.querySelector(".thread-more")`)
	if n := b.Count(".thread-day"); n > 2 {
		t.Errorf("%d days", n)
	}
	b.Visit(w.URL(b.String(`document.querySelector(".thread-folded li:last-child a.thread-time").getAttribute("href")`)))
	b.WaitFor(`document.querySelector(".thread-folded .is-target").checkVisibility()`)
	b.NoProblems()
}

func TestQuickAddInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	_, number := w.known(map[string]string{"firstname": "Ada", "email": "ada@example.test"})
	b := browsertest.Open(t, browsertest.Window(390, 844))
	b.Visit(w.URL("/test/in"))

	b.Visit(w.URL("/s/contacts"))
	b.Click(".page-head a[data-dialog]")
	b.WaitFor(`document.activeElement.name === "firstname" && document.querySelector("dialog[open] h2").textContent === "Quick add"`)
	b.Click("dialog [data-close]")
	b.WaitFor(`!document.querySelector("dialog") && document.activeElement.matches("a[data-dialog]")`)
	b.Click(".page-head a[data-dialog]")
	b.WaitFor(`document.querySelector("dialog[open] input[name=email]")`)
	b.Fill("dialog input[name=email]", "Ada@example.test")
	b.WaitFor(`document.querySelector("dialog [data-taken] a")?.getAttribute("href") === "/s/contacts/view/` + number + `"`)
	b.Fill("dialog input[name=email]", "bob@example.test")
	b.WaitFor(`!document.querySelector("dialog [data-taken] a")`)
	b.Click("dialog .button-primary")
	b.WaitText("bob@example.test is saved.")
	for _, page := range []string{"/s/contacts", "/s/contacts/new", "/s/contacts/new?quick=1", "/s/contacts/edit/" + number, "/s/contacts/view/" + number, "/s/contacts/delete/" + number, "/s/contacts/bin"} {
		b.Visit(w.URL(page))
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	}
	b.NoProblems()
}

func TestNewEventsAppearWhileThePageIsWatched(t *testing.T) {
	t.Parallel()
	w := start(t)
	a := w.visits("https://www.example.test/one", "https://www.example.test/two", "https://www.example.test/three")
	b := browsertest.Open(t)
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/contacts/view/1"))
	b.WaitFor(`document.querySelectorAll(".thread-line").length === 2 && document.querySelectorAll(".thread-folded li").length === 3`)
	b.WaitFor(`!document.querySelector("[data-live-mark]").hidden`)
	w.identify(a, map[string]string{"firstname": "<b>Ada</b>"})
	b.WaitFor(`document.querySelector(".thread-line.is-fresh")?.textContent.includes("Identified as <b>Ada</b>")`)
	if n := b.Count(".thread-day"); n != 1 {
		t.Errorf("%d days", n)
	}
	if n := b.Count(".thread-line"); n != 3 {
		t.Errorf("%d lines: what was there came again", n)
	}
	b.NoProblems()
}
