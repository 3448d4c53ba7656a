package form

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/base/outgoing"
	"ariane/internal/id"
)

// delivery is the job of sending a submission to an address. It names the
// action, so that a corrected address is used by what still waits.
type delivery struct {
	Form       id.Form       `json:"form"`
	Action     int64         `json:"action"`
	Submission id.Submission `json:"submission"`
}

// Kind names the job.
func (delivery) Kind() string { return "form.send" }

// Deliveries runs the jobs that send submissions.
func Deliveries(d *db.DB, c *outgoing.Client) job.Handler {
	return job.Handle(func(ctx context.Context, one delivery) error {
		f, err := Find(ctx, d, one.Form)
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		i := slices.IndexFunc(f.Actions, func(a Action) bool { return a.ID == one.Action })
		if i < 0 {
			return nil
		}
		sent, err := FindResult(ctx, d, one.Form, one.Submission)
		if fault.Is(err, fault.KindNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return f.Actions[i].send(ctx, c, f, sent)
	})
}

func (a Action) send(ctx context.Context, c *outgoing.Client, f Form, sent Result) error {
	kind, body, err := a.body(f, sent)
	if err != nil {
		return job.Permanent(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL, bytes.NewReader(body))
	if err != nil {
		return job.Permanent(errors.New("the address is malformed"))
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Ariane")
	r.Header.Set("Idempotency-Key", fmt.Sprintf("form-%d-action-%d-submission-%d", f.ID, a.ID, sent.ID))
	if sent.IP != "" {
		r.Header.Set("X-Forwarded-For", sent.IP)
	}
	if a.Authorization != "" {
		r.Header.Set("Authorization", a.Authorization)
	}
	if err := job.Held(ctx); err != nil {
		return err
	}
	answer, err := c.Do(r)
	switch {
	case errors.Is(err, outgoing.ErrRefused):
		return job.Permanent(err)
	case err != nil:
		return err
	case answer.Status >= 200 && answer.Status < 300:
		return nil
	}
	err = fmt.Errorf("%s answered %d %s", r.URL.Host, answer.Status, http.StatusText(answer.Status))
	if again := []int{http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests}; answer.Status < 500 && !slices.Contains(again, answer.Status) {
		return job.Permanent(err)
	}
	return err
}

type sentForm struct {
	ID   id.Form `json:"id"`
	Name string  `json:"name"`
}

// message is what is sent as JSON.
type message struct {
	Event      string        `json:"event"`
	Submission id.Submission `json:"submission"`
	At         time.Time     `json:"at"`
	Page       string        `json:"page,omitempty"`
	Referrer   string        `json:"referrer,omitempty"`
	Contact    id.Contact    `json:"contact,omitempty"`
	Form       sentForm      `json:"form"`
	Answers    []Answer      `json:"answers"`
}

func (a Action) body(f Form, sent Result) (kind string, body []byte, err error) {
	if a.JSON {
		body, err = json.Marshal(message{"form.submitted", sent.ID, sent.At, sent.Page, sent.Referrer, sent.Contact, sentForm{f.ID, f.Name}, sent.Answers})
		return "application/json", body, err
	}
	q := url.Values{}
	for _, one := range sent.Answers {
		q.Set(one.Alias, one.Value)
	}
	q.Set("mautic_form[id]", strconv.FormatInt(int64(f.ID), 10))
	q.Set("mautic_form[name]", f.Name)
	q.Set("mautic_form[url]", sent.Page)
	if sent.Contact != 0 {
		q.Set("mautic_contact[id]", strconv.FormatInt(int64(sent.Contact), 10))
	}
	return "application/x-www-form-urlencoded", []byte(q.Encode()), nil
}

// Failed is a submission that could not be sent on.
type Failed struct {
	Job        id.Job
	Action     int64
	Submission id.Submission
	At         time.Time
	Error      string
}

// FailedDeliveries lists the submissions of a form that could not be sent on and
// wait for somebody to try again, the last first.
func FailedDeliveries(ctx context.Context, q db.Q, form id.Form) ([]Failed, error) {
	jobs, err := job.Failed(ctx, q, mostLimit)
	if err != nil {
		return nil, err
	}
	var list []Failed
	for _, j := range jobs {
		var one delivery
		if j.Kind != one.Kind() || json.Unmarshal(j.Args, &one) != nil || one.Form != form {
			continue
		}
		list = append(list, Failed{j.ID, one.Action, one.Submission, j.Finished, strings.ToValidUTF8(j.Error, "")})
	}
	return list, nil
}
