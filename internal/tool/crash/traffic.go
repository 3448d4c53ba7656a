package crash

import (
	"context"
	cryptorand "crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ariane/internal/id"
)

// agents are the user agents of ordinary browsers.
var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
	"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
}

// hurry bounds one request.
const hurry = 5 * time.Second

// Browser is one visitor who reads pages and fills in a form now and then. What
// was not acknowledged is sent again, the same as before.
type Browser struct {
	// Contact is who the server said it was.
	Contact id.Contact
	// Seen are the addresses of the acknowledged pages, Sent the acknowledged answers.
	Seen, Sent []string
	// Again counts what was sent more than once.
	Again int

	mu     sync.Mutex // of Contact, Seen and Sent
	number int
	token  string
	form   id.Form
	next   *http.Request
	accept func(body []byte) error
}

// newBrowser is a visitor with an empty cookie jar. The form has the fields
// email and note.
func newBrowser(number int, form id.Form) *Browser {
	return &Browser{number: number, token: random(), form: form}
}

func random() string {
	b := make([]byte, 16)
	cryptorand.Read(b)
	return hex.EncodeToString(b)
}

// prepare decides what to do next: a page view, every seventh time a submission.
func (b *Browser) prepare() {
	var address string
	var values url.Values
	n := len(b.Seen) + len(b.Sent)
	if n%7 == 6 {
		note := random()
		address = "http://ariane/form/submit?ajax=1"
		values = url.Values{"mauticform[formId]": {fmt.Sprint(b.form)}, "mauticform[submissionkey]": {random()}, "mautic_device_id": {b.token},
			"mauticform[email]": {fmt.Sprintf("visitor%d@example.test", b.number)}, "mauticform[note]": {note}}
		b.accept = func([]byte) error { b.Sent = append(b.Sent, note); return nil }
	} else {
		page := "https://site.test/" + random()
		address = "http://ariane/mtc/event"
		values = url.Values{"page_url": {page}, "page_title": {"A page"}, "mtc_view": {random()}, "mautic_device_id": {b.token}}
		b.accept = func(body []byte) error {
			var a struct{ ID id.Contact }
			if err := json.Unmarshal(body, &a); err != nil || a.ID == 0 {
				return fmt.Errorf("the answer names nobody: %s", body)
			}
			if b.Contact != 0 && b.Contact != a.ID {
				return fmt.Errorf("browser %d was contact %d and is %d now", b.number, b.Contact, a.ID)
			}
			b.Contact = a.ID
			b.Seen = append(b.Seen, page)
			return nil
		}
	}
	body := values.Encode()
	r, err := http.NewRequest(http.MethodPost, address, nil)
	if err != nil {
		panic(err) // the address is a constant
	}
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
	r.ContentLength = int64(len(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", agents[b.number%len(agents)])
	b.next = r
}

// sent counts what browsers sent.
var sent atomic.Int64

// step sends what is next, and tells whether it was acknowledged. An error means
// that the server answered what it must not.
func (b *Browser) step(ctx context.Context, client *http.Client) (bool, error) {
	if b.next == nil {
		b.prepare()
	} else {
		b.Again++
	}
	ctx, cancel := context.WithTimeout(ctx, hurry)
	defer cancel()
	r := b.next.Clone(ctx)
	r.Body, _ = b.next.GetBody()
	// Each time from another place: one network may not send a form that often, and
	// what is not acknowledged is sent again and again.
	n := sent.Add(1)
	r.Header.Set("X-Forwarded-For", fmt.Sprintf("203.%d.%d.%d", n/62500%250, n/250%250, n%250+1))
	response, err := client.Do(r)
	if err != nil {
		return false, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil || response.StatusCode == http.StatusServiceUnavailable:
		return false, nil
	case response.StatusCode != http.StatusOK:
		return false, fmt.Errorf("%s %s: %s %s", r.Method, r.URL.Path, response.Status, body)
	}
	var a struct{ Success int }
	if err := json.Unmarshal(body, &a); err != nil || a.Success != 1 {
		return false, fmt.Errorf("%s: no success: %s", r.URL.Path, body)
	}
	b.next = nil
	b.mu.Lock()
	defer b.mu.Unlock()
	return true, b.accept(body)
}

// SoFar tells while the browser goes on who it is and what was acknowledged.
func (b *Browser) SoFar() *Browser {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &Browser{Contact: b.Contact, Seen: slices.Clone(b.Seen), Sent: slices.Clone(b.Sent)}
}

// Traffic is browsers that go on whatever happens to the server.
type Traffic struct {
	Browsers []*Browser
	// Acknowledged counts what the server said it had.
	Acknowledged atomic.Int64

	addresses atomic.Pointer[[]string]
	pause     atomic.Int64
	stop      chan struct{}
	once      sync.Once
	end       sync.WaitGroup
	failed    chan error
	cancel    context.CancelFunc
}

// Drive starts the browsers. They find the server once Serve has told them.
func Drive(browsers []*Browser) *Traffic {
	ctx, cancel := context.WithCancel(context.Background())
	t := &Traffic{cancel: cancel, Browsers: browsers, stop: make(chan struct{}), failed: make(chan error, len(browsers))}
	t.Serve("127.0.0.1:1")
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: len(browsers),
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, t.server())
		},
	}}
	for _, b := range browsers {
		t.end.Go(func() {
			for {
				done, err := b.step(ctx, client)
				if err != nil {
					t.failed <- err
					return
				}
				wait := time.Duration(t.pause.Load())
				if done {
					t.Acknowledged.Add(1)
				} else {
					wait = max(wait, 10*time.Millisecond)
				}
				select {
				case <-t.stop:
					if b.next == nil || ctx.Err() != nil {
						return
					}
				case <-time.After(wait):
				}
			}
		})
	}
	return t
}

// Serve tells the browsers where the servers are now. They take any of them.
func (t *Traffic) Serve(addresses ...string) { t.addresses.Store(&addresses) }

func (t *Traffic) server() string {
	addresses := *t.addresses.Load()
	return addresses[rand.IntN(len(addresses))]
}

// Pace lets each browser pause between two requests.
func (t *Traffic) Pace(pause time.Duration) { t.pause.Store(int64(pause)) }

// More waits until so many more requests are acknowledged.
func (t *Traffic) More(ctx context.Context, requests int64) error {
	for enough := t.Acknowledged.Load() + requests; t.Acknowledged.Load() < enough; {
		select {
		case <-ctx.Done():
			return fmt.Errorf("nothing is acknowledged any more: %w", ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
	return nil
}

// Stop lets each browser have its last request acknowledged, and returns what
// the server answered that it must not.
func (t *Traffic) Stop() error {
	t.once.Do(func() { close(t.stop) })
	t.end.Wait()
	t.cancel()
	select {
	case err := <-t.failed:
		return err
	default:
		return nil
	}
}

// abandon ends the browsers, whatever they wait for.
func (t *Traffic) abandon() {
	t.cancel()
	t.once.Do(func() { close(t.stop) })
	t.end.Wait()
}
