package visit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/id"

	"github.com/mileusna/useragent"
)

// know finds the browsers of all tokens: in the cache, then in the database,
// and creates visitors and devices for the others.
func (s *session) know(ctx context.Context) error {
	var unknown []string
	for token := range s.agents {
		if b, ok := s.r.devices.get(token); ok && !s.uncached {
			s.browsers[token] = &b
		} else {
			unknown = append(unknown, token)
			s.texts.want(s.r, s.agents[token].UserAgent)
		}
	}
	if err := s.texts.number(ctx, s.tx); err != nil || len(unknown) == 0 {
		return err
	}
	owners, err := contact.Owners(ctx, s.tx, unknown)
	if err != nil {
		return err
	}
	var visitors []*contact.Visitor
	var contacts []id.Contact
	var known []string
	for _, token := range unknown {
		if owner, ok := owners[token]; ok {
			s.browsers[token] = &browser{contact: owner.Contact, origin: owner.Origin}
			contacts, known = append(contacts, owner.Contact), append(known, token)
		} else {
			v := &contact.Visitor{Token: token, IP: s.agents[token].IP, Zone: s.agents[token].LikelyZone}
			v.Address, _ = s.r.addresses.get(v.IP)
			visitors = append(visitors, v)
		}
	}
	if err := contact.CreateVisitors(ctx, s.tx, visitors, contact.By{Object: "hit"}); err != nil {
		return err
	}
	for _, v := range visitors {
		s.browsers[v.Token] = &browser{contact: v.Contact, ip: digestOf(v.IP), zoned: v.Zone != ""}
		if v.Address != 0 {
			s.addresses[v.IP] = v.Address
		}
	}
	if err := s.findDevices(ctx, contacts); err != nil {
		return err
	}
	if err := s.fetchDevices(ctx, known); err != nil {
		return err
	}
	return s.addDevices(ctx, unknown)
}

// findDevices reads the devices of contacts, and what they viewed lately.
func (s *session) findDevices(ctx context.Context, contacts []id.Contact) error {
	if len(contacts) == 0 {
		return nil
	}
	among, args := db.InIDs(s.tx.Dialect(), "d.contact_id", contacts)
	rows, err := s.tx.Query(ctx, `SELECT d.contact_id, d.id, d.token, d.timezone, d.city, d.region, d.country, u.since FROM device d
		LEFT JOIN untracked u ON u.contact_id = d.contact_id WHERE `+among, args...)
	if err != nil {
		return fmt.Errorf("find devices: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var owner id.Contact
		var device id.Device
		var token string
		var zone, city, region, country sql.NullString
		var untracked sql.NullInt64
		if err := rows.Scan(&owner, &device, &token, &zone, &city, &region, &country, &untracked); err != nil {
			return err
		}
		if b := s.browsers[token]; b != nil && b.contact == owner {
			b.device, b.untracked, b.zoned = device, untracked.Valid, zone.Valid
			b.place = Place{City: city.String, Region: region.String, Country: country.String}.digest()
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	fresh := map[id.Contact][]*browser{}
	for token, b := range s.browsers {
		if _, ours := s.agents[token]; ours && b.device != 0 && !s.uncached && !b.views.known {
			b.views.known = true
			fresh[b.contact] = append(fresh[b.contact], b)
		}
	}
	return s.recall(ctx, fresh, s.tx.Now().Add(-viewMemory))
}

// recall adds to browsers what was viewed in them from a time on.
func (s *session) recall(ctx context.Context, browsers map[id.Contact][]*browser, since time.Time) error {
	if len(browsers) == 0 {
		return nil
	}
	events, err := activity.Since(ctx, s.tx, slices.Sorted(maps.Keys(browsers)), since, KindPageViewed)
	if err != nil {
		return err
	}
	for _, e := range events {
		var p pageViewed
		if err := e.Decode(&p); err != nil {
			return err
		}
		if p.View == 0 {
			continue
		}
		s.recalled[viewOf{e.Contact, p.View}] = true
		for _, b := range browsers[e.Contact] {
			if !b.views.has(p.View) {
				b.views.add(p.View)
			}
		}
	}
	return nil
}

// addDevices stores the devices of the tokens that have none with their contact.
func (s *session) addDevices(ctx context.Context, tokens []string) error {
	var fresh []string
	for _, token := range tokens {
		if s.browsers[token].device == 0 {
			fresh = append(fresh, token)
		}
	}
	ids, err := s.tx.NextIDs(ctx, "device", len(fresh))
	if err != nil {
		return err
	}
	rows := make([][]any, 0, len(fresh))
	for i, token := range fresh {
		h, b := s.agents[token], s.browsers[token]
		b.device = id.Device(ids[i])
		rows = append(rows, []any{int64(b.contact), ids[i], token, db.Millis(s.tx.Now()), db.NullID(s.texts.ids[h.UserAgent]),
			db.NullText(h.Language), db.NullText(h.Resolution), db.NullText(h.Zone), db.NullText(h.Platform)})
	}
	return s.tx.Insert(ctx, "device", []string{"contact_id", "id", "token", "added", "user_agent_id", "language", "resolution", "timezone", "platform"}, rows)
}

// Device is one browser of a contact.
type Device struct {
	ID         id.Device
	Token      string
	Added      time.Time
	UserAgent  string
	Browser    string // "Firefox 128"
	System     string // "Windows 10"
	Type       string // "desktop", "smartphone", "tablet", "" when unknown
	Language   string
	Resolution string
	Zone       string // IANA name, or minutes from UTC: "+02:00"
	Platform   string
	Place      Place // where it was last, without Zip
}

// Devices lists the browsers of a contact, the latest first.
func Devices(ctx context.Context, q db.Q, owner id.Contact) ([]Device, error) {
	rows, err := q.Query(ctx, `SELECT d.id, d.token, d.added, t.body, d.language, d.resolution, d.timezone, d.platform, d.city, d.region, d.country FROM device d
		LEFT JOIN visit_text t ON t.id = d.user_agent_id WHERE d.contact_id = ? ORDER BY d.id DESC`, int64(owner))
	if err != nil {
		return nil, fmt.Errorf("list devices of contact %d: %w", owner, err)
	}
	defer rows.Close()
	var list []Device
	for rows.Next() {
		var d Device
		var added int64
		var agent, language, resolution, zone, platform, city, region, country sql.NullString
		if err := rows.Scan(&d.ID, &d.Token, &added, &agent, &language, &resolution, &zone, &platform, &city, &region, &country); err != nil {
			return nil, err
		}
		d.Added, d.UserAgent, d.Language, d.Resolution = db.Time(added), agent.String, language.String, resolution.String
		d.Zone, d.Platform, d.Place = zone.String, platform.String, Place{City: city.String, Region: region.String, Country: country.String}
		d.Browser, d.System, d.Type = describe(agent.String)
		list = append(list, d)
	}
	return list, rows.Err()
}

// Browsers are the latest of these devices, in their order, of each browser: one in
// which two were met who are merged is a device of each.
func Browsers(devices []Device) []Device {
	met := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(devices), func(d Device) bool {
		again := met[d.Token]
		met[d.Token] = true
		return again
	})
}

// SetShared says by hand whether many people use a device of a contact. One that the
// contact has not is a NotFound fault.
func SetShared(ctx context.Context, tx *db.Tx, owner id.Contact, device id.Device, shared bool, by contact.By) error {
	v := contact.Visitor{Contact: owner, Device: device}
	err := tx.QueryRow(ctx, `SELECT token FROM device WHERE contact_id = ? AND id = ?`, int64(owner), int64(device)).Scan(&v.Token)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.NotFound(fmt.Errorf("contact %d has no device %d", owner, device))
	}
	if err != nil {
		return fmt.Errorf("find device %d of contact %d: %w", device, owner, err)
	}
	return v.SetShared(ctx, tx, shared, by)
}

// Returning is the token of a device, and whose it is.
type Returning struct {
	Token   string
	Contact id.Contact
}

// Tokens lists the tokens of devices, of those that came first so many.
func Tokens(ctx context.Context, q db.Q, most int) ([]Returning, error) {
	var list []Returning
	err := db.Each(ctx, q, `SELECT token, contact_id FROM device ORDER BY contact_id, id LIMIT ?`, []any{most}, func(row db.Row) error {
		var one Returning
		err := row.Scan(&one.Token, &one.Contact)
		list = append(list, one)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return list, nil
}

func describe(userAgent string) (browser, system, kind string) {
	ua := useragent.Parse(userAgent)
	join := func(name, version string) string {
		if version, _, _ = strings.Cut(version, "."); strings.Trim(version, "0123456789") != "" {
			version = "" // "x86_64" is no version
		}
		return strings.TrimSpace(name + " " + version)
	}
	switch {
	case ua.Tablet:
		kind = "tablet"
	case ua.Mobile:
		kind = "smartphone"
	case ua.Desktop:
		kind = "desktop"
	}
	return join(ua.Name, ua.Version), join(ua.OS, ua.OSVersion), kind
}

// Known finds who a device token belongs to, without creating anybody. It is
// zero for nobody.
func Known(ctx context.Context, q db.Q, token string) (contact.Visitor, error) {
	v := contact.Visitor{Token: token}
	if !WellFormed(token) {
		return contact.Visitor{}, nil
	}
	owners, err := contact.Owners(ctx, q, []string{token})
	if err != nil {
		return v, err
	}
	owner, known := owners[token]
	if v.Contact, v.Origin = owner.Contact, owner.Origin; !known {
		return v, nil
	}
	err = q.QueryRow(ctx, `SELECT id FROM device WHERE contact_id = ? AND token = ?`, int64(v.Contact), token).Scan(&v.Device)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return v, fmt.Errorf("find device of contact %d: %w", v.Contact, err)
	}
	return v, nil
}
