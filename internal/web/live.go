package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzhttp"

	"ariane/internal/id"
)

const (
	// heartbeat is how often a stream without news says that it is there, and
	// looks whether its user still is.
	heartbeat = 15 * time.Second
	// patience is how long a browser may take to receive a piece.
	patience = 20 * time.Second
	// streamsEach bounds the streams of one user: hidden tabs have none.
	streamsEach = 8
)

// Live answers with a stream of pieces of HTML for the element of a page that
// names this address in data-live. The script of our pages puts each piece at
// the top of the element, leaving out children whose id is there already.
//
// It calls tell for what comes out of fresh, and once at the beginning with the
// zero value: then tell what the page may have missed. A nil piece is no news.
// The stream ends with fresh, and when its user logs out or leaves.
func Live[T any](w http.ResponseWriter, r *http.Request, fresh <-chan T, tell func(context.Context, T) (templ.Component, error)) error {
	ctx := r.Context()
	st := stateOf(ctx)
	if !st.server.streams.enter(st.user.ID) {
		// To a browser this means: do not ask again.
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	defer st.server.streams.leave(st.user.ID)
	s := stream{w: w, control: http.NewResponseController(w)}
	if err := s.begin(); err != nil {
		return err
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var news T
	for open := true; open; {
		if still, err := st.stillSignedIn(ctx); err != nil || !still {
			return err
		}
		piece, err := tell(ctx, news)
		if err != nil {
			return err
		}
		if err := s.send(ctx, piece); err != nil {
			return err
		}
		if news, open, err = next(ctx, s, st, fresh, beat.C); err != nil {
			return err
		}
	}
	return nil
}

// next waits for news, and says meanwhile that the stream is there. It reports
// false when the stream has to end.
func next[T any](ctx context.Context, s stream, st *state, fresh <-chan T, beat <-chan time.Time) (T, bool, error) {
	var none T
	for {
		select {
		case news, open := <-fresh:
			return news, open, nil
		case <-ctx.Done():
			return none, false, nil
		case <-beat:
			if still, err := st.stillSignedIn(ctx); err != nil || !still {
				return none, false, err
			}
			if err := s.write([]byte(":\n\n")); err != nil {
				return none, false, err
			}
		}
	}
}

// stream writes server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

func (s stream) begin() error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")         // proxies hold nothing back
	h.Set(gzhttp.HeaderNoCompression, "set") // nor do we
	// The time to read a request is over long before a stream is.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("begin stream: %w", err)
	}
	return s.write([]byte("retry: 3000\n\n"))
}

// send writes one piece as one event; an empty line would end it early.
func (s stream) send(ctx context.Context, piece templ.Component) error {
	if piece == nil {
		return nil
	}
	var html, out bytes.Buffer
	if err := piece.Render(ctx, &html); err != nil {
		return fmt.Errorf("render piece of a stream: %w", err)
	}
	for line := range bytes.FieldsFuncSeq(html.Bytes(), func(r rune) bool { return r == '\n' || r == '\r' }) {
		fmt.Fprintf(&out, "data: %s\n", line)
	}
	if out.Len() == 0 {
		return nil
	}
	out.WriteByte('\n')
	return s.write(out.Bytes())
}

func (s stream) write(b []byte) error {
	err := s.control.SetWriteDeadline(time.Now().Add(patience))
	if err == nil {
		_, err = s.w.Write(b)
	}
	if err == nil {
		err = s.control.Flush()
	}
	return gone(err)
}

// stillSignedIn tells whether the session of a stream goes on. What the request
// began with says nothing: the user may have logged out in another tab.
func (st *state) stillSignedIn(ctx context.Context) (bool, error) {
	m := st.server.sessions
	now, err := m.Load(context.Background(), m.Token(ctx))
	if err != nil {
		return false, fmt.Errorf("look after session: %w", err)
	}
	fresh := state{server: st.server}
	if err := fresh.loadUser(now); err != nil {
		return false, err
	}
	return fresh.signedIn && fresh.user.ID == st.user.ID, nil
}

// streams counts the open streams of each user.
type streams struct {
	mu   sync.Mutex
	open map[id.User]int
}

func (s *streams) enter(user id.User) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[id.User]int{}
	}
	if s.open[user] >= streamsEach {
		return false
	}
	s.open[user]++
	return true
}

func (s *streams) leave(user id.User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[user]--; s.open[user] == 0 {
		delete(s.open, user)
	}
}
