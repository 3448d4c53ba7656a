package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/form"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

func TestActivity(t *testing.T) {
	b := start(t)
	ada := b.person("ada@example.com")
	sameShape(t, b.get(fmt.Sprintf("/api/contacts/%d/activity", ada)), identifiedOnly(t))
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	b.do(func(_ context.Context, tx *db.Tx) error {
		for i := range 30 {
			activity.Append(tx, activity.Entry{Contact: ada, At: start.Add(time.Duration(i) * time.Minute), Kind: visit.KindPageViewed, Source: activity.SourceTracking})
		}
		activity.Append(tx, activity.Entry{Contact: ada, At: start, Kind: form.KindSubmitted, Data: form.Submitted{Form: 3, Name: "News", Submission: 7,
			Answers: []form.Answer{{Alias: "email", Label: "Email", Value: "ada@example.com"}}, Page: "https://site.test/"}})
		return nil
	})
	path := fmt.Sprintf("/api/contacts/%d/activity", ada)
	type answer struct {
		Events []struct {
			Event, EventID, EventType, Timestamp, ContactID string
			Label                                           json.RawMessage `json:"eventLabel"`
			Details                                         json.RawMessage
		}
		Total, Page, Limit int
		MaxPages           float64
	}
	ask := func(query string) (a answer) {
		t.Helper()
		if err := json.Unmarshal([]byte(b.get(path+"?"+query)), &a); err != nil {
			t.Fatal(err)
		}
		return a
	}
	a := ask("")
	if a.Total != 33 || len(a.Events) != 28 || a.MaxPages != 2 || a.Limit != 25 {
		t.Fatalf("%d of %d events, %v pages", len(a.Events), a.Total, a.MaxPages)
	}
	last := a.Events[len(a.Events)-1]
	if last.Event != "form.submitted" || last.EventType != "Form submitted" || last.Timestamp != "2026-03-01T12:00:00+00:00" || last.ContactID != "1" ||
		string(last.Label) != `"News"` || !strings.Contains(string(last.Details), `"results":{"email":"ada@example.com"}`) {
		t.Errorf("%+v", last)
	}
	for query, want := range map[string]int{
		"page=2": 5, "page=3": 0, "limit=3": 6, "filters[includeEvents][]=page.hit": 25, "filters[excludeEvents][0]=page.hit&filters[search]=": 3,
		"filters[search]=NEWS": 1, "filters[dateTo]=2026-03-01 12:10:00": 11, "filters[dateFrom]=2026-03-01 12:28:00&filters[dateTo]=2026-03-02 00:00:00": 2,
		"order[0]=&order[1]=": 28, "limit=x&page=0": 28,
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got := ask(values.Encode()); len(got.Events) != want {
			t.Errorf("%s: %d events, want %d", query, len(got.Events), want)
		}
	}
	for _, order := range []string{"DESC", "ASC"} {
		everything, pages := ask("limit=100&order[1]="+order), map[string][]string{}
		for page := 1; page <= 15; page++ {
			for _, e := range ask(fmt.Sprintf("limit=2&page=%d&order[1]=%s", page, order)).Events {
				pages[e.Event] = append(pages[e.Event], e.EventID)
			}
		}
		whole := map[string][]string{}
		for _, e := range everything.Events {
			whole[e.Event] = append(whole[e.Event], e.EventID)
		}
		if diff := cmp.Diff(whole, pages); diff != "" || len(everything.Events) != 33 {
			t.Errorf("%s: at once (-), page by page (+): %s", order, diff)
		}
	}
	through := 0
	b.db.Watch(func(query string, _ []any) {
		if strings.Contains(query, "FROM event WHERE") {
			through++
		}
	})
	if ask("limit=5"); through != 3 { // the tally, page views, and all that are few
		t.Errorf("the thread was read %d times", through)
	}
	b.db.Watch(func(string, []any) {})
	if first := ask("order[1]=ASC").Events[0]; first.Timestamp != "2026-03-01T12:00:00+00:00" {
		t.Errorf("the oldest first gives %+v", first)
	}
}
