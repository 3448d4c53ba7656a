package visit

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/id"
)

// mostTexts is how many texts of page views are looked through, the latest first.
const mostTexts = 100_000

// Asked is what is asked of one page view: its address where Parameter is empty, or a
// campaign parameter by its name without utm_.
type Asked struct {
	Parameter string
	// Matches is given an address, in the forms in which people write it, or the value
	// of the parameter.
	Matches func(text string) bool
}

// Visitors lists those of some contacts who had a page view that matches all that is
// asked. all tells that no texts were left out.
func Visitors(ctx context.Context, q db.Q, contacts []id.Contact, asked []Asked) (found []id.Contact, all bool, err error) {
	all = true
	var each []activity.Holding
	for _, one := range asked {
		numbers, whole, err := one.texts(ctx, q)
		if err != nil {
			return nil, false, err
		}
		all = all && whole
		if len(numbers) == 0 {
			return nil, all, nil
		}
		each = append(each, activity.Holding{Slots: []activity.Slot{one.slot()}, Numbers: numbers})
	}
	found, err = activity.Having(ctx, q, contacts, KindPageViewed, each)
	return found, all, err
}

func (a Asked) slot() activity.Slot {
	if a.Parameter == "" {
		return heldTexts[0]
	}
	return activity.Slot{Name: "c", Index: 5}
}

// texts are the numbers of the texts that match.
func (a Asked) texts(ctx context.Context, q db.Q) (numbers []int64, all bool, err error) {
	read := 0
	err = db.Each(ctx, q, `SELECT id, body FROM visit_text ORDER BY id DESC LIMIT ?`, []any{mostTexts + 1}, func(row db.Row) error {
		read++
		var n int64
		var body string
		err := row.Scan(&n, &body)
		if err == nil && read <= mostTexts && a.matches(body) {
			numbers = append(numbers, n)
		}
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("look through texts of page views: %w", err)
	}
	return numbers, read <= mostTexts, nil
}

// seenTexts is how many texts Seen looks at, the latest.
const seenTexts = 5000

// Seen lists what pages were viewed with lately, the latest first: the values of a
// campaign parameter, by its name without utm_, or the paths of addresses where there is
// no name.
func Seen(ctx context.Context, q db.Q, parameter string) (list []string, err error) {
	seen := map[string]bool{}
	err = db.Each(ctx, q, `SELECT body FROM visit_text ORDER BY id DESC LIMIT ?`, []any{seenTexts}, func(row db.Row) error {
		var body, text string
		if err := row.Scan(&body); err != nil {
			return err
		}
		if parameter != "" {
			text = campaign(body).Get(parameter)
		} else if address, err := url.Parse(body); err == nil && address.Host != "" {
			text = address.Path
		}
		if text != "" && !seen[text] {
			seen[text], list = true, append(list, text)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list texts of page views: %w", err)
	}
	return list, nil
}

// campaign are the parameters of a text, none where it is something else.
func campaign(body string) url.Values {
	q, err := url.ParseQuery(body)
	if err != nil || strings.Contains(body, "://") {
		return nil
	}
	return q
}

func (a Asked) matches(body string) bool {
	address := strings.Contains(body, "://")
	if a.Parameter != "" {
		q := campaign(body)
		return q.Has(a.Parameter) && a.Matches(q.Get(a.Parameter))
	}
	if !address {
		return false
	}
	plain, err := url.PathUnescape(body)
	if err != nil {
		plain = body
	}
	for _, text := range []string{body, plain} {
		_, bare, _ := strings.Cut(text, "://")
		if a.Matches(text) || a.Matches(bare) || a.Matches(strings.TrimPrefix(bare, "www.")) {
			return true
		}
		if i := strings.IndexByte(bare, '/'); i >= 0 && a.Matches(bare[i:]) {
			return true
		}
	}
	return false
}
