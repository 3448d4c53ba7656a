package db

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// NextID takes an identifier of a sequence declared by a migration.
func (tx *Tx) NextID(ctx context.Context, sequence string) (int64, error) {
	ids, err := tx.NextIDs(ctx, sequence, 1)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// NextIDs takes n identifiers of a sequence, in rising order. On PostgreSQL
// each process keeps some in reserve: beside other processes, and after a
// restart, later ones may be lower or missing.
func (tx *Tx) NextIDs(ctx context.Context, sequence string, n int) ([]int64, error) {
	if tx.db.dialect == SQLite {
		return tx.countOn(ctx, sequence, n)
	}
	p, _ := tx.db.reserves.LoadOrStore(sequence, &reserve{})
	return p.(*reserve).take(n, func(n int) ([]int64, error) {
		return tx.ids(ctx, sequence, `SELECT nextval(CAST(? AS regclass)) FROM generate_series(1, ?)`, sequence+"_seq", n)
	})
}

// LockedIDs takes the lock of that space and number until the end of the
// transaction, and only then n identifiers: among holders of the lock they
// rise in the order of the commits.
func (tx *Tx) LockedIDs(ctx context.Context, space string, number int, sequence string, n int) ([]int64, error) {
	if tx.db.dialect == SQLite {
		return tx.countOn(ctx, sequence, n)
	}
	return tx.ids(ctx, sequence, `WITH held AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext(current_schema() || ?), ?))
		SELECT nextval(CAST(? AS regclass)) FROM held, generate_series(1, ?)`, space, number, sequence+"_seq", n)
}

// Lock makes other transactions that lock the same name wait for the end of this
// one. SQLite has one at a time anyway.
func (tx *Tx) Lock(name string) error {
	if tx.db.dialect == SQLite {
		return nil
	}
	return tx.conn.later(`SELECT pg_advisory_xact_lock(hashtext(current_schema() || $1), 0)`, []any{name})
}

// countOn moves a sequence of SQLite on.
func (tx *Tx) countOn(ctx context.Context, sequence string, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	var last int64
	err := tx.QueryRow(ctx, `UPDATE sequence SET value = value + ? WHERE name = ? RETURNING value`, n, sequence).Scan(&last)
	if err != nil {
		return nil, fmt.Errorf("take id of %s: %w", sequence, err)
	}
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = last - int64(n) + int64(i) + 1
	}
	return ids, nil
}

func (tx *Tx) ids(ctx context.Context, sequence, query string, args ...any) ([]int64, error) {
	var ids []int64
	err := Each(ctx, tx, query, args, func(row Row) error {
		var v int64
		err := row.Scan(&v)
		ids = append(ids, v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("take id of %s: %w", sequence, err)
	}
	return ids, nil
}

// reserved is how many identifiers are fetched at once beyond those wanted
// where many are: a single one is fetched alone, so that numbers that people
// see have few gaps.
const reserved = 256

// reserve holds identifiers that this process has fetched and not used.
type reserve struct {
	mu  sync.Mutex
	ids []int64
}

// take holds nothing while it fetches: that travels with statements that may
// wait for a transaction, which may want identifiers too.
func (r *reserve) take(n int, fetch func(n int) ([]int64, error)) ([]int64, error) {
	r.mu.Lock()
	kept := min(n, len(r.ids))
	taken := slices.Clone(r.ids[:kept])
	r.ids = r.ids[kept:]
	r.mu.Unlock()
	if kept < n {
		wanted := n - kept
		if n > 1 {
			wanted += reserved
		}
		more, err := fetch(wanted)
		if err != nil {
			return nil, err
		}
		taken = append(taken, more[:n-kept]...)
		r.mu.Lock()
		r.ids = append(r.ids, more[n-kept:]...)
		r.mu.Unlock()
	}
	slices.Sort(taken)
	return taken, nil
}
