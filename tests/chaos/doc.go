// Package chaos proves that every process of ours may die at any instant, and
// that nothing the user runs notices.
//
// A tree of thirty services, of all shapes, runs under steady log lines and
// control traffic. Meanwhile svscan, any supervise, any svlog and svexec get
// KILL, or STOP and then CONT, or are told to execute themselves anew, at
// random instants and several at once. The harness is in the place of init: it
// starts svscan again when that dies, and reaps what svscan left behind.
//
// # What must hold
//
//   - copies: a run never lives twice. Each holds a lock for life.
//   - lines: each logged line is there once, in order. That is looked at each second
//     too, so that what is wrong is told near the blow that it comes from.
//   - wish: soon after quiet has come each service is as it was asked for last.
//   - start: what is not wanted up is not started.
//   - finish: each run that has ended is followed by finish once.
//   - zombie, process, file: nothing is left that belongs to nobody, neither
//     meanwhile nor after an orderly stop.
//   - stop: svscan ends in order, and all below it.
//
// # How to run it
//
//	make chaos KILLS=10000
//	go test ./tests/chaos -run TestChaos -v -limit 0 -kills 10000 -seed 42 -suite svdir
//
// With svscan -dense (the suite dense) the victims are svscan, which supervises
// all, loggers and svexec. Of the blows that are for a supervise those to the first
// service hit svscan: with all of them it would never live.
//
// The same tree under runit and daemontools, with their programs in the place
// of ours, has far fewer blows to endure, and violations all the same: they
// prove that the harness sees them, and the table compares.
//
// # How to replay it
//
// The seed is printed: make chaos SEED=42. The same seed gives the same
// schedule: whom each blow and each letter is for, and when, since the start.
// What the processes do meanwhile is the scheduler's affair, so run it more than
// once.
//
//	service/      what the services run
//	tree.go       the services       suite.go   whose programs serve them
//	schedule.go   who, what, when    blow.go    does it; find.go: to which process
//	traffic.go    letters and words, and what each service is wanted to be
//	family.go     the processes below us; scanner.go: svscan, started again and again
//	watch.go      what is looked at all the time; calm.go: what is when quiet has come
//	standin.go    the FIFOs while svscan is dead
//	lives.go      starts and finishes; lines.go: the logs; progress.go: while they grow; files.go: what is left
//	verdict.go    violations, and the table; report.go: what is known of them
//	storm.go      all of it in its order
package chaos
