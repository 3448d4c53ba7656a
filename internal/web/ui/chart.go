package ui

import (
	"fmt"
	"strings"
)

// Chart is one value per day, with a second, rarer one as dots.
type Chart struct {
	Title  string // read out by screen readers
	Lines  ChartSeries
	Dots   ChartSeries
	Points []ChartPoint
}

// ChartSeries names a series with its total.
type ChartSeries struct{ Label, Total string }

// ChartPoint is one day.
type ChartPoint struct {
	Label string // the day, under the axis
	Full  string // on hover: the day and its numbers
	Line  int
	Dots  int
}

// The drawing is laid out on this grid and stretched by the browser; its words
// are outside of it, so that they keep their size.
const (
	chartWidth  = 1000
	chartHeight = 100
)

// Drawable tells whether there is enough to draw a curve.
func (c Chart) Drawable() bool {
	days := 0
	for _, p := range c.Points {
		if p.Line > 0 || p.Dots > 0 {
			days++
		}
	}
	return days > 1
}

func (c Chart) top() int {
	highest := 1
	for _, p := range c.Points {
		highest = max(highest, p.Line, p.Dots)
	}
	for _, step := range []int{2, 4, 10, 20, 40, 100, 200, 400} {
		if highest <= step {
			return step
		}
	}
	step := 1000
	for highest > step {
		step *= 2
	}
	return step
}

func (c Chart) x(i int) float64 { return float64(i) * c.slot() }

func (c Chart) y(value int) float64 {
	return chartHeight - float64(value)*chartHeight/float64(c.top())
}

func coordinate(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

func (c Chart) line() string {
	var b strings.Builder
	for i, p := range c.Points {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(coordinate(c.x(i)) + "," + coordinate(c.y(p.Line)))
	}
	return b.String()
}

func (c Chart) area() string {
	base := coordinate(c.y(0))
	return coordinate(c.x(0)) + "," + base + " " + c.line() + " " + coordinate(c.x(len(c.Points)-1)) + "," + base
}

// slot is the width of one day.
func (c Chart) slot() float64 { return chartWidth / float64(max(len(c.Points)-1, 1)) }

// marks are the labels under the axis: five at equal distances.
func (c Chart) marks() []string {
	const n = 5
	var labels []string
	for i := range n {
		if len(c.Points) >= n {
			labels = append(labels, c.Points[i*(len(c.Points)-1)/(n-1)].Label)
		}
	}
	return labels
}
