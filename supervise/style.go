package supervise

import (
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
)

// Style is what differs by the suite whose place we take. The name under which
// the program is called chooses one; see supervise(8).
type Style struct {
	// Name is that of the program, for messages.
	Name string
	// Usage is how it is called.
	Usage string
	// Session: run leads its own session, unless nosetsid is there.
	Session bool
	// Group: after a wanted stop what is left of the process group goes too.
	Group bool
	// Control: executables control/X replace signals.
	Control bool
	// ExitKills: the letter x stops the service, as in runit; elsewhere it
	// leaves when the service ends by itself.
	ExitKills bool
	// LoggerStays: the letter x does nothing to a logger, as in runit.
	LoggerStays bool
	// Killed is the first argument of finish where a signal ended run.
	Killed int
	// ShortFinish: finish gets two arguments, the second the low byte of the
	// wait status, as in runit.
	ShortFinish bool
	// PermanentFailure: finish ending with 125 means not to start again.
	PermanentFailure bool
	// FinishLimit is timeout-finish in milliseconds where there is no file.
	FinishLimit int
	// NamesRun: run gets the name of the service as its argument.
	NamesRun bool
	// Events: the event directory is made where there is none.
	Events bool
	// S6Signals: HUP means x, QUIT to leave at once and keep the service, INT
	// the same after an INT to its group.
	S6Signals bool
	// LogsItself: supervise DIR hosts DIR/log as well.
	LogsItself bool
	// Feeds: producer-for and consumer-for say who reads what a service writes.
	Feeds bool
	// BadUsage is the exit code of wrong usage.
	BadUsage int
}

// The styles, by the name of the program. Daemontools is supervise under djb's
// svscan: that never told what a service left behind.
var (
	ours        = Style{Name: "supervise", Usage: usage, Session: true, Group: true, Control: true, Killed: 256, PermanentFailure: true, Feeds: true, BadUsage: 100}
	daemontools = Style{Name: "supervise", Usage: usage, Session: true, Control: true, Killed: 256, PermanentFailure: true, BadUsage: 100}
	runit       = Style{Name: "runsv", Usage: "runsv dir [logdir]", Control: true, ExitKills: true, LoggerStays: true, Killed: -1, ShortFinish: true, LogsItself: true, BadUsage: 1}
	s6          = Style{Name: "s6-supervise", Usage: "s6-supervise dir [logdir]", Session: true, Group: true, Killed: 256, PermanentFailure: true, FinishLimit: 5000, NamesRun: true, Events: true, S6Signals: true, BadUsage: 100}
)

// usage is how supervise is called under its own name.
const usage = "supervise [-e fd] [-l] dir [logdir]"

// Style is the style for the name that the program was called by. Under our
// svscan this is a service of a scan directory; else supervise is djb's, and
// knows of none.
func (e *Engine) Style(argv0 string) *Style {
	style := e.named(argv0[strings.LastIndexByte(argv0, '/')+1:])
	e.reexec.argv0, e.reexec.usage = argv0, style.BadUsage
	return style
}

func (e *Engine) named(program string) *Style {
	switch program {
	case runit.Name:
		return &runit
	case s6.Name:
		return &s6
	}
	if e.svscan {
		return &ours
	}
	return &daemontools
}

// styleOf is the style of a service: what its set/style says, what that of the
// tree says, or what the name of the program says.
func (e *Engine) styleOf(s *Service) *Style {
	for _, name := range []string{servicedir.Style, e.treeSetting("style")} {
		if name == "" {
			continue
		}
		value, found, err := servicedir.ReadValue(s.dir, name)
		if err == nil && found {
			if style := styles(value); style != nil {
				chosen := *style
				chosen.Name, chosen.LogsItself, chosen.Feeds = s.style.Name, s.style.LogsItself, s.style.Feeds // that is the program
				return &chosen
			}
			err = &servicedir.ValueError{Name: name, Reason: "not svdir, daemontools, runit or s6"}
		}
		if err != nil {
			s.warn("unable to use " + err.Error() + ", going on without")
		}
	}
	return s.style
}

func styles(name string) *Style {
	switch name {
	case "svdir":
		return &ours
	case "daemontools":
		return &daemontools
	case "runit":
		return &runit
	case "s6":
		return &s6
	}
	return nil
}
