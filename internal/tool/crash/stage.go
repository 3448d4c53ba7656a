package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
)

// Stage is a database with a form that the browsers of a test fill in.
type Stage struct {
	Options db.Options
	Form    id.Form
	// Flags name the database on the command line.
	Flags []string
}

// Prepare makes a stage of a new database. Each change is made to the form before
// it is stored.
func Prepare(ctx context.Context, o db.Options, changes ...func(context.Context, *db.Tx, *form.Form) error) (s Stage, err error) {
	d, err := db.Open(ctx, o)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	f := form.Blank("en")
	f.Name = "News"
	f.Fields = append(f.Fields, form.Field{Label: "Note", Alias: "note", Type: question.Text})
	s.Options, s.Flags = o, []string{"--data=" + o.DataDir}
	if o.URL != "" {
		s.Flags = []string{"--database-url=" + o.URL}
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		for _, change := range changes {
			if err := change(ctx, tx, &f); err != nil {
				return err
			}
		}
		s.Form, err = form.Create(ctx, tx, f)
		return err
	})
	return s, err
}

// Browsers are visitors of the stage.
func (s Stage) Browsers(n int) []*Browser {
	var list []*Browser
	for i := range n {
		list = append(list, newBrowser(i, s.Form))
	}
	return list
}

// Result is what a comparison found.
type Result struct {
	// Seen and Sent count the page views and submissions that were acknowledged,
	// Again the requests that were sent more than once.
	Seen, Sent, Again int
	// Wrong says what is lost, doubled, or there without having been sent.
	Wrong []string
}

// Compare looks on the threads for what the browsers were told.
func (s Stage) Compare(ctx context.Context, list []*Browser) (r Result, err error) {
	d, err := db.Open(ctx, s.Options)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for _, b := range list {
		pages, notes, err := Thread(ctx, d, b.Contact)
		if err != nil {
			return r, err
		}
		r.once(b.Contact, "page view", pages, b.Seen)
		r.once(b.Contact, "submission", notes, b.Sent)
		r.Seen, r.Sent, r.Again = r.Seen+len(b.Seen), r.Sent+len(b.Sent), r.Again+b.Again
	}
	return r, nil
}

func (r *Result) once(contact id.Contact, what string, stored map[string]int, acknowledged []string) {
	for _, a := range acknowledged {
		if stored[a] != 1 {
			r.Wrong = append(r.Wrong, fmt.Sprintf("contact %d: %s %s is on the thread %d times", contact, what, a, stored[a]))
		}
	}
	if len(stored) != len(acknowledged) {
		r.Wrong = append(r.Wrong, fmt.Sprintf("contact %d: %d different %ss on the thread, %d acknowledged", contact, len(stored), what, len(acknowledged)))
	}
}

// answerPatience bounds how long servers that started may not acknowledge anything.
const answerPatience = 30 * time.Second

// Kill starts a server under load and kills it at any moment, so many times,
// then compares. told is called after each round.
func (s Stage) Kill(ctx context.Context, binary string, browsers, rounds int, told func(round int, acknowledged int64)) (r Result, err error) {
	traffic := Drive(s.Browsers(browsers))
	for round := range rounds {
		if err := s.round(ctx, binary, traffic); err != nil {
			traffic.abandon()
			return r, err
		}
		told(round+1, traffic.Acknowledged.Load())
	}
	server, err := Start(binary, s.Flags)
	if err != nil {
		traffic.abandon()
		return r, err
	}
	traffic.Serve(server.Address)
	if err := errors.Join(traffic.Stop(), server.Stop()); err != nil {
		return r, err
	}
	return s.Compare(ctx, traffic.Browsers)
}

func (s Stage) round(ctx context.Context, binary string, traffic *Traffic) error {
	server, err := Start(binary, s.Flags)
	if err != nil {
		return err
	}
	defer server.Kill()
	before := traffic.Acknowledged.Load()
	traffic.Serve(server.Address)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(20+rand.IntN(600)) * time.Millisecond):
	}
	if traffic.Acknowledged.Load() > before {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	return traffic.More(ctx, 1)
}
