package form_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/fault"
	"ariane/internal/base/i18n"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/visit"

	"github.com/google/go-cmp/cmp"
)

// rig is a database with a recorder of visits and one form.
type rig struct {
	*testing.T
	db     *db.DB
	visits *visit.Recorder
	form   id.Form
}

func open(t *testing.T, change func(*form.Form)) *rig {
	t.Helper()
	d := dbtest.Open(t)
	visits := visit.NewRecorder(d)
	t.Cleanup(visits.Close)
	r := &rig{T: t, db: d, visits: visits}
	f := form.Form{
		Name: "Lettre d’information", Language: i18n.English, Published: true, PostAction: form.Message, PostProperty: "Thank you {formfield=first_name|you}!",
		Fields: []form.Field{
			{Label: "First name", Type: question.Text, ContactField: "firstname"},
			{Label: "Email", Type: question.Email, ContactField: "email", Required: true},
			{Label: "Campaign", Type: question.Hidden, Default: "spring"},
		},
	}
	if change != nil {
		change(&f)
	}
	r.form = r.create(f)
	return r
}

func (r *rig) create(f form.Form) id.Form {
	r.Helper()
	var made id.Form
	r.do(func(tx *db.Tx) (err error) {
		made, err = form.Create(r.Context(), tx, f)
		return err
	})
	return made
}

func (r *rig) do(f func(tx *db.Tx) error) {
	r.Helper()
	if err := r.db.Do(r.Context(), f); err != nil {
		r.Fatal(err)
	}
}

// submission takes pairs of alias and value.
func (r *rig) submission(token string, pairs ...string) form.Submission {
	s := form.Submission{Form: r.form, Values: map[string][]string{}, IP: "192.0.2.7", Page: "https://site.example/contact", Referrer: "https://site.example/"}
	for i := 0; i < len(pairs); i += 2 {
		s.Values[pairs[i]] = append(s.Values[pairs[i]], pairs[i+1])
	}
	if token != "" {
		s.Visitor = r.visits.Visitor(token, visit.Hit{IP: s.IP, UserAgent: "Mozilla/5.0"})
	}
	return s
}

func (r *rig) submit(s form.Submission) form.Outcome {
	r.Helper()
	out, err := form.Submit(r.Context(), r.db, s)
	if err != nil {
		r.Fatal(err)
	}
	return out
}

func (r *rig) view(token string) id.Contact {
	r.Helper()
	answer, err := r.visits.Record(r.Context(), visit.Hit{Token: token, URL: "https://site.example/", IP: "192.0.2.7"})
	if err != nil {
		r.Fatal(err)
	}
	return answer.Contact
}

func (r *rig) contact(c id.Contact) contact.Contact {
	r.Helper()
	found, err := contact.Find(r.Context(), r.db, c)
	if err != nil {
		r.Fatal(err)
	}
	return found
}

// kinds are the names of the events of a thread, the oldest first.
func (r *rig) kinds(c id.Contact) string {
	r.Helper()
	events, err := activity.Thread(r.Context(), r.db, c, activity.Page{Limit: 100})
	if err != nil {
		r.Fatal(err)
	}
	names := map[activity.Kind]string{}
	for _, d := range append(append(contact.Kinds(), visit.Kinds()...), form.Kinds()...) {
		names[d.Kind] = d.Name
	}
	var list []string
	for _, e := range events {
		list = append([]string{names[e.Kind]}, list...)
	}
	return strings.Join(list, " ")
}

func (r *rig) rows() map[string]int {
	r.Helper()
	counts := map[string]int{}
	for _, table := range []string{"contact", "identity", "device", "event", "form_submission", "form_submission_key"} {
		var n int
		if err := r.db.QueryRow(r.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			r.Fatal(err)
		}
		counts[table] = n
	}
	return counts
}

var (
	browser = strings.Repeat("0a", 16)
	phone   = strings.Repeat("1b", 16)
)

func TestVisitorBecomesKnown(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	visitor := r.view(browser)
	out := r.submit(r.submission(browser, "first_name", " Zoé\x00 ", "email", "Zoe@Example.org", "campaign", "summer", "other", "ignored"))
	if out.Contact != visitor {
		t.Fatalf("the submission went to contact %d, not to visitor %d", out.Contact, visitor)
	}
	if out.Message != "Thank you Zoé!" || out.Redirect != "" || out.Repeated {
		t.Errorf("outcome %+v", out)
	}
	c := r.contact(visitor)
	if c.Fields["firstname"] != "Zoé" || c.Fields["email"] != "Zoe@Example.org" || c.Identified.IsZero() {
		t.Errorf("contact %+v", c)
	}
	if got := r.kinds(visitor); !strings.HasPrefix(got, "contact.created page.viewed contact.") || !strings.HasSuffix(got, " form.submitted") || !strings.Contains(got, "contact.identified") {
		t.Errorf("thread %s", got)
	}
	events, err := activity.Thread(t.Context(), r.db, visitor, activity.Page{Limit: 1, Kinds: []activity.Kind{form.KindSubmitted}})
	if err != nil {
		t.Fatal(err)
	}
	var got form.Submitted
	if err := events[0].Decode(&got); err != nil {
		t.Fatal(err)
	}
	want := form.Submitted{Form: r.form, Name: "Lettre d’information", Submission: out.Submission, Page: "https://site.example/contact", Referrer: "https://site.example/",
		Answers: []form.Answer{{Alias: "first_name", Label: "First name", Value: "Zoé"}, {Alias: "email", Label: "Email", Value: "Zoe@Example.org"}, {Alias: "campaign", Label: "Campaign", Value: "summer"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if events[0].Device == 0 || events[0].Source != activity.SourceForm {
		t.Errorf("event %+v", events[0])
	}
}

func TestEmptyAnswersDoNotErase(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	first := r.submit(r.submission(browser, "first_name", "Zoé", "email", "zoe@example.org"))
	second := r.submit(r.submission(browser, "first_name", "  ", "email", "zoe@example.org"))
	if first.Contact != second.Contact || r.contact(first.Contact).Fields["firstname"] != "Zoé" {
		t.Errorf("after an empty answer: %+v", r.contact(second.Contact))
	}
}

func TestAnotherAddressIsAnotherPerson(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	zoe := r.submit(r.submission(browser, "email", "zoe@example.org"))
	ada := r.submit(r.submission(browser, "email", "ada@example.org"))
	if ada.Contact == zoe.Contact || r.contact(zoe.Contact).Fields["email"] != "zoe@example.org" {
		t.Fatal("the second address changed the first person")
	}
	if got := r.view(browser); got != ada.Contact {
		t.Errorf("the browser then belongs to contact %d, want %d", got, ada.Contact)
	}
	back := r.submit(r.submission(phone, "email", "ZOE@example.org"))
	if back.Contact != zoe.Contact {
		t.Errorf("a known address on another device gives contact %d, want %d", back.Contact, zoe.Contact)
	}
	nobody := r.submit(r.submission("", "email", "zoe@example.org"))
	if nobody.Contact != zoe.Contact {
		t.Errorf("a known address without device gives contact %d, want %d", nobody.Contact, zoe.Contact)
	}
}

func TestRefusedSubmissionWritesNothing(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) {
		f.Fields = append(f.Fields, form.Field{Label: "Téléphone", Type: question.Text, ContactField: "phone"}, form.Field{Label: "Ville", Type: question.Text, Required: true, Message: "Where do you live? 100%"})
	})
	before := r.rows()
	s := r.submission(browser, "email", "not an address", "first_name", strings.Repeat("x", 256), "telephone", "no number")
	s.Key = "0123456789abcdef"
	out, err := form.Submit(t.Context(), r.db, s)
	refused, ok := fault.Of(err)
	if !ok || refused.Kind != fault.KindInvalid {
		t.Fatalf("error %v", err)
	}
	for _, alias := range []string{"email", "first_name", "telephone", "ville"} {
		if _, found := refused.Fields[alias]; !found {
			t.Errorf("no message for %s: %v", alias, err)
		}
	}
	if text := refused.Fields["ville"]; i18n.T(t.Context(), text.Key, text.Args...) != "Where do you live? 100%" {
		t.Errorf("own message %v", text)
	}
	if out.Form.ID != r.form {
		t.Error("the form is not named beside the error")
	}
	if diff := cmp.Diff(before, r.rows()); diff != "" {
		t.Error(diff)
	}
}

func TestClosedForms(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		change func(*form.Form)
		want   string
	}{
		"unpublished": {func(f *form.Form) { f.Published = false }, "Ce formulaire n’est plus disponible."},
		"pending":     {func(f *form.Form) { f.PublishUp = time.Now().Add(9 * day) }, "Ce formulaire ouvrira le "},
		"expired":     {func(f *form.Form) { f.PublishDown = time.Now().Add(-9 * day) }, "Ce formulaire a fermé le "},
		"unknown":     {nil, "Ce formulaire n’est plus disponible."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, func(f *form.Form) {
				f.Language = i18n.French
				if c.change != nil {
					c.change(f)
				}
			})
			before := r.rows()
			s := r.submission(browser, "email", "zoe@example.org")
			if c.change == nil {
				s.Form = 99
			}
			_, err := form.Submit(t.Context(), r.db, s)
			refused, ok := fault.Of(err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			ctx := i18n.With(t.Context(), i18n.Locale{Lang: i18n.French})
			if got := i18n.T(ctx, refused.Message().Key, refused.Message().Args...); !strings.HasPrefix(got, c.want) {
				t.Errorf("said %q", got)
			}
			if diff := cmp.Diff(before, r.rows()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSameKeyIsSameSubmission(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	s := r.submission(browser, "email", "zoe@example.org")
	s.Key = strings.Repeat("ab", 16)
	var mu sync.Mutex
	numbers, fresh := map[id.Submission]bool{}, 0
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			out, err := form.Submit(context.Background(), r.db, s)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			numbers[out.Submission] = true
			if !out.Repeated {
				fresh++
			}
			if out.Message != "Thank you you!" || len(out.Answers) != 3 {
				t.Errorf("answered %+v", out)
			}
		})
	}
	group.Wait()
	if n := r.rows()["form_submission"]; n != 1 || len(numbers) != 1 || fresh != 1 {
		t.Errorf("%d submissions, numbers %v, %d of them fresh", n, numbers, fresh)
	}
	other := r.create(form.Form{Name: "Other", Language: i18n.English, Published: true, PostAction: form.Return, Fields: []form.Field{{Label: "Email", Type: question.Email}}})
	s.Form = other
	if out := r.submit(s); out.Repeated {
		t.Error("the key of another form counts")
	}
}

func TestAnswersOfNobody(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) {
		f.Fields = []form.Field{{Label: "Opinion", Type: question.Text}}
		f.PostAction, f.PostProperty = form.Redirect, "/thanks?o={formfield=opinion}&n={contactfield=firstname|x}"
	})
	out := r.submit(r.submission("", "opinion", "é & b/c"))
	if out.Contact != 0 || r.rows()["contact"] != 0 || r.rows()["event"] != 0 {
		t.Errorf("somebody was made up: %+v %v", out, r.rows())
	}
	if out.Redirect != "/thanks?o=%C3%A9%20%26%20b%2Fc&n=x" {
		t.Errorf("redirect %s", out.Redirect)
	}
	known := r.submit(r.submission(browser, "opinion", "fine"))
	if known.Contact == 0 || r.kinds(known.Contact) != "contact.created form.submitted" {
		t.Errorf("thread %s", r.kinds(known.Contact))
	}
	page, err := form.Results(t.Context(), r.db, form.ResultFilter{Form: r.form})
	if err != nil || len(page.Results) != 2 || page.Results[1].Contact != 0 || page.Results[1].Answers[0].Value != "é & b/c" || page.Results[0].IP != "192.0.2.7" {
		t.Errorf("results %+v, %v", page, err)
	}
}

func TestResultsByPage(t *testing.T) {
	t.Parallel()
	r := open(t, nil)
	for i := range 7 {
		r.submit(r.submission("", "email", fmt.Sprintf("p%d@example.org", i)))
	}
	var seen []string
	var after, back string
	for {
		page, err := form.Results(t.Context(), r.db, form.ResultFilter{Form: r.form, Limit: 3, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range page.Results {
			seen = append(seen, one.Answers[1].Value[:2])
		}
		if after = page.Next; after == "" {
			back = page.Previous
			break
		}
	}
	if got := strings.Join(seen, " "); got != "p6 p5 p4 p3 p2 p1 p0" {
		t.Errorf("pages give %s", got)
	}
	page, err := form.Results(t.Context(), r.db, form.ResultFilter{Form: r.form, Limit: 3, After: back})
	if err != nil || len(page.Results) != 3 || page.Results[0].Answers[1].Value != "p3@example.org" || page.Previous == "" || page.Next == "" {
		t.Errorf("the page before: %+v, %v", page, err)
	}
	if n, err := form.CountResults(t.Context(), r.db, form.ResultFilter{Form: r.form}); n != 7 || err != nil {
		t.Errorf("%d results, %v", n, err)
	}
	if _, err := form.Results(t.Context(), r.db, form.ResultFilter{Form: r.form, After: "nonsense"}); !fault.Is(err, fault.KindInvalid) {
		t.Errorf("a made-up place gives %v", err)
	}
}
