package crashtest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// patience bounds the start of a server.
const patience = 30 * time.Second

// Build makes the binary and returns its path.
func Build(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "ariane")
	if out, err := exec.Command("go", "build", "-o", binary, "ariane/cmd/ariane").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// Server is a running binary.
type Server struct {
	Address string
	command *exec.Cmd
	log     *strings.Builder
}

// Start runs "ariane serve" on a free port and waits until it answers.
func Start(t testing.TB, binary string, args ...string) *Server {
	t.Helper()
	s := &Server{command: exec.Command(binary, append([]string{"serve", "--listen=127.0.0.1:0", "--trusted-proxies=127.0.0.1"}, args...)...), log: &strings.Builder{}}
	s.command.Stderr = s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, address, found := strings.Cut(lines.Text(), "listening on "); found {
				ready <- address
				break
			}
		}
		io.Copy(io.Discard, out)
	}()
	select {
	case address, ok := <-ready:
		if !ok {
			s.Kill()
			t.Fatalf("the server ended before it listened:\n%s", s.log)
		}
		s.Address = address
	case <-time.After(patience):
		s.Kill()
		t.Fatalf("the server does not listen after %s:\n%s", patience, s.log)
	}
	return s
}

// Kill ends the process without warning, and waits for its end.
func (s *Server) Kill() {
	if s.command.ProcessState == nil {
		s.command.Process.Kill()
		s.command.Wait()
	}
}

// Stop asks the process to end, and fails when it does not end well.
func (s *Server) Stop() error {
	if err := s.command.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	if err := s.command.Wait(); err != nil {
		return fmt.Errorf("stop: %w\n%s", err, s.log)
	}
	return nil
}
