package visit

import (
	"sync"

	"ariane/internal/id"
)

// lookAgain is published with contacts whose devices have to be looked up again:
// by package contact when they may be another's, and here when they are followed
// or not.
const lookAgain = "contact.merged"

// contactsChanged is of how many contacts it is remembered that they changed,
// before all devices are looked up again.
const contactsChanged = 50_000

// devices remembers browsers by their tokens. Changes are counted: what was found
// before one that concerns it does not count, also when it is kept only later.
type devices struct {
	kept *memory[browser]

	mu      sync.Mutex
	changes int64
	all     int64                // the last change that concerned all
	of      map[id.Contact]int64 // the last that concerned a contact
}

func newDevices() *devices {
	return &devices{kept: newMemory[browser](devicesCached), of: map[id.Contact]int64{}}
}

// begin is given to set with what is found from now on.
func (d *devices) begin() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

func (d *devices) get(token string) (browser, bool) {
	b, ok := d.kept.get(token)
	if !ok {
		return b, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return b, b.found >= d.all && b.found >= d.of[b.contact]
}

func (d *devices) set(token string, b browser, begun int64) {
	b.found = begun
	d.kept.set(token, b)
}

func (d *devices) forget(token string) { d.kept.forget(token) }

// changed forgets the devices of contacts, of all where none is named.
func (d *devices) changed(contacts ...id.Contact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	if len(contacts) == 0 || len(d.of)+len(contacts) > contactsChanged {
		d.all = d.changes
		clear(d.of)
		return
	}
	for _, c := range contacts {
		d.of[c] = d.changes
	}
}

// heard is told of lookAgain.
func (d *devices) heard(about []int64) {
	contacts := make([]id.Contact, len(about))
	for i, number := range about {
		contacts[i] = id.Contact(number)
	}
	d.changed(contacts...)
}
