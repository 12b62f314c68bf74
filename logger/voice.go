package logger

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger/logdir"
)

// Trouble is what a logger could not do: its end as it starts, later a reason
// to wait. Names of the field say it in words of their own.
type Trouble struct {
	Verb Verb
	Dir  string // the log directory, as the script says it; empty if it is about none
	File string // in it, or a path
	With string // the processor that fails
	Err  error
}

// Verb is what was to be done.
type Verb string

const (
	OpenDirectory  Verb = "open directory"
	LockDirectory  Verb = "lock directory"
	Look           Verb = "look at"
	Open           Verb = "open"
	Create         Verb = "create"
	Sync           Verb = "sync"
	Settle         Verb = "set the mode of"
	Rename         Verb = "rename"
	Remove         Verb = "remove"
	Archive        Verb = "archive"
	Trim           Verb = "delete archives of"
	Write          Verb = "write"
	StartProcessor Verb = "start the processor of"
	Process        Verb = "process"
	Read           Verb = "read"
	ReadDirectory  Verb = "read directory"
	BeginAgain     Verb = "begin again in"
)

// ExitCode is how a processor fails that was not killed.
type ExitCode int

// Error is the sentence of svlog.
func (t *Trouble) Error() string {
	text := "unable to " + string(t.Verb) + " " + t.Object()
	if t.With != "" {
		text += " with " + t.With
	}
	if t.Verb == LockDirectory && errors.Is(t.Err, unix.EAGAIN) {
		return text + ": another logger has it"
	}
	return text + ": " + reason(t.Err)
}

// Object is what it is about: a path.
func (t *Trouble) Object() string {
	if t.Dir == "" || t.File == "" {
		return t.Dir + t.File
	}
	return t.Dir + "/" + t.File
}

// verbs are what the deeds of a rotation are called.
var verbs = [...]Verb{
	appendTo: Open, create: Create, clear: Create, syncFile: Sync, settle: Settle,
	move: Rename, remove: Remove, keep: Archive, makeRoom: Trim, trim: Trim, process: Process,
}

// trouble is that s failed.
func (d *directory) trouble(s step, err error) *Trouble {
	t := &Trouble{Verb: verbs[s.do], Dir: d.path, File: s.name, Err: err}
	if s.do == process {
		t.File, t.With = logdir.Previous, d.bounds.processor
	}
	return t
}

// As has the engine speak as prog. pausing is what prog says each time that it
// waits; without one a trouble is said once, as svlog says it.
func (s Script) As(prog string, pausing func(*Trouble) string) Script {
	s.prog, s.pausing = prog, pausing
	return s
}

// complain says why the logger waits.
func (l *logger) complain(t *Trouble) {
	text := t.Error() + ", trying again in 5 seconds"
	if l.script.pausing != nil {
		text = l.script.pausing(t)
	} else if l.trouble == text {
		return
	}
	l.trouble = text
	l.warn(text)
}

// warn says what went wrong, and never waits for whoever reads it.
func (l *logger) warn(text string) {
	l.say(l.title + ": warning: " + text + "\n")
}
