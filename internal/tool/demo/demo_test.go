package demo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/company"
	"ariane/internal/contact"
	"ariane/internal/form"
	"ariane/internal/id"
	"ariane/internal/label"
	"ariane/internal/tool/demo"
	"ariane/internal/user"
	"ariane/internal/visit"
)

func recorder(t *testing.T, d *db.DB) *visit.Recorder {
	t.Helper()
	r := visit.NewRecorder(d)
	t.Cleanup(r.Close)
	return r
}

func TestFill(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	r := recorder(t, d)
	for _, site := range []string{"http://localhost:8081", "http://localhost:9000", "http://localhost:9000"} {
		if err := demo.Fill(t.Context(), d, r, site, "en"); err != nil {
			t.Fatal(err)
		}
	}
	sites, err := setting.Get(t.Context(), d, setting.AllowedSites)
	if want := []string{"http://localhost:8081", "http://localhost:9000"}; err != nil || !slices.Equal(sites, want) {
		t.Errorf("allowed sites %v, %v", sites, err)
	}
	if n, err := contact.Count(t.Context(), d, contact.Filter{}); n != 100 || err != nil {
		t.Errorf("%d people, %v", n, err)
	}
	if tags, err := label.All(t.Context(), d, 100); len(tags) != 7 || err != nil {
		t.Errorf("tags %v, %v", tags, err)
	}
	page, err := form.Results(t.Context(), d, form.ResultFilter{Form: 1, Limit: 100})
	if err != nil || len(page.Results) != 100 {
		t.Fatalf("%d submissions, %v", len(page.Results), err)
	}
	latest := time.Now()
	for _, one := range page.Results {
		if one.At.After(latest) {
			t.Fatalf("submission %d comes before a later one", one.ID)
		}
		latest = one.At
		if c, err := contact.Find(t.Context(), d, one.Contact); err != nil || !c.Sample || c.Anonymous() || c.Identified.After(one.At) {
			t.Errorf("contact %d: %+v, %v", one.Contact, c, err)
		}
	}
}

// The people of the demonstration belong to the companies that they say.
func TestPeopleHaveCompanies(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	if err := demo.Fill(t.Context(), d, recorder(t, d), "http://localhost:8081", "en"); err != nil {
		t.Fatal(err)
	}
	if err := activity.NewRunner(d, dbtest.Options(t).Log, company.Reader()).CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	people, err := contact.List(t.Context(), d, contact.Filter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]id.Contact, len(people.Contacts))
	for i, c := range people.Contacts {
		numbers[i] = c.ID
	}
	of, err := company.Of(t.Context(), d, numbers)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range people.Contacts {
		if says := c.Fields["company"]; says != "" && (len(of[c.ID]) != 1 || of[c.ID][0].Company.Name() != says) {
			t.Errorf("contact %d says %q, and belongs to %v", c.ID, says, of[c.ID])
		}
	}
	if len(of) < 50 {
		t.Errorf("only %d belong to a company", len(of))
	}
}

// The password of the demonstration is public: it gets into no other database.
func TestFillLeavesOtherDatabasesAlone(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := user.Create(t.Context(), tx, user.New{UserName: "anna", Email: "anna@example.test", Password: "a thread to follow", Role: user.Admin})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Fill(t.Context(), d, recorder(t, d), "http://localhost:8081", "en"); err == nil || !strings.Contains(err.Error(), "--data") {
		t.Errorf("filled: %v", err)
	}
}
