package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/id"
	"ariane/internal/rule"
	"ariane/internal/visit"
)

// FieldReport is what it took to add a field that contacts are found by, and to make
// another one so whose values are there already, while page views came in.
type FieldReport struct {
	Contacts int           `json:"contacts"`
	Adding   time.Duration `json:"adding_ns"`
	Changing time.Duration `json:"changing_ns"`
	Filling  time.Duration `json:"filling_ns"`
	// Before are the page views of the time before, at the same rate.
	Before Level `json:"hits_before"`
	Hits   Level `json:"hits_meanwhile"`
}

// fieldQuestions ask for contacts by fields that people defined, those of ariane
// seed, and by what can be asked of them beside.
func (s *stage) fieldQuestions() []question {
	if _, there := s.fields.ByAlias("customer_number"); !there {
		return nil
	}
	var list []question
	for _, q := range []struct{ name, words string }{
		{"free text", "gravel"},
		{"free text, two words", "titane nantes"},
		{"prefix", "lastname:dur"},
		{"tag", "tag:vip"},
		{"owner", "is:mine"},
		{"text", "customer_number:c-00123"},
		{"text, no index", "frame:titane"},
		{"number range", "turnover:10000..10500"},
		{"number range, no index", "height:190..195"},
		{"date range", "last_purchase:2026-03-01..2026-03-10"},
		{"negation", "!bicycle:gravel tag:client"},
		{"OR of three", "tag:vip OR turnover:>19000 OR customer_number:c-00001"},
		{"event had", "event:note"},
		{"frequent event had", "event:submitted"},
		{"value, none such", "frame:zqzq"},
		{"there is a value", "has:appointment"},
	} {
		list = append(list, s.search("fields: "+q.name, func(int) string { return q.words }))
	}
	page := func(name, path string) question {
		return question{"fields: " + name, func(int) (string, func(context.Context, db.Q) error) { return path, nil }}
	}
	return append(list, page("manager", "/s/fields"), page("contact", fmt.Sprintf("/s/contacts/view/%d", s.person(0).ID)), page("editor", fmt.Sprintf("/s/contacts/edit/%d", s.person(0).ID)))
}

// owned is how many contacts the one who measures is in charge of.
const owned = 2000

// own makes the one who measures the owner of some contacts, where that is nobody's.
func (s *stage) own(ctx context.Context, d *db.DB) error {
	mine := contact.Filter{Where: rule.Cond{Field: "owner", Op: rule.In, Value: []int64{int64(s.user)}}, Limit: 1}
	page, err := contact.List(ctx, d, mine)
	if err != nil || len(page.Contacts) > 0 {
		return err
	}
	some, err := contact.List(ctx, d, contact.Filter{Sort: contact.SortName, Limit: owned})
	if err != nil {
		return err
	}
	var numbers []id.Contact
	for _, c := range some.Contacts {
		numbers = append(numbers, c.ID)
	}
	for part := range slices.Chunk(numbers, 200) {
		err := d.Do(ctx, func(tx *db.Tx) error {
			for _, c := range part {
				if err := contact.Update(ctx, tx, c, contact.Edit{Owner: &s.user}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// changeFields measures what FieldReport tells, nil where no field is there to make
// filterable. Both fields are as before afterwards.
func (r *reader) changeFields(ctx context.Context, rate float64, length time.Duration) (_ *FieldReport, err error) {
	set, err := field.Load(ctx, r.look)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(set.All(), func(f field.Field) bool {
		return f.Custom() && f.Type == field.Text && !f.Indexed() && f.Published && f.Listable
	})
	if i < 0 {
		return nil, nil
	}
	f, report := set.All()[i], FieldReport{}
	if report.Contacts, err = contact.Count(ctx, r.look, contact.Filter{Anonymous: true}); err != nil {
		return nil, err
	}
	beside, stop := besides(ctx, r.address, rate, r.stage.visitors)
	_ = wait(ctx, length)
	stop()
	if report.Before, err = endOf(beside); err != nil {
		return nil, err
	}
	beside, stop = besides(ctx, r.address, rate, r.stage.visitors)
	changed := r.change(ctx, f, &report)
	stop()
	report.Hits, err = endOf(beside)
	return &report, errors.Join(changed, err)
}

// change adds a field, makes another filterable, waits until it is, and takes back
// both.
func (r *reader) change(ctx context.Context, f field.Field, report *FieldReport) error {
	added := "bench_" + visit.NewToken()[:8]
	create := properties(field.Field{Alias: added, Renamed: added, Group: field.Personal, Published: true, OnForm: true, Listable: true, Filterable: true})
	create.Set("type", string(field.Text))
	var err error
	if report.Adding, err = r.post(ctx, "/s/fields/new", create); err != nil {
		return err
	}
	begin := time.Now()
	f.Filterable = true
	edit := fmt.Sprintf("/s/fields/edit/%d", f.ID)
	if report.Changing, err = r.post(ctx, edit, properties(f)); err != nil {
		return err
	}
	var set *field.Set
	for {
		if set, err = field.Load(ctx, r.look); err != nil {
			return err
		}
		if now, _ := set.ByAlias(f.Alias); now.Indexing == field.Filled {
			f = now
			break
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	report.Filling = time.Since(begin)
	f.Filterable = false
	if _, err := r.post(ctx, edit, properties(f)); err != nil {
		return err
	}
	one, _ := set.ByAlias(added)
	_, err = r.post(ctx, fmt.Sprintf("/s/fields/delete/%d", one.ID), nil)
	return err
}

// properties are a field as the editor sends it.
func properties(f field.Field) url.Values {
	q := url.Values{"label": {f.Renamed}, "alias": {f.Alias}, "group": {string(f.Group)}, "default": {f.Default}}
	if f.Limit > 0 {
		q.Set("limit", strconv.Itoa(f.Limit))
	}
	if !f.Modified.IsZero() {
		q.Set("seen", strconv.FormatInt(db.Millis(f.Modified), 10))
	}
	for name, is := range map[string]bool{"required": f.Required, "published": f.Published, "on_form": f.OnForm, "on_quick": f.OnQuick, "listable": f.Listable, "unique": f.Unique, "filterable": f.Filterable} {
		if is {
			q.Set(name, "1")
		}
	}
	return q
}

// post sends a form as a browser does, and tells how long the answer took.
func (r *reader) post(ctx context.Context, path string, form url.Values) (time.Duration, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.address+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	begin := time.Now()
	answer, err := r.client.Do(q)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("%s answered %d", path, answer.StatusCode)
	}
	return time.Since(begin), err
}

func wait(ctx context.Context, length time.Duration) error {
	select {
	case <-time.After(length):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
