// Command ariane serves Ariane and looks after it.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	_ "time/tzdata" // for machines without zone files

	"github.com/alecthomas/kong"
)

// cli is the command line. Each flag can also be given in the environment,
// with ARIANE_ before its name.
type cli struct {
	LogLevel  slog.Level `help:"What is logged: debug, info, warn or error." default:"info"`
	LogFormat string     `help:"How it is written: text for people, json for programs." enum:"text,json" default:"text"`

	Serve   serve         `cmd:"" help:"Serve Ariane."`
	Demo    demoServe     `cmd:"" help:"Serve Ariane with sample contacts, and a sample site beside it."`
	User    users         `cmd:"" help:"Create users and change passwords."`
	Backup  takeBackup    `cmd:"" help:"Copy the database to a file, also while Ariane is served."`
	Restore restoreBackup `cmd:"" help:"Make the database from such a copy, in a folder that has none."`
	Seed    seedDatabase  `cmd:"" help:"Fill a database with made-up contacts and what they did in two years, to measure and to try."`
	Bench   benches       `cmd:"" help:"Measure this machine and Ariane on it."`
	Doctor  doctorCommand `cmd:"" help:"Tell what is wrong with this installation and how to mend it: 0 when all is well, 1 with warnings, 2 with problems."`
	Version version       `cmd:"" help:"Tell the version."`
}

func (c cli) logHandler(out io.Writer) slog.Handler {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.NewJSONHandler(out, o)
	}
	return slog.NewTextHandler(out, o)
}

type version struct{}

func (version) Run() error {
	v := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		v = info.Main.Version + " " + info.GoVersion
	}
	fmt.Println("ariane", v)
	return nil
}

// tune gives the scheduler room for the goroutine that waits for the disk: a
// processor lent to a system call is only missed after a while. Measured with
// bench ingest: a tenth more page views. Garbage is collected half as often: what
// a request leaves is little beside the caches of the database, which are none.
// The environment overrides both.
func tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 2)
	}
}

func main() {
	var c cli
	k := kong.Parse(&c, kong.Name("ariane"), kong.Description("Marketing automation around the thread of each contact."), kong.DefaultEnvars("ARIANE"))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	tune()
	log := slog.New(c.logHandler(os.Stderr))
	k.BindTo(ctx, (*context.Context)(nil))
	k.FatalIfErrorf(k.Run(log))
}
