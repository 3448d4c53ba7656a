package contactpage_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/tool/browsertest"
	"ariane/internal/visit"
)

// at identifies somebody at the browser of a token, and views a page there then.
func (w world) at(token, agent string, values map[string]string) id.Contact {
	w.t.Helper()
	v, err := visit.Known(w.t.Context(), w.d, token)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(values) > 0 {
		w.identify(visit.Answer{Contact: v.Contact, Device: v.Device, Token: token}, values)
	}
	rec := visit.NewRecorder(w.d)
	defer rec.Close()
	a, err := rec.Record(w.t.Context(), visit.Hit{Token: token, URL: "https://www.example.test/", Title: "Home", UserAgent: agent})
	if err != nil {
		w.t.Fatal(err)
	}
	return a.Contact
}

// Three people at a till: the page of the second says who had it before and after,
// and that it is shared, until somebody says that it is not.
func TestSharedDeviceInABrowser(t *testing.T) {
	inBoth(t, func(t *testing.T, w world, b *browsertest.Browser, french bool) {
		in := func(english, other string) string {
			if french {
				return other
			}
			return english
		}
		token := visit.NewToken()
		agent := `Mozilla/5.0 <script>alert(1)</script> "><img src=x onerror=alert(1)>` + firefox
		w.at(token, agent, nil)
		anna := w.at(token, agent, map[string]string{"firstname": "<b>Anna</b>", "email": "anna@example.test"})
		bob := w.at(token, agent, map[string]string{"firstname": "Bob", "email": "bob@example.test"})
		own := w.at(token, agent, map[string]string{"firstname": "Carl", "email": "carl@example.test"})
		if own == bob || own == anna {
			t.Fatal("nobody shares the device")
		}
		page := "/s/contacts/view/" + number(bob)
		b.Resize(390, 844)
		b.Visit(w.URL(page))
		b.WaitText(in("Shared", "Partagé"))
		b.WaitText(in("Many people use a device: what is viewed there goes to the anonymous visitor", "il mène désormais vers le visiteur anonyme"))
		b.WaitFor(`document.querySelector(".turns a[href='/s/contacts/view/` + number(anna) + `']").textContent === "<b>Anna</b>"`)
		b.WaitFor(`document.querySelector(".turns a[href='/s/contacts/view/` + number(own) + `']")`)
		b.WaitText(in("before:", "avant :"))
		b.WaitFor(`document.documentElement.scrollWidth <= innerWidth`)
		b.Click(`.device button`)
		b.WaitText(in("leads to Bob", "mène désormais à Bob"))
		b.WaitText(in("Many people use it", "De nombreuses personnes l’utilisent"))
		if got := w.at(token, agent, nil); got != bob {
			t.Errorf("the view is %d's, want %d", got, bob)
		}
		b.Visit(w.URL(page))
		b.WaitFor(`document.querySelectorAll(".turns > li").length === 2`)
		b.Click(`.device button`)
		b.WaitText(in("as was said by hand", "comme on l’a dit à la main"))
		b.WaitText(in("Only this contact uses it", "Seul ce contact l’utilise"))
		if got := w.at(token, agent, nil); got == bob {
			t.Error("the device is bob's still")
		}
		if found := b.Barriers(); len(found) > 0 {
			t.Error(found)
		}
	})
}

func TestDeviceOfNobody(t *testing.T) {
	t.Parallel()
	w := start(t)
	a := w.visits("https://www.example.test/a")
	w.Post("/s/contacts/devices/1/999", "shared", "1").Wants(http.StatusNotFound)
	w.Post("/s/contacts/devices/999/1", "shared", "1").Wants(http.StatusNotFound)
	w.Post("/s/contacts/devices/1/x", "shared", "1").Wants(http.StatusNotFound)
	_, ada := w.known(map[string]string{"email": "ada@example.test"})
	w.Post("/s/contacts/devices/"+ada+"/"+number(a.Device), "shared", "1").Wants(http.StatusNotFound)
	if uses, err := (contact.Contact{ID: a.Contact}).Uses(t.Context(), w.d, []string{a.Token}); err != nil || len(uses) > 0 {
		t.Error(uses, err)
	}
}

func number[T ~int64](n T) string { return strconv.FormatInt(int64(n), 10) }

// Two people at one browser, merged and taken apart again: each page shows it once.
func TestBrowserOfBothIsShownOnce(t *testing.T) {
	t.Parallel()
	w := start(t)
	token := visit.NewToken()
	w.at(token, firefox, nil)
	anna := w.at(token, firefox, map[string]string{"firstname": "Anna", "email": "anna@example.test"})
	bob := w.at(token, firefox, map[string]string{"firstname": "Bob", "email": "bob@example.test"})
	once := func(people ...id.Contact) {
		t.Helper()
		for _, c := range people {
			page := w.Get("/s/contacts/view/" + number(c)).Wants(http.StatusOK).Body
			if n := strings.Count(page, `<li class="device`); n != 1 {
				t.Errorf("%d browsers on the page of %d", n, c)
			}
		}
	}
	follow := func() {
		t.Helper()
		if err := activity.NewRunner(w.d, nil, visit.MergeReader()).CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	once(anna, bob)
	w.Post("/s/contacts/merge/"+number(bob), "with", number(anna)).Wants(http.StatusOK)
	follow()
	once(bob)
	w.Post("/s/contacts/unmerge/" + number(anna)).Wants(http.StatusOK)
	follow()
	once(anna, bob)
}
