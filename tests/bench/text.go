package main

import (
	"bytes"
	"strings"
)

// block is how much the writer of a log writes at once: what a pipe of the
// default size holds.
const block = 64 << 10

// text is lines without an end, of one width with the newline. One in ten is
// for debugging.
type text struct {
	lines  []byte // one block more than after what they repeat
	period int
	at     int
}

func newText(width int) *text {
	const tenth = 10
	var lines bytes.Buffer
	for n := 0; lines.Len() < tenth*width+block; n++ {
		level := "INFO "
		if n%tenth == 0 {
			level = "DEBUG "
		}
		lines.WriteString(level + strings.Repeat("x", width-len(level)-len("\n")) + "\n")
	}
	return &text{lines: lines.Bytes(), period: tenth * width}
}

// next are the next n bytes, at most a block.
func (t *text) next(n int) []byte {
	piece := t.lines[t.at : t.at+n]
	t.at = (t.at + n) % t.period
	return piece
}
