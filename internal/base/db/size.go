package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Size is how much the database takes on the disk, in bytes.
type Size struct {
	Database int64
	// Log is what is written ahead of the database on SQLite; zero on PostgreSQL,
	// whose log belongs to the server.
	Log int64
}

// Size asks for the size of the database.
func (d *DB) Size(ctx context.Context) (Size, error) {
	var s Size
	query := `SELECT pg_database_size(current_database())`
	if d.dialect == SQLite {
		query = `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`
		info, err := os.Stat(filepath.Join(d.dir, File) + "-wal")
		switch {
		case err == nil:
			s.Log = info.Size()
		case !errors.Is(err, fs.ErrNotExist): // nobody has written since the last one closed
			return s, fmt.Errorf("size of the log: %w", err)
		}
	}
	if err := d.QueryRow(ctx, query).Scan(&s.Database); err != nil {
		return s, fmt.Errorf("size of the database: %w", err)
	}
	return s, nil
}
