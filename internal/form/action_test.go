package form_test

import (
	"ariane/internal/field"

	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/fault"
	"ariane/internal/base/job"
	"ariane/internal/base/outgoing"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/notice"
)

func (r *rig) tags(c id.Contact) string {
	r.Helper()
	tags, err := label.Of(r.Context(), r.db, []id.Contact{c})
	if err != nil {
		r.Fatal(err)
	}
	var names []string
	for _, one := range tags[c] {
		names = append(names, one.Name)
	}
	return strings.Join(names, " ")
}

func TestTagsFollowASubmission(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) {
		f.Actions = []form.Action{{Type: form.ChangeTags, Add: []string{"News", "  "}, Remove: []string{"PROSPECT", "none"}}}
	})
	ada := r.submit(r.submission("", "email", "ada@example.org")).Contact
	r.do(func(tx *db.Tx) error { return label.Add(t.Context(), tx, ada, []string{"Prospect", "vip"}, label.By{}) })
	r.submit(r.submission("", "email", "ada@example.org"))
	if got := r.tags(ada); got != "News vip" {
		t.Errorf("tags %q", got)
	}
	if got := r.kinds(ada); !strings.Contains(got, "form.submitted") {
		t.Errorf("thread %s", got)
	}
}

// work runs the jobs until one has ended for good, and returns those that failed.
func (r *rig) work(options outgoing.Options) []form.Failed {
	r.Helper()
	client := outgoing.New(options)
	r.Cleanup(client.Close)
	runner := job.NewRunner(r.db, slog.New(slog.NewTextHandler(r.Output(), nil)), job.Options{Handlers: []job.Handler{form.Deliveries(r.db, client)}})
	ctx, stop := context.WithCancel(r.Context())
	ended := make(chan error, 1)
	go func() { ended <- runner.Run(ctx) }()
	for open := true; open; {
		jobs, err := job.Recent(r.Context(), r.db, 1)
		if err != nil {
			r.Fatal(err)
		}
		tried := jobs[0].State == job.Waiting && jobs[0].Attempts > 0
		open = jobs[0].Finished.IsZero() && !tried
	}
	stop()
	if err := <-ended; err != nil {
		r.Fatal(err)
	}
	failed, err := form.FailedDeliveries(r.Context(), r.db, r.form)
	if err != nil {
		r.Fatal(err)
	}
	return failed
}

type received struct {
	header http.Header
	body   string
}

// receiver answers with a status and passes on what it received.
func receiver(t *testing.T, status int) (address string, calls chan received, o outgoing.Options) {
	t.Helper()
	calls = make(chan received, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		calls <- received{r.Header, string(body)}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	host := s.Listener.Addr().String()
	return s.URL + "/hook", calls, outgoing.Options{Allowed: func(context.Context) ([]string, error) { return []string{host}, nil }}
}

func TestSubmissionsAreSentOn(t *testing.T) {
	t.Parallel()
	for _, asJSON := range []bool{false, true} {
		address, calls, o := receiver(t, http.StatusNoContent)
		r := open(t, func(f *form.Form) {
			f.Actions = []form.Action{{Type: form.Send, URL: address, JSON: asJSON, Authorization: "Bearer x"}}
		})
		out := r.submit(r.submission("", "email", "zoe@example.org", "first_name", "Zoé & <b>"))
		if failed := r.work(o); len(failed) != 0 {
			t.Fatalf("failed: %+v", failed)
		}
		got := <-calls
		if got.header.Get("Authorization") != "Bearer x" || got.header.Get("X-Forwarded-For") != "192.0.2.7" || got.header.Get("Idempotency-Key") != "form-1-action-1-submission-1" {
			t.Errorf("header %v", got.header)
		}
		if asJSON {
			var m map[string]any
			if err := json.Unmarshal([]byte(got.body), &m); err != nil || m["contact"] != float64(out.Contact) || !strings.Contains(got.body, "zoe@example.org") {
				t.Errorf("%s, %v", got.body, err)
			}
			continue
		}
		q, err := url.ParseQuery(got.body)
		if err != nil || q.Get("first_name") != "Zoé & <b>" || q.Get("mautic_form[id]") != "1" || q.Get("mautic_contact[id]") == "" {
			t.Errorf("%s, %v", got.body, err)
		}
	}
}

func TestSubmissionsThatCannotBeSentOn(t *testing.T) {
	t.Parallel()
	address, calls, o := receiver(t, http.StatusNotFound)
	r := open(t, func(f *form.Form) { f.Actions = []form.Action{{Type: form.Send, URL: address}} })
	out := r.submit(r.submission("", "email", "zoe@example.org"))
	failed := r.work(o)
	if len(failed) != 1 || failed[0].Submission != out.Submission || !strings.Contains(failed[0].Error, "answered 404") {
		t.Fatalf("failed: %+v", failed)
	}
	<-calls

	// The corrected form is what the next attempt uses.
	f, err := form.Find(t.Context(), r.db, r.form)
	if err != nil {
		t.Fatal(err)
	}
	good, calls, o := receiver(t, http.StatusOK)
	f.Actions[0].URL = good
	r.do(func(tx *db.Tx) error { return form.Update(t.Context(), tx, f) })
	r.do(func(tx *db.Tx) error { return job.Retry(t.Context(), tx, failed[0].Job) })
	r.work(o)
	if got := <-calls; !strings.Contains(got.body, "zoe%40example.org") {
		t.Errorf("sent %s", got.body)
	}

	// An address of the private network is refused at once.
	r.submit(r.submission("", "email", "ada@example.org"))
	if failed := r.work(outgoing.Options{}); len(failed) != 1 || !strings.Contains(failed[0].Error, "not a public one") {
		t.Errorf("failed: %+v", failed)
	}
}

// A server that fails for a while is asked again.
func TestSubmissionsAreSentAgain(t *testing.T) {
	t.Parallel()
	address, calls, o := receiver(t, http.StatusServiceUnavailable)
	r := open(t, func(f *form.Form) { f.Actions = []form.Action{{Type: form.Send, URL: address}} })
	r.submit(r.submission("", "email", "zoe@example.org"))
	if failed := r.work(o); len(failed) != 0 {
		t.Errorf("given up: %+v", failed)
	}
	<-calls
	jobs, err := job.Recent(t.Context(), r.db, 1)
	if err != nil || jobs[0].State == job.Done || !strings.Contains(jobs[0].Error, "answered 503") {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
}

func TestValidateActions(t *testing.T) {
	t.Parallel()
	for part, a := range map[string]form.Action{
		"type": {Type: "explode"}, "add": {Type: form.ChangeTags}, "remove": {Type: form.ChangeTags, Remove: []string{strings.Repeat("é", 101)}},
		"users": {Type: form.Notify}, "url": {Type: form.Send, URL: "/hook"}, "authorization": {Type: form.Send, URL: "https://x.example/", Authorization: "a\r\nb"},
	} {
		f := form.Form{Name: "n", Language: "en", PostAction: form.Return, Fields: []form.Field{{Label: "a", Type: question.Text}}, Actions: []form.Action{a}}
		refused, ok := fault.Of(f.Validate(field.Standard()))
		if !ok || len(refused.Fields) != 1 || refused.Fields["actions.0."+part].Key == "" {
			t.Errorf("want a message for %s: %v", part, f.Validate(field.Standard()))
		}
	}
}

func TestFormChangedMeanwhile(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	f, err := form.Find(t.Context(), r.db, r.form)
	if err != nil {
		t.Fatal(err)
	}
	r.do(func(tx *db.Tx) error {
		tx.SetNow(f.Modified.Add(1e9))
		return form.SetPublished(t.Context(), tx, r.form, true, 0, "Eve")
	})
	err = r.db.Do(t.Context(), func(tx *db.Tx) error { return form.Update(t.Context(), tx, f) })
	if !fault.Is(err, fault.KindConflict) {
		t.Errorf("%v", err)
	}
}

func TestUsersAreTold(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) { f.Actions = []form.Action{{Type: form.Notify, Users: []id.User{3, 7}}} })
	long := strings.Repeat("<b>é", 60)
	r.submit(r.submission("", "email", "zoe@example.org", "first_name", long))
	for user, want := range map[id.User]int{3: 1, 7: 1, 9: 0} {
		if n, err := notice.Unread(t.Context(), r.db, user); n != want || err != nil {
			t.Errorf("user %d has %d notices, %v", user, n, err)
		}
	}
	if _, err := form.Submit(t.Context(), r.db, form.Submission{Form: r.form, Values: map[string][]string{"email": {"ada@example.org"}}, Trapped: true}); err != nil {
		t.Fatal(err)
	}
	if n, err := notice.Unread(t.Context(), r.db, 3); n != 1 || err != nil {
		t.Errorf("a robot is told of: %d, %v", n, err)
	}
}

// Actions go on with a tag that gets another name, and who edits meanwhile is told.
func TestActionsFollowARenamedTag(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) {
		f.Actions = []form.Action{{Type: form.ChangeTags, Add: []string{"News", "vip", "other"}, Remove: []string{"NEWS "}}, {Type: form.ChangeTags, Remove: []string{"prospect"}}}
	})
	before, err := form.Find(t.Context(), r.db, r.form)
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[string]int{"news": 1, "Prospect": 1, "none": 0} {
		if forms, err := form.Tagging(t.Context(), r.db, tag); len(forms) != want || err != nil {
			t.Error(tag, forms, err)
		}
	}
	r.do(func(tx *db.Tx) error {
		tx.SetNow(before.Modified.Add(time.Second))
		return form.Retag(t.Context(), tx, "news", "VIP")
	})
	after, err := form.Find(t.Context(), r.db, r.form)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(after.Actions[0].Add, after.Actions[0].Remove, after.Actions[1].Remove); got != "[VIP other] [VIP] [prospect]" {
		t.Error(got)
	}
	if err := r.db.Do(t.Context(), func(tx *db.Tx) error { return form.Update(t.Context(), tx, before) }); !fault.Is(err, fault.KindConflict) {
		t.Error("the form was overwritten by one read before: ", err)
	}
}
