package user_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/user"
)

var anna = user.New{UserName: "Anna", Email: "Anna@Example.test", Password: "a thread to follow", Role: user.Admin, Language: "fr", Zone: "Europe/Paris"}

func create(t *testing.T, d *db.DB, n user.New) user.User {
	t.Helper()
	var u user.User
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		u, err = user.Create(t.Context(), tx, n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestCreate(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	u := create(t, d, anna)
	if u.ID != 1 || u.Name() != "Anna" || u.Location().String() != "Europe/Paris" || !u.Active || !u.LastLogin.IsZero() {
		t.Errorf("created %+v", u)
	}
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := user.Create(t.Context(), tx, user.New{UserName: "ANNA", Email: "anna@example.TEST", Password: "short", Role: user.Member, Zone: "Mars/North"})
		return err
	})
	f, _ := fault.Of(err)
	if f == nil {
		t.Fatalf("accepted: %v", err)
	}
	for _, field := range []string{"user_name", "email", "password", "zone"} {
		if _, refused := f.Fields[field]; !refused {
			t.Errorf("%s is accepted", field)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*user.New)
		field  string
	}{
		"no name":             {func(n *user.New) { n.UserName = "  " }, "user_name"},
		"address as name":     {func(n *user.New) { n.UserName = "a@b" }, "user_name"},
		"colon in name":       {func(n *user.New) { n.UserName = "a:b" }, "user_name"},
		"long name":           {func(n *user.New) { n.UserName = strings.Repeat("é", 61) }, "user_name"},
		"no address":          {func(n *user.New) { n.Email = "" }, "email"},
		"named address":       {func(n *user.New) { n.Email = "Anna <a@b.test>" }, "email"},
		"half an address":     {func(n *user.New) { n.Email = "anna@" }, "email"},
		"no password":         {func(n *user.New) { n.Password = "" }, "password"},
		"one letter":          {func(n *user.New) { n.Password = "aaaaaaaaaa" }, "password"},
		"one letter, é":       {func(n *user.New) { n.Password = "éééééééé" }, "password"},
		"only spaces":         {func(n *user.New) { n.Password = "          " }, "password"},
		"no text":             {func(n *user.New) { n.UserName = "a\xff" }, "user_name"},
		"the address":         {func(n *user.New) { n.Password = "anna@example.test" }, "password"},
		"endless password":    {func(n *user.New) { n.Password = strings.Repeat("ab", 200) }, "password"},
		"unknown language":    {func(n *user.New) { n.Language = "tlh" }, "language"},
		"the machine's zone":  {func(n *user.New) { n.Zone = "Local" }, "zone"},
		"a path for a zone":   {func(n *user.New) { n.Zone = "../../etc/passwd" }, "zone"},
		"acceptable as it is": {func(*user.New) {}, ""},
	} {
		n := anna
		c.change(&n)
		err := n.Validate()
		f, _ := fault.Of(err)
		if c.field == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if f == nil || len(f.Fields) != 1 || f.Fields[c.field].Key == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

type fakeClock struct{ now time.Time }

func (c *fakeClock) read() time.Time { return c.now }

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	u := create(t, d, anna)
	clock := &fakeClock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	gate := user.NewGate(d, clock.read)
	for _, login := range []string{"Anna", " anna ", "ANNA@example.test"} {
		if got, err := gate.Authenticate(t.Context(), login, anna.Password, "10.0.0.1"); err != nil || got.ID != u.ID {
			t.Errorf("%q: %v, %v", login, got, err)
		}
	}
	for _, c := range [][2]string{{"anna", "wrong"}, {"nobody", anna.Password}, {"", ""}, {"anna", strings.Repeat("x", 1<<20)}, {"an\x00na", ""}, {"anna\xff", anna.Password}} {
		_, err := gate.Authenticate(t.Context(), c[0], c[1], "10.0.0.2")
		if !errors.Is(err, user.ErrWrong) || !fault.Is(err, fault.KindInvalid) {
			t.Errorf("%q with a wrong password: %v", c[0], err)
		}
	}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	create(t, d, anna)
	clock := &fakeClock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	gate := user.NewGate(d, clock.read)
	try := func(password, address string) error {
		_, err := gate.Authenticate(t.Context(), "anna", password, address)
		return err
	}
	for range 5 {
		if err := try("wrong", "10.0.0.1"); !errors.Is(err, user.ErrWrong) {
			t.Fatal(err)
		}
	}
	if err := try(anna.Password, "10.0.0.1"); !errors.Is(err, user.ErrTooMany) {
		t.Fatalf("the sixth attempt does not wait: %v", err)
	}
	if err := try(anna.Password, "10.0.0.2"); err != nil {
		t.Fatalf("another address waits too: %v", err)
	}
	clock.now = clock.now.Add(3 * time.Second)
	if err := try("wrong", "10.0.0.1"); !errors.Is(err, user.ErrWrong) {
		t.Fatal(err)
	}
	clock.now = clock.now.Add(3 * time.Second)
	if err := try(anna.Password, "10.0.0.1"); !errors.Is(err, user.ErrTooMany) {
		t.Fatalf("the wait does not grow: %v", err)
	}
	clock.now = clock.now.Add(2 * time.Second)
	if err := try(anna.Password, "10.0.0.1"); err != nil {
		t.Fatal(err)
	}
}

func TestGuessing(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	create(t, d, anna)
	clock := &fakeClock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	gate := user.NewGate(d, clock.read)
	for i := range 50 {
		if _, err := gate.Authenticate(t.Context(), fmt.Sprint("user", i), "password", "10.0.0.1"); !errors.Is(err, user.ErrWrong) {
			t.Fatal(err)
		}
	}
	if _, err := gate.Authenticate(t.Context(), "anna", anna.Password, "10.0.0.1"); !errors.Is(err, user.ErrTooMany) {
		t.Errorf("who tries one password with every name does not wait: %v", err)
	}
	if _, err := gate.Authenticate(t.Context(), "anna", anna.Password, "10.0.0.2"); err != nil {
		t.Error(err)
	}
}

func TestAuthenticateOften(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	u := create(t, d, anna)
	clock := &fakeClock{time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	gate := user.NewGate(d, clock.read)
	for range 3 {
		if got, err := gate.AuthenticateOften(t.Context(), "anna", anna.Password, "10.0.0.1"); err != nil || got.ID != u.ID {
			t.Fatal(got, err)
		}
	}
	if _, err := gate.AuthenticateOften(t.Context(), "anna", anna.Password+"x", "10.0.0.1"); !errors.Is(err, user.ErrWrong) {
		t.Errorf("another password: %v", err)
	}
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		return user.SetPassword(t.Context(), tx, u.ID, "another thread to follow")
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.AuthenticateOften(t.Context(), "anna", anna.Password, "10.0.0.1"); !errors.Is(err, user.ErrWrong) {
		t.Errorf("the old password is remembered: %v", err)
	}
	now, err := user.Find(t.Context(), d, u.ID)
	if err != nil || now.SessionVersion == u.SessionVersion {
		t.Errorf("sessions go on after a new password: %v", err)
	}
}

func TestSetup(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	open := func() (token string) {
		err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
			token, err = user.OpenSetup(t.Context(), tx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	complete := func(token string, n user.New) error {
		return d.Do(t.Context(), func(tx *db.Tx) error {
			_, err := user.CompleteSetup(t.Context(), tx, token, n)
			return err
		})
	}
	first, second := open(), open()
	if first == "" || first == second {
		t.Fatalf("tokens %q and %q", first, second)
	}
	if err := complete(first, anna); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the first link still works: %v", err)
	}
	if err := complete(second, user.New{}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("nothing is accepted: %v", err)
	}
	member := anna
	member.Role = user.Member
	if err := complete(second, member); err != nil {
		t.Fatal(err)
	}
	if u, err := user.Find(t.Context(), d, 1); err != nil || u.Role != user.Admin {
		t.Errorf("first user %+v, %v", u, err)
	}
	if err := complete(second, user.New{UserName: "b", Email: "b@example.test", Password: anna.Password}); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the link works twice: %v", err)
	}
	if token := open(); token != "" {
		t.Error("a link is opened although there is a user")
	}
}

func TestSetupEndsWithAnyUser(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	var token string
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		token, err = user.OpenSetup(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	create(t, d, anna)
	if err := user.CheckSetup(t.Context(), d, token, d.Now()); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the link goes on although there is a user: %v", err)
	}
}

func TestSetupExpires(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	var token string
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		token, err = user.OpenSetup(t.Context(), tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := user.CheckSetup(t.Context(), d, token, d.Now()); err != nil {
		t.Error(err)
	}
	if err := user.CheckSetup(t.Context(), d, token, d.Now().Add(25*time.Hour)); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("a day later: %v", err)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	s := user.Sessions{DB: d}
	ctx := context.Background()
	for _, data := range []string{"one", "two"} {
		if err := s.CommitCtx(ctx, "token", []byte(data), d.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.CommitCtx(ctx, "old", []byte("x"), d.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if data, found, err := s.FindCtx(ctx, "token"); string(data) != "two" || !found || err != nil {
		t.Errorf("%q, %v, %v", data, found, err)
	}
	if _, found, err := s.FindCtx(ctx, "old"); found || err != nil {
		t.Errorf("an expired session is found: %v", err)
	}
	if err := d.Do(ctx, func(tx *db.Tx) error { return user.PurgeSessions(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteCtx(ctx, "token"); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM session`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d sessions are left, %v", left, err)
	}
}
