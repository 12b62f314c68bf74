// Svscan keeps a supervise running for each service directory of a scan
// directory. See svscan(8).
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"
	"strings"

	"github.com/svdir/svdir/cmd/internal/diag"
	"github.com/svdir/svdir/svscan"
)

func main() {
	prog := strings.TrimPrefix(os.Args[0][strings.LastIndexByte(os.Args[0], '/')+1:], "-")
	svscan.ListenEarly(prog)
	environ := diag.Settle()
	config, err := svscan.Parse(prog, os.Args[1:])
	if err != nil {
		diag.BadUsage(prog, err.Error(), diag.Usage)
	}
	if err := config.Bind(); err != nil {
		diag.Refuse(prog, err.Error())
	}
	config.Environ = environ
	code, err := svscan.Run(config)
	if err != nil {
		diag.Fatal(prog, err.Error())
	}
	os.Exit(code)
}
