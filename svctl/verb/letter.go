package verb

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
)

// agreed are the letters on which daemontools, runit and s6 agree, as far as
// they have them.
const agreed = "udopchaitkxq12"

// parseLetters takes the letters at the beginning of args, in the order in
// which they came first, as daemontools' svc does.
func parseLetters(args []string) (letters []command.Letter, rest []string, ok bool) {
	seen := ""
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' && strings.Trim(args[0][1:], agreed) == "" {
		for _, l := range []byte(args[0][1:]) {
			if strings.IndexByte(seen, l) < 0 {
				seen += string(l)
				letters = append(letters, command.Letter(l))
			}
		}
		args = args[1:]
	}
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	return letters, args, letters != nil
}

// arrival is how long a name that was linked a moment ago is waited for.
const arrival = time.Second

// sendLetters is svctl -letters name ...: it sends and returns.
func sendLetters(c *call, letters []command.Letter) int {
	word := "-"
	for _, l := range letters {
		word += string(rune(l))
	}
	c.verb = &verb{word: word, args: "name ..."}
	for _, a := range c.args {
		if strings.HasPrefix(a, "-") {
			return c.badUsage(usageError("no letter or option " + svctl.Show(a) + " here: letters come first, -C and --json before them"))
		}
	}
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	if err := svctl.Arrive(open(all), time.Now().Add(arrival)); err != nil {
		return c.fatal(err)
	}
	for _, t := range all {
		if t.err == nil {
			t.err = svctl.Send(t.Target, letters)
		}
	}
	return c.report(all)
}

// signalVerb is signal:NAME for one signal.
func signalVerb(v verb, name string) (*verb, error) {
	sig, err := servicedir.ParseSignal("signal", name)
	if err != nil {
		return nil, usageError(err.Error())
	}
	for _, in := range command.Letters {
		if in.Signal != sig {
			continue
		}
		if in.Group {
			v.group = string(rune(in.Letter))
		} else {
			v.letters = string(rune(in.Letter))
		}
	}
	if v.letters == "" {
		return nil, usageError("no letter of a control FIFO sends signal " + svctl.Show(name) + ": the signals are " + signalNames())
	}
	v.word = "signal:" + name
	return &v, nil
}

func signalNames() string {
	var names []string
	for _, in := range command.Letters {
		if in.Signal != 0 && !in.Group {
			names = append(names, strings.TrimPrefix(unix.SignalName(in.Signal), "SIG"))
		}
	}
	return strings.Join(names, " ")
}
