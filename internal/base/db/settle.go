package db

import (
	"context"
	"fmt"
	"time"
)

// settledEvery is how often PostgreSQL is asked whether old transactions have ended.
const settledEvery = 50 * time.Millisecond

// Settle returns once every transaction has ended that was writing when it was
// called. What such a one read is out of date from then on.
func (d *DB) Settle(ctx context.Context) error {
	if d.dialect == SQLite {
		return d.DoRelaxed(ctx, func(*Tx) error { return nil })
	}
	var next string
	if err := d.QueryRow(ctx, `SELECT CAST(pg_snapshot_xmax(pg_current_snapshot()) AS text)`).Scan(&next); err != nil {
		return fmt.Errorf("ask which transactions are open: %w", err)
	}
	for {
		var settled bool
		if err := d.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot()) >= CAST(CAST(? AS text) AS xid8)`, next).Scan(&settled); err != nil {
			return fmt.Errorf("ask which transactions are open: %w", err)
		}
		if settled {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settledEvery):
		}
	}
}
