package contactpage

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"ariane/internal/base/i18n"
	"ariane/internal/field"
	"ariane/internal/search"
)

const conditionURL = listURL + "/condition"

// conditionChip is one condition of the search, as it is read, changed and taken
// away.
type conditionChip struct{ Label, Edit, Remove string }

// conditionChips are the conditions of a search, and the word between them where one
// suffices.
type conditionChips struct {
	List []conditionChip
	Or   string
	Add  string
}

// chips shows a search as conditions.
func (d Deps) chips(ctx context.Context, l listRequest, written search.Term) (conditionChips, error) {
	chips := conditionChips{Add: conditionLink(l, -1)}
	conditions := written.Conditions()
	if len(conditions) > 1 && written.Or != "" {
		chips.Or = i18n.T(ctx, "contactpage.chip.or|or")
	}
	for i, t := range conditions {
		label, err := d.chipLabel(ctx, t, "")
		if err != nil {
			return chips, err
		}
		remove := l.with(func(l *listRequest) { l.Search = written.Replace(i, search.Term{}).String() })
		chips.List = append(chips.List, conditionChip{Label: label, Edit: conditionLink(l, i), Remove: remove})
	}
	return chips, nil
}

// conditionLink leads to where a condition of the list's search is chosen; at is the
// one that is changed, -1 for one more.
func conditionLink(l listRequest, at int) string {
	l.After = ""
	_, query, _ := strings.Cut(l.url(), "?")
	q, err := url.ParseQuery(query)
	if err != nil {
		q = url.Values{}
	}
	if at >= 0 {
		q.Set("at", strconv.Itoa(at))
	}
	if len(q) == 0 {
		return conditionURL
	}
	return conditionURL + "?" + q.Encode()
}

// chipLabel is a condition in words. above is the command of the group around it.
func (d Deps) chipLabel(ctx context.Context, t search.Term, above string) (string, error) {
	if t.Group() {
		return d.groupLabel(ctx, t, above)
	}
	if t.Command == "" {
		t.Command = above
	}
	c, ok, err := d.Language.Condition(ctx, t)
	switch {
	case err != nil:
		return "", err
	case !ok:
		return t.String(), nil
	}
	return conditionLabel(ctx, c), nil
}

func (d Deps) groupLabel(ctx context.Context, t search.Term, above string) (string, error) {
	if t.Command != "" {
		above = t.Command
	}
	between := i18n.T(ctx, "contactpage.chip.or|or")
	if t.Or == "" {
		between = i18n.T(ctx, "contactpage.chip.and|and")
	}
	var parts []string
	for _, part := range t.Parts {
		label, err := d.chipLabel(ctx, part, above)
		if err != nil {
			return "", err
		}
		if part.Group() && !part.Not {
			label = "(" + label + ")"
		}
		parts = append(parts, label)
	}
	label := strings.Join(parts, " "+between+" ")
	if c, found, err := d.Language.Command(ctx, above); err != nil {
		return "", err
	} else if found && c.Name == "hit" && t.Command != "" {
		label = i18n.T(ctx, "contactpage.chip.hit|one page view: %s", label)
	}
	if t.Not {
		label = i18n.T(ctx, "contactpage.chip.not|not %s", "("+label+")")
	}
	return label, nil
}

func conditionLabel(ctx context.Context, c search.Condition) string {
	value, to := valueLabel(ctx, c, c.Value), valueLabel(ctx, c, c.To)
	if c.Command.Name == "is" {
		if c.Not {
			return i18n.T(ctx, "contactpage.chip.not|not %s", value)
		}
		return value
	}
	name := commandLabel(ctx, c.Command)
	if name == "" {
		name = i18n.T(ctx, "contactpage.command.text|Words")
	}
	plain := c.Ask == search.Holds && c.Command.Takes == search.Part || c.Ask == search.Starts || c.Ask == search.Exactly && c.Command.Takes == search.Choice
	switch {
	case plain && c.Not:
		return i18n.T(ctx, "contactpage.chip.differs|%s: not %s", name, value)
	case plain:
		return i18n.T(ctx, "contactpage.chip|%s: %s", name, value)
	case c.Ask == search.Filled:
		return i18n.T(ctx, "contactpage.chip.filled|%s: filled in", name)
	case c.Ask == search.Missing:
		return i18n.T(ctx, "contactpage.chip.missing|%s: empty", name)
	}
	label := ""
	switch {
	case c.Ask == search.Exactly && c.Not:
		return i18n.T(ctx, "contactpage.chip.other|%s ≠ %s", name, value)
	case c.Ask == search.Exactly:
		label = i18n.T(ctx, "contactpage.chip.is|%s = %s", name, value)
	case c.Ask == search.Holds:
		label = i18n.T(ctx, "contactpage.chip.contains|%s contains %s", name, value)
	case c.Ask == search.Ends:
		label = i18n.T(ctx, "contactpage.chip.ends|%s ends with %s", name, value)
	case c.Ask == search.Like:
		label = i18n.T(ctx, "contactpage.chip.like|%s like %s", name, value)
	case c.Ask == search.Between:
		label = i18n.T(ctx, "contactpage.chip.between|%s from %s to %s", name, value, to)
	case c.Ask == search.Within:
		label = i18n.T(ctx, "contactpage.chip.within|%s: less than %s ago", name, value)
	case c.Ask == search.Older:
		label = i18n.T(ctx, "contactpage.chip.older|%s: more than %s ago", name, value)
	default:
		sign := map[search.Ask]string{search.Above: ">", search.AtLeast: "≥", search.Below: "<", search.AtMost: "≤"}[c.Ask]
		label = i18n.T(ctx, "contactpage.chip.compared|%s %s %s", name, sign, value)
	}
	if c.Not {
		label = i18n.T(ctx, "contactpage.chip.not|not %s", label)
	}
	return label
}

// commandLabel is what a command asks, by name; empty for the main fields.
func commandLabel(ctx context.Context, c search.Command) string {
	if c.Field != nil {
		return c.Field.Name(ctx)
	}
	for _, g := range commandGroups(ctx) {
		for _, one := range g.Choices {
			if one.Value == c.Name {
				return one.Label
			}
		}
	}
	return c.Name
}

// valueLabel is a value as people read it.
func valueLabel(ctx context.Context, c search.Condition, value string) string {
	if c.Command.Name == "is" {
		flag := search.Flag(value)
		for _, f := range flagChoices(ctx) {
			if f.Value == flag {
				return f.Label
			}
		}
	}
	f := c.Command.Field
	if f == nil || c.Ask != search.Exactly && f.Type != field.Country {
		return value
	}
	if f.Type == field.Boolean {
		if stored, problem := field.Clean(*f, value); problem == nil {
			value = stored
		}
	}
	for _, o := range f.Options {
		if field.Fold(o.Value) == field.Fold(value) {
			return o.Label
		}
	}
	return inWords(ctx, *f, value)
}
