package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// print writes a heading, the machine, and the table, as markdown: see doc.go
// for how to read it.
func (b *bench) print(out io.Writer, took time.Duration) {
	fmt.Fprintf(out, "## Measured by make bench, %s\n\n%s, rounds: %d in %.0f s. %s\n\n",
		time.Now().Format(time.DateOnly), machine(), b.rounds, took.Seconds(), b.where())
	columns := []string{"median (middle half)"}
	for _, s := range b.suites {
		columns = append(columns, s.name())
	}
	line(out, append(columns, ours+" / best", dense+" / best"))
	line(out, slices.Repeat([]string{"---"}, len(columns)+2))
	for _, r := range b.rows {
		for _, f := range r.figures {
			line(out, b.cells(f))
		}
	}
}

// cells are the cells of the line of one figure.
func (b *bench) cells(f *figure) []string {
	cells := []string{f.label(b.n)}
	for _, s := range b.suites {
		cells = append(cells, f.cell(s.name()))
	}
	for _, suite := range []string{ours, dense} {
		times := "-"
		peer := f.measure().peer()
		if ratio, ok := f.ratio(suite, peer); ok {
			times = fmt.Sprintf("%s x %s", short(ratio), peer)
		}
		cells = append(cells, times)
	}
	return cells
}

// cell is the median with the middle half of the samples.
func (f *figure) cell(suite string) string {
	switch len(f.samples[suite]) {
	case 0:
		return "-"
	case 1:
		return short(f.quartile(suite, 2))
	}
	return fmt.Sprintf("%s (%s-%s)", short(f.quartile(suite, 2)), short(f.quartile(suite, 1)), short(f.quartile(suite, 3)))
}

// check writes each goal with what was measured, and says whether none is missed
// by more than the slack.
func (b *bench) check(out io.Writer) bool {
	good := true
	line(out, []string{"goal", "of", "promised", "measured", ""})
	line(out, slices.Repeat([]string{"---"}, 5))
	for _, g := range goals {
		if !b.shows(g.of) {
			continue
		}
		for _, p := range g.promises() {
			came := p.judge()
			good = good && came != failed
			line(out, []string{g.of.label(b.n), p.suite, p.bound(), p.measured(), came.String()})
		}
	}
	return good
}

// shows says that the figure is one of the rows that were asked for.
func (b *bench) shows(f *figure) bool {
	return slices.ContainsFunc(b.rows, func(r row) bool { return slices.Contains(r.figures, f) })
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
