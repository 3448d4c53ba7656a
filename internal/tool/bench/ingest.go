package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"ariane/internal/base/db"
	"ariane/internal/contact"
	"ariane/internal/id"
	"ariane/internal/visit"
)

// Ingest says how to measure page views.
type Ingest struct {
	// Program is the program to start as the server, with the arguments of each.
	Program     string
	Serve, Bare []string
	Connections []int
	Length      time.Duration
	JSON        bool
	// Known are visitors in the database, who come beside those that the load makes.
	Known []Visitor
}

// Report is the result of a run.
type Report struct {
	Machine    string  `json:"machine"`
	Bare       []Level `json:"bare_204"`
	Durable    []Level `json:"durable"`
	PeakMemory int64   `json:"server_peak_memory_bytes"`
}

// slice is how long one of the two is measured before it is the other's turn. A
// machine shared with others is faster in one minute than in the next: turn and
// turn about both have their part of it.
const slice = time.Second

// Run measures a handler that answers nothing and the product, and prints both.
func (b Ingest) Run(ctx context.Context, out io.Writer) (err error) {
	report := Report{Machine: machine()}
	bare, err := start(ctx, b.Program, b.Bare)
	if err != nil {
		return fmt.Errorf("start the bare handler: %w", err)
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	product, err := start(ctx, b.Program, b.Serve)
	if err != nil {
		return fmt.Errorf("start the product: %w", err)
	}
	defer func() { err = errors.Join(err, product.stop()) }()
	for _, n := range b.Connections {
		if err := b.level(ctx, &report, bare, product, n); err != nil {
			return fmt.Errorf("%d connections: %w", n, err)
		}
	}
	if report.PeakMemory, err = peakMemory(product.cmd.Process.Pid); err != nil {
		return err
	}
	if b.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.print(out)
}

func machine() string {
	return fmt.Sprintf("%d CPUs, %s, %s/%s", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// level measures one number of connections.
func (b Ingest) level(ctx context.Context, report *Report, bare, product *child, connections int) error {
	least, most := newLoad(bare.address, http.StatusNoContent, connections, b.Known), newLoad(product.address, http.StatusOK, connections, b.Known)
	for _, l := range []*load{least, most} {
		if err := newLoad(l.address, l.status, connections, b.Known).run(ctx, slice); err != nil {
			return fmt.Errorf("warm up: %w", err)
		}
	}
	var bareCPU, productCPU time.Duration
	for most.spent < b.Length {
		// What the product still has to do costs the other nothing.
		product.rest(ctx)
		before := bare.cpu()
		if err := least.run(ctx, slice); err != nil {
			return fmt.Errorf("the bare handler: %w", err)
		}
		bareCPU += bare.cpu() - before
		before = product.cpu()
		if err := most.run(ctx, 2*slice); err != nil {
			return fmt.Errorf("the product: %w", err)
		}
		product.rest(ctx)
		productCPU += product.cpu() - before
	}
	for _, one := range []struct {
		load *load
		cpu  time.Duration
		into *[]Level
	}{{least, bareCPU, &report.Bare}, {most, productCPU, &report.Durable}} {
		l, err := one.load.level()
		if err != nil {
			return err
		}
		l.CPU = one.cpu / time.Duration(l.Requests)
		*one.into = append(*one.into, l)
	}
	return nil
}

func (r Report) print(out io.Writer) error {
	fmt.Fprintln(out, r.Machine)
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "connections\tbare 204/s\tdurable hits/s\tratio\tp50\tp99\tserver's CPU, bare\tdurable\t")
	for i, d := range r.Durable {
		fmt.Fprintf(w, "%d\t%.0f\t%.0f\t%.2f\t%s\t%s\t%s\t%s\t\n", d.Connections, r.Bare[i].Rate, d.Rate, d.Rate/r.Bare[i].Rate,
			d.Half.Round(100*time.Microsecond), d.Most.Round(100*time.Microsecond), r.Bare[i].CPU.Round(100*time.Nanosecond), d.CPU.Round(100*time.Nanosecond))
	}
	fmt.Fprintf(w, "server's peak memory\t%d MB\t\n", r.PeakMemory>>20)
	return w.Flush()
}

type child struct {
	cmd     *exec.Cmd
	address string
}

// Ready begins the line in which a server tells the address it listens on.
const Ready = "listening on "

// start runs a server and waits until it says where it listens.
func start(ctx context.Context, program string, args []string) (*child, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), Ready); found {
			go io.Copy(io.Discard, out)
			return &child{cmd, strings.TrimSpace(address)}, nil
		}
	}
	return nil, errors.Join(errors.New("the server ended before it listened"), cmd.Wait())
}

// rest waits until the server has nothing to do any more, for half a minute at most.
func (c *child) rest(ctx context.Context) {
	const look = 200 * time.Millisecond
	for range 150 {
		before := c.cpu()
		select {
		case <-time.After(look):
		case <-ctx.Done():
			return
		}
		if c.cpu()-before < look/10 {
			return
		}
	}
}

func (c *child) stop() error {
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return c.cmd.Wait()
}

// peakMemory is the most memory a process has held, where the system tells it.
func peakMemory(process int) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10, err
		}
	}
	return 0, nil
}

// cpu is how long the server has computed, zero where the system does not tell.
func (c *child) cpu() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	// The name of the program, in parentheses, may hold spaces. Time is in
	// hundredths of a second, see proc(5).
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var ticks int64
	for _, f := range fields[11:13] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// ServeBare answers every request with 204 and nothing else, until ctx ends:
// the limit that the product is measured against.
func ServeBare(ctx context.Context, listen string) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Println(Ready + l.Addr().String())
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		s.Close()
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// mostKnown bounds what the load remembers.
const mostKnown = 2_000_000

// Known lists the visitors in a database, none where there is no database.
func Known(ctx context.Context, o db.Options) (list []Visitor, err error) {
	d, err := db.Look(ctx, o)
	if errors.Is(err, db.ErrNoDatabase) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return returning(ctx, d)
}

func returning(ctx context.Context, q db.Q) ([]Visitor, error) {
	tokens, err := visit.Tokens(ctx, q, mostKnown)
	if err != nil {
		return nil, err
	}
	list := make([]Visitor, 0, len(tokens))
	for some := range slices.Chunk(tokens, 5000) {
		var numbers []id.Contact
		for _, t := range some {
			numbers = append(numbers, t.Contact)
		}
		owners, err := contact.Some(ctx, q, numbers)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			if ips := owners[t.Contact].IPs; len(ips) > 0 {
				list = append(list, Visitor{Token: t.Token, Address: ips[0].Address})
			}
		}
	}
	return list, nil
}
