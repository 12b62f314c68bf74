package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// print writes the table as markdown: see doc.go for how to read it.
func (b *bench) print(out io.Writer) {
	columns := []string{"figure"}
	for _, s := range b.suites {
		columns = append(columns, s.name())
	}
	columns = append(columns, "best peer", "ours / best", "bar")
	line(out, columns)
	line(out, slices.Repeat([]string{"---"}, len(columns)))
	for _, r := range b.rows {
		for _, f := range r.figures {
			line(out, b.cells(f))
		}
	}
}

// cells are the cells of the line of one figure.
func (b *bench) cells(f *figure) []string {
	title := f.title
	if f.unit != "" {
		title += ", " + f.unit
	}
	cells := []string{title}
	for _, s := range b.suites {
		cells = append(cells, f.cell(s.name()))
	}
	times := "-"
	if ratio, ok := f.ratio(f, f.peer()); ok {
		times = fmt.Sprintf("%.2f", ratio)
	}
	return append(cells, cmp.Or(f.peer(), "-"), times, f.verdict())
}

// cell is the median with the middle half of the samples, and their number.
func (f *figure) cell(suite string) string {
	n := len(f.samples[suite])
	if n == 0 {
		return "-"
	}
	if n == 1 {
		return short(f.quartile(suite, 2))
	}
	return fmt.Sprintf("%s (%s-%s) x%d", short(f.quartile(suite, 2)), short(f.quartile(suite, 1)), short(f.quartile(suite, 3)), n)
}

// short is a number with three digits that mean something.
func short(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func line(out io.Writer, cells []string) {
	fmt.Fprintf(out, "| %s |\n", strings.Join(cells, " | "))
}
