// Svexec takes on the attributes in set/ of a service directory and becomes a
// program, or stays in front of a daemon. Under the name of a chain loader it is
// that. See svexec(8) and chainload(8).
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"
	"path"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/supervise/attribute"
	"github.com/svdir/svdir/supervise/background"
	"github.com/svdir/svdir/supervise/chain"
)

func main() {
	if name := path.Base(os.Args[0]); chain.Knows(name) {
		os.Exit(chain.Main(name, os.Args[1:]))
	}
	options, err := attribute.Parse(os.Args[1:])
	if err != nil {
		diag.BadUsage("svexec", err.Error(), diag.Usage)
	}
	if options.Background != "" {
		end := background.Run(options.Background, options.Timeout, options.Inner())
		if end.Why != "" {
			diag.Complain("svexec", end.Why)
		}
		end.Exit()
	}
	err = attribute.Exec(options)
	if options.Report >= 0 {
		report := os.NewFile(uintptr(options.Report), "-e")
		if _, werr := report.WriteString(attribute.Report(err)); werr == nil {
			os.Exit(diag.System)
		}
	}
	diag.Fatal("svexec", err.Error())
}
