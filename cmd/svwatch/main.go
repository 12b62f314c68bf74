// Svwatch says when a file that set/watch of a service directory asks for has
// another content: svwatch(8). supervise starts it.
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
	name := "svwatch"
	switch {
	case len(os.Args) == 2:
		name += " " + os.Args[1]
	case len(os.Args) != 1:
		diag.BadUsage(name, "svwatch [name]", diag.Usage)
	}
	if err := watch.Run(os.Stdin, os.Stdout, func(text string) { diag.Warn(name, text) }); err != nil {
		diag.Fatal(name, "unable to watch: "+diag.Reason(err))
	}
}
