package webtest

import (
	"bytes"
	"errors"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ariane/internal/base/clock"
	"ariane/internal/base/db"
	"ariane/internal/user"
	"ariane/internal/web"
)

// Password is the one of the administrator Anna.
const Password = "a thread to follow"

// Browser asks for pages and follows redirects.
type Browser struct {
	t      testing.TB
	url    string
	client *http.Client
}

// Answer is a page.
type Answer struct {
	t      testing.TB
	Status int
	Path   string // after redirects, with its query
	Body   string
}

// Start serves routes on a database and logs Anna in, whose language is
// English and whose time zone is Paris.
func Start(t testing.TB, d *db.DB, doors ...[]web.Route) *Browser {
	t.Helper()
	var anna user.User
	err := d.Do(t.Context(), func(tx *db.Tx) (err error) {
		anna, err = user.Create(t.Context(), tx, user.New{UserName: "anna", Email: "anna@example.test", Password: Password,
			Role: user.Admin, Language: "en", Zone: "Europe/Paris"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	logIn := web.Route{Pattern: "/test/in", Permission: web.Public, Handler: func(_ http.ResponseWriter, r *http.Request) error {
		return web.SignIn(r, anna)
	}}
	h, err := web.New(web.Options{DB: d, Gate: user.NewGate(d, clock.System), Log: slog.New(slog.NewTextHandler(t.Output(), nil))},
		append(doors, []web.Route{logIn})...)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, url: server.URL, client: &http.Client{Jar: jar}}
	b.Post("/test/in").Wants(http.StatusOK)
	return b
}

// URL is the address of a page, for a browser of another kind. That one logs
// in by visiting /test/in.
func (b *Browser) URL(path string) string { return b.url + path }

// Get asks for a page.
func (b *Browser) Get(path string) *Answer {
	b.t.Helper()
	return b.read(b.client.Get(b.url + path))
}

// Post sends a form: names and values, one after the other.
func (b *Browser) Post(path string, values ...string) *Answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	return b.read(b.client.PostForm(b.url+path, form))
}

// Upload sends a file as a form with a field for it does.
func (b *Browser) Upload(path, field string, file []byte) *Answer {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile(field, "file")
	if err == nil {
		_, err = part.Write(file)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		b.t.Fatal(err)
	}
	return b.read(b.client.Post(b.url+path, w.FormDataContentType(), &body))
}

func (b *Browser) read(answer *http.Response, err error) *Answer {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return &Answer{b.t, answer.StatusCode, answer.Request.URL.RequestURI(), string(body)}
}

// Wants fails the test unless the answer has the status and all the texts, as
// a person reads them.
func (a *Answer) Wants(status int, texts ...string) *Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Errorf("%s: status %d, want %d\n%s", a.Path, a.Status, status, a.Text())
	}
	for _, text := range texts {
		if !strings.Contains(a.Text(), text) && !strings.Contains(a.Body, text) {
			a.t.Errorf("%s: %q is missing in\n%s", a.Path, text, a.Text())
		}
	}
	return a
}

// Lacks fails the test if the source of the answer holds one of the texts.
func (a *Answer) Lacks(texts ...string) *Answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.Body, text) {
			a.t.Errorf("%s: %q is there\n%s", a.Path, text, a.Body)
		}
	}
	return a
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// Text is what the answer says, without its tags.
func (a *Answer) Text() string {
	source := strings.ReplaceAll(a.Body, "<wbr>", "")
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(source, " ")), " "))
}
