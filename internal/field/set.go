package field

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/id"
)

// Set is all the fields of an object as they were defined at one moment. It never
// changes, nor may what its methods return be changed.
type Set struct {
	object   string
	version  int64
	all      []Field // in the order of pages
	at       map[string]int
	removed  map[string]Field
	groups   map[Group][]Field // published
	shown    []Field           // published
	indexed  []Field
	keyed    []Field
	social   []Field
	defaults map[string]string
}

// Object is what the fields describe: Contact or Company.
func (s *Set) Object() string { return s.object }

// Version rises with each change of a definition.
func (s *Set) Version() int64 { return s.version }

// All lists the fields there are, hidden ones too.
func (s *Set) All() []Field { return s.all }

// Published lists the fields that are shown, in the order of pages.
func (s *Set) Published() []Field { return s.shown }

// Writable lists the fields whose values come from outside: those that are shown and
// not computed.
func (s *Set) Writable() []Field {
	return slices.DeleteFunc(slices.Clone(s.shown), Field.Computed)
}

// Group lists those that are shown in a group.
func (s *Set) Group(g Group) []Field { return s.groups[g] }

// ByAlias finds a field.
func (s *Set) ByAlias(alias string) (Field, bool) {
	i, found := s.at[alias]
	if !found {
		return Field{}, false
	}
	return s.all[i], true
}

// Ever is ByAlias that finds fields too that were removed and whose values are kept.
func (s *Set) Ever(alias string) (Field, bool) {
	f, found := s.ByAlias(alias)
	if !found {
		f, found = s.removed[alias]
	}
	return f, found
}

// Removed lists the fields that were removed and whose values are kept.
func (s *Set) Removed() []Field {
	list := make([]Field, 0, len(s.removed))
	for _, f := range s.removed {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b Field) int { return cmp.Or(b.Removed.Compare(a.Removed), cmp.Compare(a.ID, b.ID)) })
	return list
}

// Identifying tells whether a value in this field makes a visitor somebody.
func (s *Set) Identifying(alias string) bool {
	f, found := s.ByAlias(alias)
	return found && f.Identifying()
}

// Unique tells whether a value of this field belongs to one contact only.
func (s *Set) Unique(alias string) bool {
	f, found := s.ByAlias(alias)
	return found && f.Unique
}

// Indexed lists the fields whose values are kept in an index.
func (s *Set) Indexed() []Field { return s.indexed }

// Keyed lists the fields whose values name one contact, the e-mail address first.
func (s *Set) Keyed() []Field { return s.keyed }

// Social lists the fields of social networks.
func (s *Set) Social() []Field { return s.social }

// Defaults are the values that a contact begins with.
func (s *Set) Defaults() map[string]string { return s.defaults }

// Standard is the fields every contact has, where nobody defined any.
func Standard() *Set { return compile(0, Contact, slices.Clone(standards)) }

// definition is what is stored of a field in JSON. Of a standard field only what
// may be changed counts.
type definition struct {
	Label      string   `json:"label,omitempty"`
	Type       Type     `json:"type,omitempty"`
	Group      Group    `json:"group,omitempty"`
	Default    string   `json:"default,omitempty"`
	Options    []Option `json:"options,omitempty"`
	Yes        string   `json:"yes,omitempty"`
	No         string   `json:"no,omitempty"`
	Scale      int      `json:"scale,omitempty"`
	Rounding   Rounding `json:"rounding,omitempty"`
	Limit      int      `json:"limit,omitempty"`
	Required   bool     `json:"required,omitempty"`
	Hidden     bool     `json:"hidden,omitempty"`
	OffForm    bool     `json:"off_form,omitempty"`
	OnQuick    bool     `json:"on_quick,omitempty"`
	Unlisted   bool     `json:"unlisted,omitempty"`
	Unique     bool     `json:"unique,omitempty"`
	Filterable bool     `json:"filterable,omitempty"`
}

func (f Field) definition() definition {
	return definition{Label: f.Renamed, Type: f.Type, Group: f.Group, Default: f.Default, Options: f.Options, Yes: f.Yes, No: f.No, Scale: f.Scale, Rounding: f.Rounding,
		Limit: f.Limit, Required: f.Required, Hidden: !f.Published, OffForm: !f.OnForm, OnQuick: f.OnQuick, Unlisted: !f.Listable, Unique: f.Unique, Filterable: f.Filterable}
}

// defined is the field with what was stored of it.
func (f Field) defined(d definition) Field {
	if f.Custom() {
		f.Type, f.Group, f.Options, f.Yes, f.No = d.Type, d.Group, d.Options, d.Yes, d.No
		f.Scale, f.Rounding, f.Unique = d.Scale, d.Rounding, d.Unique
	}
	f.Limit = d.Limit
	if f.Type == Lookup && len(d.Options) > 0 {
		f.Options = d.Options
	}
	f.Renamed, f.Default, f.Required, f.Filterable = d.Label, d.Default, d.Required, d.Filterable
	f.Published, f.OnForm, f.OnQuick, f.Listable = !d.Hidden, !d.OffForm, d.OnQuick, !d.Unlisted
	return f
}

// Load reads the fields of contacts from the database.
func Load(ctx context.Context, q db.Q) (*Set, error) { return LoadOf(ctx, q, Contact) }

// LoadOf reads the fields of an object from the database.
func LoadOf(ctx context.Context, q db.Q, object string) (*Set, error) {
	version, err := readVersion(ctx, q)
	if err != nil {
		return nil, err
	}
	return load(ctx, q, version, object)
}

func readVersion(ctx context.Context, q db.Q) (version int64, err error) {
	if err := q.QueryRow(ctx, `SELECT version FROM field_version`).Scan(&version); err != nil {
		return 0, fmt.Errorf("read version of fields: %w", err)
	}
	return version, nil
}

// load reads what is no older than the version.
func load(ctx context.Context, q db.Q, version int64, object string) (*Set, error) {
	list := slices.Clone(standards)
	if object == Company {
		list = slices.Clone(companyStandards)
	}
	at := map[int64]int{}
	for i, f := range list {
		at[f.ID] = i
	}
	err := db.Each(ctx, q, `SELECT id, alias, position, definition, indexing, unfit, added, modified, created_by, created_by_user, modified_by, modified_by_user, removed
		FROM field WHERE object = ? ORDER BY id`, []any{object}, func(row db.Row) error {
		f := Field{Object: object}
		var raw string
		var added, modified, createdBy, modifiedBy, removed sql.NullInt64
		var createdUser, modifiedUser sql.NullString
		if err := row.Scan(&f.ID, &f.Alias, &f.Position, &raw, &f.Indexing, &f.Unfit, &added, &modified, &createdBy, &createdUser, &modifiedBy, &modifiedUser, &removed); err != nil {
			return err
		}
		var d definition
		if err := json.Unmarshal([]byte(raw), &d); err != nil {
			return fmt.Errorf("field %d: %w", f.ID, err)
		}
		position, indexing, unfit := f.Position, f.Indexing, f.Unfit
		i, standard := at[f.ID]
		if standard {
			f = list[i]
		}
		if f.Position, f.Indexing, f.Unfit = position, indexing, unfit; !standard || raw != unchanged {
			f = f.defined(d)
		}
		f.Added, f.Modified, f.Removed = db.NullTime(added), db.NullTime(modified), db.NullTime(removed)
		f.CreatedBy, f.CreatedUser, f.ModifiedBy, f.ModifiedUser = id.User(createdBy.Int64), createdUser.String, id.User(modifiedBy.Int64), modifiedUser.String
		if standard {
			list[i] = f
		} else {
			f.Order, f.Listed = f.Position, lastStandard+f.Position
			list = append(list, f)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	return compile(version, object, list), nil
}

// unchanged is the definition of a standard field of which only the place changed.
const unchanged = "{}"

func compile(version int64, object string, list []Field) *Set {
	slices.SortStableFunc(list, func(a, b Field) int {
		return cmp.Or(cmp.Compare(slices.Index(Groups(), a.Group), slices.Index(Groups(), b.Group)), cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
	})
	s := &Set{object: object, version: version, at: make(map[string]int, len(list)), removed: map[string]Field{}, defaults: map[string]string{}, groups: map[Group][]Field{}}
	for _, f := range list {
		if !f.Removed.IsZero() {
			s.removed[f.Alias] = f
			continue
		}
		s.at[f.Alias] = len(s.all)
		s.all = append(s.all, f)
		if f.Published {
			s.shown, s.groups[f.Group] = append(s.shown, f), append(s.groups[f.Group], f)
		}
		if f.Indexed() {
			s.indexed = append(s.indexed, f)
		}
		if f.Alias == "email" {
			s.keyed = append([]Field{f}, s.keyed...)
		} else if f.Keyed() {
			s.keyed = append(s.keyed, f)
		}
		if f.Group == Social {
			s.social = append(s.social, f)
		}
		if f.Default != "" && f.Published && !f.Computed() {
			s.defaults[f.Alias] = f.Default
		}
	}
	return s
}

// topic is published once a definition has changed.
const topic = "field"

// cache is the sets that a process knows of a database.
type cache struct{ held atomic.Pointer[held] }

type held struct {
	set, companies *Set
	until          time.Time
	changed        <-chan struct{}
}

// cachedFor bounds how long a change of another process goes unnoticed where
// nothing is heard of it.
const cachedFor = 5 * time.Second

type cacheKey struct{}

// Of is the fields of contacts, as this process knows them. What another process
// changed a moment ago may be missing; a transaction that depends on it asks Now.
func Of(ctx context.Context, q db.Q) (*Set, error) {
	h, err := known(ctx, q)
	return h.set, err
}

// OfCompanies is Of for the fields of companies.
func OfCompanies(ctx context.Context, q db.Q) (*Set, error) {
	h, err := known(ctx, q)
	return h.companies, err
}

func known(ctx context.Context, q db.Q) (held, error) {
	fresh := held{until: time.Now().Add(cachedFor)}
	d := db.Of(q)
	if d == nil {
		version, err := readVersion(ctx, q)
		if err != nil {
			return held{}, err
		}
		err = fresh.read(ctx, q, version)
		return fresh, err
	}
	c := d.Held(cacheKey{}, func() any { return &cache{} }).(*cache)
	h := c.held.Load()
	if h != nil && time.Now().Before(h.until) {
		select {
		case <-h.changed:
		default:
			return *h, nil
		}
	}
	fresh.changed = d.Topic(topic).Wait()
	version, err := readVersion(ctx, q)
	if err != nil {
		return held{}, err
	}
	if h != nil && h.set.version == version {
		fresh.set, fresh.companies = h.set, h.companies
	} else if err := fresh.read(ctx, q, version); err != nil {
		return held{}, err
	}
	if tx, ok := q.(*db.Tx); !ok || !tx.Attached(changing{}) {
		c.held.Store(&fresh)
	}
	return fresh, nil
}

// read reads what is no older than the version.
func (h *held) read(ctx context.Context, q db.Q, version int64) (err error) {
	if h.set, err = load(ctx, q, version, Contact); err == nil {
		h.companies, err = load(ctx, q, version, Company)
	}
	return err
}

// Now is the fields of contacts as they are in this transaction. Who asks it after
// having locked a contact, and before writing its values, misses no index that
// these are to be in: see db.DB.Settle.
func Now(ctx context.Context, tx *db.Tx) (*Set, error) {
	known, err := Of(ctx, tx)
	if err != nil {
		return nil, err
	}
	version, err := readVersion(ctx, tx)
	if err != nil || version == known.version {
		return known, err
	}
	return load(ctx, tx, version, Contact)
}
