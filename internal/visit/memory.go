package visit

import (
	"hash/maphash"
	"sync"
)

// memory remembers what was met lately, at most so many things, the ones met
// longest ago forgotten first, half of all at once. With keys and values that
// hold no pointers it costs the collector of garbage nothing, however much it
// holds.
type memory[K comparable, V any] struct {
	mu       sync.Mutex
	half     int
	now, ago map[K]V
}

func newMemory[K comparable, V any](most int) *memory[K, V] {
	return &memory[K, V]{half: most / 2, now: map[K]V{}, ago: map[K]V{}}
}

func (m *memory[K, V]) get(k K) (V, bool) {
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

func (m *memory[K, V]) set(k K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(k, v)
}

func (m *memory[K, V]) keep(k K, v V) {
	if len(m.now) >= m.half {
		m.now, m.ago = m.ago, m.now
		clear(m.now)
	}
	m.now[k] = v
}

func (m *memory[K, V]) forget(k K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.now, k)
	delete(m.ago, k)
}

func (m *memory[K, V]) clear() {
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
