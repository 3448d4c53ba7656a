package contactpage

import (
	"testing"
	"time"

	"ariane/internal/activity"
	"ariane/internal/form"
	"ariane/internal/visit"
)

// Days are those of who looks: half past eleven at night in UTC is the next day
// in Paris.
func TestRhythmIsByTheViewersDays(t *testing.T) {
	unit := func(at time.Time) int64 { return at.Unix() / int64(rhythmUnit/time.Second) }
	data := rhythm{Counts: map[int64]map[activity.Kind]int{
		unit(time.Date(2026, 11, 20, 22, 30, 0, 0, time.UTC)): {visit.KindPageViewed: 2},
		unit(time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)): {visit.KindPageViewed: 3, form.KindSubmitted: 1},
	}}
	v := newRhythmView(english, now, data)
	if v.Span != 14 || len(v.Days) != 14 || !v.Chart.Drawable() {
		t.Fatalf("%+v", v)
	}
	for i, want := range map[int]rhythmDay{
		10: {"20 Nov 2026", "20 Nov", "20 Nov 2026 · 2 page views · 0 forms", 2, 0},
		11: {"21 Nov 2026", "21 Nov", "21 Nov 2026 · 3 page views · 1 form", 3, 1},
	} {
		if v.Days[i] != want {
			t.Errorf("%+v, want %+v", v.Days[i], want)
		}
	}
	data.From = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	data.Counts[unit(now.AddDate(0, 0, -80))] = map[activity.Kind]int{visit.KindPageViewed: 1}
	if v = newRhythmView(english, now, data); v.Span != 90 || len(v.Days) != 3 {
		t.Errorf("%d of %d days", len(v.Days), v.Span)
	}
}
