package track

import (
	"context"
	"strings"
	"unicode/utf8"

	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/visit"
)

// What a page may change of the tags of its visitor (tracking specification,
// section 6).
const (
	mostTags   = 10
	longestTag = 50
)

// say takes what a page says of its visitor into a hit, as far as it may.
// Values that are none are passed over in silence.
func (d Deps) say(ctx context.Context, p parameters, rules visit.Rules, h *visit.Hit) error {
	fields, err := field.Of(ctx, d.DB)
	if err != nil {
		return err
	}
	for alias, access := range rules.Public {
		f, ok := fields.ByAlias(alias)
		if !ok || !f.Published || f.Computed() {
			continue
		}
		value := p.said(alias)
		if alias == "company" && value == "" {
			value = p.said("companyname")
		}
		value, wrong := field.Clean(f, value)
		if wrong != nil || value == "" || f.Identifying() && field.Placeholder(value) {
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
	if rules.Tags {
		h.Tags, h.Untags = readTags(p.sent.Get("tags"))
	}
	return nil
}

// readTags takes apart a list with commas, in which a name after a minus sign
// is taken off. What goes beyond the limits is passed over.
func readTags(list string) (add, remove []string) {
	for name := range strings.SplitSeq(list, ",") {
		name = field.Printable(name)
		bare, off := strings.CutPrefix(name, "-")
		if bare = strings.TrimSpace(bare); bare == "" || utf8.RuneCountInString(bare) > longestTag {
			continue
		}
		if len(add)+len(remove) == mostTags {
			break
		}
		if off {
			remove = append(remove, bare)
		} else {
			add = append(add, bare)
		}
	}
	return add, remove
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
