package bench

import (
	"bufio"
	"bytes"
	"context"
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

// knownShare of the page views come from visitors seen before.
const knownShare = 0.8

// visitorsKept bounds how many visitors one connection returns to.
const visitorsKept = 4096

// measure sends page views over so many connections for a while.
func measure(ctx context.Context, address string, status, connections int, length time.Duration) (Level, error) {
	ctx, cancel := context.WithTimeout(ctx, length)
	defer cancel()
	var all sync.WaitGroup
	times, failures := make([][]time.Duration, connections), make([]error, connections)
	start := time.Now()
	for i := range connections {
		all.Go(func() { times[i], failures[i] = visitors(ctx, address, status, uint64(i)) })
	}
	all.Wait()
	spent := time.Since(start)
	for _, err := range failures {
		if err != nil {
			return Level{}, err
		}
	}
	sorted := slices.Concat(times...)
	if len(sorted) == 0 {
		return Level{}, fmt.Errorf("no answer within %s", length)
	}
	slices.Sort(sorted)
	return Level{Connections: connections, Requests: len(sorted), Rate: float64(len(sorted)) / spent.Seconds(),
		Half: sorted[len(sorted)/2], Most: sorted[len(sorted)*99/100]}, nil
}

// visitors is one connection: it sends a page view, waits for the answer, and
// sends the next, until ctx ends. Only whole answers count.
func visitors(ctx context.Context, address string, status int, seed uint64) ([]time.Duration, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), seed))
	in := bufio.NewReaderSize(conn, 4096)
	var out bytes.Buffer
	var tokens []string
	var times []time.Duration
	for ctx.Err() == nil {
		token := hex128(random)
		if len(tokens) > 0 && random.Float64() < knownShare {
			token = tokens[random.IntN(len(tokens))]
		} else if len(tokens) < visitorsKept {
			tokens = append(tokens, token)
		}
		request(&out, address, token, random)
		start := time.Now()
		if _, err := conn.Write(out.Bytes()); err != nil {
			return nil, fmt.Errorf("send: %w", err)
		}
		got, err := answer(in)
		if err != nil {
			return nil, fmt.Errorf("receive: %w", err)
		}
		if got != status {
			return nil, fmt.Errorf("answered %d, want %d", got, status)
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// request writes what a browser sends for one page view of the tracking script.
func request(b *bytes.Buffer, address, token string, random *rand.Rand) {
	page := random.IntN(200)
	body := fmt.Sprintf("page_title=Page+%d+of+the+shop&page_language=fr-FR&preferred_locale=fr_FR&page_referrer=www.example.org"+
		"&page_url=https%%3A%%2F%%2Fwww.example.test%%2Fcatalogue%%2Fpage-%d%%3Fcolour%%3Dblue&counter=0&timezone_offset=-60&timezone=Europe%%2FParis"+
		"&resolution=1920x1080&platform=Windows&do_not_track=false&mautic_device_id=%s&mtc_view=%s", page, page, token, hex128(random))
	b.Reset()
	fmt.Fprintf(b, "POST /mtc/event HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\nAccept-Language: fr-FR,fr;q=0.9,en;q=0.8\r\n"+
		"Accept-Encoding: gzip, deflate, br\r\nContent-Type: application/x-www-form-urlencoded;charset=UTF-8\r\nContent-Length: %d\r\n"+
		"Origin: https://www.example.test\r\nReferer: https://www.example.test/\r\nSec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: cross-site\r\n\r\n%s",
		address, agents[random.IntN(len(agents))], len(body), body)
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
