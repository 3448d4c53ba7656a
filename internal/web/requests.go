package web

import (
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"ariane/internal/base/metric"
)

// counted are the statuses that are counted one by one; all others are "other".
var counted = [...]int{200, 204, 206, 302, 303, 304, 400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503}

// Requests counts requests by route and status.
type Requests struct{ routes []*routeCount }

type routeCount struct {
	pattern  string
	statuses [len(counted) + 1]atomic.Uint64
	times    *metric.Histogram
}

// route prepares to count the requests of a route. Nothing is counted without
// Requests.
func (q *Requests) route(pattern string) *routeCount {
	c := &routeCount{pattern: pattern, times: metric.NewHistogram(0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)}
	if q != nil {
		q.routes = append(q.routes, c)
	}
	return c
}

func (c *routeCount) add(status int, took time.Duration) {
	i := slices.Index(counted[:], status)
	if i < 0 {
		i = len(counted)
	}
	c.statuses[i].Add(1)
	c.times.Observe(took.Seconds())
}

// Write writes the routes that were asked for.
func (q *Requests) Write(w *metric.Writer) {
	w.Head("ariane_http_requests_total", metric.Total, "Requests by route and status.")
	for _, c := range q.routes {
		for i := range c.statuses {
			if n := c.statuses[i].Load(); n > 0 {
				status := "other"
				if i < len(counted) {
					status = strconv.Itoa(counted[i])
				}
				w.Value("ariane_http_requests_total", float64(n), "route", c.pattern, "status", status)
			}
		}
	}
	w.Head("ariane_http_request_seconds", metric.Sizes, "Time that requests took by route.")
	for _, c := range q.routes {
		if c.times.Any() {
			w.Histogram("ariane_http_request_seconds", c.times, "route", c.pattern)
		}
	}
}
