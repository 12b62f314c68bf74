package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// D1, D10: each step finds what those before it did, and nothing of those behind
// it: prepare, which is between, tells what it sees, as the service does.
func TestOrder(t *testing.T) {
	t.Parallel()
	need.Root(t)
	const tell = `#!/bin/sh
read -r stat </proc/$$/stat
set -- ${stat##*)}
echo "X=$X umask=$(umask) nice=${17} oom=$(cat /proc/$$/oom_score_adj) dir=$(stat -c '%U %a' state) cwd=$(readlink /proc/$$/cwd) files=$(ulimit -n) $(id -un) $(grep -c 'CapEff:.0*400$' /proc/$$/status) $(grep NoNewPrivs /proc/$$/status)"
`
	p := plant(t, map[string]string{
		"run": tell, "set/prepare": tell, "set/env/X": "%n", "set/umask": "037", "set/nice": "3", "set/oom-score": "77",
		"set/dirs/state": "state 0710 daemon", "elsewhere/state/": "", "set/cwd": "elsewhere", "set/limits/nofile": "33",
		"set/user": "nobody", "set/capabilities": "net_bind_service", "set/no-new-privs": "",
	})
	must(t, os.Chmod(p.path("elsewhere/state"), 0o755))
	files := strings.TrimSpace(plant(t, nil).start("sh", "-c", "ulimit -n").said)
	want := "X=web umask=0037 nice=3 oom=77 dir=daemon 710 cwd=" + p.dir + " files=" + files + " root 0 NoNewPrivs:\t0\n" +
		"X=web umask=0037 nice=3 oom=77 dir=root 755 cwd=" + p.dir + "/elsewhere files=33 nobody 1 NoNewPrivs:\t1\n"
	if s := p.start("./run"); s.said != want {
		t.Errorf("got %s%s\nwant %s", s.said, s.report, want)
	}
}

// D10: what is to be done before each start.
func TestPrepare(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		p := as(plant(t, map[string]string{"set/prepare": "#!/bin/sh\necho $0 prepares\n", "set/umask": "022"}))
		if s := p.start("echo", "runs"); s.said != "set/prepare prepares\nruns\n" {
			t.Errorf("got %q, %q", s.said, s.report)
		}
		for text, want := range map[string]string{
			"#!/bin/sh\nexit 3\n":        "prepare exited 3",
			"#!/bin/sh\nkill -TERM $$\n": "prepare was ended by SIGTERM",
			"#!/no/such/interpreter\n":   "its interpreter does not exist: /no/such/interpreter",
			"#!/bin/sh\r\nexit 0\r\n":    "its lines end in CR LF (sed -i 's/\\r$//' " + p.dir + "/set/prepare)",
		} {
			p.put("set/prepare", text)
			p.refused("unable to use set/prepare: "+want, "touch", "ran")
		}
		p.put("set/prepare", "")
		must(t, os.Chmod(p.path("set/prepare"), 0o644))
		p.refused("unable to use set/prepare: not executable (chmod +x "+p.dir+"/set/prepare)", "touch", "ran")
		if _, err := os.Stat(p.path("ran")); err == nil {
			t.Error("the service ran though prepare failed")
		}
	})
}

// D10: directories are made with exactly their mode and owner.
func TestDirs(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{
		"set/umask": "077", "old/": "", "kept/": "", "wrong/": "",
		"set/dirs/1": "new/%n 2750 nobody:daemon\n",
		"set/dirs/2": "new/%n/below",
		"set/dirs/3": "old 0700 daemon",
		"set/dirs/4": "kept",
		"set/dirs/5": "%d/absolute/ 1777",
	})
	must(t, os.Chmod(p.path("kept"), 0o711))
	for range 2 { // the second time nothing is left to do
		p.runs()
		for name, want := range map[string]string{
			"new": "0 0 755", "new/web": "65534 1 2750", "new/web/below": "0 1 755", "old": "1 1 700", "kept": "0 0 711", "absolute": "0 0 1777",
		} {
			if got := owned(t, p.path(name)); got != want {
				t.Errorf("%s: got %s; want %s", name, got, want)
			}
		}
		must(t, os.Chmod(p.path("old"), 0o777))
	}
	p.put("file", "")
	p.put("set/dirs/6", "file/below")
	p.refused("unable to use set/dirs/6: file/below: not a directory")
}

func owned(t *testing.T, path string) string {
	t.Helper()
	i, err := os.Stat(path)
	must(t, err)
	st := i.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%d %d %o", st.Uid, st.Gid, st.Mode&0o7777)
}

// A service that owns a part of the way cannot have root change what is not its
// own.
func TestDirsFollowNoForeignLinks(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"theirs/": "", "ours/": "", "victim/sub/": ""})
	must(t, os.Chown(p.path("theirs"), nobody, nobody))
	must(t, os.Symlink("../victim", p.path("theirs/link")))
	must(t, os.Symlink("../victim", p.path("ours/link")))
	for _, last := range []string{"", "/sub"} {
		p.put("set/dirs/1", "theirs/link"+last+" 0700 nobody")
		p.refused("unable to use set/dirs/1: theirs/link" + last + ": a symbolic link that somebody else could have put there")
	}
	for _, name := range []string{"victim", "victim/sub"} {
		if got := owned(t, p.path(name)); got != "0 0 755" {
			t.Errorf("%s: got %s; want it untouched", name, got)
		}
	}
	p.put("set/dirs/1", "ours/link/sub 0700 nobody")
	p.runs()
	if got := owned(t, p.path("victim/sub")); got != "65534 65534 700" {
		t.Errorf("got %s; want it changed by our own link", got)
	}
}

func TestDirsAsNobody(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"data/": "", "set/dirs/1": "data/own 0750 nobody", "set/dirs/2": "/usr/lib"}).asNobody()
	must(t, os.Chmod(p.path("data"), 0o777))
	p.runs()
	if got := owned(t, p.path("data/own")); got != "65534 65534 750" {
		t.Errorf("got %s; want 65534 65534 750", got)
	}
	p.put("set/dirs/1", "data/own 0750 daemon")
	p.refused("unable to use set/dirs/1: data/own: operation not permitted")
	p.put("set/dirs/1", "/usr/lib/svexec-test")
	p.refused("unable to use set/dirs/1: /usr/lib/svexec-test: permission denied")
}

// Below a new root the program, and cwd, are looked for there.
func TestChroot(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"set/chroot": "root\n", "set/user": "nobody", "root/data/": "", "run": "#!/bin/sh\n"})
	transplant(t, "/bin/cat", p.path("root"))
	s := p.runs()
	s.expect(map[string]string{"Uid": "65534 65534 65534 65534"})
	root, err := os.Readlink(fmt.Sprintf("/proc/%d/root", s.pid))
	must(t, err)
	if real, _ := filepath.EvalSymlinks(p.path("root")); root != real || s.cwd() != real {
		t.Errorf("got root %s, directory %s; want %s", root, s.cwd(), real)
	}
	p.put("set/cwd", "data")
	if got := p.runs().cwd(); got != root+"/data" {
		t.Errorf("got directory %s; want data below the root", got)
	}
	p.refused("unable to start run: no such file", "./run")
	p.asNobody()
	p.put("set/user", "nobody")
	p.refused("unable to use set/chroot: root: operation not permitted")
}

// transplant copies a program, and the libraries that it needs, below root.
func transplant(t *testing.T, program, root string) {
	t.Helper()
	list, err := exec.Command("ldd", program).Output()
	must(t, err)
	files := []string{program}
	for _, word := range strings.Fields(string(list)) {
		if strings.HasPrefix(word, "/") {
			files = append(files, word)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		must(t, err)
		must(t, os.MkdirAll(filepath.Join(root, filepath.Dir(file)), 0o755))
		must(t, writeFile(filepath.Join(root, file), text, 0o755))
	}
}
