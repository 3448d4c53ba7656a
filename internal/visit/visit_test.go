package visit_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"

func recorder(t *testing.T, d *db.DB) *visit.Recorder {
	t.Helper()
	r := visit.NewRecorder(d)
	return r
}

func token(n int) string { return fmt.Sprintf("%032x", n) }

func hit(browser, view int) visit.Hit {
	h := visit.Hit{Token: token(browser), URL: fmt.Sprintf("https://example.test/%d", view), Title: "A page", UserAgent: chrome, IP: "192.0.2.1", Language: "fr-FR"}
	if view > 0 {
		h.View = token(1_000_000 + view)
	}
	return h
}

func record(t *testing.T, r *visit.Recorder, h visit.Hit) visit.Answer {
	t.Helper()
	a, err := r.Record(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	a.View = 0
	return a
}

func views(t *testing.T, d *db.DB, c id.Contact) []visit.PageView {
	t.Helper()
	ctx := context.Background()
	events, err := activity.Thread(ctx, d, c, activity.Page{Kinds: []activity.Kind{visit.KindPageViewed}, Oldest: true, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	found, err := visit.PageViews(ctx, d, events)
	if err != nil {
		t.Fatal(err)
	}
	var list []visit.PageView
	for _, e := range events {
		v := found[e.ID]
		v.Left = time.Time{}
		list = append(list, v)
	}
	return list
}

func TestPageViewsOfOneBrowserAreOneThread(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	first := record(t, r, hit(1, 1))
	second := record(t, r, hit(1, 2))
	other := record(t, r, hit(2, 3))
	r.Close()
	if first != second || other.Contact == first.Contact {
		t.Fatalf("%+v %+v %+v", first, second, other)
	}
	want := []visit.PageView{{URL: "https://example.test/1", Title: "A page", Language: "fr-FR"}, {URL: "https://example.test/2", Title: "A page", Language: "fr-FR"}}
	if diff := cmp.Diff(want, views(t, d, first.Contact)); diff != "" {
		t.Error(diff)
	}
	devices, err := visit.Devices(context.Background(), d, first.Contact)
	if err != nil || len(devices) != 1 || devices[0].Browser != "Chrome 141" || devices[0].System != "Windows 10" || devices[0].ID != first.Device {
		t.Errorf("devices %+v, error %v", devices, err)
	}
}

// The script's request failed after it was stored, and the pixel sends the view again.
func TestViewSentTwiceCountsOnce(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	first := record(t, r, hit(1, 1))
	if again := record(t, r, hit(1, 1)); again != first {
		t.Errorf("answered %+v, then %+v", first, again)
	}
	r.Close()
	// After a restart nothing is remembered but what is stored.
	r = recorder(t, d)
	if again := record(t, r, hit(1, 1)); again != first {
		t.Errorf("answered %+v, after a restart %+v", first, again)
	}
	record(t, r, hit(1, 0))
	record(t, r, hit(1, 0))
	r.Close()
	if n := len(views(t, d, first.Contact)); n != 3 {
		t.Errorf("%d page views, want the one with a number and the two without", n)
	}
}

func TestSameViewInOneBatchCountsOnce(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	var all sync.WaitGroup
	answers := make([]visit.Answer, 50)
	for i := range answers {
		all.Go(func() {
			a, err := r.Record(context.Background(), hit(1, 1))
			if err != nil {
				t.Error(err)
			}
			a.View = 0
			answers[i] = a
		})
	}
	all.Wait()
	r.Close()
	for _, a := range answers {
		if a != answers[0] {
			t.Fatalf("two visitors: %+v and %+v", answers[0], a)
		}
	}
	if n := len(views(t, d, answers[0].Contact)); n != 1 {
		t.Errorf("%d page views", n)
	}
}

func TestNewAddressOfAVisitorIsNotedOnce(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	a := record(t, r, hit(1, 1))
	elsewhere := hit(1, 2)
	elsewhere.IP = "2001:db8::7"
	record(t, r, elsewhere)
	record(t, r, hit(1, 3))
	elsewhere.View = token(4)
	record(t, r, elsewhere)
	r.Close()
	c, err := contact.Find(ctx, d, a.Contact)
	if err != nil || len(c.IPs) != 2 || c.Name != "192.0.2.1" {
		t.Fatalf("%+v, %v", c, err)
	}
	tally, err := activity.Tally(ctx, d, a.Contact)
	if diff := cmp.Diff(map[activity.Kind]int{contact.KindCreated: 1, contact.KindIPAdded: 1, visit.KindPageViewed: 4}, tally); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestBadTokensAreReplaced(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	for _, bad := range []string{"", "1", strings.Repeat("g", 32), strings.ToUpper(token(0xabc)), token(1) + "0", "' OR 1=1 --", strings.Repeat("\x00", 32)} {
		h := hit(1, 0)
		h.Token = bad
		a := record(t, r, h)
		if !visit.WellFormed(a.Token) || a.Token == bad {
			t.Errorf("%q became %q", bad, a.Token)
		}
	}
}

func TestHostileTextsAreStored(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	h := hit(1, 1)
	h.Title = "a\x00b\xff<script>" + strings.Repeat("é", 400)
	h.URL = "javascript:alert(1)" + strings.Repeat("x", 5000)
	h.UserAgent = "\x00'\"\xf0\x28"
	a := record(t, r, h)
	r.Close()
	got := views(t, d, a.Contact)
	if len(got) != 1 || strings.ContainsRune(got[0].Title, 0) || len([]rune(got[0].Title)) > 255 || len(got[0].URL) > 2000 {
		t.Errorf("%+v", got)
	}
}

// A form that hands the device over must not leave the old owner in the cache.
func TestHandedOverDeviceLeadsToItsNewOwner(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	identify := func(address string) id.Contact {
		var got id.Contact
		err := d.Do(ctx, func(tx *db.Tx) error {
			v, err := r.Visitor(token(1), hit(1, 0))(ctx, tx)
			if err != nil {
				return err
			}
			who, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: v, Values: map[string]string{"email": address}, Source: activity.SourceForm})
			got = who.Contact
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := record(t, r, hit(1, 1)).Contact
	if got := identify("ada@example.test"); got != first {
		t.Fatalf("identified %d, want %d", got, first)
	}
	second := identify("bob@example.test")
	if second == first {
		t.Fatal("two people are one contact")
	}
	if got := record(t, r, hit(1, 2)); got.Contact != second || got.Device == 0 {
		t.Errorf("the next view is %+v, want contact %d", got, second)
	}
	if v, err := visit.Known(ctx, d, token(1)); err != nil || v.Contact != second || v.Device == 0 {
		t.Errorf("known as %+v, %v", v, err)
	}
}

func TestBots(t *testing.T) {
	bots, err := visit.NewBots()
	if err != nil {
		t.Fatal(err)
	}
	for _, agent := range []string{"", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "curl/8.5.0", "Wget/1.21", "python-requests/2.31",
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36", "facebookexternalhit/1.1", "AhrefsBot/7.0"} {
		if !bots.Is(agent) {
			t.Errorf("%q passes for a person", agent)
		}
	}
	for _, agent := range []string{chrome,
		"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"} {
		if bots.Is(agent) {
			t.Errorf("%q passes for a bot", agent)
		}
	}
}

// What is remembered of a browser stays right while others send forms.
func TestViewsThatAreSentAgainBesideSubmissions(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	at := record(t, r, hit(1, 1))
	stop := make(chan struct{})
	var others sync.WaitGroup
	for n := range 2 {
		others.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				err := d.Do(context.Background(), func(tx *db.Tx) error {
					_, err := r.Visitor(token(2+n), hit(2+n, 0))(context.Background(), tx)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	const most = 300
	for view := 2; view <= most; view++ {
		record(t, r, hit(1, view))
		record(t, r, hit(1, view))
	}
	close(stop)
	others.Wait()
	if n := len(views(t, d, at.Contact)); n != most {
		t.Errorf("%d page views on the thread, want %d", n, most)
	}
}
