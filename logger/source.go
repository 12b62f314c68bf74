package logger

import (
	"strings"
	"time"
	"unicode/utf8"
)

// source is what belongs to one input: where its lines come from, and the line
// that has begun.
type source struct {
	label string // in text, after the stamp
	json  string // in JSON, from the end of the time to the line

	head  []byte // of the line that has begun: its stamp and label, and what came of it
	mark  int    // how much of head is stamp and label
	since time.Time
	begun bool

	parted bool // the last line was ended for another's: what follows goes on as a line of its own
}

// origin is where lines come from, as JSON says it; what is empty it does not
// say.
type origin struct{ service, instance, stream string }

// The streams of a service.
const (
	stdout = "stdout"
	stderr = "stderr"
)

// source is a source of lines with this label.
func (o origin) source(label string) source {
	var b []byte
	for _, pair := range [...]struct{ key, value string }{{`instance`, o.instance}, {`stream`, o.stream}} {
		if pair.value != "" {
			b = quote(append(append(b, `","`...), pair.key+`":"`...), pair.value)
		}
	}
	return source{label: label, json: `","service":"` + string(quote(nil, o.service)) + string(b) + lining}
}

// quote appends text as it stands in a JSON string.
func quote(b []byte, s string) []byte {
	var t text
	return t.end(t.add(b, []byte(s)))
}

// maxName is how much of a name stands before a line: what a directory may have.
const maxName = 255

// sources are those of standard input and of the pipes that are named, in their
// order: a word of names is NAME or NAME:stderr. The service that is own, also
// where a word has no name, has no label. Whatever the words are, each is a
// source: an input must be read, or who writes to it stands still.
func sources(own, instance, names string) []source {
	words := strings.FieldsFunc(names, func(r rune) bool { return strings.ContainsRune(" \t\n", r) })
	stdin := origin{own, instance, ""}
	if len(words) > 0 {
		stdin.stream = stdout
	}
	all := append(make([]source, 0, 1+len(words)), stdin.source(""))
	for _, word := range words {
		name, isErr := strings.CutSuffix(word, ":"+stderr)
		o, label := origin{service: clean(name), stream: stdout}, clean(name)
		if name == "" || name == own {
			o, label = origin{own, instance, stdout}, ""
		}
		if isErr {
			o.stream, label = stderr, strings.TrimLeft(label+" "+stderr, " ")
		}
		if label != "" {
			label += ": "
		}
		all = append(all, o.source(label))
	}
	return all
}

// clean is a name that disturbs neither a line nor a terminal.
func clean(name string) string {
	if len(name) > maxName {
		name = name[:maxName]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return '?'
		}
		return r
	}, name)
}
