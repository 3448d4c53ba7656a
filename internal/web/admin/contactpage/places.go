package contactpage

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/visit"
)

// placesView is where a contact was, and lives.
type placesView struct {
	List []place
	Dots []dot
	// Exact and Rough tell which dots there are.
	Exact, Rough bool
}

// place is a place with what is known of it.
type place struct{ Name, From string }

// dot is a place on the map of the world: the place itself when Exact, otherwise
// the middle of its country.
type dot struct {
	X, Y, Title string
	Exact       bool
}

// The map of the world (web/assets/vendor/world.svg) is drawn so: degrees from
// west to east and from north to south, the first ones shortened as they are in
// the latitude of most people.
const (
	worldView = "0 0 738 353"
	mapUnit   = 2.5
	mapShrink = 0.82
	mapTop    = 84
)

// centresText has the middle of each country, from Natural Earth (public domain):
// name, French name where it is another, latitude, longitude.
//
//go:embed centres.txt
var centresText string

type coordinates struct{ latitude, longitude float64 }

// centres finds the middle of a country by its folded name. It is a pure function
// of the embedded text; the test reads it first.
var centres = sync.OnceValue(func() map[string]coordinates {
	found := map[string]coordinates{}
	for line := range strings.Lines(centresText) {
		part := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		latitude, err := strconv.ParseFloat(part[2], 64)
		if err != nil {
			panic(err)
		}
		longitude, err := strconv.ParseFloat(part[3], 64)
		if err != nil {
			panic(err)
		}
		for _, name := range part[:2] {
			if name != "" {
				found[field.Fold(name)] = coordinates{latitude, longitude}
			}
		}
	}
	return found
})

func (c coordinates) dot(title string, exact bool) dot {
	return dot{fmt.Sprintf("%.0f", (c.longitude+180)*mapShrink*mapUnit), fmt.Sprintf("%.0f", (mapTop-c.latitude)*mapUnit), title, exact}
}

func newPlacesView(ctx context.Context, data viewData) placesView {
	var v placesView
	inCountry := func(name, country, from string) {
		if name == "" {
			return
		}
		v.List = append(v.List, place{name, from})
		if c, known := centres()[field.Fold(country)]; known {
			v.add(c.dot(name, false))
		}
	}
	home := data.Contact.Fields
	fromField := i18n.T(ctx, "contactpage.place.field|from the contact’s details")
	addresses := sameNames(ctx, data)
	at := slices.IndexFunc(addresses, func(a located) bool {
		return a.Exact && field.Fold(a.City) == field.Fold(home["city"]) && field.Fold(a.Country) == field.Fold(field.CountryName(home["country"], i18n.English))
	})
	if at >= 0 {
		name := location(ctx, data.Contact)
		v.List = append(v.List, place{name, fromField})
		v.add(addresses[at].dot(name, true))
	} else {
		inCountry(location(ctx, data.Contact), home["country"], fromField)
	}
	for _, a := range addresses {
		if !a.Exact {
			inCountry(a.name, a.Country, a.from(ctx))
			continue
		}
		v.List = append(v.List, place{a.name, a.from(ctx)})
		v.add(a.dot(a.name, true))
	}
	for _, d := range data.Devices {
		name := placeName(ctx, d.Place)
		if !slices.ContainsFunc(addresses, func(a located) bool { return a.name == name }) {
			inCountry(name, d.Place.Country, i18n.T(ctx, "contactpage.place.device|estimated from an IP address: %s", browserName(d)))
		}
	}
	return v
}

// add puts a dot on the map, or its title to the dot that is there.
func (v *placesView) add(d dot) {
	i := slices.IndexFunc(v.Dots, func(other dot) bool { return other.X == d.X && other.Y == d.Y && other.Exact == d.Exact })
	if i < 0 {
		v.Dots = append(v.Dots, d)
		v.Exact, v.Rough = v.Exact || d.Exact, v.Rough || !d.Exact
	} else if v.Dots[i].Title != d.Title {
		v.Dots[i].Title += "; " + d.Title
	}
}

// located is a place with the addresses that are said to be there.
type located struct {
	visit.Located
	name      string
	addresses []string
}

func (l located) dot(title string, exact bool) dot {
	return coordinates{l.Latitude, l.Longitude}.dot(title, exact)
}

// sameNames are the places of the addresses of a contact, each once.
func sameNames(ctx context.Context, data viewData) []located {
	var list []located
	for i, l := range data.Located {
		name := placeName(ctx, l.Place)
		if name == "" {
			continue
		}
		address := data.Contact.IPs[i].Address
		if at := slices.IndexFunc(list, func(other located) bool { return other.name == name }); at >= 0 {
			list[at].addresses = append(list[at].addresses, address)
		} else {
			list = append(list, located{l, name, []string{address}})
		}
	}
	return list
}

// from says how a place is known, and how exactly.
func (l located) from(ctx context.Context) string {
	text := i18n.N(ctx, len(l.addresses), "contactpage.place.addresses|estimated from the IP address %s|estimated from the IP addresses %s",
		strings.Join(l.addresses[:min(len(l.addresses), 3)], ", "))
	if others := len(l.addresses) - 3; others > 0 {
		text += " " + i18n.N(ctx, others, "contactpage.place.others|and %d other|and %d others", others)
	}
	if l.Exact && l.Radius > 0 {
		text += ", " + i18n.T(ctx, "contactpage.place.radius|within about %d km", l.Radius)
	}
	return text
}
