// Svlog writes what it reads from standard input to log directories, line by
// line. See svlog(8). Under the names of other loggers it takes the place of
// those, see svlog-compat(8).
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"
	"path"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/logger"
	"github.com/svdir/svdir/logger/compat"
	"github.com/svdir/svdir/logger/s6log"
	"github.com/svdir/svdir/logger/svlogd"
)

func main() {
	environ := diag.Settle()
	switch name := path.Base(os.Args[0]); name {
	case "multilog", "tai64n", "tai64nlocal", "readproctitle":
		os.Exit(compat.Main(name, os.Args[1:], environ))
	case "svlogd":
		os.Exit(svlogd.Run(os.Args, environ))
	case "s6-log":
		os.Exit(s6log.Run(os.Args[1:], environ))
	}
	if logger.Serves(os.Args[1:]) {
		if err := logger.Serve(environ); err != nil {
			diag.Fatal("svlog", err.Error())
		}
		return
	}
	script, err := logger.Parse(os.Args[1:])
	if err != nil {
		diag.BadUsage("svlog", "svlog [action ...] ("+err.Error()+")", diag.Usage)
	}
	if err := logger.Run(script, environ); err != nil {
		diag.Fatal("svlog", err.Error())
	}
}
