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
	made, err := seed.Fill(ctx, d, seed.Options{Contacts: c.Contacts, PerContact: c.EventsPerContact, Heavy: c.Heavy, Seed: c.Seed, Until: c.Until, Add: c.Add, Log: log,
		Progress: newProgress(os.Stderr, begin).show})
	err = errors.Join(err, d.Close())
	switch {
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
