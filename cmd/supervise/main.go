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
	if supervise.Holds(os.Args) {
		return
	}
	e := supervise.New(diag.Settle())
	style := e.Style(os.Args[0])
	dirs, err := e.Options(os.Args[1:], style)
	switch {
	case err == supervise.ErrUsage:
		diag.BadUsage(style.Name, style.Usage, style.BadUsage)
	case err != nil:
		diag.Refuse(style.Name, err.Error())
	}
	e.Guard()
	prog := style.Name + " " + dirs[0]
	if len(dirs) == 2 {
		diag.NoInput()
	}
	pair, err := e.HostPair(dirs, style)
	if err != nil {
		if e.Succeeded(err) {
			return
		}
		diag.Fatal(prog, err.Error())
	}
	if err := e.Run(pair); err != nil {
		diag.Fatal(prog, "unable to wait: "+diag.Reason(err))
	}
}
