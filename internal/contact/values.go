package contact

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"ariane/internal/field"
)

// folded begins the name under which the column of values holds a value as it is
// compared, where that differs from how it is written.
const folded = "~"

// encodeValues is how the values of a contact are stored.
func encodeValues(set *field.Set, values map[string]string) (string, error) {
	all := values
	for alias, value := range values {
		f, found := set.ByAlias(alias)
		if !found || !inJSON(f) || !f.Type.Folded() {
			continue
		}
		if is := field.Fold(value); is != value {
			if len(all) == len(values) {
				all = maps.Clone(values)
			}
			all[folded+alias] = is
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return "", fmt.Errorf("write values: %w", err)
	}
	return string(raw), nil
}

// decodeValues reads what encodeValues wrote.
func decodeValues(raw []byte) (map[string]string, error) {
	values := map[string]string{}
	if len(raw) == 0 {
		return values, nil
	}
	err := json.Unmarshal(raw, &values)
	for name := range values {
		if strings.HasPrefix(name, folded) {
			delete(values, name)
		}
	}
	return values, err
}

// withDefaults are the values that a contact begins with.
func withDefaults(set *field.Set, values map[string]string) map[string]string {
	defaults := set.Defaults()
	if len(defaults) == 0 {
		return values
	}
	all := maps.Clone(defaults)
	for alias, value := range values {
		if value != "" {
			all[alias] = value
		}
	}
	return all
}

// attributed adds the date to an amount that is attributed, and takes it away with
// the amount.
func attributed(values, given map[string]string, at time.Time) map[string]string {
	amount, changed := given["attribution"]
	if _, dated := given["attribution_date"]; !changed || dated || amount == values["attribution"] {
		return given
	}
	date := ""
	if amount != "" {
		if date = values["attribution_date"]; date == "" {
			date = at.UTC().Format(field.DatetimeLayout)
		}
	}
	all := maps.Clone(given)
	all["attribution_date"] = date
	return all
}

// said are the words by which a value is found.
func said(f field.Field, value string) []string {
	label, _ := f.Labelled(value)
	if f.Type == field.Country {
		label = field.CountryName(value, "fr")
	}
	var list []string
	for _, words := range []string{value, label} {
		if f.Type == field.Multiselect {
			list = append(list, strings.Split(words, field.Between)...)
		} else {
			list = append(list, words)
		}
	}
	if label == value {
		list = list[:len(list)/2]
	}
	return list
}
