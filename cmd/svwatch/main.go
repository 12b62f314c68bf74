// Svwatch says when a file that set/watch of a service directory asks for has
// another content, or whether one of set/inputs has: svwatch(8). supervise and svexec
// start it.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/supervise/watch"
)

func main() {
	name, args := "svwatch", os.Args[1:]
	inputs := len(args) > 0 && args[0] == "--inputs"
	if inputs {
		args = args[1:]
	}
	switch {
	case len(args) == 1:
		name += " " + args[0]
	case len(args) != 0:
		diag.BadUsage(name, "svwatch [--inputs] [name]", diag.Usage)
	}
	warn := func(text string) { diag.Warn(name, text) }
	if inputs {
		changed, err := watch.Inputs(warn)
		switch {
		case err != nil:
			diag.Fatal(name, "unable to note what the inputs are: "+diag.Reason(err))
		case changed:
			os.Exit(diag.No)
		}
		return
	}
	if err := watch.Run(os.Stdin, os.Stdout, warn); err != nil {
		diag.Fatal(name, "unable to watch: "+diag.Reason(err))
	}
}
