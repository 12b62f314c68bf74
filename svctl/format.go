package svctl

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Style is how a table is shown.
type Style struct {
	Terminal bool // marks, relative times, and lines cut to Width
	Color    bool
	Width    int  // 0 is unlimited
	Loggers  bool // a line for each logger
	Now      time.Time
}

// columns of the table. A width bounds what is shown on a terminal, 0 does not.
// Where the terminal is narrow, the columns of the highest rank go first; those
// of rank 0 stay.
var columns = []struct {
	head        string
	width, rank int
	cell        func(s *Service, y *Style) cell
}{
	{"", 1, 0, markCell},
	{"SERVICE", 24, 0, func(s *Service, _ *Style) cell { return cell{Show(s.Name), ""} }},
	{"STATE", 0, 0, func(s *Service, _ *Style) cell { return cell{s.StateWord(), stateColor(s)} }},
	{"READY", 0, 3, readyCell},
	{"ENABLED", 0, 5, enabledCell},
	{"PID", 0, 1, pidCell},
	{"COMMAND", 17, 7, commandCell},
	{"TIME", 0, 0, timeCell},
	{"DEATHS", 0, 2, deathsCell},
	{"LAST-EXIT", 0, 4, lastExitCell},
	{"LOG", 0, 6, logCell},
	{"WHY", 0, 0, func(s *Service, y *Style) cell { return cell{Show(s.why(y.Now)), yellow} }},
}

const (
	gap     = 2  // between columns
	whyRoom = 20 // what WHY should have before columns go for it
)

// Table is the table of services, one line each.
func Table(all []Service, y Style) string {
	head := make([]cell, len(columns))
	for i, c := range columns {
		head[i] = cell{c.head, bold}
	}
	rows := appendRows([][]cell{head}, all, &y, 0)
	widths := widthsOf(rows, &y)
	if y.Terminal {
		fit(widths, rows, y.Width)
	} else {
		widths[0] = 0 // the mark says what STATE says
	}
	var b strings.Builder
	for _, row := range rows {
		appendRow(&b, row, widths, &y)
	}
	return b.String()
}

// appendRows adds the rows of services, each with its logger and what is below
// it, indented by its depth in the trees.
func appendRows(rows [][]cell, all []Service, y *Style, depth int) [][]cell {
	for i := range all {
		s := &all[i]
		row := make([]cell, len(columns))
		for c := range columns {
			row[c] = columns[c].cell(s, y)
			if row[c].text == "" {
				row[c] = cell{nothing, dim}
			}
		}
		row[1].text = strings.Repeat("  ", depth) + row[1].text
		rows = append(rows, row)
		if y.Loggers && s.Logger != nil {
			log := *s.Logger
			log.Name = "- log"
			rows = appendRows(rows, []Service{log}, y, depth+1)
		}
		rows = appendRows(rows, s.Below, y, depth+1)
	}
	return rows
}

// nothing stands in an empty cell, so that the columns can be counted.
const nothing = "-"

// widthsOf is how wide each column is: as wide as its widest text, on a
// terminal no wider than it may be.
func widthsOf(rows [][]cell, y *Style) []int {
	widths := make([]int, len(columns))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
			if limit := columns[i].width; y.Terminal && limit > 0 {
				widths[i] = min(widths[i], limit)
			}
		}
	}
	return widths
}

// fit takes columns away, by making them 0 wide: those that say nothing, then
// by rank until the line fits. What WHY says is cut at the end of the line.
func fit(widths []int, rows [][]cell, width int) {
	why := len(columns) - 1
	for i := range widths {
		if i > 0 && columns[i].rank > 0 && !saysSomething(rows, i) {
			widths[i] = 0
		}
	}
	if width == 0 {
		return
	}
	widths[why] = min(widths[why], whyRoom)
	for rank := 9; rank > 0 && lineWidth(widths) > width; rank-- {
		for i := range widths {
			if columns[i].rank == rank {
				widths[i] = 0
			}
		}
	}
	used := lineWidth(widths) - widths[why]
	widths[why] = max(width-used, len("WHY"))
}

func saysSomething(rows [][]cell, column int) bool {
	for _, row := range rows[1:] {
		if row[column].text != nothing {
			return true
		}
	}
	return false
}

func lineWidth(widths []int) int {
	sum := -gap
	for _, w := range widths {
		if w > 0 {
			sum += w + gap
		}
	}
	return sum
}

func appendRow(b *strings.Builder, row []cell, widths []int, y *Style) {
	blanks := 0
	for i, c := range row {
		if widths[i] == 0 {
			continue
		}
		b.WriteString(strings.Repeat(" ", blanks))
		text := cut(c.text, widths[i])
		blanks = widths[i] - utf8.RuneCountInString(text) + gap
		if y.Color && c.color != "" && text != "" {
			text = c.color + text + reset
		}
		b.WriteString(text)
	}
	b.WriteByte('\n')
}

// cut shortens text to width characters.
func cut(text string, width int) string {
	const dots = "..."
	r := []rune(text)
	switch {
	case len(r) <= width:
		return text
	case width <= len(dots):
		return string(r[:max(width, 0)])
	}
	return string(r[:width-len(dots)]) + dots
}
