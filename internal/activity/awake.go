package activity

import (
	"sync"
	"time"
)

// asleep is how long a reader may go without a round that ended well.
const asleep = 30 * time.Second

// pulse remembers when each reader ended a round well.
type pulse struct {
	mu   sync.Mutex
	beat map[string]time.Time
}

func (p *pulse) at(reader string, moment time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.beat == nil {
		p.beat = map[string]time.Time{}
	}
	p.beat[reader] = moment
}

func (p *pulse) last(reader string) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.beat[reader]
}

// Asleep lists the readers that are not started, or have not come to the end of
// a round for a while.
func (r *Runner) Asleep() (names []string) {
	for _, reader := range r.readers {
		if time.Since(r.pulse.last(reader.Name)) > asleep {
			names = append(names, reader.Name)
		}
	}
	return names
}
