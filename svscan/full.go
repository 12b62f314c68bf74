package svscan

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// What is taken of the descriptors of a process that hosts services, and what is
// left for everything else: for those to whom something happens, for who looks.
const (
	ofService = 6 // its directory, supervise/ there, the lock, control, ok, the process of run
	ofLogger  = 8 // the same, where the FIFO is that it reads, and by what the svlog of all reports
	ofPipe    = 2 // both ends of that FIFO
	ofShadow  = 1 // with -run: the definition
	spare     = 128
)

// errFull says that there is no room for one more service.
var errFull = errors.New("too few descriptors are left")

// openFiles is how many descriptors we may have, all if nobody knows.
func openFiles() int {
	const most = 1 << 30 // more than the kernel gives
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return most
	}
	return int(min(limit.Cur, most))
}

// cost is what k takes, which is about to be hosted.
func (d *dense) cost(k *keeping, logged bool) int {
	sum := d.ofEach()
	if logged {
		sum += ofLogger
	}
	if k.notify >= 0 {
		sum += 2 // we hold it, and the service has it
	}
	for _, fd := range k.pipes {
		if fd < 0 {
			continue
		}
		if sum += ofPipe; !logged {
			sum++ // of the service that reads it
		}
	}
	return sum
}

// ofEach is what every service takes.
func (s *scanner) ofEach() int {
	if s.run >= 0 {
		return ofService + ofShadow
	}
	return ofService
}

// isFull says that there is no room for so many more: so those that are hosted go
// on, and the others wait for an end. The limit may have been changed meanwhile.
func (d *dense) isFull(more int) bool { return d.taken+more > openFiles()-spare }

// sayFull says it once for all.
func (s *scanner) sayFull() {
	each := s.ofEach()
	s.once(&s.saidFull, "unable to start more services: the limit of descriptors (ulimit -n) is "+
		strconv.Itoa(openFiles())+", and each takes "+strconv.Itoa(each)+", with a logger "+
		strconv.Itoa(each+ofLogger+ofPipe)+"; the rest waits")
}
