package visit_test

import (
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

func TestViewsWith(t *testing.T) {
	d := dbtest.Open(t)
	r := visit.NewRecorder(d)
	defer r.Close()
	var a visit.Answer
	var err error
	for url, title := range map[string]string{"https://www.example.test/caf%C3%A9": "Menu", "https://www.example.test/": "Été & compagnie", "https://www.example.test/100%": "<b>"} {
		a, err = r.Record(t.Context(), visit.Hit{Token: a.Token, URL: url, Title: title, UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", IP: "203.0.113.9"})
		if err != nil {
			t.Fatal(err)
		}
	}
	for words, want := range map[string]int{"CAFE": 1, "ete": 1, "example.test": 3, "100%": 1, "%": 2, "nothing": 0, "<b>": 1} {
		events, err := visit.ViewsWith(t.Context(), d, a.Contact, activity.Page{Limit: 10}, words)
		if err != nil || len(events) != want {
			t.Errorf("%q: %d events, %v", words, len(events), err)
		}
	}
}

func TestTokens(t *testing.T) {
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	for browser := range 3 {
		record(t, r, hit(browser, 1))
		record(t, r, hit(browser, 2))
	}
	tokens, err := visit.Tokens(t.Context(), d, 2)
	want := []visit.Returning{{Token: token(0), Contact: tokens[0].Contact}, {Token: token(1), Contact: tokens[0].Contact + 1}}
	if err != nil || !cmp.Equal(tokens, want) {
		t.Errorf("%v, %v", tokens, err)
	}
}
