package visit

import (
	"fmt"
	"testing"
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
