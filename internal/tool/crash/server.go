package crash

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// patience bounds the start of a server.
const patience = 30 * time.Second

// Build makes the binary in a folder and returns its path.
func Build(folder string) (string, error) {
	binary := filepath.Join(folder, "ariane")
	if out, err := exec.Command("go", "build", "-o", binary, "ariane/cmd/ariane").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return binary, nil
}

// Server is a running binary.
type Server struct {
	Address string
	command *exec.Cmd
	log     *record
	ended   chan struct{}
	outcome error
}

// record keeps the first part of a log.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

const recorded = 64 << 10

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Write(p[:min(len(p), max(0, recorded-r.text.Len()))])
	return len(p), nil
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// Start runs "ariane serve" on a free port and waits until it answers. A
// starter is what runs it, such as prlimit with its arguments; none usually.
func Start(binary string, args []string, starter ...string) (*Server, error) {
	line := append(append(starter, binary, "serve", "--listen=127.0.0.1:0", "--trusted-proxies=127.0.0.1"), args...)
	s := &Server{command: exec.Command(line[0], line[1:]...), log: &record{}, ended: make(chan struct{})}
	s.command.Stderr = s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, address, found := strings.Cut(lines.Text(), "listening on "); found {
				ready <- address
				break
			}
		}
		io.Copy(io.Discard, out)
		s.outcome = s.command.Wait()
		close(s.ended)
	}()
	select {
	case s.Address = <-ready:
		return s, nil
	case <-s.ended:
		return nil, fmt.Errorf("the server ended before it listened: %w\n%s", s.outcome, s.log)
	case <-time.After(patience):
		s.Kill()
		return nil, fmt.Errorf("the server does not listen after %s:\n%s", patience, s.log)
	}
}

// Process is the number of the process.
func (s *Server) Process() int { return s.command.Process.Pid }

// Log is what the process has written about its work.
func (s *Server) Log() string { return s.log.String() }

// Ended tells whether the process has ended by itself.
func (s *Server) Ended() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// Kill ends the process without warning, and waits for its end.
func (s *Server) Kill() {
	s.command.Process.Kill()
	<-s.ended
}

// Stop asks the process to end, and fails when it does not end well.
func (s *Server) Stop() error {
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	if <-s.ended; s.outcome != nil {
		return fmt.Errorf("stop: %w\n%s", s.outcome, s.log)
	}
	return nil
}
