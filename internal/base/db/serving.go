package db

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Serving tells how many processes serve the database now.
type Serving struct {
	Processes int
	// Process is the system's number of the one that does, where the database is a
	// file of this machine and the system tells; zero otherwise.
	Process int
}

// Serving asks who serves the database.
func (d *DB) Serving(ctx context.Context) (Serving, error) {
	var s Serving
	if d.dialect == Postgres {
		// The connections on which processes listen to each other.
		err := d.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = `+channel).Scan(&s.Processes)
		if err != nil {
			return s, fmt.Errorf("look who serves the database: %w", err)
		}
		return s, nil
	}
	file, err := os.Open(filepath.Join(d.dir, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("look who serves the database: %w", err)
	}
	defer file.Close()
	taken, err := fileLocked(file)
	if err != nil {
		return s, fmt.Errorf("look who serves the database: %w", err)
	}
	if taken {
		s.Processes, s.Process = 1, lockHolder(file)
	}
	return s, nil
}

// lockHolder is the number of the process that has locked a file, zero where the
// system does not tell: see proc_locks(5).
func lockHolder(file *os.File) int {
	inode := inodeOf(file)
	list, err := os.Open("/proc/locks")
	if err != nil || inode == "" {
		return 0
	}
	defer list.Close()
	for lines := bufio.NewScanner(list); lines.Scan(); {
		// 1: FLOCK ADVISORY WRITE 1234 fd:00:5678 0 EOF
		parts := strings.Fields(lines.Text())
		if len(parts) == 8 && parts[1] == "FLOCK" && strings.HasSuffix(parts[5], ":"+inode) {
			if process, err := strconv.Atoi(parts[4]); err == nil && process > 0 {
				return process
			}
		}
	}
	return 0
}

// Server is what a PostgreSQL server says of itself and of the connections that
// Ariane makes to it.
type Server struct {
	// Version is its number, such as 150004, Name as people write it.
	Version int
	Name    string
	// Fsync and FullPages tell whether it outlives a failure of power, Waits whether
	// what it has confirmed does.
	Fsync, FullPages, Waits bool
	// Standby tells that it copies another one and takes no changes.
	Standby bool
	// Encoding is that of the database.
	Encoding string
	// Others are the connections that are not of this user to this database, Most
	// how many there may be of all.
	Others, Most int
	// Now is its clock.
	Now time.Time
}

// ConnectionsOfProcess is how many connections one process makes to PostgreSQL at most.
const ConnectionsOfProcess = postgresConnections + postgresAheadConnections + 1

// Server asks a PostgreSQL server about itself.
func (d *DB) Server(ctx context.Context) (Server, error) {
	var s Server
	var now int64
	err := d.QueryRow(ctx, `SELECT CAST(current_setting('server_version_num') AS integer), current_setting('server_version'),
		current_setting('fsync') = 'on', current_setting('full_page_writes') = 'on', current_setting('synchronous_commit') <> 'off',
		pg_is_in_recovery(), pg_encoding_to_char(encoding), (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'
			AND NOT (datname = current_database() AND usename = current_user)),
		CAST(current_setting('max_connections') AS integer) - CAST(current_setting('superuser_reserved_connections') AS integer),
		CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)
		FROM pg_database WHERE datname = current_database()`).
		Scan(&s.Version, &s.Name, &s.Fsync, &s.FullPages, &s.Waits, &s.Standby, &s.Encoding, &s.Others, &s.Most, &now)
	if err != nil {
		return s, fmt.Errorf("ask the server about itself: %w", err)
	}
	s.Now = Time(now)
	return s, nil
}
