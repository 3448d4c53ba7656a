package contactpage_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/tool/browsertest"
)

// A search is completed while it is typed: commands, then what there is.
func TestSearchIsCompletedInABrowser(t *testing.T) {
	t.Parallel()
	for lang, tag := range map[string]string{"en": "tag:", "fr": "étiquette:"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			ada, _ := w.known(map[string]string{"firstname": "Ada", "company": "<i>Acme</i> SA"})
			w.known(map[string]string{"firstname": "Bob"})
			tagged(t, w.d, ada, `salon "2026" <b>`)
			b := browsertest.Open(t, browsertest.Language(lang))
			b.Visit(w.URL("/test/in"))
			b.Visit(w.URL("/s/contacts"))
			b.Eval(`fetch("/s/language", {method: "POST", body: new URLSearchParams({language: "`+lang+`", return: "/s/contacts"})}).then(() => 1)`, nil)
			b.Visit(w.URL("/s/contacts"))
			press := func(key string) {
				b.Eval(`document.querySelector("#search").dispatchEvent(new KeyboardEvent("keydown", {key: "`+key+`", bubbles: true, cancelable: true}))`, nil)
			}
			b.Fill("#search", string([]rune(tag)[:3]))
			b.WaitFor(`document.querySelector("#completion [role=option]")?.dataset.text === "` + tag + `"`)
			if barriers := b.Barriers(); len(barriers) > 0 {
				t.Error(barriers)
			}
			press("ArrowDown")
			press("Enter")
			b.WaitFor(`document.querySelector("#search").value === "` + tag + `" && document.querySelector("#completion code")?.textContent === 'salon "2026" <b>'`)
			press("ArrowUp")
			press("Tab")
			b.WaitFor(`document.querySelector("#search").value === '` + tag + `"salon 2026 <b>" ' && !document.querySelector("#completion")`)
			b.Fill("#search", "company:<")
			b.WaitFor(`document.querySelector("#completion code")?.textContent === "<i>Acme</i> SA"`)
			press("Escape")
			b.WaitFor(`!document.querySelector("#completion")`)
			b.NoProblems()
		})
	}
}

func TestCompletionOfASearch(t *testing.T) {
	t.Parallel()
	w := start(t)
	ada, _ := w.known(map[string]string{"firstname": "Ada", "company": "Acme"})
	w.known(map[string]string{"firstname": "Bob", "company": "Acme"})
	w.known(map[string]string{"firstname": "Cyd", "company": "Acorn"})
	tagged(t, w.d, ada, "VIP")
	w.define(field.Select, "colour")
	w.define(field.Boolean, "member")
	w.define(field.Text, "hidden", func(f *field.Field) { f.Listable = false })
	w.define(field.Text, "model", func(f *field.Field) { f.Filterable = true })
	w.known(map[string]string{"firstname": "Dora", "city": "Lyon", "model": "Zafira"})
	w.known(map[string]string{"firstname": "Eve", "city": "Lyon", "country": "France"})
	w.known(map[string]string{"firstname": "Flo", "city": "New York"})
	w.visits("https://www.example.test/tarifs?x=1", "https://www.example.test/tarifs/équipe?utm_source=News letter&utm_campaign=b%3Ci%3E", "https://www.example.test/contact?utm_source=social")
	for search, want := range map[string]string{
		"visited:/tar": `data-text="/tarifs" /tarifs/équipe`, "visited:/zz": "", "utm_source:n": `data-text="&#34;News`, "utm_source:": "social", "utm_campaign:b": "b&lt;i&gt;", "utm_term:": "", "dnc:": "any email sms unsubscribed", "dnc:bo": "bounced", "dnc:zz": "", "hit:(visited:/con": "/contact",
		"vil": "city: City", "adre": "address1: address2:", "my": "colour: member: model:", "hidd": "", "colour:ro": `data-text="red" Rouge`, "mycolour:R": "Rouge",
		"member:": `data-text="yes" data-text="no"`, "has:co": "company colour country", "country:all": "", "country:fr": "France", "pays:ge": "Germany", "city:ly": "", "ville:LYO": `data-text="Lyon"`, "city:new": `data-text="&#34;New York&#34;"`,
		"attribution:": ">50", "attribution_date:t": "today", "name:dor": "Dora", "place:lyo": "Lyon", "email:": "", "model:": "",
		"em": "email:", "": "", "zz": "", "is:a": "anonymous", "is:": "anonymous identified mine unowned", "tag:v": "VIP", "!étiquette:V": "VIP", "tag:zz": "",
		"company:ac": "Acme Acorn", "has:ph": "phone", "event:f": "form", "created:t": "today this week this month", "created:": "today", "owner:": "", "points:": ">50 10..20 0", "email:x": "",
	} {
		page := w.Get("/s/contacts/complete?" + url.Values{"search": {search}}.Encode())
		page.Wants(200)
		for _, word := range strings.Fields(want) {
			page.Wants(200, word)
		}
		if want == "" && search != "owner:" {
			page.Lacks("<li")
		}
	}
}

func tagged(t *testing.T, d *db.DB, c id.Contact, name string) {
	t.Helper()
	ctx := context.Background()
	if err := d.Do(ctx, func(tx *db.Tx) error { return label.Add(ctx, tx, c, []string{name}, label.By{}) }); err != nil {
		t.Fatal(err)
	}
}
