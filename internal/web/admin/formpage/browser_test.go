package formpage_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/form"
	"ariane/internal/tool/browsertest"
	"ariane/internal/user"
	"ariane/internal/web/admin/formpage"
	"ariane/internal/web/public"
	"ariane/internal/web/webtest"
)

func labels(b *browsertest.Browser) string {
	return b.String(`[...document.querySelectorAll("[data-field] legend")].map((l) => l.textContent).join()`)
}

// drag takes the handle of the field at one place to the top of the field at another.
func drag(b *browsertest.Browser, from, to int) {
	var at [4]float64
	b.Eval(fmt.Sprintf(`((a, b) => [a.x + a.width / 2, a.y + a.height / 2, b.x + 40, b.y + 2])(
		document.querySelectorAll("[data-grip]")[%d].getBoundingClientRect(), document.querySelectorAll("[data-field]")[%d].getBoundingClientRect())`, from, to), &at)
	b.Do(chromedp.MouseEvent(chromedp.MousePressed, at[0], at[1], chromedp.ButtonLeft), chromedp.MouseEvent(chromedp.MouseMoved, at[0], at[1]-9, chromedp.ButtonLeft),
		chromedp.MouseEvent(chromedp.MouseMoved, at[2], at[3], chromedp.ButtonLeft), chromedp.MouseEvent(chromedp.MouseReleased, at[2], at[3], chromedp.ButtonLeft))
}

func TestBuilderInABrowser(t *testing.T) {
	t.Parallel()
	for language, words := range map[string]struct{ saved, consent string }{
		"en": {"is saved.", "I agree to be contacted by e-mail."},
		"fr": {"est enregistré.", "J’accepte d’être contacté par e-mail."},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			d := dbtest.Open(t)
			w := webtest.Start(t, d, formpage.Routes(formpage.Deps{DB: d, Clock: d.Now, BaseURL: "https://ariane.test", Public: public.Deps{DB: d, BaseURL: "https://ariane.test"}}))
			if err := d.Do(t.Context(), func(tx *db.Tx) error { return user.SetLanguage(t.Context(), tx, 1, language) }); err != nil {
				t.Fatal(err)
			}
			b := browsertest.Open(t)
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/forms/new"))
			b.WaitFor(`document.querySelector("[data-preview]").shadowRoot.querySelector("[type=email]") && document.activeElement.name === "name"`)
			b.Fill("[name=name]", "Dragged")
			for i, kind := range []string{"text", "consent"} {
				b.Click(`[value="add:` + kind + `"]`)
				b.WaitFor(fmt.Sprintf(`document.activeElement.name === "fields.%d.label"`, i+1))
			}
			b.WaitFor(`document.querySelector("[data-preview]").shadowRoot.textContent.includes(` + fmt.Sprintf("%q", words.consent) + `)`)
			b.Fill(`[name="fields.1.label"]`, "Typed")
			b.WaitFor(`document.querySelector("[data-preview]").shadowRoot.textContent.includes("Typed")`)
			b.Click(`[value="up:1"]`)
			b.WaitFor(`document.querySelector("[data-field] legend").textContent === "Typed" && document.activeElement.value === "down:0"`)
			first := labels(b)

			b.Eval(`document.querySelector('[data-field="0"] summary').focus()`, nil)
			b.Eval(`document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown", altKey: true, bubbles: true, cancelable: true}))`, nil)
			b.WaitFor(`document.querySelectorAll("[data-field] legend")[1].textContent === "Typed" && document.querySelectorAll("[data-field]")[1].contains(document.activeElement) && document.activeElement.tagName === "SUMMARY"`)
			b.WaitFor(`document.querySelector("[data-said]").textContent.includes("Typed")`)
			b.Eval(`document.querySelectorAll(".form-field-details[open]").forEach((d) => (d.open = false))`, nil)
			drag(b, 1, 0)
			b.WaitFor(`document.querySelector('[data-field="0"] legend').textContent === "Typed" && document.querySelector('[name="fields.0.label"]').value === "Typed"`)
			if got := labels(b); got != first {
				t.Errorf("the fields are %s, were %s", got, first)
			}
			b.Click(`[value="remove:1"]`)
			b.WaitFor(`document.querySelectorAll("[data-field]").length === 2 && document.activeElement.value === "remove:1"`)
			b.Click(`.form-save [value="save"]`)
			b.WaitText(words.saved)
			f, err := form.Find(t.Context(), d, 1)
			if err != nil || len(f.Fields) != 2 || f.Fields[0].Label != "Typed" || f.Fields[1].Text != words.consent {
				t.Errorf("stored %+v, %v", f.Fields, err)
			}
			b.NoProblems()
		})
	}
}

func TestBuilderWithoutScript(t *testing.T) {
	t.Parallel()
	b, stored := start(t)
	tab := browsertest.Open(t, browsertest.WithoutScripts(), browsertest.Window(390, 844))
	tab.Visit(b.URL("/test/in"))
	tab.Visit(b.URL("/s/forms/new"))
	tab.Fill("[name=name]", "By hand")
	tab.Click(`[value="add:radiogrp"]`)
	tab.WaitFor(`document.activeElement.name === "fields.1.label"`)
	tab.Fill(`[name="fields.1.label"]`, "Size")
	tab.Click(`.form-save [value="save"]`)
	tab.WaitFor(`document.activeElement.name === "fields.1.options" && document.querySelector("[name=name]").value === "By hand"`)
	tab.Fill(`[name="fields.1.options"]`, "Small")
	tab.Click(`[value="up:1"]`)
	tab.WaitFor(`document.querySelector('[name="fields.0.label"]').value === "Size"`)
	if wide := tab.String(`document.documentElement.scrollWidth > innerWidth`); wide != "false" {
		t.Error("the page is wider than the screen")
	}
	tab.Click(`.form-save [value="save"]`)
	tab.WaitText("is saved.")
	if f := stored(); f.Fields[0].Options[0].Value != "Small" || f.Fields[1].Alias != "email" {
		t.Errorf("stored %+v", f.Fields)
	}
}
