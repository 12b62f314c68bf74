// Bench measures ours beside daemontools, runit and s6, and prints one table in
// markdown.
//
//	go run ./tests/bench [-rows boot,restart] [-suites svdir,s6] [-n 1000] [-rounds 5] [-window 62s] [-bin bin] [-disk dir] [-o file] [-check]
//
// # How to read the table
//
// A cell is the median of all samples, and in brackets the middle half of them.
// Less is better but for MB/s. The absolute figures hold for this machine on
// this day: the result is the ratio of ours to the best peer, that with the best
// median in the line. A difference of less than some 15 % says nothing on a
// machine that others use. A dash is what was not measured; if that is a failure,
// why is on standard error.
//
// The columns: bare is a program that only forks and executes every run, the
// floor and no peer; svdir is ours as it comes, dense is svscan -dense.
//
// What we promise is in goal.go. With -check what came of each is printed too:
// met, missed, or MISSED by more than a fifth, and then the exit status is 1.
// The goals are for the sizes of the table and the default of -window: -n bounds
// the number of services in each tree, so that a try is quick.
//
// # How it is measured
//
// A tree is a fresh scan directory, in memory where there is /dev/shm, or on disk
// below -disk where the line says so. Only one tree exists at a time. In each
// round every suite has its tree of each scene (scene.go), and the suites take
// turns in being first, so that what else the machine does happens to all alike.
//
// Every run script is the same small static program, executed directly, no
// shell: it writes the monotonic time of its start to a FIFO, which is always in
// memory, and a line to its log, and waits to be killed. As log/run it becomes
// the logger. That is the suite's own; of ours the default logger, without
// log/run. With multilog, it is that under all suites. Nothing is measured by
// asking again and again: starts come by the FIFO, status changes by inotify,
// and the end of a tree is the moment in which this program, as the child
// subreaper, has no child left.
//
// The rows:
//
//   - memory: what the supervisors, the scanner and the loggers share with
//     nobody; and what the kernel holds for them, less what it holds for a
//     service under bare: stacks, page tables, and by what the slab has grown,
//     which is of the whole machine.
//   - boot: from the start of the scanner to the last start of a service, with
//     loggers to the first line in the last log. disk is the same on disk; with
//     -run it is compared with what peers do without.
//   - pickup: from the link or rename into the scan directory to the start. Who
//     polls is asked at a quarter and at three of its five seconds; s6 is told
//     by s6-svscanctl -a, which is part of its figure.
//   - restart: from kill -9 to the next start. s6 waits for a second, unless the
//     service had announced readiness. With it, what the supervisors
//     themselves used of the processor.
//   - control: from the letter to the status that tells of it.
//   - wait: the commands that return when it is so: svctl down and up, sv stop
//     and start, s6-svc -wD -d and -wu -u.
//   - status: the commands of each suite that tell the status of all services:
//     s6-svstat is one for each service.
//   - idle: how often all of the suite's processes together, its loggers
//     included, and each of them, wake up within -window, and what that costs.
//     In the first round.
//   - crash: what the supervisors use of the processor for a restart of services
//     that end at once, which all start once a second. In the first two rounds.
//   - flood: how fast the suite's own logger, alone, writes lines to a directory
//     that come as fast as it takes them, in blocks of 64 kB through a pipe of
//     the default size, and what of the processor a gigabyte costs it. What
//     writes to the pipe is not counted.
//   - trickle: what a line costs it that comes alone.
//   - shutdown: from the request to the end of the last process; for
//     daemontools in the order in which no line of a log is lost.
//
// restart, control, wait and shutdown begin when the services have been up for
// more than a second: before, all suites delay restarts, and daemontools is deaf.
package main
