package bulk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/stage"
)

// Kind is what is done to each contact.
type Kind string

// The kinds of changes, as stored.
const (
	Tag    Kind = "tag"
	Untag  Kind = "untag"
	Stage  Kind = "stage"
	Owner  Kind = "owner"
	Points Kind = "points"
	Value  Kind = "value"
	Block  Kind = "block"
	Allow  Kind = "allow"
	Delete Kind = "delete"
)

// Kinds lists all, in the order in which they are offered.
func Kinds() []Kind { return []Kind{Tag, Untag, Stage, Owner, Points, Value, Block, Allow, Delete} }

// Change is what is to be done. Which parts count depends on the kind.
type Change struct {
	Kind Kind `json:"kind"`
	// Tags are put on or taken off.
	Tags []string `json:"tags,omitempty"`
	// Stage is where they are afterwards, zero for none.
	Stage int64 `json:"stage,omitempty"`
	// Channel is blocked, with a Comment, or is not any more.
	Channel consent.Channel `json:"channel,omitempty"`
	Comment string          `json:"comment,omitempty"`
	// Owner is in charge afterwards, zero for nobody.
	Owner id.User `json:"owner,omitempty"`
	// Points are added; below zero they are taken away.
	Points int `json:"points,omitempty"`
	// Field gets Value, or is emptied.
	Field string `json:"field,omitempty"`
	Value string `json:"value,omitempty"`
}

// Outcome is what became of one contact: Was what was before, or Skipped why nothing
// was done.
type Outcome struct {
	Contact id.Contact  `json:"c"`
	Was     []string    `json:"w,omitempty"`
	Skipped *fault.Text `json:"s,omitempty"`
}

func skipped(c id.Contact, reason fault.Text) Outcome { return Outcome{Contact: c, Skipped: &reason} }

const (
	// most bounds the points of one change.
	most = 1_000_000
	// mostTags bounds the tags of one: a part of the contacts gets all in one transaction.
	mostTags = 10
	// mostComment is in characters.
	mostComment = 500
)

// Check cleans a change; what is wrong is said by field: tags, stage, points,
// channel, comment, field, value.
func (c Change) Check(ctx context.Context, q db.Q) (Change, error) {
	wrong := fault.Fields{}
	switch c.Kind {
	case Tag, Untag:
		c.Tags = distinct(c.Tags)
		if len(c.Tags) == 0 {
			wrong.Add("tags", fault.Say("bulk.no_tags|Name at least one tag."))
		}
		if len(c.Tags) > mostTags {
			wrong.Add("tags", fault.Say("bulk.many_tags|At most %d tags at once.", mostTags))
		}
		for _, name := range c.Tags {
			if utf8.RuneCountInString(name) > label.Longest {
				wrong.Add("tags", fault.Say("label.too_long|A tag has at most %d characters.", label.Longest))
			}
		}
	case Block, Allow:
		c.Comment = field.Printable(c.Comment)
		if !slices.Contains(consent.Channels(), c.Channel) {
			wrong.Add("channel", fault.Say("bulk.channel|Choose a channel."))
		}
		if utf8.RuneCountInString(c.Comment) > mostComment {
			wrong.Add("comment", fault.Say("bulk.comment|A comment has at most %d characters.", mostComment))
		}
	case Points:
		if c.Points == 0 || c.Points > most || c.Points < -most {
			wrong.Add("points", fault.Say("bulk.points|Give a number of points other than 0, at most %d.", most))
		}
	case Value:
		set, err := field.Of(ctx, q)
		if err != nil {
			return c, err
		}
		f, found := set.ByAlias(c.Field)
		switch {
		case !found || f.Computed() || !f.Published:
			wrong.Add("field", fault.Say("bulk.field|Choose a field."))
		case f.Unique:
			wrong.Add("field", fault.Say("bulk.unique|This field tells contacts apart: many cannot have the same value."))
		default:
			value, problem := field.Clean(f, c.Value)
			if problem != nil {
				wrong.Add("value", *problem)
			}
			c.Value = value
		}
	case Stage:
		f, err := stage.Load(ctx, q)
		if err != nil {
			return c, err
		}
		if _, found := f.Find(c.Stage); !found && c.Stage != 0 {
			wrong.Add("stage", fault.Say("stage.unknown|There is no such stage."))
		}
	case Owner, Delete:
	default:
		wrong.Add("change", fault.Say("bulk.kind|Choose what is to be done."))
	}
	return c, wrong.Err()
}

// distinct are tags as they are stored, each once.
func distinct(typed []string) (names []string) {
	for _, name := range typed {
		name = field.Printable(name)
		same := func(other string) bool { return field.Fold(other) == field.Fold(name) }
		if field.Fold(name) != "" && !slices.ContainsFunc(names, same) {
			names = append(names, name)
		}
	}
	return names
}

// doer is who changes contacts, as their threads tell.
func (r *Run) doer() contact.Edit {
	return contact.Edit{Source: activity.SourceUser, User: r.By.User, UserName: r.By.Name, By: contact.By{Object: "bulk", ID: r.ID, Name: r.By.Name}}
}

var (
	gone  = fault.Say("bulk.gone|It was deleted, or merged into another, meanwhile.")
	same  = fault.Say("bulk.same|It is so already.")
	since = fault.Say("bulk.since|It was changed since.")
	back  = fault.Say("bulk.back|It is back, or was erased.")
)

// apply does it to contacts, and tells what became of each.
func (c Change) apply(ctx context.Context, tx *db.Tx, contacts []id.Contact, e contact.Edit) ([]Outcome, error) {
	if err := contact.HoldAll(ctx, tx, contacts); err != nil {
		return nil, err
	}
	alive, err := contact.Some(ctx, tx, contacts)
	if err != nil {
		return nil, err
	}
	if c.Kind == Block || c.Kind == Allow {
		return c.permit(ctx, tx, contacts, alive, e)
	}
	if c.Kind == Stage {
		return c.place(ctx, tx, contacts, alive, e)
	}
	var tags map[id.Contact][]label.Tag
	if c.Kind == Tag || c.Kind == Untag {
		if tags, err = label.Of(ctx, tx, contacts); err != nil {
			return nil, err
		}
	}
	outcomes := make([]Outcome, 0, len(contacts))
	var taggings []label.Tagging
	for _, n := range contacts {
		is, there := alive[n]
		if !there {
			outcomes = append(outcomes, skipped(n, gone))
			continue
		}
		if tags != nil {
			names := c.differ(tags[n])
			if len(names) == 0 {
				outcomes = append(outcomes, skipped(n, same))
				continue
			}
			outcomes, taggings = append(outcomes, Outcome{Contact: n, Was: names}), append(taggings, taggingsOf(tx, n, names, e)...)
			continue
		}
		o, err := c.one(ctx, tx, is, e)
		if err != nil {
			return nil, err
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, c.label(ctx, tx, c.Kind == Tag, taggings)
}

func taggingsOf(tx *db.Tx, n id.Contact, names []string, e contact.Edit) (list []label.Tagging) {
	by := label.By{Source: e.Source, Object: e.By.Object, ID: e.By.ID, Name: e.By.Name}
	for _, name := range names {
		list = append(list, label.Tagging{Contact: n, Name: name, At: tx.Now(), By: by})
	}
	return list
}

// differ are the tags of the change that a contact has not yet, or those that it has
// where they are to be taken off.
func (c Change) differ(has []label.Tag) (names []string) {
	for _, name := range c.Tags {
		at := slices.IndexFunc(has, func(t label.Tag) bool { return field.Fold(t.Name) == field.Fold(name) })
		switch {
		case c.Kind == Tag && at < 0:
			names = append(names, name)
		case c.Kind == Untag && at >= 0:
			names = append(names, has[at].Name)
		}
	}
	return names
}

func (c Change) label(ctx context.Context, tx *db.Tx, put bool, list []label.Tagging) error {
	if put {
		return label.AddAll(ctx, tx, list)
	}
	return label.RemoveAll(ctx, tx, list)
}

// one does it to one contact that is there.
func (c Change) one(ctx context.Context, tx *db.Tx, is contact.Contact, e contact.Edit) (Outcome, error) {
	was := ""
	var err error
	switch c.Kind {
	case Owner:
		if is.Owner == c.Owner {
			return skipped(is.ID, same), nil
		}
		was, e.Owner = strconv.FormatInt(int64(is.Owner), 10), &c.Owner
	case Points:
		e.Values = map[string]string{"points": strconv.Itoa(is.Points + c.Points)}
	case Value:
		if was = is.Fields[c.Field]; was == c.Value {
			return skipped(is.ID, same), nil
		}
		e.Values = map[string]string{c.Field: c.Value}
	case Delete:
		was, err = strconv.FormatInt(db.Millis(tx.Now()), 10), contact.Delete(ctx, tx, is.ID, e)
	}
	if c.Kind != Delete {
		err = contact.Update(ctx, tx, is.ID, e)
	}
	if reason, refused := said(err); refused {
		return skipped(is.ID, reason), nil
	}
	return Outcome{Contact: is.ID, Was: []string{was}}, err
}

// said is what people are told of an error, if that is for them.
func said(err error) (fault.Text, bool) {
	f, ok := fault.Of(err)
	switch {
	case !ok:
		return fault.Text{}, false
	case f.Kind == fault.KindNotFound:
		return gone, true
	case len(f.Fields) > 0:
		for _, message := range f.Fields {
			return message, true
		}
	}
	return f.Message(), true
}

// takeBack undoes it for contacts to which it was done, and tells of those that
// changed since.
func (c Change) takeBack(ctx context.Context, tx *db.Tx, done []Outcome, e contact.Edit) (left []Outcome, err error) {
	numbers := make([]id.Contact, len(done))
	for i, o := range done {
		numbers[i] = o.Contact
	}
	if err := contact.HoldAll(ctx, tx, numbers); err != nil {
		return nil, err
	}
	alive, err := contact.Some(ctx, tx, numbers)
	if err != nil {
		return nil, err
	}
	if c.Kind == Block || c.Kind == Allow {
		return c.permitBack(ctx, tx, done, alive, e)
	}
	if c.Kind == Stage {
		return c.placeBack(ctx, tx, done, alive, e)
	}
	var tags map[id.Contact][]label.Tag
	if c.Kind == Tag || c.Kind == Untag {
		if tags, err = label.Of(ctx, tx, numbers); err != nil {
			return nil, err
		}
	}
	var taggings []label.Tagging
	for _, o := range done {
		is, there := alive[o.Contact]
		var reason *fault.Text
		switch {
		case c.Kind == Delete:
			reason, err = restore(ctx, tx, o, there, e)
		case !there:
			reason = &gone
		case tags != nil:
			names := c.still(o.Was, tags[o.Contact])
			taggings = append(taggings, taggingsOf(tx, o.Contact, names, e)...)
			if len(names) < len(o.Was) {
				reason = &since
			}
		default:
			reason, err = c.oneBack(ctx, tx, is, o.Was[0], e)
		}
		if err != nil {
			return nil, err
		}
		if reason != nil {
			left = append(left, Outcome{Contact: o.Contact, Skipped: reason})
		}
	}
	return left, c.label(ctx, tx, c.Kind == Untag, taggings)
}

// still are those of the tags that the change put on or took off which are as it left
// them.
func (c Change) still(names []string, has []label.Tag) (list []string) {
	for _, name := range names {
		is := slices.ContainsFunc(has, func(t label.Tag) bool { return field.Fold(t.Name) == field.Fold(name) })
		if is == (c.Kind == Tag) {
			list = append(list, name)
		}
	}
	return list
}

// restore takes a contact out of the bin.
func restore(ctx context.Context, tx *db.Tx, o Outcome, there bool, e contact.Edit) (*fault.Text, error) {
	if there {
		return &back, nil
	}
	at, err := strconv.ParseInt(o.Was[0], 10, 64)
	if err != nil {
		return nil, err
	}
	deleted := db.Time(at)
	e.Seen = &deleted
	err = contact.Restore(ctx, tx, o.Contact, e)
	if fault.Is(err, fault.KindNotFound) {
		return &back, nil
	}
	if reason, refused := said(err); refused {
		return &reason, nil
	}
	return nil, err
}

// oneBack gives one contact what was before, unless it has something else by now.
func (c Change) oneBack(ctx context.Context, tx *db.Tx, is contact.Contact, was string, e contact.Edit) (*fault.Text, error) {
	switch c.Kind {
	case Owner:
		if is.Owner != c.Owner {
			return &since, nil
		}
		n, err := strconv.ParseInt(was, 10, 64)
		if err != nil {
			return nil, err
		}
		owner := id.User(n)
		e.Owner = &owner
	case Points:
		e.Values = map[string]string{"points": strconv.Itoa(is.Points - c.Points)}
	case Value:
		if is.Fields[c.Field] != c.Value {
			return &since, nil
		}
		e.Values = map[string]string{c.Field: was}
	}
	err := contact.Update(ctx, tx, is.ID, e)
	if reason, refused := said(err); refused {
		return &reason, nil
	}
	return nil, err
}

// Names are the tags of a change as they were typed, separated by commas.
func Names(typed string) (list []string) {
	for name := range strings.SplitSeq(typed, ",") {
		if name = strings.TrimSpace(name); name != "" {
			list = append(list, name)
		}
	}
	return list
}
