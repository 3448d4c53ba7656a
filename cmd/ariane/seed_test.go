package main

import (
	"strconv"
	"testing"
)

func TestSeed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p := start(t, nil, "seed", "--data="+folder, "--contacts=60", "--heavy=150", "--until=2026-11-20")
	if known, err := strconv.Atoi(p.line(`There are (\d+) known contacts`)); err != nil || known < 10 || known > 50 {
		t.Errorf("%d known contacts, %v", known, err)
	}
	p.line(`contact with (150) events`)
	p.stop()
	again := start(t, nil, "seed", "--data="+folder, "--contacts=60", "--add", "--until=2026-11-20")
	if visitors, err := strconv.Atoi(again.line(`(\d+) visitors`)); err != nil || visitors < 50 {
		t.Errorf("%d visitors after adding, %v", visitors, err)
	}
}
