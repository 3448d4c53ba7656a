package form

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
)

// Submission is a form filled in, not yet accepted.
type Submission struct {
	Form id.Form
	// Values are the posted values by alias; others than those of the form's fields are ignored.
	Values map[string][]string
	// Key is made for each rendering of the form: the same again is the same submission. Empty for none.
	Key            string
	Page, Referrer string
	IP             string // the address to keep, empty for none
	// Proof is that of a form that wants one: what a browser found.
	Proof string
	// Trapped tells that something was filled in that nobody sees. It is answered like any other, and nothing is
	// written: whoever sends it learns nothing.
	Trapped bool
	// Visitor finds who is at the browser, or creates a visitor. It is called inside the transaction, once the
	// answers are accepted. Nil stands for nobody.
	Visitor func(ctx context.Context, tx *db.Tx) (contact.Visitor, error)
}

// Outcome is what became of a submission. Form is set as soon as there is one, also beside an error.
type Outcome struct {
	Form       Form
	Submission id.Submission
	Contact    id.Contact // zero when nobody could be told
	// Apart tells that the browser does not lead to the contact: many people use it.
	Apart bool
	// Repeated tells that this key had been used: nothing was written again.
	Repeated bool
	Answers  []Answer // what was just posted, cleaned, in the order of the fields
	// Message and Redirect are the post action with the answers filled in; one of them may be empty, or both.
	Message, Redirect string

	stamp  string     // of its proof
	origin id.Contact // whom it belongs to, as that of a contact.Visitor
}

// Submit accepts a submission in one transaction, or returns a fault: Invalid by alias where answers are not
// acceptable, or a refusal with its message where the form takes none. Nothing is written in that case.
func Submit(ctx context.Context, d *db.DB, s Submission) (Outcome, error) {
	out, values, err := accept(ctx, d, d.Now(), s)
	if err != nil {
		return out, err
	}
	if s.Trapped {
		return out, out.end(nil)
	}
	err = d.Do(ctx, func(tx *db.Tx) error {
		return record(ctx, tx, s, &out, values)
	})
	return out, out.end(err)
}

// SubmitIn is Submit within a transaction, at its time.
func SubmitIn(ctx context.Context, tx *db.Tx, s Submission) (Outcome, error) {
	out, values, err := accept(ctx, tx, tx.Now(), s)
	if err != nil {
		return out, err
	}
	if s.Trapped {
		return out, out.end(nil)
	}
	err = record(ctx, tx, s, &out, values)
	return out, out.end(err)
}

// accept checks a submission and returns the values that it gives to the contact.
func accept(ctx context.Context, q db.Q, now time.Time, s Submission) (Outcome, map[string]string, error) {
	f, err := Find(ctx, q, s.Form)
	if err != nil {
		if fault.Is(err, fault.KindNotFound) {
			err = fault.Refused(err, gone)
		}
		return Outcome{}, nil, err
	}
	out := Outcome{Form: f}
	if err := f.open(ctx, now); err != nil {
		return out, nil, err
	}
	var values map[string]string
	set, err := field.Of(ctx, q)
	if err != nil {
		return out, nil, err
	}
	if out.Answers, values, err = f.check(set, s.Values); err != nil {
		return out, nil, err
	}
	if f.Proof && !s.Trapped {
		out.stamp, err = proven(f.ID, s.Proof, now)
	}
	return out, values, err
}

// end fills in the post action of a submission that was recorded.
func (out *Outcome) end(err error) error {
	f := out.Form
	if err != nil {
		return fmt.Errorf("submit form %d: %w", f.ID, err)
	}
	switch f.PostAction {
	case Redirect:
		out.Redirect = fill(f.PostProperty, out.Answers, func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") })
	default:
		out.Message = fill(f.PostProperty, out.Answers, strings.TrimSpace)
	}
	return nil
}

var gone = fault.Say("form.closed|This form is no longer available.")

// open refuses submissions to a form that takes none now.
func (f Form) open(ctx context.Context, now time.Time) error {
	ctx = i18n.With(ctx, i18n.Locale{Lang: f.Language})
	status := f.Status(now)
	cause := fmt.Errorf("submit form %d: it is %s", f.ID, status)
	switch status {
	case Published:
		return nil
	case Pending:
		return fault.Refused(cause, fault.Say("form.pending|This form opens on %s.", i18n.Date(ctx, f.PublishUp)))
	case Expired:
		return fault.Refused(cause, fault.Say("form.expired|This form closed on %s.", i18n.Date(ctx, f.PublishDown)))
	}
	return fault.Refused(cause, gone)
}

// check returns the answers, and the values they give to the fields of the contact; empty ones give none.
func (f Form) check(set *field.Set, posted map[string][]string) ([]Answer, map[string]string, error) {
	problems, values := fault.Fields{}, map[string]string{}
	answers := make([]Answer, 0, len(f.Fields))
	for _, own := range f.Fields {
		if !own.Type.Answered() {
			continue
		}
		answer, problem := own.Accept(posted[own.Alias], f.Language)
		if problem == nil && answer.Value == "" && own.Required {
			text := fault.Say("form.required|“%s” is required.", own.Label)
			if own.Message != "" {
				text = fault.Say("form.required_own|%s", own.Message)
			}
			problem = &text
		}
		if to, ok := own.Target(set); ok && problem == nil && answer.Value != "" {
			values[to.Alias], problem = field.Clean(to, own.Give(answer, posted[own.Alias], to))
		}
		if problem != nil {
			problems.Add(own.Alias, *problem)
			continue
		}
		answers = append(answers, answer)
	}
	return answers, values, problems.Err()
}

var wellFormedKey = regexp.MustCompile(`^[\w-]{8,64}$`)

// record writes an accepted submission, unless its key says that it is written already.
func record(ctx context.Context, tx *db.Tx, s Submission, out *Outcome, values map[string]string) error {
	f := out.Form
	n, err := tx.NextID(ctx, "form_submission")
	if err != nil {
		return err
	}
	first, err := claim(ctx, tx, s, n)
	out.Submission, out.Repeated = id.Submission(first), first != n
	if err != nil || out.Repeated {
		return err
	}
	if out.stamp != "" {
		if err := out.spend(ctx, tx); err != nil {
			return err
		}
	}
	if f.Kiosk {
		s.IP, s.Visitor = "", nil
	}
	visitor := contact.Visitor{IP: s.IP}
	if s.Visitor != nil {
		if visitor, err = s.Visitor(ctx, tx); err != nil {
			return err
		}
	}
	who := visitor
	if len(values) > 0 {
		who, _, err = contact.Identify(ctx, tx, contact.Submitted{
			Visitor: visitor, Values: values, Source: activity.SourceForm,
			By: contact.By{Object: "submission", ID: n, Name: f.Name},
		})
		if err != nil {
			return err
		}
	}
	out.Contact, out.origin, out.Apart = who.Contact, who.Origin, who.Token == ""
	page, referrer := cut(s.Page), cut(s.Referrer)
	text, err := json.Marshal(out.Answers)
	if err != nil {
		return err
	}
	err = tx.Insert(ctx, "form_submission", submissionColumns,
		[][]any{{int64(who.Contact), n, int64(f.ID), db.Millis(tx.Now()), s.IP, page, referrer, string(text), words(out.Answers)}})
	if err != nil {
		return err
	}
	if who.Contact != 0 {
		out.tell(tx, tx.Now(), who.Device, page, referrer)
	}
	if err := f.act(ctx, tx, *out); err != nil {
		return err
	}
	count(tx, f.ID, 1)
	return nil
}

var submissionColumns = []string{"contact_id", "id", "form_id", "at", "ip", "page", "referrer", "answers", "words"}

// words are the answers as they are searched.
func words(answers []Answer) string {
	var list []string
	for _, a := range answers {
		list = append(list, a.Text())
	}
	return field.Fold(strings.Join(list, " "))
}

// tell appends the submission to the thread of its contact.
func (out Outcome) tell(tx *db.Tx, at time.Time, device id.Device, page, referrer string) {
	f := out.Form
	activity.Append(tx, activity.Entry{Contact: out.Contact, Origin: out.origin, At: at, Kind: KindSubmitted, Source: activity.SourceForm, Device: device,
		Data: Submitted{Form: f.ID, Name: f.Name, Submission: out.Submission, Answers: out.Answers, Page: page, Referrer: referrer}})
}

// claim takes the key of a submission for its number, and returns the number that has it.
func claim(ctx context.Context, tx *db.Tx, s Submission, n int64) (int64, error) {
	if !wellFormedKey.MatchString(s.Key) {
		return n, nil
	}
	added, err := tx.InsertMissing(ctx, "form_submission_key", []string{"form_id", "submission_key", "submission_id"}, [][]any{{int64(s.Form), s.Key, n}})
	if err != nil || added == 1 {
		return n, err
	}
	var first int64
	err = tx.QueryRow(ctx, `SELECT submission_id FROM form_submission_key WHERE form_id = ? AND submission_key = ?`, int64(s.Form), s.Key).Scan(&first)
	if err != nil {
		return 0, fmt.Errorf("read submission key: %w", err)
	}
	return first, nil
}

// spend uses up the proof of a submission.
func (out Outcome) spend(ctx context.Context, tx *db.Tx) error {
	added, err := tx.InsertMissing(ctx, "form_submission_key", []string{"form_id", "submission_key", "submission_id"},
		[][]any{{int64(out.Form.ID), "proof." + out.stamp, int64(out.Submission)}})
	if err == nil && added == 0 {
		err = fault.Refused(errors.New("proof of work: used before"), fault.Say("form.proof.used|Please send the form once more."))
	}
	return err
}

func cut(s string) string {
	s = field.Printable(s)
	if runes := []rune(s); len(runes) > longestPage {
		return string(runes[:longestPage])
	}
	return s
}

// fill replaces the tokens of a text by answers. A token of a stored value gives its default: what is stored is
// never shown to whoever filled in a form.
func fill(text string, answers []Answer, escape func(string) string) string {
	return token.ReplaceAllStringFunc(text, func(t string) string {
		parts := token.FindStringSubmatch(t)
		value := parts[3]
		for _, a := range answers {
			if parts[1] == "formfield" && a.Alias == parts[2] && a.Value != "" {
				value = a.Text()
			}
		}
		return escape(value)
	})
}
