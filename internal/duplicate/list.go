package duplicate

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/id"
)

// Candidate are two contacts that may be the same person. Contact has the smaller
// number: it came first.
type Candidate struct {
	Contact, Other id.Contact
	Score          int
	Reasons        []Reason
}

func (c Candidate) pair() pair { return pair{c.Contact, c.Other} }

// likeliest is the order of lists.
func likeliest(a, b Candidate) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Contact, a.Contact), cmp.Compare(b.Other, a.Other))
}

// Filter says which candidates to list. The likeliest are first.
type Filter struct {
	Reason Reason // zero for any
	Least  int    // score
	// After is the Next or Previous of a Page.
	After string
	Limit int
}

// Page is a part of a list. Next and Previous are empty when there is none.
type Page struct {
	Candidates     []Candidate
	Next, Previous string
}

// cursor is a place in the list: beside the candidate with these.
type cursor struct {
	score          int
	contact, other int64
}

func (c Candidate) cursor(way string) string {
	return fmt.Sprintf("%s-%d-%d-%d", way, c.Score, c.Contact, c.Other)
}

func readCursor(text string) (at cursor, back bool, err error) {
	if text == "" {
		return cursor{score: HighestScore + 1}, false, nil
	}
	way, rest, _ := strings.Cut(text, "-")
	if _, err := fmt.Sscanf(rest, "%d-%d-%d", &at.score, &at.contact, &at.other); err != nil || way != "a" && way != "b" {
		return at, false, fault.Invalid(fault.Fields{"after": fault.Say("duplicate.bad_cursor|This page of the list does not exist.")})
	}
	return at, way == "b", nil
}

// List lists candidates.
func List(ctx context.Context, q db.Q, f Filter) (Page, error) {
	at, back, err := readCursor(f.After)
	if err != nil {
		return Page{}, err
	}
	than, order := "<", "DESC"
	if back {
		than, order = ">", "ASC"
	}
	query := `SELECT contact_id, other_id, score FROM duplicate_pair WHERE reason = ? AND (score, contact_id, other_id) ` + than + ` (?, ?, ?) AND score >= ?
		ORDER BY score ` + order + `, contact_id ` + order + `, other_id ` + order + ` LIMIT ?`
	list, err := candidates(ctx, q, query, int(f.Reason), at.score, at.contact, at.other, f.Least, f.Limit+1)
	if err != nil {
		return Page{}, err
	}
	p := Page{Candidates: list}
	more := len(list) > f.Limit
	if more {
		p.Candidates = list[:f.Limit]
	}
	if back {
		slices.Reverse(p.Candidates)
	}
	if n := len(p.Candidates); n > 0 {
		if back || more {
			p.Next = p.Candidates[n-1].cursor("a")
		}
		if back && more || !back && f.After != "" {
			p.Previous = p.Candidates[0].cursor("b")
		}
	}
	return p, explain(ctx, q, p.Candidates)
}

// Of lists the likeliest candidates for one contact.
func Of(ctx context.Context, q db.Q, c id.Contact, limit int) ([]Candidate, error) {
	var list []Candidate
	for _, column := range []string{"contact_id", "other_id"} {
		found, err := candidates(ctx, q, `SELECT contact_id, other_id, score FROM duplicate_pair WHERE `+column+` = ? AND reason = 0`, int64(c))
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	slices.SortFunc(list, likeliest)
	list = list[:min(limit, len(list))]
	return list, explain(ctx, q, list)
}

// Some reads these candidates; those that are none any more are missing.
func Some(ctx context.Context, q db.Q, list []Candidate) ([]Candidate, error) {
	asked := pairs{}
	var contacts []id.Contact
	for _, c := range list {
		asked[pairOf(c.Contact, c.Other)] = true
		contacts = append(contacts, min(c.Contact, c.Other))
	}
	if len(contacts) == 0 {
		return nil, nil
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", contacts)
	found, err := candidates(ctx, q, `SELECT contact_id, other_id, score FROM duplicate_pair WHERE `+among+` AND reason = 0 ORDER BY score DESC, contact_id DESC, other_id DESC`, args...)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(c Candidate) bool { return !asked[c.pair()] })
	return found, explain(ctx, q, found)
}

// Count counts candidates, up to a number.
func Count(ctx context.Context, q db.Q, f Filter, most int) (n int, err error) {
	err = q.QueryRow(ctx, `SELECT count(*) FROM (SELECT 1 FROM duplicate_pair WHERE reason = ? AND score >= ? LIMIT ?) AS counted`, int(f.Reason), f.Least, most).Scan(&n)
	if err != nil {
		err = fmt.Errorf("count candidates: %w", err)
	}
	return n, err
}

func candidates(ctx context.Context, q db.Q, query string, args ...any) ([]Candidate, error) {
	var list []Candidate
	err := db.Each(ctx, q, query, args, func(row db.Row) error {
		var c Candidate
		err := row.Scan(&c.Contact, &c.Other, &c.Score)
		list = append(list, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list candidates: %w", err)
	}
	return list, nil
}

// explain adds the reasons.
func explain(ctx context.Context, q db.Q, list []Candidate) error {
	if len(list) == 0 {
		return nil
	}
	at := map[pair]*Candidate{}
	var contacts []id.Contact
	for i := range list {
		at[list[i].pair()] = &list[i]
		contacts = append(contacts, list[i].Contact)
	}
	among, args := db.InIDs(q.Dialect(), "contact_id", contacts)
	err := db.Each(ctx, q, `SELECT contact_id, other_id, reason FROM duplicate_pair WHERE `+among+` AND reason > 0 ORDER BY reason`, args, func(row db.Row) error {
		var p pair
		var r Reason
		err := row.Scan(&p.contact, &p.other, &r)
		if c := at[p]; c != nil {
			c.Reasons = append(c.Reasons, r)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("explain candidates: %w", err)
	}
	return nil
}
