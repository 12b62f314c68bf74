// Package tests proves the suite from outside: its programs run as processes,
// driven as people and scripts drive them. Unit tests are beside the code.
//
//	script/*.txtar     our programs, one topic a file; script_test.go has the commands
//	peer_test.go       clients and supervisors of daemontools, runit and s6, with ours and without
//	daemons_test.go    nginx, redis and PostgreSQL from Debian in the directories of examples/; daemons_more_test.go: sshd, cron; daemons_ready_test.go: when they are ready
//	shapes_test.go     the awkward shapes of real directories; oneliners_test.go: what people type
//	readme_test.go     the README's first screen, pasted line by line; overlay_test.go, devenv_test.go, daemonproxy_test.go: examples/from-s6-overlay, from-devenv, from-daemonproxy
//	background_test.go daemons that background themselves; lockfd_test.go: one copy of a service, by the kernel's word
//	attribute_test.go  starts through svexec; split_test.go: set/split-stderr; producer_test.go: one logger for several
//	sockets_test.go    set/sockets; demand_test.go: set/on-demand; ports_test.go: set/ports; listener_test.go: a service that is given them
//	health_test.go     set/check, set/alive, the watchdog; stub_test.go: the server that is asked
//	notify_test.go     set/notify-socket; announcer_test.go: a service that speaks on it
//	catchall_test.go   one logger for all that have none; labeller_test.go: such a logger; attributed_test.go: whose line is whose
//	served_test.go     one svlog for the default loggers of svscan -dense
//	output_test.go     the default logger, .svscan/set/output, svscan -run
//	life_test.go       restarts, finish, the last request, the history; end_test.go: down, signals, KILL; moment_test.go: what dies at once, what is edited
//	bad_test.go        bad input; settings_test.go: as settings; shortage_test.go: a full disk, no descriptors, no processes
//	adopt_test.go      supervise killed, and the next one; reexec_test.go: executed again in place; unseen_test.go: what it had not written down; stranger_test.go: whose pid another has by now
//	logdir_test.go     where logs are found, whoever keeps them and whoever asks
//	verdict_test.go    how an adopted run ended
//	takeover_test.go   svscan killed, and the next one; orphans_test.go: what it reaps
//	modes_test.go      svscan -dense and without, on one tree; dense_test.go: SVDIR_DENSE=1 runs all of this so; many_test.go: 10,000 services; soak_test.go: half an hour; far_test.go: slow programs
//	deaths_test.go     service, logger, supervise and svscan die in every order
//	scope_test.go      how far a stop reaches, and daemons; bound_test.go, boundsupervise_test.go: bound lifetimes; holder_test.go: who holds them; init_test.go: process 1
//	kill_test.go       supervise killed at every system call: killscenario_test.go, killscan_test.go, killcheck_test.go, killrole_test.go, killonce_test.go
//	storm_test.go      TERM at random instants, and thousands of services
//	chaos/             a tree of all shapes while random processes of ours are killed
//	pipe_test.go       a flood of lines while the logger comes and goes
//	nest_test.go       svscan as a service, and as process 1; clean_test.go: what a service starts with
//	bench/             ours beside the field, and what we promise of that; not run with the tests
//	need/              programs of ours and of the field, for the tests of all packages; golden/: files of what is agreed
//	report_test.go     what make check shows of all this
//	tree_test.go       the scan directory and svscan that these have; build_test.go, process_test.go, state_test.go, wait_test.go: likewise
//	notice_test.go     messages that nobody reads; terminal_test.go, nohup_test.go: HUP
//	layers_test.go     who imports whom, and the other rules of the house
//	footprint_test.go  what an idle supervise and an idle svlog cost
//
// The programs are built once, into a temporary directory, with every name
// that they answer to. Nothing here sleeps: what a test waits for it waits for
// by inotify, with a deadline. A suite or a tool that is not installed is skipped
// with a word; with REQUIRE_PEERS=1 that is a failure. What no package gives, as root,
// a cgroup that may be divided or a loop device, is skipped then too.
//
// # Not tested
//
//   - svscan as process 1 of a booted machine: in a pid namespace at most.
//   - A power cut: files are renamed without fsync, since they mean nothing after a boot.
//   - The clock set back or forth while services run.
//   - Other kernels than the one at hand, other systems than Linux, other processors than its: the
//     own vfork of arm64 was tried under an emulator alone.
//   - A finish or a control/X that runs twice where children cannot note themselves (supervise/seek_linux.go).
//   - s6 newer than Debian's 2.11.3.2: its clients are known by source only.
//   - NFS and other file systems without inotify or locks.
//   - The installed daemons under load, and their upgrades.
package tests
