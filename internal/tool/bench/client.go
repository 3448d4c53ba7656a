package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Level is what one number of connections gave.
type Level struct {
	Connections int           `json:"connections"`
	Rate        float64       `json:"requests_per_second"`
	Half        time.Duration `json:"p50_ns"`
	Most        time.Duration `json:"p99_ns"`
	Requests    int           `json:"requests"`
	// CPU is what the server computed for one request, without its database's.
	CPU time.Duration `json:"server_cpu_ns_per_request"`
}

// agents are the user agents of ordinary browsers.
var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
	"Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
}

// knownShare of the page views come ordinarily from visitors seen before.
const knownShare = 0.8

// visitorsKept bounds how many visitors one connection returns to.
const visitorsKept = 4096

// load is page views over so many connections, a slice of time after another.
type load struct {
	address  string
	status   int
	visitors []*visitors
	spent    time.Duration
}

// Visitor is a browser that comes from an address.
type Visitor struct{ Token, Address string }

// visitors are those who come over one connection.
type visitors struct {
	random *rand.Rand
	met    []Visitor
	known  []Visitor // to everybody
	times  []time.Duration
	// pace is the time from one page view to the next; as fast as answers come when
	// zero.
	pace time.Duration
	// share of the page views come from somebody seen before.
	share float64
}

func newLoad(address string, status, connections int, known []Visitor) *load {
	l := &load{address: address, status: status}
	for i := range connections {
		l.visitors = append(l.visitors, &visitors{known: known, share: knownShare, random: rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), uint64(i)))})
	}
	return l
}

// run sends page views for a while.
func (l *load) run(ctx context.Context, length time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var all sync.WaitGroup
	failures := make([]error, len(l.visitors))
	start := time.Now()
	for i, v := range l.visitors {
		all.Go(func() { failures[i] = v.come(ctx, l.address, l.status) })
	}
	all.Wait()
	l.spent += time.Since(start)
	return errors.Join(failures...)
}

// level is what all slices together gave.
func (l *load) level() (Level, error) {
	var times []time.Duration
	for _, v := range l.visitors {
		times = append(times, v.times...)
	}
	if len(times) == 0 {
		return Level{}, fmt.Errorf("no answer within %s", l.spent)
	}
	slices.Sort(times)
	return Level{Connections: len(l.visitors), Requests: len(times), Rate: float64(len(times)) / l.spent.Seconds(),
		Half: times[len(times)/2], Most: times[len(times)*99/100]}, nil
}

// come sends a page view, waits for the answer, and sends the next, until ctx
// ends. Only whole answers count.
func (v *visitors) come(ctx context.Context, address string, status int) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, 4096)
	var out bytes.Buffer
	next := time.Now()
	for ctx.Err() == nil {
		if next = next.Add(v.pace); v.pace > 0 {
			select {
			case <-time.After(time.Until(next)):
			case <-ctx.Done():
				return nil
			}
		}
		request(&out, address, v.next(), v.random)
		start := time.Now()
		if _, err := conn.Write(out.Bytes()); err != nil {
			return fmt.Errorf("send: %w", err)
		}
		got, err := answer(in)
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		if got != status {
			return fmt.Errorf("answered %d, want %d", got, status)
		}
		v.times = append(v.times, time.Since(start))
	}
	return nil
}

// next is somebody seen before or somebody new, from an address of RFC 6598.
func (v *visitors) next() Visitor {
	if n := len(v.known) + len(v.met); n > 0 && v.random.Float64() < v.share {
		if i := v.random.IntN(n); i < len(v.known) {
			return v.known[i]
		}
		return v.met[v.random.IntN(len(v.met))]
	}
	one := Visitor{Token: hex128(v.random), Address: fmt.Sprintf("100.%d.%d.%d", 64+v.random.IntN(64), v.random.IntN(256), v.random.IntN(256))}
	if len(v.met) < visitorsKept {
		v.met = append(v.met, one)
	}
	return one
}

// request writes what a browser sends for one page view of the tracking script.
func request(b *bytes.Buffer, address string, from Visitor, random *rand.Rand) {
	page := random.IntN(200)
	body := fmt.Sprintf("page_title=Page+%d+of+the+shop&page_language=fr-FR&preferred_locale=fr_FR&page_referrer=www.example.org"+
		"&page_url=https%%3A%%2F%%2Fwww.example.test%%2Fcatalogue%%2Fpage-%d%%3Fcolour%%3Dblue&counter=0&timezone_offset=-60&timezone=Europe%%2FParis"+
		"&resolution=1920x1080&platform=Windows&do_not_track=false&mautic_device_id=%s&mtc_view=%s", page, page, from.Token, hex128(random))
	b.Reset()
	fmt.Fprintf(b, "POST /mtc/event HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\nAccept-Language: fr-FR,fr;q=0.9,en;q=0.8\r\n"+
		"Accept-Encoding: gzip, deflate, br\r\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: %d\r\n"+
		"X-Forwarded-For: %s\r\nOrigin: https://www.example.test\r\nReferer: https://www.example.test/\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n\r\n%s",
		address, agents[random.IntN(len(agents))], len(body), from.Address, body)
}

func hex128(random *rand.Rand) string {
	return fmt.Sprintf("%016x%016x", random.Uint64(), random.Uint64())
}

// answer reads one HTTP/1.1 answer with a length, and returns its status.
func answer(in *bufio.Reader) (status int, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, fmt.Errorf("answer begins with %q", line)
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, fmt.Errorf("answer begins with %q", line)
	}
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			_, err = io.CopyN(io.Discard, in, int64(length))
			return status, err
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); strings.EqualFold(string(name), "Content-Length") {
			if length, err = strconv.Atoi(strings.TrimSpace(string(value))); err != nil {
				return 0, err
			}
		}
	}
}
