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
)

// placesView is where a contact was, and lives.
type placesView struct {
	List []place
	Dots []dot
}

// place is a place with what is known of it.
type place struct{ Name, From string }

// dot is a place on the map of the world.
type dot struct{ X, Y, Title string }

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

func (c coordinates) dot(title string) dot {
	return dot{fmt.Sprintf("%.0f", (c.longitude+180)*mapShrink*mapUnit), fmt.Sprintf("%.0f", (mapTop-c.latitude)*mapUnit), title}
}

func newPlacesView(ctx context.Context, data viewData) placesView {
	var v placesView
	add := func(name, country, from string) {
		if name == "" {
			return
		}
		v.List = append(v.List, place{name, from})
		c, known := centres()[field.Fold(country)]
		if !known {
			return
		}
		d := c.dot(name)
		if i := slices.IndexFunc(v.Dots, func(other dot) bool { return other.X == d.X && other.Y == d.Y }); i < 0 {
			v.Dots = append(v.Dots, d)
		} else if v.Dots[i].Title != name {
			v.Dots[i].Title += "; " + name
		}
	}
	add(location(data.Contact), data.Contact.Fields["country"], i18n.T(ctx, "contactpage.place.field|from the contact’s details"))
	for _, d := range data.Devices {
		add(d.Place.String(), d.Place.Country, i18n.T(ctx, "contactpage.place.device|estimated from an IP address: %s", browserName(d)))
	}
	return v
}
