package compat

import (
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/supervise/status"
)

const s6svstatUsage = "s6-svstat [ -uwNrpest | -o up,wantedup,normallyup,ready,paused,pid,exitcode,signal,signum," +
	"updownsince,readysince,updownfor,readyfor ] [ -n ] servicedir"

// s6svstatMost is how many fields s6-svstat shows.
const s6svstatMost = 16

// s6View is a service as s6 sees it.
type s6View struct {
	status.Record
	isUp       bool // the process of run is there
	ready      bool // up and said so, or down and finish has ended
	readyAt    time.Time
	normallyUp bool
	now        time.Time
}

// s6Fields are what -o shows, in the order in which a word that only begins
// like a name is looked up. option shows it too, 0 if none does.
var s6Fields = []struct {
	name   string
	option byte
	show   func(v *s6View) string
}{
	{"up", 'u', func(v *s6View) string { return strconv.FormatBool(v.isUp) }},
	{"wantedup", 'w', func(v *s6View) string { return strconv.FormatBool(v.Want == status.WantUp) }},
	{"normallyup", 'N', func(v *s6View) string { return strconv.FormatBool(v.normallyUp) }},
	{"ready", 'r', func(v *s6View) string { return strconv.FormatBool(v.PID != 0 && v.ready) }},
	{"paused", 0, func(v *s6View) string { return strconv.FormatBool(v.Paused) }},
	{"pid", 'p', func(v *s6View) string { return strconv.Itoa(v.unlessDown(v.PID)) }},
	{"exitcode", 'e', func(v *s6View) string { return strconv.Itoa(v.exitCode()) }},
	{"signal", 's', func(v *s6View) string { return v.signalName() }},
	{"signum", 0, func(v *s6View) string { return strconv.Itoa(v.signal()) }},
	{"updownsince", 0, func(v *s6View) string { return s6Label(v.Since) }},
	{"readysince", 0, func(v *s6View) string { return s6Label(v.readyAt) }},
	{"updownfor", 't', func(v *s6View) string { return v.age(v.Since) }},
	{"readyfor", 0, func(v *s6View) string { return v.age(v.readyAt) }},
}

// s6svstat shows the status of one service, or some fields of it.
func s6svstat(c *client) int {
	numeric := false
	var fields []int
	o := options{args: c.args}
	for {
		letter, arg := o.next("no:uwNrpest")
		if letter == 0 {
			break
		}
		problem := ""
		switch letter {
		case '?':
			return c.usage(s6svstatUsage)
		case 'n':
			numeric = true
		case 'o':
			fields, problem = namedFields(fields, arg)
		default:
			fields = append(fields, fieldOption(letter))
		}
		if problem == "" && len(fields) > s6svstatMost {
			problem = "too many option fields"
		}
		if problem != "" {
			return c.fatal(exitUsage, problem)
		}
	}
	if len(o.args) == 0 {
		return c.usage(s6svstatUsage)
	}
	view, code, problem := s6Look(o.args[0])
	if problem != "" {
		return c.fatal(code, problem)
	}
	line := view.sentence(numeric)
	if len(fields) > 0 {
		line = view.fields(fields)
	}
	_, _ = c.out.WriteString(line + "\n") // Flush tells
	if err := c.out.Flush(); err != nil {
		return c.fatal(exitSystem, "unable to write to stdout: "+systemReason(err))
	}
	return exitOK
}

// namedFields adds the fields of a list to those chosen.
func namedFields(fields []int, list string) (more []int, problem string) {
	for list != "" {
		var word string
		word, list, _ = strings.Cut(list, ",")
		if word == "" {
			return nil, "invalid null option field"
		}
		found := false
		for i, f := range s6Fields {
			if found = strings.HasPrefix(f.name, word); found {
				fields = append(fields, i)
				break
			}
		}
		if !found {
			return nil, "invalid option field: " + word
		}
	}
	return fields, ""
}

func fieldOption(letter byte) int {
	for i, f := range s6Fields {
		if f.option == letter {
			return i
		}
	}
	panic("compat: no field for an option of s6-svstat")
}

// s6Look reads the service directory path as s6-svstat does. A problem comes
// with its exit code.
func s6Look(path string) (v s6View, code int, problem string) {
	locked, err := lockedAt(path)
	if err != nil {
		return v, exitSystem, "unable to check " + path + ": " + systemReason(err)
	}
	if !locked {
		return v, exitNo, ": unable to read status for " + path + ": s6-supervise not running"
	}
	s, err := openService(unix.AT_FDCWD, path)
	var layout status.Layout
	if err == nil {
		defer s.close()
		v.Record, layout, err = s.status()
	}
	if err == nil && layout < status.S6 {
		err = status.ErrFormat
	}
	if err != nil {
		return v, exitSystem, "unable to read status for " + path + ": " + systemReason(err)
	}
	if v.normallyUp, err = s.normallyUp(); err != nil {
		return v, exitSystem, "unable to access " + path + "/down: " + systemReason(err)
	}
	v.derive(s, layout)
	return v, exitOK, ""
}

// derive makes s6's terms of ours.
func (v *s6View) derive(s *service, layout status.Layout) {
	v.now = time.Now()
	if v.Since.After(v.now) {
		v.Since = v.now
	}
	v.isUp = running(&v.Record)
	v.ready = v.Ready || v.State == status.Down
	v.readyAt = v.ReadyAt
	if layout == status.Hybrid {
		// The seconds of it have no room in the file.
		v.readyAt = v.Since
		if env, ok := s.env(); ok && v.isUp && env.Ready {
			v.readyAt = env.ReadyAt
		}
	}
}

func (v *s6View) unlessDown(n int) int {
	if !v.isUp {
		return -1
	}
	return n
}

// exitCode is that of the last run, -1 if it runs or a signal ended it.
func (v *s6View) exitCode() int {
	if v.isUp || v.Wait&0x7f != 0 {
		return -1
	}
	return int(v.Wait >> 8)
}

// signal is what ended the last run, -1 if it runs or none did.
func (v *s6View) signal() int {
	if v.isUp || v.Wait&0x7f == 0 {
		return -1
	}
	return int(v.Wait & 0x7f)
}

func (v *s6View) signalName() string {
	if n := v.signal(); n >= 0 {
		return s6SignalName(n)
	}
	return "NA"
}

// age is the whole seconds since t.
func (v *s6View) age(t time.Time) string {
	return strconv.FormatInt(int64(max(v.now.Sub(t), 0)/time.Second), 10)
}

func (v *s6View) fields(which []int) string {
	words := make([]string, len(which))
	for i, f := range which {
		words[i] = s6Fields[f].show(v)
	}
	return strings.Join(words, " ")
}

// sentence is the status for people.
func (v *s6View) sentence(numeric bool) string {
	line := "down (exitcode " + strconv.Itoa(v.exitCode())
	switch n := v.signal(); {
	case v.isUp:
		line = "up (pid " + strconv.Itoa(v.PID)
	case n >= 0 && numeric:
		line = "down (signal " + strconv.Itoa(n)
	case n >= 0:
		line = "down (signal " + s6SignalName(n)
	}
	line += ") " + v.age(v.Since) + " seconds"
	as := v.Record
	if !v.isUp {
		as.PID = 0 // finish does not count here
	}
	line += remarks(&as, v.normallyUp)
	if v.ready {
		line += ", ready " + v.age(v.readyAt) + " seconds"
	}
	return line
}

// s6SignalName is the name that s6 gives a signal.
func s6SignalName(n int) string {
	if syscall.Signal(n) == unix.SIGPOLL {
		return "SIGPOLL"
	}
	if name := unix.SignalName(syscall.Signal(n)); name != "" {
		return name
	}
	return "SIG???"
}

// s6Label is the text of an s6 label, which counts 27 leap seconds more than
// ours.
func s6Label(t time.Time) string {
	return string(tai64n.Pack(t.Add(27 * time.Second)).AppendText(nil))
}
