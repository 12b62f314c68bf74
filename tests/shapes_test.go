package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestShapes serves the directories of examples/shapes, the awkward shapes of
// real ones, each linked into the scan directory, and drives each as its owner
// would. The same under runsvdir proves the directories.
func TestShapes(t *testing.T) {
	t.Parallel()
	for _, peer := range []string{"daemontools", "runit"} {
		needPeer(t, peer)
	}
	for _, g := range grounds {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			w := g.plant(t)
			for _, s := range shapes {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					steps := slices.Concat(s.steps, map[bool][]step{true: s.ours, false: s.theirs}[g.ours])
					for _, step := range steps {
						step.run(t, w.scan, w.env)
					}
				})
			}
		})
	}
}

// ground is what the shapes stand on: who serves them, and whose clients they
// and their owners call.
type ground struct {
	name    string
	serves  string // the PATH of the scanner and of what it starts, as of environment
	clients string // the PATH of those who drive
	scan    string
	ours    bool
	end     syscall.Signal
}

// In bin is svctl, and all else is Debian's; in compat all is ours.
var grounds = []ground{
	{"svscan, Debian's clients", "bin", "bin", "svscan", true, syscall.SIGTERM},
	{"svscan, our clients", "compat", "compat", "svscan", true, syscall.SIGTERM},
	{"runsvdir, Debian's clients", "", "bin", "runsvdir", false, syscall.SIGHUP},
}

// plant lays out the shapes and serves them until the test is over: then all
// must end in order, and under ours nothing may be left.
func (g ground) plant(t *testing.T) *tree {
	t.Helper()
	w := plant(t)
	w.env = environment(t, g.clients, w.scan)
	mustRun(t, "cp", "-a", "../examples/shapes", filepath.Join(w.dir, "sv"))
	w.putVoid()
	for _, s := range shapes {
		for _, name := range s.links {
			w.must(os.Symlink("../sv/"+name, filepath.Join(w.scan, name)))
		}
	}
	w.serveWith(environment(t, g.serves, w.scan), g.scan)
	t.Cleanup(func() {
		if err := w.svscan.stop(g.end); err != nil {
			t.Error(err)
		}
		if g.ours {
			nothingBelow(t, w.dir)
		}
	})
	return w
}

// putVoid makes web, whose supervise and log/supervise lead to places that do
// not exist yet. Git holds no absolute links.
func (w *tree) putVoid() {
	w.t.Helper()
	web := filepath.Join(w.dir, "sv/web")
	writeRun(w.t, web, sleeper)
	writeRun(w.t, filepath.Join(web, "log"), "#!/bin/sh\nexec cat >>lines\n")
	w.must(os.Mkdir(filepath.Join(w.dir, "run"), 0o755))
	w.must(os.Symlink(filepath.Join(w.dir, "run/supervise.web"), filepath.Join(web, "supervise")))
	w.must(os.Symlink(filepath.Join(w.dir, "run/supervise.web-log"), filepath.Join(web, "log/supervise")))
}

// serveWith starts the scanner of any suite; before is what executes it, if
// anything.
func (w *tree) serveWith(env []string, scanner string, before ...string) {
	w.t.Helper()
	var err error
	w.svscan, err = start(w.dir, filepath.Join(w.dir, "said"), env, append(before, lookPath(scanner, env), w.scan)...)
	w.must(err)
}

// shape is a service, what is done with it and what is seen then: under all,
// under ours, and where we differ under theirs.
type shape struct {
	name                string
	links               []string // what is linked into the scan directory before
	steps, ours, theirs []step
}

// asleep waits until the script has come so far that it waits for its sleep: a
// signal to that before its exec would be lost.
func asleep(name string) step {
	return ask("pgrep -c -P $(cat "+name+"/supervise/pid) sleep", `^1$`)
}

// alone waits until no control/X is beside run.
func alone(name string) step {
	return ask("for pid in $(pgrep -P $(ps -o ppid= -p $(cat "+name+"/supervise/pid))); do readlink /proc/$pid/cwd; done | grep -c /"+name+"$", `^1$`)
}

const running = `: \(pid \d+\) \d+s`

var shapes = []shape{
	{name: "no-exec", links: []string{"no-exec"}, steps: []step{
		ask("svstat no-exec", `^no-exec: up \(pid \d+\) \d+ seconds$`),
		ask("grep -c . no-exec/helper", `^1$`),
		answers("sv stop no-exec", `^ok: down: no-exec: \d+s, normally up$`),
	}, ours: []step{
		ask("kill -0 $(cat no-exec/helper) 2>/dev/null || echo gone", `^gone$`),
		ask(`find /proc -maxdepth 2 -name cwd -lname "$(readlink -f no-exec)" 2>/dev/null || :`, `^$`),
	}, theirs: []step{
		answers("kill -0 $(cat no-exec/helper)", `^$`),
	}},
	{name: "configured", links: []string{"configured"}, steps: []step{
		ask("cat configured/said", `^hello from conf$`),
		order("rm configured/conf"),
		answers("svctl restart configured", ``),
		ask("cat configured/said", `^hello$`),
	}},
	{name: "tty", links: []string{"tty-1", "tty-2"}, steps: []step{
		ask("cat tty-1/said tty-2/said", `^tty 1\ntty 2$`),
		ask("sv status tty-1 tty-2", `^run: tty-1`+running+`\nrun: tty-2`+running+`$`),
		ask("svctl list 'tty-*'", `^tty-1\ntty-2$`),
	}},
	{name: "logged", links: []string{"logged"}, steps: []step{
		ask("cat logged/log/logged.lines", `^a line$`),
		ask("sv status logged", `^run: logged`+running+`; run: log`+running+`$`),
		order("svc -t logged/log"),
		answers("svctl restart logged", ``),
		ask("cat logged/log/logged.lines", `^a line\na line$`),
	}},
	{name: "supervise is a link", links: []string{"web"}, steps: []step{
		ask("sv status web", `^run: web`+running+`; run: log`+running+`$`),
		ask("svstat web web/log", `^web: up \(pid \d+\) \d+ seconds\nweb/log: up \(pid \d+\) \d+ seconds$`),
		answers("sv stop web", `^ok: down: web: \d+s, normally up$`),
		answers("svctl up web", ``), ask("svctl is-up web", ``),
		answers("cd ../run && ls -d supervise.web/ok supervise.web-log/ok", `^supervise.web-log/ok\nsupervise.web/ok$`),
		order("test -L web/supervise && test -L web/log/supervise"),
		order("rm web"),
		refuses("svok ../sv/web", 100, `^$`), refuses("svok ../sv/web/log", 100, `^$`),
	}},
	{name: "needs", links: []string{"needs"}, steps: []step{
		ask("cat needs/asked", `^fail: needed: unable to change to service directory: file does not exist$`),
		order("ln -s ../sv/needed needed"),
		ask("svstat needed", `^needed: up`),
		refuses("test -e needs/started", 1, `^$`),
		order("touch needed/works"),
		ask("sv status needs; ls needs/started", `^run: needs`+running+`\nneeds/started$`),
		ask("cat needs/asked", `^ok: run: needed`+running+`$`),
	}},
	{name: "gives-up", links: []string{"gives-up"}, steps: []step{
		ask("wc -l <gives-up/starts", `^1$`),
		ask("sv status gives-up", `^down: gives-up: \d+s, normally up$`),
		answers("wc -l <gives-up/starts", `^1$`),
		order("svc -u gives-up"),
		ask("wc -l <gives-up/starts", `^2$`),
		ask("sv status gives-up", `^down: gives-up: \d+s, normally up$`),
	}},
	{name: "ends-by-int", links: []string{"ends-by-int"}, steps: []step{
		ask("wc -l <ends-by-int/starts", `^1$`), asleep("ends-by-int"),
		order("svc -t ends-by-int"),
		ask("wc -l <ends-by-int/starts", `^2$`),
		asleep("ends-by-int"), alone("ends-by-int"),
		answers("svctl restart ends-by-int", ``),
		ask("wc -l <ends-by-int/starts", `^3$`),
		asleep("ends-by-int"), alone("ends-by-int"),
		answers("sv stop ends-by-int", `^ok: down: ends-by-int: \d+s, normally up$`),
		answers("cat ends-by-int/got", `^INT\nINT\nINT$`),
	}},
	{name: "slow-reload", links: []string{"slow-reload"}, steps: []step{
		ask("ls slow-reload/ready", `^slow-reload/ready$`),
		order("sv hup slow-reload"),
		ask("ls slow-reload/waits", `^slow-reload/waits$`),
		order("sv 1 slow-reload"),
	}, ours: []step{
		ask("cat slow-reload/got", `^USR1$`),
		order("svc -p slow-reload"), ask("svstat slow-reload", `, paused$`),
		order("svc -c slow-reload"), ask("svstat slow-reload", ` seconds$`),
		order("timeout 60 sh -c 'echo >slow-reload/gate'"),
		ask("cat slow-reload/got", `^USR1\nHUP$`),
		order("sv hup slow-reload"),
		answers("svctl restart slow-reload", ``), // and it need not be waited for
		order("timeout 60 sh -c 'echo >slow-reload/gate'"),
		asleep("slow-reload"),
		answers("svctl down slow-reload", ``),
		answers("cat slow-reload/got", `^USR1\nHUP$`),
	}, theirs: []step{
		refuses("test -e slow-reload/got", 1, `^$`),
		order("timeout 60 sh -c 'echo >slow-reload/gate'"),
		ask("cat slow-reload/got", `^HUP\nUSR1$`),
	}},
	{name: "detached", links: []string{"detached"}, steps: []step{
		ask("ps -o sid=,args= -p $(cat detached/supervise/pid)", `^ *(\d+) sleep 1000$`),
		answers("pid=$(cat detached/supervise/pid) && [ $(ps -o sid= -p $pid) = $pid ]", `^$`),
		answers("svctl down detached", ``),
		ask("svstat detached", `^detached: down`),
		answers("cat detached/starts", `^start$`),
	}},
	{name: "parks", links: []string{"parks"}, steps: []step{
		ask("sv status parks; cat parks/starts; ls -d parks/claim", `^run: parks`+running+`\nstart\nparks/claim$`),
		order("kill -9 $(cat parks/supervise/pid)"),
		ask("cat parks/starts; ls -d parks/claim", `^start\nstart\nparks/claim$`),
		answers("sv restart parks", `^ok: run: parks`),
		ask("cat parks/starts; ls -d parks/claim", `^start\nstart\nstart\nparks/claim$`),
		answers("svctl down parks", ``),
		refuses("test -e parks/claim", 1, `^$`),
	}},
}

// TestCopied installs a service by cp -R and removes it as people do who do
// not know svc -dx: rm -r, and kill what supervises it.
func TestCopied(t *testing.T) {
	t.Parallel()
	needPeer(t, "runit")
	for _, g := range grounds[1:] {
		t.Run(g.name, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.env = environment(t, g.clients, w.scan)
			name := filepath.Base(w.dir) + "-copied" // nobody else's supervise has this name
			mustRun(t, "cp", "-R", "../examples/shapes/configured", filepath.Join(w.dir, name))
			w.serveWith(environment(t, g.serves, w.scan), g.scan)
			supervise := map[bool]string{true: "supervise ", false: "runsv "}[g.ours] + name
			w.run(
				order("cp -R ../"+name+" ."),
				ask("svstat "+name+"; ls "+name+"/said", `^`+name+`: up \(pid \d+\) \d+ seconds\n`+name+`/said$`),
			)
			// As typed: pgrep must not find the shell that calls it.
			sh := openTerminal(t, w.scan, w.env)
			sh.paste("rm -r " + name)
			sh.paste("kill $(pgrep -f '" + supervise + "')")
			sh.leave()
			eventually(t, w.dir, "all of it is gone", func() bool {
				return len(slices.DeleteFunc(below(w.dir), func(pid int) bool { return pid == w.svscan.cmd.Process.Pid })) == 0
			})
			if text := w.svscan.output(); strings.Contains(text, "fatal") {
				t.Errorf("%s said:\n%s", g.scan, text)
			}
		})
	}
}
