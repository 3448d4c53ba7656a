package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/tool/seed"
)

type seedDatabase struct {
	storage
	Contacts         int       `help:"How many contacts to make." default:"10000"`
	EventsPerContact float64   `help:"How many events they have in the mean." name:"events-per-contact" default:"5"`
	Heavy            int       `help:"One contact more, with so many events." default:"0"`
	Seed             uint64    `help:"Another number gives other people; the same one the same." default:"1"`
	Until            time.Time `help:"Last day of the two years in which everything happens; today without it." format:"2006-01-02"`
	Add              bool      `help:"Add to the contacts that are there already."`
	Fields           int       `help:"Fields that people defined, twenty of them with values, for contacts that are there too." default:"0"`
}

func (c seedDatabase) Run(ctx context.Context, log *slog.Logger) error {
	if c.Until.IsZero() {
		c.Until = time.Now().UTC().Truncate(24 * time.Hour)
	}
	d, err := db.Open(ctx, db.Options{DataDir: c.Data, URL: c.DatabaseURL, Log: log})
	if err != nil {
		return err
	}
	begin := time.Now()
	o := seed.Options{Contacts: c.Contacts, PerContact: c.EventsPerContact, Heavy: c.Heavy, Seed: c.Seed, Until: c.Until, Add: c.Add, Log: log, Progress: newProgress(os.Stderr, begin).show}
	made, err := seed.Fill(ctx, d, o)
	there := errors.Is(err, seed.ErrNotEmpty) && c.Fields > 0
	if err == nil || there {
		err = seedFields(ctx, d, c.Fields, o)
	}
	err = errors.Join(err, d.Close())
	switch {
	case there && err == nil:
		fmt.Printf("\nThe contacts that are there have %d fields more, made in %s.\n", c.Fields, time.Since(begin).Round(time.Second))
		return nil
	case errors.Is(err, seed.ErrNotEmpty):
		return fmt.Errorf("%w: --add makes more, --data names another folder", err)
	case errors.Is(err, context.Canceled):
		fmt.Printf("\nStopped after %s. What was made until then is whole: %d known contacts, %d visitors, %d events.\n", time.Since(begin).Round(time.Second), made.Known, made.Visitors, made.Events)
		return nil
	case err != nil:
		return err
	}
	fmt.Printf("\nMade in %s. There are %d known contacts, %d visitors and %d events now.\n", time.Since(begin).Round(time.Second), made.Known, made.Visitors, made.Events)
	if c.Heavy > 0 {
		fmt.Printf("The contact with %d events is %s.\n", c.Heavy, seed.HeavyEmail)
	}
	return nil
}

// seedFields defines fields and gives values to the contacts that are there.
func seedFields(ctx context.Context, d *db.DB, fields int, o seed.Options) error {
	p := newProgress(os.Stderr, time.Now())
	p.things = "contacts with fields"
	o.Progress = p.show
	return seed.Fields(ctx, d, fields, o)
}
