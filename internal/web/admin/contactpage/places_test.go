package contactpage

import (
	"testing"

	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/visit"
)

func TestEveryCountryHasAPlaceOnTheMap(t *testing.T) {
	f, _ := field.ByAlias("country")
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

func TestPlaces(t *testing.T) {
	data := viewData{Contact: contact.Contact{Fields: map[string]string{"city": "Lyon", "country": "France"}}, Devices: []visit.Device{
		{Place: visit.Place{City: "Paris", Country: "France"}}, {Browser: "Firefox 128", Place: visit.Place{Country: "<b>"}}, {}}}
	v := newPlacesView(english, data)
	if len(v.List) != 3 || len(v.Dots) != 1 || v.Dots[0] != (dot{"374", "93", "Lyon, France; Paris, France"}) {
		t.Errorf("%+v", v)
	}
}
