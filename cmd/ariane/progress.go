package main

import (
	"fmt"
	"os"
	"time"
)

// progress tells how far long work has come: on a terminal in one line that is
// written again and again, elsewhere now and then in a line of its own.
type progress struct {
	out    *os.File
	begun  time.Time
	shown  time.Time
	every  time.Duration
	end    string
	things string // that are counted
}

func newProgress(out *os.File, begun time.Time) *progress {
	p := &progress{out: out, begun: begun, every: 10 * time.Second, end: "\n", things: "events"}
	if info, err := out.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		p.every, p.end = 200*time.Millisecond, "\r"
	}
	return p
}

// show tells of done among all.
func (p *progress) show(done, all int64) {
	if time.Since(p.shown) < p.every || all == 0 {
		return
	}
	p.shown = time.Now()
	left := ""
	if spent := time.Since(p.begun); done > 0 && done < all {
		left = fmt.Sprintf(", about %s to go", time.Duration(float64(spent)/float64(done)*float64(all-done)).Round(time.Second))
	}
	fmt.Fprintf(p.out, "%d of %d %s, %d %%%s    %s", done, all, p.things, 100*done/all, left, p.end)
}
