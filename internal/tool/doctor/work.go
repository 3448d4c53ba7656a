package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/job"
	"ariane/internal/tool/backup"
)

const (
	// clocksApart is how far two clocks may differ before something goes wrong.
	clocksApart = 10 * time.Second
	// jumped is a step back that no transaction explains by its length.
	jumped = time.Minute
	// late is how long work that is done within seconds may wait.
	late = 5 * time.Minute
	// oldBackup is when too much would be lost with the disk.
	oldBackup = 8 * 24 * time.Hour
	// named is how many of many are named.
	named = 3
)

// who tells who serves the database.
func (e *examination) who(ctx context.Context) {
	var err error
	if e.serving, err = e.db.Serving(ctx); err != nil {
		e.failed("server", err)
		return
	}
	switch n := e.serving.Processes; {
	case n == 0:
		e.ok("server", "Nobody serves the database now. What waits is done once Ariane is started.")
	case e.serving.Process > 0:
		e.ok("server", "Process %d of this machine serves the database.", e.serving.Process)
		e.descriptors(e.serving.Process)
	default:
		e.ok("server", "%s the database.", some(n, "process serves", "processes serve"))
	}
}

// served tells whether somebody is there to do what waits.
func (e *examination) served() bool { return e.serving.Processes > 0 }

// clock compares the clock of this machine with the server's and with that of
// the last events.
func (e *examination) clock(ctx context.Context) {
	const fix = "Let the clocks of all machines be set by NTP (timedatectl set-ntp true)."
	if e.DatabaseURL != "" {
		s, err := e.db.Server(ctx)
		if err != nil {
			e.failed("clock", err)
			return
		}
		if apart := time.Until(s.Now).Abs(); apart > clocksApart {
			e.add(Finding{About: "clock", Level: Warning, Found: fmt.Sprintf("The clock of this machine and that of PostgreSQL are %s apart.", span(apart)),
				Means: "The times of events depend on which machine stores them; of two that happen at once the later may seem the earlier.", Fix: fix})
		}
	}
	c, err := activity.LastClock(ctx, e.db)
	if err != nil {
		e.failed("clock", err)
		return
	}
	if ahead := c.Last.Sub(e.now); ahead > clocksApart {
		e.add(Finding{About: "clock", Level: Problem, Found: fmt.Sprintf("The last event was recorded at %s, which is %s from now.", stamp(c.Last), span(ahead)),
			Means: "Either the clock was wrong then or it is now. Events of today seem older than those, and what is due at a time is done late.",
			Fix:   "Compare the clock with the true time (date -u). " + fix})
	} else if c.Back > jumped {
		e.add(Finding{About: "clock", Level: Warning, Found: fmt.Sprintf("The clock was set back by %s, to %s.", span(c.Back), stamp(c.To)),
			Means: "Events of that time are not in their true order in the thread. Nothing is lost.", Fix: fix})
	} else {
		e.ok("clock", "The clock agrees with the last events.")
	}
}

// readers tells who is behind.
func (e *examination) readers(ctx context.Context) {
	lags, err := activity.NewRunner(e.db, discard, app.Readers()...).Lags(ctx)
	if err != nil {
		e.failed("readers", err)
		return
	}
	well := true
	for _, l := range lags {
		behind := e.now.Sub(l.Since)
		switch {
		case l.Since.IsZero() || behind < late || !e.served():
		case l.Replaying:
			e.ok("readers", "The reader %s reads the whole thread again; its next event is of %s.", l.Reader, stamp(l.Since))
		default:
			well = false
			f := Finding{About: "readers", Level: Warning, Found: fmt.Sprintf("The reader %s is behind: its next event was recorded %s ago.", l.Reader, span(behind)),
				Means: "What it keeps is not up to date, such as counts, last activity, devices and answers after a merge.",
				Fix:   "Look for \"reader failed\" in the log of Ariane. If there is none, the machine may be too slow for what arrives: compare with ariane bench ingest."}
			if !l.Held {
				f.Means += " No process has it."
			}
			e.add(f)
		}
		if l.Faults > 0 {
			well = false
			e.add(Finding{About: "readers", Level: Warning, Found: fmt.Sprintf("The reader %s could not handle %s, and has set them aside.", l.Reader, some(l.Faults, "event", "events")),
				Means: "It goes on without them: what it keeps misses what they say.",
				Fix:   "The page System of Ariane shows each with its error, and can try it again."})
		}
	}
	if well && e.served() {
		e.ok("readers", "%s up to date.", some(len(lags), "reader is", "readers are"))
	}
	if well && !e.served() {
		e.ok("readers", "No event is set aside.")
	}
}

// jobs tells what was not done.
func (e *examination) jobs(ctx context.Context) {
	t, err := job.Count(ctx, e.db, e.now)
	if err != nil {
		e.failed("jobs", err)
		return
	}
	if t.Failed > 0 {
		failed, err := job.Failed(ctx, e.db, named)
		if err != nil {
			e.failed("jobs", err)
			return
		}
		what := ""
		for _, j := range failed {
			what += fmt.Sprintf(" %s, job %d: %s.", j.Kind, j.ID, short(j.Error))
		}
		e.add(Finding{About: "jobs", Level: Warning, Found: some(t.Failed, "job has failed", "jobs have failed") + " and will not be tried again by itself. The last:" + what,
			Means: "What they were to do was not done.", Fix: "Mend the cause that the error names, then try them again on the page System of Ariane."})
	}
	switch {
	case t.Abandoned > 0 && e.served():
		e.add(Finding{About: "jobs", Level: Warning, Found: fmt.Sprintf("%s by a process that no longer shows that it is alive.", some(t.Abandoned, "job is held", "jobs are held")),
			Means: "Another process takes them over within half a minute, unless those that run do no jobs.",
			Fix:   "Ask again in a minute. If it is the same, look for \"looking for jobs failed\" in the log of Ariane."})
	case t.Abandoned > 0:
		e.ok("jobs", "%s when the process ended; they are begun again once Ariane is started.", some(t.Abandoned, "job was running", "jobs were running"))
	}
	switch {
	case t.Late > late && e.served():
		e.add(Finding{About: "jobs", Level: Warning, Found: fmt.Sprintf("%s, the first for %s.", some(t.Waiting, "job waits", "jobs wait"), span(t.Late)),
			Means: "Such as answers of forms on their way to other programs: they come late.",
			Fix:   "Look for \"looking for jobs failed\" and \"job will be tried again\" in the log of Ariane, and whether what it sends to answers."})
	case t.Failed+t.Abandoned == 0:
		e.ok("jobs", "None has failed; %d wait, %d run.", t.Waiting, t.Running)
	}
}

// tasks tells what should have come back.
func (e *examination) tasks(ctx context.Context) {
	turns, err := job.Turns(ctx, e.db)
	if err != nil {
		e.failed("tasks", err)
		return
	}
	well := true
	for _, t := range turns {
		if t.Error != "" {
			well = false
			e.add(Finding{About: "tasks", Level: Warning, Found: fmt.Sprintf("The task %s failed at %s: %s.", t.Name, stamp(t.RanAt), short(t.Error)),
				Means: "What it does again and again was not done then.", Fix: "Mend the cause that the error names; it comes back by itself."})
		}
		if over := e.now.Sub(t.RunAt); over > late && e.served() {
			well = false
			e.add(Finding{About: "tasks", Level: Warning, Found: fmt.Sprintf("The task %s should have run %s ago.", t.Name, span(over)),
				Means: "No process does it, or Ariane no longer knows it.", Fix: "Look for \"looking for jobs failed\" in the log of Ariane, and restart it."})
		}
	}
	if well {
		e.ok("tasks", "No task has failed.")
	}
}

// backups tells when the last one was made, where that is known.
func (e *examination) backups(ctx context.Context) {
	const means, fix = "With the disk all is lost that came since.", "Make a backup every night, and keep it on another machine: see docs/backup.md."
	if e.DatabaseURL != "" {
		e.ok("backup", "PostgreSQL makes its own backups; Ariane does not know of them.")
		return
	}
	last, err := backup.Last(e.DataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		e.add(Finding{About: "backup", Level: Warning, Found: "No backup was made with ariane backup yet.", Means: means, Fix: fix})
	case err != nil:
		e.failed("backup", err)
	case e.now.Sub(last.At) > oldBackup:
		e.add(Finding{About: "backup", Level: Warning, Found: fmt.Sprintf("The last backup is %s old (%s).", span(e.now.Sub(last.At)), last.File), Means: means, Fix: fix})
	default:
		e.ok("backup", "The last backup was made at %s (%s).", stamp(last.At), last.File)
	}
}

// stamp is a time for people.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// span is a duration for people, to its largest unit.
func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("%d seconds", int(d.Seconds()))
}

// short is the beginning of a message.
func short(s string) string {
	const most = 200
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
