package supervise

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// What the machine remembers beside what a record of package status says
// stands there too, as words: so that the next supervise goes on with the same
// machine. A word that is missing means no, one that is not known is passed
// over: so versions may differ. Times are those of the monotonic clock since
// boot, in milliseconds.

// flagWord is a flag of the machine and its word.
type flagWord struct {
	word string
	of   func(*Machine) *bool
}

var flagWords = [...]flagWord{
	{"running", func(m *Machine) *bool { return &m.Running }},
	{"last-words", func(m *Machine) *bool { return &m.LastWords }},
	{"final", func(m *Machine) *bool { return &m.final }},
	{"eager", func(m *Machine) *bool { return &m.eager }},
	{"owed", func(m *Machine) *bool { return &m.owed }},
	{"unborn", func(m *Machine) *bool { return &m.unborn }},
	{"waits", func(m *Machine) *bool { return &m.waits }},
	{"killed", func(m *Machine) *bool { return &m.killed }},
	{"drains", func(m *Machine) *bool { return &m.drains }},
	{"whole", func(m *Machine) *bool { return &m.whole }},
	{"lacks", func(m *Machine) *bool { return &m.lacks }},
	{"skips", func(m *Machine) *bool { return &m.skips }},
	{"already", func(m *Machine) *bool { return &m.already }},
	{"oneshot", func(m *Machine) *bool { return &m.oneshot }},
	{"done", func(m *Machine) *bool { return &m.done }},
	{"changed", func(m *Machine) *bool { return &m.changed }},
	{"timed", func(m *Machine) *bool { return &m.timed }},
	{"due", func(m *Machine) *bool { return &m.due }},
	{"young", func(m *Machine) *bool { return &m.young }},
}

// timeWord is a time of the machine and its word; none of them is said.
type timeWord struct {
	word string
	of   func(*Machine) *time.Duration
	none time.Duration
	span bool // not a moment of the clock
}

var timeWords = [...]timeWord{
	{"limit", func(m *Machine) *time.Duration { return &m.limit }, 0, true},
	{"started", func(m *Machine) *time.Duration { return &m.started }, -startPause, false},
	{"deadline", func(m *Machine) *time.Duration { return &m.Deadline }, never, false},
	{"patience", func(m *Machine) *time.Duration { return &m.patience }, 0, true},
	{"ended", func(m *Machine) *time.Duration { return &m.ended }, 0, false},
}

// remember appends the words of the machine. epoch is when its clock began.
func (m *Machine) remember(b []byte, epoch time.Duration) []byte {
	begin := len(b)
	say := func(word string) {
		if len(b) > begin {
			b = append(b, ' ')
		}
		b = append(b, word...)
	}
	for _, f := range flagWords {
		if *f.of(m) {
			say(f.word)
		}
	}
	if m.letter != 0 {
		say("letter=")
		b = append(b, byte(m.letter))
	}
	if m.scope != servicedir.ScopeUsual {
		say("scope=")
		b = append(b, m.scope.String()...)
	}
	if m.tries > 0 {
		say("tries=")
		b = strconv.AppendInt(b, int64(m.tries), 10)
	}
	if m.gaveUp != status.WantDown {
		say("gave-up=")
		b = append(b, m.gaveUp.String()...)
	}
	if m.fault != FaultNone {
		say("fault=")
		b = append(b, m.fault.String()...)
	}
	for _, t := range timeWords {
		at := *t.of(m)
		if at == t.none {
			continue
		}
		if !t.span {
			at += epoch
		}
		say(t.word)
		b = strconv.AppendInt(append(b, '='), at.Milliseconds(), 10)
	}
	return rememberCourse(rememberPast(b, m.past, epoch), m.course)
}

// remember appends the sizes of the files that status.env agrees with.
func (w *written) remember(b []byte) []byte {
	if len(b) > 0 {
		b = append(b, ' ')
	}
	b = strconv.AppendInt(append(b, "history="...), w.historySize, 10)
	return strconv.AppendInt(append(b, " tally="...), w.tallySize, 10)
}

// Of what a logger was given at its start: both FIFOs of its service, and the
// sum of those that a consumer reads.
const fedWord, readsWord = "fed", "reads"

// remember appends the words of what a run was given to read; they are never the
// first.
func (g *given) remember(b []byte) []byte {
	if g.both {
		b = append(b, " "+fedWord...)
	}
	if g.sum != 0 {
		b = strconv.AppendUint(append(b, " "+readsWord+"="...), g.sum, 10)
	}
	return b
}

func (g *given) recall(words []byte) {
	*g = given{}
	for word := range bytes.FieldsSeq(words) {
		name, value, has := strings.Cut(string(word), "=")
		switch {
		case name == fedWord && !has:
			g.both = true
		case name == readsWord:
			g.sum, _ = strconv.ParseUint(value, 10, 64) // 0 where it is none
		}
	}
}

// recall is the sizes that were remembered.
func (w *written) recall(words []byte) {
	w.historySize, w.tallySize = math.MaxInt64, math.MaxInt64 // where nobody did
	for word := range bytes.FieldsSeq(words) {
		name, value, _ := strings.Cut(string(word), "=")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil || n < 0:
		case name == "history":
			w.historySize = n
		case name == "tally":
			w.tallySize = n
		}
	}
}

// recall has the machine go on where that of the record r stopped.
func (m *Machine) recall(r *status.Record, epoch time.Duration) {
	m.State, m.Want, m.Leaving = r.State, r.Want, r.Leaving
	m.Ready, m.lost, m.Paused, m.GotTerm = r.Ready, r.Lost, r.Paused, r.GotTerm
	// Before 0.2 there were no words.
	m.Running = r.Machine == nil && r.PID != 0 && r.State != status.Finishing && r.State.HasProcess()
	for word := range bytes.FieldsSeq(r.Machine) {
		m.recallWord(string(word), epoch)
	}
	m.past, m.course = recallPast(r.Machine, epoch), recallCourse(r.Machine)
	if m.Deadline != never {
		m.Deadline = max(m.Deadline, 0) // it may have passed before our clock began
	}
}

func (m *Machine) recallWord(word string, epoch time.Duration) {
	word, value, _ := strings.Cut(word, "=")
	for _, f := range flagWords {
		if f.word == word {
			*f.of(m) = true
		}
	}
	if word == "letter" && len(value) == 1 {
		if _, known := command.Unpack(value[0]); known {
			m.letter = command.Letter(value[0])
		}
	}
	if word == "scope" {
		m.scope, _ = servicedir.ParseScope(word, value) // usual where it is none
	}
	if word == "gave-up" {
		m.gaveUp, _ = status.ParseWant(value) // down where it is none
	}
	if word == "fault" {
		m.fault = Fault(max(slices.Index(faultWords[:], value), 0))
	}
	if word == "tries" {
		n, _ := strconv.ParseUint(value, 10, 31) // 0 where it is none
		m.tries = int(n)
	}
	for _, t := range timeWords {
		if at, ok := parseMillis(value); ok && t.word == word {
			*t.of(m) = at
			if !t.span {
				*t.of(m) -= epoch
			}
		}
	}
}
