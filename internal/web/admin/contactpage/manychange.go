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
	"ariane/internal/stage"
	"ariane/internal/user"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

const (
	// changesShown is how many changes the page of changes lists.
	changesShown = 50
	// unchangedShown is how many contacts that were left out a change names.
	unchangedShown = 200
)

// manyChange is a change of many contacts.
type manyChange struct {
	URL, What, Whom, Who, When, Full string
	State                            string
	Tone                             ui.Tone
	Active                           bool
	Done, All                        int
	Said                             string // how far it is
	Figures                          []fact
	CanStop, CanUndo                 bool
	Until                            string // when it can be undone no more
	Skipped, Kept                    []unchangedRow
	Trouble                          string // why it was stopped
}

type unchangedRow struct {
	Person ui.Person
	Reason string
}

func (d Deps) showChanges(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, err := bulk.Recent(ctx, d.DB, changesShown)
	if err != nil {
		return err
	}
	var rows []manyChange
	for _, one := range list {
		row, err := d.manyChange(ctx, one)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "contactpage.changes|Changes of many contacts"), Section: layout.Contacts, Body: changesPage(rows)})
}

func (d Deps) showChange(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	one, err := d.findChange(r)
	if err != nil {
		return err
	}
	v, err := d.manyChange(ctx, one)
	if err != nil {
		return err
	}
	if v.Skipped, err = d.unchangedRows(ctx, one.ID, false); err != nil {
		return err
	}
	if v.Kept, err = d.unchangedRows(ctx, one.ID, true); err != nil {
		return err
	}
	if one.State.Active() {
		w.Header().Set("Refresh", "2")
	}
	return web.Show(w, r, web.View{Title: v.What, Section: layout.Contacts, Body: changePage(v)})
}

func (d Deps) findChange(r *http.Request) (bulk.Run, error) {
	number, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return bulk.Run{}, fault.NotFound(err)
	}
	return bulk.Find(r.Context(), d.DB, number)
}

func (d Deps) stopChange(w http.ResponseWriter, r *http.Request) error {
	return d.turnChange(w, r, bulk.Stop)
}

func (d Deps) undoChange(w http.ResponseWriter, r *http.Request) error {
	return d.turnChange(w, r, bulk.Undo)
}

func (d Deps) turnChange(w http.ResponseWriter, r *http.Request, turn func(context.Context, *db.Tx, int64) error) error {
	one, err := d.findChange(r)
	if err == nil {
		err = d.DB.Do(r.Context(), func(tx *db.Tx) error { return turn(r.Context(), tx, one.ID) })
	}
	if f, ok := fault.Of(err); ok && f.Kind == fault.KindConflict {
		web.Say(r, ui.Amber, i18n.T(r.Context(), f.Message().Key, f.Message().Args...))
	} else if err != nil {
		return err
	}
	return web.Redirect(w, r, changeURL(one.ID))
}

func (d Deps) manyChange(ctx context.Context, r bulk.Run) (manyChange, error) {
	v := manyChange{URL: changeURL(r.ID), Who: r.By.Name, When: i18n.When(ctx, d.Clock(), r.Added), Full: i18n.DateTime(ctx, r.Added), Active: r.State.Active(),
		CanStop: r.State == bulk.Finding || r.State == bulk.Running, CanUndo: r.CanUndo(d.Clock())}
	var err error
	if v.What, err = d.changeInWords(ctx, r.Change); err != nil {
		return v, err
	}
	v.State, v.Tone = stateInWords(ctx, r.State)
	v.Done, v.All = r.Progress()
	v.Whom = i18n.N(ctx, r.Contacts, "contactpage.changes.contacts|%s contact|%s contacts", i18n.Number(ctx, r.Contacts))
	if r.Words != "" {
		v.Whom += i18n.T(ctx, "contactpage.changes.found| found by “%s”", r.Words)
	}
	v.Said = i18n.T(ctx, "contactpage.changes.of|%s of %s", i18n.Number(ctx, v.Done), i18n.Number(ctx, v.All))
	if r.State == bulk.Finding {
		v.Said = i18n.T(ctx, "contactpage.changes.looking|Looking for them: %s so far", i18n.Number(ctx, r.Contacts))
	}
	for _, f := range []struct {
		label string
		n     int
		shown bool
	}{
		{i18n.T(ctx, "contactpage.changes.changed|Changed"), r.Changed, true},
		{i18n.T(ctx, "contactpage.changes.skipped|Left as they were"), r.Skipped, true},
		{i18n.T(ctx, "contactpage.changes.undone|Undone"), r.Undone, r.State == bulk.Undoing || r.State == bulk.Undone},
		{i18n.T(ctx, "contactpage.changes.kept|Not undone"), r.Kept, r.State == bulk.Undoing || r.State == bulk.Undone},
	} {
		if f.shown {
			v.Figures = append(v.Figures, fact{Label: f.label, Value: i18n.Number(ctx, f.n)})
		}
	}
	if r.Trouble != nil {
		v.Trouble = i18n.T(ctx, r.Trouble.Key, r.Trouble.Args...)
	}
	if v.CanUndo {
		v.Until = i18n.DateTime(ctx, r.Finished.Add(bulk.KeptFor))
	}
	return v, nil
}

func stateInWords(ctx context.Context, s bulk.State) (string, ui.Tone) {
	switch s {
	case bulk.Finding, bulk.Running:
		return i18n.T(ctx, "contactpage.changes.running|Under way"), ui.Blue
	case bulk.Stopping:
		return i18n.T(ctx, "contactpage.changes.stopping|Being stopped"), ui.Amber
	case bulk.Stopped:
		return i18n.T(ctx, "contactpage.changes.stopped|Stopped"), ui.Amber
	case bulk.Done:
		return i18n.T(ctx, "contactpage.changes.done|Done"), ui.Green
	case bulk.Undoing:
		return i18n.T(ctx, "contactpage.changes.undoing|Being undone"), ui.Blue
	}
	return i18n.T(ctx, "contactpage.changes.taken_back|Undone"), ui.Grey
}

// changeInWords says what a change does.
func (d Deps) changeInWords(ctx context.Context, c bulk.Change) (string, error) {
	names := strings.Join(c.Tags, i18n.T(ctx, "contactpage.changes.and|, "))
	switch c.Kind {
	case bulk.Tag:
		return i18n.N(ctx, len(c.Tags), "contactpage.changes.tag|Add the tag %[2]s|Add the tags %[2]s", "", names), nil
	case bulk.Untag:
		return i18n.N(ctx, len(c.Tags), "contactpage.changes.untag|Remove the tag %[2]s|Remove the tags %[2]s", "", names), nil
	case bulk.Stage:
		s, err := stage.Find(ctx, d.DB, c.Stage)
		switch {
		case c.Stage == 0:
			return i18n.T(ctx, "contactpage.changes.stage.none|Take off their stage"), nil
		case fault.Is(err, fault.KindNotFound):
			return i18n.T(ctx, "contactpage.changes.stage.gone|Put at a stage that there is no more"), nil
		}
		return i18n.T(ctx, "contactpage.changes.stage|Put at the stage %s", s.Name), err
	case bulk.Block:
		return i18n.T(ctx, "contactpage.changes.block|Do not contact: %s", web.ChannelName(ctx, c.Channel)), nil
	case bulk.Allow:
		return i18n.T(ctx, "contactpage.changes.allow|Allow contact again: %s", web.ChannelName(ctx, c.Channel)), nil
	case bulk.Owner:
		if c.Owner == 0 {
			return i18n.T(ctx, "contactpage.changes.nobody|Put nobody in charge"), nil
		}
		u, err := user.Find(ctx, d.DB, c.Owner)
		if fault.Is(err, fault.KindNotFound) {
			return i18n.T(ctx, "contactpage.changes.somebody|Put somebody in charge who is no user any more"), nil
		}
		return i18n.T(ctx, "contactpage.changes.owner|Put %s in charge", u.Name()), err
	case bulk.Points:
		if c.Points < 0 {
			return i18n.N(ctx, -c.Points, "contactpage.changes.less|Take away %s point|Take away %s points", i18n.Number(ctx, -c.Points)), nil
		}
		return i18n.N(ctx, c.Points, "contactpage.changes.more|Add %s point|Add %s points", i18n.Number(ctx, c.Points)), nil
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
			return i18n.T(ctx, "contactpage.changes.emptied|Empty the field %s", name), nil
		}
		return i18n.T(ctx, "contactpage.changes.value|%s: %s", name, inWords(ctx, f, c.Value)), nil
	}
	return i18n.T(ctx, "contactpage.changes.delete|Delete"), nil
}

func (d Deps) unchangedRows(ctx context.Context, number int64, undone bool) ([]unchangedRow, error) {
	left, err := bulk.LeftOut(ctx, d.DB, number, undone, unchangedShown)
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
	var rows []unchangedRow
	for _, l := range left {
		row := unchangedRow{Reason: i18n.T(ctx, l.Reason.Key, l.Reason.Args...)}
		if c, there := people[l.Contact]; there {
			row.Person = person(ctx, c)
		} else {
			row.Person = ui.Person{Name: i18n.T(ctx, "contactpage.changes.contact|Contact %d", int64(l.Contact)), URL: web.ContactURL(l.Contact)}
		}
		rows = append(rows, row)
	}
	return rows, nil
}
