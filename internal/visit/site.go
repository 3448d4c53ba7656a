package visit

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
)

// sitesKept bounds what strangers can make us note: anybody may name any site.
const sitesKept = 500

// SiteReader keeps when a page of each web site was last viewed.
func SiteReader() activity.Reader {
	return activity.Reader{
		Name: "visit.site", Kinds: []activity.Kind{KindPageViewed}, Handle: noteSites,
		Reset: func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM visit_site`)
			return err
		},
	}
}

func noteSites(ctx context.Context, tx *db.Tx, batch []activity.Event) error {
	views, err := PageViews(ctx, tx, batch)
	if err != nil {
		return err
	}
	last := map[string]time.Time{}
	for _, e := range batch {
		if host := hostOf(views[e.ID].URL); host != "" && e.At.After(last[host]) {
			last[host] = e.At
		}
	}
	known, err := Sites(ctx, tx)
	if err != nil {
		return err
	}
	for host, at := range last {
		before, met := known[host]
		if met && !at.After(before) || !met && len(known) >= sitesKept {
			continue
		}
		known[host] = at
		_, err := tx.Exec(ctx, `INSERT INTO visit_site (host, last_at) VALUES (?, ?) ON CONFLICT (host) DO UPDATE SET last_at = excluded.last_at`,
			host, db.Millis(at))
		if err != nil {
			return fmt.Errorf("note site %s: %w", host, err)
		}
	}
	return nil
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
