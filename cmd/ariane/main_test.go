package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestMain lets the test binary be the program, so that tests start the real
// one in a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("ARIANE_IS_MAIN") == "1" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is Ariane in another process.
type program struct {
	*testing.T
	cmd   *exec.Cmd
	lines chan string
}

// start runs a command of Ariane until the end of the test.
func start(t *testing.T, environment []string, args ...string) *program {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), "ARIANE_IS_MAIN=1"), environment...)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &program{T: t, cmd: cmd, lines: make(chan string, 100)}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	t.Cleanup(p.stop)
	return p
}

// stop asks the program to end, and fails the test when it does not end well.
func (p *program) stop() {
	if p.cmd.ProcessState != nil {
		return
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.Error(err)
	}
	for range p.lines {
	}
	if err := p.cmd.Wait(); err != nil {
		p.Errorf("the program ended badly: %v", err)
	}
}

// line waits for a line of the output and returns what the pattern's group matched.
func (p *program) line(pattern string) string {
	p.Helper()
	re := regexp.MustCompile(pattern)
	var seen []string
	for l := range p.lines {
		seen = append(seen, l)
		if m := re.FindStringSubmatch(l); m != nil {
			return m[1]
		}
	}
	p.Fatalf("the program ended without saying %q:\n%s", pattern, strings.Join(seen, "\n"))
	return ""
}
