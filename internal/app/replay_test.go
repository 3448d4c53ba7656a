package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/stage"
	"ariane/internal/tool/demo"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

// What a replayable reader keeps depends on the thread and the present state
// alone: made again, it is the same.
func TestReadersMakeTheSameAgain(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	recorder := visit.NewRecorder(d)
	defer recorder.Close()
	runner := activity.NewRunner(d, slog.New(slog.DiscardHandler), app.Readers()...)
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(ctx, d, recorder, "http://site.test", "en"); err != nil {
		t.Fatal(err)
	}
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	mixUp(t, d)
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	live := kept(t, d)
	if len(live) < 100 {
		t.Fatalf("the readers keep %d rows only", len(live))
	}
	for _, r := range app.Readers() {
		if r.Reset == nil {
			continue
		}
		if err := runner.Replay(ctx, r.Name); err != nil {
			t.Fatal(err)
		}
	}
	if err := runner.CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(live, kept(t, d)); diff != "" {
		t.Error(diff)
	}
}

// mixUp merges some of the people there are, one with another that was merged too,
// tags them, takes some of it back, and deletes two, of whom one comes back.
func mixUp(t *testing.T, d *db.DB) {
	t.Helper()
	page, err := contact.List(t.Context(), d, contact.Filter{Sort: contact.SortID, Limit: 40})
	if err != nil || len(page.Contacts) < 40 {
		t.Fatal(len(page.Contacts), err)
	}
	who := func(i int) id.Contact { return page.Contacts[i].ID }
	merge := func(into, from int) func(tx *db.Tx) error {
		return func(tx *db.Tx) error {
			return contact.Merge(t.Context(), tx, contact.Union{Survivor: who(into), Absorbed: who(from), Source: activity.SourceUser})
		}
	}
	part := func(absorbed int) func(tx *db.Tx) error {
		return func(tx *db.Tx) error {
			return contact.Unmerge(t.Context(), tx, contact.Separation{Absorbed: who(absorbed), Source: activity.SourceUser})
		}
	}
	var steps []func(tx *db.Tx) error
	for i := 0; i < 20; i += 4 {
		steps = append(steps, merge(i, i+1), merge(i+2, i+3), merge(i, i+2), func(tx *db.Tx) error {
			return label.Add(t.Context(), tx, who(i), []string{"met twice"}, label.By{})
		})
	}
	var first, second int64
	steps = append(steps, func(tx *db.Tx) (err error) {
		if first, err = stage.Create(t.Context(), tx, stage.Stage{Name: "first", Published: true}); err == nil {
			second, err = stage.Create(t.Context(), tx, stage.Stage{Name: "second", Published: true})
		}
		return err
	})
	for i := range 14 {
		steps = append(steps, func(tx *db.Tx) error {
			c, err := contact.Resolve(t.Context(), tx, who(i))
			if err == nil {
				err = stage.Set(t.Context(), tx, c, []int64{first, second, 0}[i%3], stage.By{})
			}
			return err
		})
	}
	for _, i := range []int{0, 1, 3, 5, 6, 9, 10, 12, 30} {
		steps = append(steps, func(tx *db.Tx) error {
			if err := consent.Wishing(t.Context(), tx, who(i), map[consent.Channel]consent.Wish{consent.Email: {Preferred: true}}, consent.By{}); err != nil {
				return err
			}
			if err := consent.Declare(t.Context(), tx, who(i), consent.Entry{Purpose: consent.News, Given: true}, consent.By{}); err != nil {
				return err
			}
			_, err := consent.Add(t.Context(), tx, who(i), consent.Block{Channel: consent.Email, Reason: consent.Bounced}, false, consent.By{})
			return err
		})
	}
	steps = append(steps, part(1), part(6), part(9), merge(9, 8), part(10),
		func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, who(12), contact.Edit{}) },
		func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, who(30), contact.Edit{}) },
		func(tx *db.Tx) error { return contact.Restore(t.Context(), tx, who(30), contact.Edit{}) })
	for i, step := range steps {
		if err := d.Do(t.Context(), step); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
	}
}

// kept is all that replayable readers keep.
func kept(t *testing.T, d *db.DB) []string {
	t.Helper()
	var list []string
	for _, query := range []string{
		`SELECT 'active', contact_id, state, last_active FROM contact_active ORDER BY contact_id`,
		`SELECT 'day', kind, day, events FROM report_day ORDER BY kind, day`,
		`SELECT 'submission', id, contact_id, form_id FROM form_submission ORDER BY id`,
		`SELECT 'tag', contact_id, tag_id, 0 FROM contact_tag ORDER BY contact_id, tag_id`,
		`SELECT 'stage', contact_id, stage_id, since FROM contact_stage ORDER BY contact_id`,
		`SELECT 'staged', id, contacts, 0 FROM stage ORDER BY id`,
		`SELECT 'block', contact_id, origin_id, reason FROM contact_block ORDER BY contact_id, channel, origin_id`,
		`SELECT 'wish', contact_id, origin_id, over_id FROM contact_wish ORDER BY contact_id, channel, origin_id`,
		`SELECT 'consent', contact_id, id, origin_id FROM contact_consent ORDER BY id`,
		`SELECT 'note', contact_id, id, 0 FROM contact_note ORDER BY id`,
		`SELECT 'key', contact_id, hash, 0 FROM duplicate_key ORDER BY hash, contact_id`,
		`SELECT 'pair', contact_id, other_id, reason * 100 + score FROM duplicate_pair ORDER BY contact_id, other_id, reason`,
	} {
		rows, err := d.Query(context.Background(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var what string
			var a, b, c int64
			if err := rows.Scan(&what, &a, &b, &c); err != nil {
				t.Fatal(err)
			}
			list = append(list, fmt.Sprint(what, " ", a, " ", b, " ", c))
		}
	}
	return list
}
