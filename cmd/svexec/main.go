// Svexec takes on the attributes in set/ of a service directory and becomes a
// program. See svexec(8).
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/supervise/attribute"
)

func main() {
	options, err := attribute.Parse(os.Args[1:])
	if err != nil {
		diag.BadUsage("svexec", err.Error(), diag.Usage)
	}
	err = attribute.Exec(options)
	if options.Report >= 0 {
		report := os.NewFile(uintptr(options.Report), "-e")
		if _, werr := report.WriteString(err.Error()); werr == nil {
			os.Exit(diag.System)
		}
	}
	diag.Fatal("svexec", err.Error())
}
