package visit

import (
	"context"
	"net/url"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/field"
	"ariane/internal/id"
)

// ViewsWith reads the page views of a page of a thread whose title or address
// holds these words.
func ViewsWith(ctx context.Context, q db.Q, contact id.Contact, p activity.Page, words string) ([]activity.Event, error) {
	p.Kinds = []activity.Kind{KindPageViewed}
	numbers, err := activity.Numbers(ctx, q, contact, p, heldTexts...)
	if err != nil {
		return nil, err
	}
	bodies, err := readTexts(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	p.Holding = &activity.Holding{Slots: heldTexts}
	words = field.Fold(words)
	for n, body := range bodies {
		if holds(body, words) {
			p.Holding.Numbers = append(p.Holding.Numbers, n)
		}
	}
	if len(p.Holding.Numbers) == 0 {
		return nil, nil
	}
	return activity.Thread(ctx, q, contact, p)
}

// holds tells whether a text, or an address as people read it, holds folded
// words.
func holds(text, words string) bool {
	if strings.Contains(field.Fold(text), words) {
		return true
	}
	plain, err := url.PathUnescape(text)
	return err == nil && strings.Contains(field.Fold(plain), words)
}
