package duplicate

import (
	"context"
	"slices"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

func (w *town) merge(survivor, absorbed id.Contact) {
	w.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.Merge(ctx, tx, contact.Union{Survivor: survivor, Absorbed: absorbed, Source: activity.SourceUser})
	})
}

func (w *town) candidate(a, b id.Contact) bool {
	w.catchUp()
	return slices.ContainsFunc(w.found(), func(c Candidate) bool { return c.pair() == pairOf(a, b) })
}

// That two are not the same holds for whom they are merged into, and only as long.
func TestApartOutlivesMerges(t *testing.T) {
	w := newTown(t)
	same := map[string]string{"firstname": "Anna", "lastname": "Moreau", "company": "Acme"}
	a, b, c := w.add(same), w.add(same), w.add(same)
	if !w.candidate(a, b) || !w.candidate(b, c) || !w.candidate(a, c) {
		t.Fatal("those who are alike are no candidates")
	}
	w.do(func(ctx context.Context, tx *db.Tx) error { return Apart(ctx, tx, c, b, 0, "") })
	if w.candidate(b, c) || !w.candidate(a, c) {
		t.Error("said of one pair, it holds for it alone")
	}
	w.merge(a, b)
	if w.candidate(a, c) {
		t.Error("the other is a candidate for whom one was merged into")
	}
	w.do(func(ctx context.Context, tx *db.Tx) error {
		return contact.Unmerge(ctx, tx, contact.Separation{Absorbed: b, Source: activity.SourceUser})
	})
	if !w.candidate(a, c) || w.candidate(b, c) {
		t.Error("once they are apart again it holds for one of them still")
	}
	w.do(func(ctx context.Context, tx *db.Tx) error { return TakeBack(ctx, tx, b, c) })
	if !w.candidate(b, c) {
		t.Error("taken back, and no candidate")
	}
}

// Nothing is left of who is erased.
func TestErasedLeaveNothing(t *testing.T) {
	w := newTown(t)
	same := map[string]string{"firstname": "Anna", "lastname": "Moreau", "company": "Acme", "phone": "0612345678"}
	a, b, c := w.add(same), w.add(same), w.add(same)
	w.do(func(ctx context.Context, tx *db.Tx) error { return Apart(ctx, tx, a, c, 0, "") })
	w.merge(a, b)
	w.do(func(ctx context.Context, tx *db.Tx) error { return contact.Delete(ctx, tx, a, contact.Edit{}) })
	w.catchUp()
	rows := func(query string) (n int) {
		if err := w.d.QueryRow(t.Context(), query, int64(a), int64(b)).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, table := range []string{"duplicate_contact", "duplicate_key"} {
		if n := rows(`SELECT count(*) FROM ` + table + ` WHERE contact_id IN (?, ?)`); n > 0 {
			t.Errorf("%d rows of %s of who is deleted", n, table)
		}
	}
	if len(w.found()) > 0 {
		t.Error("who is deleted is a candidate")
	}
	if err := contact.EraseOld(t.Context(), w.d, w.d.Now().Add(2*contact.KeptFor+time.Minute)); err != nil {
		t.Fatal(err)
	}
	w.catchUp()
	if n := rows(`SELECT count(*) FROM duplicate_apart WHERE contact_id IN (?, ?)`); n > 0 {
		t.Error("what was said of who is erased is kept")
	}
}

// A page that is turned forth and back shows each candidate once.
func TestPages(t *testing.T) {
	w := newTown(t)
	for range 8 {
		w.add(map[string]string{"firstname": "Anna", "lastname": "Moreau", "company": "Acme"})
	}
	w.catchUp()
	all := w.found()
	var turned []Candidate
	var pages []Page
	for f := (Filter{Limit: 5}); ; {
		p, err := List(t.Context(), w.d, f)
		if err != nil {
			t.Fatal(err)
		}
		turned, pages = append(turned, p.Candidates...), append(pages, p)
		if f.After = p.Next; p.Next == "" {
			break
		}
	}
	if len(all) != 28 || len(turned) != len(all) || len(pages) != 6 || pages[0].Previous != "" {
		t.Fatalf("%d candidates, %d on %d pages", len(all), len(turned), len(pages))
	}
	for i, p := range pages[1:] {
		back, err := List(t.Context(), w.d, Filter{Limit: 5, After: p.Previous})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(back.Candidates, pages[i].Candidates, func(a, b Candidate) bool { return a.pair() == b.pair() }) {
			t.Errorf("back from page %d: %v", i+2, back)
		}
	}
	if n, err := Count(t.Context(), w.d, Filter{Reason: SameCompany}, 20); err != nil || n != 20 {
		t.Error(n, err)
	}
}
