package visit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"
)

// desk is a device at which people send forms.
type desk struct {
	*testing.T
	d   *db.DB
	r   *visit.Recorder
	now time.Time
	n   int
}

func newDesk(t *testing.T) *desk {
	d := dbtest.Open(t)
	r := recorder(t, d)
	t.Cleanup(r.Close)
	return &desk{T: t, d: d, r: r, now: d.Now()}
}

func (k *desk) do(f func(tx *db.Tx) error) {
	k.Helper()
	k.now = k.now.Add(time.Minute)
	err := k.d.Do(k.Context(), func(tx *db.Tx) error {
		tx.SetNow(k.now)
		return f(tx)
	})
	if err != nil {
		k.Fatal(err)
	}
}

func (k *desk) view(browser int) id.Contact {
	k.Helper()
	k.n++
	return record(k.T, k.r, hit(browser, k.n)).Contact
}

func (k *desk) send(browser int, values ...string) (who contact.Visitor) {
	k.Helper()
	given := map[string]string{}
	for i := 0; i < len(values); i += 2 {
		given[values[i]] = values[i+1]
	}
	k.do(func(tx *db.Tx) error {
		v, err := k.r.Visitor(token(browser), hit(browser, 0))(k.Context(), tx)
		if err != nil {
			return err
		}
		who, _, err = contact.Identify(k.Context(), tx, contact.Submitted{Visitor: v, Values: given, Source: activity.SourceForm})
		return err
	})
	return who
}

func (k *desk) use(c id.Contact, browser int) contact.Use {
	k.Helper()
	uses, err := contact.Contact{ID: c}.Uses(k.Context(), k.d, []string{token(browser)})
	if err != nil {
		k.Fatal(err)
	}
	return uses[token(browser)]
}

// Three people give their names at one desk: from the third on it says nothing of
// who is there, and what was and will be viewed there joins nobody.
func TestThreePeopleShareADevice(t *testing.T) {
	k := newDesk(t)
	anna := k.view(1)
	if got := k.send(1, "email", "anna@example.test"); got.Contact != anna {
		t.Fatalf("anna is %+v, want %d", got, anna)
	}
	bob := k.send(1, "email", "bob@example.test").Contact
	if got := k.view(1); got != bob {
		t.Fatalf("two people share no device: %d viewed, want %d", got, bob)
	}
	carl := k.send(1, "email", "carl@example.test")
	if carl.Token != "" || carl.Device != 0 {
		t.Errorf("the device leads to %+v", carl)
	}
	own := k.view(1)
	if slices.Contains([]id.Contact{anna, bob, carl.Contact, 0}, own) {
		t.Fatalf("contact %d is whose view it is", own)
	}
	dora := k.send(1, "email", "dora@example.test").Contact
	if k.send(1, "email", "anna@example.test").Contact != anna || k.view(1) != own || dora == own {
		t.Error("somebody has the device who gave a name at it")
	}
	if n := len(views(t, k.d, dora)) + len(views(t, k.d, carl.Contact)); n != 0 {
		t.Errorf("%d views are theirs who gave their names", n)
	}
	if c, err := contact.Find(t.Context(), k.d, own); err != nil || !c.Anonymous() {
		t.Errorf("the device's own contact is %+v, error %v", c, err)
	}
	use := k.use(bob, 1)
	if !use.Shared || use.Said || len(use.Turns) != 1 || use.Turns[0].Before != anna || use.Turns[0].After != own || use.Turns[0].Until.IsZero() {
		t.Errorf("bob's turn: %+v", use)
	}
	if use := k.use(anna, 1); len(use.Turns) != 1 || use.Turns[0].Before != 0 || use.Turns[0].After != bob || use.Turns[0].Until.Sub(use.Turns[0].From) <= 0 {
		t.Errorf("anna's turn: %+v", use)
	}
}

// Nobody can be told by a name alone at a shared device, and what a page says
// there without a key is about nobody.
func TestWhatIsSaidAtASharedDeviceWithoutAKey(t *testing.T) {
	k := newDesk(t)
	own := k.view(1)
	k.do(func(tx *db.Tx) error {
		return contact.Visitor{Token: token(1), Contact: own}.SetShared(t.Context(), tx, true, contact.By{})
	})
	one, other := k.send(1, "firstname", "Zoé", "phone", "1"), k.send(1, "firstname", "Yves", "phone", "2")
	if one.Contact == other.Contact || one.Contact == own || other.Contact == own {
		t.Errorf("%+v and %+v at the device of %d", one, other, own)
	}
	k.n++
	h := hit(1, k.n)
	h.Values, h.Tags = map[string]string{"firstname": "Xavier"}, []string{"red"}
	if got := record(t, k.r, h); got.Contact != own {
		t.Errorf("viewed by %+v", got)
	}
	if c, err := contact.Find(t.Context(), k.d, own); err != nil || !c.Anonymous() {
		t.Errorf("a page made %+v of the device, error %v", c, err)
	}
}

// The page that names the third person is the device's already, not theirs who had it.
func TestThePageThatSharesADevice(t *testing.T) {
	k := newDesk(t)
	said := func(address string) id.Contact {
		k.n++
		h := hit(1, k.n)
		h.Values = map[string]string{"email": address}
		return record(t, k.r, h).Contact
	}
	anna, bob := said("anna@example.test"), said("bob@example.test")
	own := said("carl@example.test")
	if own == anna || own == bob || own == 0 {
		t.Fatalf("viewed by %d; anna is %d, bob %d", own, anna, bob)
	}
	carl, err := contact.Holder(t.Context(), k.d, "carl@example.test")
	if err != nil || carl == own || carl == 0 {
		t.Errorf("carl is %d, error %v", carl, err)
	}
	if len(views(t, k.d, anna)) != 1 || len(views(t, k.d, bob)) != 1 || len(views(t, k.d, own)) != 1 {
		t.Error("views are not where they belong")
	}
}

// It counts how many people there are, not how often they change, nor long ago.
func TestFewPeopleShareNoDevice(t *testing.T) {
	k := newDesk(t)
	for range 4 {
		k.send(1, "email", "anna@example.test")
		if k.send(1, "email", "bob@example.test").Token == "" {
			t.Fatal("two people share a device")
		}
	}
	k.now = k.now.AddDate(0, 0, 91)
	if k.send(1, "email", "bob@example.test").Token == "" || k.send(1, "email", "carl@example.test").Token == "" {
		t.Error("anna was there long ago, and counts")
	}
	if k.send(1, "email", "dora@example.test").Token != "" {
		t.Error("bob, carl and dora share no device")
	}
}

// What is said by hand of a device stays.
func TestWhoUsesADeviceIsSaidByHand(t *testing.T) {
	k := newDesk(t)
	anna := k.view(1)
	k.send(1, "email", "anna@example.test")
	say := func(c id.Contact, shared bool) {
		devices, err := visit.Devices(t.Context(), k.d, c)
		if err != nil || len(devices) == 0 {
			t.Fatal(devices, err)
		}
		k.do(func(tx *db.Tx) error {
			return visit.SetShared(t.Context(), tx, c, devices[0].ID, shared, contact.By{Object: "user", ID: 1, Name: "Jeanne"})
		})
	}
	say(anna, true)
	own := k.view(1)
	if own == anna || !k.use(anna, 1).Shared || !k.use(anna, 1).Said {
		t.Fatalf("the view is %d's, anna %d", own, anna)
	}
	say(anna, false)
	if got := k.view(1); got != anna {
		t.Errorf("the view is %d's, want anna's, %d", got, anna)
	}
	for _, name := range []string{"bob", "carl", "dora"} {
		if k.send(1, "email", name+"@example.test").Token == "" {
			t.Errorf("shared with %s, though it was said not to be", name)
		}
	}
	if use := k.use(anna, 1); use.Shared || len(use.Turns) != 2 || use.Turns[0].Before != own {
		t.Errorf("%+v", use)
	}
	if n := len(views(t, k.d, own)); n != 1 {
		t.Errorf("%d views of the time in which it was shared", n)
	}
	var told []contact.HandedOver
	events, err := activity.All(t.Context(), k.d, anna, contact.KindHandedOver)
	for _, e := range events {
		var h contact.HandedOver
		if err := e.Decode(&h); err != nil {
			t.Fatal(err)
		}
		told = append(told, h)
	}
	if err != nil || len(told) != 3 || !told[0].Shared || !told[0].Left || told[0].By.Name != "Jeanne" || told[1].Left || told[1].Contact != own || !told[2].Left || told[2].Shared {
		t.Errorf("anna's thread tells %+v, error %v", told, err)
	}
}

// A device that somebody comes from to another site is the same one there.
func TestASharedDeviceIsSharedOnOtherSites(t *testing.T) {
	k := newDesk(t)
	own := k.view(1)
	k.do(func(tx *db.Tx) error {
		return contact.Visitor{Token: token(1), Contact: own}.SetShared(t.Context(), tx, true, contact.By{})
	})
	k.view(2)
	k.n++
	h := hit(2, k.n)
	h.From = visit.Passage{Token: token(1), Seal: "a"}
	if got := record(t, k.r, h); got.Contact != own {
		t.Errorf("viewed by %+v, want %d", got, own)
	}
	if got := k.send(2, "email", "anna@example.test"); got.Token != "" || got.Contact == own || k.view(2) != own {
		t.Errorf("anna has the device: %+v", got)
	}
}

// What is viewed at a shared device is no single person's: its contact is not merged,
// also when it had another device before.
func TestTheContactOfASharedDeviceIsNotMerged(t *testing.T) {
	k := newDesk(t)
	anna := k.send(2, "email", "anna@example.test").Contact
	own := k.view(1)
	k.n++
	h := hit(3, k.n)
	h.From = visit.Passage{Token: token(1), Seal: "a"}
	if got := record(t, k.r, h); got.Contact != own {
		t.Fatalf("the same browser is %+v at another site", got)
	}
	k.do(func(tx *db.Tx) error {
		return contact.Visitor{Token: token(1), Contact: own}.SetShared(t.Context(), tx, true, contact.By{})
	})
	alone := k.view(1)
	if alone == own || k.view(3) != own {
		t.Fatalf("contact %d has a shared device and another", own)
	}
	for _, u := range []contact.Union{{Survivor: anna, Absorbed: alone}, {Survivor: own, Absorbed: alone}, {Survivor: alone, Absorbed: own}} {
		err := k.d.Do(t.Context(), func(tx *db.Tx) error { return contact.Merge(t.Context(), tx, u) })
		if why, ok := fault.Of(err); !ok || why.Kind != fault.KindInvalid || !strings.HasPrefix(why.Message().Key, "contact.merge_shared|") {
			t.Errorf("%+v: %v", u, err)
		}
	}
	k.do(func(tx *db.Tx) error {
		return contact.Visitor{Token: token(1), Contact: alone}.SetShared(t.Context(), tx, false, contact.By{})
	})
	k.do(func(tx *db.Tx) error {
		return contact.Merge(t.Context(), tx, contact.Union{Survivor: anna, Absorbed: alone})
	})
}

// Who is erased is nobody in the turns of a device; the times of the others stay.
func TestErasedContactsAreNobodyInTurns(t *testing.T) {
	k := newDesk(t)
	k.view(1)
	anna := k.send(1, "email", "anna@example.test").Contact
	bob := k.send(1, "email", "bob@example.test").Contact
	k.do(func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, anna, contact.Edit{}) })
	if err := contact.EraseOld(t.Context(), k.d, k.now.AddDate(0, 0, 2)); err != nil {
		t.Fatal(err)
	}
	if use := k.use(bob, 1); len(use.Turns) != 1 || use.Turns[0].Before != 0 || !use.Turns[0].Until.IsZero() {
		t.Errorf("%+v", use)
	}
	var n int
	if err := k.d.QueryRow(t.Context(), `SELECT count(*) FROM device_turn WHERE contact_id = ?`, int64(anna)).Scan(&n); err != nil || n != 0 {
		t.Errorf("%d turns are anna's, error %v", n, err)
	}
}

// Who is taken out of a merge has the devices again that were theirs, though they
// are somebody else's since, and when they were.
func TestUnmergedContactsHaveTheirTurnsAgain(t *testing.T) {
	k := newDesk(t)
	run := activity.NewRunner(k.d, dbtest.Options(t).Log, visit.MergeReader())
	catchUp := func() {
		t.Helper()
		if err := run.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	anna := k.view(1)
	k.send(1, "email", "anna@example.test")
	bob := k.view(2)
	k.send(2, "email", "bob@example.test")
	k.do(func(tx *db.Tx) error {
		return contact.Merge(t.Context(), tx, contact.Union{Survivor: bob, Absorbed: anna, Source: activity.SourceUser})
	})
	catchUp()
	carl := k.send(1, "email", "carl@example.test").Contact
	k.view(1)
	if use := k.use(bob, 1); len(use.Turns) != 1 || use.Turns[0].After != carl {
		t.Errorf("merged: %+v", use)
	}
	k.do(func(tx *db.Tx) error {
		return contact.Unmerge(t.Context(), tx, contact.Separation{Absorbed: anna, Source: activity.SourceUser})
	})
	catchUp()
	if use := k.use(anna, 1); len(use.Turns) != 1 || use.Turns[0].After != carl || k.use(carl, 1).Turns[0].Before != anna || len(k.use(bob, 1).Turns) != 0 {
		t.Errorf("taken apart: anna %+v, bob %+v", use, k.use(bob, 1))
	}
	for c, browser := range map[id.Contact]int{anna: 1, bob: 2} {
		if devices, err := visit.Devices(t.Context(), k.d, c); err != nil || len(devices) != 1 || devices[0].Token != token(browser) {
			t.Errorf("contact %d has the devices %+v, error %v", c, devices, err)
		}
	}
}
