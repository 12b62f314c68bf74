// Svctl controls services and shows them: svctl(8). Called svc, sv, s6-svc or
// like another client of the field, it is that; under any other name it is the
// LSB script of the service of that name.
//
//go:debug containermaxprocs=0
//go:debug updatemaxprocs=0
package main

import (
	"os"

	"github.com/svdir/svdir/svctl/verb"
)

func main() {
	os.Exit(verb.Main(os.Args))
}
