package site_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/tool/demo/site"
)

const base = "https://marketing.example.org"

func get(t *testing.T, client *http.Client, address string) (*http.Response, string) {
	t.Helper()
	answer, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

var (
	link     = regexp.MustCompile(`href="(/[^"]*)"`)
	resource = regexp.MustCompile(`(?:src|href)="(https?:[^"]*)"`)
)

func TestEveryPageIsFollowedAndLinked(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(site.Handler(base + "/"))
	t.Cleanup(server.Close)
	seen := map[string]bool{}
	forms := 0
	var visit func(path string)
	visit = func(path string) {
		if seen[path] {
			return
		}
		seen[path] = true
		answer, body := get(t, server.Client(), server.URL+path)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s answers %s", path, answer.Status)
			return
		}
		if !strings.Contains(body, `"https://marketing.example.org"`) && !strings.Contains(body, `"https:\/\/marketing.example.org"`) || !strings.Contains(body, "mt('send','pageview')") {
			t.Errorf("%s lacks the snippet", path)
		}
		forms += strings.Count(body, base+"/form/generate.js?id=1")
		for _, m := range resource.FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(m[1], base+"/") {
				t.Errorf("%s loads %s", path, m[1])
			}
		}
		for _, m := range link.FindAllStringSubmatch(body, -1) {
			visit(m[1])
		}
	}
	visit("/fr/")
	if len(seen) != 10 || forms != 2 {
		t.Errorf("%d pages with %d forms", len(seen), forms)
	}
}

func TestLanguageOfTheBrowser(t *testing.T) {
	t.Parallel()
	for accepted, want := range map[string]string{"fr-CA,en;q=0.5": "/fr/", "en-GB,fr;q=0.5": "/en/", "": "/fr/", "???": "/fr/"} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Language", accepted)
		w := httptest.NewRecorder()
		site.Handler(base).ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("%q leads to %s, want %s", accepted, got, want)
		}
	}
}
