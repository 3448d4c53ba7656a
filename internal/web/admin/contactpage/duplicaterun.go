package contactpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/duplicate"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	bulkURL = duplicatesURL + "/merge"
	runURL  = duplicatesURL + "/runs/"
	// bulkLeast is the score that is offered for merging all.
	bulkLeast = 90
	runsShown = 3
	// leftShown is how many pairs that were left alone a run names.
	leftShown = 200
)

// bulkView asks whether many pairs are to be merged.
type bulkView struct {
	Said  string
	Under string
	Pairs string // all of them, as they are posted
	Least string
	Rows  []duplicateRow // the first ones
	More  string
}

// readPairs reads pairs as forms have them.
func readPairs(texts []string) ([]duplicate.Candidate, error) {
	var list []duplicate.Candidate
	for _, text := range texts {
		one, other, _ := strings.Cut(text, "-")
		a, errA := strconv.ParseInt(one, 10, 64)
		b, errB := strconv.ParseInt(other, 10, 64)
		if errA != nil || errB != nil || a <= 0 || a >= b {
			return nil, fault.NotFound(nil)
		}
		list = append(list, duplicate.Candidate{Contact: id.Contact(a), Other: id.Contact(b)})
		if len(list) > duplicate.MostAtOnce {
			break
		}
	}
	return list, nil
}

// showBulk shows what would be merged: the pairs that were ticked, or all with a score.
func (d Deps) showBulk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	q := r.URL.Query()
	v := bulkView{Least: "0"}
	var list []duplicate.Candidate
	more := false
	if q.Get("all") != "" {
		asked := readDuplicatesRequest(q)
		asked.After = ""
		page, err := duplicate.List(ctx, d.DB, asked.filter(duplicate.MostAtOnce))
		if err != nil {
			return err
		}
		list, more, v.Least = page.Candidates, page.Next != "", strconv.Itoa(asked.Least)
	} else {
		chosen, err := readPairs(q["pair"])
		if err != nil {
			return err
		}
		if list, err = duplicate.Some(ctx, d.DB, chosen); err != nil {
			return err
		}
	}
	if len(list) == 0 {
		web.Say(r, ui.Amber, i18n.T(ctx, "contactpage.bulk.none|No pair was chosen, or none of them looks alike any more."))
		return web.Redirect(w, r, duplicatesURL)
	}
	j := duplicate.Joined(list)
	v.Said = i18n.N(ctx, j.Left, "contactpage.bulk.said|%[2]s contacts become %[1]s.|%[2]s contacts become %[1]s.", i18n.Number(ctx, j.Left), i18n.Number(ctx, j.Contacts))
	v.Under = i18n.N(ctx, j.Pairs, "contactpage.bulk.pairs|%s pair|%s pairs", i18n.Number(ctx, j.Pairs))
	if more {
		v.More = i18n.T(ctx, "contactpage.bulk.first|These are the first %s pairs, the likeliest ones. Merge the others after them.", i18n.Number(ctx, duplicate.MostAtOnce))
	}
	values := make([]string, len(list))
	for i, c := range list {
		values[i] = pairValue(c)
	}
	v.Pairs = strings.Join(values, ",")
	var err error
	if v.Rows, err = d.duplicateRows(ctx, list[:min(len(list), pairsShown)]); err != nil {
		return err
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.bulk|Merge many pairs"), Section: layout.Contacts, Body: bulkPage(v)})
}

func (d Deps) startBulk(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := readPairs(strings.Split(r.PostFormValue("pairs"), ","))
	if err != nil {
		return err
	}
	least, err := strconv.Atoi(r.PostFormValue("least"))
	if err != nil || least < 0 || least > duplicate.HighestScore {
		return fault.NotFound(err)
	}
	u := web.User(ctx)
	var number int64
	err = d.DB.Do(ctx, func(tx *db.Tx) (err error) {
		number, err = duplicate.Run{User: u.ID, UserName: u.Name(), Least: least}.Start(ctx, tx, list)
		return err
	})
	if err != nil {
		return err
	}
	return web.Redirect(w, r, runURL+strconv.FormatInt(number, 10))
}

// runRow is a merge of many pairs in a list of them.
type runRow struct{ Text, When, Full, URL string }

func (d Deps) runRows(ctx context.Context, runs []duplicate.Run) []runRow {
	var rows []runRow
	for _, r := range runs {
		rows = append(rows, runRow{runState(ctx, r), strings.Join(details(i18n.When(ctx, d.Clock(), r.Started), r.UserName), " · "), i18n.DateTime(ctx, r.Started), runURL + strconv.FormatInt(r.ID, 10)})
	}
	return rows
}

func runState(ctx context.Context, r duplicate.Run) string {
	done, all := i18n.Number(ctx, r.Done), i18n.Number(ctx, r.Steps)
	switch {
	case r.Stopped:
		return i18n.T(ctx, "contactpage.run.stopped|Stopped after %s of %s pairs", done, all)
	case r.Finished.IsZero():
		return i18n.T(ctx, "contactpage.run.running|%s of %s pairs done", done, all)
	}
	return i18n.N(ctx, r.Steps, "contactpage.run.finished|%s pair done|%s pairs done", all)
}

// runView is how far a merge of many pairs is.
type runView struct {
	State   string
	Running bool
	Done    string
	All     string
	Stop    string
	Facts   []fact
	Left    []leftRow
}

// leftRow is a pair that was left alone.
type leftRow struct {
	A, B    ui.Person
	Why     string
	Compare string // empty where that leads nowhere
}

func outcomeWords(ctx context.Context, o duplicate.Outcome) string {
	switch o {
	case duplicate.Merged:
		return i18n.T(ctx, "contactpage.outcome.merged|Merged")
	case duplicate.One:
		return i18n.T(ctx, "contactpage.outcome.one|One contact already, by another pair")
	case duplicate.Gone:
		return i18n.T(ctx, "contactpage.outcome.gone|One was deleted meanwhile")
	case duplicate.NotSame:
		return i18n.T(ctx, "contactpage.outcome.apart|Somebody said that they are not the same")
	case duplicate.Unlike:
		return i18n.T(ctx, "contactpage.outcome.unlike|Less alike than before: one was changed meanwhile")
	case duplicate.Busy:
		return i18n.T(ctx, "contactpage.outcome.busy|One is being taken apart")
	}
	return i18n.T(ctx, "contactpage.outcome.waiting|Not looked at")
}

func (d Deps) run(r *http.Request) (duplicate.Run, error) {
	number, err := web.PathID[int64](r, "run")
	if err != nil {
		return duplicate.Run{}, err
	}
	return duplicate.FindRun(r.Context(), d.DB, number)
}

func (d Deps) showRun(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	run, err := d.run(r)
	if err != nil {
		return err
	}
	v := runView{State: runState(ctx, run), Running: run.Finished.IsZero(), Done: strconv.Itoa(run.Done), All: strconv.Itoa(run.Steps), Stop: runURL + strconv.FormatInt(run.ID, 10) + "/stop"}
	for _, o := range []duplicate.Outcome{duplicate.Merged, duplicate.One, duplicate.Gone, duplicate.NotSame, duplicate.Unlike, duplicate.Busy, duplicate.Waiting} {
		if n := run.Outcomes[o]; n > 0 && (o != duplicate.Waiting || !v.Running) {
			v.Facts = append(v.Facts, fact{Label: i18n.Number(ctx, n), Value: outcomeWords(ctx, o)})
		}
	}
	left, err := duplicate.Left(ctx, d.DB, run.ID, leftShown)
	if err != nil {
		return err
	}
	for _, s := range left {
		row := leftRow{Why: outcomeWords(ctx, s.Outcome)}
		if row.A, err = d.whoIs(ctx, s.Contact); err != nil {
			return err
		}
		if row.B, err = d.whoIs(ctx, s.Other); err != nil {
			return err
		}
		if row.A.URL != "" && row.B.URL != "" && row.A.URL != row.B.URL {
			row.Compare = mergeURL(s.Contact) + "?with=" + strconv.FormatInt(int64(s.Other), 10)
		}
		v.Left = append(v.Left, row)
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.bulk|Merge many pairs"), Section: layout.Contacts, Body: runPage(v)})
}

func (d Deps) stopRun(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	run, err := d.run(r)
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return duplicate.Stop(ctx, tx, run.ID) }); err != nil {
		return err
	}
	return web.Redirect(w, r, runURL+strconv.FormatInt(run.ID, 10))
}
