package sitepage_test

import (
	"slices"
	"testing"

	"ariane/internal/base/db/dbtest"
	"ariane/internal/base/setting"
	"ariane/internal/web/admin/sitepage"
	"ariane/internal/web/webtest"
)

func TestAllowedSites(t *testing.T) {
	t.Parallel()
	d := dbtest.Open(t)
	b := webtest.Start(t, d, sitepage.Routes(sitepage.Deps{DB: d, Clock: d.Now, BaseURL: "https://ariane.test"}))
	allowed := func() []string {
		sites, err := setting.Get(t.Context(), d, setting.AllowedSites)
		if err != nil {
			t.Fatal(err)
		}
		return sites
	}
	b.Get("/s/tracking").Wants(200, "https://ariane.test/mtc.js", "No page view has come in yet")
	b.Post("/s/tracking", "sites", "www.example.test\r\n\r\n http://localhost:8080/x , *.example.test\nWWW.EXAMPLE.TEST").Wants(200, "The allowed sites are saved.")
	if got, want := allowed(), []string{"https://www.example.test", "http://localhost:8080", "https://*.example.test"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Post("/s/tracking", "sites", "www.example.test\n<not a site>").Wants(422, "“<not a site>” is not the address of a web site.", "www.example.test").Lacks("<not a site>")
	if len(allowed()) != 3 {
		t.Error("a wrong line has changed what is stored")
	}
	b.Post("/s/tracking", "sites", "").Wants(200)
	if len(allowed()) != 0 {
		t.Error("the sites cannot be emptied")
	}
}
