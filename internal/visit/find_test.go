package visit_test

import (
	"encoding/json"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
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

// Page views recorded before they were stored as lists are found like others, read
// the same, and recognised when they arrive again.
func TestFormerViews(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	r := recorder(t, d)
	a := record(t, r, hit(1, 1))
	r.Close()
	want := views(t, d, a.Contact)
	var raw string
	if err := d.QueryRow(ctx, `SELECT data FROM event WHERE contact_id = ? AND kind = ?`, int64(a.Contact), int(visit.KindPageViewed)).Scan(&raw); err != nil {
		t.Fatal(err)
	}
	var list []any
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		t.Fatal(err)
	}
	former, err := json.Marshal(map[string]any{"v": hit(1, 1).View, "u": list[1], "t": list[2], "l": hit(1, 1).Language})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Do(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE event SET data = ? WHERE contact_id = ? AND kind = ?`, string(former), int64(a.Contact), int(visit.KindPageViewed))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	r = recorder(t, d)
	defer r.Close()
	record(t, r, hit(1, 1))
	if diff := cmp.Diff(want, views(t, d, a.Contact)); diff != "" {
		t.Error(diff)
	}
	events, err := visit.ViewsWith(ctx, d, a.Contact, activity.Page{Limit: 10}, "a page")
	if err != nil || len(events) != 1 {
		t.Errorf("found %d, %v", len(events), err)
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
