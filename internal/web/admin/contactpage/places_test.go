package contactpage

import (
	"strings"
	"testing"

	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

func TestEveryCountryHasAPlaceOnTheMap(t *testing.T) {
	f, _ := field.Standard().ByAlias("country")
	for _, s := range field.Suggestions(f, "fr") {
		for _, name := range []string{s.Value, s.Label} {
			if _, found := centres()[field.Fold(name)]; name != "" && !found {
				t.Errorf("%q is nowhere", name)
			}
		}
	}
	for name, c := range centres() {
		if c.latitude > 84 || c.latitude < -57 || c.longitude > 180 || c.longitude < -180 {
			t.Logf("%s lies outside of the map: %v", name, c)
		}
	}
}

// A dot stands where a city is when that is known, in the middle of the country
// otherwise, and says which.
func TestPlaces(t *testing.T) {
	london := visit.Located{Place: visit.Place{City: "London", Region: "England", Country: "United Kingdom"}, Exact: true, Latitude: 51.5, Longitude: -0.1, Radius: 10}
	data := viewData{
		Contact: contact.Contact{Fields: map[string]string{"city": "Lyon", "country": "France"},
			IPs: []contact.IP{{Address: "81.2.69.142"}, {Address: "127.0.0.1"}, {Address: "81.2.69.160"}, {Address: "192.0.2.1"}}},
		Located: []visit.Located{london, {}, london, {Place: visit.Place{Country: "Sweden"}, Radius: 500}},
		Devices: []visit.Device{{Place: visit.Place{City: "Paris", Country: "France"}}, {Place: london.Place}, {Browser: "Firefox 128", Place: visit.Place{Country: "<b>"}}, {}}}
	want := placesView{
		List: []place{{"Lyon, France", "from the contact’s details"},
			{"London, England, United Kingdom", "estimated from the IP addresses 81.2.69.142, 81.2.69.160, within about 10 km"},
			{"Sweden", "estimated from the IP address 192.0.2.1"},
			{"Paris, France", "estimated from an IP address: "}, {"<b>", "estimated from an IP address: Firefox 128"}},
		Dots:  []dot{{"374", "93", "Lyon, France; Paris, France", false}, {"369", "81", "London, England, United Kingdom", true}, {"403", "53", "Sweden", false}},
		Exact: true, Rough: true,
	}
	if diff := cmp.Diff(want, newPlacesView(english, data)); diff != "" {
		t.Error(diff)
	}

	data.Contact.Fields = map[string]string{"city": "london", "country": "Royaume-Uni"}
	v := newPlacesView(french, data)
	if v.List[0].Name != "london, Royaume-Uni" || v.Dots[0] != (dot{"369", "81", "london, Royaume-Uni; London, England, Royaume-Uni", true}) {
		t.Errorf("the place of an address says where the contact's own city is: %+v", v)
	}
}

// Countries are kept under one name, and shown in the language of who reads.
func TestCountriesAreTranslated(t *testing.T) {
	c := contact.Contact{Fields: map[string]string{"city": "Gent", "country": "Belgium"}}
	if en, fr := location(english, c), location(french, c); en != "Gent, Belgium" || fr != "Gent, Belgique" {
		t.Error(en, fr)
	}
	f, _ := field.Standard().ByAlias("country")
	if got := newFact(french, f, "Belgium").Value; got != "Belgique" {
		t.Error(got)
	}
	if got := newDeviceRow(french, 1, visit.Device{Place: visit.Place{City: "Gent", Country: "Belgium"}}, deviceData{}).Details; !strings.Contains(got, "Gent, Belgique") {
		t.Error(got)
	}
}
