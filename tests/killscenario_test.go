package tests

import "github.com/svdir/svdir/supervise/status"

// killScenario is something that a supervise does while it may be killed.
type killScenario struct {
	name   string
	files  []string     // of the service beside run
	logged bool         // with a logger, in the same supervise
	once   bool         // a oneshot: up in the place of run, with inputs
	before status.State // in which it is asked
	asked  string       // letters
	dies   bool         // run ends by itself then
	away   bool         // and once more, while no supervise is there
	late   bool         // nobody is reaped until the next supervise has adopted
	want   status.State // in the end
	starts int          // in all, but for those that follow being away
	counts func(*killScan) bool
}

var killScenarios = []killScenario{
	{name: "start", want: status.Up, starts: 1},
	{name: "start with all", files: []string{"finish", "notification-fd", "set/umask"}, want: status.Up, starts: 1},
	{name: "start logged", logged: true, files: []string{"finish"}, want: status.Up, starts: 1},
	{name: "start with a check", files: []string{"finish", "check", "set/check/timeout"}, want: status.Up, starts: 1},
	{name: "start with a notify socket", files: []string{"finish", "set/notify-socket"}, want: status.Up, starts: 1},
	{name: "death with a notify socket", files: []string{"set/notify-socket"}, before: status.Up, dies: true, want: status.Up, starts: 2},
	{name: "death with a check", files: []string{"check", "set/check/timeout"}, before: status.Up, dies: true, want: status.Up, starts: 2},
	{name: "start, dies away", files: []string{"finish"}, away: true, want: status.Up, starts: 1},
	{name: "start with all, dies away", files: []string{"finish", "notification-fd", "set/umask"}, away: true, want: status.Up, starts: 1},
	{name: "death", files: []string{"finish"}, before: status.Up, dies: true, want: status.Up, starts: 2},
	{name: "death reaped late", files: []string{"finish"}, before: status.Up, dies: true, late: true, want: status.Up, starts: 2},
	{name: "death with all", files: []string{"finish", "notification-fd", "set/umask"}, before: status.Up, dies: true, want: status.Up, starts: 2},
	{name: "death logged", logged: true, before: status.Up, dies: true, want: status.Up, starts: 2},
	{name: "start split", logged: true, files: []string{"set/split-stderr"}, want: status.Up, starts: 1},
	{name: "death split", logged: true, files: []string{"set/split-stderr"}, before: status.Up, dies: true, want: status.Up, starts: 2},
	{name: "start with sockets", files: []string{"set/sockets/a"}, want: status.Up, starts: 1},
	{name: "down with sockets", files: []string{"set/sockets/a"}, before: status.Up, asked: "d", want: status.Down, starts: 1},
	{name: "listen", files: []string{"set/sockets/a", "set/on-demand"}, want: status.Waiting},
	{name: "once with sockets and ports", files: []string{"set/sockets/a", "set/on-demand", "set/ports/a", "down", "brief"}, before: status.Down, asked: "o", want: status.Exited, starts: 1},
	{name: "death for good", files: []string{"finish", "hopeless"}, before: status.Up, dies: true, want: status.Failed, starts: 1},
	{name: "down", files: []string{"finish"}, before: status.Up, asked: "d", want: status.Down, starts: 1},
	{name: "down with all", files: []string{"finish", "notification-fd", "set/umask"}, before: status.Up, asked: "d", want: status.Down, starts: 1},
	{name: "down and up", files: []string{"finish"}, before: status.Up, asked: "du", want: status.Up, starts: 2},
	{name: "up", files: []string{"finish", "down"}, before: status.Down, asked: "u", want: status.Up, starts: 1},
	{name: "once", files: []string{"finish", "down", "brief"}, before: status.Down, asked: "o", want: status.Exited, starts: 1},
	{name: "exit", files: []string{"finish"}, before: status.Up, asked: "dx", want: status.Down, starts: 1},
	{name: "term", files: []string{"finish", "control/t"}, before: status.Up, asked: "t", want: status.Up, starts: 2},
	{name: "term handled", files: []string{"control/t", "handles"}, before: status.Up, asked: "t", want: status.Up, starts: 1,
		counts: (*killScan).controlled},
	{name: "let go", files: []string{"finish"}, before: status.Up, asked: "G", want: status.Up, starts: 1,
		counts: func(k *killScan) bool { return k.begun > 1 }},
	{name: "reexec", files: []string{"finish", "notification-fd"}, before: status.Up, asked: "R", want: status.Up, starts: 1,
		counts: func(k *killScan) bool { return k.killed || k.record().Reexecs > 0 }},
	{name: "oneshot", once: true, files: []string{"down"}, want: status.Up, starts: 1},
	{name: "oneshot undone", once: true, files: []string{"down"}, before: status.Up, asked: "d", want: status.Down, starts: 1},
	{name: "oneshot again", once: true, files: []string{"down"}, before: status.Up, asked: "du", want: status.Up, starts: 2},
	{name: "oneshot skipped", once: true, before: status.Up, asked: "du", want: status.Skipped, starts: 1},
	{name: "reexec logged", logged: true, before: status.Up, asked: "R", want: status.Up, starts: 1,
		counts: func(k *killScan) bool { return k.killed || k.record().Reexecs > 0 }},
}
