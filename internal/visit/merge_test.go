package visit_test

import (
	"context"
	"log/slog"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/visit"
)

// Two browsers of one person: the second one's visitor joins the first, with its
// device and its page views, at once for who looks at its next view.
func TestDevicesFollowTheirContact(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	said := func(h visit.Hit) visit.Hit {
		h.Values = map[string]string{"email": "ada@example.test"}
		return h
	}
	ada := record(t, r, said(hit(1, 1)))
	visitor := record(t, r, hit(2, 2))
	joined := record(t, r, said(hit(2, 3)))
	if joined.Contact != ada.Contact || joined.Device != visitor.Device {
		t.Fatalf("%+v became %+v", visitor, joined)
	}
	third := record(t, r, hit(3, 4))
	// The reader has not moved the devices of a visitor merged elsewhere: a
	// recorder that remembers nothing finds them all the same.
	other := recorder(t, d)
	if got := record(t, other, said(hit(3, 5))); got.Contact != ada.Contact || got.Device != third.Device {
		t.Errorf("%+v became %+v", third, got)
	}
	if got := record(t, r, hit(3, 6)); got.Contact != ada.Contact || got.Device != third.Device {
		t.Errorf("the recorder beside remembers %+v", got)
	}
	other.Close()
	devices, err := visit.Devices(ctx, d, ada.Contact)
	if err != nil || len(devices) != 3 || len(views(t, d, ada.Contact)) != 6 {
		t.Errorf("%+v %v", devices, err)
	}
	catchUp(t, d)
	if again, err := visit.Devices(ctx, d, ada.Contact); err != nil || len(again) != 3 {
		t.Errorf("%+v %v", again, err)
	}
}

// Who is not to be followed under one number is not under the other.
func TestRefusalIsKeptInAMerge(t *testing.T) {
	ctx := context.Background()
	d := dbtest.Open(t)
	r := recorder(t, d)
	defer r.Close()
	h := hit(1, 1)
	h.Values = map[string]string{"email": "ada@example.test"}
	ada := record(t, r, h)
	if err := d.Do(ctx, func(tx *db.Tx) error { return visit.SetFollowed(ctx, tx, ada.Contact, false, contact.By{}) }); err != nil {
		t.Fatal(err)
	}
	h = hit(2, 2)
	record(t, r, h)
	h.View, h.Values = token(77), map[string]string{"email": "ada@example.test"}
	if got := record(t, r, h); got.Contact != 0 {
		t.Errorf("answered %+v", got)
	}
	if got := record(t, r, hit(2, 3)); got.Contact != 0 {
		t.Errorf("then answered %+v", got)
	}
	catchUp(t, d)
	if followed, err := visit.Followed(ctx, d, ada.Contact); followed || err != nil {
		t.Error(followed, err)
	}
	if n := len(views(t, d, ada.Contact)); n != 2 {
		t.Errorf("%d views", n)
	}
}

func catchUp(t *testing.T, d *db.DB) {
	t.Helper()
	if err := activity.NewRunner(d, slog.New(slog.NewTextHandler(t.Output(), nil)), visit.MergeReader()).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Whoever turns out to be somebody who is not to be followed is not followed, in
// browsers either that were met just before.
func TestNobodyIsFollowedAfterAMerge(t *testing.T) {
	ctx := t.Context()
	d := dbtest.Open(t)
	join(t, d)
	r := recorder(t, d)
	defer r.Close()
	ada, other := record(t, r, hit(1, 1)).Contact, record(t, r, hit(2, 2)).Contact
	step := func(f func(tx *db.Tx) error) {
		t.Helper()
		if err := d.Do(ctx, f); err != nil {
			t.Fatal(err)
		}
	}
	step(func(tx *db.Tx) error { return visit.SetFollowed(ctx, tx, other, false, contact.By{}) })
	step(func(tx *db.Tx) error {
		return contact.Attach(ctx, tx, contact.Visitor{Contact: other}, contact.Visitor{Contact: ada}, activity.SourceForm, contact.By{})
	})
	record(t, r, hit(1, 3))
	if err := activity.NewRunner(d, dbtest.Options(t).Log, visit.MergeReader()).CatchUp(ctx); err != nil {
		t.Fatal(err)
	}
	if got := record(t, r, hit(1, 4)); got.Contact != 0 {
		t.Errorf("followed as contact %d", got.Contact)
	}
}
