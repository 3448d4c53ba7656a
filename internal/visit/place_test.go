package visit_test

import (
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"ariane/internal/visit"
)

func places(name string) string { return filepath.Join("testdata", "places", name+".mmdb") }

func TestPlaces(t *testing.T) {
	t.Parallel()
	p, err := visit.OpenPlaces(places("GeoLite2-City-Test"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]visit.Place{
		"81.2.69.142":        {City: "London", Region: "England", Country: "United Kingdom"},
		"::ffff:81.2.69.142": {City: "London", Region: "England", Country: "United Kingdom"},
		"216.160.83.56":      {City: "Milton", Region: "Washington", Country: "United States", Zip: "98354"},
		"89.160.20.112":      {City: "Linköping", Region: "Östergötland County", Country: "Sweden"},
		"127.0.0.1":          {},
		"2001:db8::1":        {},
	} {
		if got := p.Find(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s is at %+v, want %+v", address, got, want)
		}
	}
	london := p.Locate(netip.MustParseAddr("81.2.69.142"))
	if !london.Exact || london.City != "London" || math.Abs(london.Latitude-51.5) > .2 || math.Abs(london.Longitude) > .2 || london.Radius == 0 {
		t.Errorf("%+v", london)
	}
	if got := p.Locate(netip.MustParseAddr("127.0.0.1")); got != (visit.Located{}) {
		t.Errorf("%+v", got)
	}
	if got := (visit.Place{City: "Paris", Region: "Paris", Country: "France"}).String(); got != "Paris, France" {
		t.Error(got)
	}
	if got := (*visit.Places)(nil).Find(netip.MustParseAddr("81.2.69.142")); got != (visit.Place{}) {
		t.Error(got)
	}
}

// A damaged file is told of, and never ends the program.
func TestDamagedPlaces(t *testing.T) {
	t.Parallel()
	nonsense := filepath.Join(t.TempDir(), "nonsense.mmdb")
	if err := os.WriteFile(nonsense, []byte("not a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{nonsense, filepath.Join(t.TempDir(), "absent.mmdb"), places("GeoLite2-ASN-Test"),
		places("GeoIP2-City-Test-Broken-Double-Format"), places("GeoIP2-City-Test-Invalid-Node-Count"),
		places("MaxMind-DB-test-broken-search-tree-24"), places("MaxMind-DB-test-broken-pointers-24")} {
		p, err := visit.OpenPlaces(name)
		if err == nil {
			err = p.Verify()
			for i := range 256 {
				a := netip.AddrFrom4([4]byte{byte(i), byte(i * 7), 3, 4})
				if got := p.Find(a); got != (visit.Place{}) {
					t.Errorf("%s: %s is at %v", name, a, got)
				}
			}
			if p.Damage() == "" {
				t.Errorf("%s: nobody is told", name)
			}
		}
		if err == nil {
			t.Errorf("%s passes for a file of places", name)
		} else {
			t.Log(err)
		}
	}
}
