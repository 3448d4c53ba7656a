// Package metric is in charge of counting what the program does, cheaply enough
// to count every request, and of writing the counts in the text format of
// Prometheus.
package metric

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Counters counts by a word. The words are few: each is kept for ever.
type Counters struct{ counts sync.Map } // word -> *atomic.Uint64

// Add counts n of a word.
func (c *Counters) Add(word string, n int) {
	count, ok := c.counts.Load(word)
	if !ok {
		count, _ = c.counts.LoadOrStore(word, new(atomic.Uint64))
	}
	count.(*atomic.Uint64).Add(uint64(n))
}

// Count is how many of a word were counted, and those counted by word.
type Count struct {
	Word string
	N    uint64
}

// Counts lists what was counted, by word.
func (c *Counters) Counts() []Count {
	var list []Count
	for word, count := range c.counts.Range {
		list = append(list, Count{word.(string), count.(*atomic.Uint64).Load()})
	}
	slices.SortFunc(list, func(a, b Count) int { return strings.Compare(a.Word, b.Word) })
	return list
}

// Histogram counts amounts by their size.
type Histogram struct {
	bounds []float64
	counts []atomic.Uint64 // one more than bounds
	sum    atomic.Uint64   // the bits of a float64
}

// NewHistogram counts amounts up to each bound; the bounds ascend.
func NewHistogram(bounds ...float64) *Histogram {
	return &Histogram{bounds: bounds, counts: make([]atomic.Uint64, len(bounds)+1)}
}

// Observe counts an amount.
func (h *Histogram) Observe(amount float64) {
	i := 0
	for i < len(h.bounds) && amount > h.bounds[i] {
		i++
	}
	h.counts[i].Add(1)
	for {
		old := h.sum.Load()
		if h.sum.CompareAndSwap(old, math.Float64bits(math.Float64frombits(old)+amount)) {
			return
		}
	}
}

// Any tells whether anything was counted.
func (h *Histogram) Any() bool {
	for i := range h.counts {
		if h.counts[i].Load() > 0 {
			return true
		}
	}
	return false
}

// Writer holds the text format.
type Writer struct{ text bytes.Buffer }

// Bytes are all that was written.
func (w *Writer) Bytes() []byte { return w.text.Bytes() }

// The types of metrics: one that only grows, one that goes up and down, a
// histogram.
const (
	Total = "counter"
	Gauge = "gauge"
	Sizes = "histogram"
)

// Head begins the metric of a name; its values follow.
func (w *Writer) Head(name, kind, help string) {
	fmt.Fprintf(&w.text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// Value writes a value with its labels, names and values in turn.
func (w *Writer) Value(name string, value float64, labels ...string) {
	fmt.Fprintf(&w.text, "%s%s %s\n", name, labelled(labels), number(value))
}

// One writes a metric that has one value.
func (w *Writer) One(name, kind, help string, value float64) {
	w.Head(name, kind, help)
	w.Value(name, value)
}

// Counted writes what was counted, the word as a label.
func (w *Writer) Counted(name, help, label string, c *Counters) {
	w.Head(name, Total, help)
	for _, count := range c.Counts() {
		w.Value(name, float64(count.N), label, count.Word)
	}
}

// Histogram writes a histogram with its labels, below its head.
func (w *Writer) Histogram(name string, h *Histogram, labels ...string) {
	var upTo uint64
	for i := range h.counts {
		upTo += h.counts[i].Load()
		bound := math.Inf(1)
		if i < len(h.bounds) {
			bound = h.bounds[i]
		}
		w.Value(name+"_bucket", float64(upTo), append(slices.Clone(labels), "le", number(bound))...)
	}
	w.Value(name+"_sum", math.Float64frombits(h.sum.Load()), labels...)
	w.Value(name+"_count", float64(upTo), labels...)
}

func number(v float64) string {
	switch {
	case math.IsInf(v, 1):
		return "+Inf"
	case v == math.Trunc(v) && math.Abs(v) < 1e15:
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func labelled(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	var pairs []string
	for i := 0; i+1 < len(labels); i += 2 {
		pairs = append(pairs, labels[i]+`="`+escaped.Replace(labels[i+1])+`"`)
	}
	return "{" + strings.Join(pairs, ",") + "}"
}
