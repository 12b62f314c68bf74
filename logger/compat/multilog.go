package compat

import (
	"errors"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger"
	"github.com/svdir/svdir/supervise/errstr"
)

const multilogName = "multilog"

// multilog writes lines to log directories as its script says.
func multilog(args, environ []string) int {
	script, err := logger.Parse(translate(args))
	if err != nil { // which is = without a file
		return die(&logger.Trouble{Verb: logger.Open, Err: unix.ENOENT})
	}
	err = logger.Run(script.As(multilogName, pausing), environ)
	var t *logger.Trouble
	if err == nil || errors.As(err, &t) && t.Verb == logger.Read {
		return exitOK // what cannot be read has ended
	}
	return die(err)
}

func die(err error) int {
	_, _ = os.Stderr.WriteString(multilogName + ": fatal: " + fatal(err) + "\n") // nobody is left to be told
	return exitSystem
}

// What multilog makes of the numbers of s and n. The last is the engine's.
const (
	minSize  = 4096
	maxSize  = 16777215
	minCount = 2
	maxCount = 1_000_000
)

// translate makes a script of multilog one of svlog, which knows more words and
// takes none that it does not know.
func translate(args []string) []string {
	var words []string
	for i, word := range args {
		if word == "" {
			continue
		}
		switch value := word[1:]; word[0] {
		case 't':
			if i == 0 {
				words = append(words, "t")
			}
		case 'e':
			words = append(words, "e")
		case 's':
			words = append(words, "s"+strconv.FormatUint(min(max(leading(value), minSize), maxSize), 10))
		case 'n':
			words = append(words, "n"+strconv.FormatUint(min(max(leading(value), minCount), maxCount), 10))
		case '!':
			if value == "" {
				word = "!:" // the command that does nothing, not none
			}
			words = append(words, word)
		case '+', '-', '=', '.', '/':
			words = append(words, word)
		}
	}
	if len(words) == 0 {
		words = append(words, "+*") // no script at all would be the default logger
	}
	return words
}

// leading is the number that text begins with, 0 if it does not. One that is too
// large is cut off as C does it.
func leading(text string) uint64 {
	var n uint64
	for i := 0; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
		n = n*10 + uint64(text[i]-'0')
	}
	return n
}

// fatal is why multilog could not start, in its words.
func fatal(err error) string {
	var t *logger.Trouble
	if !errors.As(err, &t) {
		return err.Error()
	}
	what := string(t.Verb) + " " + t.Object()
	switch {
	case t.Verb == logger.Settle:
		what = "set mode of " + t.Object()
	case t.Verb == logger.Look:
		what = "stat " + t.Object()
	case t.Verb == logger.Open && t.Dir == "":
		what = "create " + t.Object()
	case t.Verb == logger.Open:
		what = "append to " + t.Object()
	case t.Verb == logger.Create:
		what = "write to " + t.Object()
	}
	return "unable to " + what + ": " + reason(t.Err)
}

// pausing is why multilog waits, in its words.
func pausing(t *logger.Trouble) string {
	what := string(t.Verb) + " " + t.Object()
	switch t.Verb {
	case logger.Settle:
		what = "set mode of " + t.Object()
	case logger.Sync:
		what = "write " + t.Object() + " to disk"
	case logger.Rename:
		to := "previous"
		if t.File == "newstate" {
			to = "state"
		}
		what = "rename " + t.File + " to " + to + " in directory " + t.Dir
	case logger.Archive:
		what = "link to " + t.Object()
	case logger.Trim:
		what = "read " + t.Dir
	case logger.Write:
		if t.Dir != "" {
			what = "write to " + t.Object()
		}
	case logger.StartProcessor:
		what = "fork for processor in " + t.Dir
	case logger.Process:
		return failing(t)
	}
	return "unable to " + what + ", pausing: " + reason(t.Err)
}

// failing is how a processor has failed.
func failing(t *logger.Trouble) string {
	var code logger.ExitCode
	if errors.As(t.Err, &code) {
		return "processor failed in " + t.Dir + ", pausing"
	}
	return "processor crashed in " + t.Dir + ", pausing: " + reason(t.Err)
}

// reason is why err happened, as daemontools says it.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errstr.Of(errno)
	}
	return err.Error()
}
