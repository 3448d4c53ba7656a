package app_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"ariane/internal/app"
	"ariane/internal/base/db"
	"ariane/internal/base/db/dbtest"
	"ariane/internal/user"
)

const password = "a thread to follow"

// ordinary is the user agent of a browser.
const ordinary = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"

// running is the whole program, served until the end of the test.
type running struct {
	*testing.T
	*app.App
	visitor *http.Client // nobody
	office  *http.Client // an administrator
}

func run(t *testing.T, change ...func(*app.Config)) *running {
	t.Helper()
	o := dbtest.Options(t)
	c := app.Config{Listen: "127.0.0.1:0", DataDir: o.DataDir, DatabaseURL: o.URL, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	for _, f := range change {
		f(&c)
	}
	a, err := app.New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	err = a.DB.Do(t.Context(), func(tx *db.Tx) error {
		_, err := user.Create(t.Context(), tx, user.New{UserName: "anna", Email: "anna@example.test", Password: password, Role: user.Admin, Language: "en"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	r := &running{T: t, App: a, visitor: &http.Client{CheckRedirect: stay}, office: &http.Client{CheckRedirect: stay}}
	if r.office.Jar, err = cookiejar.New(nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.visitor.CloseIdleConnections()
		r.office.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if got := r.post(r.office, "/s/login", url.Values{"login": {"anna"}, "password": {password}}); got.status != http.StatusSeeOther {
		t.Fatalf("log in: %d", got.status)
	}
	return r
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

type got struct {
	status int
	header http.Header
	body   string
}

func (r *running) get(c *http.Client, path string, header ...string) got {
	r.Helper()
	return r.ask(c, http.MethodGet, path, "", header...)
}

func (r *running) post(c *http.Client, path string, form url.Values, header ...string) got {
	r.Helper()
	return r.ask(c, http.MethodPost, path, form.Encode(), append(header, "Content-Type", "application/x-www-form-urlencoded")...)
}

func (r *running) ask(c *http.Client, method, path, body string, header ...string) got {
	r.Helper()
	q, err := http.NewRequest(method, r.BaseURL+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	q.Header.Set("User-Agent", ordinary)
	for i := 0; i+1 < len(header); i += 2 {
		q.Header.Set(header[i], header[i+1])
	}
	answer, err := c.Do(q)
	if err != nil {
		r.Fatalf("%s %.80s: %v", method, path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		r.Fatal(err)
	}
	return got{answer.StatusCode, answer.Header, string(text)}
}

func TestPublicAddress(t *testing.T) {
	t.Parallel()
	for chosen, want := range map[string]string{
		"https://ariane.example.test/": "https://ariane.example.test", "http://10.0.0.1:8080": "http://10.0.0.1:8080",
		"ariane.example.test": "", "ftp://example.test": "", "https://": "", "https://example.test/ariane": "", "javascript:alert(1)": "", "https://a:b@example.test": "",
	} {
		a, err := app.New(t.Context(), app.Config{Listen: "127.0.0.1:0", DataDir: t.TempDir(), BaseURL: chosen, Log: slog.New(slog.DiscardHandler)})
		if want == "" {
			if err == nil {
				t.Errorf("%q is accepted", chosen)
			}
			continue
		}
		if err != nil || a.BaseURL != want {
			t.Errorf("%q: %v", chosen, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
	a, err := app.New(t.Context(), app.Config{Listen: ":0", DataDir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if !strings.HasPrefix(a.BaseURL, "http://localhost:") {
		t.Errorf("listening everywhere, a browser is sent to %s", a.BaseURL)
	}
}
