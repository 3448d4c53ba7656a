package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/tool/browsertest"
)

const (
	// heaviest is how many bytes a page may have in all, compressed.
	heaviest = 200_000
	// mostPages bounds the walk.
	mostPages = 120
)

// Every page that links lead to can be used by everybody, by day and by night, on
// a screen and on a telephone. With -screenshots it leaves pictures of all, with
// -figures it tells their times and weights.
func TestEveryPage(t *testing.T) {
	if os.Getenv("ARIANE_TEST_POSTGRES") != "" {
		t.Skip("the demonstration is on SQLite")
	}
	if err := os.MkdirAll(*screenshots, 0o755); *screenshots != "" && err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"en", "fr"} {
		t.Run(language, func(t *testing.T) {
			p := start(t, []string{"LC_ALL=" + language}, "demo", "--listen=127.0.0.1:0", "--site-listen=localhost:0", "--data="+t.TempDir())
			ariane, site := p.line(`Ariane +(http://\S+)`), p.line(`Sample site +(http://\S+)`)
			b := browsertest.Open(t, browsertest.Language(language), browsertest.Window(1440, 900))
			w := &walk{T: t, b: b, base: ariane, language: language, met: map[string]bool{}, weights: map[string]int{}}
			w.look("/s/login")
			visit(t, site)
			logIn(b, ariane)
			w.from("/s/dashboard", "/s/contacts", "/s/contacts?search=is%3Aanonymous", "/s/contacts?view=cards", "/s/nowhere", "/form/1")
			if len(w.seen) < 20 {
				t.Errorf("the walk ended after %d pages: %q", len(w.seen), w.seen)
			}
			t.Logf("%d pages", len(w.seen))
			if *figures {
				w.printFigures()
			}
		})
	}
}

// visit leaves a visitor for the pages to show.
func visit(t *testing.T, site string) {
	t.Helper()
	visitor := browsertest.Open(t, browsertest.Flag("user-agent", ordinary))
	visitor.Visit(site + "/en/")
	visitor.WaitFor(`window.MauticJS && localStorage.getItem("mtc_id")`)
}

// walk goes from page to page, to each sort of page once.
type walk struct {
	*testing.T
	b              *browsertest.Browser
	base, language string
	met            map[string]bool
	seen           []string
	weights        map[string]int // in bytes, of pages with all their parts
}

var (
	numbers = regexp.MustCompile(`\d+`)
	unsafe  = regexp.MustCompile(`[^a-z0-9]+`)
)

// sort is what pages that differ only in their numbers and texts have in common.
func sort(path string) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	var names []string
	for name, values := range u.Query() {
		if name == "tab" || name == "view" {
			name += "=" + values[0]
		}
		names = append(names, name)
	}
	if len(names) > 1 {
		return "" // combinations of what is met alone
	}
	return numbers.ReplaceAllString(u.Path, "N") + "?" + strings.Join(names, "&")
}

func (w *walk) from(queue ...string) {
	w.Helper()
	for len(queue) > 0 && len(w.seen) < mostPages {
		path := queue[0]
		queue = queue[1:]
		if s := sort(path); s == "" || w.met[s] {
			continue
		}
		w.met[sort(path)] = true
		queue = append(queue, w.look(path)...)
	}
}

// look examines a page, and returns where its links lead.
func (w *walk) look(path string) (links []string) {
	w.Helper()
	w.seen = append(w.seen, path)
	w.b.Resize(1440, 900)
	w.b.Dark(false)
	w.b.Visit(w.base + path)
	if w.weights[path] = w.b.Weight(); w.weights[path] > heaviest || w.weights[path] == 0 {
		w.Errorf("%s: %d bytes", path, w.weights[path])
	}
	w.examine(path, "light", 1440)
	w.b.Eval(`[...document.querySelectorAll("a[href]:not([download])")].map(a => a.href).filter(h => h.startsWith(location.origin + "/s/") && !/\.csv|export/.test(h)).map(h => h.slice(location.origin.length).split("#")[0])`, &links)
	w.b.Resize(390, 844)
	w.b.Dark(true)
	w.examine(path, "dark", 390)
	return links
}

func (w *walk) examine(path, theme string, width int) {
	w.Helper()
	if n := w.b.Overflow(); n > 0 {
		w.Errorf("%s: wider than the window of %d pixels by %d", path, width, n)
	}
	least := 24
	if width < 500 {
		least = 40
	}
	for _, crowded := range w.b.Crowded(least) {
		w.Errorf("%s, %d pixels: %s", path, width, crowded)
	}
	for _, barrier := range w.b.Barriers() {
		w.Errorf("%s, %s, %d pixels: %s", path, theme, width, barrier)
	}
	if *screenshots != "" {
		w.picture(path, fmt.Sprintf("%d-%s", width, theme))
		if width == 390 {
			w.b.Dark(false)
			w.picture(path, fmt.Sprintf("%d-light", width))
		}
	}
}

func (w *walk) picture(path, how string) {
	w.Helper()
	name := strings.Trim(unsafe.ReplaceAllString(strings.ToLower(path), "-"), "-")
	w.b.Screenshot(filepath.Join(*screenshots, fmt.Sprintf("page-%s-%s-%s.png", name, w.language, how)))
}
