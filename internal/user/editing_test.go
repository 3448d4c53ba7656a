package user_test

import (
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/id"
	"ariane/internal/user"
)

func TestWhoIsEditing(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return now }
	d := dbtest.With(t, o)
	a, b := create(t, d, anna), create(t, d, ben)
	edit := func(u id.User, thing string) (others []user.Editor) {
		do(t, d, func(tx *db.Tx) (err error) {
			others, err = user.Edit(t.Context(), tx, u, thing)
			return err
		})
		return others
	}
	begun := now
	if others := edit(a.ID, "contact/1"); len(others) != 0 {
		t.Errorf("the first is not alone: %+v", others)
	}
	now = now.Add(50 * time.Second)
	edit(a.ID, "contact/1")
	now = now.Add(50 * time.Second)
	if others := edit(b.ID, "contact/1"); len(others) != 1 || others[0].Name != "Anna" || !others[0].Since.Equal(begun) {
		t.Errorf("the second sees %+v", others)
	}
	if others := edit(b.ID, "contact/2"); len(others) != 0 {
		t.Errorf("on another contact: %+v", others)
	}
	now = now.Add(30 * time.Second)
	if others := edit(b.ID, "contact/1"); len(others) != 0 {
		t.Errorf("a minute of silence: %+v", others)
	}
	if others := edit(a.ID, "contact/1"); len(others) != 1 {
		t.Errorf("back again: %+v", others)
	}
	if others := edit(b.ID, "contact/1"); len(others) != 1 || !others[0].Since.Equal(now) {
		t.Errorf("who comes back begins again: %+v", others)
	}
	do(t, d, func(tx *db.Tx) error { return user.Leave(t.Context(), tx, a.ID, "contact/1") })
	if others := edit(b.ID, "contact/1"); len(others) != 0 {
		t.Errorf("after she left: %+v", others)
	}
	now = now.Add(25 * time.Hour)
	do(t, d, func(tx *db.Tx) error { return user.PurgeSessions(t.Context(), tx) })
	var left int
	if err := d.QueryRow(t.Context(), `SELECT count(*) FROM user_editing`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are kept, %v", left, err)
	}
}
