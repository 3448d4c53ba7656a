package seed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/report"
	"ariane/internal/visit"
)

// HeavyEmail is the address of the contact with Options.Heavy events.
const HeavyEmail = "solene.marcheur@comptoir-du-velo.example"

// importSource is where customers of a file come from.
const importSource = activity.SourceImport

// LeastPerContact is the least mean number of events that contacts can have.
const LeastPerContact = 3

// years is how far back the past goes.
const years = 2

// Options says what to make. The same options give the same data in an empty
// database.
type Options struct {
	Contacts int
	// PerContact is the mean number of events of a contact.
	PerContact float64
	// Heavy is the number of events of one contact beside, known as HeavyEmail;
	// none when zero.
	Heavy int
	Seed  uint64
	// Until is when the past ends.
	Until time.Time
	// Add allows a database that holds contacts already.
	Add bool
	// Progress is told how many events there are, of how many. It may be nil.
	Progress func(done, all int64)
	Log      *slog.Logger

	first int64 // the number of the last contact that was there before
}

// target is about how many events there will be.
func (o Options) target() int64 { return int64(o.PerContact*float64(o.Contacts)) + int64(o.Heavy) }

func (o Options) begin() time.Time { return o.Until.AddDate(-years, 0, 0) }

func (o Options) check() error {
	switch {
	case o.Contacts < 1 || o.Contacts > 100_000_000:
		return errors.New("the number of contacts is between 1 and 100 millions")
	case o.PerContact < LeastPerContact || o.PerContact > 1000:
		return fmt.Errorf("contacts have between %d and 1000 events in the mean", LeastPerContact)
	case o.Heavy != 0 && o.Heavy < 100 || o.Heavy > 10_000_000:
		return errors.New("the contact with many events has between 100 and 10 millions")
	}
	return nil
}

// ErrNotEmpty says that there are contacts in the database already.
var ErrNotEmpty = errors.New("there are contacts in this database already")

// Made is what there is in the database now.
type Made struct{ Known, Visitors, Events int64 }

// stepsAtOnce bounds the work of one transaction. Many at once write each page of
// the database less often.
const stepsAtOnce = 30_000

// Fill makes contacts with their past. What is made when it is interrupted is
// whole, and stays.
func Fill(ctx context.Context, d *db.DB, o Options) (Made, error) {
	if err := o.check(); err != nil {
		return Made{}, err
	}
	latest, err := contact.List(ctx, d, contact.Filter{Anonymous: true, Sort: contact.SortID, Limit: 1})
	if err != nil {
		return Made{}, err
	}
	if len(latest.Contacts) > 0 {
		if !o.Add {
			return Made{}, ErrNotEmpty
		}
		o.first = int64(latest.Contacts[0].ID)
	}
	p, err := newPlay(o)
	if err != nil {
		return Made{}, err
	}
	w, err := newWriter(ctx, d, o)
	if err != nil {
		return Made{}, err
	}
	defer w.recorder.Close()
	readers := activity.NewRunner(d, o.Log, app.Readers()...)
	if err := w.run(ctx, d, readers, p); err != nil && ctx.Err() == nil {
		return Made{}, err
	}
	made, err := count(context.WithoutCancel(ctx), d)
	return made, errors.Join(err, ctx.Err())
}

// run lets the play go on to its end, and the readers follow.
func (w *writer) run(ctx context.Context, d *db.DB, readers *activity.Runner, p *play) error {
	for {
		if err := readers.CatchUp(ctx); err != nil {
			return err
		}
		if p.Progress != nil {
			p.Progress(p.events, p.target())
		}
		steps := p.next(stepsAtOnce)
		if len(steps) == 0 {
			return nil
		}
		// Nobody waits for the disk: nothing was promised to anybody.
		if err := d.DoRelaxed(ctx, func(tx *db.Tx) error { return w.write(ctx, tx, steps) }); err != nil {
			return fmt.Errorf("write %d steps: %w", len(steps), err)
		}
	}
}

// count tells what there is, as far as the readers have come.
func count(ctx context.Context, d *db.DB) (Made, error) {
	var kinds []activity.Kind
	for _, k := range app.Kinds() {
		kinds = append(kinds, k.Kind)
	}
	totals, err := report.Totals(ctx, d, kinds...)
	var made Made
	for _, n := range totals {
		made.Events += n
	}
	made.Known = totals[contact.KindIdentified] - totals[contact.KindMerged]
	made.Visitors = totals[contact.KindCreated] - totals[contact.KindIdentified] - totals[contact.KindJoined]
	return made, err
}

// writer writes steps to a database.
type writer struct {
	recorder *visit.Recorder
	forms    []form.Form
}

// newWriter prepares what the steps need: forms, and storage for the months.
func newWriter(ctx context.Context, d *db.DB, o Options) (*writer, error) {
	w := &writer{}
	err := d.Do(ctx, func(tx *db.Tx) error {
		w.forms = nil
		now := tx.Now()
		for at := o.begin(); at.Before(o.Until); at = at.AddDate(0, 1, 0) {
			tx.SetNow(at)
			if err := activity.KeepMonths(ctx, tx); err != nil {
				return err
			}
		}
		tx.SetNow(o.begin())
		for _, f := range forms() {
			number, err := form.Create(ctx, tx, f)
			if err == nil {
				f, err = form.Find(ctx, tx, number)
			}
			if err != nil {
				return fmt.Errorf("create form: %w", err)
			}
			w.forms = append(w.forms, f)
		}
		tx.SetNow(now)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.recorder = visit.NewRecorder(d)
	return w, nil
}

// forms are what the contacts send, in the order of step.form.
func forms() []form.Form {
	letter, write := form.Blank("fr"), form.Blank("fr")
	letter.Name, write.Name = "Newsletter", "Contact"
	letter.Actions = []form.Action{{Type: form.ChangeTags, Add: []string{"newsletter"}}}
	write.Actions = []form.Action{{Type: form.ChangeTags, Add: []string{"prospect"}}}
	write.Fields = []form.Field{
		{Label: "Prénom", Alias: "firstname", Type: question.Text, ContactField: "firstname"},
		{Label: "Nom", Alias: "lastname", Type: question.Text, ContactField: "lastname"},
		{Label: "Adresse e-mail", Alias: "email", Type: question.Email, ContactField: "email", Required: true},
		{Label: "Entreprise", Alias: "company", Type: question.Text, ContactField: "company"},
		{Label: "Votre message", Alias: "your_message", Type: question.Paragraph},
	}
	return []form.Form{letter, write}
}
