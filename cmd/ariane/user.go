package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/user"
)

type users struct {
	Create   createUser   `cmd:"" help:"Create a user."`
	Password userPassword `cmd:"" help:"Change the password of a user."`
}

type createUser struct {
	storage
	Email         string `help:"E-mail address." required:""`
	Username      string `help:"Name to log in with." required:""`
	Role          string `help:"admin or user." enum:"admin,user" default:"user"`
	Locale        string `help:"Language: en or fr." enum:"en,fr" default:"en"`
	PasswordStdin bool   `help:"Read the password from the first line of standard input." required:""`
}

func (c createUser) Run(ctx context.Context, log *slog.Logger) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	return c.write(ctx, log, func(ctx context.Context, tx *db.Tx) error {
		u, err := user.Create(ctx, tx, user.New{Email: c.Email, UserName: c.Username, Role: user.Role(c.Role), Language: c.Locale, Zone: "UTC", Password: password})
		if err == nil {
			tx.AfterCommit(func() { fmt.Printf("created user %d, %s\n", u.ID, u.UserName) })
		}
		return err
	})
}

type userPassword struct {
	storage
	Login         string `arg:"" help:"User name or e-mail address."`
	PasswordStdin bool   `help:"Read the password from the first line of standard input." required:""`
}

func (c userPassword) Run(ctx context.Context, log *slog.Logger) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	return c.write(ctx, log, func(ctx context.Context, tx *db.Tx) error {
		u, err := user.ByLogin(ctx, tx, c.Login)
		if fault.Is(err, fault.KindNotFound) {
			return fmt.Errorf("there is no user %q", c.Login)
		}
		if err != nil {
			return err
		}
		return user.SetPassword(ctx, tx, u.ID, password)
	})
}

// write opens the database for one transaction.
func (s storage) write(ctx context.Context, log *slog.Logger, f func(ctx context.Context, tx *db.Tx) error) error {
	d, err := db.Open(ctx, db.Options{DataDir: s.Data, URL: s.DatabaseURL, Log: log})
	if err != nil {
		return err
	}
	err = d.Do(ctx, func(tx *db.Tx) error { return f(ctx, tx) })
	return errors.Join(err, d.Close())
}

func readPassword() (string, error) {
	lines := bufio.NewScanner(os.Stdin)
	if !lines.Scan() {
		return "", errors.Join(errors.New("there is no password on standard input"), lines.Err())
	}
	return strings.TrimRight(lines.Text(), "\r"), nil
}
