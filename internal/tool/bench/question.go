package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
	"ariane/internal/search"
	"ariane/internal/user"
	"ariane/internal/visit"
)

const (
	// benchUser logs in to measure.
	benchUser = "bench"
	listPage  = 30
	// samples are how many contacts are asked for in turn.
	samples = 50
)

// question is something that is asked again and again; the answer to each is
// another where that is possible.
type question struct {
	name string
	// ask returns the address of the i-th time, and what reads from the database all
	// that it is about; nil where that cannot be told.
	ask func(i int) (path string, read func(ctx context.Context, q db.Q) error)
}

// stage is what the questions are about.
type stage struct {
	password string
	user     id.User
	fields   *field.Set
	visitors []Visitor // who come again meanwhile
	people   []contact.Contact
	heavy    id.Contact
	// deep are places in the middle of the list, by its order.
	deep map[contact.Sort]string
	// older is a place in the middle of the heavy contact's thread.
	older activity.Cursor
}

var errUsers = errors.New("somebody logs in to this database: only one made with ariane seed is measured, because it is written to")

// prepareRead makes the user who measures, and finds what to ask for.
func prepareRead(ctx context.Context, o db.Options, heavy string) (s *stage, err error) {
	d, err := db.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	s = &stage{password: visit.NewToken(), deep: map[contact.Sort]string{}}
	if err := d.Do(ctx, func(tx *db.Tx) error { return s.hire(ctx, tx) }); err != nil {
		return nil, err
	}
	if s.visitors, err = returning(ctx, d); err != nil {
		return nil, err
	}
	if s.fields, err = field.Load(ctx, d); err != nil {
		return nil, err
	}
	known, err := contact.Count(ctx, d, contact.Filter{})
	if err != nil {
		return nil, err
	}
	if known < samples {
		return nil, fmt.Errorf("there are %d contacts in the database: make some with ariane seed", known)
	}
	for i := range samples {
		page, err := contact.List(ctx, d, contact.Filter{Sort: contact.SortID, Offset: i * (known - 1) / samples, Limit: 1})
		if err != nil {
			return nil, err
		}
		s.people = append(s.people, page.Contacts...)
	}
	for _, sort := range contact.Sorts() {
		page, err := contact.List(ctx, d, contact.Filter{Sort: sort, BlankLast: true, Offset: known / 2, Limit: listPage})
		if err != nil {
			return nil, err
		}
		s.deep[sort] = page.Next
	}
	if err := s.own(ctx, d); err != nil {
		return nil, err
	}
	return s, s.findHeavy(ctx, d, heavy)
}

func (s *stage) hire(ctx context.Context, tx *db.Tx) error {
	u, err := user.ByLogin(ctx, tx, benchUser)
	if err == nil {
		s.user = u.ID
		return user.SetPassword(ctx, tx, u.ID, s.password)
	}
	if !fault.Is(err, fault.KindNotFound) {
		return err
	}
	if somebody, err := user.Any(ctx, tx); err != nil || somebody {
		return errors.Join(err, errUsers)
	}
	u, err = user.Create(ctx, tx, user.New{UserName: benchUser, Email: benchUser + "@ariane.example", Password: s.password, Role: user.Admin, Language: "en", Zone: "Europe/Paris"})
	s.user = u.ID
	return err
}

// findHeavy finds the contact with most events among the samples and the one with
// that address.
func (s *stage) findHeavy(ctx context.Context, d *db.DB, email string) error {
	most := -1
	look := func(c id.Contact) error {
		counts, _, err := activity.TallyLatest(ctx, d, c, 1_000_000)
		n := 0
		for _, of := range counts {
			n += of
		}
		if n > most {
			s.heavy, most = c, n
		}
		return err
	}
	for _, c := range s.people {
		if err := look(c.ID); err != nil {
			return err
		}
	}
	page, err := contact.List(ctx, d, contact.Filter{Where: rule.Cond{Field: "email", Op: rule.Equal, Value: email}, Limit: 1})
	if err != nil {
		return err
	}
	for _, c := range page.Contacts {
		if err := look(c.ID); err != nil {
			return err
		}
	}
	s.older, err = activity.Back(ctx, d, s.heavy, most/2)
	return err
}

func (s *stage) person(i int) contact.Contact { return s.people[i%len(s.people)] }

func (s *stage) questions() []question {
	list := []question{
		s.list("list", "", contact.SortLastActive, false, ""),
		s.list("list, deep", "", contact.SortLastActive, false, s.deep[contact.SortLastActive]),
		s.list("is:anonymous", "is:anonymous", contact.SortLastActive, false, ""),
		s.list("is:anonymous, oldest first", "is:anonymous", contact.SortLastActive, true, ""),
	}
	for _, sort := range contact.Sorts() {
		list = append(list, s.list("by "+string(sort), "", sort, false, ""), s.list("by "+string(sort)+", ascending", "", sort, true, ""),
			s.list("by "+string(sort)+", deep", "", sort, false, s.deep[sort]))
	}
	list = append(list,
		s.search("e-mail", func(i int) string { return "email:" + s.person(i).Fields["email"] }),
		s.search("e-mail as free text", func(i int) string { return s.person(i).Fields["email"] }),
		s.search("part of an e-mail", func(i int) string { return "email:%" + s.person(i).Fields["email"][2:8] + "%" }),
		s.search("free text, a last name", func(i int) string { return s.person(i).Fields["lastname"] }),
		s.search("free text, a full name", func(i int) string { return s.person(i).Name }))
	for _, words := range []string{"martin", "exa", "ma", "m", "zq", "zqzq", "camille martin", "is:anonymous zone", "is:anonymous zq", "tag:client", "!tag:client", "tag:none-such", "company:%conseil%", "ip:100.64.", "ip:100.64.7.", "name:zq", "name:cam",
		"ids:77", "(camille OR julie) !is:anonymous", "is:anonymous OR martin"} {
		list = append(list, s.search("search "+words, func(int) string { return words }))
	}
	list = append(list, s.list("is:anonymous by name", "is:anonymous", contact.SortName, false, ""), s.list("search martin by name", "martin", contact.SortName, true, ""),
		s.list("search ma by points", "ma", contact.SortPoints, false, ""))
	return slices.Concat(list, s.contactQuestions(), s.apiQuestions(), s.fieldQuestions())
}

// contactQuestions are about one contact, and about everybody.
func (s *stage) contactQuestions() []question {
	page := func(number id.Contact, query string) string {
		return fmt.Sprintf("/s/contacts/view/%d%s", number, query)
	}
	read := func(number id.Contact, p activity.Page) func(ctx context.Context, q db.Q) error {
		p.Limit = listPage
		return func(ctx context.Context, q db.Q) error {
			_, err := contact.Find(ctx, q, number)
			if err == nil {
				_, err = activity.Thread(ctx, q, number, p)
			}
			return err
		}
	}
	heavy := func(name, query string, p activity.Page) question {
		return question{"busiest contact: " + name, func(int) (string, func(context.Context, db.Q) error) { return page(s.heavy, query), read(s.heavy, p) }}
	}
	fixed := func(name, path string) question {
		return question{name, func(int) (string, func(context.Context, db.Q) error) { return path, nil }}
	}
	older := fmt.Sprintf("?before=%d-%d", db.Millis(s.older.At), s.older.ID)
	return []question{
		{"contact", func(i int) (string, func(context.Context, db.Q) error) {
			return page(s.person(i).ID, ""), read(s.person(i).ID, activity.Page{})
		}},
		heavy("top", "", activity.Page{}),
		heavy("in the middle", older, activity.Page{Before: s.older}),
		heavy("audit", "?tab=audit", activity.Page{}),
		heavy("forms only", "?show=forms", activity.Page{}),
		heavy("words found", "?find=tarifs", activity.Page{}),
		heavy("words not found", "?find=zqzq", activity.Page{}),
		fixed("dashboard", "/s/dashboard"),
		fixed("activity", "/s/activity"),
		fixed("forms", "/s/forms"),
		fixed("results of a form", "/s/forms/results/1"),
		fixed("system", "/s/system"),
	}
}

func (s *stage) apiQuestions() []question {
	return []question{
		{"API, list of 30", func(int) (string, func(context.Context, db.Q) error) {
			return "/api/contacts?limit=30", listed(contact.Filter{Anonymous: true, Sort: contact.SortID, Asc: true, Limit: listPage})
		}},
		{"API, list of 30 by last activity", func(int) (string, func(context.Context, db.Q) error) {
			return "/api/contacts?limit=30&orderBy=last_active&orderByDir=desc", listed(contact.Filter{Anonymous: true, Limit: listPage})
		}},
		{"API, e-mail", func(i int) (string, func(context.Context, db.Q) error) {
			email := s.person(i).Fields["email"]
			return "/api/contacts?search=" + url.QueryEscape("email:"+email), listed(contact.Filter{Where: rule.Cond{Field: "email", Op: rule.Equal, Value: email}, Anonymous: true, Limit: listPage})
		}},
		{"API, one contact", func(i int) (string, func(context.Context, db.Q) error) {
			number := s.person(i).ID
			return fmt.Sprint("/api/contacts/", number), func(ctx context.Context, q db.Q) error {
				_, err := contact.Find(ctx, q, number)
				return err
			}
		}},
		{"API, thread of the busiest contact", func(int) (string, func(context.Context, db.Q) error) {
			return fmt.Sprintf("/api/contacts/%d/activity", s.heavy), nil
		}},
	}
}

func listed(f contact.Filter) func(ctx context.Context, q db.Q) error {
	return func(ctx context.Context, q db.Q) error {
		_, err := contact.List(ctx, q, f)
		return err
	}
}

func (s *stage) search(name string, words func(i int) string) question {
	return question{name, func(i int) (string, func(context.Context, db.Q) error) {
		return s.list(name, words(i), contact.SortLastActive, false, "").ask(i)
	}}
}

// list is a page of the list.
func (s *stage) list(name, words string, sort contact.Sort, asc bool, after string) question {
	q := url.Values{}
	for key, value := range map[string]string{"search": words, "after": after, "sort": string(sort)} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if asc {
		q.Set("order", "asc")
	}
	return question{name, func(int) (string, func(context.Context, db.Q) error) {
		return "/s/contacts?" + q.Encode(), func(ctx context.Context, q db.Q) error {
			language := app.Language(nil)
			language.Fields = func(context.Context) (*field.Set, error) { return s.fields, nil }
			query, err := language.Parse(ctx, words, search.Who{User: s.user, Now: time.Now()})
			if err != nil {
				return err
			}
			f := contact.Filter{Where: query.Where, Anonymous: query.Anonymous, Also: language.Catalogue, Sort: sort, Asc: asc, BlankLast: true, After: after, Limit: listPage}
			return listed(f)(ctx, q)
		}
	}}
}
