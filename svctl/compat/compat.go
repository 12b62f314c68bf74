package compat

import (
	"bufio"
	"io"
	"os"
)

// Exit codes of daemontools and s6; sv has its own in sv.go.
const (
	exitOK       = 0
	exitNo       = 1
	exitTimedOut = 99
	exitUsage    = 100
	exitSystem   = 111
)

// client is one call of one program.
type client struct {
	name string // the name it was called by
	args []string
	out  *bufio.Writer
	err  io.Writer
}

// clients has every name that Main answers to.
var clients = map[string]func(*client) int{
	"svc":       svc,
	"svstat":    svstat,
	"svok":      svok,
	"sv":        sv,
	"svwait":    s6svwait,
	"s6-svc":    s6svc,
	"s6-svstat": s6svstat,
	"s6-svok":   s6svok,
	"s6-svwait": s6svwait,
	"s6-svdt":   s6svdt,
}

// Main runs the client of this name with its arguments, without argv[0], on
// the standard streams. known says whether there is one.
func Main(name string, args []string) (code int, known bool) {
	program, known := clients[name]
	if !known {
		return exitUsage, false
	}
	return run(program, name, args, os.Stdout, os.Stderr), true
}

// LSB runs sv as an init script of this name: the service is that of the name.
func LSB(name string, args []string) int {
	return run(lsb, name, args, os.Stdout, os.Stderr)
}

func run(program func(*client) int, name string, args []string, out, err io.Writer) int {
	c := &client{name, args, bufio.NewWriter(out), err}
	code := program(c)
	_ = c.out.Flush() // those who care have flushed, the others never told
	return code
}

// say writes a line to standard error.
func (c *client) say(line string) {
	_, _ = io.WriteString(c.err, line+"\n") // nobody is left to be told
}

func (c *client) warn(text string) { c.say(c.name + ": warning: " + text) }

// fatal says why the program ends, and is its exit code.
func (c *client) fatal(code int, text string) int {
	c.say(c.name + ": fatal: " + text)
	return code
}

// usage says how the program is called.
func (c *client) usage(text string) int {
	c.say(c.name + ": usage: " + text)
	return exitUsage
}
