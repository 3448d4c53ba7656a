package visit

import (
	"context"
	"fmt"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// KindPageViewed is the event of a page seen by a visitor.
const KindPageViewed activity.Kind = 10

// pageViewed is the stored data of page.viewed. Texts are numbers of visit_text.
type pageViewed struct {
	View     string `json:"v,omitempty"`
	URL      int64  `json:"u,omitempty"`
	Title    int64  `json:"t,omitempty"`
	Referrer int64  `json:"r,omitempty"`
	Language string `json:"l,omitempty"`
}

// PageView is a page.viewed event with its texts.
type PageView struct {
	URL, Title, Referrer, Language string
}

// Kinds declares what this package appends to threads.
func Kinds() []activity.Definition {
	return []activity.Definition{{Kind: KindPageViewed, Name: "page.viewed", Protocol: "page.hit", Payload: PageView{}}}
}

// PageViews reads the page views among events.
func PageViews(ctx context.Context, q db.Q, events []activity.Event) (map[id.Event]PageView, error) {
	stored := map[id.Event]pageViewed{}
	var texts []int64
	for _, e := range events {
		if e.Kind != KindPageViewed {
			continue
		}
		var p pageViewed
		if err := e.Decode(&p); err != nil {
			return nil, err
		}
		stored[e.ID] = p
		texts = append(texts, p.URL, p.Title, p.Referrer)
	}
	bodies, err := readTexts(ctx, q, texts)
	if err != nil {
		return nil, err
	}
	views := make(map[id.Event]PageView, len(stored))
	for e, p := range stored {
		views[e] = PageView{URL: bodies[p.URL], Title: bodies[p.Title], Referrer: bodies[p.Referrer], Language: p.Language}
	}
	return views, nil
}

// readTexts finds the texts of numbers; zero is no text.
func readTexts(ctx context.Context, q db.Q, numbers []int64) (map[int64]string, error) {
	bodies := map[int64]string{}
	var args []any
	for _, n := range numbers {
		if _, asked := bodies[n]; !asked && n != 0 {
			bodies[n] = ""
			args = append(args, n)
		}
	}
	if len(args) == 0 {
		return bodies, nil
	}
	rows, err := q.Query(ctx, `SELECT id, body FROM visit_text WHERE id IN (?`+strings.Repeat(", ?", len(args)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read texts of page views: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		var body string
		if err := rows.Scan(&n, &body); err != nil {
			return nil, err
		}
		bodies[n] = body
	}
	return bodies, rows.Err()
}
