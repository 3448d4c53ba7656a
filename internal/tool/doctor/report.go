package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Level is how bad a finding is.
type Level int

// The levels.
const (
	OK Level = iota
	// Warning is what works but will not for long, or not for everybody.
	Warning
	// Problem is what does not work.
	Problem
)

func (l Level) String() string { return [...]string{"ok", "warning", "problem"}[l] }

// MarshalText writes the level as people read it.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Finding is what was found about one thing.
type Finding struct {
	// About is what was looked at, in a word that does not change.
	About string `json:"about"`
	Level Level  `json:"level"`
	Found string `json:"found"`
	// Means is what follows from it, Fix what to do; both are empty where all is well.
	Means string `json:"means,omitempty"`
	Fix   string `json:"fix,omitempty"`
}

// Report is all that was found.
type Report struct {
	Worst    Level     `json:"worst"`
	Findings []Finding `json:"findings"`
}

func (r *Report) add(f Finding) {
	r.Findings = append(r.Findings, f)
	r.Worst = max(r.Worst, f.Level)
}

// ok notes what is well.
func (r *Report) ok(about, found string, args ...any) {
	r.add(Finding{About: about, Found: fmt.Sprintf(found, args...)})
}

// failed notes what could not be looked at.
func (r *Report) failed(about string, err error) {
	r.add(Finding{About: about, Level: Problem, Found: "This could not be looked at: " + err.Error() + ".",
		Means: "What else is wrong there is not known.", Fix: "Mend what the message says, and ask again."})
}

// count is how many findings are of a level.
func (r *Report) count(l Level) (n int) {
	for _, f := range r.Findings {
		if f.Level == l {
			n++
		}
	}
	return n
}

// Code is the exit code of the command: 0 when all is well, 1 with warnings, 2
// with problems.
func (r *Report) Code() int { return int(r.Worst) }

// JSON writes the report for programs.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// Text writes the report for people.
func (r *Report) Text(w io.Writer) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%-8s %-12s %s\n", f.Level, f.About, printable(f.Found))
		for _, more := range []struct{ mark, text string }{{" ", f.Means}, {"→", f.Fix}} {
			if more.text != "" {
				fmt.Fprintf(&b, "%-20s%s %s\n", "", more.mark, printable(more.text))
			}
		}
	}
	switch problems, warnings := r.count(Problem), r.count(Warning); {
	case problems+warnings == 0:
		b.WriteString("\nAll is well.\n")
	default:
		fmt.Fprintf(&b, "\n%s, %s.\n", some(problems, "problem", "problems"), some(warnings, "warning", "warnings"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// printable keeps what comes from elsewhere, such as the error of a job, from
// commanding the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return ' '
		case r < ' ', r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, s)
}

func some(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
