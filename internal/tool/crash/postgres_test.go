package crash_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ariane/internal/base/db/dbtest"
)

// postgres is a PostgreSQL server of the test's own, which it may stop.
type postgres struct {
	*testing.T
	bin, folder, port string
}

// newPostgres makes and starts a server, where tests run on PostgreSQL.
func newPostgres(t *testing.T) *postgres {
	t.Helper()
	if os.Getenv(dbtest.Variable) == "" {
		t.Skip("for PostgreSQL")
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		if os.Getenv("CI") == "" {
			t.Skip("no PostgreSQL is installed here")
		}
		t.Fatalf("no PostgreSQL is installed: %v", err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(free.Addr().String(), ":")
	free.Close()
	folder, err := os.MkdirTemp("", "ariane-pg-")
	if err != nil {
		t.Fatal(err)
	}
	p := &postgres{t, slices.Max(found), folder, port}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "postgres", folder).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	p.run("initdb", "-D", folder+"/db", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
	p.start()
	t.Cleanup(func() { p.command("pg_ctl", "-D", folder+"/db", "-m", "immediate", "stop").Run() })
	return p
}

func (p *postgres) command(program string, args ...string) *exec.Cmd {
	line := append([]string{filepath.Join(p.bin, program)}, args...)
	if os.Getuid() == 0 {
		line = append([]string{"runuser", "-u", "postgres", "--"}, line...) // PostgreSQL refuses to run as root
	}
	c := exec.Command(line[0], line[1:]...)
	c.Dir = "/"
	return c
}

func (p *postgres) run(program string, args ...string) {
	p.Helper()
	if err := p.command(program, args...).Run(); err != nil {
		p.Fatalf("%s: %v", program, err)
	}
}

func (p *postgres) start() {
	p.Helper()
	p.run("pg_ctl", "-D", p.folder+"/db", "-l", p.folder+"/log", "-w", "start", "-o", fmt.Sprintf("-p %s -k %s -c listen_addresses=127.0.0.1", p.port, p.folder))
}

func (p *postgres) stop(mode string) {
	p.Helper()
	p.run("pg_ctl", "-D", p.folder+"/db", "-w", "-m", mode, "stop")
}

func (p *postgres) url() string {
	return "postgres://postgres@127.0.0.1:" + p.port + "/postgres?sslmode=disable"
}
