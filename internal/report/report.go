// Package report is in charge of counts and curves kept from the thread, so
// that lists and charts need not count rows.
//
// Tables: report_day.
//
// Kinds read: all it is given.
package report

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
)

const secondsOfDay = 86400

type cell struct {
	kind activity.Kind
	day  int64
}

// Reader counts the events of each kind by day.
func Reader(kinds ...activity.Kind) activity.Reader {
	return activity.Reader{
		Name:  "report.day",
		Kinds: kinds,
		Brief: true,
		Reset: func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM report_day`)
			return err
		},
		Handle: count,
	}
}

func count(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	counts := map[cell]int64{}
	for _, e := range batch {
		counts[cell{e.Kind, e.At.Unix() / secondsOfDay}]++
	}
	inOrder := func(a, b cell) int {
		if a.kind != b.kind {
			return int(a.kind) - int(b.kind)
		}
		return int(a.day - b.day)
	}
	var rows [][]any
	for _, c := range slices.SortedFunc(maps.Keys(counts), inOrder) {
		rows = append(rows, []any{int64(c.kind), c.day, counts[c]})
	}
	return tx.InsertOr(ctx, "report_day", []string{"kind", "day", "events"}, rows,
		`ON CONFLICT (kind, day) DO UPDATE SET events = report_day.events + excluded.events`)
}

// Totals counts all events of each kind, for ever.
func Totals(ctx context.Context, q db.Q, kinds ...activity.Kind) (map[activity.Kind]int64, error) {
	totals := map[activity.Kind]int64{}
	rows, err := q.Query(ctx, `SELECT kind, CAST(sum(events) AS BIGINT) FROM report_day WHERE kind IN (`+db.Marks(len(kinds))+`) GROUP BY kind`, numbers(kinds)...)
	if err != nil {
		return nil, fmt.Errorf("read totals: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k activity.Kind
		var n int64
		if err := rows.Scan(&k, &n); err != nil {
			return nil, err
		}
		totals[k] = n
	}
	return totals, rows.Err()
}

// Daily counts the events of each kind on each of the last days, the last of
// which is today in UTC. Each slice has one number for each day.
func Daily(ctx context.Context, q db.Q, today time.Time, days int, kinds ...activity.Kind) (map[activity.Kind][]int64, error) {
	last := today.Unix() / secondsOfDay
	first := last - int64(days) + 1
	curves := map[activity.Kind][]int64{}
	for _, k := range kinds {
		curves[k] = make([]int64, days)
	}
	rows, err := q.Query(ctx, `SELECT kind, day, events FROM report_day WHERE kind IN (`+db.Marks(len(kinds))+`) AND day BETWEEN ? AND ?`,
		append(numbers(kinds), first, last)...)
	if err != nil {
		return nil, fmt.Errorf("read curves: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var k activity.Kind
		var day, n int64
		if err := rows.Scan(&k, &day, &n); err != nil {
			return nil, err
		}
		curves[k][day-first] = n
	}
	return curves, rows.Err()
}

func numbers(kinds []activity.Kind) []any {
	out := make([]any, len(kinds))
	for i, k := range kinds {
		out[i] = int64(k)
	}
	return out
}

// People counts the known contacts there are, and all contacts with the visitors. They
// were counted a moment ago.
func People(ctx context.Context, q db.Q) (known, all int64, err error) {
	n, err := Totals(ctx, q, contact.KindCreated, contact.KindIdentified, contact.KindMerged, contact.KindJoined,
		contact.KindDeleted, contact.KindRestored, contact.KindVisitorDeleted, contact.KindVisitorRestored, contact.KindUnmerged, contact.KindVisitorUnmerged)
	gone := n[contact.KindMerged] - n[contact.KindUnmerged] + n[contact.KindDeleted] - n[contact.KindRestored]
	visitors := n[contact.KindJoined] - n[contact.KindVisitorUnmerged] + n[contact.KindVisitorDeleted] - n[contact.KindVisitorRestored]
	return n[contact.KindIdentified] - gone, n[contact.KindCreated] - gone - visitors, err
}
