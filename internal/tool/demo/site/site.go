package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

//go:embed layout.html style.css pages
var files embed.FS

// contactForm is the form that the contact pages embed.
const contactForm = 1

// page is one address of the site; the two languages of a page share its name.
type page struct {
	Lang, Name, Path   string
	Title, Label, Lead string
}

var pages = []page{
	{"fr", "home", "/fr/", "Cycles Brindille – vélos en acier faits à Clermont", "Accueil", "Des vélos en acier, brasés à la main, faits pour durer toute une vie."},
	{"fr", "bikes", "/fr/velos", "Nos vélos", "Vélos", "Le Chardonneret, le Pivert et le Martinet : trois vélos, trois façons de rouler."},
	{"fr", "pricing", "/fr/tarifs", "Tarifs", "Tarifs", "Des prix clairs, du cadre nu au vélo complet."},
	{"fr", "workshop", "/fr/atelier", "L’atelier", "L’atelier", "Sept personnes, une cour pavée et beaucoup de limaille."},
	{"fr", "contact", "/fr/contact", "Contact", "Contact", "Une question, une envie, un essai ? Écrivez-nous."},
	{"en", "home", "/en/", "Cycles Brindille – steel bicycles made in Clermont", "Home", "Steel bicycles, brazed by hand, made to last a lifetime."},
	{"en", "bikes", "/en/bikes", "Our bicycles", "Bicycles", "Chardonneret, Pivert and Martinet: three bicycles, three ways to ride."},
	{"en", "pricing", "/en/pricing", "Pricing", "Pricing", "Plain prices, from the bare frame to the complete bicycle."},
	{"en", "workshop", "/en/workshop", "The workshop", "Workshop", "Seven people, a cobbled yard and plenty of steel filings."},
	{"en", "contact", "/en/contact", "Contact", "Contact", "A question, an idea, a test ride? Write to us."},
}

// view is what the layout shows.
type view struct {
	page
	Menu  []page
	Other page // the same page in the other language
	Base  string
	Form  int
	Style template.CSS
}

// Handler serves the sample site, whose pages report to the server at baseURL.
func Handler(baseURL string) http.Handler {
	base := strings.TrimRight(baseURL, "/")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", toLanguage)
	for _, p := range pages {
		body := render(p, base)
		pattern := "GET " + p.Path
		if strings.HasSuffix(p.Path, "/") {
			pattern += "{$}"
		}
		mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Cache-Control", "no-cache")
			w.Write(body)
		})
	}
	return mux
}

func toLanguage(w http.ResponseWriter, r *http.Request) {
	home := "/fr/"
	tags, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err == nil && len(tags) > 0 {
		if base, _ := tags[0].Base(); base.String() != "fr" {
			home = "/en/"
		}
	}
	w.Header().Set("Vary", "Accept-Language")
	http.Redirect(w, r, home, http.StatusFound)
}

// render panics on a mistake in the embedded files, which the tests render all.
func render(p page, base string) []byte {
	style, err := files.ReadFile("style.css")
	if err != nil {
		panic(err)
	}
	v := view{page: p, Base: base, Form: contactForm, Style: template.CSS(style)}
	for _, other := range pages {
		switch {
		case other.Lang == p.Lang:
			v.Menu = append(v.Menu, other)
		case other.Name == p.Name:
			v.Other = other
		}
	}
	t := template.Must(template.ParseFS(files, "layout.html", fmt.Sprintf("pages/%s/%s.html", p.Lang, p.Name)))
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "layout.html", v); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// Address is one page of the site, with the title that browsers show.
type Address struct{ Path, Title string }

// Addresses lists the pages in a language, the one with the form last.
func Addresses(lang string) []Address {
	var list []Address
	for _, p := range pages {
		if p.Lang == lang {
			title := p.Title
			if p.Name != "home" {
				title += " – Cycles Brindille"
			}
			list = append(list, Address{p.Path, title})
		}
	}
	return list
}
