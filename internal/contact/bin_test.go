package contact_test

import (
	"context"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/rule"
)

func (b bench) remove(n id.Contact) {
	b.Helper()
	b.do(func(ctx context.Context, tx *db.Tx) error { return contact.Delete(ctx, tx, n, byHand(nil)) })
}

func (b bench) restore(n id.Contact) {
	b.Helper()
	b.do(func(ctx context.Context, tx *db.Tx) error { return contact.Restore(ctx, tx, n, byHand(nil)) })
}

// found tells who the list shows, and how many it counts.
func (b bench) found(f contact.Filter) (list []id.Contact, count int) {
	b.Helper()
	f.Limit = 50
	page, err := contact.List(b.Context(), b.d, f)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range page.Contacts {
		list = append(list, c.ID)
	}
	if count, err = contact.Count(b.Context(), b.d, f); err != nil {
		b.Fatal(err)
	}
	return list, count
}

func TestDeletedContactIsFoundNowhere(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	n := b.submit(v, "firstname", "Ada", "email", "ada@example.test")
	b.remove(n)
	if _, err := contact.Find(b.Context(), b.d, n); !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
	for _, f := range []contact.Filter{{}, {Anonymous: true}, {Sort: contact.SortName}, {Anonymous: true, Sort: contact.SortEmail},
		{Where: rule.Cond{Field: "text", Op: rule.Contains, Value: "ada"}}, {Where: rule.Cond{Field: "id", Op: rule.In, Value: []int64{int64(n)}}, Anonymous: true}} {
		if list, count := b.found(f); len(list) > 0 || count > 0 {
			t.Errorf("%+v finds %v, counts %d", f, list, count)
		}
	}
	for name, err := range map[string]error{
		"update": b.update(n, byHand(map[string]string{"city": "Paris"})),
		"delete": b.d.Do(b.Context(), func(tx *db.Tx) error { return contact.Delete(b.Context(), tx, n, byHand(nil)) }),
	} {
		if !fault.Is(err, fault.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if b.owner(v.Token) != 0 {
		t.Error("the browser still leads to the deleted contact")
	}
	again := b.visitor(1)
	if again.Contact == n {
		t.Error("the browser came back as the deleted contact")
	}
	if other := b.submit(again, "email", "ada@example.test"); other == n {
		t.Error("the address came back as the deleted contact")
	}
	bin, err := contact.Bin(b.Context(), b.d, 10)
	if err != nil || len(bin) != 1 || bin[0].Contact != n || bin[0].Name != "Ada" || bin[0].By != "Anna" || bin[0].Anonymous {
		t.Errorf("%+v %v", bin, err)
	}
	// What happens to be on its way is no reason to show it again.
	b.do(func(_ context.Context, tx *db.Tx) error {
		activity.Append(tx, activity.Entry{Contact: n, Kind: contact.KindUpdated, Data: contact.Updated{}})
		return nil
	})
	reader := contact.ActiveReader([]activity.Kind{contact.KindUpdated}, contact.KindUpdated)
	if err := activity.NewRunner(b.d, nil, reader).CatchUp(b.Context()); err != nil {
		t.Fatal(err)
	}
	if list, _ := b.found(contact.Filter{Anonymous: true}); len(list) != 1 {
		t.Errorf("the list shows %v", list)
	}
	b.restore(n)
	conflicts, err := contact.Conflicts(b.Context(), b.d, n, 10)
	if err != nil || len(conflicts) != 1 || b.find(n).Name != "Ada" {
		t.Errorf("%+v %v", conflicts, err)
	}
}

func TestRestoredContactIsAsItWas(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	n := b.submit(v, "firstname", "Ada", "email", "ada@example.test")
	before := b.find(n)
	b.remove(n)
	b.restore(n)
	after := b.find(n)
	holder, err := contact.Holder(b.Context(), b.d, "ada@example.test")
	if b.owner(v.Token) != n || holder != n || err != nil || !after.LastActive.Equal(before.LastActive) || after.State != before.State || len(after.IPs) != 1 {
		t.Errorf("%+v was %+v; owners %d %d %v", after, before, b.owner(v.Token), holder, err)
	}
	if list, count := b.found(contact.Filter{Where: rule.Cond{Field: "text", Op: rule.Contains, Value: "ada"}}); len(list) != 1 || count != 1 {
		t.Errorf("%v %d", list, count)
	}
	err = b.d.Do(b.Context(), func(tx *db.Tx) error { return contact.Restore(b.Context(), tx, n, byHand(nil)) })
	if !fault.Is(err, fault.KindNotFound) {
		t.Error(err)
	}
}

func TestAddressOfDeletedContactIsInherited(t *testing.T) {
	b := open(t)
	first, err := b.add(byHand(map[string]string{"email": "ada@example.test"}))
	if err != nil {
		t.Fatal(err)
	}
	e := byHand(map[string]string{"firstname": "Bob", "email": "ada@example.test"})
	e.Anyway = true
	second, err := b.add(e)
	if err != nil {
		t.Fatal(err)
	}
	b.remove(first)
	if holder, err := contact.Holder(b.Context(), b.d, "ada@example.test"); holder != second || err != nil {
		t.Error(holder, err)
	}
}

func TestErasure(t *testing.T) {
	b := open(t)
	v := b.visitor(1)
	ada := b.submit(contact.Visitor{}, "email", "ada@example.test")
	if got := b.submit(v, "email", "ada@example.test"); got != ada {
		t.Fatalf("%d instead of %d", got, ada)
	}
	b.remove(ada)
	later := func(after time.Duration) {
		if err := contact.EraseOld(b.Context(), b.d, b.d.Now().Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	later(contact.KeptFor - time.Hour)
	if bin, err := contact.Bin(b.Context(), b.d, 10); len(bin) != 1 || err != nil {
		t.Fatal(bin, err)
	}
	later(contact.KeptFor)
	if bin, err := contact.Bin(b.Context(), b.d, 10); len(bin) != 0 || err != nil {
		t.Error(bin, err)
	}
	for _, n := range []id.Contact{ada, v.Contact} {
		if _, err := contact.Find(b.Context(), b.d, n); !fault.Is(err, fault.KindNotFound) {
			t.Errorf("contact %d: %v", n, err)
		}
	}
	events, err := activity.Thread(b.Context(), b.d, ada, activity.Page{Limit: 10})
	var erased struct{ Absorbed []id.Contact }
	if err != nil || len(events) != 1 || events[0].Kind != contact.KindErased || events[0].Decode(&erased) != nil ||
		len(erased.Absorbed) != 1 || erased.Absorbed[0] != v.Contact {
		t.Errorf("%+v %+v %v", events, erased, err)
	}
}
