package visit

import (
	"fmt"
	"testing"

	"ariane/internal/id"
)

func TestMemory(t *testing.T) {
	m := newMemory[int](10)
	for i := range 5 {
		m.set(fmt.Sprint(i), i)
	}
	m.set("5", 5) // half of all is full: the others were met longer ago
	if v, ok := m.get("2"); !ok || v != 2 {
		t.Errorf("got %d, %t", v, ok)
	}
	for i := 6; i < 12; i++ {
		m.set(fmt.Sprint(i), i)
	}
	if _, ok := m.get("0"); ok {
		t.Error("what was met longest ago is remembered")
	}
	if v, ok := m.get("2"); !ok || v != 2 {
		t.Errorf("what was asked for again is %d, %t", v, ok)
	}
	if n := len(m.now) + len(m.ago); n > 10 {
		t.Errorf("%d things are remembered, at most 10 were to be", n)
	}
	m.forget("2")
	if _, ok := m.get("2"); ok {
		t.Error("what is to be forgotten is remembered")
	}
	m.clear()
	if _, ok := m.get("11"); ok {
		t.Error("after clear, something is remembered")
	}
}

// What was found before a change counts no longer for those whom it concerns, also
// when it is kept after it.
func TestDevicesAreForgottenByContact(t *testing.T) {
	d := newDevices()
	is := func(token string, want bool) {
		t.Helper()
		if _, got := d.get(token); got != want {
			t.Errorf("%s is remembered: %t", token, got)
		}
	}
	begun := d.begin()
	for contact, token := range []string{1: "ada", 2: "bob", 3: "cleo"} {
		d.set(token, browser{contact: id.Contact(contact)}, begun)
	}
	d.changed(1, 3)
	is("ada", false)
	is("bob", true)
	is("cleo", false)
	d.set("ada", browser{contact: 1}, begun)
	is("ada", false)
	d.set("ada", browser{contact: 1}, d.begin())
	is("ada", true)
	d.changed()
	is("ada", false)
	d.set("bob", browser{contact: 2}, d.begin())
	for i := range id.Contact(contactsChanged) {
		d.changed(100 + i)
	}
	is("bob", true)
	d.changed(99) // more than are counted: it may have been any
	is("bob", false)
	if len(d.of) > contactsChanged {
		t.Errorf("%d changes are remembered", len(d.of))
	}
}
