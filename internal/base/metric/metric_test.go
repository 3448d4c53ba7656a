package metric_test

import (
	"sync"
	"testing"

	"ariane/internal/base/metric"

	"github.com/google/go-cmp/cmp"
)

func TestTextFormat(t *testing.T) {
	t.Parallel()
	var c metric.Counters
	h := metric.NewHistogram(1, 10, 100)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 1000 {
				c.Add("stored", 1)
				h.Observe(0.5)
			}
		})
	}
	all.Wait()
	c.Add(`odd "word"\`+"\n", 2)
	for _, amount := range []float64{1, 1.5, 1000} {
		h.Observe(amount)
	}
	var w metric.Writer
	w.Counted("hits_total", "Hits.", "outcome", &c)
	w.Head("size", metric.Sizes, "Size.")
	w.Histogram("size", h)
	w.Histogram("size", metric.NewHistogram(2), "of", "nothing")
	w.One("queue", metric.Gauge, "Queue.", 12)
	want := `# HELP hits_total Hits.
# TYPE hits_total counter
hits_total{outcome="odd \"word\"\\\n"} 2
hits_total{outcome="stored"} 4000
# HELP size Size.
# TYPE size histogram
size_bucket{le="1"} 4001
size_bucket{le="10"} 4002
size_bucket{le="100"} 4002
size_bucket{le="+Inf"} 4003
size_sum 3002.5
size_count 4003
size_bucket{of="nothing",le="2"} 0
size_bucket{of="nothing",le="+Inf"} 0
size_sum{of="nothing"} 0
size_count{of="nothing"} 0
# HELP queue Queue.
# TYPE queue gauge
queue 12
`
	if diff := cmp.Diff(want, string(w.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkAdd(b *testing.B) {
	var c metric.Counters
	b.ReportAllocs()
	for b.Loop() {
		c.Add("stored", 1)
	}
}
