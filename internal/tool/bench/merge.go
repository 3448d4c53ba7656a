package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"
)

// Merge says how to measure the merge of two contacts with long threads, and the
// taking back of it, beside page views that come in. The database is written to.
type Merge struct {
	// Program is the program to start as the server of Database, with Serve.
	Program  string
	Serve    []string
	Database db.Options
	// Events are how many each of the two has at least.
	Events int
	// Length is how long page views are measured alone.
	Length   time.Duration
	JSON     bool
	Progress func(what string)
}

// MergeReport is the result of a run.
type MergeReport struct {
	Machine string    `json:"machine"`
	Engine  string    `json:"engine"`
	Events  [2]int    `json:"events"`
	Before  Meanwhile `json:"before"`
	Merge   Meanwhile `json:"merge"`
	Unmerge Meanwhile `json:"unmerge"`
}

// pair are the two contacts to merge.
type pair struct {
	contacts [2]id.Contact
	visitors []Visitor
}

// Run measures, and prints the result.
func (b Merge) Run(ctx context.Context, out io.Writer) (err error) {
	b.Progress("preparing")
	stage, err := prepareRead(ctx, b.Database, "")
	if err != nil {
		return err
	}
	two, err := b.prepare(ctx)
	if err != nil {
		return err
	}
	r, err := open(ctx, b.Program, b.Serve, b.Database, stage)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	b.Progress(fmt.Sprintf("two contacts look at %d pages each", b.Events))
	report := MergeReport{Machine: machine(), Engine: engine(b.Database)}
	if report.Events, err = r.browse(ctx, two, b.Events); err != nil {
		return err
	}
	most := newLoad(r.address, http.StatusOK, readBeside, stage.visitors)
	if err := most.run(ctx, b.Length); err != nil {
		return err
	}
	level, err := most.level()
	if err != nil {
		return err
	}
	survivor, absorbed := two.contacts[0], two.contacts[1]
	number := strconv.FormatInt(int64(absorbed), 10)
	for _, step := range []struct {
		name string
		into *Meanwhile
		do   func() (time.Duration, error)
		done func() (bool, error)
	}{
		{"page views alone", &report.Before, func() (time.Duration, error) { return 0, wait(ctx, b.Length) }, func() (bool, error) { return true, nil }},
		{"merge", &report.Merge, func() (time.Duration, error) {
			return r.post(ctx, fmt.Sprintf("/s/contacts/merge/%d", survivor), url.Values{"with": {number}})
		}, func() (bool, error) {
			left, err := activity.Thread(ctx, r.look, absorbed, activity.Page{Limit: 1})
			return len(left) == 0, err
		}},
		{"un-merge", &report.Unmerge, func() (time.Duration, error) { return r.post(ctx, "/s/contacts/unmerge/"+number, nil) }, func() (bool, error) {
			told, err := activity.All(ctx, r.look, absorbed, contact.KindUnmerged)
			return len(told) > 0, err
		}},
	} {
		b.Progress(step.name)
		if err := r.meanwhile(ctx, level.Rate/2, step.into, step.do, step.done); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	if b.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.print(out)
}

// prepare makes two contacts who are known, each with a browser.
func (b Merge) prepare(ctx context.Context) (p pair, err error) {
	d, err := db.Open(ctx, b.Database)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	err = d.Do(ctx, func(tx *db.Tx) error {
		p = pair{}
		for i := range p.contacts {
			v := &contact.Visitor{Token: visit.NewToken(), IP: "100.64.0." + strconv.Itoa(i+1)}
			if err := contact.CreateVisitors(ctx, tx, []*contact.Visitor{v}, contact.By{Object: "hit"}); err != nil {
				return err
			}
			known, _, err := contact.Identify(ctx, tx, contact.Submitted{Visitor: *v, Source: activity.SourceForm,
				Values: map[string]string{"email": v.Token + "@bench.example", "firstname": "Bench"}})
			if err != nil {
				return err
			}
			p.contacts[i] = known.Contact
			p.visitors = append(p.visitors, Visitor{Token: v.Token, Address: v.IP})
		}
		return nil
	})
	return p, err
}

// browse lets the two look at pages until each has so many events, and tells how
// many they have.
func (r *reader) browse(ctx context.Context, p pair, events int) (has [2]int, err error) {
	for has[0] < events || has[1] < events {
		l := newLoad(r.address, http.StatusOK, readBeside, p.visitors)
		for _, v := range l.visitors {
			v.share = 1
		}
		if err := l.run(ctx, time.Second); err != nil {
			return has, err
		}
		for i, c := range p.contacts {
			counts, err := activity.Tally(ctx, r.look, c)
			if err != nil {
				return has, err
			}
			has[i] = 0
			for _, n := range counts {
				has[i] += n
			}
		}
	}
	return has, nil
}

func (r MergeReport) print(out io.Writer) error {
	fmt.Fprintf(out, "%s, %s, two contacts with %d and %d events\n", r.Machine, r.Engine, r.Events[0], r.Events[1])
	for _, m := range []named{{"before", r.Before}, {"merge", r.Merge}, {"un-merge", r.Unmerge}} {
		if err := m.print(out); err != nil {
			return err
		}
	}
	return nil
}
