package compat

import (
	"errors"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// defaultScanDir is where sv looks for names without SVDIR, as Debian's.
var defaultScanDir = "/etc/service"

// defaultWait is how many seconds sv waits without -w and SVWAIT.
const defaultWait = 7

// Exit codes of sv in LSB mode.
const (
	lsbUp      = 0
	lsbUsage   = 2
	lsbDown    = 3
	lsbUnknown = 4
)

// verb is what sv does for a word.
type verb struct {
	letters string // what is sent, and what must have come true
	wait    bool   // always, not just with -v
	kill    bool   // at the time limit
	silent  bool   // nothing is sent
	status  bool   // print the status
}

var verbs = map[string]verb{
	"start":          {letters: "u", wait: true},
	"stop":           {letters: "d", wait: true},
	"shutdown":       {letters: "x", wait: true},
	"reload":         {letters: "h", wait: true},
	"restart":        {letters: "tcu", wait: true},
	"try-restart":    {letters: "tc", wait: true},
	"check":          {letters: "C", wait: true, silent: true},
	"force-stop":     {letters: "d", wait: true, kill: true},
	"force-reload":   {letters: "tc", wait: true, kill: true},
	"force-restart":  {letters: "tcu", wait: true, kill: true},
	"force-shutdown": {letters: "x", wait: true, kill: true},
}

// findVerb is the verb for a word: those above as they are, all others by the
// first letter.
func findVerb(word string) (verb, bool) {
	if v, ok := verbs[word]; ok {
		return v, true
	}
	if word == "" {
		return verb{}, false
	}
	switch first := word[:1]; {
	case first == "s":
		return verb{letters: "s", status: true}, true
	case first == "e" || first == "x":
		return verb{letters: "x"}, true
	case first == "E" || first == "X":
		return verb{letters: "x", wait: true, kill: true}, true
	case first == "D":
		return verb{letters: "d", wait: true, kill: true}, true
	case first == "T":
		return verb{letters: "tc", wait: true, kill: true}, true
	case strings.Contains("udopchaitkq12", first):
		return verb{letters: first}, true
	}
	return verb{}, false
}

// svCall is one call of sv.
type svCall struct {
	*client
	verb
	lsb   bool
	start time.Time
	limit time.Duration
	rc    int // how many services failed
}

// target is a service as sv was given it.
type target struct {
	watched
	name   string
	log    bool          // its logger: shown as name/log
	before status.Record // what was when the letters were sent
}

// sv is runit's client, where the services are arguments.
func sv(c *client) int { return svMain(c, false) }

// lsb is sv under the name of its only service.
func lsb(c *client) int { return svMain(c, true) }

func svMain(c *client, lsb bool) int {
	v := &svCall{client: c, lsb: lsb, start: time.Now()}
	names, ok := v.parse()
	if !ok {
		if lsb {
			c.say("usage: " + c.name + " [-w sec] command\n")
			return lsbUsage
		}
		c.say("usage: " + c.name + " [-v] [-w sec] command service ...\n")
		return exitUsage
	}
	code := lsbUnknown
	var pending []*target
	for _, name := range names {
		switch t := v.enter(name); {
		case t == nil:
		case v.status:
			code = v.show(t)
		case v.silent || v.send(t, v.letters):
			pending = append(pending, t)
		}
	}
	if v.lsb && v.status {
		return code
	}
	if v.wait {
		v.await(pending)
	}
	return min(v.rc, 99)
}

// parse reads the options and the verb, and is the names of the services.
func (v *svCall) parse() (names []string, ok bool) {
	seconds := uint64(defaultWait)
	if text, set := os.LookupEnv("SVWAIT"); set {
		seconds = leadingNumber(text)
	}
	verbose := false
	o := options{args: v.args, doubleDash: true}
	for letter, arg := o.next("w:v"); letter != 0; letter, arg = o.next("w:v") {
		switch letter {
		case '?':
			v.say(v.name + ": " + o.problem)
			return nil, false
		case 'w':
			seconds = leadingNumber(arg)
		}
		verbose = true
	}
	v.limit = timeLimit(seconds)
	if len(o.args) == 0 {
		return nil, false
	}
	word := o.args[0]
	v.verb, ok = findVerb(word)
	v.wait = v.wait || verbose && !v.status
	if v.lsb {
		return []string{v.name}, ok && (!v.status || word == "status")
	}
	return o.args[1:], ok && len(o.args) > 1
}

// timeLimit is when runit's sv gives up: at its first look after the seconds
// have passed.
func timeLimit(seconds uint64) time.Duration {
	const most = 1 << 32 // seconds; more would overflow
	d := time.Duration(min(seconds, most)) * time.Second
	return (d/lookAgain + 1) * lookAgain
}

// leadingNumber is the number that text begins with, 0 if it does not.
func leadingNumber(text string) uint64 {
	var n uint64
	for i := 0; i < len(text) && text[i] >= '0' && text[i] <= '9' && n < 1<<32; i++ {
		n = 10*n + uint64(text[i]-'0')
	}
	return n
}

// enter opens the service directory of name, or reports that it cannot.
func (v *svCall) enter(name string) *target {
	scanDir, set := os.LookupEnv("SVDIR")
	if !set {
		scanDir = defaultScanDir
	}
	s, err := openNamed(scanDir, name)
	if err != nil {
		v.rc++
		v.tell("fail: ", name, "unable to change to service directory", err)
		return nil
	}
	return &target{watched: watched{s, -1}, name: name}
}

// openNamed opens the service name: a path, or a name in the scan directory.
func openNamed(scanDir, name string) (*service, error) {
	if name == "" || name[0] == '/' || name[0] == '.' || name[len(name)-1] == '/' {
		return openService(unix.AT_FDCWD, name)
	}
	// The scan directory by itself: an empty SVDIR is not the root.
	dir, err := openService(unix.AT_FDCWD, scanDir)
	if err != nil {
		return nil, err
	}
	defer dir.close()
	s, err := openService(dir.dir, name)
	if err != nil {
		return nil, err
	}
	s.path = scanDir + "/" + name
	return s, nil
}

// show prints the status of a service and of its logger, and is the LSB code.
func (v *svCall) show(t *target) int {
	defer t.close()
	r, answer := v.look(t)
	switch answer {
	case gone:
		return lsbDown
	case unknown:
		return lsbUnknown
	}
	line, ok := v.line(t, &r)
	v.print(line)
	v.showLog(t)
	switch {
	case !ok:
		return lsbUnknown
	case r.PID == 0:
		return lsbDown
	}
	return lsbUp
}

// showLog ends the line of a service with its logger, if it has one.
func (v *svCall) showLog(t *target) {
	s, err := openService(t.dir, "log")
	if errors.Is(err, unix.ENOENT) {
		v.print("\n")
		return
	}
	v.print("; ")
	logger := &target{watched: watched{s, -1}, name: t.name, log: true}
	if err != nil {
		v.warnOf(logger, "unable to change directory", err)
		return
	}
	defer s.close()
	if r, answer := v.look(logger); answer == supervised {
		line, _ := v.line(logger, &r)
		v.print(line + "\n")
	}
}
