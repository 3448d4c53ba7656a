package field

import (
	_ "embed"
	"strings"
)

var (
	//go:embed zones.txt
	zoneNames string
	//go:embed locales.txt
	localeNames string
	//go:embed countries.txt
	countryNames string // English, tab, French
)

// Suggestion is a usual value of a field, and what to call it.
type Suggestion struct{ Value, Label string }

// Suggestions are the usual values of a field, for a reader of a language. Any
// other value is as good.
func Suggestions(f Field, lang string) []Suggestion {
	var list []Suggestion
	switch f.Type {
	case Lookup:
		for _, o := range f.Options {
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
