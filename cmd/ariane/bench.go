package main

import (
	"context"
	"errors"
	"os"
	"time"

	"ariane/internal/tool/bench"
)

type benches struct {
	Ingest ingest `cmd:"" help:"Page views, stored and answered, against a server that answers nothing."`
	Bare   bare   `cmd:"" hidden:"" help:"Serve the empty answer that bench compares with."`
}

type ingest struct {
	DatabaseURL string        `help:"An empty PostgreSQL database to measure on; SQLite in a temporary folder otherwise." name:"database-url"`
	Connections []int         `help:"Connections at once." default:"64,256"`
	Length      time.Duration `help:"How long to measure each." default:"10s"`
	JSON        bool          `help:"Print JSON."`
}

func (c ingest) Run(ctx context.Context) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "ariane-bench-")
	if err != nil {
		return err
	}
	b := bench.Ingest{Program: program, Connections: c.Connections, Length: c.Length, JSON: c.JSON, Bare: []string{"bench", "bare"},
		Serve: []string{"serve", "--listen=127.0.0.1:0", "--log-level=warn", "--data=" + folder, "--database-url=" + c.DatabaseURL}}
	return errors.Join(b.Run(ctx, os.Stdout), os.RemoveAll(folder))
}

type bare struct{}

func (bare) Run(ctx context.Context) error { return bench.ServeBare(ctx, "127.0.0.1:0") }
