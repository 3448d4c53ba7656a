package crashtest_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/id"
	"ariane/internal/tool/crashtest"
)

const (
	rounds   = 10
	browsers = 16
)

// prepare creates the form in a new database and returns the flags that name it.
func prepare(t *testing.T) (db.Options, id.Form, []string) {
	t.Helper()
	o := dbtest.Options(t)
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	f := form.Blank("en")
	f.Name = "News"
	f.Fields = append(f.Fields, form.Field{Label: "Note", Alias: "note", Type: question.Text})
	var number id.Form
	err = d.Do(t.Context(), func(tx *db.Tx) error {
		number, err = form.Create(t.Context(), tx, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if o.URL != "" {
		return o, number, []string{"--database-url=" + o.URL}
	}
	return o, number, []string{"--data=" + o.DataDir}
}

// TestNothingAcknowledgedIsLost kills the server ten times under load. In the
// end each page view and submission that was acknowledged is on the thread of
// its visitor, once.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	o, number, flags := prepare(t)
	binary := crashtest.Build(t)
	var list []*crashtest.Browser
	for i := range browsers {
		list = append(list, crashtest.NewBrowser(i, number))
	}
	traffic := crashtest.Drive(list)
	for range rounds {
		server := crashtest.Start(t, binary, flags...)
		before := traffic.Acknowledged.Load()
		traffic.Serve(server.Address)
		<-time.After(time.Duration(20+rand.IntN(600)) * time.Millisecond)
		for patience := time.After(10 * time.Second); traffic.Acknowledged.Load() == before; {
			select {
			case <-patience:
				t.Fatal("nothing is acknowledged any more")
			case <-time.After(5 * time.Millisecond):
			}
		}
		server.Kill()
	}
	server := crashtest.Start(t, binary, flags...)
	traffic.Serve(server.Address)
	if err := traffic.Stop(); err != nil {
		t.Error(err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	if compare(t, o, list) == 0 {
		t.Error("no request was interrupted; the test shows nothing")
	}
}

// TestNothingIsLostByStopping asks the server to stop in the middle of its work.
// It ends by itself, and well; what it answered before is there.
func TestNothingIsLostByStopping(t *testing.T) {
	o, number, flags := prepare(t)
	binary := crashtest.Build(t)
	var list []*crashtest.Browser
	for i := range browsers {
		list = append(list, crashtest.NewBrowser(i, number))
	}
	traffic := crashtest.Drive(list)
	for range 3 {
		server := crashtest.Start(t, binary, flags...)
		enough := traffic.Acknowledged.Load() + 100
		traffic.Serve(server.Address)
		for patience := time.After(10 * time.Second); traffic.Acknowledged.Load() < enough; {
			select {
			case <-patience:
				t.Fatal("nothing is acknowledged any more")
			case <-time.After(5 * time.Millisecond):
			}
		}
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}
	server := crashtest.Start(t, binary, flags...)
	traffic.Serve(server.Address)
	if err := traffic.Stop(); err != nil {
		t.Error(err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	compare(t, o, list)
}

// compare looks for everything acknowledged, and returns the number of requests sent again.
func compare(t *testing.T, o db.Options, list []*crashtest.Browser) (again int) {
	t.Helper()
	d, err := db.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	seen, sent := 0, 0
	for _, b := range list {
		pages, notes := crashtest.Thread(t, d, b.Contact)
		once(t, b.Contact, "page view", pages, b.Seen)
		once(t, b.Contact, "submission", notes, b.Sent)
		seen, sent, again = seen+len(b.Seen), sent+len(b.Sent), again+b.Again
	}
	t.Logf("%d page views and %d submissions acknowledged, %d requests sent again", seen, sent, again)
	return again
}

func once(t *testing.T, contact id.Contact, what string, stored map[string]int, acknowledged []string) {
	t.Helper()
	for _, a := range acknowledged {
		if stored[a] != 1 {
			t.Errorf("contact %d: %s %s is on the thread %d times", contact, what, a, stored[a])
		}
	}
	if len(stored) != len(acknowledged) {
		t.Errorf("contact %d: %d different %ss on the thread, %d acknowledged", contact, len(stored), what, len(acknowledged))
	}
}
