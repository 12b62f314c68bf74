package compat

import (
	"time"
)

const s6svwaitUsage = " [ -U | -u | -d | -D | -r | -R ] [ -a | -o ] [ -t timeout ] servicedir..."

// someFailed is what s6 says when a wait cannot end any more.
const someFailed = "some services reported permanent failure or their supervisor died"

// s6svwait waits until services are up, down, or ready; svwait is its other
// name.
func s6svwait(c *client) int {
	letter, any, timeout := byte('u'), false, time.Duration(0)
	o := options{args: c.args}
	for {
		option, arg := o.next("UudDrRaot:")
		if option == 0 {
			break
		}
		switch option {
		case 'a', 'o':
			any = option == 'o'
		case 't':
			n, err := parseUint(arg)
			if err != nil {
				return c.usage(c.name + s6svwaitUsage)
			}
			timeout = millis(n)
		case '?':
			return c.usage(c.name + s6svwaitUsage)
		default:
			letter = option
		}
	}
	if len(o.args) == 0 {
		return c.usage(c.name + s6svwaitUsage)
	}
	w := newWait(timeout)
	defer w.close()
	for _, path := range o.args {
		if problem := w.add(path); problem != "" {
			return c.fatal(exitSystem, problem)
		}
	}
	return c.waitFor(w, letter, any, someFailed)
}

// sendAndWait looks first, so that no change falls between the letters and the
// wait.
func (c *s6svcCall) sendAndWait() int {
	w := newWait(c.timeout)
	defer w.close()
	if problem := w.add(c.path); problem != "" {
		return c.fatal(exitSystem, problem)
	}
	if c.letters != "" {
		if code := c.send(c.path); code != exitOK {
			return code
		}
	}
	letter := c.await
	code := c.waitFor(w, letter, false, c.path+" failed permanently or its supervisor died")
	if code > 0 && code < exitTimedOut && c.letters != "" {
		return exitNo
	}
	return code
}

// waitFor waits for what one of the letters uUdDrR says, of all or any, and is
// the exit code: how many failed, or that the time is over.
func (c *client) waitFor(w *wait, letter byte, any bool, failure string) int {
	goals := map[byte][]goal{
		'u': {{up: true}},
		'U': {{up: true, ready: true}},
		'd': {{}},
		'D': {{ready: true}},
		'r': {{}, {up: true}},
		'R': {{}, {up: true, ready: true}},
	}[letter]
	for _, g := range goals {
		// A restart has to be seen in each service.
		failures, inTime := w.until(g, any && len(goals) == 1)
		if !inTime {
			return c.fatal(exitTimedOut, "timed out")
		}
		if failures > 0 {
			return c.fatal(failures, failure)
		}
	}
	return exitOK
}
