package main

import (
	"context"
	"errors"
	"fmt"

	"ariane/internal/tool/backup"
)

type takeBackup struct {
	storage
	File string `arg:"" help:"File to write, which must not exist." type:"path"`
}

func (c takeBackup) Run(ctx context.Context) error {
	if c.DatabaseURL != "" {
		return errors.New("PostgreSQL makes its own backups, while Ariane runs: pg_dump --format=custom --file=FILE DATABASE_URL")
	}
	size, err := backup.Take(ctx, c.Data, c.File)
	if err != nil {
		return err
	}
	fmt.Printf("%s holds everything up to now, and was read again: %.1f MB\n", c.File, float64(size)/1e6)
	return nil
}

type restoreBackup struct {
	storage
	File string `arg:"" help:"File that ariane backup wrote." type:"path"`
}

func (c restoreBackup) Run(ctx context.Context) error {
	if c.DatabaseURL != "" {
		return errors.New("PostgreSQL restores its own backups, into an empty database: pg_restore --no-owner --exit-on-error --dbname=DATABASE_URL FILE")
	}
	if err := backup.Restore(ctx, c.File, c.Data); err != nil {
		return err
	}
	fmt.Printf("%s is restored to %s\n", c.File, c.Data)
	return nil
}
