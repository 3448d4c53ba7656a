package api

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/consent"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/user"
)

// encoder writes contacts as JSON. What is the same for all is written once.
type encoder struct {
	db *db.DB
	shape
	groups []fieldGroup
	owners map[id.User]any
	tags   map[id.Contact][]label.Tag // of the contacts about to be written
	stages stagesOf                   // of the same
	blocks map[id.Contact][]consent.Block
	wishes map[id.Contact]map[consent.Channel]consent.Wish
	// permitted tells that the answer is about the permission to write.
	permitted bool
}

// shape is how the protocol wants a contact in an answer.
type shape struct {
	minimal bool
	listed  bool // in the answer to a list
	alone   bool // in the answer to a write of one contact
	fresh   bool // which created it
	gone    bool // which deleted it
}

type fieldGroup struct {
	name   string
	fields []fieldHead
}

// fieldHead is a field with its description up to the value.
type fieldHead struct {
	field.Field
	head []byte
}

func newEncoder(ctx context.Context, d *db.DB, s shape) (*encoder, error) {
	e := &encoder{db: d, shape: s, owners: map[id.User]any{}}
	set, err := field.Of(ctx, d)
	if err != nil {
		return nil, err
	}
	for _, name := range field.Groups() {
		g := fieldGroup{name: string(name)}
		for _, f := range set.Group(name) {
			head := describe
			if s.fresh {
				head = describeFresh
			}
			g.fields = append(g.fields, fieldHead{f, head(f)})
		}
		slices.SortStableFunc(g.fields, func(a, b fieldHead) int {
			if s.alone {
				return cmp.Compare(a.Order, b.Order)
			}
			return cmp.Compare(a.Listed, b.Listed)
		})
		e.groups = append(e.groups, g)
	}
	return e, nil
}

func describe(f field.Field) []byte {
	fixed := "0"
	if f.Fixed {
		fixed = "1"
	}
	return head(object{
		{"id", strconv.FormatInt(f.ID, 10)}, {"label", f.English()}, {"alias", f.Alias}, {"type", f.Type}, {"group", f.Group},
		{"object", f.Object}, {"is_fixed", fixed}, {"properties", properties(f)}, {"default_value", orNull(f.Default)},
	})
}

// describeFresh is describe in the answer to the creation of a contact.
func describeFresh(f field.Field) []byte {
	var more any = []string{}
	if p := propertiesOf(f); len(p) > 0 {
		more = p
	}
	return head(object{{"id", f.ID}, {"group", f.Group}, {"label", f.English()}, {"alias", f.Alias}, {"type", f.Type}, {"properties", more}})
}

func head(o object) []byte {
	raw, err := json.Marshal(o)
	if err != nil {
		panic(err) // strings always have JSON
	}
	return append(raw[:len(raw)-1], `,"value":`...)
}

// properties is what else defines a field, in the notation of the protocol.
func properties(f field.Field) string {
	text := func(s string) string { return fmt.Sprintf(`s:%d:"%s";`, len(s), s) }
	switch {
	case f.Type == field.Boolean:
		return "a:2:{" + text("yes") + text(f.Yes) + text("no") + text(f.No) + "}"
	case f.Type == field.Number && (f.Scale > 0 || f.Rounding != 0):
		return fmt.Sprintf("a:2:{%si:%d;%si:%d;}", text("roundmode"), cmp.Or(f.Rounding, field.RoundHalfEven), text("scale"), f.Scale)
	case len(f.Options) == 0:
		return "a:0:{}"
	}
	var b strings.Builder
	for i, o := range f.Options {
		fmt.Fprintf(&b, "i:%d;", i)
		if f.Type == field.Lookup {
			b.WriteString(text(o.Value))
		} else {
			b.WriteString("a:2:{" + text("label") + text(o.Label) + text("value") + text(o.Value) + "}")
		}
	}
	return fmt.Sprintf("a:1:{%sa:%d:{%s}}", text("list"), len(f.Options), b.String())
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func idOrNull(n id.User) any {
	if n == 0 {
		return nil
	}
	return n
}

// list writes members of a map of contacts; more says that some were written before.
func (e *encoder) list(ctx context.Context, w io.Writer, list []contact.Contact, more bool) error {
	var b []byte
	err := e.readBeside(ctx, list)
	if err != nil {
		return err
	}
	for _, c := range list {
		if more {
			b = append(b, ',')
		}
		more = true
		b = append(strconv.AppendInt(append(b, '"'), int64(c.ID), 10), `":`...)
		if b, err = e.contact(ctx, b, c); err != nil {
			return err
		}
	}
	_, err = w.Write(b)
	return err
}

// readBeside reads the tags and the stages of contacts and how they may be written to,
// unless that is not written.
func (e *encoder) readBeside(ctx context.Context, list []contact.Contact) error {
	if e.minimal {
		return nil
	}
	contacts := make([]id.Contact, 0, len(list))
	for _, c := range list {
		contacts = append(contacts, c.ID)
	}
	var err error
	if e.tags, err = label.Of(ctx, e.db, contacts); err != nil {
		return err
	}
	if e.stages, err = readStages(ctx, e.db, contacts); err != nil {
		return err
	}
	if e.blocks, err = consent.Blocks(ctx, e.db, contacts); err != nil {
		return err
	}
	e.wishes, err = consent.WishesOf(ctx, e.db, contacts)
	return err
}

func (e *encoder) contact(ctx context.Context, b []byte, c contact.Contact) ([]byte, error) {
	start := len(b)
	b, err := appendMembers(b, object{
		{"isPublished", true}, {"dateAdded", date(c.Added)}, {"dateModified", date(c.Modified)},
		{"createdBy", idOrNull(c.CreatedBy)}, {"createdByUser", orNull(c.CreatedByUser)},
		{"modifiedBy", idOrNull(c.ModifiedBy)}, {"modifiedByUser", orNull(c.ModifiedByUser)},
		{"id", e.number(c)}, {"points", c.Points}, {"color", nil},
	})
	b[start] = '{'
	b = e.fields(append(b, `,"fields":`...), c)
	if e.minimal || err != nil {
		return append(b, '}'), err
	}
	owner, err := e.owner(ctx, c.Owner)
	if err != nil {
		return b, err
	}
	ips := make([]object, len(c.IPs))
	for i, ip := range c.IPs {
		ips[i] = object{{"ipAddress", ip.Address}, {"id", ip.ID}, {"ipDetails", noDetails}}
	}
	none := []string{}
	tags := make([]object, 0, len(e.tags[c.ID]))
	for _, t := range e.tags[c.ID] {
		tags = append(tags, object{{"id", t.ID}, {"tag", t.Name}, {"description", nil}})
	}
	b, err = appendMembers(b, object{
		{"lastActive", date(c.LastActive)}, {"owner", owner}, {"ipAddresses", ips}, {"tags", tags}, {"utmtags", none}, {"stage", e.stages.object(c.ID)},
		{"dateIdentified", date(c.Identified)}, {"preferredProfileImage", nil}, {"doNotContact", e.blocksOf(c.ID)}, {"frequencyRules", e.wishesOf(c.ID)},
	})
	return append(b, '}'), err
}

// number is the identifier of a contact, of one that is deleted null.
func (e *encoder) number(c contact.Contact) any {
	if e.gone {
		return nil
	}
	return c.ID
}

// noDetails is an address of unknown place.
var noDetails = object{{"city", ""}, {"region", ""}, {"zipcode", ""}, {"country", ""}, {"latitude", ""}, {"longitude", ""},
	{"isp", ""}, {"organization", ""}, {"timezone", ""}, {"extra", ""}}

// appendMembers writes members with a comma before each.
func appendMembers(b []byte, o object) ([]byte, error) {
	raw, err := json.Marshal(o)
	if err != nil {
		return b, err
	}
	return append(append(b, ','), raw[1:len(raw)-1]...), nil
}

func (e *encoder) owner(ctx context.Context, number id.User) (any, error) {
	if number == 0 {
		return nil, nil
	}
	if known, ok := e.owners[number]; ok {
		return known, nil
	}
	u, err := user.Find(ctx, e.db, number)
	if fault.Is(err, fault.KindNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read owner %d: %w", number, err)
	}
	e.owners[number] = object{{"createdByUser", nil}, {"modifiedByUser", nil}, {"id", u.ID}, {"username", u.UserName},
		{"firstName", u.FirstName}, {"lastName", u.LastName}}
	return e.owners[number], nil
}

// fields writes the groups with their fields, and all values once more.
func (e *encoder) fields(b []byte, c contact.Contact) []byte {
	all := append([]byte(nil), `{"id":"`...)
	all = append(strconv.AppendInt(all, int64(c.ID), 10), '"')
	if e.gone {
		all = append(all[:0], `{"id":null`...)
	}
	b = append(b, '{')
	for _, g := range e.groups {
		b = append(append(b, quote(g.name)...), ':')
		if len(g.fields) == 0 {
			b = append(b, "[],"...)
			continue
		}
		b = append(b, '{')
		for i, f := range g.fields {
			if i > 0 {
				b = append(b, ',')
			}
			value := e.value(f.Field, c)
			name := quote(f.Alias)
			b = append(append(append(b, name...), ':'), f.head...)
			b = append(append(b, value...), `,"normalizedValue":`...)
			b = append(append(b, normalised(f.Field, c, value)...), '}')
			all = append(append(append(append(all, ','), name...), ':'), value...)
		}
		b = append(b, "},"...)
	}
	return append(append(append(b, `"all":`...), all...), "}}"...)
}

// normalised is the JSON of a value for people.
func normalised(f field.Field, c contact.Contact, value []byte) []byte {
	if string(value) == "null" {
		return []byte(`""`)
	}
	if f.Type.Chosen() || f.Type == field.Boolean {
		label, _ := f.Labelled(c.Fields[f.Alias])
		return quote(label)
	}
	return value
}

// value is the JSON of one value.
func (e *encoder) value(f field.Field, c contact.Contact) []byte {
	text := c.Fields[f.Alias]
	switch {
	case f.Alias == "points" && e.fresh && c.Points == 0:
		return []byte("null")
	case f.Alias == "points":
		return strconv.AppendInt(nil, int64(c.Points), 10)
	case f.Alias == "last_active":
		if c.LastActive.IsZero() {
			return []byte("null")
		}
		return quote(c.LastActive.UTC().Format(time.DateTime))
	case text == "":
		return []byte("null")
	case f.Type == field.Boolean && !e.listed:
		return []byte(text)
	case f.Type == field.Number:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return quote(text)
		}
		raw := strconv.AppendFloat(nil, n, 'f', -1, 64)
		if f.Scale > 0 && !strings.ContainsRune(string(raw), '.') {
			raw = append(raw, ".0"...)
		}
		return raw
	}
	return quote(text)
}
