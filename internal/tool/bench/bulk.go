package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/bulk"
	"ariane/internal/visit"
)

// Bulk says how to measure a tag put on many contacts at once, and taken off again,
// beside page views and a list that somebody looks at. The database is written to.
type Bulk struct {
	// Program is the program to start as the server of Database, with Serve.
	Program  string
	Serve    []string
	Database db.Options
	// Search finds the contacts.
	Search   string
	Length   time.Duration // how long page views are measured alone
	JSON     bool
	Progress func(what string)
}

// BulkReport is the result of a run.
type BulkReport struct {
	Machine  string    `json:"machine"`
	Engine   string    `json:"engine"`
	Contacts int       `json:"contacts"`
	Before   Meanwhile `json:"before"`
	Change   Meanwhile `json:"change"`
	Undo     Meanwhile `json:"undo"`
	// ListChange and ListUndo are how long the list took meanwhile.
	ListChange Answer `json:"list_beside_change"`
	ListUndo   Answer `json:"list_beside_undo"`
}

// Run measures, and prints the result.
func (b Bulk) Run(ctx context.Context, out io.Writer) (err error) {
	b.Progress("preparing")
	stage, err := prepareRead(ctx, b.Database, "")
	if err != nil {
		return err
	}
	r, err := open(ctx, b.Program, b.Serve, b.Database, stage)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	most := newLoad(r.address, http.StatusOK, readBeside, stage.visitors)
	if err := most.run(ctx, b.Length); err != nil {
		return err
	}
	level, err := most.level()
	if err != nil {
		return err
	}
	report := BulkReport{Machine: machine(), Engine: engine(b.Database)}
	b.Progress("page views alone")
	nothing := func() (time.Duration, error) { return 0, wait(ctx, b.Length) }
	if err := r.meanwhile(ctx, level.Rate/2, &report.Before, nothing, func() (bool, error) { return true, nil }); err != nil {
		return err
	}
	begin := url.Values{"all": {"1"}, "search": {b.Search}, "kind": {"tag"}, "tags": {"bench " + visit.NewToken()[:8]}}
	b.Progress("a tag is put on")
	run, err := r.bulk(ctx, level.Rate/2, &report.Change, &report.ListChange, bulk.Done, func() (time.Duration, error) { return r.post(ctx, "/s/contacts/change", begin) })
	if err != nil {
		return err
	}
	report.Contacts = run.Changed
	b.Progress("it is undone")
	_, err = r.bulk(ctx, level.Rate/2, &report.Undo, &report.ListUndo, bulk.Undone, func() (time.Duration, error) {
		return r.post(ctx, fmt.Sprintf("/s/contacts/changes/%d/undo", run.ID), nil)
	})
	if err != nil {
		return err
	}
	if b.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.print(out)
}

// bulk does something to the latest run, and looks at the list until it is in a state.
func (r *reader) bulk(ctx context.Context, rate float64, m *Meanwhile, list *Answer, state bulk.State, do func() (time.Duration, error)) (run bulk.Run, err error) {
	var whole []time.Duration
	done := func() (bool, error) {
		begin := time.Now()
		if _, err := r.get(ctx, "/s/contacts"); err != nil {
			return false, err
		}
		whole = append(whole, time.Since(begin))
		runs, err := bulk.Recent(ctx, r.look, 1)
		if err != nil || len(runs) == 0 {
			return false, errors.Join(err, fmt.Errorf("%d runs", len(runs)))
		}
		run = runs[0]
		return run.State == state, nil
	}
	err = r.meanwhile(ctx, rate, m, do, done)
	*list = Answer{Question: "list", Times: len(whole), Half: share(whole, 0.5), Most: share(whole, 0.95)}
	return run, err
}

func (r BulkReport) print(out io.Writer) error {
	fmt.Fprintf(out, "%s, %s, a tag on %d contacts: %.0f contacts/s, undone %.0f contacts/s\n", r.Machine, r.Engine, r.Contacts,
		float64(r.Contacts)/r.Change.Done.Seconds(), float64(r.Contacts)/r.Undo.Done.Seconds())
	for _, m := range []named{{"before", r.Before}, {"change", r.Change}, {"undo", r.Undo}} {
		if err := m.print(out); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "the list beside: 95 of 100 within %s, while it is undone %s\n", r.ListChange.Most.Round(time.Millisecond), r.ListUndo.Most.Round(time.Millisecond))
	return err
}
