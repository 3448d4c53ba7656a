package contactpage_test

import (
	"testing"

	"ariane/internal/visit"
)

func TestContactIsNotFollowedAnyMore(t *testing.T) {
	t.Parallel()
	w := start(t)
	a := w.visits("https://www.example.test/a")
	w.Get("/s/contacts/view/1").Wants(200, "Do not follow")
	w.Post("/s/contacts/follow/1").Wants(200, "is not followed any more.", "Not followed any more", "by anna", "Follow again", "Not followed")
	if followed, err := visit.Followed(t.Context(), w.d, a.Contact); followed || err != nil {
		t.Error(followed, err)
	}
	w.Post("/s/contacts/follow/1").Wants(200)
	w.Post("/s/contacts/follow/1", "followed", "1").Wants(200, "is followed again.", "Followed again", "Do not follow")
	if followed, err := visit.Followed(t.Context(), w.d, a.Contact); !followed || err != nil {
		t.Error(followed, err)
	}
	w.Post("/s/contacts/follow/99").Wants(404)
}
