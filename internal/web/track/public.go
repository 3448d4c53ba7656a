package track

import (
	"context"
	"slices"
	"strings"

	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
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

// click reads what the link that led here says. It names nobody, unless
// administrators chose that links do: they are forwarded.
func (d Deps) click(ctx context.Context, p parameters, rules visit.Rules, h *visit.Hit) error {
	ct := p.sent.Get("ct")
	if ct == "" && visit.LikeClick(p.page.Get("ct")) {
		// The site may have a parameter of that name for itself.
		ct = p.page.Get("ct")
	}
	if ct == "" {
		return nil
	}
	click, err := d.Policy.OpenClick(ctx, ct)
	access := rules.Public["email"]
	if err != nil || !rules.FollowLinks || access == "" || click.Contact == 0 || p.said("email") != "" {
		return err
	}
	c, err := contact.Find(ctx, d.DB, click.Contact)
	if fault.Is(err, fault.KindNotFound) {
		return nil
	}
	if email := c.Fields["email"]; err == nil && email != "" {
		// Only to find the contact: it has this value already.
		set(&h.Fill, "email", email)
	}
	return err
}

func set(values *map[string]string, alias, value string) {
	if *values == nil {
		*values = map[string]string{}
	}
	(*values)[alias] = value
}
