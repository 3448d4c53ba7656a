package consent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/id"
)

func do(t testing.TB, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Do(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func catchUp(t testing.TB, d *db.DB) {
	t.Helper()
	if err := activity.NewRunner(d, nil, consent.Reader(), consent.AddressReader()).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// person makes a contact with an address.
func person(t testing.TB, d *db.DB, name string) (c id.Contact) {
	t.Helper()
	do(t, d, func(tx *db.Tx) (err error) {
		c, err = contact.Create(t.Context(), tx, contact.New{Values: map[string]string{"firstname": name, "email": name + "@site.test", "mobile": "+33600000001"}})
		return err
	})
	return c
}

func block(t testing.TB, d *db.DB, c id.Contact, channel consent.Channel, r consent.Reason) (changed bool) {
	t.Helper()
	do(t, d, func(tx *db.Tx) (err error) {
		changed, err = consent.Add(t.Context(), tx, c, consent.Block{Channel: channel, Reason: r, Comment: fmt.Sprint("said ", r)}, false, consent.By{Name: "Anna"})
		return err
	})
	return changed
}

func remove(t testing.TB, d *db.DB, c id.Contact, channel consent.Channel, only ...consent.Reason) (found bool) {
	t.Helper()
	do(t, d, func(tx *db.Tx) (err error) {
		found, err = consent.Remove(t.Context(), tx, c, channel, consent.By{Name: "Anna"}, only...)
		return err
	})
	return found
}

func merge(t testing.TB, d *db.DB, into, from id.Contact) {
	t.Helper()
	do(t, d, func(tx *db.Tx) error {
		return contact.Merge(t.Context(), tx, contact.Union{Survivor: into, Absorbed: from})
	})
}

func part(t testing.TB, d *db.DB, from id.Contact) {
	t.Helper()
	do(t, d, func(tx *db.Tx) error {
		return contact.Unmerge(t.Context(), tx, contact.Separation{Absorbed: from})
	})
}

// blocked is "email 1, sms 3".
func blocked(t testing.TB, d *db.DB, c id.Contact) string {
	t.Helper()
	list, err := consent.Blocks(t.Context(), d, []id.Contact{c})
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, b := range list[c] {
		words = append(words, fmt.Sprint(b.Channel, " ", int(b.Reason)))
	}
	return strings.Join(words, ", ")
}

// told is what the thread says of channels: "email 0>1".
func told(t testing.TB, d *db.DB, c id.Contact) string {
	t.Helper()
	events, err := activity.All(t.Context(), d, c, consent.KindBlocked, consent.KindAllowed)
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, e := range events {
		var s consent.Switched
		if err := e.Decode(&s); err != nil {
			t.Fatal(err)
		}
		if (s.New == consent.None) != (e.Kind == consent.KindAllowed) {
			t.Errorf("kind %d tells of %+v", e.Kind, s)
		}
		words = append(words, fmt.Sprintf("%s %d>%d", s.Channel, s.Old, s.New))
	}
	return strings.Join(words, ", ")
}

func TestWhatReplacesWhat(t *testing.T) {
	for _, c := range []struct {
		was, is consent.Reason
		forced  bool
		want    consent.Reason
	}{
		{consent.None, consent.Unsubscribed, false, consent.Unsubscribed},
		{consent.None, consent.Bounced, false, consent.Bounced},
		{consent.None, consent.Manual, false, consent.Manual},
		{consent.Unsubscribed, consent.Bounced, false, consent.Unsubscribed},
		{consent.Unsubscribed, consent.Manual, false, consent.Unsubscribed},
		{consent.Unsubscribed, consent.Manual, true, consent.Manual},
		{consent.Unsubscribed, consent.Bounced, true, consent.Bounced},
		{consent.Bounced, consent.Unsubscribed, false, consent.Unsubscribed},
		{consent.Bounced, consent.Manual, false, consent.Manual},
		{consent.Manual, consent.Unsubscribed, false, consent.Unsubscribed},
		{consent.Manual, consent.Bounced, false, consent.Bounced},
		{consent.Manual, consent.Manual, true, consent.Manual},
	} {
		d := dbtest.Open(t)
		p := person(t, d, "ada")
		if c.was != consent.None {
			block(t, d, p, consent.Email, c.was)
		}
		do(t, d, func(tx *db.Tx) error {
			changed, err := consent.Add(t.Context(), tx, p, consent.Block{Channel: consent.Email, Reason: c.is}, c.forced, consent.By{})
			if changed != (c.want != c.was) {
				t.Errorf("%d then %d: changed %v", c.was, c.is, changed)
			}
			return err
		})
		if got := blocked(t, d, p); got != fmt.Sprint("email ", int(c.want)) {
			t.Errorf("%d then %d, forced %v: %s", c.was, c.is, c.forced, got)
		}
	}
}

func TestBlocksAreRemoved(t *testing.T) {
	d := dbtest.Open(t)
	p := person(t, d, "ada")
	if remove(t, d, p, consent.Email) {
		t.Error("nothing was there")
	}
	block(t, d, p, consent.Email, consent.Bounced)
	block(t, d, p, consent.SMS, consent.Manual)
	if remove(t, d, p, consent.Email, consent.Unsubscribed, consent.Manual) || blocked(t, d, p) != "email 2, sms 3" {
		t.Error(blocked(t, d, p))
	}
	if !remove(t, d, p, consent.Email, consent.Bounced) || blocked(t, d, p) != "sms 3" {
		t.Error(blocked(t, d, p))
	}
	if got := told(t, d, p); got != "email 0>2, sms 0>3, email 2>0" {
		t.Error(got)
	}
}

func TestWrongBlocks(t *testing.T) {
	d := dbtest.Open(t)
	p := person(t, d, "ada")
	for name, b := range map[string]consent.Block{
		"channel": {Channel: "pigeon", Reason: consent.Manual},
		"reason":  {Channel: consent.Email, Reason: 4},
		"comment": {Channel: consent.Email, Reason: consent.Manual, Comment: strings.Repeat("é", 1001)},
	} {
		err := d.Do(t.Context(), func(tx *db.Tx) error { _, err := consent.Add(t.Context(), tx, p, b, false, consent.By{}); return err })
		if f, ok := fault.Of(err); !ok || f.Fields[name].Key == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := consent.Add(t.Context(), tx, 999, consent.Block{Channel: consent.Email, Reason: consent.Manual}, false, consent.By{})
		return err
	})
	if !fault.Is(err, fault.KindNotFound) || blocked(t, d, p) != "" || told(t, d, p) != "" {
		t.Error(err, blocked(t, d, p))
	}
}

// Contacts specification, scenario 6 and 9.2: the strictest counts, at once.
func TestStrictestSurvivesMerges(t *testing.T) {
	d := dbtest.Open(t)
	a, b := person(t, d, "ada"), person(t, d, "bea")
	block(t, d, a, consent.Email, consent.Manual)
	block(t, d, b, consent.Email, consent.Unsubscribed)
	block(t, d, b, consent.SMS, consent.Bounced)
	merge(t, d, a, b)
	for range 2 {
		if got := blocked(t, d, a); got != "email 1, sms 2" {
			t.Error(got)
		}
		catchUp(t, d)
	}
	block(t, d, a, consent.SMS, consent.Manual)
	part(t, d, b)
	for range 2 {
		if got := blocked(t, d, a) + "; " + blocked(t, d, b); got != "email 3, sms 3; email 1, sms 2" {
			t.Error(got)
		}
		catchUp(t, d)
	}
}

func TestWhatIsSaidByAMergedContact(t *testing.T) {
	d := dbtest.Open(t)
	a, b := person(t, d, "ada"), person(t, d, "bea")
	merge(t, d, a, b)
	block(t, d, b, consent.Email, consent.Unsubscribed) // her old link
	if got := blocked(t, d, a) + "; " + told(t, d, a); got != "email 1; email 0>1" {
		t.Error(got)
	}
	part(t, d, b)
	if got := blocked(t, d, a) + "; " + blocked(t, d, b) + "; " + told(t, d, b); got != "; email 1; email 0>1" {
		t.Error(got)
	}
	merge(t, d, a, b)
	if !remove(t, d, a, consent.Email) || blocked(t, d, a) != "" {
		t.Error("still blocked:", blocked(t, d, a))
	}
}

// Contacts specification, 8.1 [N] and scenario 9.
func TestAnotherAddressDoesNotBounce(t *testing.T) {
	d := dbtest.Open(t)
	p, q := person(t, d, "ada"), person(t, d, "bea")
	for _, c := range []id.Contact{p, q} {
		block(t, d, c, consent.Email, consent.Bounced)
		block(t, d, c, consent.SMS, consent.Unsubscribed)
	}
	change := func(c id.Contact, values map[string]string) {
		do(t, d, func(tx *db.Tx) error { return contact.Update(t.Context(), tx, c, contact.Edit{Values: values}) })
	}
	change(p, map[string]string{"email": "ada@new.test", "mobile": "+33600000002"})
	change(q, map[string]string{"city": "Lyon"})
	catchUp(t, d)
	if got := blocked(t, d, p) + "; " + blocked(t, d, q); got != "sms 1; email 2, sms 1" {
		t.Error(got)
	}
	if got := told(t, d, p); got != "email 0>2, sms 0>1, email 2>0" {
		t.Error(got)
	}
	// The new address bounces too: reading the past again lets it be.
	do(t, d, func(tx *db.Tx) error {
		tx.SetNow(tx.Now().Add(time.Second))
		_, err := consent.Add(t.Context(), tx, p, consent.Block{Channel: consent.Email, Reason: consent.Bounced}, false, consent.By{})
		return err
	})
	if err := activity.NewRunner(d, nil, consent.AddressReader()).Replay(t.Context(), "consent.address"); err != nil {
		t.Fatal(err)
	}
	catchUp(t, d)
	if blocked(t, d, p) != "email 2, sms 1" {
		t.Error(blocked(t, d, p))
	}
}

func TestWhatWasSaidOfTheErased(t *testing.T) {
	d := dbtest.Open(t)
	a, b, other := person(t, d, "ada"), person(t, d, "bea"), person(t, d, "eve")
	for _, c := range []id.Contact{a, b, other} {
		block(t, d, c, consent.Email, consent.Unsubscribed)
		do(t, d, func(tx *db.Tx) error {
			if err := consent.Wishing(t.Context(), tx, c, map[consent.Channel]consent.Wish{consent.SMS: {Preferred: true}}, consent.By{}); err != nil {
				return err
			}
			return consent.Declare(t.Context(), tx, c, consent.Entry{Purpose: consent.News, Given: true, Shown: "Yes"}, consent.By{})
		})
	}
	merge(t, d, a, b)
	do(t, d, func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, a, contact.Edit{}) })
	block(t, d, b, consent.SMS, consent.Unsubscribed) // who is in the bin may come back
	do(t, d, func(tx *db.Tx) error { return contact.Restore(t.Context(), tx, a, contact.Edit{}) })
	if got := blocked(t, d, a); got != "email 1, sms 1" {
		t.Error(got)
	}
	do(t, d, func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, a, contact.Edit{}) })
	if err := contact.EraseOld(t.Context(), d, d.Now().Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	catchUp(t, d)
	for _, table := range []string{"contact_block", "contact_wish", "contact_consent"} {
		var n, left int
		if err := d.QueryRow(t.Context(), `SELECT count(*), count(CASE WHEN origin_id = ? THEN 1 END) FROM `+table, int64(other)).Scan(&n, &left); err != nil || n != left || n == 0 {
			t.Error(table, n, left, err)
		}
	}
}
