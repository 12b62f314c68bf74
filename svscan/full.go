package svscan

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// What one service takes of the descriptors of a process that hosts it, with a
// logger twice that, and what is left for everything else: for starts, for who
// looks, for the services that are there.
const (
	perService = 10
	spare      = 48
)

// errFull says that there is no room for one more service.
var errFull = errors.New("too few descriptors are left")

// openFiles is how many descriptors we may have, all if nobody knows.
func openFiles() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return ^uint64(0)
	}
	return limit.Cur
}

// isFull says that k, whose directory is the last that was opened, cannot be
// hosted: so those that are go on, and the others wait for an end.
func (d *dense) isFull(k *keeping, names int) bool {
	return uint64(k.dir+names*perService+spare) > d.limit
}

// sayFull says it once for all.
func (s *scanner) sayFull() {
	s.once(&s.saidFull, "unable to start more services: the limit of descriptors (ulimit -n) is "+
		strconv.FormatUint(openFiles(), 10)+", and each takes "+strconv.Itoa(perService)+", with a logger "+
		strconv.Itoa(2*perService)+"; the rest waits")
}
