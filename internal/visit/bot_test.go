package visit_test

import (
	"os"
	"strings"
	"testing"

	"ariane/internal/visit"
)

// The accuracy that docs/tracking.md states: on the user agents of visitors seen
// by many sites (npm user-agents 2.1.198), and on those of robots that the
// authors of our list have met (npm crawler-user-agents 1.60.0). Nothing in the
// list knows the former; the latter are what it was made from.
func TestAccuracyOfBots(t *testing.T) {
	t.Parallel()
	bots, err := visit.NewBots()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		agents, bots int
	}{"people": {952, 0}, "bots": {2118, 2118}} {
		raw, err := os.ReadFile("testdata/agents/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		agents := strings.Split(strings.TrimSpace(string(raw)), "\n")
		caught := 0
		for _, a := range agents {
			is := bots.Is(a)
			if is {
				caught++
			}
			if is != (name == "bots") {
				t.Logf("taken for the other: %s", a)
			}
		}
		if len(agents) != want.agents || caught != want.bots {
			t.Errorf("%s: %d of %d are taken for bots, want %d of %d", name, caught, len(agents), want.bots, want.agents)
		}
	}
}
