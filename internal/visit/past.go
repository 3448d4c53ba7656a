package visit

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
)

// textsAtOnce bounds the texts that are looked for at a time.
const textsAtOnce = 256

// Past is a page view of former times, of a browser that nobody else writes about
// meanwhile. It is neither followed nor refused, nor taken for a repetition.
type Past struct {
	Hit
	At      time.Time
	Contact id.Contact
	Device  id.Device
}

// Newcomer is the contact that a browser which nobody knows begins as.
func (p Past) Newcomer() contact.New {
	h := p.Hit.clean()
	n := contact.New{Token: h.Token, IP: h.IP, Added: p.At, Source: activity.SourceTracking, By: contact.By{Object: "hit"}, Values: map[string]string{}}
	for alias, value := range map[string]string{"timezone": h.LikelyZone, "city": h.Place.City, "state": h.Place.Region, "country": h.Place.Country, "zipcode": h.Place.Zip} {
		if value != "" {
			n.Values[alias] = value
		}
	}
	return n
}

// AddDevices stores the browsers of these first page views, and fills in their
// numbers. Their tokens lead to the contacts already.
func (r *Recorder) AddDevices(ctx context.Context, tx *db.Tx, first []*Past) error {
	s := r.session(tx, 0)
	err := s.numberAll(ctx, func(yield func(string) bool) {
		for _, p := range first {
			if p.Hit = p.Hit.clean(); !yield(p.UserAgent) {
				return
			}
		}
	})
	if err != nil {
		return err
	}
	ids, err := tx.NextIDs(ctx, "device", len(first))
	if err != nil {
		return err
	}
	rows := make([][]any, len(first))
	for i, p := range first {
		p.Device = id.Device(ids[i])
		rows[i] = []any{int64(p.Contact), ids[i], p.Token, db.Millis(p.At), db.NullID(s.texts.ids[p.UserAgent]), db.NullText(p.Language), db.NullText(p.Resolution),
			db.NullText(p.Zone), db.NullText(p.Platform), db.NullText(p.Place.City), db.NullText(p.Place.Region), db.NullText(p.Place.Country)}
	}
	return tx.Insert(ctx, "device", []string{"contact_id", "id", "token", "added", "user_agent_id", "language", "resolution", "timezone", "platform", "city", "region", "country"}, rows)
}

// AddViews stores page views of former times, those of one contact in the order
// of time.
func (r *Recorder) AddViews(ctx context.Context, tx *db.Tx, views []*Past) error {
	s := r.session(tx, 0)
	err := s.numberAll(ctx, func(yield func(string) bool) {
		for _, p := range views {
			p.Hit = p.Hit.clean()
			for _, body := range p.bodies() {
				if !yield(body) {
					return
				}
			}
		}
	})
	if err != nil {
		return err
	}
	var seen []contact.Seen
	last := map[string]time.Time{} // by origin
	for _, p := range views {
		if origin := originOf(p.URL); p.At.After(last[origin]) {
			last[origin] = p.At
		}
		if p.IP != "" {
			seen = append(seen, contact.Seen{Contact: p.Contact, Address: p.IP, At: p.At})
		}
	}
	if err := contact.AddIPs(ctx, tx, seen, activity.SourceTracking); err != nil {
		return err
	}
	for _, p := range views {
		activity.Append(tx, activity.Entry{Contact: p.Contact, Device: p.Device, At: p.At, Kind: KindPageViewed, Source: activity.SourceTracking, Data: s.stored(&p.Hit)})
	}
	sites := map[string]time.Time{}
	for origin, at := range last {
		if host := hostOf(origin); host != "" && at.After(sites[host]) {
			sites[host] = at
		}
	}
	return noteSites(ctx, tx, sites)
}

// numberAll gives numbers to texts, and remembers those once this is committed.
func (s *session) numberAll(ctx context.Context, bodies iter.Seq[string]) error {
	for body := range bodies {
		s.texts.want(s.r, body)
		if len(s.texts.missing) < textsAtOnce {
			continue
		}
		if err := s.texts.number(ctx, s.tx); err != nil {
			return err
		}
		s.texts.missing = nil
	}
	s.tx.AfterCommit(func() {
		for body, n := range s.texts.fresh {
			s.r.texts.set(body, n)
		}
	})
	return s.texts.number(ctx, s.tx)
}

// noteSites notes when a page of each host was last viewed, unless a later time
// is known.
func noteSites(ctx context.Context, tx *db.Tx, last map[string]time.Time) error {
	var rows [][]any
	for _, host := range slices.Sorted(maps.Keys(last)) {
		rows = append(rows, []any{host, db.Millis(last[host])})
	}
	return tx.InsertOr(ctx, "visit_site", []string{"host", "last_at"}, rows,
		`ON CONFLICT (host) DO UPDATE SET last_at = excluded.last_at WHERE excluded.last_at > visit_site.last_at`)
}
