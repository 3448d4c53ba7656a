package visit

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"ariane/internal/base/db"
)

const (
	// sitesKept bounds what strangers can make us note: anybody may name any site.
	sitesKept = 500
	// siteEvery is how exactly the last page view of a site is kept: noting each
	// one would cost more than it tells.
	siteEvery = 5 * time.Second
)

// sites remembers when the last page view of each web site was noted.
type sites struct {
	mu    sync.Mutex
	known map[string]time.Time // nil before the first page view
}

// due picks the hosts of a batch whose last page view is to be noted now.
func (s *sites) due(ctx context.Context, tx *db.Tx, batch []*waiting) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil {
		known, err := Sites(ctx, tx)
		if err != nil {
			return nil, err
		}
		s.known = known
	}
	hosts := map[string]bool{}
	before := ""
	for _, w := range batch {
		origin := originOf(w.hit.URL)
		if origin == before {
			continue
		}
		before = origin
		host := hostOf(origin)
		last, met := s.known[host]
		if host != "" && tx.Now().Sub(last) >= siteEvery && (met || len(s.known)+len(hosts) < sitesKept) {
			hosts[host] = true
		}
	}
	return slices.Sorted(maps.Keys(hosts)), nil
}

func (s *sites) noted(hosts []string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, host := range hosts {
		s.known[host] = at
	}
}

// noteSites notes the sites of a batch.
func (s *session) noteSites(ctx context.Context, batch []*waiting) error {
	hosts, err := s.r.sites.due(ctx, s.tx, batch)
	if err != nil || len(hosts) == 0 {
		return err
	}
	at := s.tx.Now()
	last := make(map[string]time.Time, len(hosts))
	for _, host := range hosts {
		last[host] = at
	}
	if err := noteSites(ctx, s.tx, last); err != nil {
		return fmt.Errorf("note sites: %w", err)
	}
	s.tx.AfterCommit(func() { s.r.sites.noted(hosts, at) })
	return nil
}

// originOf is the part of an address before its path.
func originOf(address string) string {
	scheme, rest, found := strings.Cut(address, "://")
	if !found {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return address[:len(scheme)+len("://")+len(rest)]
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || len(u.Host) > 255 {
		return ""
	}
	return strings.ToLower(u.Host)
}

// Sites tells when a page of each host, with its port if it has one, was last
// viewed.
func Sites(ctx context.Context, q db.Q) (map[string]time.Time, error) {
	rows, err := q.Query(ctx, `SELECT host, last_at FROM visit_site`)
	if err != nil {
		return nil, fmt.Errorf("list sites: %w", err)
	}
	defer rows.Close()
	sites := map[string]time.Time{}
	for rows.Next() {
		var host string
		var at int64
		if err := rows.Scan(&host, &at); err != nil {
			return nil, err
		}
		sites[host] = db.Time(at)
	}
	return sites, rows.Err()
}
