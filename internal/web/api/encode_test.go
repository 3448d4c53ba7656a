package api_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ariane/internal/field"
)

func TestLabelsAreThoseRecorded(t *testing.T) {
	b := start(t)
	b.person("ada@example.com")
	described := regexp.MustCompile(`"label":\s*"([^"]*)",\s*"alias":\s*"([^"]*)"`)
	labels := func(body string) map[string]string {
		found := map[string]string{}
		for _, m := range described.FindAllStringSubmatch(body, -1) {
			found[m[2]] = m[1]
		}
		return found
	}
	want := labels(string(recorded(t, "017").Response.Body))
	if len(want) != len(field.Standard().All()) {
		t.Fatalf("%d labels are recorded", len(want))
	}
	want["linkedin"] = "LinkedIn" // a key without a text in the recording
	if diff := cmp.Diff(want, labels(b.get("/api/contacts"))); diff != "" {
		t.Errorf("labels differ (-want +got):\n%s", diff)
	}
}
