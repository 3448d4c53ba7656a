package web

import (
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/consent"
)

// ReadChoices reads the form of preferences, which users and the people themselves fill
// in. It names the channels that it showed: what was not shown stays as it is.
func ReadChoices(form url.Values) map[consent.Channel]consent.Choice {
	choices := map[consent.Channel]consent.Choice{}
	for _, shown := range form["channel"] {
		channel := consent.Channel(shown)
		value := func(part string) string { return strings.TrimSpace(form.Get(shown + "." + part)) }
		c := consent.Choice{Wanted: value("wanted") != ""}
		if text := value("most"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				n = -1 // is refused
			}
			c.Most = n
		}
		c.Per, c.From, c.To = consent.Unit(value("per")), value("from"), value("to")
		c.Preferred = form.Get("preferred") == shown
		choices[channel] = c
	}
	return choices
}
