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
	nanos    atomic.Int64
}

// route prepares to count the requests of a route. Nothing is counted without
// Requests.
func (q *Requests) route(pattern string) *routeCount {
	c := &routeCount{pattern: pattern}
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
	c.nanos.Add(int64(took))
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
	w.Head("ariane_http_request_seconds_total", metric.Total, "Time spent on requests by route.")
	for _, c := range q.routes {
		if took := c.nanos.Load(); took > 0 {
			w.Value("ariane_http_request_seconds_total", time.Duration(took).Seconds(), "route", c.pattern)
		}
	}
}
