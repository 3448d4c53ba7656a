package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/tool/bench"
	"ariane/internal/tool/crash"
	"ariane/internal/tool/seed"
)

type benches struct {
	Ingest ingest  `cmd:"" help:"Page views, stored and answered, against a server that answers nothing."`
	Read   read    `cmd:"" help:"Pages and answers of the API, beside page views that come in, in a database made with ariane seed."`
	Merge  merge   `cmd:"" help:"The merge of two contacts with long threads, and the taking back of it, beside page views that come in, in a database made with ariane seed."`
	Bulk   bulkTag `cmd:"" help:"A tag put on many contacts at once, and taken off again, beside page views and a list, in a database made with ariane seed."`
	Crash  crashes `cmd:"" help:"Kill the server again and again under load, and look for what it had acknowledged."`
	Bare   bare    `cmd:"" hidden:"" help:"Serve the empty answer that bench compares with."`
}

type ingest struct {
	Data        string        `help:"Folder of a database made with ariane seed, which is written to: its visitors come at random; an empty one in a temporary folder otherwise." type:"path"`
	DatabaseURL string        `help:"A PostgreSQL database to measure on, empty or not; SQLite otherwise." name:"database-url"`
	Connections []int         `help:"Connections at once." default:"64,256"`
	Length      time.Duration `help:"How long to measure each." default:"10s"`
	JSON        bool          `help:"Print JSON."`
}

func (c ingest) Run(ctx context.Context) (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	folder := c.Data
	if folder == "" {
		if folder, err = os.MkdirTemp("", "ariane-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	}
	known, err := bench.Known(ctx, db.Options{DataDir: folder, URL: c.DatabaseURL})
	if err != nil {
		return err
	}
	b := bench.Ingest{Program: program, Connections: c.Connections, Length: c.Length, JSON: c.JSON, Known: known, Bare: []string{"bench", "bare"},
		Serve: []string{"serve", "--listen=127.0.0.1:0", "--log-level=warn", "--trusted-proxies=127.0.0.1", "--data=" + folder, "--database-url=" + c.DatabaseURL}}
	return b.Run(ctx, os.Stdout)
}

// seeded is a database to measure on.
type seeded struct {
	Data             string  `help:"Folder of a database made with ariane seed, which is written to; one in a temporary folder is made otherwise." type:"path"`
	DatabaseURL      string  `help:"A PostgreSQL database made with ariane seed, or an empty one to fill, to use instead." name:"database-url"`
	Contacts         int     `help:"Contacts to make where there are none." default:"100000"`
	EventsPerContact float64 `help:"Events that they have in the mean." name:"events-per-contact" default:"5"`
}

// measure lets something be measured on the database, which is filled where it is a
// temporary one or fields are to be added.
func (s *seeded) measure(ctx context.Context, log *slog.Logger, heavy, fields int, f func(program string, o db.Options) error) (err error) {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	o := db.Options{DataDir: s.Data, URL: s.DatabaseURL, Log: log}
	if s.Data == "" && s.DatabaseURL == "" {
		if o.DataDir, err = os.MkdirTemp("", "ariane-bench-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(o.DataDir)) }()
	}
	if s.Data == "" || fields > 0 {
		if err := s.fill(ctx, o, heavy, fields); err != nil {
			return err
		}
	}
	return f(program, o)
}

// fill makes contacts where there are none.
func (s *seeded) fill(ctx context.Context, o db.Options, heavy, fields int) error {
	d, err := db.Open(ctx, o)
	if err != nil {
		return err
	}
	made := seed.Options{Contacts: s.Contacts, PerContact: s.EventsPerContact, Heavy: heavy, Seed: 1, Until: time.Now().UTC().Truncate(24 * time.Hour), Log: o.Log,
		Progress: newProgress(os.Stderr, time.Now()).show}
	if _, err = seed.Fill(ctx, d, made); err == nil || errors.Is(err, seed.ErrNotEmpty) {
		err = seedFields(ctx, d, fields, made)
	}
	return errors.Join(err, d.Close())
}

// server is how to serve a database that is measured.
func server(o db.Options) []string {
	return []string{"serve", "--listen=127.0.0.1:0", "--log-level=warn", "--trusted-proxies=127.0.0.1", "--data=" + o.DataDir, "--database-url=" + o.URL}
}

type read struct {
	seeded
	Heavy  int           `help:"Events of one contact more." default:"50000"`
	Fields int           `help:"Fields that people defined, twenty of them with values, to add where they are missing." default:"0"`
	Length time.Duration `help:"How long to ask each question." default:"3s"`
	Only   string        `help:"Ask only what has this in its name."`
	JSON   bool          `help:"Print JSON."`
}

func (c read) Run(ctx context.Context, log *slog.Logger) error {
	return c.measure(ctx, log, c.Heavy, c.Fields, func(program string, o db.Options) error {
		b := bench.Read{Program: program, Database: o, Heavy: seed.HeavyEmail, Length: c.Length, JSON: c.JSON, Only: c.Only,
			Progress: func(what string) { fmt.Fprintln(os.Stderr, what) }, Serve: server(o)}
		return b.Run(ctx, os.Stdout)
	})
}

type merge struct {
	seeded
	Events int           `help:"Events of each of the two." default:"100000"`
	Length time.Duration `help:"How long to measure page views alone." default:"5s"`
	JSON   bool          `help:"Print JSON."`
}

func (c merge) Run(ctx context.Context, log *slog.Logger) error {
	return c.measure(ctx, log, 0, 0, func(program string, o db.Options) error {
		b := bench.Merge{Program: program, Database: o, Events: c.Events, Length: c.Length, JSON: c.JSON,
			Progress: func(what string) { fmt.Fprintln(os.Stderr, what) }, Serve: server(o)}
		return b.Run(ctx, os.Stdout)
	})
}

type bulkTag struct {
	seeded
	Search string        `help:"The contacts to change." default:""`
	Length time.Duration `help:"How long to measure page views alone." default:"5s"`
	JSON   bool          `help:"Print JSON."`
}

func (c bulkTag) Run(ctx context.Context, log *slog.Logger) error {
	return c.measure(ctx, log, 0, 0, func(program string, o db.Options) error {
		b := bench.Bulk{Program: program, Database: o, Search: c.Search, Length: c.Length, JSON: c.JSON,
			Progress: func(what string) { fmt.Fprintln(os.Stderr, what) }, Serve: server(o)}
		return b.Run(ctx, os.Stdout)
	})
}

type crashes struct {
	DatabaseURL string `help:"An empty PostgreSQL database to use; SQLite in a temporary folder otherwise." name:"database-url"`
	Rounds      int    `help:"How often to kill it." default:"100"`
	Browsers    int    `help:"Visitors at once." default:"16"`
}

func (c crashes) Run(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "ariane-crash-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	stage, err := crash.Prepare(ctx, db.Options{DataDir: folder, URL: c.DatabaseURL})
	if err != nil {
		return err
	}
	r, err := stage.Kill(ctx, program, c.Browsers, c.Rounds, func(round int, acknowledged int64) {
		fmt.Printf("round %d of %d: %d requests acknowledged\n", round, c.Rounds, acknowledged)
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d page views and %d submissions acknowledged, %d requests sent again, %d lost or doubled\n", r.Seen, r.Sent, r.Again, len(r.Wrong))
	for _, wrong := range r.Wrong {
		fmt.Println(wrong)
	}
	if len(r.Wrong) > 0 {
		return errors.New("not everything is there once")
	}
	return nil
}

type bare struct{}

func (bare) Run(ctx context.Context) error { return bench.ServeBare(ctx, "127.0.0.1:0") }
