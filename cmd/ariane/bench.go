package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/tool/bench"
	"ariane/internal/tool/crash"
)

type benches struct {
	Ingest ingest  `cmd:"" help:"Page views, stored and answered, against a server that answers nothing."`
	Crash  crashes `cmd:"" help:"Kill the server again and again under load, and look for what it had acknowledged."`
	Bare   bare    `cmd:"" hidden:"" help:"Serve the empty answer that bench compares with."`
}

type ingest struct {
	Data        string        `help:"A folder with a database, as ariane seed makes it: its visitors come, at random. A temporary one without anybody otherwise."`
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
		Serve: []string{"serve", "--listen=127.0.0.1:0", "--log-level=warn", "--data=" + folder, "--database-url=" + c.DatabaseURL}}
	return b.Run(ctx, os.Stdout)
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
