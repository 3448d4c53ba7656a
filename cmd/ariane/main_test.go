package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

func TestCommandLine(t *testing.T) {
	data, copied := "--data="+t.TempDir(), filepath.Join(t.TempDir(), "copied")
	p := start(t, []string{"ARIANE_LISTEN=127.0.0.1:0"}, "serve", data, "--trusted-proxies=127.0.0.1,10.0.0.0/8")
	if link := p.line(`^(http://127\.0\.0\.1:\d+/s/setup/\S+)$`); link == "" {
		t.Error("no link to create the first user")
	}
	for _, c := range []struct {
		input, want string
		args        []string
	}{
		{"", `expected one of "serve"`, nil},
		{"", "unknown flag --nope", []string{"serve", "--nope"}},
		{"", "--trusted-proxies", []string{"serve", "--trusted-proxies=nowhere"}},
		{"", "is not one such as https://ariane.example.com", []string{"serve", "--base-url=ariane.example.com", data}},
		{"", "this machine only", []string{"demo", "--listen=0.0.0.0:0", data}},
		{"", "there is no password", []string{"user", "password", "anna", "--password-stdin", data}},
		{"short\n", "at least 8 characters", []string{"user", "create", "--email=a@example.test", "--username=anna", "--password-stdin", data}},
		{"a thread to follow\n", "created user 1, anna", []string{"user", "create", "--email=a@example.test", "--username=anna", "--role=admin", "--locale=fr", "--password-stdin", data}},
		{"a thread to follow\n", "Somebody already uses this", []string{"user", "create", "--email=a@example.test", "--username=ben", "--password-stdin", data}},
		{"another thread\n", "", []string{"user", "password", "a@example.test", "--password-stdin", data}},
		{"another thread\n", `there is no user "ben"`, []string{"user", "password", "ben", "--password-stdin", data}},
		{"", "and was read again", []string{"backup", copied, data}},
		{"", "exists already", []string{"backup", copied, data}},
		{"", "a database in", []string{"restore", copied, data}},
		{"", "is restored to", []string{"restore", copied, "--data=" + t.TempDir()}},
		{"", "pg_dump", []string{"backup", copied, "--database-url=postgres://localhost/ariane"}},
		{"", "pg_restore", []string{"restore", copied, "--database-url=postgres://localhost/ariane"}},
		{"", "ariane ", []string{"version"}},
	} {
		cmd := exec.Command(os.Args[0], c.args...)
		cmd.Env, cmd.Stdin = append(os.Environ(), "ARIANE_IS_MAIN=1"), strings.NewReader(c.input)
		out, err := cmd.CombinedOutput()
		if !strings.Contains(string(out), c.want) || (err != nil) != strings.Contains(string(out), "error:") {
			t.Errorf("ariane %q: %v, %s", c.args, err, out)
		}
	}
}

// The log-in of the demonstration is public: nobody serves it to others by mistake.
func TestDemonstrationIsNotServedToOthers(t *testing.T) {
	data := "--data=" + t.TempDir()
	p := start(t, nil, "demo", "--listen=127.0.0.1:0", "--site-listen=localhost:0", data)
	p.line(`Ariane +(http://\S+)`)
	p.stop()
	for _, public := range []string{"--listen=0.0.0.0:0", "--base-url=https://ariane.example.com"} {
		cmd := exec.Command(os.Args[0], "serve", "--listen=127.0.0.1:0", public, data)
		cmd.Env = append(os.Environ(), "ARIANE_IS_MAIN=1")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "everybody knows its password") {
			t.Errorf("%s: %v, %s", public, err, out)
		}
	}
	cmd := exec.Command(os.Args[0], "user", "password", "demo", "--password-stdin", data)
	cmd.Env, cmd.Stdin = append(os.Environ(), "ARIANE_IS_MAIN=1"), strings.NewReader("a password of our own\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v, %s", err, out)
	}
	start(t, nil, "serve", "--listen=127.0.0.1:0", "--base-url=https://ariane.example.com", data).line(`listening on (\S+)`)
}

// The doctor looks at a database beside the program that serves it, and says by
// its exit code how bad it is.
func TestDoctor(t *testing.T) {
	data := "--data=" + t.TempDir()
	look := func(args ...string) (string, int) {
		cmd := exec.Command(os.Args[0], append([]string{"doctor", data}, args...)...)
		cmd.Env = append(os.Environ(), "ARIANE_IS_MAIN=1")
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return string(out), cmd.ProcessState.ExitCode()
	}
	if out, code := look(); code != 2 || !strings.Contains(out, "There is no database of Ariane") {
		t.Errorf("code %d, %s", code, out)
	}
	p := start(t, nil, "serve", "--listen=127.0.0.1:0", data)
	listening := p.line(`listening on (\S+)`)
	out, code := look("--json", "--listen="+listening)
	var report struct {
		Worst    string
		Findings []struct{ About, Level, Found string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 || report.Worst != "warning" {
		t.Fatalf("code %d, %v, %s", code, err, out)
	}
	found := map[string]string{}
	for _, f := range report.Findings {
		found[f.About+" "+f.Level] += f.Found
	}
	for about, text := range map[string]string{
		"server ok": fmt.Sprintf("Process %d", p.cmd.Process.Pid), "queue ok": "0 page views", "address ok": "answers", "address warning": listening, "backup warning": "No backup", "readers ok": "up to date",
	} {
		if !strings.Contains(found[about], text) {
			t.Errorf("%s: %q, want %q", about, found[about], text)
		}
	}
}
