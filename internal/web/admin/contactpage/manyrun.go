package contactpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/bulk"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	// manyRunsShown is how many changes the page of changes lists.
	manyRunsShown = 50
	// leftOutShown is how many contacts that were left out a change names.
	leftOutShown = 200
)

// manyRun is a change of many contacts.
type manyRun struct {
	URL, What, Whom, Who, When, Full string
	State                            string
	Tone                             ui.Tone
	Active                           bool
	Done, All                        int
	Said                             string // how far it is
	Figures                          []fact
	CanStop, CanUndo                 bool
	Until                            string // when it can be undone no more
	Skipped, Kept                    []leftRow
	Danger                           string // what undoing does
}

type leftRow struct {
	Person ui.Person
	Reason string
}

func (d Deps) showRuns(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := bulk.Recent(ctx, d.DB, manyRunsShown)
	if err != nil {
		return err
	}
	var rows []manyRun
	for _, one := range list {
		row, err := d.manyRun(ctx, one)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.runs|Changes of many contacts"), Section: layout.Contacts, Body: runsPage(rows)})
}

func (d Deps) showRun(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, err := d.findRun(r)
	if err != nil {
		return err
	}
	v, err := d.manyRun(ctx, one)
	if err != nil {
		return err
	}
	if v.Skipped, err = d.leftRows(ctx, one.ID, false); err != nil {
		return err
	}
	if v.Kept, err = d.leftRows(ctx, one.ID, true); err != nil {
		return err
	}
	if one.State.Active() {
		w.Header().Set("Refresh", "2")
	}
	return web.Show(w, r, web.View{Title: v.What, Section: layout.Contacts, Body: runPage(v)})
}

func (d Deps) findRun(r *http.Request) (bulk.Run, error) {
	number, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return bulk.Run{}, fault.NotFound(err)
	}
	return bulk.Find(r.Context(), d.DB, number)
}

func (d Deps) stopRun(w http.ResponseWriter, r *http.Request) error {
	return d.turnRun(w, r, bulk.Stop)
}

func (d Deps) undoRun(w http.ResponseWriter, r *http.Request) error {
	return d.turnRun(w, r, bulk.Undo)
}

func (d Deps) turnRun(w http.ResponseWriter, r *http.Request, turn func(context.Context, *db.Tx, int64) error) error {
	one, err := d.findRun(r)
	if err == nil {
		err = d.DB.Do(r.Context(), func(tx *db.Tx) error { return turn(r.Context(), tx, one.ID) })
	}
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		web.Say(r, ui.Amber, i18n.T(r.Context(), f.Message().Key, f.Message().Args...))
	} else if err != nil {
		return err
	}
	return web.Redirect(w, r, runURLOf(one.ID))
}

func (d Deps) manyRun(ctx context.Context, r bulk.Run) (manyRun, error) {
	v := manyRun{URL: runURLOf(r.ID), Who: r.By.Name, When: i18n.When(ctx, d.Clock(), r.Added), Full: i18n.DateTime(ctx, r.Added), Active: r.State.Active(),
		CanStop: r.State == bulk.Finding || r.State == bulk.Running, CanUndo: r.CanUndo(d.Clock())}
	var err error
	if v.What, err = d.changeInWords(ctx, r.Change); err != nil {
		return v, err
	}
	v.State, v.Tone = stateInWords(ctx, r.State)
	v.Done, v.All = r.Progress()
	v.Whom = i18n.N(ctx, r.Contacts, "contactpage.run.contacts|%s contact|%s contacts", i18n.Number(ctx, r.Contacts))
	if r.Words != "" {
		v.Whom += i18n.T(ctx, "contactpage.run.found| found by “%s”", r.Words)
	}
	v.Said = i18n.T(ctx, "contactpage.run.of|%s of %s", i18n.Number(ctx, v.Done), i18n.Number(ctx, v.All))
	if r.State == bulk.Finding {
		v.Said = i18n.T(ctx, "contactpage.run.looking|Looking for them: %s so far", i18n.Number(ctx, r.Contacts))
	}
	for _, f := range []struct {
		label string
		n     int
		shown bool
	}{
		{i18n.T(ctx, "contactpage.run.changed|Changed"), r.Changed, true},
		{i18n.T(ctx, "contactpage.run.skipped|Left as they were"), r.Skipped, true},
		{i18n.T(ctx, "contactpage.run.undone|Undone"), r.Undone, r.State == bulk.Undoing || r.State == bulk.Undone},
		{i18n.T(ctx, "contactpage.run.kept|Not undone"), r.Kept, r.State == bulk.Undoing || r.State == bulk.Undone},
	} {
		if f.shown {
			v.Figures = append(v.Figures, fact{Label: f.label, Value: i18n.Number(ctx, f.n)})
		}
	}
	if v.CanUndo {
		v.Until = i18n.DateTime(ctx, r.Finished.Add(bulk.KeptFor))
	}
	return v, nil
}

func stateInWords(ctx context.Context, s bulk.State) (string, ui.Tone) {
	switch s {
	case bulk.Finding, bulk.Running:
		return i18n.T(ctx, "contactpage.run.running|Under way"), ui.Blue
	case bulk.Stopping:
		return i18n.T(ctx, "contactpage.run.stopping|Being stopped"), ui.Amber
	case bulk.Stopped:
		return i18n.T(ctx, "contactpage.run.stopped|Stopped"), ui.Amber
	case bulk.Done:
		return i18n.T(ctx, "contactpage.run.done|Done"), ui.Green
	case bulk.Undoing:
		return i18n.T(ctx, "contactpage.run.undoing|Being undone"), ui.Blue
	}
	return i18n.T(ctx, "contactpage.run.taken_back|Undone"), ui.Grey
}

// changeInWords says what a change does.
func (d Deps) changeInWords(ctx context.Context, c bulk.Change) (string, error) {
	names := strings.Join(c.Tags, i18n.T(ctx, "contactpage.run.and|, "))
	switch c.Kind {
	case bulk.Tag:
		return i18n.N(ctx, len(c.Tags), "contactpage.run.tag|Add the tag %[2]s|Add the tags %[2]s", "", names), nil
	case bulk.Untag:
		return i18n.N(ctx, len(c.Tags), "contactpage.run.untag|Remove the tag %[2]s|Remove the tags %[2]s", "", names), nil
	case bulk.Owner:
		if c.Owner == 0 {
			return i18n.T(ctx, "contactpage.run.nobody|Put nobody in charge"), nil
		}
		u, err := user.Find(ctx, d.DB, c.Owner)
		if fault.Is(err, fault.KindNotFound) {
			return i18n.T(ctx, "contactpage.run.somebody|Put somebody in charge who is no user any more"), nil
		}
		return i18n.T(ctx, "contactpage.run.owner|Put %s in charge", u.Name()), err
	case bulk.Points:
		if c.Points < 0 {
			return i18n.N(ctx, -c.Points, "contactpage.run.less|Take away %s point|Take away %s points", i18n.Number(ctx, -c.Points)), nil
		}
		return i18n.N(ctx, c.Points, "contactpage.run.more|Add %s point|Add %s points", i18n.Number(ctx, c.Points)), nil
	case bulk.Value:
		set, err := field.Of(ctx, d.DB)
		if err != nil {
			return "", err
		}
		f, found := set.ByAlias(c.Field)
		name := c.Field
		if found {
			name = f.Name(ctx)
		}
		if c.Value == "" {
			return i18n.T(ctx, "contactpage.run.emptied|Empty the field %s", name), nil
		}
		return i18n.T(ctx, "contactpage.run.value|%s: %s", name, inWords(ctx, f, c.Value)), nil
	}
	return i18n.T(ctx, "contactpage.run.delete|Delete"), nil
}

func (d Deps) leftRows(ctx context.Context, number int64, undone bool) ([]leftRow, error) {
	left, err := bulk.LeftOut(ctx, d.DB, number, undone, leftOutShown)
	if err != nil {
		return nil, err
	}
	var numbers []id.Contact
	for _, l := range left {
		numbers = append(numbers, l.Contact)
	}
	people, err := contact.Some(ctx, d.DB, numbers)
	if err != nil {
		return nil, err
	}
	var rows []leftRow
	for _, l := range left {
		row := leftRow{Reason: i18n.T(ctx, l.Reason.Key, l.Reason.Args...)}
		if c, there := people[l.Contact]; there {
			row.Person = person(ctx, c)
		} else {
			row.Person = ui.Person{Name: i18n.T(ctx, "contactpage.run.contact|Contact %d", int64(l.Contact)), URL: web.ContactURL(l.Contact)}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
