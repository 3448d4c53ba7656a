package db

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"
)

const (
	// pageSize is SQLite's own choice, in bytes.
	pageSize         = 4096
	checkpointPeriod = 300 * time.Millisecond
	// longLog is the length at which the log should begin at its start again, in bytes.
	longLog = 64 << 20
	// fewPages can be copied while transactions wait, manyPages while they would wait for
	// long.
	fewPages  = 200
	manyPages = 4096
	// copiesBefore is how often the log is copied before that at most.
	copiesBefore = 5
	// wideLog is the size of the file that is cut once the log is short, in bytes.
	wideLog = 256 << 20
)

// checkpointer copies the log of SQLite into the database file a little at a time,
// so that no commit has to, and lets it begin anew when it has grown long.
type checkpointer struct {
	db     *DB
	handle *sql.DB
	file   *os.File // the database's
}

func (d *DB) checkpointer(file *os.File) *checkpointer {
	handle := sqliteDB(file.Name(), []string{"synchronous(FULL)"})
	handle.SetMaxOpenConns(1)
	return &checkpointer{db: d, handle: handle, file: file}
}

func (c *checkpointer) run(ctx context.Context) {
	defer c.handle.Close()
	tick := time.NewTicker(checkpointPeriod)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		pages, _, err := c.copy(ctx, "PASSIVE")
		if err == nil && pages*pageSize > longLog {
			err = c.shorten(ctx)
		}
		if err != nil && !errors.Is(err, context.Canceled) {
			c.db.log.Debug("checkpoint", "error", err)
		}
	}
}

// copy returns how many pages are in the log, and how many of them are copied.
func (c *checkpointer) copy(ctx context.Context, mode string) (pages, copied int, err error) {
	var busy int
	err = c.handle.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &copied)
	return pages, copied, err
}

// shorten copies the whole log, after which the next transaction begins it anew
// if nobody reads it. Transactions wait for the end of that alone: each copy before
// it leaves what was written during it, which is less and less.
func (c *checkpointer) shorten(ctx context.Context) error {
	pages, left := 0, 0
	for range copiesBefore {
		// The last copy, which others wait for, brings to the disk what the one before it
		// has left to do.
		if err := syncData(c.file); err != nil {
			return err
		}
		now, copied, err := c.copy(ctx, "PASSIVE")
		if err != nil {
			return err
		}
		written := now - pages
		if pages, left = now, now-copied; written+left < fewPages {
			break
		}
	}
	if left > manyPages {
		return nil // somebody reads what the database was long ago
	}
	info, err := os.Stat(c.file.Name() + "-wal")
	if err != nil {
		return err
	}
	mode := "PASSIVE"
	if info.Size() > wideLog {
		mode = "TRUNCATE"
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case w := <-c.db.writer:
		_, _, err = c.copy(ctx, mode)
		c.db.writer <- w
	}
	return err
}
