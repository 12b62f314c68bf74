// Package verb is the command line of svctl: one table of verbs, one file for
// each family of them. See svctl(8).
package verb

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/compat"
	"github.com/svdir/svdir/svctl/plan"
	"github.com/svdir/svdir/svscan/graph"
)

// Exit codes, those of the whole suite.
const (
	done          = 0
	no            = 1
	timedOut      = 99
	wrongUse      = 100
	notSupervised = 102
	failed        = 111
)

// verb is one word of the command line.
type verb struct {
	word string
	// args is what follows the word in its usage line, does what it does.
	args, does string
	// options are those that it takes, by their long words.
	options string
	run     func(c *call) int
	// letters are what a control verb sends, goal what it waits for then,
	// group the letter that takes the place of letters with -g, whole with --tree.
	letters, group, whole string
	goal                  *svctl.Goal
	// signal says that it needs a process, starts that it wants one.
	signal, starts bool
	// plan says who else is told, mode how many of them unless that is said.
	plan planner
	mode graph.Mode
	// itself says that a bundle is not its members here.
	itself bool
	// command says that what follows -- is a command, not names.
	command bool
}

const (
	waiting  = "w wait no-wait timeout all"
	planned  = waiting + " mode dry-run"
	signals  = waiting + " group"
	tabular  = "verbose fields format loggers recursive all"
	someName = "[option ...] name ..."
)

// verbs is the table, in the order of svctl(8).
var verbs = []verb{
	{word: "status", args: "[option ...] [name ...]", does: "show services, all of them without a name", options: tabular, run: show},
	{word: "list", args: "[option ...] [name ...]", does: "show their names", options: "recursive all", run: list},
	{word: "history", args: "name ...", does: "show starts, ends and their causes", options: "all", run: history},
	{word: "logs", args: someName, does: "show the last lines that they logged", options: "follow lines since until grep stdout stderr utc all", run: showLogs},
	{word: "why", args: "name ...", does: "say why they are what they are", options: "all", run: explain},
	{word: "graph", args: "[option ...] [name ...]", does: "show who needs whom, among all services without a name", options: "dot state mode", run: showGraph, itself: true},

	{word: "up", args: someName, does: "start, and keep running", options: planned + " in at cancel", run: control, letters: "u", goal: svctl.Begun, starts: true, plan: plan.Up, mode: graph.Before},
	{word: "start", args: someName, does: "the same", options: planned + " in at cancel", run: control, letters: "u", goal: svctl.Begun, starts: true, plan: plan.Up, mode: graph.Before},
	{word: "down", args: someName, does: "stop, and do not start again", options: planned + " tree", run: control, letters: "d", whole: "T", goal: svctl.Stopped, plan: plan.Down, mode: graph.After},
	{word: "stop", args: someName, does: "the same", options: planned + " tree", run: control, letters: "d", whole: "T", goal: svctl.Stopped, plan: plan.Down, mode: graph.After},
	{word: "once", args: someName, does: "start, and do not start again when it ends", options: planned, run: control, letters: "o", goal: svctl.RanOnce, starts: true, plan: plan.Up, mode: graph.Before},
	{word: "restart", args: someName, does: "stop, then start", options: waiting, run: control, letters: "du", goal: svctl.Restarted, starts: true},
	{word: "reload", args: someName, does: "read the configuration again (reload-signal, else HUP)", options: signals, run: control, letters: "l", signal: true},
	{word: "exit", args: someName, does: "stop watching: supervise leaves when the service is down", options: waiting, run: control, letters: "x", goal: svctl.Left},

	{word: "scan", does: "have svscan look at the scan directory now", run: scan},
	{word: "reexec", args: "[option ...] [name ...]", does: "have supervise, or svscan without a name, execute its program again", options: waiting, run: reexec, letters: "R", goal: svctl.Reexeced},

	{word: "term", args: someName, does: "send TERM", options: signals, run: control, letters: "t", goal: svctl.Ended, signal: true},
	{word: "kill", args: someName, does: "send KILL", options: signals, run: control, letters: "k", group: "K", goal: svctl.Ended, signal: true},
	{word: "pause", args: someName, does: "send STOP", options: signals, run: control, letters: "p", group: "P", goal: svctl.Paused, signal: true},
	{word: "cont", args: someName, does: "send CONT", options: signals, run: control, letters: "c", group: "C", goal: svctl.Continued, signal: true},
	{word: "hup", args: someName, does: "send HUP", options: signals, run: control, letters: "h", signal: true},
	{word: "int", args: someName, does: "send INT", options: signals, run: control, letters: "i", signal: true},
	{word: "quit", args: someName, does: "send QUIT", options: signals, run: control, letters: "q", signal: true},
	{word: "usr1", args: someName, does: "send USR1", options: signals, run: control, letters: "1", signal: true},
	{word: "usr2", args: someName, does: "send USR2", options: signals, run: control, letters: "2", signal: true},
	{word: "alarm", args: someName, does: "send ALRM", options: signals, run: control, letters: "a", signal: true},
	{word: "abort", args: someName, does: "send ABRT", options: signals, run: control, letters: "b", signal: true},
	{word: "winch", args: someName, does: "send WINCH", options: signals, run: control, letters: "y", signal: true},
	{word: "signal:NAME", args: someName, does: "send the signal of this name or number", options: signals, run: control, signal: true},

	{word: "wait", args: someName, does: "wait until it is so: up unless said otherwise; with --all alone, until all is settled", options: "up ready down finished any timeout all", run: wait},
	{word: "check", args: someName, does: "wait until it is up and its check passes", options: "timeout all", run: check, goal: svctl.Checked},
	{word: "ready", args: "name ...", does: "ask whether it is ready now", options: "all", run: ask},
	{word: "is-up", args: "name ...", does: "ask whether it runs now", options: "all", run: ask},
	{word: "is-failed", args: "name ...", does: "ask whether it gave up", options: "all", run: ask},

	{word: "enable", args: "name ...", does: "start it with its supervisor (removes the file down)", options: "all", run: edit},
	{word: "disable", args: "name ...", does: "do not (makes the file down)", options: "all", run: edit},
	{word: "link", args: "[option ...] dir [name]", does: "put a service directory into the scan directory", options: "no-wait timeout", run: link},
	{word: "unlink", args: "[option ...] name ...", does: "take it out, and wait until it has ended", options: "no-wait timeout purge", run: unlink, itself: true},
	{word: "new", args: "[option ...] name -- command ...", does: "make a service directory that runs a command", options: "no-wait timeout dir log set user", run: create, command: true},
	{word: "set", args: "[option] name setting[=value] ... [-- argument ...]", does: "write settings", options: "file", run: set, command: true, itself: true},
	{word: "get", args: "name [setting ...]", does: "show settings, all that it has without one", run: get, itself: true},
	{word: "unset", args: "name setting ...", does: "remove settings", run: unset, itself: true},
	{word: "ids", args: "--pool=first-last [option ...] name ...", does: "give each service numbers that no other has: ports, or a user", options: "pool port users dry-run all", run: giveIDs},
	{word: "terminate", args: "[option ...] exit [guard]", does: "stop everything, and svscan itself, with this exit code", options: "no-wait timeout", run: terminate},
	{word: "shutdown", args: "[option ...] [guard]", does: "end the whole tree in order, and say who did not end by itself", options: "grace timeout verbose", run: shutdown},
	{word: "lint", args: "[option ...] [name ...]", does: "find mistakes, in all services without a name", options: "notes all", run: lintServices, itself: true},
}

// call is one run of a verb.
type call struct {
	verb     *verb
	opt      options
	args     []string // names
	command  []string // what follows --
	out, err io.Writer
}

// Main is svctl under all its names: argv[0] says which program it is. A name
// that no client has is a service, and svctl its LSB script.
func Main(argv []string) int {
	name := filepath.Base(argv[0])
	if name == "svctl" {
		return run(argv[1:], os.Stdout, os.Stderr)
	}
	if code, known := compat.Main(name, argv[1:]); known {
		return code
	}
	return compat.LSB(name, argv[1:])
}

// run is svctl under its own name.
func run(args []string, out, err io.Writer) int {
	c := &call{out: out, err: err}
	args, problem := c.opt.parse(args, "", true)
	switch {
	case problem != nil:
		return c.badUsage(problem)
	case c.opt.help:
		return help(out)
	case c.opt.version:
		return version(out)
	case len(args) == 0:
		args = []string{"status"}
	}
	if letters, rest, ok := parseLetters(args); ok {
		c.args = rest
		return sendLetters(c, letters)
	}
	if strings.HasPrefix(args[0], "-") { // an option of the table of all services
		args = append([]string{"status"}, args...)
	}
	if c.verb, problem = find(args[0]); problem != nil {
		return c.badUsage(problem)
	}
	c.args, problem = c.opt.parse(args[1:], c.verb.options, false)
	switch {
	case problem != nil:
		return c.badUsage(problem)
	case c.opt.help:
		return helpVerb(out, c.verb)
	}
	for i, a := range c.args {
		if a == "--" {
			c.args, c.command = c.args[:i], c.args[i+1:]
			break
		}
	}
	if c.command != nil && !c.verb.command {
		c.args = append(c.args, c.command...) // names that begin with a dash
	}
	return c.verb.run(c)
}

// find is the verb of this word.
func find(word string) (*verb, error) {
	head, signal, _ := strings.Cut(word, ":")
	var words []string
	for i := range verbs {
		v := &verbs[i]
		if v.word == word && !strings.Contains(word, ":") {
			return v, nil
		}
		if own, _, ok := strings.Cut(v.word, ":"); ok && head == own && signal != "" {
			return signalVerb(*v, signal)
		}
		words = append(words, v.word)
	}
	text := "no verb " + svctl.Show(word)
	if near := svctl.Near(word, words); near != "" {
		text += ": did you mean " + near + "?"
	}
	return nil, usageError(text)
}
