package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/setting"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/tool/demo/site"
	"ariane/internal/user"
	"ariane/internal/visit"
)

// The log-in of the demonstration.
const (
	Email    = "demo@ariane.test"
	Password = "ariane-demo"
)

const (
	samples = 100
	// strangers visit the sample site and never say who they are.
	strangers = 45
	// days is how far back the samples' visits go.
	days = 60
)

// Fill makes the demonstration in an empty database; in one that has users it
// only makes sure that they are those of the demonstration, whose password is
// public, and that the sample site may send its visits. siteURL is the address of the sample site, language that of the
// user and of the form.
func Fill(ctx context.Context, d *db.DB, r *visit.Recorder, siteURL, language string) error {
	return d.Do(ctx, func(tx *db.Tx) error {
		exists, err := user.Any(ctx, tx)
		if err != nil {
			return err
		}
		if exists {
			return resume(ctx, tx, siteURL)
		}
		u, err := user.Create(ctx, tx, user.New{UserName: "demo", Email: Email, FirstName: "Camille", LastName: "Démo", Password: Password,
			Role: user.Admin, Language: language, Zone: "Europe/Paris"})
		if err != nil {
			return fmt.Errorf("create the user of the demonstration: %w", err)
		}
		if err := setting.Set(ctx, tx, setting.AllowedSites, []string{siteURL}); err != nil {
			return err
		}
		if err := setting.Set(ctx, tx, setting.SiteURL, siteURL); err != nil {
			return err
		}
		s := sampler{ctx: ctx, tx: tx, recorder: r, site: siteURL, user: u, language: language, now: tx.Now(), random: rand.New(rand.NewPCG(7, 11))}
		tx.SetNow(s.now.AddDate(0, 0, -days))
		if s.form, err = form.Create(ctx, tx, sampleForm(language, u)); err != nil {
			return fmt.Errorf("create the form of the demonstration: %w", err)
		}
		if err := s.open(); err != nil {
			return fmt.Errorf("make the stages of the demonstration: %w", err)
		}
		if err := s.run(); err != nil {
			return fmt.Errorf("make sample contacts: %w", err)
		}
		tx.SetNow(s.now)
		return nil
	})
}

// resume goes on with a demonstration made before, perhaps at another address.
func resume(ctx context.Context, tx *db.Tx, siteURL string) error {
	_, err := user.ByLogin(ctx, tx, Email)
	if fault.Is(err, fault.KindNotFound) {
		return errors.New("this folder holds a database that is no demonstration: choose another with --data")
	}
	if err != nil {
		return err
	}
	sites, err := setting.Get(ctx, tx, setting.AllowedSites)
	if err != nil || slices.Contains(sites, siteURL) {
		return err
	}
	return setting.Set(ctx, tx, setting.AllowedSites, append(sites, siteURL))
}

// sampler plays the visits of made-up people.
type sampler struct {
	ctx      context.Context
	tx       *db.Tx
	recorder *visit.Recorder
	site     string
	user     user.User
	language string
	form     id.Form
	stages   []int64
	now      time.Time
	random   *rand.Rand
	steps    []step
}

// step is something that somebody does at a moment.
type step struct {
	at time.Time
	do func() error
}

func (s *sampler) plan(at time.Time, do func() error) { s.steps = append(s.steps, step{at, do}) }

// run lets everybody do everything, in the order of time: numbers rise with it.
func (s *sampler) run() error {
	var all []visit.Hit
	for i := range samples {
		p := people[i%len(people)]
		h := s.browser(i, p.language)
		s.person(h, i, p)
		all = append(all, h)
	}
	for i := range strangers {
		h := s.browser(samples+i, pick(s.random, languages))
		s.visit(h, s.moment(days), 1+s.random.IntN(4), false)
		all = append(all, h)
	}
	slices.SortStableFunc(s.steps, func(a, b step) int { return a.at.Compare(b.at) })
	for _, one := range s.steps {
		s.tx.SetNow(one.at)
		if err := one.do(); err != nil {
			return err
		}
	}
	for _, h := range all {
		if err := s.mark(h); err != nil {
			return err
		}
	}
	return nil
}

// person comes once or a few times without a name, sends the form, and may come back.
func (s *sampler) person(h visit.Hit, i int, p person) {
	before, after := s.random.IntN(3), s.random.IntN(4)
	at := s.moment(days)
	for range before {
		next := s.later(at)
		if next.After(s.now.Add(-time.Hour)) {
			break
		}
		s.visit(h, at, 1+s.random.IntN(4), false)
		at = next
	}
	end := s.visit(h, at, 2+s.random.IntN(4), true)
	sent := end.Add(time.Duration(40+s.random.IntN(90)) * time.Second)
	s.plan(sent, func() error { return s.submit(h, i, p) })
	s.tend(h, i, sent)
	for range after {
		if at = s.later(at); at.After(s.now.Add(-time.Hour)) {
			break
		}
		s.visit(h, at, 1+s.random.IntN(5), false)
	}
}

func (s *sampler) submit(h visit.Hit, i int, p person) error {
	first, last := p.name(i)
	address := strings.NewReplacer(" ", "-", "'", "").Replace(strings.ToLower(plain.Replace(first+"."+last))) + "@" + p.domain
	page := s.contactPage(h.Language)
	out, err := form.SubmitIn(s.ctx, s.tx, form.Submission{Form: s.form, Page: s.site + page.Path, IP: h.IP, Visitor: s.recorder.Visitor(h.Token, h),
		Values: s.answers(h.Language[:2], first, last, address)})
	if err != nil {
		return err
	}
	return contact.Complete(s.ctx, s.tx, out.Contact, map[string]string{"company": p.company, "city": p.city, "country": p.country, "position": p.position})
}

// visit is a session of so many pages, the contact page last when it ends
// there. It returns when the last page was opened.
func (s *sampler) visit(h visit.Hit, at time.Time, pages int, toContact bool) (last time.Time) {
	list := site.Addresses(h.Language[:2])
	for n := range pages {
		page := list[s.random.IntN(len(list)-1)]
		if n == 0 && s.random.IntN(3) > 0 {
			page = list[0]
		}
		if toContact && n == pages-1 {
			page = list[len(list)-1]
		}
		view := h
		view.View, view.URL, view.Title, view.Referrer = visit.NewToken(), s.site+page.Path, page.Title, ""
		if n == 0 {
			view.Referrer = pick(s.random, referrers)
			if s.random.IntN(5) == 0 {
				view.UTM = pick(s.random, campaigns)
			}
		}
		s.plan(at, func() error { return s.recorder.RecordIn(s.ctx, s.tx, view) })
		last, at = at, at.Add(time.Duration(15+s.random.IntN(160))*time.Second)
	}
	return last
}

func (s *sampler) mark(h visit.Hit) error {
	owners, err := contact.Owners(s.ctx, s.tx, []string{h.Token})
	if err != nil {
		return err
	}
	return contact.MarkSample(s.ctx, s.tx, owners[h.Token].Contact)
}

func (s *sampler) browser(i int, language string) visit.Hit {
	agent, screens := pick(s.random, agents), resolutions
	if strings.Contains(agent, "Mobile") {
		screens = telephones
	}
	return visit.Hit{Token: visit.NewToken(), Language: language, UserAgent: agent, Resolution: pick(s.random, screens),
		IP: fmt.Sprintf("%s%d", pick(s.random, networks), 1+i)}
}

func (s *sampler) contactPage(language string) site.Address {
	list := site.Addresses(language[:2])
	return list[len(list)-1]
}

// moment is some time of a working day in the last days, more often lately.
func (s *sampler) moment(days int) time.Time {
	back := s.random.Float64() * s.random.Float64() * float64(days)
	t := s.now.Add(-time.Duration(back * 24 * float64(time.Hour)))
	day := t.Truncate(24 * time.Hour).Add(time.Duration(7*3600+s.random.IntN(13*3600)) * time.Second)
	for day.After(s.now.Add(-time.Hour)) {
		day = day.Add(-24 * time.Hour)
	}
	return day
}

func (s *sampler) later(t time.Time) time.Time {
	return t.Add(time.Duration(6+s.random.IntN(200)) * time.Hour)
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// Open tells whether everybody can log in to this database: it is that of the
// demonstration, whose password was not changed.
func Open(ctx context.Context, d *db.DB) (bool, error) {
	_, err := user.NewGate(d, d.Now).Authenticate(ctx, Email, Password, "")
	if err == nil {
		return true, nil
	}
	if errors.Is(err, user.ErrWrong) {
		return false, nil
	}
	return false, err
}
