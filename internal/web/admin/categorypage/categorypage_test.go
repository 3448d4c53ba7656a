package categorypage_test

import (
	"testing"

	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/category"
	"ariane/internal/stage"
	"ariane/internal/user"
	"ariane/internal/web/admin/accountpage"
	"ariane/internal/web/admin/categorypage"
	"ariane/internal/web/webtest"
)

const hostile = `<img src=x onerror=alert(1)>"%`

func start(t *testing.T) (*webtest.Browser, *db.DB) {
	t.Helper()
	d := dbtest.Open(t)
	return webtest.Start(t, d, categorypage.Routes(categorypage.Deps{DB: d, Uses: []categorypage.Use{{Count: stage.Categorised, Move: stage.Recategorise}}}),
		accountpage.Routes(accountpage.Deps{DB: d, Gate: user.NewGate(d, d.Now), Clock: d.Now})), d
}

func TestCategories(t *testing.T) {
	t.Parallel()
	b, d := start(t)
	b.Get("/s/categories").Wants(200, "No category yet", "Make the first category")
	b.Post("/s/categories/new", "title", "", "kind", "nothing", "color", "red", "description", "kept").Wants(422, "Give the category a name.", "Choose what the category is for.", "A colour is six hexadecimal digits", "kept")
	b.Post("/s/categories/new", "title", "Funnel", "kind", "stage", "color", "2f7fd6", "published", "1").Wants(200, "The category “Funnel” is saved.", `fill="#2f7fd6"`, "not used", "<code>funnel</code>")
	b.Post("/s/categories/new", "title", hostile, "kind", "global", "description", hostile).Wants(200, "Not offered").Lacks("<img src=x")
	b.Post("/s/categories/new", "title", "Newsletters", "kind", "form", "published", "1").Wants(200)
	err := d.Do(t.Context(), func(tx *db.Tx) error {
		_, err := stage.Create(t.Context(), tx, stage.Stage{Name: "Lead", Category: 1})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	b.Get("/s/categories?search=FUNN").Wants(200, "Funnel", "1 thing in it").Lacks("Newsletters")
	b.Get("/s/categories?search=zz").Wants(200, "No category is called so")
	b.Get("/s/categories/edit/1").Wants(200, `value="Funnel"`, "2f7fd6").Lacks(`name="kind"`)
	b.Post("/s/categories/edit/1", "title", "Way", "alias", "way", "color", "", "published", "1").Wants(200, "<code>way</code>").Lacks("#2f7fd6")
	for _, p := range []string{"/s/categories/edit/99", "/s/categories/merge/99", "/s/categories/delete/99"} {
		b.Get(p).Wants(404)
	}
	b.Get("/s/categories/merge/1").Wants(200, "1 thing is in it, and goes to the other category.", `<option value="2"`).Lacks(`<option value="3"`, "<img src=x")
	b.Get("/s/categories/merge/1?into=3").Wants(422, "Choose another category.")
	b.Post("/s/categories/merge/1", "into", "3").Wants(422, "Choose another category.")
	b.Get("/s/categories/merge/1?into=2").Wants(200, "Merge into").Lacks("<img src=x")
	b.Post("/s/categories/merge/1", "into", "2").Wants(200, "is part of")
	in := func() int64 {
		s, err := stage.Find(t.Context(), d, 1)
		if err != nil {
			t.Fatal(err)
		}
		return s.Category
	}
	if in() != 2 {
		t.Errorf("the stage is in category %d", in())
	}
	b.Get("/s/categories/delete/2").Wants(200, "1 thing is in it, and will be in none.").Lacks("<img src=x")
	b.Post("/s/categories/delete/2").Wants(200, "is deleted.")
	if in() != 0 {
		t.Errorf("the stage is in category %d", in())
	}
	if list, err := category.All(t.Context(), d); len(list) != 1 || err != nil {
		t.Error(list, err)
	}
	b.Post("/s/language", "language", "fr", "return", "/s/categories").Wants(200, "Catégories", "inutilisée")
}
