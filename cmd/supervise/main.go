// Supervise keeps the service in a service directory running, and its logger.
// Under the names runsv and s6-supervise it takes the place of those.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/supervise"
)

func main() {
	e := supervise.New(diag.Settle())
	style := e.Style(os.Args[0])
	dirs := os.Args[1:]
	if len(dirs) < 1 || len(dirs) > 2 {
		diag.BadUsage(style.Name, style.Name+" dir [logdir]", style.BadUsage)
	}
	prog := style.Name + " " + dirs[0]
	if len(dirs) == 2 {
		diag.NoInput()
	}
	if err := e.HostPair(dirs, style); err != nil {
		diag.Fatal(prog, err.Error())
	}
	if err := e.Run(); err != nil {
		diag.Fatal(prog, "unable to wait: "+diag.Reason(err))
	}
}
