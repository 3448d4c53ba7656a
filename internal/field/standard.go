package field

import "slices"

// lastStandard is above all identifiers of standard fields, here and in companies.
const lastStandard = 100

var titles = []Option{{"Mr", "Mr"}, {"Mrs", "Mrs"}, {"Miss", "Miss"}}

// standards are the fields every contact has, in the order of the API.
var standards = slices.Collect(func(yield func(Field) bool) {
	for i, f := range made {
		f.Listed = i
		f.Published, f.OnForm, f.Listable = true, true, true
		if !yield(f) {
			return
		}
	}
})

var made = []Field{
	{ID: 9, Alias: "points", Label: "field.points|Points", Type: Number, Group: Core, Order: 9, Object: Contact, Fixed: true, Default: "0", Position: 19},
	{ID: 19, Alias: "last_active", Label: "field.last_active|Last active", APILabel: "Date Last Active", Type: Datetime, Group: Core, Order: 19, Object: Contact, Fixed: true, Position: 20},
	{ID: 1, Alias: "title", Label: "field.title|Title", Type: Lookup, Group: Core, Order: 1, Object: Contact, Fixed: true, Options: titles, Position: 3},
	{ID: 2, Alias: "firstname", Label: "field.firstname|First name", APILabel: "First Name", Type: Text, Group: Core, Order: 2, Object: Contact, Fixed: true, Position: 1, OnQuick: true},
	{ID: 3, Alias: "lastname", Label: "field.lastname|Last name", APILabel: "Last Name", Type: Text, Group: Core, Order: 3, Object: Contact, Fixed: true, Position: 2, OnQuick: true},
	{ID: 4, Alias: "company", Label: "field.company|Primary company", Type: Text, Group: Core, Order: 4, Object: Contact, Fixed: true, Position: 5},
	{ID: 5, Alias: "position", Label: "field.position|Position", Type: Text, Group: Core, Order: 5, Object: Contact, Fixed: true, Position: 4},
	{ID: 6, Alias: "email", Label: "field.email|E-mail", APILabel: "Email", Type: Email, Group: Core, Order: 6, Object: Contact, Fixed: true, Position: 7, OnQuick: true, Unique: true},
	{ID: 8, Alias: "phone", Label: "field.phone|Phone", Type: Tel, Group: Core, Order: 8, Object: Contact, Fixed: true, Position: 8},
	{ID: 7, Alias: "mobile", Label: "field.mobile|Mobile", Type: Tel, Group: Core, Order: 7, Object: Contact, Fixed: true, Position: 9},
	{ID: 11, Alias: "address1", Label: "field.address1|Address line 1", APILabel: "Address Line 1", Type: Text, Group: Core, Order: 11, Object: Contact, Fixed: true, Position: 11},
	{ID: 12, Alias: "address2", Label: "field.address2|Address line 2", APILabel: "Address Line 2", Type: Text, Group: Core, Order: 12, Object: Contact, Fixed: true, Position: 12},
	{ID: 13, Alias: "city", Label: "field.city|City", Type: Text, Group: Core, Order: 13, Object: Contact, Fixed: true, Position: 14},
	{ID: 14, Alias: "state", Label: "field.state|State", Type: Region, Group: Core, Order: 14, Object: Contact, Fixed: true, Position: 15},
	{ID: 15, Alias: "zipcode", Label: "field.zipcode|Zip code", APILabel: "Zip Code", Type: Text, Group: Core, Order: 15, Object: Contact, Fixed: true, Position: 13},
	{ID: 18, Alias: "timezone", Label: "field.timezone|Preferred time zone", APILabel: "Preferred Timezone", Type: Timezone, Group: Core, Order: 18, Object: Contact, Fixed: true, Position: 18},
	{ID: 16, Alias: "country", Label: "field.country|Country", Type: Country, Group: Core, Order: 16, Object: Contact, Fixed: true, Position: 16},
	{ID: 10, Alias: "fax", Label: "field.fax|Fax", Type: Tel, Group: Core, Order: 10, Object: Contact, Position: 10},
	{ID: 17, Alias: "preferred_locale", Label: "field.preferred_locale|Preferred language", APILabel: "Preferred Locale", Type: Locale, Group: Core, Order: 17, Object: Contact, Fixed: true, Position: 17},
	{ID: 20, Alias: "attribution_date", Label: "field.attribution_date|Attribution date", APILabel: "Attribution Date", Type: Datetime, Group: Core, Order: 20, Object: Contact, Fixed: true, Position: 21},
	{ID: 21, Alias: "attribution", Label: "field.attribution|Attribution", Type: Number, Group: Core, Order: 21, Object: Contact, Fixed: true, Scale: 2, Position: 22},
	{ID: 22, Alias: "website", Label: "field.website|Website", Type: URL, Group: Core, Order: 22, Object: Contact, Position: 6},
	{ID: 23, Alias: "facebook", Label: "field.facebook|Facebook", Type: Text, Group: Social, Order: 23, Object: Contact, Position: 23},
	{ID: 24, Alias: "foursquare", Label: "field.foursquare|Foursquare", Type: Text, Group: Social, Order: 24, Object: Contact, Position: 24},
	{ID: 25, Alias: "instagram", Label: "field.instagram|Instagram", Type: Text, Group: Social, Order: 25, Object: Contact, Position: 25},
	{ID: 26, Alias: "linkedin", Label: "field.linkedin|LinkedIn", Type: Text, Group: Social, Order: 26, Object: Contact, Position: 26},
	{ID: 27, Alias: "skype", Label: "field.skype|Skype", Type: Text, Group: Social, Order: 27, Object: Contact, Position: 27},
	{ID: 28, Alias: "twitter", Label: "field.twitter|Twitter", Type: Text, Group: Social, Order: 28, Object: Contact, Position: 28},
}
