package field

import (
	"slices"
)

// Type says which values a field takes.
type Type string

// The types of the standard fields.
const (
	Text     Type = "text"
	Lookup   Type = "lookup" // a text with suggestions
	Number   Type = "number"
	Email    Type = "email"
	Tel      Type = "tel"
	URL      Type = "url"
	Region   Type = "region"
	Country  Type = "country"
	Timezone Type = "timezone"
	Locale   Type = "locale"
	Datetime Type = "datetime" // stored as DatetimeLayout, in UTC
)

// DatetimeLayout is how a value of type Datetime is written.
const DatetimeLayout = "2006-01-02 15:04:05"

// Group is the part of the contact's page a field is shown in.
type Group string

// The groups.
const (
	Core         Group = "core"
	Social       Group = "social"
	Personal     Group = "personal"
	Professional Group = "professional"
)

// Groups lists the groups in the order of the page, empty ones too.
func Groups() []Group { return []Group{Core, Social, Personal, Professional} }

// Field is the definition of one field.
type Field struct {
	ID       int64
	Alias    string // its name in forms, searches and the API
	Label    string // a key with its English text
	APILabel string // its label in the API, where that differs from the English text
	Type     Type
	Group    Group
	Order    int    // among the fields when they are listed by themselves
	Object   string // what it describes
	Fixed    bool   // cannot be deleted
	Default  string
	Options  []string // suggestions of a Lookup
	Scale    int      // digits after the point of a Number
}

// Standard returns the fields every contact has, in the order of its page.
func Standard() []Field { return slices.Clone(standard) }

// ByAlias finds a standard field.
func ByAlias(alias string) (Field, bool) {
	i := slices.IndexFunc(standard, func(f Field) bool { return f.Alias == alias })
	if i < 0 {
		return Field{}, false
	}
	return standard[i], true
}

// Identifying tells whether a value in this field makes a visitor somebody.
func Identifying(alias string) bool {
	f, ok := ByAlias(alias)
	return ok && (f.Group == Social || slices.Contains(identifying, alias))
}

// Unique tells whether a value of this field belongs to one contact only.
func Unique(alias string) bool { return alias == "email" }

var identifying = []string{"firstname", "lastname", "company", "email", "phone", "mobile"}

const contact = "lead" // the protocol's word

var standard = []Field{
	{ID: 9, Alias: "points", Label: "field.points|Points", Type: Number, Group: Core, Order: 9, Object: contact, Fixed: true, Default: "0"},
	{ID: 19, Alias: "last_active", Label: "field.last_active|Last active", APILabel: "Date Last Active", Type: Datetime, Group: Core, Order: 19, Object: contact, Fixed: true},
	{ID: 1, Alias: "title", Label: "field.title|Title", Type: Lookup, Group: Core, Order: 1, Object: contact, Fixed: true, Options: []string{"Mr", "Mrs", "Miss"}},
	{ID: 2, Alias: "firstname", Label: "field.firstname|First name", APILabel: "First Name", Type: Text, Group: Core, Order: 2, Object: contact, Fixed: true},
	{ID: 3, Alias: "lastname", Label: "field.lastname|Last name", APILabel: "Last Name", Type: Text, Group: Core, Order: 3, Object: contact, Fixed: true},
	{ID: 4, Alias: "company", Label: "field.company|Primary company", Type: Text, Group: Core, Order: 4, Object: contact, Fixed: true},
	{ID: 5, Alias: "position", Label: "field.position|Position", Type: Text, Group: Core, Order: 5, Object: contact, Fixed: true},
	{ID: 6, Alias: "email", Label: "field.email|E-mail", APILabel: "Email", Type: Email, Group: Core, Order: 6, Object: contact, Fixed: true},
	{ID: 8, Alias: "phone", Label: "field.phone|Phone", Type: Tel, Group: Core, Order: 8, Object: contact, Fixed: true},
	{ID: 7, Alias: "mobile", Label: "field.mobile|Mobile", Type: Tel, Group: Core, Order: 7, Object: contact, Fixed: true},
	{ID: 11, Alias: "address1", Label: "field.address1|Address line 1", APILabel: "Address Line 1", Type: Text, Group: Core, Order: 11, Object: contact, Fixed: true},
	{ID: 12, Alias: "address2", Label: "field.address2|Address line 2", APILabel: "Address Line 2", Type: Text, Group: Core, Order: 12, Object: contact, Fixed: true},
	{ID: 13, Alias: "city", Label: "field.city|City", Type: Text, Group: Core, Order: 13, Object: contact, Fixed: true},
	{ID: 14, Alias: "state", Label: "field.state|State", Type: Region, Group: Core, Order: 14, Object: contact, Fixed: true},
	{ID: 15, Alias: "zipcode", Label: "field.zipcode|Zip code", APILabel: "Zip Code", Type: Text, Group: Core, Order: 15, Object: contact, Fixed: true},
	{ID: 18, Alias: "timezone", Label: "field.timezone|Preferred time zone", APILabel: "Preferred Timezone", Type: Timezone, Group: Core, Order: 18, Object: contact, Fixed: true},
	{ID: 16, Alias: "country", Label: "field.country|Country", Type: Country, Group: Core, Order: 16, Object: contact, Fixed: true},
	{ID: 10, Alias: "fax", Label: "field.fax|Fax", Type: Tel, Group: Core, Order: 10, Object: contact},
	{ID: 17, Alias: "preferred_locale", Label: "field.preferred_locale|Preferred language", APILabel: "Preferred Locale", Type: Locale, Group: Core, Order: 17, Object: contact, Fixed: true},
	{ID: 20, Alias: "attribution_date", Label: "field.attribution_date|Attribution date", APILabel: "Attribution Date", Type: Datetime, Group: Core, Order: 20, Object: contact, Fixed: true},
	{ID: 21, Alias: "attribution", Label: "field.attribution|Attribution", Type: Number, Group: Core, Order: 21, Object: contact, Fixed: true, Scale: 2},
	{ID: 22, Alias: "website", Label: "field.website|Website", Type: URL, Group: Core, Order: 22, Object: contact},
	{ID: 23, Alias: "facebook", Label: "field.facebook|Facebook", Type: Text, Group: Social, Order: 23, Object: contact},
	{ID: 24, Alias: "foursquare", Label: "field.foursquare|Foursquare", Type: Text, Group: Social, Order: 24, Object: contact},
	{ID: 25, Alias: "instagram", Label: "field.instagram|Instagram", Type: Text, Group: Social, Order: 25, Object: contact},
	{ID: 26, Alias: "linkedin", Label: "field.linkedin|LinkedIn", Type: Text, Group: Social, Order: 26, Object: contact},
	{ID: 27, Alias: "skype", Label: "field.skype|Skype", Type: Text, Group: Social, Order: 27, Object: contact},
	{ID: 28, Alias: "twitter", Label: "field.twitter|Twitter", Type: Text, Group: Social, Order: 28, Object: contact},
}
