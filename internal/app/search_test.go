package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/search"
	"ariane/internal/user"
)

// The people of the search specification's worked examples, section 6: C is a
// visitor, D has no last name and no address.
func examples(t *testing.T) (d *db.DB, names map[id.Contact]string, me id.User) {
	t.Helper()
	ctx := context.Background()
	d = dbtest.Open(t)
	names = map[id.Contact]string{}
	err := d.Do(ctx, func(tx *db.Tx) error {
		marie, err := user.Create(ctx, tx, user.New{UserName: "marie", Email: "marie@ariane.test", FirstName: "Marie", LastName: "Curie", Role: user.Admin, Password: "a long password"})
		if err != nil {
			return err
		}
		i, err := user.Create(ctx, tx, user.New{UserName: "me", Email: "me@ariane.test", Role: user.Member, Password: "a long password"})
		if err != nil {
			return err
		}
		me = i.ID
		for _, p := range []struct {
			name, ip string
			values   map[string]string
			points   int
			owner    id.User
			tags     []string
			added    time.Time
		}{
			{"A", "", map[string]string{"firstname": "Jean", "lastname": "Dupont", "email": "jean.dupont@acme.fr", "company": "Acme", "city": "Lyon", "country": "France",
				"phone": "+33 4 72 00 11 22", "attribution": "12.5", "attribution_date": "2026-02-03 10:00:00", "twitter": "@JDupont"}, 50, marie.ID, []string{"VIP", "salon"}, date("2026-01-10")},
			{"B", "", map[string]string{"firstname": "Paul", "lastname": "Martin", "email": "paul@beta.ca", "company": "Beta", "city": "Montréal", "country": "Canada"},
				10, 0, []string{"salon"}, date("2026-02-20")},
			{"C", "88.12.3.4", nil, 0, 0, nil, date("2026-03-14")},
			{"D", "", map[string]string{"firstname": "Jeanne", "mobile": "06.12.34.56.78"}, 0, me, nil, date("2025-12-31")},
		} {
			c, err := contact.Create(ctx, tx, contact.New{Values: p.values, Points: p.points, Owner: p.owner, IP: p.ip, Added: p.added})
			if err != nil {
				return err
			}
			names[c] = p.name
			if err := label.Add(ctx, tx, c, p.tags, label.By{}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, names, me
}

func date(text string) time.Time {
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return at
}

func TestWorkedExamplesOfSearch(t *testing.T) {
	ctx := context.Background()
	d, names, me := examples(t)
	language := app.Language(d)
	who := search.Who{User: me, Now: time.Date(2026, 3, 15, 12, 0, 0, 0, time.UTC)}
	for _, c := range []struct{ text, want string }{
		{"", "A B D"},
		{"is:anonymous", "C"},
		{"!is:anonymous", "A B D"},
		{"ip:88.12 is:anonymous", "C"},
		{"jean", "A D"},
		{"+jean", "A"},
		{`"jean dupont"`, "A"},
		{"jean dupont", "A"},
		{"jean or canada", "A B D"},
		{"(jean or canada)", "A B D"},
		{"email:%@acme.fr", "A"},
		{"email:(jean OR paul)", "A B"},
		{"!email:jean", "B D"},
		{"tag:salon", "A B"},
		{"tag:vip tag:salon", "A"},
		{"!tag:vip", "B D"},
		{"is:unowned", "B"},
		{"owner:marie", "A"},
		{"owner:cur", "A"},
		{"!owner:marie", "B D"},
		{"owner:nobody", ""},
		{"is:mine", "D"},
		{"est:àmoi", "D"},
		{"!is:mine", "A B"},
		{"company:ac", "A"},
		{"société:acme", "A"},
		{"city:lyon (tag:vip or tag:salon)", "A"},
		{"city:montreal", "B"},
		{"CITY:Montr", "B"},
		{"!city:lyon", "B D"},
		{"city:+lyon", "A"},
		{"city:%yon", "A"},
		{"place:can", "B"},
		{"lieu:(lyon OU montréal)", "A B"},
		{"twitter:@jdu", "A"},
		{"has:city", "A B"},
		{"0472001122", "A"},
		{`"06 12 34 56 78"`, "D"},
		{"+33472001122", "A"},
		{"06.12.34.56.78", "D"},
		{"https://acme.fr/a", ""},
		{"email:first_last@x.fr", ""},
		{"foo:", "A B D"},
		{"phone:0472", "A"},
		{"phone:33472", "A"},
		{"téléphone:+33(0)4", ""},
		{`phone:"06 12 34 56 78"`, "D"},
		{"phone:01", ""},
		{"!phone:0472001122", "B D"},
		{"points:>10", "A"},
		{"points:>=10", "A B"},
		{"points:10..49", "B"},
		{"points:10", "B"},
		{"points:..9", "D"},
		{"points:<10.5", "B D"},
		{"!points:>10", "B D"},
		{"attribution:12..13", "A"},
		{"attribution:12,5", "A"},
		{"attribution_date:2026-02-03", "A"},
		{"attribution_date:>2026-02-03", ""},
		{"attribution_date:>=2026-02-03", "A"},
		{"!attribution_date:<2027", "B D"},
		{"created:2026", "A B"},
		{"created:2026-01-10", "A"},
		{"créé:2026-01..2026-02", "A B"},
		{"created:<2026", "D"},
		{"created:<30d", "B"},
		{"created:30j", "B"},
		{"created:>30d", "A D"},
		{"created:1m..3m", "A D"},
		{"created:yesterday is:anonymous", "C"},
		{`created:"last month"`, "B"},
		{"created:hier", ""},
		{"has:phone", "A D"},
		{"!has:email", "D"},
		{"a:société", "A B"},
		{"has:tag", "A B"},
		{"has:owner", "A D"},
		{"any:acme", "A"},
		{"event:contact.identified", "A B D"},
		{"event:tag", "A B"},
		{"!event:tag", "D"},
		{"event:visit", ""},
		{"device:iphone", ""},
		{"identified:today", ""},
		{"active:>1h", "A B D"},
		{"ids:1,4", "A D"},
	} {
		q, err := language.Parse(ctx, c.text, who)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		for _, sort := range []contact.Sort{"", contact.SortName, contact.SortPoints} {
			page, err := contact.List(ctx, d, contact.Filter{Where: q.Where, Anonymous: q.Anonymous, Also: language.Catalogue, Sort: sort, BlankLast: true, Limit: 10, CountTo: 10})
			var got []string
			for _, found := range page.Contacts {
				got = append(got, names[found.ID])
			}
			slices.Sort(got)
			if err != nil || strings.Join(got, " ") != c.want || page.Found != len(got) {
				t.Errorf("%s by %s: %q of %d, %v; want %q", c.text, sort, got, page.Found, err, c.want)
			}
		}
	}
}

// A field that is hidden, or that lists are not filtered by, is no command; those that
// ask it beside others go on.
func TestSearchLeavesOutFieldsThatAreNotAsked(t *testing.T) {
	ctx := context.Background()
	d, names, me := examples(t)
	for alias, change := range map[string]func(*field.Field){
		"country": func(f *field.Field) { f.Published = false },
		"mobile":  func(f *field.Field) { f.Listable = false },
	} {
		err := d.Do(ctx, func(tx *db.Tx) error {
			set, err := field.Now(ctx, tx)
			if err != nil {
				return err
			}
			f, _ := set.ByAlias(alias)
			change(&f)
			_, err = field.Change(ctx, tx, f, field.By{}, nil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	language := app.Language(d)
	for _, c := range []struct{ text, want, hint string }{
		{"place:lyon", "A", ""},
		{"place:canada", "", ""},
		{"phone:0472", "A", ""},
		{"phone:0612345678", "", ""},
		{"country:canada", "", "There is no command country: it was searched as text."},
		{"has:country", "", "There is no command has:country: it was searched as text."},
		{"a:country", "", "There is no command a:country: it was searched as text."},
		{"canada", "B", ""},
	} {
		q, err := language.Parse(ctx, c.text, search.Who{User: me, Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		page, err := contact.List(ctx, d, contact.Filter{Where: q.Where, Also: language.Catalogue, Limit: 10})
		var got, hints []string
		for _, found := range page.Contacts {
			got = append(got, names[found.ID])
		}
		for _, h := range q.Hints {
			hints = append(hints, h.English())
		}
		if err != nil || strings.Join(got, " ") != c.want || strings.Join(hints, " ") != c.hint {
			t.Errorf("%s: %q %q, %v; want %q %q", c.text, got, hints, err, c.want, c.hint)
		}
	}
}

func TestCountriesAreFoundInEachLanguage(t *testing.T) {
	ctx := t.Context()
	d, _, me := examples(t)
	var selma id.Contact
	err := d.Do(ctx, func(tx *db.Tx) (err error) {
		selma, err = contact.Create(ctx, tx, contact.New{Values: map[string]string{"firstname": "Selma", "country": "Sweden"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	language := app.Language(d)
	for _, text := range []string{"country:Sweden", "country:swe", "country:Suède", "country:sue", "country:+suede", "lieu:suède", "place:sweden", "suède", "has:country !country:fra !country:canada", "country:%wed"} {
		parsed, err := language.Parse(ctx, text, search.Who{User: me, Now: d.Now()})
		if err != nil {
			t.Fatal(err)
		}
		page, err := contact.List(ctx, d, contact.Filter{Where: parsed.Where, Also: language.Catalogue, Limit: 10})
		if err != nil || len(page.Contacts) != 1 || page.Contacts[0].ID != selma {
			t.Errorf("%s: %v %v", text, page.Contacts, err)
		}
	}
}
