package form_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
)

// counted compares how many submissions a form is said to have with those that are
// there, and returns the number.
func (r *rig) counted(what string) int {
	r.Helper()
	said, err := form.CountResults(r.Context(), r.db, form.ResultFilter{Form: r.form})
	if err != nil {
		r.Fatal(err)
	}
	var there int
	var last int64
	err = r.db.QueryRow(r.Context(), `SELECT count(*), COALESCE(max(at), 0) FROM form_submission WHERE form_id = ?`, int64(r.form)).Scan(&there, &last)
	if err != nil {
		r.Fatal(err)
	}
	page, err := form.List(r.Context(), r.db, form.Filter{})
	if err != nil {
		r.Fatal(err)
	}
	i := slices.IndexFunc(page.Forms, func(l form.Listed) bool { return l.ID == r.form })
	if i < 0 {
		return said
	}
	if listed := page.Forms[i]; said != there || listed.Submissions != there || there > 0 && db.Millis(listed.LastSubmission) != last || there == 0 && !listed.LastSubmission.IsZero() {
		r.Errorf("%s: %d submissions are there, the last of %d; said are %d, and %d, the last of %v", what, there, last, said, listed.Submissions, listed.LastSubmission)
	}
	return there
}

// The number of a form's submissions is right whatever becomes of them.
func TestNumberOfSubmissions(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) { f.Fields[1].Required = false })
	if r.counted("before any") != 0 {
		t.Error("there are submissions already")
	}
	follow := func() {
		t.Helper()
		if err := activity.NewRunner(r.db, dbtest.Options(t).Log, form.Reader(), form.EraseReader()).CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ada := r.submit(r.submission(phone, "email", "ada@example.org"))
	keyed := r.submission(phone, "email", "ada@example.org")
	keyed.Key = "sent-by-a-browser"
	r.submit(keyed)
	r.submit(keyed)
	r.submit(r.submission(browser, "campaign", "spring"))
	if n := r.counted("sent, one twice"); n != 3 {
		t.Errorf("%d submissions", n)
	}
	r.submit(r.submission(browser, "email", "ada@example.org"))
	bob := r.submit(r.submission("", "email", "bob@example.org"))
	follow()
	if n := r.counted("a visitor joined"); n != 5 {
		t.Errorf("%d submissions", n)
	}
	r.do(func(tx *db.Tx) error {
		n, err := form.DeleteResults(t.Context(), tx, r.form, []id.Submission{ada.Submission, 9999}, 0)
		if n != 1 {
			t.Errorf("%d deleted", n)
		}
		return err
	})
	r.counted("one deleted")
	r.do(func(tx *db.Tx) error { return contact.Delete(t.Context(), tx, bob.Contact, contact.Edit{}) })
	if err := contact.EraseOld(t.Context(), r.db, r.db.Now().Add(2*contact.KeptFor)); err != nil {
		t.Fatal(err)
	}
	follow()
	if n := r.counted("one erased"); n != 3 {
		t.Errorf("%d submissions", n)
	}
	r.do(func(tx *db.Tx) error { _, err := form.DeleteResults(t.Context(), tx, r.form, nil, 9999); return err })
	if n := r.counted("all deleted"); n != 0 {
		t.Errorf("%d submissions", n)
	}
	r.submit(r.submission(browser, "email", "eve@example.org"))
	r.counted("sent after that")
	r.do(func(tx *db.Tx) error { return form.Delete(t.Context(), tx, r.form) })
	if n := r.counted("the form deleted"); n != 0 {
		t.Errorf("%d submissions", n)
	}
}

// Many send, and somebody deletes at the same time.
func TestNumberOfSubmissionsByMany(t *testing.T) {
	t.Parallel()
	r := open(t, func(f *form.Form) { f.Fields[1].Required = false })
	ctx := context.WithoutCancel(t.Context())
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 12 {
				out, err := form.Submit(ctx, r.db, r.submission("", "email", fmt.Sprintf("p%d@example.org", (i*j)%17)))
				if err != nil {
					t.Error(err)
					return
				}
				if j%3 > 0 {
					continue
				}
				err = r.db.Do(ctx, func(tx *db.Tx) error {
					_, err := form.DeleteResults(ctx, tx, r.form, []id.Submission{out.Submission, out.Submission - 1, out.Submission - 2}, 0)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	r.counted("all at once")
}
