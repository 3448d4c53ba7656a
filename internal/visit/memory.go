package visit

import (
	"hash/maphash"
	"sync"
)

// memory remembers what was met lately by a text each, at most so many things, the
// ones met longest ago forgotten first, half of all at once. Where the values hold
// no pointers it costs the collector of garbage nothing, however much it holds.
type memory[V any] struct {
	mu       sync.Mutex
	half     int
	now, ago map[digest]V
}

func newMemory[V any](most int) *memory[V] {
	return &memory[V]{half: most / 2, now: map[digest]V{}, ago: map[digest]V{}}
}

func (m *memory[V]) get(text string) (V, bool) {
	k := digestOf(text)
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.now[k]
	if ok {
		return v, true
	}
	if v, ok = m.ago[k]; ok {
		m.keep(k, v)
	}
	return v, ok
}

func (m *memory[V]) set(text string, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(digestOf(text), v)
}

func (m *memory[V]) keep(k digest, v V) {
	if len(m.now) >= m.half {
		m.now, m.ago = m.ago, m.now
		clear(m.now)
	}
	m.now[k] = v
}

func (m *memory[V]) forget(text string) {
	k := digestOf(text)
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.now, k)
	delete(m.ago, k)
}

func (m *memory[V]) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.now)
	clear(m.ago)
}

// digest stands for a text in memory. The seeds are the process's own: nobody can
// make two texts that share one.
type digest [2]uint64

var seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func digestOf(text string) digest {
	if text == "" {
		return digest{}
	}
	return digest{maphash.String(seeds[0], text), maphash.String(seeds[1], text)}
}
