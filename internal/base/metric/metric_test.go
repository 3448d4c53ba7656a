package metric_test

import (
	"strings"
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
	var b strings.Builder
	w := metric.NewWriter(&b)
	w.Counted("hits_total", "Hits.", "outcome", &c)
	w.Histogram("size", "Size.", h)
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
# HELP queue Queue.
# TYPE queue gauge
queue 12
`
	if diff := cmp.Diff(want, b.String()); diff != "" || w.Err() != nil {
		t.Error(diff, w.Err())
	}
}

func BenchmarkAdd(b *testing.B) {
	var c metric.Counters
	b.ReportAllocs()
	for b.Loop() {
		c.Add("stored", 1)
	}
}
