package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"ariane/internal/tool/bench"
)

func TestBenchRead(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "bench", "read", "--contacts=300", "--heavy=200", "--length=50ms", "--json", "--only=list")
	var text strings.Builder
	for l := range p.lines {
		text.WriteString(l)
	}
	p.stop()
	var report bench.ReadReport
	if err := json.Unmarshal([]byte(text.String()), &report); err != nil {
		t.Fatalf("%s: %v", text.String(), err)
	}
	if report.Most < 10 || report.Beside <= 0 || len(report.Answers) < 4 {
		t.Errorf("%+v", report)
	}
	for _, a := range report.Answers {
		if a.Times < 1 || a.Half <= 0 || a.Most < a.Half || a.SQLHalf <= 0 || a.Size < 500 {
			t.Errorf("%+v", a)
		}
	}
}

// A database that people use is not measured: it would be written to.
func TestBenchReadLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	create := exec.Command(os.Args[0], "user", "create", "--data="+folder, "--email=anna@example.test", "--username=anna", "--password-stdin")
	create.Env, create.Stdin = append(os.Environ(), "ARIANE_IS_MAIN=1"), strings.NewReader("a thread to follow\n")
	if out, err := create.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	measure := exec.Command(os.Args[0], "bench", "read", "--data="+folder)
	measure.Env = create.Env
	if out, err := measure.CombinedOutput(); err == nil || !strings.Contains(string(out), "somebody logs in") {
		t.Errorf("measured: %s", out)
	}
}
