package contactpage

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/stage"
	"ariane/internal/web"
	"ariane/internal/web/ui"
)

// mostStages is how many stages the history of a contact names, the latest first.
const mostStages = 50

// stageData is where a contact is, and where it was.
type stageData struct {
	Funnel stage.Funnel
	At     stage.At
	Turns  []activity.Event // stage.changed, the latest first
}

func (d Deps) loadStage(ctx context.Context, c contact.Contact) (data stageData, err error) {
	if data.Funnel, err = stage.Load(ctx, d.DB); err != nil {
		return data, err
	}
	is, err := stage.Of(ctx, d.DB, []id.Contact{c.ID})
	if err != nil {
		return data, err
	}
	data.At = is[c.ID]
	data.Turns, err = activity.Thread(ctx, d.DB, c.ID, activity.Page{Kinds: []activity.Kind{stage.KindChanged}, Limit: mostStages})
	return data, err
}

// stageView is where a contact is on its page.
type stageView struct {
	Is      string // the number of the stage
	Choices []ui.Choice
	Turns   []stageTurn
}

// stageTurn is a time at a stage.
type stageTurn struct{ Name, Since, SinceFull, Long, By string }

func newStageView(ctx context.Context, now time.Time, data stageData) stageView {
	v := stageView{Is: strconv.FormatInt(data.At.Stage, 10)}
	if _, refused := data.Funnel.Refuses(data.At.Stage, 0); data.At.Stage == 0 || !refused {
		v.Choices = append(v.Choices, ui.Choice{Value: "0", Label: i18n.T(ctx, "contactpage.stage.none|No stage")})
	}
	for _, s := range data.Funnel.Offered(now, data.At.Stage) {
		v.Choices = append(v.Choices, ui.Choice{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	until := now
	for _, e := range data.Turns {
		var c stage.Changed
		if e.Decode(&c) != nil {
			continue
		}
		t := stageTurn{Name: c.To.Name, Since: i18n.Date(ctx, e.At), SinceFull: i18n.DateTime(ctx, e.At), Long: lasted(ctx, until.Sub(e.At)),
			By: by(ctx, contact.By{Object: c.By.Object, ID: c.By.ID, Name: c.By.Name})}
		if c.To.ID == 0 {
			t.Name = i18n.T(ctx, "contactpage.stage.none|No stage")
		}
		v.Turns, until = append(v.Turns, t), e.At
	}
	return v
}

// lasted is a length of time in words.
func lasted(ctx context.Context, d time.Duration) string {
	switch days, hours := int(d.Hours())/24, int(d.Hours()); {
	case days > 0:
		return i18n.N(ctx, days, "contactpage.stage.days|%s day|%s days", i18n.Number(ctx, days))
	case hours > 0:
		return i18n.N(ctx, hours, "contactpage.stage.hours|%s hour|%s hours", i18n.Number(ctx, hours))
	}
	return i18n.T(ctx, "contactpage.stage.moment|less than an hour")
}

// changeStage puts a contact at a stage, or at none.
func (d Deps) changeStage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	c, err := d.find(r)
	if err != nil {
		return err
	}
	number, err := strconv.ParseInt(r.PostFormValue("stage"), 10, 64)
	if err != nil {
		return fault.Refused(err, fault.Say("stage.unknown|There is no such stage."))
	}
	u := web.User(ctx)
	err = d.DB.Do(ctx, func(tx *db.Tx) error {
		if err := contact.HoldAll(ctx, tx, []id.Contact{c.ID}); err != nil {
			return err
		}
		return stage.Set(ctx, tx, c.ID, number, stage.By{Source: activity.SourceUser, Object: "user", ID: int64(u.ID), Name: u.Name()})
	})
	if f, ok := fault.Of(err); ok && len(f.Fields) > 0 {
		m := f.Fields["stage"]
		web.Say(r, ui.Red, i18n.T(ctx, m.Key, m.Args...))
	} else if err != nil {
		return err
	}
	return web.Redirect(w, r, web.ContactURL(c.ID)+"#stage")
}

// stageNames are the names of the stages at which contacts are.
func (d Deps) stageNames(ctx context.Context, contacts []id.Contact) (map[id.Contact]string, error) {
	f, err := stage.Load(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	is, err := stage.Of(ctx, d.DB, contacts)
	names := map[id.Contact]string{}
	for c, at := range is {
		s, _ := f.Find(at.Stage)
		names[c] = s.Name
	}
	return names, err
}

// stageInput asks for a stage to put many contacts at.
func (d Deps) stageInput(ctx context.Context, is int64, wrong fault.Text) (ui.Input, error) {
	f, err := stage.Load(ctx, d.DB)
	in := ui.Input{Name: "stage", Type: "select", Label: i18n.T(ctx, "contactpage.stage|Stage"), Value: strconv.FormatInt(is, 10), Wrong: wrong, Required: true, Focus: true,
		Choices: []ui.Choice{{}, {Value: "0", Label: i18n.T(ctx, "contactpage.stage.none|No stage")}}}
	for _, s := range f.Offered(d.Clock(), 0) {
		in.Choices = append(in.Choices, ui.Choice{Value: strconv.FormatInt(s.ID, 10), Label: s.Name})
	}
	if f.Forward {
		in.Help = i18n.T(ctx, "contactpage.stage.forward|Contacts only go forward: those who are further already stay where they are.")
	}
	return in, err
}

func tellStage(ctx context.Context, e told, l *ui.ThreadLine) error {
	var c stage.Changed
	if err := e.Decode(&c); err != nil {
		return err
	}
	from := ""
	switch {
	case c.To.ID == 0:
		sentence(ctx, l, "contactpage.thread.stage.left|Left the stage %s", c.From.Name)
	case c.From.ID != 0:
		from = i18n.T(ctx, "contactpage.thread.stage.from|from %s", c.From.Name)
		fallthrough
	default:
		sentence(ctx, l, "contactpage.thread.stage|Came to the stage %s", c.To.Name)
	}
	l.Details = details(from, by(ctx, contact.By{Object: c.By.Object, ID: c.By.ID, Name: c.By.Name}))
	return nil
}
