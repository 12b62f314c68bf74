package logger

import (
	"errors"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/setting"
)

// Script is what is done with each line: the language of multilog, see
// svlog(8). The zero Script is the default logger, which asks its settings.
type Script struct {
	stamp   setting.Stamp
	actions []action
	mode    uint32 // of a directory that is made
	given   bool   // by arguments

	// Of a name of the field: see As.
	prog    string
	pausing func(*Trouble) string
}

// action is one word of a script, with what the words before it say about it.
type action struct {
	kind   kind
	word   string // the pattern, or the path
	form   form   // of an alert, the standard output, a directory
	bounds bounds // of a directory
}

// kind is what an action does with a selected line.
type kind uint8

const (
	choose  kind = iota // +PATTERN: select it, if it is not
	drop                // -PATTERN: deselect it
	alert               // e: write its beginning to standard error
	status              // =FILE: make its beginning the content of the file
	output              // 1: write it to standard output
	archive             // ./DIR, /DIR: append it to the log directory
)

// form is what a line looks like where it goes.
type form struct {
	prefix string
	json   bool
}

// bounds is how much a log directory holds. All sizes are in bytes.
type bounds struct {
	size      int64         // of one file
	count     int           // of files, with current
	total     int64         // of the directory, 0 without a bound
	processor string        // command line for the shell, empty without one
	limit     time.Duration // of a processor, 0 for none
	rate      setting.Rate
	drops     bool // lines for which the disk has no room; else they wait
}

// What a script starts from, and what it may say. A directory that multilog
// makes is for its owner alone.
const (
	usualSize = 99999
	minSize   = 4096
	maxSize   = 1 << 40
	maxTotal  = 1 << 50
	minCount  = 2
	maxCount  = 1_000_000
	maxPrefix = 1000
	ownerOnly = 0o700
)

// Parse reads the arguments of svlog. The error is for a message on usage.
func Parse(args []string) (Script, error) {
	s := Script{stamp: setting.Unstamped, mode: ownerOnly, given: len(args) > 0}
	var f form
	b := bounds{size: usualSize, count: 10}
	for i, word := range args {
		var err error
		switch {
		case word == "t" || word == "T":
			err = s.stampWith(word, i)
		case word == "":
			err = unknown(word)
		case strings.IndexByte("snSp!rFP", word[0]) >= 0:
			err = modify(word, &f, &b)
		case word == "j":
			f.json = true
		default:
			err = s.add(word, f, b)
		}
		if err != nil {
			return Script{}, err
		}
	}
	return s, nil
}

// stampWith is t or T: patterns see the stamp, so it comes before them.
func (s *Script) stampWith(word string, at int) error {
	if at != 0 {
		return errors.New(word + " is not the first action")
	}
	s.stamp = setting.TAI64N
	if word == "T" {
		s.stamp = setting.UTC
	}
	return nil
}

// modify takes a word that is about the actions after it.
func modify(word string, f *form, b *bounds) error {
	value := word[1:]
	switch word[0] {
	case 's':
		n, err := setting.ParseBytes(value)
		if err != nil || n > maxSize {
			return errors.New("not a size, as s100000 or s1M: " + word)
		}
		b.size = max(int64(n), minSize)
	case 'n':
		n, err := setting.ParseBytes(value)
		if err != nil || n > maxCount {
			return errors.New("not a number of files, as n10: " + word)
		}
		b.count = max(int(n), minCount)
	case 'S':
		n, err := setting.ParseBytes(value)
		if err != nil || n > maxTotal {
			return errors.New("not a size, as S100M: " + word)
		}
		b.total = int64(n)
	case 'p':
		if len(value) > maxPrefix || strings.IndexByte(value, '\n') >= 0 {
			return errors.New("not a prefix of at most 1000 bytes: " + word)
		}
		f.prefix = value
	case '!':
		b.processor = value
	default:
		return modifyFlow(word, b)
	}
	return nil
}

// modifyFlow takes a word about what directories after it do where lines do not
// flow.
func modifyFlow(word string, b *bounds) (err error) {
	value := word[1:]
	switch word[0] {
	case 'r':
		if b.rate = (setting.Rate{}); value == "" {
			return nil
		}
		if b.rate, err = setting.ParseRate(value); err != nil {
			return errors.New("not a rate, as r1000/30s: " + word)
		}
	case 'F':
		if b.drops, err = setting.ParseFull(value); err != nil {
			return errors.New("not Fblock or Fdrop: " + word)
		}
	case 'P':
		if b.limit = 0; value == "" {
			return nil
		}
		if b.limit, err = setting.ParseDuration(value); err != nil {
			return errors.New("not a time, as P10m: " + word)
		}
	}
	return nil
}

// within has a file be no larger than the directory may be; with a processor
// two of them are there at once.
func (b bounds) within() bounds {
	most := b.total
	if b.processor != "" {
		most /= 2
	}
	if b.total > 0 {
		b.size = max(minSize, min(b.size, most))
	}
	return b
}

// add takes a word that does something with lines.
func (s *Script) add(word string, f form, b bounds) error {
	a := action{word: word[1:], form: f}
	switch {
	case word[0] == '+':
		a.kind = choose
	case word[0] == '-':
		a.kind = drop
	case word == "e":
		a.kind = alert
	case word == "1":
		a.kind = output
	case word[0] == '=' && word != "=":
		a.kind = status
	case word[0] == '.' || word[0] == '/':
		a.kind, a.word, a.bounds = archive, word, b.within()
	default:
		return unknown(word)
	}
	s.actions = append(s.actions, a)
	return nil
}

func unknown(word string) error { return errors.New("unknown action: " + word) }
