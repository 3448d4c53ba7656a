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
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// Ingest says how to measure page views.
type Ingest struct {
	// Program is the program to start as the server, with the arguments of each.
	Program     string
	Serve, Bare []string
	Connections []int
	Length      time.Duration
	JSON        bool
}

// Report is the result of a run.
type Report struct {
	Machine    string  `json:"machine"`
	Bare       []Level `json:"bare_204"`
	Durable    []Level `json:"durable"`
	PeakMemory int64   `json:"server_peak_memory_bytes"`
}

// Run measures a handler that answers nothing, then the product, and prints both.
func (b Ingest) Run(ctx context.Context, out io.Writer) error {
	report := Report{Machine: fmt.Sprintf("%d CPUs, %s, %s/%s", runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)}
	var err error
	if report.Bare, _, err = b.levels(ctx, b.Bare, http.StatusNoContent); err != nil {
		return fmt.Errorf("measure the bare handler: %w", err)
	}
	if report.Durable, report.PeakMemory, err = b.levels(ctx, b.Serve, http.StatusOK); err != nil {
		return fmt.Errorf("measure the product: %w", err)
	}
	if b.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	return report.print(out)
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

// levels starts a server and measures each number of connections.
func (b Ingest) levels(ctx context.Context, args []string, status int) (list []Level, peak int64, err error) {
	s, err := start(ctx, b.Program, args)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if _, err := measure(ctx, s.address, status, b.Connections[0], time.Second); err != nil {
		return nil, 0, fmt.Errorf("warm up: %w", err)
	}
	for _, n := range b.Connections {
		before := cpuTime(s.cmd.Process.Pid)
		l, err := measure(ctx, s.address, status, n, b.Length)
		if err != nil {
			return nil, 0, fmt.Errorf("%d connections: %w", n, err)
		}
		l.CPU = (cpuTime(s.cmd.Process.Pid) - before) / time.Duration(l.Requests)
		list = append(list, l)
	}
	peak, err = peakMemory(s.cmd.Process.Pid)
	return list, peak, err
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

// cpuTime is how long a process has computed, zero where the system does not tell.
func cpuTime(process int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
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
