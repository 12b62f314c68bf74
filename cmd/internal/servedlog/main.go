// Servedlog is svlog whose one log is served as svlog serves those of many: the
// tests of svlog run with it where SVLOG_SERVED is set.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/logger"
)

func main() {
	environ := diag.Settle()
	script, err := logger.Parse(os.Args[1:])
	if err != nil {
		diag.BadUsage("svlog", "svlog [action ...] ("+err.Error()+")", diag.Usage)
	}
	if err := logger.RunServed(script, environ); err != nil {
		diag.Fatal("svlog", err.Error())
	}
}
