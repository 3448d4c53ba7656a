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
	Label string // under the axis; empty for most days
	Full  string // on hover: the day and its numbers
	Line  int
	Dots  int
}

// The drawing is laid out on this grid and scaled by the browser.
const (
	chartWidth  = 860
	chartHeight = 150
	chartLeft   = 34
	chartRight  = 8
	chartTop    = 10
	chartBottom = 22
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

func (c Chart) x(i int) float64 {
	return chartLeft + float64(i)*float64(chartWidth-chartLeft-chartRight)/float64(max(len(c.Points)-1, 1))
}

func (c Chart) y(value int) float64 {
	return chartHeight - chartBottom - float64(value)*float64(chartHeight-chartTop-chartBottom)/float64(c.top())
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
func (c Chart) slot() float64 {
	return float64(chartWidth-chartLeft-chartRight) / float64(max(len(c.Points)-1, 1))
}
