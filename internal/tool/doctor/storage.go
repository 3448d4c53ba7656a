package doctor

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"ariane/internal/base/db"
)

const (
	mega = 1 << 20
	giga = 1 << 30
	// littleRoom is when the disk is about to be full, shortRoom when it will be, in bytes.
	littleRoom, shortRoom = 200 * mega, giga
	// longLog is a log that does not begin anew as it should, in bytes.
	longLog = giga
	// oldestServer is the oldest PostgreSQL that Ariane is tested with.
	oldestServer = 150000
)

func bytes(n int64) string {
	switch {
	case n >= giga:
		return fmt.Sprintf("%.1f GB", float64(n)/giga)
	case n >= mega:
		return fmt.Sprintf("%.1f MB", float64(n)/mega)
	}
	return fmt.Sprintf("%d kB", (n+1023)/1024)
}

// disk looks at the data folder. That of PostgreSQL is its server's.
func (e *examination) disk() {
	if e.DatabaseURL != "" {
		e.ok("disk", "The disk is that of PostgreSQL, and cannot be seen from here: watch it there.")
		return
	}
	info, err := os.Stat(filepath.Join(e.DataDir, db.File))
	if err != nil {
		return // told by open
	}
	if info.Mode().Perm()&0o077 != 0 {
		e.add(Finding{About: "disk", Level: Warning, Found: fmt.Sprintf("%s may be read by other users of this machine (mode %s).", filepath.Join(e.DataDir, db.File), info.Mode().Perm()),
			Means: "It holds the data of all contacts.", Fix: fmt.Sprintf("chmod 600 %s*", filepath.Join(e.DataDir, db.File))})
	}
	r, err := roomOf(e.DataDir)
	if err != nil {
		e.failed("disk", err)
		return
	}
	if r.remote != "" {
		e.add(Finding{About: "disk", Level: Problem, Found: fmt.Sprintf("The data folder lies on a file system of another machine (%s).", r.remote),
			Means: "SQLite needs locks and shared memory that such file systems do not keep: the database will be damaged.",
			Fix:   "Move the data folder to a disk of this machine, or use PostgreSQL."})
	}
	if r.files == 0 {
		e.add(Finding{About: "disk", Level: Problem, Found: "The file system of the data folder has no room for another file (no free inodes).",
			Means: "Ariane cannot start, and no backup can be made there.", Fix: "Remove files that nobody needs from it."})
	}
	var size int64 = info.Size()
	full := Finding{About: "disk", Found: fmt.Sprintf("%s are free for the data folder; the database has %s.", bytes(r.free), bytes(size)),
		Fix: "Free some room, or move the data folder to a larger disk while Ariane is stopped."}
	switch {
	case r.free < littleRoom:
		full.Level, full.Means = Problem, "Once the disk is full Ariane answers page views and forms with status 503 and stores nothing, until there is room again."
	case r.free < shortRoom:
		full.Level, full.Means = Warning, "The disk will be full before long. Ariane then stores nothing until there is room again."
	case r.free < size/5:
		full.Level, full.Means = Warning, "There is little room left for the database to grow, and for its log while a backup is made."
	default:
		full.Fix = ""
	}
	e.add(full)
}

// database looks at what the engine says of itself.
func (e *examination) database(ctx context.Context) {
	size, err := e.db.Size(ctx)
	if err != nil {
		e.failed("database", err)
		return
	}
	if e.DatabaseURL != "" {
		e.server(ctx, size)
		return
	}
	e.ok("database", "SQLite in %s: %s, and %s of log.", e.DataDir, bytes(size.Database), bytes(size.Log))
	if size.Log > longLog {
		e.add(Finding{About: "database", Level: Warning, Found: fmt.Sprintf("The log beside the database has %s.", bytes(size.Log)),
			Means: "It begins anew at 64 MB unless somebody reads for long, such as a backup, or the disk is too slow. Reading gets slower with its length.",
			Fix:   "Wait for the end of a backup that runs. If there is none, restart Ariane, which empties the log, and compare the disk with ariane bench ingest."})
	}
	if e.Quick {
		return
	}
	damage, err := e.db.Damage(ctx)
	switch {
	case err != nil:
		e.failed("damage", err)
	case damage != "":
		e.add(Finding{About: "damage", Level: Problem, Found: "The database is damaged: " + damage + ".",
			Means: "Something has written over a part of it, or the disk has lost it. What is read from it may be wrong.",
			Fix:   "Stop Ariane, keep the folder, restore the last backup with ariane restore, and look at the disk (its log, smartctl) before using it again."})
	default:
		e.ok("damage", "The whole database was read, and is not damaged.")
	}
}

// server looks at PostgreSQL.
func (e *examination) server(ctx context.Context, size db.Size) {
	s, err := e.db.Server(ctx)
	if err != nil {
		e.failed("postgresql", err)
		return
	}
	e.ok("database", "PostgreSQL %s: %s.", s.Name, bytes(size.Database))
	if s.Version < oldestServer {
		e.add(Finding{About: "postgresql", Level: Problem, Found: fmt.Sprintf("PostgreSQL is of version %s.", s.Name),
			Means: "Ariane is made for version 15 and later; with an older one things may fail.", Fix: "Upgrade PostgreSQL."})
	}
	if s.Standby {
		e.add(Finding{About: "postgresql", Level: Problem, Found: "The server copies another one (standby), and takes no changes.",
			Means: "Nothing can be stored.", Fix: "Let --database-url name the server that is copied, or promote this one."})
	}
	if s.Encoding != "UTF8" {
		e.add(Finding{About: "postgresql", Level: Problem, Found: fmt.Sprintf("The database stores texts as %s.", s.Encoding),
			Means: "Names and pages with other characters cannot be stored.", Fix: "Make a database with ENCODING 'UTF8' and move to it with pg_dump and pg_restore."})
	}
	if !s.Fsync || !s.FullPages {
		e.add(Finding{About: "fsync", Level: Problem, Found: "PostgreSQL runs with fsync or full_page_writes off.",
			Means: "When the power fails the whole database may be damaged beyond repair.", Fix: "Set fsync = on and full_page_writes = on in postgresql.conf, and reload."})
	}
	if !s.Waits {
		e.add(Finding{About: "durability", Level: Problem, Found: "Connections of Ariane have synchronous_commit off, by the server's, the database's or the user's settings, or by --database-url.",
			Means: "What visitors and users were told is stored may be lost when the server's power fails.",
			Fix:   "Set synchronous_commit = on there (ALTER DATABASE … SET, ALTER ROLE … SET). Ariane itself turns it off where that is safe."})
	}
	if s.Fsync && s.FullPages && s.Waits {
		e.ok("durability", "What PostgreSQL confirms is on the disk.")
	}
	if need := db.ConnectionsOfProcess * max(e.serving.Processes, 1); s.Most-s.Others < need {
		e.add(Finding{About: "postgresql", Level: Warning, Found: fmt.Sprintf("Of %d connections, others have %d.", s.Most, s.Others),
			Means: fmt.Sprintf("Ariane makes up to %d. Where the server gives no more, requests fail.", need),
			Fix:   "Raise max_connections in postgresql.conf, and restart PostgreSQL."})
	}
}
