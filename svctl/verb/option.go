package verb

import (
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/logs"
	"github.com/svdir/svdir/svscan/graph"
	"github.com/svdir/svdir/svscan/scandir"
)

// usageError is a wrong call, in words.
type usageError string

func (e usageError) Error() string { return string(e) }

// options are what the words and letters with dashes said.
type options struct {
	dir, color, format, newDir     string
	file                           string
	json, help, version            bool
	all, noWait, group, any, purge bool
	whole                          bool // every descendant too
	verbose, loggers, recursive    bool
	follow                         bool
	lines                          *int
	selection                      logs.Selection // of lines
	utc                            bool
	logged, notes                  bool
	goal                           *svctl.Goal
	fields, settings               []string
	timeout                        time.Duration
	timeoutSet, forever            bool
	mode                           *graph.Mode
	dryRun, dot, state             bool
	later, cancel                  bool // a start at another time, or none at that
	at                             time.Time
	pool                           string
	ids                            svctl.IDs
	grace                          time.Duration
	graceSet                       bool
}

// option is one of them.
type option struct {
	short, long string
	value       string // what its value is called, "" if it takes none
	does        string
	set         func(o *options, value string) error
}

func flag(at func(o *options) *bool) func(*options, string) error {
	return func(o *options, _ string) error { *at(o) = true; return nil }
}

func text(at func(o *options) *string) func(*options, string) error {
	return func(o *options, v string) error { *at(o) = v; return nil }
}

func addSetting(head string) func(*options, string) error {
	return func(o *options, v string) error { o.settings = append(o.settings, head+v); return nil }
}

func goal(g *svctl.Goal) func(*options, string) error {
	return func(o *options, _ string) error { o.goal = g; return nil }
}

// always are taken before the verb and after it.
const always = "C json color help version"

// optionTable is in the order of svctl(8).
var optionTable = []option{
	{"C", "", "dir", "the scan directory", text(func(o *options) *string { return &o.dir })},
	{"", "json", "", "write JSON", flag(func(o *options) *bool { return &o.json })},
	{"", "color", "when", "yes, no, or auto: on a terminal, unless NO_COLOR is set", setColor},
	{"", "help", "", "show help", flag(func(o *options) *bool { return &o.help })},
	{"", "version", "", "show the version", flag(func(o *options) *bool { return &o.version })},
	{"", "all", "", "all services of the scan directory", flag(func(o *options) *bool { return &o.all })},
	{"", "wait", "state", "wait for up, ready, down or finished instead", setGoal},
	{"w", "", "", "wait, which is usual", func(o *options, _ string) error { o.noWait = false; return nil }},
	{"", "no-wait", "", "do not wait", flag(func(o *options) *bool { return &o.noWait })},
	{"t", "timeout", "time", "wait at most so long (10s, 2m, or never)", setTimeout},
	{"", "grace", "time", "KILL for who still runs then", setGrace},
	{"g", "group", "", "to the process group", flag(func(o *options) *bool { return &o.group })},
	{"", "tree", "", "and end every descendant", flag(func(o *options) *bool { return &o.whole })},
	{"", "mode", "how", "single, before (what it needs too), after (what needs it too) or all", setMode},
	{"n", "dry-run", "", "only show what would be done, in order", flag(func(o *options) *bool { return &o.dryRun })},
	{"", "dot", "", "in the language of dot(1)", flag(func(o *options) *bool { return &o.dot })},
	{"", "state", "", "with the state of each", flag(func(o *options) *bool { return &o.state })},
	{"", "in", "time", "start after so long (30s, 10m)", setIn},
	{"", "at", "time", "start at that time (20:00, '2026-11-29 20:00')", setAt},
	{"", "cancel", "", "do not start at the time that was set", setCancel},
	{"", "up", "", "its process runs", goal(svctl.Up)},
	{"", "ready", "", "it is ready", goal(svctl.Ready)},
	{"", "down", "", "its process has ended", goal(svctl.Down)},
	{"", "finished", "", "its finish script has ended too", goal(svctl.Finished)},
	{"", "any", "", "one of the services is enough", flag(func(o *options) *bool { return &o.any })},
	{"v", "verbose", "", "every field, one a line; of shutdown, who is waited for, and who has ended", flag(func(o *options) *bool { return &o.verbose })},
	{"o", "fields", "field,...", "these fields only, tab separated", setFields},
	{"", "format", "how", "table, json, sv or svstat", setFormat},
	{"l", "loggers", "", "a line for each logger", flag(func(o *options) *bool { return &o.loggers })},
	{"R", "recursive", "", "the trees that services keep, too", flag(func(o *options) *bool { return &o.recursive })},
	{"f", "follow", "", "go on with what is written from now on", flag(func(o *options) *bool { return &o.follow })},
	{"n", "lines", "number", "the last so many lines of each, 10 unless said, or all", setLines},
	{"", "since", "when", "lines from then on: 10m ago, 2d, today, '2026-11-29 20:00'", setWhen(func(o *options) *time.Time { return &o.selection.Since })},
	{"", "until", "when", "lines before then", setWhen(func(o *options) *time.Time { return &o.selection.Until })},
	{"", "grep", "pattern", "lines that this regular expression matches", setGrep},
	{"", "stdout", "", "lines of standard output, where that is known", setStream(logs.Stdout)},
	{"", "stderr", "", "lines of standard error, likewise", setStream(logs.Stderr)},
	{"", "utc", "", "times in UTC", flag(func(o *options) *bool { return &o.utc })},
	{"", "purge", "", "also remove what supervisors wrote", flag(func(o *options) *bool { return &o.purge })},
	{"", "dir", "path", "make it there, and link it", text(func(o *options) *string { return &o.newDir })},
	{"", "log", "", "with a directory log, for the default logger", flag(func(o *options) *bool { return &o.logged })},
	{"", "set", "setting", "with a setting, as the verb set has it", addSetting("")},
	{"", "user", "user", "the same as --set=user=USER", addSetting("user=")},
	{"", "file", "path", "the program that the setting is to be", text(func(o *options) *string { return &o.file })},
	{"", "pool", "first-last", "the numbers to choose from, as 5000-5999", text(func(o *options) *string { return &o.pool })},
	{"", "port", "name", "for this item of set/ports, which is made if it is not there", text(func(o *options) *string { return &o.ids.Port })},
	{"", "users", "", "for set/user in place of set/ports", flag(func(o *options) *bool { return &o.ids.Users })},
	{"", "notes", "", "also what is right, but unusual", flag(func(o *options) *bool { return &o.notes })},
}

// takes says whether the option is among the words of list.
func (p *option) takes(list string) bool {
	for _, word := range strings.Fields(list) {
		if word == p.long || word == p.short {
			return true
		}
	}
	return false
}

func setColor(o *options, v string) error {
	switch v {
	case "yes", "no", "auto":
		o.color = v
		return nil
	}
	return usageError("--color is yes, no or auto")
}

func setFormat(o *options, v string) error {
	switch v {
	case "table", "json", "sv", "svstat":
		o.format = v
		return nil
	}
	return usageError("--format is table, json, sv or svstat")
}

func setGoal(o *options, v string) error {
	g, ok := svctl.ParseGoal(v)
	if !ok {
		return usageError("--wait is up, ready, down or finished")
	}
	o.goal = g
	return nil
}

func setFields(o *options, v string) error {
	fields := svctl.Fields()
	for _, name := range strings.Split(v, ",") {
		known := false
		for _, f := range fields {
			known = known || f == name
		}
		if !known {
			return usageError("no field " + svctl.Show(name) + ": there are " + strings.Join(fields, ", "))
		}
		o.fields = append(o.fields, name)
	}
	return nil
}

func setTimeout(o *options, v string) error {
	o.timeoutSet = true
	if v == "never" {
		o.forever = true
		return nil
	}
	d, err := parseTime(v)
	o.timeout = d
	return err
}

func setGrace(o *options, v string) (err error) {
	o.graceSet = true
	o.grace, err = parseTime(v)
	return err
}

// parseTime reads a time with a unit; a bare number is seconds, as in SVWAIT.
func parseTime(v string) (time.Duration, error) {
	text := v
	if _, err := strconv.ParseFloat(v, 64); err == nil {
		text += "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, usageError("not a time: " + svctl.Show(v) + " (write 10s, 500ms or 2m)")
	}
	return d, nil
}

// tree is where names are looked up.
func (o *options) tree() svctl.Tree {
	if o.dir != "" {
		return svctl.Tree{Dirs: []string{o.dir}}
	}
	if dir := os.Getenv("SVDIR"); dir != "" {
		return svctl.Tree{Dirs: []string{dir}}
	}
	return svctl.Tree{Dirs: scandir.Usual}
}

// limit is how long to wait: what --timeout says, else $SVWAIT or 7 seconds,
// and what the service itself allows for its end.
func (o *options) limit(targets []svctl.Target) (deadline time.Time) {
	var own time.Duration
	if !o.forever && !o.timeoutSet {
		for _, t := range targets {
			own = max(own, svctl.Limit(t))
		}
	}
	return o.limitOf(own)
}

func (o *options) limitOf(own time.Duration) (deadline time.Time) {
	if o.forever {
		return time.Time{}
	}
	wait := o.timeout
	if !o.timeoutSet {
		wait = 7 * time.Second
		if d, err := parseTime(os.Getenv("SVWAIT")); err == nil {
			wait = d
		}
		wait += own
	}
	return time.Now().Add(wait)
}
