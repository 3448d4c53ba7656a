package seed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/field"
	"ariane/internal/form"
	"ariane/internal/label"
	"ariane/internal/note"
	"ariane/internal/search"

	"github.com/google/go-cmp/cmp"
)

func options(t *testing.T, contacts int) Options {
	return Options{Contacts: contacts, PerContact: 6, Heavy: 200, Seed: 7, Until: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
}

func catchUp(t *testing.T, d *db.DB, o Options) {
	t.Helper()
	if err := activity.NewRunner(d, o.Log, app.Readers()...).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// What is written for many at once is what requests one after another would have
// written.
func TestSameAsTheOrdinaryWay(t *testing.T) {
	t.Parallel()
	ctx, o := t.Context(), options(t, 250)
	contents := map[string][]string{}
	for name, write := range map[string]func(*writer, *db.DB, []step) error{
		"at once": func(w *writer, d *db.DB, steps []step) error {
			return d.Do(ctx, func(tx *db.Tx) error { return w.write(ctx, tx, steps) })
		},
		"one by one": func(w *writer, d *db.DB, steps []step) error {
			for _, s := range steps {
				if err := d.Do(ctx, func(tx *db.Tx) error { return w.ordinary(ctx, tx, s) }); err != nil {
					return err
				}
			}
			return nil
		},
	} {
		d := dbtest.Open(t)
		p, err := newPlay(o)
		if err != nil {
			t.Fatal(err)
		}
		p.rare = 20
		w, err := newWriter(ctx, d, o)
		if err != nil {
			t.Fatal(err)
		}
		defer w.recorder.Close()
		kinds := map[what]int{}
		for most := 1; ; most = most*3%997 + 1 {
			steps := p.next(most)
			if len(steps) == 0 {
				break
			}
			for _, s := range steps {
				kinds[s.what]++
			}
			if err := write(w, d, steps); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		for do := bring; do <= noted; do++ {
			if kinds[do] == 0 {
				t.Errorf("nobody does %d: choose another seed", do)
			}
		}
		catchUp(t, d, o)
		contents[name] = dump(t, d)
	}
	if diff := cmp.Diff(contents["one by one"], contents["at once"]); diff != "" {
		t.Errorf("one by one (-), at once (+):\n%s", diff)
	}
	if n := len(contents["at once"]); n < 3000 {
		t.Errorf("%d rows only", n)
	}
}

// ordinary writes one step as a request would.
func (w *writer) ordinary(ctx context.Context, tx *db.Tx, s step) error {
	tx.SetNow(s.at)
	var err error
	switch s.what {
	case bring:
		s.who.contact, err = contact.Create(ctx, tx, s.card)
	case look:
		if err = w.recorder.RecordIn(ctx, tx, s.hit); err == nil {
			var owners map[string]contact.Visitor
			owners, err = contact.Owners(ctx, tx, []string{s.hit.Token})
			s.who.contact = owners[s.hit.Token].Contact
		}
	case submit, join:
		return w.join(ctx, tx, s)
	case tag:
		err = label.Add(ctx, tx, s.who.contact, []string{s.tag}, label.By{Source: activity.SourceUser, Object: "user", Name: team})
	case noted:
		_, err = note.Add(ctx, tx, s.who.contact, s.note, note.By{Source: activity.SourceUser, Object: "user", Name: team})
	}
	return err
}

// dump is all that the database tells of contacts, one line for each row. Numbers
// that depend on the order of writing are replaced by what they stand for.
func dump(t *testing.T, d *db.DB) []string {
	t.Helper()
	texts, sent := map[int64]string{}, map[int64]string{}
	joined := strconv.Itoa(int(company.KindJoined)) // which a reader records, when it comes to that
	each(t, d, `SELECT id, body FROM visit_text`, func(v []any) { texts[v[0].(int64)] = fmt.Sprint(v[1]) })
	each(t, d, `SELECT id, at FROM form_submission`, func(v []any) { sent[v[0].(int64)] = fmt.Sprint("sent at ", v[1]) })
	var list []string
	for _, query := range []string{
		`SELECT 'contact', c.id, c.state, c.added, c.modified, c.identified, c.points, a.address, c.merged_into, c.sample, c.name, coalesce(c.sort_name, ''), coalesce(c.firstname, ''),
			coalesce(c.lastname, ''), coalesce(c.company, ''), coalesce(c.email, ''), c.place, c.fields FROM contact c LEFT JOIN ip_address a ON a.id = c.ip_id ORDER BY c.id`,
		`SELECT 'active', contact_id, state, last_active FROM contact_active ORDER BY contact_id`,
		`SELECT 'key', kind, value, contact_id, added, source FROM identity ORDER BY kind, value`,
		`SELECT 'conflict', contact_id, kind, value, added FROM identity_conflict ORDER BY contact_id`,
		`SELECT 'address', i.contact_id, a.address, i.added FROM contact_ip i JOIN ip_address a ON a.id = i.ip_id ORDER BY i.contact_id, a.address`,
		`SELECT 'search', rowid, body FROM contact_search ORDER BY rowid`,
		`SELECT 'device', d.contact_id, d.id, d.token, d.added, t.body, d.language, d.resolution, d.timezone, d.platform, d.city, d.region, d.country
			FROM device d LEFT JOIN visit_text t ON t.id = d.user_agent_id ORDER BY d.contact_id, d.id`,
		`SELECT 'site', host FROM visit_site ORDER BY host`,
		`SELECT 'tag', c.contact_id, t.name, c.added FROM contact_tag c JOIN label_tag t ON t.id = c.tag_id ORDER BY c.contact_id, t.name`,
		`SELECT 'note', contact_id, type, body, at, added, author_name FROM contact_note ORDER BY contact_id, id`,
		`SELECT 'submission', contact_id, form_id, at, ip, page, referrer, answers, words FROM form_submission ORDER BY at, contact_id`,
		`SELECT 'day', kind, day, events FROM report_day ORDER BY kind, day`,
		`SELECT 'reader', reader, lane, event_id FROM reader_cursor ORDER BY reader, lane`,
		`SELECT 'event', contact_id, at, id, lane, kind, source, origin_id, device_id, CASE WHEN kind = ` + joined + ` THEN at ELSE recorded_at END, cause_id, depth, data FROM event ORDER BY contact_id, at, id`,
	} {
		each(t, d, query, func(v []any) {
			for i := range v {
				if b, ok := v[i].([]byte); ok {
					v[i] = string(b)
				}
			}
			if v[0] == "event" {
				v[12] = readable(t, v[12], texts, sent)
			}
			list = append(list, fmt.Sprintln(v...))
		})
	}
	return list
}

func each(t *testing.T, d *db.DB, query string, f func([]any)) {
	t.Helper()
	rows, err := d.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		f(values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

// readable puts texts into the data of a page view, and times in place of
// submissions.
func readable(t *testing.T, data any, texts, sent map[int64]string) string {
	t.Helper()
	raw, _ := data.(string)
	if strings.HasPrefix(raw, "[") { // a page view: its identifier, the numbers of five texts, a code
		var view []any
		if err := json.Unmarshal([]byte(raw), &view); err != nil {
			t.Fatal(err)
		}
		for i := 1; i < min(len(view), 6); i++ {
			view[i] = texts[int64(view[i].(float64))]
		}
		return fmt.Sprint(view)
	}
	values := map[string]any{}
	if err := json.Unmarshal([]byte(raw), &values); err != nil {
		t.Fatal(err)
	}
	if n, ok := values["submission"].(float64); ok {
		values["submission"] = sent[int64(n)]
	}
	if by, ok := values["by"].(map[string]any); ok && by["object"] == "submission" {
		by["id"] = sent[int64(by["id"].(float64))]
	}
	if before, ok := values["before"].(map[string]any); ok {
		delete(before, "ip") // a number that depends on the order
	}
	return fmt.Sprint(values)
}

func TestFill(t *testing.T) {
	t.Parallel()
	ctx, o := t.Context(), options(t, 1500)
	d := dbtest.Open(t)
	var done, all int64
	o.Progress = func(d, a int64) { done, all = d, a }
	made, err := Fill(ctx, d, o)
	if err != nil {
		t.Fatal(err)
	}
	contacts := made.Known + made.Visitors
	if contacts < 1500 || contacts > 1510 || made.Known < 500 || made.Known > 700 {
		t.Errorf("%d known contacts, %d visitors", made.Known, made.Visitors)
	}
	if want := int64(1500*6 + 200); made.Events < want*9/10 || made.Events > want*11/10 || all != want || done < want*9/10 {
		t.Errorf("%d events, told %d of %d", made.Events, done, all)
	}
	if _, err := Fill(ctx, d, o); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("filled once more: %v", err)
	}
	if n, err := contact.Count(ctx, d, contact.Filter{}); int64(n) != made.Known || err != nil {
		t.Errorf("%d contacts on the list, %d made, %v", n, made.Known, err)
	}
	for _, sort := range contact.Sorts() {
		if page, err := contact.List(ctx, d, contact.Filter{Sort: sort, Limit: 30}); len(page.Contacts) != 30 || err != nil {
			t.Errorf("by %s: %d contacts, %v", sort, len(page.Contacts), err)
		}
	}
	for _, words := range []string{`email:` + HeavyEmail, "Marcheur", "comptoir du vélo"} {
		query, err := search.Language{}.Parse(ctx, words, search.Who{Now: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		page, err := contact.List(ctx, d, contact.Filter{Where: query.Where, Limit: 2})
		if err != nil || len(page.Contacts) != 1 || page.Contacts[0].Name != "Solène Marcheur" {
			t.Errorf("%s finds %v, %v", words, page.Contacts, err)
			continue
		}
		if n, err := activity.Tally(ctx, d, page.Contacts[0].ID); err != nil || total(n)-n[company.KindJoined] != 200 {
			t.Errorf("%d events on the thread of one with 200, %v", total(n), err)
		}
	}
	list, err := form.List(ctx, d, form.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list.Forms {
		if f.Submissions == 0 {
			t.Errorf("form %s was never sent", f.Name)
		}
	}
	o.Add = true
	more, err := Fill(ctx, d, o)
	if err != nil || more.Known+more.Visitors < contacts+1500 {
		t.Errorf("after adding %+v, %v", more, err)
	}
}

func total[K comparable](counts map[K]int) (n int) {
	for _, of := range counts {
		n += of
	}
	return n
}

func TestSameOptionsSameData(t *testing.T) {
	t.Parallel()
	var contents []string
	for _, seed := range []uint64{7, 7, 8} {
		d, o := dbtest.Open(t), options(t, 60)
		o.Seed = seed
		if _, err := Fill(t.Context(), d, o); err != nil {
			t.Fatal(err)
		}
		contents = append(contents, strings.Join(dump(t, d), ""))
	}
	if contents[0] != contents[1] {
		t.Error(cmp.Diff(contents[0], contents[1]))
	}
	if contents[0] == contents[2] {
		t.Error("another seed gives the same people")
	}
}

// What is made when somebody stops it is whole.
func TestStopped(t *testing.T) {
	t.Parallel()
	d, o := dbtest.Open(t), options(t, 20_000)
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(done, _ int64) {
		if done > 0 {
			stop()
		}
	}
	made, err := Fill(ctx, d, o)
	if !errors.Is(err, context.Canceled) || made.Events == 0 {
		t.Fatalf("stopped: %+v, %v", made, err)
	}
	catchUp(t, d, o)
	now, err := count(t.Context(), d)
	if err != nil || now != made {
		t.Errorf("%+v, later %+v, %v", made, now, err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	for _, change := range []func(*Options){
		func(o *Options) { o.Contacts = 0 }, func(o *Options) { o.PerContact = 1 }, func(o *Options) { o.Heavy = 3 },
	} {
		o := options(t, 10)
		change(&o)
		if _, err := Fill(t.Context(), d, o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
}

// Fields come with values for those who are known, once, and the same each time.
func TestFields(t *testing.T) {
	t.Parallel()
	ctx, o := t.Context(), options(t, 120)
	d := dbtest.Open(t)
	if _, err := Fill(ctx, d, o); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Fields(ctx, d, 23, o); err != nil {
			t.Fatal(err)
		}
	}
	set, err := field.Of(ctx, d)
	if err != nil {
		t.Fatal(err)
	}
	custom := 0
	for _, f := range set.All() {
		if f.Custom() {
			custom++
		}
	}
	if custom != 23 || len(set.Indexed()) != 3 {
		t.Errorf("%d fields, %d of them filterable", custom, len(set.Indexed()))
	}
	page, err := contact.List(ctx, d, contact.Filter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]int{}
	for _, c := range page.Contacts {
		for alias, value := range c.Fields {
			f, _ := set.ByAlias(alias)
			if is, problem := field.Clean(f, value); problem != nil || is != value {
				t.Errorf("%s: %q is cleaned to %q", alias, value, is)
			}
			values[alias]++
		}
		if list := give([]contact.Contact{{ID: c.ID}}, owns(o.Until), o.Seed, o.Until); len(list) != 1 || list[0].Values["frame"] != c.Fields["frame"] {
			t.Errorf("%d has another frame than %v", c.ID, list)
		}
		events, err := activity.Thread(ctx, d, c.ID, activity.Page{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		given := 0
		for _, e := range events {
			if e.Kind == contact.KindUpdated && e.Source == activity.SourceImport {
				given++
			}
		}
		if given != 1 {
			t.Errorf("contact %d was given values %d times", c.ID, given)
		}
	}
	for _, one := range owns(o.Until) {
		if values[one.field.Alias] == 0 {
			t.Errorf("nobody has %s", one.field.Alias)
		}
	}
	if values[customerNumber] != len(page.Contacts) {
		t.Errorf("%d of %d have a number", values[customerNumber], len(page.Contacts))
	}
}
