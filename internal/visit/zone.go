package visit

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/contact"
)

// zoneNames are time zones of many people, for each distance from UTC the most
// likely first.
var zoneNames = []string{
	"Europe/Paris", "Europe/London", "Europe/Athens", "Europe/Moscow", "Europe/Istanbul", "Africa/Lagos", "Africa/Johannesburg", "Africa/Nairobi", "Africa/Abidjan",
	"America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver", "America/Toronto", "America/Sao_Paulo", "America/Bogota", "America/Caracas",
	"America/Halifax", "America/St_Johns", "America/Anchorage", "Pacific/Honolulu", "Pacific/Pago_Pago", "America/Noronha", "Atlantic/Azores",
	"Asia/Dubai", "Asia/Tehran", "Asia/Karachi", "Asia/Kabul", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon", "Asia/Bangkok", "Asia/Shanghai",
	"Asia/Tokyo", "Australia/Sydney", "Australia/Adelaide", "Pacific/Noumea", "Pacific/Auckland", "Pacific/Tongatapu", "Pacific/Kiritimati", "Pacific/Chatham",
	"Pacific/Marquesas", "Pacific/Tahiti",
}

// zoneOfRegion is the zone of people whose language names a country.
var zoneOfRegion = map[string]string{
	"AT": "Europe/Vienna", "AU": "Australia/Sydney", "BE": "Europe/Brussels", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CH": "Europe/Zurich",
	"CI": "Africa/Abidjan", "CM": "Africa/Douala", "DE": "Europe/Berlin", "DZ": "Africa/Algiers", "ES": "Europe/Madrid", "FR": "Europe/Paris", "GB": "Europe/London",
	"IE": "Europe/Dublin", "IN": "Asia/Kolkata", "IT": "Europe/Rome", "JP": "Asia/Tokyo", "LU": "Europe/Luxembourg", "MA": "Africa/Casablanca", "NL": "Europe/Amsterdam",
	"NZ": "Pacific/Auckland", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon", "SE": "Europe/Stockholm", "SN": "Africa/Dakar", "TN": "Africa/Tunis", "US": "America/New_York",
}

// zones guesses time zones.
type zones struct {
	list     []*time.Location
	ofRegion map[string]*time.Location
}

func newZones() zones {
	z := zones{ofRegion: map[string]*time.Location{}}
	for _, name := range zoneNames {
		// A machine without that zone does not guess it.
		if l, err := time.LoadLocation(name); err == nil {
			z.list = append(z.list, l)
		}
	}
	for region, name := range zoneOfRegion {
		if l, err := time.LoadLocation(name); err == nil {
			z.ofRegion[region] = l
		}
	}
	return z
}

// GuessZone names a time zone that a browser may be in: offset is what it says
// of its distance from UTC, in minutes that rise to the west; language is what
// it likes to read. It is empty where the offset says nothing (tracking
// specification, section 6).
func (p *Policy) GuessZone(at time.Time, offset, language string) string {
	minutes, err := strconv.Atoi(offset)
	if err != nil {
		return ""
	}
	fits := func(l *time.Location) bool {
		_, east := at.In(l).Zone()
		return east == -60*minutes
	}
	_, region, _ := strings.Cut(language, "-")
	if l := p.zones.ofRegion[strings.ToUpper(region)]; l != nil && fits(l) {
		return l.String()
	}
	if i := slices.IndexFunc(p.zones.list, fits); i >= 0 {
		return p.zones.list[i].String()
	}
	return ""
}

// settleZone writes the time zone of a browser to its contact, unless that has
// one.
func (s *session) settleZone(ctx context.Context, h *Hit) error {
	b := s.browsers[h.Token]
	if h.LikelyZone == "" || b.zoned || b.untracked {
		return nil
	}
	b.zoned = true
	c, err := contact.Find(ctx, s.tx, b.contact)
	if err != nil || c.Fields["timezone"] != "" {
		return err
	}
	return contact.Complete(ctx, s.tx, b.contact, map[string]string{"timezone": h.LikelyZone})
}
