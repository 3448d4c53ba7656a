package contactpage_test

import (
	"html"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/report"
	"ariane/internal/user"
	"ariane/internal/visit"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/contactpage"
	"ariane/internal/web/webtest"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

type world struct {
	t *testing.T
	d *db.DB
	*webtest.Browser
}

func start(t *testing.T) world {
	t.Helper()
	d := dbtest.Open(t)
	watcher := activity.NewWatcher(d, slog.New(slog.DiscardHandler))
	t.Cleanup(watcher.Stop)
	account := accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now})
	return world{t, d, webtest.Start(t, d, account, contactpage.Routes(contactpage.Deps{DB: d, Clock: d.Now, Language: app.Language(d), Watcher: watcher, BaseURL: "https://ariane.test"}))}
}

// visits records page views of one browser.
func (w world) visits(urls ...string) visit.Answer {
	w.t.Helper()
	rec := visit.NewRecorder(w.d)
	defer rec.Close()
	var a visit.Answer
	for _, address := range urls {
		to, err := url.Parse(address)
		if err != nil {
			w.t.Fatal(err)
		}
		hit := visit.Hit{Token: a.Token, URL: address, UTM: visit.ReadUTM(to.Query()), Title: "<b>Title</b>", Referrer: "https://search.test/", UserAgent: firefox, IP: "203.0.113.9"}
		if a, err = rec.Record(w.t.Context(), hit); err != nil {
			w.t.Fatal(err)
		}
	}
	return a
}

func (w world) catchUp() {
	w.t.Helper()
	readers := []activity.Reader{contact.ActiveReader([]activity.Kind{visit.KindPageViewed}, visit.KindPageViewed), report.Reader(contact.KindCreated, contact.KindIdentified, visit.KindPageViewed)}
	if err := activity.NewRunner(w.d, nil, readers...).CatchUp(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w world) identify(a visit.Answer, values map[string]string) {
	w.t.Helper()
	err := w.d.Do(w.t.Context(), func(tx *db.Tx) error {
		_, _, err := contact.Identify(w.t.Context(), tx, contact.Submitted{
			Visitor: contact.Visitor{Contact: a.Contact, Device: a.Device, Token: a.Token}, Values: values,
			Source: activity.SourceForm, By: contact.By{Object: "submission", ID: 1, Name: "Demo"},
		})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestFromNobodyToAContact(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.Get("/s/contacts").Wants(200, "Nobody has come by yet", "https://ariane.test/mtc.js", "0 known · 0 visitors")

	a := w.visits("https://www.example.test/pricing", "https://www.example.test/contact")
	w.catchUp()
	w.Get("/s/contacts").Wants(200, "Visitors, but no name yet", "0 known · 1 visitor")
	w.Get("/s/contacts?search=is:anonymous").Wants(200, "203.0.113.9", "Anonymous visitor", "1 found")
	w.Get("/s/contacts/view/1").Wants(200, "Not identified", "Viewed <b>Title</b>", "Firefox 128", "First seen as an anonymous visitor", "3 events").
		Lacks("<b>Title</b>", "is-turning")

	w.identify(a, map[string]string{"email": "anna@example.test", "firstname": "<script>alert(1)</script>", "website": "javascript:alert(1)"})
	w.catchUp()
	w.Get("/s/contacts").Wants(200, "<script>alert(1)</script>", "anna@example.test", "1 known · 0 visitors", "just now").Lacks("<script>alert")
	w.Get("/s/contacts/view/1").Wants(200, "Identified as <script>alert(1)</script>", "everything below happened before", "is-turning", "Recognised by anna@example.test since", "from a form", "Telephone: no number").
		Lacks("<script>alert", `href="javascript:`)
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.identify(w.visits("https://www.example.test/"), map[string]string{"email": "anna@example.test", "company": "Northwind"})
	w.catchUp()
	w.Get("/s/contacts?search=northwind").Wants(200, "anna@example.test", "1 contact")
	w.Get("/s/contacts?search=nobody").Wants(200, "Nobody matches", "Show all contacts")
	w.Get("/s/contacts?search=%22anna").Wants(200, "anna@example.test", `role="alert"`)
	w.Get("/s/contacts?search=colour:red").Wants(200, "Nobody matches", "There is no command")
	w.Get("/s/contacts?after=rubbish").Wants(400)
	w.Get("/s/contacts/view/99").Wants(404, "Nothing here")
	w.Get("/s/contacts/view/x").Wants(404)
}

func TestThreadIsReadInParts(t *testing.T) {
	t.Parallel()
	w := start(t)
	var urls []string
	for range 60 {
		urls = append(urls, "https://www.example.test/"+time.Duration(len(urls)).String())
	}
	w.visits(urls...)
	first := w.Get("/s/contacts/view/1").Wants(200, "61 events", "Load earlier", "/59ns").Lacks("is-last", "Back to the latest")
	more := linkTo(t, first.Body, "?before=")
	w.Get(more).Wants(200, "First seen as an", "is-last", "Back to the latest").Lacks("/59ns", "Load earlier")
	w.Get("/s/contacts/view/1?show=contact").Wants(200, "First seen as an").Lacks("Viewed")
	w.Get("/s/contacts/view/1?before=rubbish&show=rubbish").Wants(200, "/59ns")
}

// linkTo finds the address of a link that holds part.
func linkTo(t *testing.T, body, part string) string {
	t.Helper()
	for _, m := range regexp.MustCompile(`href="([^"#]*)`).FindAllStringSubmatch(body, -1) {
		if address := html.UnescapeString(m[1]); strings.Contains(address, part) {
			return address
		}
	}
	t.Fatalf("no link to %q", part)
	return ""
}
