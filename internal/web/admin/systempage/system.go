package systempage

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/base/job"
	"ariane/internal/id"
	"ariane/internal/web"
	"ariane/internal/web/layout"
	"ariane/internal/web/ui"
)

// shown bounds each list; the causes of long ones are few.
const shown = 100

// systemData is what the page shows.
type systemData struct {
	Problems []string
	Failed   []job.Job
	Faults   []activity.Fault
	Readers  []activity.Progress
	Turns    []job.Turn
	Waiting  int // page views to be stored
}

func (d Deps) load(ctx context.Context) (systemData, error) {
	var data systemData
	var err error
	if d.Problems != nil {
		data.Problems = d.Problems(ctx)
	}
	if d.Waiting != nil {
		data.Waiting = d.Waiting()
	}
	if data.Failed, err = job.Failed(ctx, d.DB, shown); err != nil {
		return data, err
	}
	if data.Faults, err = activity.Faults(ctx, d.DB, shown); err != nil {
		return data, err
	}
	if data.Readers, err = d.Runner.Progress(ctx); err != nil {
		return data, err
	}
	data.Turns, err = job.Turns(ctx, d.DB)
	return data, err
}

func (d Deps) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	data, err := d.load(ctx)
	if err != nil {
		return err
	}
	v := newSystemView(ctx, d.Clock(), d.Kinds, data)
	return web.Show(w, r, web.View{Title: i18n.T(ctx, "systempage.title|System"), Section: layout.System, Body: systemPage(v)})
}

// systemView is the page.
type systemView struct {
	Problems []string
	Well     bool
	Verdict  string
	Jobs     []problem
	Events   []problem
	Hits     line
	Readers  []line
	Tasks    []line
}

// problem is something that did not work, with the address that tries again.
type problem struct {
	What, Error    string
	When, WhenFull string
	Contact        ui.Person // events only
	Retry          string
	Reader         string
}

// line is one thing that runs.
type line struct {
	Name, Label, State, Full string // Label is empty for what this page has no words for
	Tone                     ui.Tone
	Detail                   string
	Replay                   string // address that makes it anew, empty where it cannot be
}

func newSystemView(ctx context.Context, now time.Time, kinds []activity.Definition, data systemData) systemView {
	v := systemView{Problems: data.Problems}
	for _, j := range data.Failed {
		v.Jobs = append(v.Jobs, problem{
			What: i18n.T(ctx, "systempage.job|%s, job %d, after %d attempts", cmp.Or(label(ctx, j.Kind), j.Kind), int64(j.ID), j.Attempts), Error: j.Error,
			When: i18n.Ago(ctx, now, j.Finished), WhenFull: i18n.DateTime(ctx, j.Finished),
			Retry: "/s/system/jobs/" + strconv.FormatInt(int64(j.ID), 10) + "/retry",
		})
	}
	for _, f := range data.Faults {
		v.Events = append(v.Events, problem{
			What:  i18n.T(ctx, "systempage.event|%s could not handle %s", f.Reader, kindName(kinds, f.Event.Kind)),
			Error: f.Error, When: i18n.Ago(ctx, now, f.FailedAt), WhenFull: i18n.DateTime(ctx, f.FailedAt), Reader: f.Reader,
			Contact: ui.Person{Name: i18n.T(ctx, "systempage.contact|Contact %d", int64(f.Event.Contact)), URL: web.ContactURL(f.Event.Contact)},
			Retry:   "/s/system/events/" + strconv.FormatInt(int64(f.Event.ID), 10) + "/retry",
		})
	}
	broken := len(v.Jobs) + len(v.Events) + len(v.Problems)
	v.Hits = hitLine(ctx, data.Waiting)
	for _, p := range data.Readers {
		v.Readers = append(v.Readers, readerLine(ctx, p))
	}
	for _, t := range data.Turns {
		v.Tasks = append(v.Tasks, taskLine(ctx, now, t))
		if t.Error != "" {
			broken++
		}
	}
	v.Well = broken == 0
	v.Verdict = i18n.T(ctx, "systempage.well|Everything runs.")
	if !v.Well {
		v.Verdict = i18n.N(ctx, broken, "systempage.broken|%s thing needs attention.|%s things need attention.", i18n.Number(ctx, broken))
	}
	return v
}

func kindName(kinds []activity.Definition, kind activity.Kind) string {
	i := slices.IndexFunc(kinds, func(d activity.Definition) bool { return d.Kind == kind })
	if i < 0 {
		return strconv.Itoa(int(kind))
	}
	return kinds[i].Name
}

func hitLine(ctx context.Context, waiting int) line {
	l := line{Label: i18n.T(ctx, "systempage.hits|Store page views"), Tone: ui.Green, State: i18n.T(ctx, "systempage.hits.none|None waiting")}
	if waiting > 0 {
		l.Tone, l.State = ui.Blue, i18n.N(ctx, waiting, "systempage.hits.waiting|%s waiting|%s waiting", i18n.Number(ctx, waiting))
	}
	return l
}

func readerLine(ctx context.Context, p activity.Progress) line {
	l := line{Name: p.Reader, Label: label(ctx, p.Reader), Tone: ui.Green, State: i18n.T(ctx, "systempage.reader.current|Up to date")}
	if p.Behind > 0 {
		n := int(p.Behind)
		l.Tone, l.State = ui.Blue, i18n.N(ctx, n, "systempage.reader.behind|%s event to read|%s events to read", i18n.Number(ctx, n))
	}
	if p.Replayable && !p.Replaying {
		l.Replay = "/s/system/readers/" + url.PathEscape(p.Reader) + "/replay"
	}
	if p.Replaying {
		l.Detail = i18n.T(ctx, "systempage.reader.replaying|reading the whole thread again")
	}
	if p.Faults > 0 {
		l.Tone = ui.Amber
		l.Detail = i18n.N(ctx, p.Faults, "systempage.reader.faults|%s event set aside|%s events set aside", i18n.Number(ctx, p.Faults))
	}
	return l
}

func taskLine(ctx context.Context, now time.Time, t job.Turn) line {
	l := line{Name: t.Name, Label: label(ctx, t.Name), Tone: ui.Green, State: i18n.T(ctx, "systempage.task.never|Not yet run"),
		Detail: i18n.T(ctx, "systempage.task.next|next: %s", i18n.DateTime(ctx, t.RunAt))}
	if !t.RanAt.IsZero() {
		l.State, l.Full = i18n.T(ctx, "systempage.task.ran|Ran %s", i18n.When(ctx, now, t.RanAt)), i18n.DateTime(ctx, t.RanAt)
	}
	if t.Error != "" {
		l.Tone, l.Detail = ui.Red, t.Error
	}
	return l
}

func (d Deps) retryJob(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[id.Job](r, "id")
	if err != nil {
		return err
	}
	if err := d.DB.Do(ctx, func(tx *db.Tx) error { return job.Retry(ctx, tx, number) }); err != nil {
		return err
	}
	web.Say(r, ui.Green, i18n.T(ctx, "systempage.job.again|The job will be tried again at once."))
	return web.Redirect(w, r, "/s/system")
}

// replay lets a reader read the whole thread again, in the background.
func (d Deps) replay(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := d.Runner.Replay(ctx, r.PathValue("name")); err != nil {
		return fault.NotFound(err)
	}
	web.Say(r, ui.Green, i18n.T(ctx, "systempage.reader.again|It reads the whole thread again, in the background."))
	return web.Redirect(w, r, "/s/system")
}

func (d Deps) retryEvent(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	number, err := web.PathID[id.Event](r, "id")
	if err != nil {
		return err
	}
	faults, err := activity.Faults(ctx, d.DB, shown)
	if err != nil {
		return err
	}
	reader := r.PostFormValue("reader")
	i := slices.IndexFunc(faults, func(f activity.Fault) bool { return f.Event.ID == number && f.Reader == reader })
	if i < 0 {
		return fault.NotFound(errors.New("retry event: it is not set aside"))
	}
	if err := d.Runner.Retry(ctx, faults[i]); err != nil {
		web.Say(r, ui.Red, i18n.T(ctx, "systempage.event.failed|It failed again: %s", err.Error()))
	} else {
		web.Say(r, ui.Green, i18n.T(ctx, "systempage.event.done|The event is handled."))
	}
	return web.Redirect(w, r, "/s/system")
}
