package web_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"ariane/internal/web"
)

// listening opens a stream and returns its pieces, one after another. The
// channel is closed at its end.
func (b *bench) listening(path string) (*http.Response, <-chan string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "GET", b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { answer.Body.Close() })
	pieces := make(chan string, 10)
	go func() {
		defer close(pieces)
		lines := bufio.NewScanner(answer.Body)
		var piece []string
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				piece = append(piece, data)
			} else if len(piece) > 0 {
				pieces <- strings.Join(piece, "\n")
				piece = nil
			}
		}
	}()
	return answer, pieces
}

func live(fresh <-chan string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return web.Live(w, r, fresh, func(_ context.Context, news string) (templ.Component, error) {
			switch news {
			case "":
				return templ.Raw("<li>missed</li>"), nil
			case "nothing":
				return nil, nil
			case "wrong":
				return nil, fmt.Errorf("cannot tell")
			}
			return templ.Raw("<li>" + news + "</li>"), nil
		})
	}
}

func TestLivePiecesArrive(t *testing.T) {
	t.Parallel()
	fresh := make(chan string)
	b := start(t, web.Options{}, web.Route{Pattern: "GET /live", Permission: web.SignedIn, Handler: live(fresh)})
	if answer, _ := b.do("GET", "/live"); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("to nobody: status %d", answer.StatusCode)
	}
	b.do("POST", "/in/1")
	answer, pieces := b.listening("/live")
	if h := answer.Header; h.Get("Content-Encoding") != "" || !strings.HasPrefix(h.Get("Content-Type"), "text/event-stream") || h.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", h)
	}
	if got := <-pieces; got != "<li>missed</li>" {
		t.Errorf("at first: %q", got)
	}
	for _, news := range []string{"one", "nothing", "two\n\nid: 7\r\n\r\nthree", "four"} {
		fresh <- news
	}
	for _, want := range []string{"<li>one</li>", "<li>two\nid: 7\nthree</li>", "<li>four</li>"} {
		if got := <-pieces; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	close(fresh)
	if got, open := <-pieces; open {
		t.Errorf("%q after the end", got)
	}
}

func TestLiveEndsWithTheLogin(t *testing.T) {
	t.Parallel()
	fresh := make(chan string)
	b := start(t, web.Options{}, web.Route{Pattern: "GET /live", Permission: web.SignedIn, Handler: live(fresh)},
		web.Route{Pattern: "POST /out", Permission: web.SignedIn, Handler: func(_ http.ResponseWriter, r *http.Request) error { return web.SignOut(r) }})
	b.do("POST", "/in/2")
	_, pieces := b.listening("/live")
	<-pieces
	b.do("POST", "/out")
	fresh <- "secret"
	if got, open := <-pieces; open {
		t.Errorf("%q after the log-out", got)
	}
}

func TestLiveFailureEndsTheStream(t *testing.T) {
	t.Parallel()
	fresh := make(chan string)
	b := start(t, web.Options{}, web.Route{Pattern: "GET /live", Permission: web.SignedIn, Handler: live(fresh)})
	b.do("POST", "/in/1")
	_, pieces := b.listening("/live")
	<-pieces
	fresh <- "wrong"
	if got, open := <-pieces; open {
		t.Errorf("%q instead of the end", got)
	}
}

func TestLiveStreamsAreLimited(t *testing.T) {
	t.Parallel()
	fresh := make(chan string)
	b := start(t, web.Options{}, web.Route{Pattern: "GET /live", Permission: web.SignedIn, Handler: live(fresh)})
	b.do("POST", "/in/1")
	var last <-chan string
	for range 8 {
		_, last = b.listening("/live")
		<-last
	}
	if answer, _ := b.do("GET", "/live"); answer.StatusCode != http.StatusNoContent {
		t.Errorf("the ninth: status %d", answer.StatusCode)
	}
	close(fresh)
	for range last {
	}
}
