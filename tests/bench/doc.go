// Bench measures ours beside daemontools, runit and s6, and prints one table.
//
//	go run ./tests/bench [-rows boot,restart] [-suites svdir,s6] [-n 100] [-rounds 5] [-bin bin] [-dense]
//
// # How to read the table
//
// A cell is the median of all samples, in brackets the middle half of them, and
// how many there are. Less is better but for MB/s. The absolute figures hold
// for this machine on this day: the result is the ratio between columns, "ours /
// best" for the median of ours and that of the best peer in that line. A
// difference of less than some 15 % says nothing on a machine that others use.
// The last column is what we promised, and whether this run kept it. A dash is
// what was not measured; why is on standard error.
//
// # How it is measured
//
// A tree is a fresh scan directory, in memory where there is /dev/shm, with -n
// services. Only one tree exists at a time. In each round every suite has its
// tree of each scene, and the suites take turns in being first, so that what
// else the machine does happens to all alike.
//
// Every run script is the same small static program, executed directly, no
// shell: it writes the monotonic time of its start to a FIFO and waits to be
// killed. As a logger it then becomes multilog, under all suites. Nothing is
// measured by asking again and again: starts come by the FIFO, status changes by
// inotify, and the end of a tree is the moment in which this program, as the
// child subreaper, has no child left.
//
// The rows:
//
//   - boot: from the start of the scanner to the last start of a service or logger.
//   - pickup: from the link or rename into the scan directory to the start. Who
//     polls is asked at a random instant of its five seconds; s6 is told by
//     s6-svscanctl -a, which is part of its figure. In the first three rounds.
//   - restart: from kill -9 to the next start. s6 waits for a second, unless the
//     service had announced readiness. With it, what the supervisors
//     themselves used of the processor.
//   - control: from the letter to the status that tells of it.
//   - status: the commands of each suite that tell the status of all services:
//     s6-svstat is one for each service.
//   - memory: what the supervisors and the scanner share with nobody, and what an
//     idle logger of the suite does not.
//   - idle: how often they wake up within -window (take 60s for a figure to
//     quote), and what that costs. In the first round.
//   - flood: how fast the suite's own logger, alone, writes lines to a directory
//     that come as fast as it takes them, in blocks of 64 kB through a pipe of
//     the default size, and what of the processor a gigabyte costs it. What
//     writes to the pipe is not counted.
//   - trickle: what a line costs it that comes alone.
//   - shutdown: from the request to the end of the last process; for
//     daemontools in the order in which no line of a log is lost.
//
// restart, control and shutdown begin when the services have been up for more
// than a second: before, all suites delay restarts, and daemontools is deaf.
package main
