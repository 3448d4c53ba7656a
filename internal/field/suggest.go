package field

import (
	_ "embed"
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

// Suggestion is a usual value of a field, and what to call it.
type Suggestion struct{ Value, Label string }

// Suggestions are the usual values of a field, for a reader of a language. Any
// other value is as good.
func Suggestions(f Field, lang string) []Suggestion {
	var list []Suggestion
	switch f.Type {
	case Lookup:
		options := f.Options
		if f.Alias == "title" && lang == "fr" {
			options = []string{"M.", "Mme"}
		}
		for _, o := range options {
			list = append(list, Suggestion{o, o})
		}
	case Timezone:
		for name := range strings.Lines(zoneNames) {
			name = strings.TrimSpace(name)
			list = append(list, Suggestion{name, strings.ReplaceAll(name, "_", " ")})
		}
	case Locale:
		for name := range strings.Lines(localeNames) {
			name = strings.TrimSpace(name)
			list = append(list, Suggestion{name, name})
		}
	case Country:
		for line := range strings.Lines(countryNames) {
			english, french, _ := strings.Cut(strings.TrimSpace(line), "\t")
			s := Suggestion{english, english}
			if lang == "fr" {
				s.Label = french
			}
			list = append(list, s)
		}
	}
	return list
}
