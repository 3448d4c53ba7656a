package doctor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"ariane/internal/base/certificate"
	"ariane/internal/base/db"
)

// Options is what the program is told when it serves, and how far to look.
type Options struct {
	DataDir, DatabaseURL string
	Listen, BaseURL      string
	HTTPS                certificate.Options
	Proxies              []netip.Prefix
	// Places is the file of places, empty for none.
	Places string
	// Quick leaves out what reads the whole database.
	Quick bool
}

// patience bounds what a server is given to answer.
const patience = 5 * time.Second

// examination is one look at everything.
type examination struct {
	Options
	Report
	now     time.Time
	db      *db.DB
	serving db.Serving
}

// Examine looks at everything. What fails is a finding too.
func Examine(ctx context.Context, o Options) *Report {
	e := &examination{Options: o, now: time.Now().UTC()}
	e.disk()
	if e.open(ctx) {
		defer e.db.Close()
		if e.schema(ctx) {
			e.who(ctx)
			e.database(ctx)
			e.clock(ctx)
			e.readers(ctx)
			e.jobs(ctx)
			e.tasks(ctx)
			e.backups(ctx)
			e.certificates(ctx)
		}
	}
	e.address(ctx)
	e.places()
	return &e.Report
}

// open opens the database to read it.
func (e *examination) open(ctx context.Context) bool {
	where := e.DataDir
	if e.DatabaseURL != "" {
		where = "PostgreSQL"
	}
	short, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	var err error
	e.db, err = db.Look(short, db.Options{DataDir: e.DataDir, URL: e.DatabaseURL, Log: slog.New(slog.DiscardHandler)})
	switch {
	case err == nil:
		return true
	case errors.Is(err, db.ErrNoDatabase):
		e.add(Finding{About: "database", Level: Problem, Found: fmt.Sprintf("There is no database of Ariane in %s.", where),
			Means: "Nothing is stored there yet, or Ariane is served from elsewhere.",
			Fix:   "Give the --data or the --database-url that Ariane is served with. ariane serve makes a database where there is none."})
	case e.DatabaseURL != "":
		e.add(Finding{About: "database", Level: Problem, Found: "The database cannot be reached: " + err.Error() + ".",
			Means: "Ariane can neither read nor store anything.",
			Fix:   "Look whether PostgreSQL runs, whether it listens on that address, and whether the user, the password and the name of the database in --database-url are right."})
	default:
		e.add(Finding{About: "database", Level: Problem, Found: "The database cannot be opened: " + err.Error() + ".",
			Means: "Ariane can neither read nor store anything with it.",
			Fix:   "Ask as the user that Ariane runs as (sudo -u ariane). If the file is damaged, restore a backup: ariane restore."})
	}
	return false
}

// schema compares the database with this program, and tells whether the rest of
// it can be read.
func (e *examination) schema(ctx context.Context) bool {
	has, knows, err := e.db.Schema(ctx)
	switch {
	case err != nil:
		e.failed("schema", err)
	case has > knows:
		e.add(Finding{About: "schema", Level: Problem, Found: fmt.Sprintf("The database has schema %d, this program knows %d.", has, knows),
			Means: "A newer version of Ariane has used it. This one refuses to serve it.",
			Fix:   "Install that version or a later one, or restore the backup that was made before the upgrade."})
	case has < knows:
		e.add(Finding{About: "schema", Level: Warning, Found: fmt.Sprintf("The database has schema %d, this program knows %d.", has, knows),
			Means: "It is brought up to date when this program is started; an older one refuses it from then on. What it holds is not looked at here.",
			Fix:   "Make a backup, then start this version, and ask again."})
	default:
		e.ok("schema", "Schema %d, the one this program knows.", has)
		return true
	}
	return false
}
