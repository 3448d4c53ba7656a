package visit

import (
	"fmt"
	"hash/maphash"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Place is where an address is said to be, in English; empty where it is not
// known. It never makes anybody known.
type Place struct{ City, Region, Country, Zip string }

// String names the place for people.
func (p Place) String() string {
	var parts []string
	for _, s := range []string{p.City, p.Region, p.Country} {
		if s != "" && (len(parts) == 0 || parts[len(parts)-1] != s) {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// digest stands for the place in memory.
func (p Place) digest() digest {
	if p == (Place{}) {
		return digest{}
	}
	return digest{maphash.Comparable(seeds[0], p), maphash.Comparable(seeds[1], p)}
}

// Places finds the place of an address in a file of the MaxMind DB format. The
// zero pointer knows no place.
type Places struct {
	path    string
	reader  *maxminddb.Reader
	damaged atomic.Pointer[string]
}

// OpenPlaces reads a file into memory, so that it may be replaced on the disk
// meanwhile.
func OpenPlaces(path string) (*Places, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read file of places: %w", err)
	}
	reader, err := maxminddb.OpenBytes(raw)
	if err != nil {
		return nil, fmt.Errorf("%s is no usable file of places (MaxMind DB): %w", path, err)
	}
	if kind := reader.Metadata.DatabaseType; !strings.Contains(kind, "City") && !strings.Contains(kind, "Country") && !strings.Contains(kind, "Enterprise") {
		return nil, fmt.Errorf("%s holds %q: a file of cities or countries is needed", path, kind)
	}
	return &Places{path: path, reader: reader}, nil
}

// Built is when the maker of the file made it.
func (p *Places) Built() time.Time { return time.Unix(int64(p.reader.Metadata.BuildEpoch), 0).UTC() }

// Verify reads the whole file. When it is damaged, no place is found any more.
func (p *Places) Verify() error {
	if err := p.reader.Verify(); err != nil {
		return p.fail(err)
	}
	return nil
}

func (p *Places) fail(err error) error {
	err = fmt.Errorf("%s is damaged, places are not looked up: %w", p.path, err)
	text := err.Error()
	p.damaged.CompareAndSwap(nil, &text)
	return err
}

// Damage says what is wrong with the file, empty when nothing was noticed.
func (p *Places) Damage() string {
	if p == nil || p.damaged.Load() == nil {
		return ""
	}
	return *p.damaged.Load()
}

type placeRecord struct {
	City         named   `maxminddb:"city"`
	Subdivisions []named `maxminddb:"subdivisions"`
	Country      named   `maxminddb:"country"`
	Postal       struct {
		Code string `maxminddb:"code"`
	} `maxminddb:"postal"`
}

type locatedRecord struct {
	placeRecord
	Location struct {
		Latitude  *float64 `maxminddb:"latitude"`
		Longitude *float64 `maxminddb:"longitude"`
		Radius    int      `maxminddb:"accuracy_radius"`
	} `maxminddb:"location"`
}

type named struct {
	Names struct {
		English string `maxminddb:"en"`
	} `maxminddb:"names"`
}

// Find tells the place of an address.
func (p *Places) Find(a netip.Addr) Place {
	if p == nil || !a.IsValid() || p.damaged.Load() != nil {
		return Place{}
	}
	var r placeRecord
	if err := p.reader.Lookup(a.Unmap().WithZone("")).Decode(&r); err != nil {
		_ = p.fail(err)
		return Place{}
	}
	return r.place()
}

// Located is a place with its coordinates in degrees, when Exact, and within how
// many kilometres it is right; zero is not known.
type Located struct {
	Place
	Exact               bool
	Latitude, Longitude float64
	Radius              int
}

// Locate tells the place of an address and where that is.
func (p *Places) Locate(a netip.Addr) Located {
	if p == nil || !a.IsValid() || p.damaged.Load() != nil {
		return Located{}
	}
	var r locatedRecord
	if err := p.reader.Lookup(a.Unmap().WithZone("")).Decode(&r); err != nil {
		_ = p.fail(err)
		return Located{}
	}
	l := Located{Place: r.place(), Radius: r.Location.Radius}
	// The coordinates of an address without a city are the middle of its country.
	if at := r.Location; l.City != "" && at.Latitude != nil && at.Longitude != nil {
		l.Exact, l.Latitude, l.Longitude = true, *at.Latitude, *at.Longitude
	}
	return l
}

func (r placeRecord) place() Place {
	place := Place{City: r.City.Names.English, Country: r.Country.Names.English, Zip: r.Postal.Code}
	if len(r.Subdivisions) > 0 {
		place.Region = r.Subdivisions[0].Names.English
	}
	return place
}
