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

// kept is all that replayable readers keep.
func kept(t *testing.T, d *db.DB) []string {
	t.Helper()
	var list []string
	for _, query := range []string{
		`SELECT 'active', contact_id, state, last_active FROM contact_active ORDER BY contact_id`,
		`SELECT 'day', kind, day, events FROM report_day ORDER BY kind, day`,
		`SELECT 'submission', id, contact_id, form_id FROM form_submission ORDER BY id`,
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
