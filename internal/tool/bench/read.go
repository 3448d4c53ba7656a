package bench

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"ariane/internal/base/db"
)

// Read says how to measure pages and answers of the API beside page views that
// come in. The database is written to.
type Read struct {
	// Program is the program to start as the server of Database, with Serve.
	Program  string
	Serve    []string
	Database db.Options
	// Heavy is the e-mail address of the contact with many events, if there is one.
	Heavy string
	// Length is how long each question is asked.
	Length time.Duration
	JSON   bool
	// Only limits to the questions whose names hold this text.
	Only string
	// Progress is told what is going on.
	Progress func(what string)
}

// ReadReport is the result of a run.
type ReadReport struct {
	Machine string `json:"machine"`
	Engine  string `json:"engine"`
	// Most is the rate of page views that nobody who reads disturbs, Beside the one
	// at which they came while there was reading.
	Most    float64  `json:"hits_per_second_most"`
	Beside  float64  `json:"hits_per_second_beside"`
	Answers []Answer `json:"answers"`
	// Fields is nil where nobody defined any.
	Fields     *FieldReport `json:"fields,omitempty"`
	PeakMemory int64        `json:"server_peak_memory_bytes"`
}

// Answer is how long one question took to be answered, and its statements of SQL
// alone through the same driver; those are zero where they could not be had.
type Answer struct {
	Question string        `json:"question"`
	Times    int           `json:"times"`
	Half     time.Duration `json:"p50_ns"`
	Most     time.Duration `json:"p95_ns"`
	SQLHalf  time.Duration `json:"sql_p50_ns"`
	SQLMost  time.Duration `json:"sql_p95_ns"`
	Size     int           `json:"bytes"`
}

// wanted is how long an answer may take at most in 95 of 100 cases.
const wanted = 50 * time.Millisecond

const (
	// readBeside are the connections over which page views come.
	readBeside = 16
	leastTimes = 20
	mostTimes  = 300
	// tooLong is how many times the length a question is asked that is answered
	// very slowly.
	tooLong = 3
)

// Run measures, and prints the result.
func (b Read) Run(ctx context.Context, out io.Writer) (err error) {
	b.Progress("preparing")
	stage, err := prepareRead(ctx, b.Database, b.Heavy)
	if err != nil {
		return err
	}
	r, err := open(ctx, b.Program, b.Serve, b.Database, stage)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	report := ReadReport{Machine: machine(), Engine: engine(b.Database)}
	b.Progress("page views alone")
	var most *load
	for range 2 { // the first time warms up
		most = newLoad(r.address, http.StatusOK, readBeside, stage.visitors)
		if err := most.run(ctx, 2*b.Length); err != nil {
			return fmt.Errorf("page views: %w", err)
		}
	}
	level, err := most.level()
	if err != nil {
		return err
	}
	report.Most = level.Rate
	beside, stop := besides(ctx, r.address, level.Rate/2, stage.visitors)
	// The server opens its connections to the database with the first questions,
	// and each has everything to learn.
	if _, err := r.measure(ctx, stage.questions()[0], b.Length); err != nil {
		stop()
		_, more := endOf(beside)
		return errors.Join(err, more)
	}
	for _, q := range stage.questions() {
		if !strings.Contains(q.name, b.Only) {
			continue
		}
		b.Progress(q.name)
		a, err := r.measure(ctx, q, b.Length)
		if err != nil {
			stop()
			_, more := endOf(beside)
			return fmt.Errorf("%s: %w", q.name, errors.Join(err, more))
		}
		report.Answers = append(report.Answers, a)
	}
	stop()
	came, err := endOf(beside)
	if err != nil {
		return err
	}
	if report.Beside = came.Rate; strings.Contains("fields", b.Only) {
		b.Progress("fields are changed")
		if report.Fields, err = r.changeFields(ctx, report.Most/2, b.Length); err != nil {
			return fmt.Errorf("change fields: %w", err)
		}
	}
	if report.PeakMemory, err = peakMemory(r.product.cmd.Process.Pid); err != nil {
		return err
	}
	if b.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.print(out)
}

func engine(o db.Options) string {
	if o.URL != "" {
		return "PostgreSQL"
	}
	return "SQLite"
}

// came is how page views came beside something else.
type came struct {
	level Level
	err   error
}

// besides lets page views come at a rate until stop is called; ended tells then how
// they came.
func besides(ctx context.Context, address string, rate float64, known []Visitor) (ended chan came, stop func()) {
	ctx, stop = context.WithCancel(ctx)
	ended = make(chan came, 1)
	l := newLoad(address, http.StatusOK, readBeside, known)
	for _, v := range l.visitors {
		v.pace = time.Duration(readBeside / rate * float64(time.Second))
	}
	go func() {
		var c came
		for ctx.Err() == nil && c.err == nil {
			c.err = l.run(ctx, 20*slice)
		}
		if c.err == nil {
			c.level, c.err = l.level()
		}
		ended <- c
	}()
	return ended, stop
}

func endOf(beside chan came) (Level, error) {
	c := <-beside
	if c.err != nil {
		return Level{}, fmt.Errorf("page views beside: %w", c.err)
	}
	return c.level, nil
}

// reader asks a server, and its database.
type reader struct {
	look    *db.DB
	product *child
	address string
	client  *http.Client
	stage   *stage
}

// open starts the server of a database, and logs in.
func open(ctx context.Context, program string, args []string, o db.Options, s *stage) (*reader, error) {
	look, err := db.Look(ctx, o)
	if err != nil {
		return nil, err
	}
	product, err := start(ctx, program, args)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the product: %w", err), look.Close())
	}
	r := &reader{look: look, product: product, address: product.address}
	if err := r.logIn(ctx, s); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *reader) close() error { return errors.Join(r.product.stop(), r.look.Close()) }

func (r *reader) logIn(ctx context.Context, s *stage) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	r.stage = s
	r.client = &http.Client{Jar: jar, Transport: &http.Transport{DisableCompression: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+r.address+"/s/login", strings.NewReader(url.Values{"login": {benchUser}, "password": {s.password}}.Encode()))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := r.client.Do(q)
	if err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("log in: answered %d", answer.StatusCode)
	}
	return nil
}

// measure asks a question again and again, and the database itself in turns.
func (r *reader) measure(ctx context.Context, q question, length time.Duration) (Answer, error) {
	a := Answer{Question: q.name}
	var whole, bare []time.Duration
	begin := time.Now()
	for i := 0; i < mostTimes; i++ {
		if spent := time.Since(begin); spent > tooLong*length || i >= leastTimes && spent > length {
			break
		}
		path, read := q.ask(i)
		start := time.Now()
		size, err := r.get(ctx, path)
		if err != nil {
			return a, err
		}
		whole = append(whole, time.Since(start))
		a.Size = max(a.Size, size)
		if read == nil {
			continue
		}
		t := &tape{Q: r.look}
		if err := read(ctx, t); err != nil {
			return a, err
		}
		start = time.Now()
		for _, s := range t.statements {
			if err := drain(ctx, r.look, s); err != nil {
				return a, err
			}
		}
		bare = append(bare, time.Since(start))
	}
	a.Times = len(whole)
	a.Half, a.Most = share(whole, 0.5), share(whole, 0.95)
	a.SQLHalf, a.SQLMost = share(bare, 0.5), share(bare, 0.95)
	return a, nil
}

// share is what that part of the times stays below, zero without any.
func share(times []time.Duration, part float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[min(len(times)-1, int(math.Ceil(part*float64(len(times))))-1)]
}

// get asks for a page as a browser does, or for an answer of the API, and reads
// all of it.
func (r *reader) get(ctx context.Context, path string) (size int, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.address+path, nil)
	if err != nil {
		return 0, err
	}
	q.Header.Set("Accept-Encoding", "gzip")
	if strings.HasPrefix(path, "/api/") {
		q.SetBasicAuth(benchUser, r.stage.password)
	}
	answer, err := r.client.Do(q)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	n, err := io.Copy(io.Discard, answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %d", path, answer.StatusCode)
	}
	return int(n), err
}

// tape remembers the statements that read from a database.
type tape struct {
	db.Q
	statements []statement
}

type statement struct {
	text string
	args []any
}

func (t *tape) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.statements = append(t.statements, statement{query, args})
	return t.Q.Query(ctx, query, args...)
}

func (t *tape) QueryRow(ctx context.Context, query string, args ...any) *sql.Row {
	t.statements = append(t.statements, statement{query, args})
	return t.Q.QueryRow(ctx, query, args...)
}

// drain runs a statement and reads all it gives.
func drain(ctx context.Context, q db.Q, s statement) error {
	rows, err := q.Query(ctx, s.text, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r ReadReport) print(out io.Writer) error {
	fmt.Fprintf(out, "%s, %s\n%.0f page views/s alone, %.0f/s beside what follows\n", r.Machine, r.Engine, r.Most, r.Beside)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "question\tp50\tp95\tSQL p50\tSQL p95\tsize\t")
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond)) }
	slow := 0
	for _, a := range r.Answers {
		mark := ""
		if a.Most > wanted {
			mark = "slow"
			slow++
		}
		bare, most := "", ""
		if a.SQLHalf > 0 {
			bare, most = ms(a.SQLHalf), ms(a.SQLMost)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%.1f kB\t%s\n", a.Question, ms(a.Half), ms(a.Most), bare, most, float64(a.Size)/1e3, mark)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d of %d answers take longer than %s in the 95th of 100 cases; server's peak memory %d MB\n", slow, len(r.Answers), wanted, r.PeakMemory>>20)
	if f := r.Fields; f != nil {
		fmt.Fprintf(out, "a field that %d contacts are found by: added in %s, another one changed in %s and filled in %s; page views meanwhile: half within %s, 99 of 100 within %s (before: %s, %s)\n", f.Contacts,
			ms(f.Adding), ms(f.Changing), ms(f.Filling), ms(f.Hits.Half), ms(f.Hits.Most), ms(f.Before.Half), ms(f.Before.Most))
	}
	return nil
}
