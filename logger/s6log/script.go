package s6log

import (
	"math"
	"time"

	"github.com/svdir/svdir/logger/ere"
)

// script is what is done with each line: the parts, one after the other.
type script struct {
	parts      []part
	extraneous bool // the last words of it do nothing
}

// part is selections, and the actions for what is selected then.
type part struct {
	selections []selection
	actions    []action
}

// selection changes whether a line is selected.
type selection struct {
	kind    byte // '+', '-' or 'f', as in the script
	pattern *ere.Pattern
}

// action is what is done with a selected line, and what the words before it say
// about that.
type action struct {
	kind   kind
	word   string // the path
	label  bool   // t: a TAI64N label stands before the line
	local  bool   // T: the local time does
	prefix string
	size   int    // of an alert or a status file, 0 without limit
	bounds bounds // of a directory
}

// kind is what an action does.
type kind uint8

const (
	output  kind = iota // 1
	alert               // 2
	status              // =FILE
	archive             // ./DIR, /DIR
)

// bounds is how much a log directory holds, and how.
type bounds struct {
	size      int64 // of a file, in bytes
	tolerance int64 // so near to it a file is full
	count     int   // of archives
	total     uint64
	retry     time.Duration // when what failed is tried again
	processor string
	shell     bool // it is one of sh, not of execline
}

// What a script starts from and what it may say.
const (
	usualSize      = 99999
	minSize        = 4096
	maxSize        = 268435455
	usualTolerance = 2000
	usualCount     = 10
	usualRetry     = 2 * time.Second
	minRetry       = 50 * time.Millisecond // less is trying without pause
	usualAlert     = 200
	usualStatus    = 1001
)

// parse reads a script.
func parse(words []string) (script, error) {
	var s script
	if err := s.survey(words); err != nil {
		return script{}, err
	}
	r := reader{next: action{bounds: bounds{
		size: usualSize, tolerance: usualTolerance, count: usualCount, retry: usualRetry}},
		alert: usualAlert, status: usualStatus}
	for _, word := range words {
		if err := r.take(word); err != nil {
			return script{}, err
		}
	}
	r.end()
	s.parts = r.parts
	return s, nil
}

// survey is the first look at the words: at their form, before anything that
// they say.
func (s *script) survey(words []string) error {
	acts, acted := false, false
	for _, word := range words {
		if word == "" {
			return unrecognized(word)
		}
		switch word[0] {
		case 'f', 't', 'T', '1', '2':
			if len(word) > 1 {
				return refuse("syntax error at directive: " + word)
			}
		case '=':
			if len(word) == 1 {
				return refuse("syntax error at directive: " + word)
			}
		case '+', '-', 'n', 's', 'S', 'l', 'r', 'E', '^', 'p', '!', '?', '.', '/':
		default:
			return unrecognized(word)
		}
		switch word[0] {
		case '1', '2', '=', '.', '/':
			acts, acted = true, true
		case 'f', '+', '-':
			acted = false
		}
	}
	if !acts {
		return refuse("no action directive specified")
	}
	s.extraneous = !acted
	return nil
}

func unrecognized(word string) error { return refuse("unrecognized directive: " + word) }

// reader reads a script word by word.
type reader struct {
	parts  []part
	part   part   // that has begun
	next   action // what is known of it
	alert  int
	status int
}

// end ends the part that has begun; without an action it is none.
func (r *reader) end() {
	if len(r.part.actions) > 0 {
		r.parts, r.part = append(r.parts, r.part), part{}
	}
}

func (r *reader) take(word string) error {
	switch value := word[1:]; word[0] {
	case 'f', '+', '-':
		return r.choose(word)
	case '1':
		r.act(output, "", 0)
	case '2':
		r.act(alert, "", r.alert)
	case '=':
		r.act(status, value, r.status)
	case '.', '/':
		r.act(archive, word, 0)
	case 't':
		r.next.label = true
	case 'T':
		r.next.local = true
	case 'p':
		r.next.prefix = value
	case '!', '?':
		r.next.bounds.processor, r.next.bounds.shell = value, word[0] == '?'
	default:
		return r.measure(word)
	}
	return nil
}

// act adds an action. What was said of stamps is said of it alone.
func (r *reader) act(k kind, word string, size int) {
	a := r.next
	a.kind, a.word, a.size = k, word, size
	r.part.actions = append(r.part.actions, a)
	r.next.label, r.next.local = false, false
}

// choose adds a selection, which begins a part behind an action.
func (r *reader) choose(word string) error {
	r.end()
	s := selection{kind: word[0]}
	if s.kind != 'f' {
		var err error
		if s.pattern, err = ere.Compile(word[1:]); err == ere.ErrSize {
			return unable("initialize script: Cannot allocate memory")
		}
		if err != nil {
			return unrecognized(word)
		}
	}
	r.part.selections = append(r.part.selections, s)
	return nil
}

// measure takes a word that says a number.
func (r *reader) measure(word string) error {
	most := uint64(math.MaxUint32)
	if word[0] == 'S' {
		most = math.MaxUint64
	}
	n, ok := number(word[1:], most)
	if !ok {
		return unrecognized(word)
	}
	b := &r.next.bounds
	switch word[0] {
	case 'n':
		b.count = int(n)
	case 's':
		b.size = min(max(int64(n), minSize), maxSize)
	case 'S':
		b.total = n
	case 'l':
		if b.tolerance = int64(n); b.tolerance > b.size/2 {
			return refuse("directive " + word + " conflicts with previous s directive")
		}
	case 'r':
		b.retry = max(time.Duration(n)*time.Millisecond, minRetry)
	case 'E':
		r.alert = int(n)
	case '^':
		r.status = int(n)
	}
	return nil
}
