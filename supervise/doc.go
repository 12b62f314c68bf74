// Package supervise is the engine: it keeps the services of any number of
// service directories running. cmd/supervise hosts one service and its logger
// (Run); svscan -dense hosts all services of a scan directory (Embed).
//
// # What flows where
//
// Everything that happens to a service becomes an Event: a letter from its
// control FIFO, the end of a process on its pidfd, a newline on its readiness
// pipe, a deadline that has come. The Machine of the service takes one event at
// a time and answers with Actions: start run, send a signal, announce. It is
// pure: data in, actions out, no clock, no file. Its whole behaviour is one
// table, event by state, in table.go; every cell of it is printed to
// testdata/table.txt. The Service performs the actions, what comes of them is
// the next event, and when nothing more comes it shows the outcome. The Engine
// is the one wait that all of its services share.
//
//	descriptors → Engine (loop.go) → Event → Machine (table.go, letters.go, ends.go)
//	                                             ↓ Action
//	   files ← show (announce.go) ← Service.perform (perform.go, spawn_linux.go)
//
// # States
//
// What is wanted (down, up, once) is kept apart from what is, and can be asked
// for in every state.
//
//	                 u, o                 no run, or a condition
//	down ─────────────────────► starting ◄────────────────────► waiting
//	 ▲ ▲                        │   │  ▲                           │ d
//	 │ │ d                 ready│   │  │ deadline                  ▼
//	 │ backoff ◄── too soon ─┐  ▼   │  └──────────── backoff     down
//	 │                       │ up ◄─┼──► paused
//	 │                       │  │   │ d, Shutdown (also from up and paused)
//	 │                       │  │   ▼
//	 │                       │  │ stopping ── rest ended ──┐
//	 │                  run ended  (from starting, up, paused)
//	 │                       │  └──────────────────────────▼
//	 └── d, wanted down ─────┴───────────────────────── finishing
//	                             └─► exited (a once, a success), failed (gave up)
//
// A run that has said nothing about readiness is up as soon as it was started;
// with notification-fd it is starting until it writes a newline, and ended when
// timeout-up comes first; with set/min-uptime until it has lived for so long.
// Whether another run follows, and when, package restart decides from what set/
// says and how the runs before fared. skipped is for
// a service whose condition is false.
//
// Where kill-scope is tree, every end of run leads through stopping, until its
// last descendant has ended.
//
// # What must hold
//
// These are walked at random in walk_test.go.
//
//  1. At most one process of run exists.
//  2. The last request wins, and a stop beats every pending start.
//  3. Every start is followed by exactly one finish before the next start.
//  4. Nothing is announced before it is true; a status on disk is whole.
//  5. From every state, down and then quiet leads to down, within timeout-kill
//     and timeout-finish where these are set.
//  6. A service that dies at once is started at most once a second.
//
// # Order
//
// When a service is opened: lock, control, status, then ok. A client that can
// open ok for writing finds all the rest. When something has changed: status
// first, then stat, pid, death_tally, history and status.env, and at last the
// event directory: a client that was told by an event reads a status that
// knows it already. Nothing is synced: after a reboot none of it means
// anything.
//
// # When supervise is killed
//
// Every process of ours may be killed at any instant, and the next one goes on
// (adopt_linux.go). status.env is the last state that was written down. What may
// have happened since is in supervise/child, and is put there before it can
// matter to anybody:
//
//   - a child notes itself there before it executes anything, and as long as it
//     has not, it has our lock, so that no next supervise begins;
//   - a letter moves there from the control FIFO in one system call, and stays
//     until what came of it is in status.env; to obey it twice does no harm;
//   - how a child ended is noted there before it is reaped: until then svscan
//     would inherit it, and note how it ended.
//
// So the next supervise takes the state, obeys those letters again, looks what
// has ended, and does what the machine says: a start or a finish that it would
// make and that is noted already is taken over instead. The same is done when
// supervise is told to let go, and when it executes itself again.
//
// # The FIFO between service and logger
//
// It is supervise/log in the service's directory. We hold its writing end until
// the service has left; the service's standard output is opened for reading and
// writing, so that a write neither fails nor ends when the logger or we are
// away; the logger's standard input for reading only, so that it sees the end;
// svscan holds a reading end that it never reads. While any of the four lives
// no byte is lost. A logger whose service has left reads to the end and leaves
// too. A stray process may keep the FIFO open: when it has been empty for a
// second, the logger gets TERM. With split-stderr there is a second FIFO, held by
// the same four (pipe_linux.go). A service may be the logger of others, the
// catch-all of all that have none: it has their FIFOs for reading and writing, and
// we hold them from one of its runs to the next (consume_linux.go). Where the
// logger keeps its log is looked up a moment after its start, and told in
// status.env (log_linux.go).
//
// # Sockets and ports
//
// What set/sockets asks for is bound before the first run (sockets_linux.go) and closed
// when the service is down; meanwhile a process that package socket describes keeps it
// for the supervise that comes after one that was killed. With on-demand the sockets are
// in our wait until somebody comes (demand_linux.go): that is a state waiting, and what
// comes of it a start like any other. The ports of set/ports are chosen before each
// start (ports_linux.go).
//
// # Oneshots
//
// One that has worked is up without a process (oneshot.go). svexec asks whether its work
// is done already, and has svwatch look at its inputs; then it is skipped, which those
// that need it take for done. When up has succeeded, what it has exported and what its
// inputs were is kept before that is written down (export_linux.go), so that a kill in
// between has it kept once more; a run that fails leaves nothing of either. Who needs it
// learns from its status.env that there is something to import.
//
// # How far a stop reaches
//
// RunEnded carries the scope that set/kill-scope asks for. Beyond the process of
// run and its group no system call reaches all at once, so a session or a tree
// is hunted (hunt_linux.go): one reading of /proc (tree_linux.go), in pieces and
// for all who want one (survey_linux.go), from which kin.go, pure, decides who
// belongs to it; all are stopped until nobody new is found, and then signalled. A
// service with a tree makes us a subreaper (reaper_linux.go): orphans come to us,
// and are reaped by us. Where a cgroup can be had it does the killing, and the walk
// finds nobody (cgroup_linux.go).
//
// # Readiness and health
//
// At each start one thing is chosen that will tell when run is ready (health.go):
// the descriptor, the notify socket (notify_linux.go), of which package notify
// reads the datagrams, or a check (probe_linux.go), whose times and thresholds
// package probe keeps; where there are ports and none of these, that it listens
// (portcheck_linux.go). All end in the events Ready, Unready and Sick. Probes, the
// watchdog and set/diagnose go on while the machine says that run is there, which
// is looked at after each event: so a stop ends them, whatever brought it. What
// runs beside a service has slots of its own in supervise/child; the next
// supervise ends a probe, and waits for set/diagnose.
//
// # What a start does
//
// A directory that has nothing but run, and has not changed for a while, is not
// searched for the rest (plain_linux.go). control/u, if there is one, runs
// first. Then the descriptors are opened, the readiness pipe made, and one fork
// and exec gives a child with default signal handlers, an empty mask, a session
// of its own (but see Style) and no descriptor that it did not ask for. Its
// pidfd joins the wait. What cannot be started is told once, in words, and
// tried again after a second, then two, up to a minute; the letter L, which
// svscan sends when it sees a change, tries at once.
//
// # Thousands in one process
//
// Embedded, an Engine keeps nobody waiting for another: each wait takes a few
// events, each turn does a few of the things that are due (agenda.go), and what
// takes long is cut into pieces or left to a child, as the execution of a program
// on another file system (launch.go). A service at rest gives up what it can open
// again (rest_linux.go).
package supervise
