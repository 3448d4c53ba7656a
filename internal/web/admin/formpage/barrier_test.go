package formpage_test

import (
	"testing"

	"ariane/internal/form"
	"ariane/internal/form/question"
	"ariane/internal/tool/browsertest"
)

// Nothing keeps people from using the pages, by day and night, on a wide screen and a narrow one.
func TestPagesForEverybody(t *testing.T) {
	t.Parallel()
	w, d := received(t, "one", "two")
	var fields [][]string
	for _, kind := range question.Types() {
		fields = append(fields, []string{"type", string(kind), "label", "The " + string(kind), "help", "h", "placeholder", "p", "options", "Yes\nNo", "text", "Read this", "open", "1"})
	}
	w.Post("/s/forms/new", append(typed("save", own, fields...), "actions", "1", "actions.0.type", "notify", "actions.0.users", "1")...).Wants(200)
	if n, err := form.Count(t.Context(), d, form.Filter{}); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	b := browsertest.Open(t)
	b.Visit(w.URL("/test/in"))
	for _, path := range []string{"/s/forms", "/s/forms/new", "/s/forms/edit/2", "/s/forms/view/2", "/s/forms/results/1", "/s/forms/results/1/1", "/s/forms/results/1/delete?one=1", "/s/forms/results/2", "/s/forms/outgoing", "/s/forms/preview/2"} {
		b.Visit(w.URL(path))
		b.Eval(`document.querySelectorAll("details").forEach((d) => (d.open = true))`, nil)
		for _, dark := range []bool{false, true} {
			b.Dark(dark)
			for _, width := range []int{1440, 390} {
				b.Resize(width, 900)
				for _, barrier := range b.Barriers() {
					t.Errorf("%s, dark %v, %d px: %s", path, dark, width, barrier)
				}
				if n := b.Overflow(); n > 0 {
					t.Errorf("%s is %d px wider than %d", path, n, width)
				}
			}
		}
	}
	b.NoProblems()
}
