package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Meanwhile is what it took to do something, and what happened until it was done.
type Meanwhile struct {
	Answer time.Duration `json:"answer_ns"`
	Done   time.Duration `json:"done_ns"`
	Hits   Level         `json:"hits"`
	// Writes are the transactions that wrote, Long those that took longer than 50 ms.
	Writes int `json:"writes"`
	Long   int `json:"writes_over_50ms"`
}

// named is a Meanwhile with what was done.
type named struct {
	name string
	Meanwhile
}

func (m named) print(out io.Writer) error {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond)) }
	_, err := fmt.Fprintf(out, "%s: answered in %s, done in %s; %.0f page views/s meanwhile, half within %s, 99 of 100 within %s; %d of %d writing transactions took longer than 50 ms\n",
		m.name, ms(m.Answer), ms(m.Done), m.Hits.Rate, ms(m.Hits.Half), ms(m.Hits.Most), m.Long, m.Writes)
	return err
}

// meanwhile does something, and waits until it is done, beside page views at a rate.
func (r *reader) meanwhile(ctx context.Context, rate float64, m *Meanwhile, do func() (time.Duration, error), done func() (bool, error)) error {
	writes, long, err := r.writes(ctx)
	if err != nil {
		return err
	}
	beside, stop := besides(ctx, r.address, rate, r.stage.visitors)
	begin := time.Now()
	m.Answer, err = do()
	for err == nil {
		var is bool
		if is, err = done(); is || err != nil {
			break
		}
		err = wait(ctx, 20*time.Millisecond)
	}
	m.Done = time.Since(begin)
	stop()
	var after error
	if m.Hits, after = endOf(beside); err != nil || after != nil {
		return errors.Join(err, after)
	}
	if m.Writes, m.Long, err = r.writes(ctx); err != nil {
		return err
	}
	m.Writes, m.Long = m.Writes-writes, m.Long-long
	return nil
}

// writes tells how many transactions wrote so far, and how many of them took longer
// than 50 ms.
func (r *reader) writes(ctx context.Context) (all, long int, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+r.address+"/metrics", nil)
	if err != nil {
		return 0, 0, err
	}
	answer, err := r.client.Do(q)
	if err != nil {
		return 0, 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return 0, 0, errors.Join(err, fmt.Errorf("/metrics answered %d", answer.StatusCode))
	}
	short := 0
	for line := range bytes.Lines(text) {
		for name, n := range map[string]*int{`ariane_write_seconds_bucket{le="0.05"} `: &short, `ariane_write_seconds_count `: &all} {
			if value, found := strings.CutPrefix(string(line), name); found {
				if *n, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
					return 0, 0, err
				}
			}
		}
	}
	return all, all - short, nil
}
