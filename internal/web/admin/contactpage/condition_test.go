package contactpage_test

import (
	"net/http"
	"net/url"
	"testing"

	"ariane/internal/field"
	"ariane/internal/tool/browsertest"
)

func TestConditionsOfTheSearch(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.define(field.Select, "colour")
	w.known(map[string]string{"firstname": "Ada", "city": "Lyon", "colour": "red"})
	list := func(search string) string {
		return "/s/contacts?" + url.Values{"search": {search}, "sort": {"name"}}.Encode()
	}
	for search, labels := range map[string][]string{
		"ada":                              {"Words: ada"},
		"ville:lyon !city:+Nantes":         {"City: lyon", "City ≠ Nantes"},
		"points:>=10 points:1..3":          {"Points ≥ 10", "Points from 1 to 3"},
		"is:anonymous !is:mine":            {"Anonymous visitors", "not My contacts"},
		"!créé:<30j":                       {"not Date added: less than 30j ago"},
		"colour:+RED has:phone !has:email": {"My colour = Rouge", "Telephone: filled in", "E-mail: empty"},
		"ada OR (city:(a OR b) ada)":       {"Words: ada", "(City: a or City: b) and Words: ada"},
		"!(ada bob)":                       {"not (Words: ada and Words: bob)"},
		"country:+france tag:!x":           {"Country = France", "Tag: not x"},
		"hit:(visited:/a utm_source:+n)":   {"one page view: Page visited: /a and Campaign source = n"},
		`company:"<b> &"`:                  {"Company: &lt;b&gt; &amp;"},
	} {
		page := w.Get(list(search))
		for _, label := range labels {
			page.Wants(http.StatusOK, ">"+label+"</a>")
		}
	}
	for _, bad := range []string{"/s/contacts/condition?field=nothing", "/s/contacts/condition?field=nor%00"} {
		w.Get(bad).Wants(http.StatusNotFound)
	}
	w.Get("/s/contacts/condition?search=(").Wants(http.StatusOK, "is not closed")
	w.Get("/s/contacts/condition?search=ada&at=99").Wants(http.StatusOK, "Add a condition")
	w.Get("/s/contacts/condition?field=points&ask=gte&value=many&do=apply").Wants(http.StatusUnprocessableEntity, "points takes a number", "many")
	w.Get("/s/contacts/condition?field=points&ask=between&value=1&do=apply").Wants(http.StatusUnprocessableEntity, "Say what to look for")
	w.Get("/s/contacts/condition?field=written&value=(a&do=apply").Wants(http.StatusUnprocessableEntity, "is not closed")
	w.Get("/s/contacts/condition?field=colour").Wants(http.StatusOK, `value="red"`, "Rouge")
	w.Get("/s/contacts/condition?search=ada&sort=name&column=city&field=colour&ask=is&value=red&do=apply").
		Wants(http.StatusOK, `value="ada colour:+red"`, "My colour = Rouge", `<input type="hidden" name="sort" value="name"`, "Lyon")
}

// Conditions are added, changed and taken away without a script.
func TestConditionsWithoutScripts(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		w.known(map[string]string{"firstname": "Ada", "city": "Lyon"})
		w.known(map[string]string{"firstname": "Bob", "city": "Nantes"})
		city, condition := "City: lyon", `document.querySelector(".condition a")?.textContent.trim()`
		if french {
			city = "Ville : lyon"
		}
		b.Resize(390, 844)
		b.Visit(w.URL("/s/contacts"))
		b.Click("a[href='/s/contacts/condition']")
		b.WaitFor(`location.pathname === "/s/contacts/condition" && document.readyState === "complete"`)
		b.Eval(`document.querySelector("#field-field").value = "city"`, nil)
		b.Click("button[value=choose]")
		b.WaitFor(`document.querySelector("#field-field").value === "city" && document.querySelector("#field-ask option[value=starts]")`)
		b.Fill("#field-value", "lyon\r")
		b.WaitFor(`location.search === "?search=city%3Alyon" && document.querySelectorAll("tbody tr").length === 1 && ` + condition + `.replace(/\s/g, " ") === "` + city + `"`)
		b.Click(".condition a")
		b.WaitFor(`document.querySelector("#field-value")?.value === "lyon"`)
		b.Eval(`document.querySelector("#field-ask").value = "!starts"`, nil)
		b.Click("main .button-primary")
		b.WaitFor(`location.search.includes("search=%21city%3Alyon") && document.querySelector("tbody").textContent.includes("Bob")`)
		b.Click(".condition a + a")
		b.WaitFor(`location.search === "" && document.querySelectorAll("tbody tr").length === 2`)
	}, browsertest.WithoutScripts())
}

// With scripts a condition is chosen over the list, by keyboard.
func TestConditionsInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		w.known(map[string]string{"firstname": "Ada", "city": "Lyon", "points": "40"})
		w.known(map[string]string{"firstname": "Bob", "points": "4"})
		b.Visit(w.URL("/s/contacts?search=city%3Alyon+OR+bob"))
		b.WaitFor(`document.querySelectorAll(".condition").length === 2 && document.querySelectorAll("tbody tr").length === 2`)
		if barriers := b.Barriers(); len(barriers) > 0 {
			t.Error(barriers)
		}
		b.Click(".conditions a[href*='at=1']")
		b.WaitFor(`document.querySelector("dialog[open] #field-value")?.value === "bob"`)
		if barriers := b.Barriers(); len(barriers) > 0 {
			t.Error(barriers)
		}
		b.Eval(`(() => {const s = document.querySelector("dialog #field-field"); s.focus(); s.value = "points"; s.dispatchEvent(new Event("change", {bubbles: true}))})()`, nil)
		b.WaitFor(`document.querySelector("dialog #field-ask option[value=gte]") && document.activeElement.id === "field-field"`)
		b.Eval(`(() => {const s = document.querySelector("dialog #field-ask"); s.value = "between"; s.dispatchEvent(new Event("change", {bubbles: true}))})()`, nil)
		b.WaitFor(`document.querySelector("dialog #field-to")`)
		b.Fill("dialog #field-value", "0")
		b.Fill("dialog #field-to", "9\r")
		b.WaitFor(`document.querySelector("#search").value === "city:lyon OR points:0..9" && document.querySelectorAll("tbody tr").length === 2`)
		b.Resize(390, 844)
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
	})
}
