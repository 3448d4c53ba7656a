package doctor_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/certificate"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/job"
	"ariane/internal/contact"
	"ariane/internal/tool/backup"
	"ariane/internal/tool/doctor"
)

// place is an installation with nothing wrong but what a test does to it.
type place struct {
	*testing.T
	db *db.DB
	o  doctor.Options
}

func install(t *testing.T) *place {
	t.Helper()
	o := dbtest.Options(t)
	p := &place{T: t, db: dbtest.With(t, o), o: doctor.Options{DataDir: o.DataDir, DatabaseURL: o.URL, Listen: "127.0.0.1:1",
		BaseURL: "https://ariane.example.test", Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	if o.URL == "" {
		if _, err := backup.Take(t.Context(), o.DataDir, filepath.Join(t.TempDir(), "copy")); err != nil {
			t.Fatal(err)
		}
	}
	p.catchUp(app.Readers()...)
	return p
}

func (p *place) catchUp(readers ...activity.Reader) {
	p.Helper()
	if err := activity.NewRunner(p.db, dbtest.Options(p.T).Log, readers...).CatchUp(p.Context()); err != nil {
		p.Fatal(err)
	}
}

func (p *place) do(f func(ctx context.Context, tx *db.Tx) error) {
	p.Helper()
	if err := p.db.Do(p.Context(), func(tx *db.Tx) error { return f(p.Context(), tx) }); err != nil {
		p.Fatal(err)
	}
}

// happens lets something happen when the clock says so.
func (p *place) happens(at time.Time) {
	p.Helper()
	p.do(func(_ context.Context, tx *db.Tx) error {
		tx.SetNow(at)
		activity.Append(tx, activity.Entry{Contact: 1, Kind: contact.KindIPAdded, Data: contact.IPAdded{IP: "192.0.2.1"}})
		return nil
	})
}

func (p *place) exec(query string) {
	p.Helper()
	p.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, query)
		return err
	})
}

// serve makes this process one that serves the database.
func (p *place) serve() {
	p.Helper()
	if err := p.db.Join(p.Context()); err != nil {
		p.Fatal(err)
	}
}

// reads is a reader of what happens.
func reads(handle func() error) activity.Reader {
	return activity.Reader{Name: "report.day", Kinds: []activity.Kind{contact.KindIPAdded},
		Handle: func(context.Context, *db.Tx, []activity.Event) error { return handle() }}
}

type errand struct{}

func (errand) Kind() string { return "test.errand" }

// work runs a job that does what it is told until that has an end.
func (p *place) work(run func(stop func()) error) {
	p.Helper()
	p.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := job.Enqueue(ctx, tx, errand{})
		return err
	})
	ctx, stop := context.WithCancel(p.Context())
	defer stop()
	r := job.NewRunner(p.db, dbtest.Options(p.T).Log, job.Options{Handlers: []job.Handler{
		job.Handle(func(context.Context, errand) error { return run(stop) })}})
	if err := r.Run(ctx); err != nil {
		p.Fatal(err)
	}
}

// certificateUntil writes a certificate for a name, and its key, to files.
func (p *place) certificateUntil(name string, until time.Time) {
	p.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		p.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: until.Add(-time.Hour), NotAfter: until}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		p.Fatal(err)
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		p.Fatal(err)
	}
	p.o.HTTPS = certificate.Options{CertFile: filepath.Join(p.TempDir(), "cert"), KeyFile: filepath.Join(p.TempDir(), "key")}
	err = errors.Join(os.WriteFile(p.o.HTTPS.CertFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600),
		os.WriteFile(p.o.HTTPS.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600))
	if err != nil {
		p.Fatal(err)
	}
}

func with(p *place, about string) (found []doctor.Finding) {
	for _, f := range doctor.Examine(p.Context(), p.o).Findings {
		if f.About == about {
			found = append(found, f)
		}
	}
	return found
}

func TestNothingIsWrong(t *testing.T) {
	t.Parallel()
	if wrong := install(t).wrong(); len(wrong) > 0 {
		t.Errorf("%+v", wrong)
	}
}

// wrong is all that is found, but how the server of the tests is set up.
func (p *place) wrong() (found []doctor.Finding) {
	for _, f := range doctor.Examine(p.Context(), p.o).Findings {
		if f.Level != doctor.OK && f.About != "fsync" {
			found = append(found, f)
		}
	}
	return found
}

// fault is something wrong, and how it is told.
type fault struct {
	name    string
	do      func(p *place)
	about   string
	level   doctor.Level
	text    string
	engines string // where it can be made: empty for both
}

const hour = time.Hour

func faultsOfWork() []fault {
	return []fault{
		{"no database", func(p *place) { p.exec(`DROP TABLE goose_db_version`) }, "database", doctor.Problem, "There is no database", ""},
		{"newer schema", func(p *place) { p.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, TRUE)`) }, "schema", doctor.Problem, "schema 99999", ""},
		{"older schema", func(p *place) {
			p.exec(`DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
		}, "schema", doctor.Warning, "this program knows", ""},
		{"failed job", func(p *place) {
			p.work(func(stop func()) error {
				defer stop()
				return job.Permanent(errors.New("the other side \x1b[2Jrefused"))
			})
		}, "jobs", doctor.Warning, "1 job has failed", ""},
		{"late job", func(p *place) {
			p.serve()
			p.do(func(ctx context.Context, tx *db.Tx) error {
				_, err := job.Enqueue(ctx, tx, errand{}, job.At(tx.Now().Add(-hour)))
				return err
			})
		}, "jobs", doctor.Warning, "1 job waits, the first for 60 minutes", ""},
		{"abandoned job", func(p *place) {
			p.serve()
			p.exec(`INSERT INTO job (id, kind, args, state, attempts, run_at, added) VALUES (77, 'test.errand', '{}', 1, 1, 0, 0)`)
		}, "jobs", doctor.Warning, "1 job is held", ""},
		{"failed task", func(p *place) {
			p.exec(`INSERT INTO job_task (name, run_at, ran_at, error, turn) VALUES ('test.task', 9999999999999, 0, 'no way', 1)`)
		}, "tasks", doctor.Warning, "test.task failed", ""},
		{"task that nobody does", func(p *place) {
			p.serve()
			p.exec(`INSERT INTO job_task (name, run_at, turn) VALUES ('test.task', 0, 1)`)
		}, "tasks", doctor.Warning, "should have run", ""},
		{"reader behind", func(p *place) {
			p.serve()
			p.happens(time.Now().Add(-hour))
			p.catchUp(app.Readers()[1:]...)
		}, "readers", doctor.Warning, "reader contact.active is behind", ""},
		{"event set aside", func(p *place) {
			p.happens(time.Now())
			p.catchUp(reads(func() error { return errors.New("cannot") }))
			p.catchUp(app.Readers()...)
		}, "readers", doctor.Warning, "report.day could not handle 1 event", ""},
		{"clock was ahead", func(p *place) { p.happens(time.Now().Add(hour)); p.catchUp(app.Readers()...) }, "clock", doctor.Problem, "minutes from now", ""},
		{"clock was set back", func(p *place) {
			p.happens(time.Now())
			p.happens(time.Now().Add(-hour))
			p.catchUp(app.Readers()...)
		}, "clock", doctor.Warning, "set back by", ""},
	}
}

func faultsAround() []fault {
	return []fault{
		{"readable by others", func(p *place) { p.chmod(0o644) }, "disk", doctor.Warning, "chmod 600", "sqlite"},
		{"damaged", func(p *place) { p.damage() }, "damage", doctor.Problem, "is damaged", "sqlite"},
		{"no backup", func(p *place) { os.Remove(filepath.Join(p.o.DataDir, "ariane.db-backup")) }, "backup", doctor.Warning, "No backup", "sqlite"},
		{"old backup", func(p *place) {
			os.WriteFile(filepath.Join(p.o.DataDir, "ariane.db-backup"), []byte(`{"at":"2024-01-01T00:00:00Z","file":"/b"}`), 0o600)
		}, "backup", doctor.Warning, "days old (/b)", "sqlite"},
		{"commits do not wait", func(p *place) { p.o.DatabaseURL += "&synchronous_commit=off" }, "durability", doctor.Problem, "synchronous_commit off", "postgres"},
		{"no server", func(p *place) { p.o.DatabaseURL = "postgres://ariane@127.0.0.1:1/ariane" }, "database", doctor.Problem, "cannot be reached", "postgres"},
		{"no https", func(p *place) { p.o.BaseURL = "http://ariane.example.test" }, "address", doctor.Problem, "without https", ""},
		{"a path", func(p *place) { p.o.BaseURL = "https://ariane.example.test/ariane" }, "address", doctor.Problem, "without a path", ""},
		{"this machine only", func(p *place) { p.o.BaseURL = "" }, "address", doctor.Warning, "http://127.0.0.1:1", ""},
		{"undeclared proxy", func(p *place) { p.o.Proxies = nil }, "proxies", doctor.Warning, "--trusted-proxies", ""},
		{"no answer", func(p *place) { p.o.BaseURL = "https://127.0.0.2:1"; p.serve() }, "queue", doctor.Warning, "is not ready", ""},
		{"certificate over", func(p *place) { p.certificateUntil("ariane.example.test", time.Now().Add(-hour)) }, "certificate", doctor.Problem, "ended at", ""},
		{"certificate ends", func(p *place) { p.certificateUntil("ariane.example.test", time.Now().Add(100*hour)) }, "certificate", doctor.Warning, "ends in 4 days", ""},
		{"certificate of another", func(p *place) { p.certificateUntil("other.example.test", time.Now().Add(1000*hour)) }, "certificate", doctor.Problem, "not for ariane.example.test", ""},
		{"no file of places", func(p *place) { p.o.Places = filepath.Join(p.TempDir(), "none") }, "places", doctor.Problem, "no such file", ""},
	}
}

// Each fault is found, alone, and told with what it means and how to mend it.
func TestFaultsAreFound(t *testing.T) {
	t.Parallel()
	engine := "sqlite"
	if os.Getenv(dbtest.Variable) != "" {
		engine = "postgres"
	}
	for _, c := range append(faultsOfWork(), faultsAround()...) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.engines != "" && c.engines != engine {
				t.Skip("of the other engine")
			}
			p := install(t)
			c.do(p)
			var seen []doctor.Finding
			for _, f := range with(p, c.about) {
				if f.Level != doctor.OK {
					seen = append(seen, f)
				}
			}
			if len(seen) != 1 || seen[0].Level != c.level || !strings.Contains(seen[0].Found+seen[0].Fix, c.text) || seen[0].Means == "" || seen[0].Fix == "" {
				t.Errorf("%+v", seen)
			}
			r := doctor.Examine(t.Context(), p.o)
			var b strings.Builder
			if err := r.Text(&b); err != nil || r.Code() < int(c.level) || strings.Contains(b.String(), "\x1b") {
				t.Errorf("code %d, %v\n%s", r.Code(), err, b.String())
			}
		})
	}
}

func (p *place) chmod(mode os.FileMode) {
	if err := os.Chmod(filepath.Join(p.o.DataDir, db.File), mode); err != nil {
		p.Fatal(err)
	}
}

// copied makes a folder that of a copy of the database.
func (p *place) copied(to string) {
	p.Helper()
	if _, err := backup.Take(p.Context(), p.o.DataDir, filepath.Join(to, db.File)); err != nil {
		p.Fatal(err)
	}
	p.o.DataDir = to
}

// damage writes over a part of the database that is not read to open it.
func (p *place) damage() {
	p.happens(time.Now())
	p.copied(p.TempDir())
	f, err := os.OpenFile(filepath.Join(p.o.DataDir, db.File), os.O_RDWR, 0)
	if err != nil {
		p.Fatal(err)
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt([]byte(strings.Repeat("x", 4096)), info.Size()-8192)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		p.Fatal(err)
	}
}

// What waits while nobody serves is no fault.
func TestWhatWaitsForTheStart(t *testing.T) {
	t.Parallel()
	p := install(t)
	p.happens(time.Now().Add(-time.Hour))
	p.exec(`INSERT INTO job (id, kind, args, state, attempts, run_at, added) VALUES (77, 'test.errand', '{}', 1, 1, 0, 0)`)
	if wrong := p.wrong(); len(wrong) > 0 {
		t.Errorf("%+v", wrong)
	}
}

// Looking changes nothing, also after a crash that left a log.
func TestLookingChangesNothing(t *testing.T) {
	t.Parallel()
	p := install(t)
	if p.o.DataDir == "" {
		t.Skip("a session of PostgreSQL that only reads")
	}
	p.happens(time.Now())
	crashed := t.TempDir()
	for _, name := range []string{db.File, db.File + "-wal"} {
		raw, err := os.ReadFile(filepath.Join(p.o.DataDir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(crashed, name), raw, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files := func() map[string]string {
		all := map[string]string{}
		for _, name := range []string{db.File, db.File + "-wal", db.File + "-lock", db.File + "-backup"} {
			if raw, err := os.ReadFile(filepath.Join(crashed, name)); err == nil {
				all[name] = string(raw)
			}
		}
		return all
	}
	before := files()
	p.o.DataDir = crashed
	doctor.Examine(t.Context(), p.o)
	after := files()
	if len(before) != 2 || len(after) != len(before) {
		t.Fatalf("%d files, %d afterwards", len(before), len(after))
	}
	for name := range before {
		if before[name] != after[name] {
			t.Errorf("%s has changed", name)
		}
	}
}
