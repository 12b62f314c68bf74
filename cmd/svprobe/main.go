// Svprobe asks a service once, by HTTP or TCP, whether it is there. See
// svprobe(8).
package main

import (
	"os"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/supervise/probe/look"
)

func main() {
	question, err := look.Parse(os.Args[1:])
	if err != nil {
		diag.BadUsage("svprobe", err.Error(), diag.Usage)
	}
	if err := question.Ask(); err != nil {
		if look.IsShortage(err) {
			diag.Fatal("svprobe", diag.Reason(err))
		}
		diag.Complain("svprobe", "not there: "+err.Error())
		os.Exit(diag.No)
	}
}
