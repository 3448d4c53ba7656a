package field

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

var (
	//go:embed zones.txt
	zoneNames string
	//go:embed locales.txt
	localeNames string
	//go:embed countries.txt
	countryNames string // English, tab, French
)

// countries finds the English and the French name of a country by its folded
// name in either.
var countries = sync.OnceValue(func() map[string][2]string {
	found := map[string][2]string{}
	for line := range strings.Lines(countryNames) {
		english, french, _ := strings.Cut(strings.TrimSpace(line), "\t")
		found[Fold(english)], found[Fold(french)] = [2]string{english, french}, [2]string{english, french}
	}
	return found
})

// CountryName is a country in the language of a reader. What is none stays.
func CountryName(name, lang string) string {
	names, found := countries()[Fold(name)]
	switch {
	case !found:
		return name
	case lang == "fr":
		return names[1]
	}
	return names[0]
}

// CountriesFrom are the countries, by their names in the protocol, whose name in a
// language that we speak begins with a text.
func CountriesFrom(beginning string) []string {
	var list []string
	beginning = Fold(beginning)
	for name, names := range countries() {
		if strings.HasPrefix(name, beginning) && !slices.Contains(list, names[0]) {
			list = append(list, names[0])
		}
	}
	slices.Sort(list)
	return list
}

// Suggestions are the usual values of a field, for a reader of a language. They
// are all that a chosen one takes; elsewhere any other value is as good.
func Suggestions(f Field, lang string) []Option {
	var list []Option
	switch f.Type {
	case Lookup:
		if f.Alias == "title" && lang == "fr" && slices.Equal(f.Options, titles) {
			return []Option{{"M.", "M."}, {"Mme", "Mme"}}
		}
		return f.Options
	case Select, Multiselect:
		if f.Alias == industryAlias && lang == "fr" {
			for _, o := range f.Options {
				list = append(list, Option{o.Value, IndustryName(o.Value, lang)})
			}
			return list
		}
		return f.Options
	case Boolean:
		return []Option{{"1", f.Yes}, {"0", f.No}}
	case Timezone:
		for name := range strings.Lines(zoneNames) {
			name = strings.TrimSpace(name)
			list = append(list, Option{name, strings.ReplaceAll(name, "_", " ")})
		}
	case Locale:
		for name := range strings.Lines(localeNames) {
			name = strings.TrimSpace(name)
			list = append(list, Option{name, name})
		}
	case Country:
		for line := range strings.Lines(countryNames) {
			english, french, _ := strings.Cut(strings.TrimSpace(line), "\t")
			s := Option{english, english}
			if lang == "fr" {
				s.Label = french
			}
			list = append(list, s)
		}
	}
	return list
}
