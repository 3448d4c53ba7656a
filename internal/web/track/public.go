package track

import (
	"context"
	"slices"
	"strings"

	"ariane/internal/base/setting"
	"ariane/internal/field"
	"ariane/internal/visit"
)

// Writable tells whether pages may be allowed to write a field: the rest is
// computed.
func Writable(alias string) bool { return alias != "points" && alias != "last_active" }

// nobody are words that scripts send for a value they do not have.
var nobody = []string{"null", "undefined", "nan", "[object object]", "anonymous", "guest", "none", "nil", "false", "true", "0"}

// say takes what a page says of its visitor into a hit, as far as it may.
// Values that are none are passed over in silence.
func (d Deps) say(ctx context.Context, p parameters, rules visit.Rules, h *visit.Hit) error {
	for alias, access := range rules.Public {
		f, ok := field.ByAlias(alias)
		if !ok || !Writable(alias) {
			continue
		}
		value := p.said(alias)
		if alias == "company" && value == "" {
			value = p.said("companyname")
		}
		value, wrong := field.Clean(f, value)
		if wrong != nil || value == "" || field.Identifying(alias) && slices.Contains(nobody, strings.ToLower(strings.Trim(value, `"' `))) {
			continue
		}
		if alias == "email" && rules.SignedEmail {
			signed, err := d.Policy.SignedEmail(ctx, value, p.said("email_hmac"))
			if err != nil {
				return err
			}
			if !signed {
				continue
			}
		}
		switch access {
		case setting.Always:
			set(&h.Values, alias, value)
		case setting.WhenEmpty:
			set(&h.Fill, alias, value)
		}
	}
	return nil
}

func set(values *map[string]string, alias, value string) {
	if *values == nil {
		*values = map[string]string{}
	}
	(*values)[alias] = value
}
