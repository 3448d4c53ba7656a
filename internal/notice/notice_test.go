package notice_test

import (
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/id"
	"ariane/internal/notice"
)

func do(t *testing.T, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func add(t *testing.T, d *db.DB, user id.User, n int) {
	t.Helper()
	do(t, d, func(tx *db.Tx) error {
		for range n {
			if err := notice.Add(t.Context(), tx, user, notice.Notice{Kind: "form", Title: notice.Plain("a <b>\x00"), Path: "/s/forms/view/1"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func unread(t *testing.T, d *db.DB, user id.User) int {
	t.Helper()
	n, err := notice.Unread(t.Context(), d, user)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNotices(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	add(t, d, 1, 3)
	add(t, d, 2, 1)
	list, err := notice.List(t.Context(), d, 1, 0, 2)
	if err != nil || len(list) != 2 || list[0].ID <= list[1].ID || !list[0].Read.IsZero() || list[0].Title.Args[0] != "a <b>" {
		t.Fatalf("%+v, %v", list, err)
	}
	if older, err := notice.List(t.Context(), d, 1, list[1].ID, 2); err != nil || len(older) != 1 {
		t.Errorf("%+v, %v", older, err)
	}
	do(t, d, func(tx *db.Tx) error { return notice.MarkRead(t.Context(), tx, 2, list[0].ID) })
	if n := unread(t, d, 1); n != 3 {
		t.Errorf("%d unread: another user read one", n)
	}
	do(t, d, func(tx *db.Tx) error { return notice.MarkRead(t.Context(), tx, 1, list[0].ID) })
	if n := unread(t, d, 1); n != 2 {
		t.Errorf("%d unread", n)
	}
	do(t, d, func(tx *db.Tx) error { return notice.MarkAllRead(t.Context(), tx, 1, list[1].ID-1) })
	if n := unread(t, d, 1); n != 1 {
		t.Errorf("%d unread: what came after the list was marked too", n)
	}
	if _, err := notice.Find(t.Context(), d, 2, list[0].ID); !fault.Is(err, fault.KindNotFound) {
		t.Errorf("the notice of another user: %v", err)
	}
}

func TestNoticesLeadToOurPages(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	for _, path := range []string{"", "https://evil.test/", "//evil.test", "javascript:alert(1)"} {
		err := d.Do(t.Context(), func(tx *db.Tx) error {
			return notice.Add(t.Context(), tx, 1, notice.Notice{Title: notice.Plain("a"), Path: path})
		})
		if err == nil {
			t.Errorf("%q is accepted", path)
		}
	}
}

func TestOldNoticesGo(t *testing.T) {
	t.Parallel()
	o := dbtest.Options(t)
	now := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	o.Clock = func() time.Time { return now }
	d := dbtest.With(t, o)
	add(t, d, 1, 2)
	now = now.Add(100 * 24 * time.Hour)
	add(t, d, 1, 1010)
	add(t, d, 2, 1)
	do(t, d, func(tx *db.Tx) error { return notice.PurgeOld(t.Context(), tx) })
	list, err := notice.List(t.Context(), d, 1, 0, 2000)
	if err != nil || len(list) != 1000 || list[0].ID != 1012 {
		t.Errorf("%d are left, %v", len(list), err)
	}
	if n := unread(t, d, 2); n != 1 {
		t.Errorf("%d of the other user", n)
	}
	if n := unread(t, d, 1); n != notice.Countless {
		t.Errorf("counted to %d", n)
	}
}
