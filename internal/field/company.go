package field

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"ariane/internal/base/i18n"
)

// CompanyName is the field that names a company.
const CompanyName = "companyname"

const industryAlias = "companyindustry"

//go:embed industries.txt
var industryNames string // English, tab, French

var industries = sync.OnceValue(func() map[string]string {
	french := map[string]string{}
	for line := range strings.Lines(industryNames) {
		english, other, _ := strings.Cut(strings.TrimSpace(line), "\t")
		french[english] = other
	}
	return french
})

// IndustryName is an industry in the language of a reader. What is none stays.
func IndustryName(name, lang string) string {
	if french, found := industries()[name]; found && lang == i18n.French {
		return french
	}
	return name
}

// companyStandards are the fields every company has, in the order of the API.
var companyStandards = slices.Collect(func(yield func(Field) bool) {
	for i, f := range companyMade {
		f.Object, f.Listed, f.Order = Company, i, i+1
		f.Published, f.OnForm, f.Listable = true, true, true
		if f.Alias == industryAlias {
			for line := range strings.Lines(industryNames) {
				english, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
				f.Options = append(f.Options, Option{english, english})
			}
		}
		if !yield(f) {
			return
		}
	}
})

var companyMade = []Field{
	{ID: 29, Alias: "companyaddress1", Label: "field.company.address1|Address", APILabel: "Address 1", Type: Text, Group: Core, Fixed: true, Position: 5},
	{ID: 30, Alias: "companyaddress2", Label: "field.company.address2|Address, continued", APILabel: "Address 2", Type: Text, Group: Core, Fixed: true, Position: 6},
	{ID: 31, Alias: "companyemail", Label: "field.company.email|E-mail", APILabel: "Company Email", Type: Email, Group: Core, Fixed: true, Position: 2},
	{ID: 32, Alias: "companyphone", Label: "field.company.phone|Phone", Type: Tel, Group: Core, Fixed: true, Position: 3},
	{ID: 33, Alias: "companycity", Label: "field.company.city|City", Type: Text, Group: Core, Fixed: true, Position: 8},
	{ID: 34, Alias: "companystate", Label: "field.company.state|State", Type: Region, Group: Core, Fixed: true, Position: 9},
	{ID: 35, Alias: "companyzipcode", Label: "field.company.zipcode|Zip code", APILabel: "Zip Code", Type: Text, Group: Core, Fixed: true, Position: 7},
	{ID: 36, Alias: "companycountry", Label: "field.company.country|Country", Type: Country, Group: Core, Fixed: true, Position: 10},
	{ID: 37, Alias: CompanyName, Label: "field.company.name|Company name", APILabel: "Company Name", Type: Text, Group: Core, Fixed: true, Position: 1, Required: true, Unique: true},
	{ID: 38, Alias: "companywebsite", Label: "field.company.website|Website", Type: URL, Group: Core, Fixed: true, Position: 4},
	{ID: 39, Alias: "companynumber_of_employees", Label: "field.company.employees|Number of employees", APILabel: "Number of Employees", Type: Number, Group: Professional, Rounding: RoundHalfEven, Position: 12},
	{ID: 40, Alias: "companyfax", Label: "field.company.fax|Fax", Type: Tel, Group: Professional, Position: 14},
	{ID: 41, Alias: "companyannual_revenue", Label: "field.company.revenue|Annual revenue", APILabel: "Annual Revenue", Type: Number, Group: Professional, Scale: 2, Rounding: RoundHalfEven, Position: 13},
	{ID: 42, Alias: industryAlias, Label: "field.company.industry|Industry", Type: Select, Group: Professional, Fixed: true, Position: 11},
	{ID: 43, Alias: "companydescription", Label: "field.company.description|Description", Type: Text, Group: Professional, Fixed: true, Position: 15},
}
