package db

import (
	"fmt"
	"sync"
)

// disk brings what is committed to the disk, once for all who wait at a time.
type disk struct {
	sync  func() error
	close func() error

	mu      sync.Mutex
	next    *flush // the one that has not begun
	running bool
}

type flush struct {
	done chan struct{}
	err  error
}

// wait returns when a sync that began after the call has ended.
func (d *disk) wait() error {
	d.mu.Lock()
	if d.next == nil {
		d.next = &flush{done: make(chan struct{})}
	}
	f := d.next
	if !d.running {
		d.running = true
		go d.run()
	}
	d.mu.Unlock()
	<-f.done
	return f.err
}

func (d *disk) run() {
	for {
		d.mu.Lock()
		f := d.next
		d.next = nil
		d.running = f != nil
		d.mu.Unlock()
		if f == nil {
			return
		}
		if err := d.sync(); err != nil {
			f.err = fmt.Errorf("%w: wait for the disk: %w", ErrUnclear, err)
		}
		close(f.done)
	}
}
