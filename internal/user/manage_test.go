package user_test

import (
	"strings"
	"testing"
	"time"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/user"
)

var ben = user.New{UserName: "ben", Email: "ben@example.test", Password: "another thread", Role: user.Member}

func do(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, d *db.DB, kind fault.Kind, f func(tx *db.Tx) error) *fault.Error {
	t.Helper()
	err := d.Do(t.Context(), f)
	if !fault.Is(err, kind) {
		t.Fatalf("%v", err)
	}
	got, _ := fault.Of(err)
	return got
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	create(t, d, anna)
	u := create(t, d, ben)
	p := u.Profile()
	p.FirstName, p.Email, p.Theme, p.Language = " Ben ", "Ben@Other.test", "dark", "fr"
	do(t, d, func(tx *db.Tx) error { return user.Update(t.Context(), tx, u.ID, p) })
	now, err := user.Find(t.Context(), d, u.ID)
	if err != nil || now.Name() != "Ben" || now.Email != "Ben@Other.test" || now.Theme != "dark" || now.Role != user.Member {
		t.Errorf("%+v, %v", now, err)
	}
	if _, err := user.ByLogin(t.Context(), d, "ben@other.TEST"); err != nil {
		t.Error("the new address does not log in:", err)
	}
	p.Email, p.UserName, p.Zone, p.Theme, p.LastName = "anna@example.test", "ANNA", "Mars/North", "pink", strings.Repeat("x", 61)
	f := refused(t, d, fault.KindInvalid, func(tx *db.Tx) error { return user.Update(t.Context(), tx, u.ID, p) })
	for _, field := range []string{"email", "user_name", "zone", "theme", "last_name"} {
		if f.Fields[field].Key == "" {
			t.Errorf("%s is accepted", field)
		}
	}
}

func TestLastAdministratorStays(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	a, b := create(t, d, anna), create(t, d, ben)
	demote := func(u id.User) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return user.SetRole(t.Context(), tx, u, user.Member) }
	}
	retire := func(u id.User) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { return user.SetActive(t.Context(), tx, u, false) }
	}
	refused(t, d, fault.KindConflict, demote(a.ID))
	refused(t, d, fault.KindConflict, retire(a.ID))
	do(t, d, func(tx *db.Tx) error { return user.SetRole(t.Context(), tx, b.ID, user.Admin) })
	do(t, d, retire(b.ID))
	refused(t, d, fault.KindConflict, demote(a.ID))
	do(t, d, demote(b.ID))
	do(t, d, func(tx *db.Tx) error { return user.SetActive(t.Context(), tx, b.ID, true) })
	do(t, d, func(tx *db.Tx) error { return user.SetRole(t.Context(), tx, b.ID, user.Admin) })
	// Of two who go at once, one stays.
	errs := make(chan error, 2)
	for _, u := range []id.User{a.ID, b.ID} {
		go func() { errs <- d.Do(t.Context(), demote(u)) }()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) {
		t.Errorf("both at once: %v, %v", first, second)
	}
	refused(t, d, fault.KindInvalid, func(tx *db.Tx) error { return user.SetRole(t.Context(), tx, a.ID, "emperor") })
}

func TestLogIns(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return now }
	d := dbtest.With(t, o)
	create(t, d, anna)
	u := create(t, d, ben)
	begin := func() (number int64) {
		do(t, d, func(tx *db.Tx) (err error) {
			number, err = user.Begin(t.Context(), tx, u.ID, "192.0.2.1", strings.Repeat("é", 500), now.Add(24*time.Hour))
			return err
		})
		return number
	}
	in := func(number int64) bool {
		found, _, err := user.FindLoggedIn(t.Context(), d, u.ID, number, now)
		if err != nil && !fault.Is(err, fault.KindNotFound) {
			t.Fatal(err)
		}
		return err == nil && found.ID == u.ID
	}
	first, second := begin(), begin()
	if _, _, err := user.FindLoggedIn(t.Context(), d, 1, first, now); err == nil {
		t.Error("the log-in of another user counts")
	}
	if !in(first) || !in(second) || in(999) {
		t.Error("who is logged in is not known")
	}
	now = now.Add(time.Hour)
	if _, due, err := user.FindLoggedIn(t.Context(), d, u.ID, first, now); err != nil || !due {
		t.Error("its use is not noted", err)
	}
	do(t, d, func(tx *db.Tx) error { return user.Note(t.Context(), tx, u.ID, first) })
	list, err := user.LogIns(t.Context(), d, u.ID, now)
	if err != nil || len(list) != 2 || list[0].ID != first || !list[0].Seen.Equal(now) || len([]rune(list[0].Agent)) != 300 {
		t.Errorf("%+v, %v", list, err)
	}
	do(t, d, func(tx *db.Tx) error { return user.End(t.Context(), tx, u.ID, first) })
	if in(first) || !in(second) {
		t.Error("the wrong log-in ended")
	}
	do(t, d, func(tx *db.Tx) error { return user.SetPassword(t.Context(), tx, u.ID, "a third thread") })
	third := begin()
	if in(second) || !in(third) {
		t.Error("a new password does not end the log-ins before it")
	}
	do(t, d, func(tx *db.Tx) error { return user.SetActive(t.Context(), tx, u.ID, false) })
	do(t, d, func(tx *db.Tx) error { return user.SetActive(t.Context(), tx, u.ID, true) })
	if in(third) {
		t.Error("a deactivated user stays logged in")
	}
	fourth := begin()
	now = now.Add(25 * time.Hour)
	if in(fourth) {
		t.Error("it does not expire")
	}
	do(t, d, func(tx *db.Tx) error { return user.PurgeSessions(t.Context(), tx) })
}

func TestLinks(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	create(t, d, anna)
	var u user.User
	var first, second string
	do(t, d, func(tx *db.Tx) (err error) {
		u, first, err = user.CreateWithLink(t.Context(), tx, user.New{UserName: "eve", Email: "eve@example.test", Role: user.Member})
		return err
	})
	gate := user.NewGate(d, clock.System)
	for _, password := range []string{"", " "} {
		if _, err := gate.Authenticate(t.Context(), "eve", password, "192.0.2.1"); err == nil {
			t.Errorf("%q logs in without a password", password)
		}
	}
	do(t, d, func(tx *db.Tx) (err error) {
		second, err = user.OpenLink(t.Context(), tx, u.ID)
		return err
	})
	use := func(token, password string) func(tx *db.Tx) error {
		return func(tx *db.Tx) error { _, err := user.UseLink(t.Context(), tx, token, password); return err }
	}
	refused(t, d, fault.KindNotFound, use(first, "a thread to follow"))
	refused(t, d, fault.KindInvalid, use(second, "short"))
	if _, err := user.ByLink(t.Context(), d, second, d.Now().Add(8*24*time.Hour)); !fault.Is(err, fault.KindNotFound) {
		t.Error("it works a week later:", err)
	}
	do(t, d, use(second, "a thread to follow"))
	refused(t, d, fault.KindNotFound, use(second, "a thread to follow"))
	if _, err := gate.Authenticate(t.Context(), "eve", "a thread to follow", "192.0.2.1"); err != nil {
		t.Error(err)
	}
	var third string
	do(t, d, func(tx *db.Tx) (err error) {
		third, err = user.OpenLink(t.Context(), tx, u.ID)
		return err
	})
	do(t, d, func(tx *db.Tx) error { return user.SetActive(t.Context(), tx, u.ID, false) })
	refused(t, d, fault.KindNotFound, use(third, "a thread to follow"))
}
