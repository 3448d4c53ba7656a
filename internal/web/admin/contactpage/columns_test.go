package contactpage_test

import (
	"net/http"
	"testing"

	"ariane/internal/field"
	"ariane/internal/tool/browsertest"
)

func TestColumnsOfTheList(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.define(field.Select, "colour")
	w.define(field.Textarea, "story")
	w.define(field.Text, "unlisted", func(f *field.Field) { f.Listable = false })
	_, number := w.known(map[string]string{"firstname": "Ada", "company": "Acme", "city": "Paris", "country": "Germany", "colour": "red"})
	w.Get("/s/contacts").Wants(http.StatusOK, "Acme", "My colour", "Columns").Lacks("Rouge", "My story", "My unlisted")
	w.Get("/s/contacts?column=colour&column=country&column=nowhere&column=%3Cq%3E").Wants(http.StatusOK, "Rouge", "Germany").Lacks("Acme", "<q>")
	w.Get("/s/contacts?column=company&column=place&column=tags&column=points&column=active").Wants(http.StatusOK, "Acme")
	w.Post("/s/contacts/views/new", "name", "Colours", "query", "column=colour").Wants(http.StatusOK, "Rouge").Lacks("Acme")
	w.Get("/s/contacts?column=id").Wants(http.StatusOK, number)
	w.Get("/s/contacts?view=cards&column=colour").Wants(http.StatusOK, "Acme")
}

const heads = `[...document.querySelectorAll("th")].map(h => h.textContent.trim()).join(" ").replace(/\s+/g, " ")`

// Columns are chosen without scripts, and stay through searches and sorting.
func TestColumnsInABrowser(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.known(map[string]string{"firstname": "Ada", "company": "Acme", "city": "Paris"})
	b := browsertest.Open(t, browsertest.WithoutScripts())
	b.Visit(w.URL("/test/in"))
	b.Visit(w.URL("/s/contacts"))
	b.Click("details:has(input[name=column]) summary")
	for _, name := range []string{"company", "place", "city"} {
		b.Click("input[name=column][value=" + name + "]")
	}
	b.Click("details:has(input[name=column]) .button-primary")
	b.WaitFor(heads + ` === "Contact Tags Points Last active City Actions"`)
	b.Fill("#search", "ada\r")
	b.WaitFor(`location.search.includes("search=ada") && ` + heads + ` === "Contact Tags Points Last active City Actions"`)
	b.Click("th a[href*='sort=points']")
	b.WaitFor(`location.search.includes("sort=points") && ` + heads + ` === "Contact Tags Points Last active City Actions"`)
	b.Click("details:has(input[name=column]) summary")
	b.WaitFor(`document.querySelector("button[name=left][value=tags]").disabled && document.querySelector("button[name=right][value=city]").disabled`)
	b.Click("button[name=left][value=city]")
	b.WaitFor(`location.search.includes("sort=points") && !location.search.includes("left") && ` + heads + ` === "Contact Tags Points City Last active Actions"`)
	b.NoProblems()
}

func TestWidthsOfColumns(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.known(map[string]string{"firstname": "Ada", "city": "Paris"})
	w.Get("/s/contacts?column=city:240&column=contact:9999&column=points:x&column=city:9").Wants(http.StatusOK, `width="240"`, `width="800"`, `value="city:240"`, "Paris").Lacks(`width="9"`)
	w.Get("/s/contacts?column=city:-5&column=:7").Wants(http.StatusOK, `width="60"`)
	w.Post("/s/contacts/views/new", "name", "Wide", "query", "column=city:240&column=points").Wants(http.StatusOK, `width="240"`)
	w.Get("/s/contacts?column=tags&right=tags&column=city:90&sort=name").Wants(http.StatusOK, "sort=name", `value="city:90"`)
	w.Get("/s/contacts?left=nothing").Wants(http.StatusOK, "Ada")
}

// Columns are moved and widened by keyboard and by pointer, and the address keeps it.
func TestColumnsAreMovedInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		w.known(map[string]string{"firstname": "Ada", "city": "Paris"})
		words, said := []string{"Company", "Location", "Points"}, "Location is column 2."
		if french {
			words, said = []string{"Entreprise", "Lieu", "Points"}, "Lieu est la colonne 2."
		}
		b.Visit(w.URL("/s/contacts?column=company&column=place&column=points&sort=name"))
		shown := `[...document.querySelectorAll("th[data-column]")].slice(1).map(h => h.textContent.trim()).join(" ")`
		b.WaitFor(`document.querySelectorAll(".column-edge").length === 4 && ` + shown + ` === "` + words[0] + " " + words[1] + " " + words[2] + `"`)
		if barriers := b.Barriers(); len(barriers) > 0 {
			t.Error(barriers)
		}
		key := func(selector, key, alt string) {
			b.Eval(`(() => {const e = document.querySelector('`+selector+`'); e.focus(); e.dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", altKey: `+alt+`, bubbles: true, cancelable: true}))})()`, nil)
		}
		key("th[data-column=place] a", "ArrowLeft", "true")
		b.WaitFor(shown + ` === "` + words[1] + " " + words[0] + " " + words[2] + `" && document.activeElement.closest("th")?.dataset.column === "place" && document.querySelector("[data-columns-said]").textContent === "` + said + `"`)
		b.WaitFor(`location.search.includes("column=place&column=company&column=points") && location.search.includes("sort=name") && document.querySelector("th a").href.includes("column=place")`)

		before := b.String(`String(document.querySelector("th[data-column=points]").offsetWidth)`)
		key("th[data-column=points] .column-edge", "ArrowRight", "false")
		b.WaitFor(`location.search.includes("column=points%3A") && document.activeElement.className === "column-edge" && document.querySelector("th[data-column=points]").getAttribute("width") === String(` + before + ` + 16)`)

		drag := func(selector, to string) {
			b.Eval(`(() => {const e = document.querySelector('`+selector+`'), box = e.getBoundingClientRect(), x = box.left + 3, y = box.top + 5;
				const end = `+to+`;
				const fire = (target, name, at) => target.dispatchEvent(new PointerEvent(name, {clientX: at, clientY: y, bubbles: true, cancelable: true, pointerType: "mouse"}));
				fire(e, "pointerdown", x); fire(document.body, "pointermove", end); fire(document.body, "pointerup", end)})()`, nil)
		}
		drag("th[data-column=company] .column-edge", "x + 120")
		b.WaitFor(`/column=company%3A\d+/.test(location.search)`)
		drag("th[data-column=place] a", `document.querySelector("th[data-column=points]").getBoundingClientRect().right`)
		b.WaitFor(`/column=company%3A\d+&column=points%3A\d+&column=place$/.test(location.search.replace("&sort=name", ""))`)

		b.Click("details:has(input[name=column]) summary")
		b.WaitFor(`document.querySelector(".columns-order [data-grip]").checkVisibility()`)
		key(".columns-order input[value=place]", "ArrowUp", "true")
		b.WaitFor(`[...document.querySelectorAll(".columns-order input:checked")].map(i => i.value.split(":")[0]).join() === "company,place,points"`)
		b.Click("details:has(input[name=column]) .button-primary")
		b.WaitFor(`/column=company%3A\d+&column=place&column=points%3A\d+/.test(location.search)`)
		b.Resize(390, 844)
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth && document.querySelector("tbody").innerText.includes("Ada")`)
	})
}
