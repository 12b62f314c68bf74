package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestPeers drives each supervisor with each suite's clients: theirs on ours,
// ours on theirs, and theirs on theirs, which proves the cases themselves.
// What ours says on ours comes for nothing.
func TestPeers(t *testing.T) {
	t.Parallel()
	for _, suite := range suites {
		for _, clients := range []string{"theirs", "ours"} {
			for _, s := range supervisors {
				if !strings.Contains(" "+s.speaks+" ", " "+suite.name+" ") || clients == "theirs" && suite.name == "svdir" {
					continue
				}
				t.Run(suite.name+"/"+clients+" on "+s.name, func(t *testing.T) {
					t.Parallel()
					drive(t, suite, clients, s)
				})
			}
		}
	}
}

// supervisor is one way in which a service directory comes to be supervised.
type supervisor struct {
	name   string
	peer   string // the suite that must be installed
	path   string // what comes first in its PATH: bin, compat or nothing of ours
	argv   string
	speaks string // the suites whose clients it serves
	scans  bool   // it runs web/log too, and what leaves is started again
}

var supervisors = []supervisor{
	{name: "djb's supervise", peer: "daemontools", argv: "/usr/bin/supervise web", speaks: "daemontools svdir"},
	{name: "runit's runsv", peer: "runit", argv: "/usr/bin/runsv web", speaks: "daemontools runit svdir"},
	{name: "s6-supervise", peer: "s6", argv: "/usr/bin/s6-supervise web", speaks: "s6 svdir"},
	{name: "our supervise", path: "bin", argv: "supervise web", speaks: "daemontools runit s6 svdir"},
	{name: "our runsv", path: "compat", argv: "runsv web", speaks: "daemontools runit svdir"},
	{name: "our s6-supervise", path: "compat", argv: "s6-supervise web", speaks: "daemontools s6 svdir"},
	{name: "djb's svscan", peer: "daemontools", argv: "/usr/bin/svscan .", speaks: "daemontools svdir", scans: true},
	{name: "runsvdir", peer: "runit", argv: "/usr/bin/runsvdir .", speaks: "daemontools runit logged svdir", scans: true},
	{name: "our supervise under djb's svscan", peer: "daemontools", path: "bin", argv: "/usr/bin/svscan .", speaks: "daemontools runit logged s6 svdir", scans: true},
	{name: "our runsv under runsvdir", peer: "runit", path: "compat", argv: "/usr/bin/runsvdir .", speaks: "daemontools runit logged svdir", scans: true},
	{name: "our svscan", path: "bin", argv: "svscan .", speaks: "daemontools runit logged s6 svdir", scans: true},
}

// step is one command line. A question is asked until the answer is right; an
// order is given once.
type step struct {
	ask  bool
	line string
	code int
	want string // a regular expression for all that it says
}

func order(line string) step { return step{line: line, want: `^$`} }

func answers(line, want string) step { return step{line: line, want: want} }

func ask(line, want string) step { return step{ask: true, line: line, want: want} }

func refuses(line string, code int, want string) step {
	return step{ask: true, line: line, code: code, want: want}
}

// svRuns is asked after a restart. runsv is deaf in the second that it may wait
// before a start, sv then answers for the old process; and a service can write
// before its status is written.
var svRuns = ask("sv status web", `^run: web: \(pid \d+\) \d+s(;.*)?$`)

// suite is a set of clients and the suite that must be installed for them.
type suite struct {
	name, peer string
	steps      []step
	leave      []step // the end: under a scanner it would be started again
}

// suites are the cases: what people type, and what they see then.
var suites = []suite{
	{"daemontools", "daemontools", []step{
		ask("svok web", `^$`),
		ask("svstat web", `^web: up \(pid \d+\) \d+ seconds$`),
		ask("cat web/starts", `^start$`),
		order("svc -p web"), ask("svstat web", `^web: up \(pid \d+\) \d+ seconds, paused$`),
		order("svc -c web"), ask("svstat web", `^web: up \(pid \d+\) \d+ seconds$`),
		order("svc -h web"), ask("cat web/got", `^HUP$`),
		order("svc -a web"), ask("cat web/got", `^HUP\nALRM$`),
		order("svc -i web"), ask("cat web/got", `^HUP\nALRM\nINT$`),
		order("svc -t web"), ask("cat web/starts", `^start\nstart$`),
		order("svc -d web"), ask("svstat web", `^web: down \d+ seconds, normally up$`),
		order("touch web/down"), ask("svstat web", `^web: down \d+ seconds$`),
		order("svc -o web"), ask("svstat web", `^web: up \(pid \d+\) \d+ seconds, normally down(, want down)?$`), ask("wc -l <web/starts", `^3$`),
		order("svc -k web"), ask("svstat web", `^web: down \d+ seconds$`),
		order("rm web/down; svc -u web"), ask("svstat web", `^web: up \(pid \d+\) \d+ seconds$`), ask("wc -l <web/starts", `^4$`),
		order("svc -du web"), ask("wc -l <web/starts", `^5$`),
		ask("svstat web missing", `^web: up \(pid \d+\) \d+ seconds\nmissing: unable to chdir: file does not exist$`),
		refuses("svc -z web", 100, `svc options`),
	}, []step{
		order("svc -dx web"), refuses("svok web", 100, `^$`),
		ask("svstat web", `^web: supervise not running$`),
		answers("svc -u web", `^svc: warning: unable to control web: supervise not running$`),
	}},
	{"runit", "runit", []step{
		svRuns,
		ask("cat web/starts", `^start$`),
		answers("sv check web", `^ok: run: web: \(pid \d+\) \d+s(;.*)?$`),
		order("sv pause web"), ask("sv status web", `^run: web: \(pid \d+\) \d+s, paused(;.*)?$`),
		order("sv cont web"), svRuns,
		order("sv hup web"), ask("cat web/got", `^HUP$`),
		order("sv alarm web"), ask("cat web/got", `ALRM$`),
		order("sv interrupt web"), ask("cat web/got", `INT$`),
		order("sv quit web"), ask("cat web/got", `QUIT$`),
		order("sv 1 web"), ask("cat web/got", `USR1$`),
		order("sv 2 web"), ask("cat web/got", `USR2$`),
		answers("sv reload web", `^ok: run: web: \(pid \d+\) \d+s$`),
		answers("sv stop web", `^ok: down: web: \d+s, normally up$`),
		answers("sv start web", `^ok: run: web: \(pid \d+\) \d+s$`), ask("wc -l <web/starts", `^2$`),
		answers("sv restart web", `^ok: run: web: \(pid \d+\) \d+s$`), ask("wc -l <web/starts", `^3$`), svRuns,
		order("sv once web"), ask("sv status web", `^run: web: \(pid \d+\) \d+s, want down(;.*)?$`),
		order("sv term web"), ask("sv status web", `^down: web: \d+s, normally up(;.*)?$`),
		order("sv up web"), svRuns, ask("wc -l <web/starts", `^4$`),
		answers("sv force-reload web", `^ok: run: web: \(pid \d+\) \d+s$`), ask("wc -l <web/starts", `^5$`), svRuns,
		answers("sv force-restart web", `^ok: run: web: \(pid \d+\) \d+s$`), ask("wc -l <web/starts", `^6$`), svRuns,
		answers("sv try-restart web", `^ok: run: web: \(pid \d+\) \d+s$`), ask("wc -l <web/starts", `^7$`), svRuns,
		answers("sv force-stop web", `^ok: down: web: \d+s, normally up$`),
		answers("sv -v up web", `^ok: run: web: \(pid \d+\) \d+s$`), ask("wc -l <web/starts", `^8$`),
		order("sv down web"), ask("sv status web", `^down: web: \d+s, normally up(;.*)?$`),
		refuses("sv status missing", 1, `^fail: missing: unable to change to service directory: file does not exist$`),
		answers("sv -v up web", `^ok: run: web`), ask("wc -l <web/starts", `^9$`), order("sv kill web"), ask("wc -l <web/starts", `^10$`),
		svRuns,
		refuses("sv bogus", 100, `usage`),
	}, []step{
		answers("sv stop web", `^ok: down: web: \d+s, normally up$`),
		order("sv exit web"), refuses("sv status web", 1, `^fail: web: runsv not running$`),
	}},
	{"logged", "runit", []step{
		ask("sv status web", `^run: web: \(pid \d+\) \d+s; run: log: \(pid \d+\) \d+s$`),
		ask("svstat web web/log", `^web: up \(pid \d+\) \d+ seconds\nweb/log: up \(pid \d+\) \d+ seconds$`),
		ask("cat web/log/lines", `^line 1$`),
		order("svc -t web/log"), ask("cat web/log/starts", `^start\nstart$`),
		order("svc -t web"), ask("cat web/log/lines", `^line 1\nline 2$`), svRuns,
		answers("sv stop web", `^ok: down: web: \d+s, normally up$`),
		ask("sv status web", `^down: web: \d+s, normally up; run: log: \(pid \d+\) \d+s$`),
		answers("sv start web", `^ok: run: web: \(pid \d+\) \d+s$`),
		ask("cat web/log/lines", `^line 1\nline 2\nline 3$`),
	}, nil},
	{"s6", "s6", []step{
		ask("s6-svok web", `^$`),
		ask("s6-svstat web", `^up \(pid \d+\) \d+ seconds$`),
		ask("cat web/starts", `^start$`),
		ask("s6-svstat -o up,wantedup,normallyup,paused,signal web", `^true true true false NA$`),
		order("s6-svc -p web"), ask("s6-svstat web", `^up \(pid \d+\) \d+ seconds, paused$`),
		order("s6-svc -c web"), ask("s6-svstat web", `^up \(pid \d+\) \d+ seconds$`),
		order("s6-svc -h web"), ask("cat web/got", `^HUP$`),
		order("s6-svc -a web"), ask("cat web/got", `ALRM$`),
		order("s6-svc -i web"), ask("cat web/got", `INT$`),
		order("s6-svc -q web"), ask("cat web/got", `QUIT$`),
		order("s6-svc -1 web"), ask("cat web/got", `USR1$`),
		order("s6-svc -2 web"), ask("cat web/got", `USR2$`),
		order("s6-svc -wd -T 60000 -d web"),
		ask("s6-svstat web", `^down \(signal SIGTERM\) \d+ seconds, normally up, ready \d+ seconds$`),
		refuses("s6-svwait -u -t 200 web", 99, `timed out`),
		order("s6-svc -wu -T 60000 -u web"), order("s6-svwait -u -t 60000 web"), ask("cat web/starts", `^start\nstart$`),
		order("s6-svc -wr -T 60000 -t web"), ask("cat web/starts", `^start\nstart\nstart$`),
		order("s6-svlisten1 -d -t 60000 web s6-svc -d web"),
		order("s6-svwait -D -t 60000 web"),
		order("s6-svc -wu -T 60000 -o web"), ask("s6-svstat web", `^up \(pid \d+\) \d+ seconds, want down$`),
		order("s6-svc -wD -T 60000 -k web"), ask("s6-svstat -o exitcode,signal web", `^-1 SIGKILL$`),
		ask("s6-svdt web", `^@[0-9a-f]{24} signal SIGTERM\n(.*\n)*@[0-9a-f]{24} signal SIGKILL$`),
	}, []step{
		order("s6-svc -xd web"), refuses("s6-svok web", 1, `^$`),
		refuses("s6-svstat web", 1, `^s6-svstat: fatal: : unable to read status for web: s6-supervise not running$`),
		refuses("s6-svc -u web", 100, `unable to control web: supervisor not listening`),
	}},
	{"svdir", "", []step{
		ask("svctl is-up web", ``), ask("cat web/starts", `^start$`),
		answers("svctl down web", ``), refuses("svctl is-up web", 1, ``),
		answers("svctl up web", ``), ask("svctl is-up web", ``), ask("cat web/starts", `^start\nstart$`),
		answers("svctl restart web", ``), ask("cat web/starts", `^start\nstart\nstart$`),
		answers("svctl hup web", ``), ask("cat web/got", `^HUP$`),
		answers("svctl -p web", ``), ask("svctl status web", `paused`),
		answers("svctl -c web", ``), answers("svctl kill web", ``),
		ask("cat web/starts", `^start\nstart\nstart\nstart$`),
		answers("svctl stop web", ``), ask("svctl list", `web`),
	}, []step{
		answers("svctl -x web", ``), refuses("svctl is-up web", 102, ``),
	}},
}

// webRun tells what happens to it in files, and ends on TERM and KILL alone.
const webRun = `#!/bin/sh
for name in HUP ALRM INT QUIT USR1 USR2; do trap "echo $name >>got" $name; done
sleep 1000 >/dev/null 2>&1 & # wait loses no signal, as read may
echo start >>starts
echo line $(wc -l <starts)
while :; do wait; done
`

const logRun = `#!/bin/sh
echo start >>starts
exec cat >>lines
`

func drive(t *testing.T, suite suite, clients string, s supervisor) {
	for _, peer := range []string{suite.peer, s.peer} {
		if peer != "" {
			needPeer(t, peer)
		}
	}
	dir := t.TempDir()
	writeRun(t, filepath.Join(dir, "web"), webRun)
	if s.scans {
		writeRun(t, filepath.Join(dir, "web/log"), logRun)
	}
	p, err := start(dir, filepath.Join(t.TempDir(), "said"), environment(t, s.path, dir), strings.Fields(s.argv)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.stop(syscall.SIGTERM) // djb's leaves its service, and sweep finds that
		sweep(dir)
		if t.Failed() {
			t.Logf("%s said:\n%s", s.argv, p.output())
		}
	})
	path := map[string]string{"theirs": "", "ours": "compat"}[clients]
	steps := suite.steps
	if !s.scans {
		steps = slices.Concat(steps, suite.leave)
	}
	for _, step := range steps {
		step.run(t, dir, environment(t, path, dir))
	}
}

// environment has bin, compat or nothing of ours before the programs of the field.
func environment(t *testing.T, path, dir string) []string {
	switch path {
	case "bin":
		path = bin(t) + ":"
	case "compat":
		path = compat(t) + ":"
	}
	return []string{"PATH=" + path + peerPath, "SVDIR=" + dir, "HOME=/", "SVWAIT=60"}
}

func writeRun(t *testing.T, dir, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	syscall.ForkLock.RLock() // see put
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(filepath.Join(dir, "run"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func (s step) run(t *testing.T, dir string, env []string) {
	t.Helper()
	want := regexp.MustCompile(s.want)
	var said string
	var code int
	right := func() bool {
		cmd := &exec.Cmd{Path: "/bin/sh", Args: []string{"sh", "-c", s.line}, Dir: dir, Env: env}
		out, _ := cmd.CombinedOutput() // its exit code says more
		said, code = strings.TrimSuffix(string(out), "\n"), cmd.ProcessState.ExitCode()
		return code == s.code && want.MatchString(said)
	}
	if s.ask && !await(dir, patience, right) || !s.ask && !right() {
		t.Fatalf("%s: got %d %q; want %d %q", s.line, code, said, s.code, s.want)
	}
}
