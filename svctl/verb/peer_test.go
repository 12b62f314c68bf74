package verb

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// peers are the supervisors of the field.
var peers = []string{"supervise", "runsv", "s6-supervise"}

// startPeer starts a supervisor of another suite for dir/name. It skips where
// the suite is not installed, unless REQUIRE_PEERS is set.
func startPeer(t *testing.T, program, dir, name string) {
	t.Helper()
	cmd := exec.Command(need.Peer(t, program), name)
	cmd.Dir = dir
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The letters first, so that no service is left without it.
		if code, _, errors := invoke("-dx " + name); code != done && code != notSupervised {
			t.Errorf("-dx %s: %s", name, errors)
		}
		_ = cmd.Wait() // its exit code is its own affair
	})
}

func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
}

// The words work on the services of every suite, each until it is so.
func TestPeers(t *testing.T) {
	for _, program := range peers {
		t.Run(program, func(t *testing.T) {
			dir := tree(t)
			script(t, dir+"/web/run", "exec sleep 1000\n")
			script(t, dir+"/web/check", "test -e well\n")
			startPeer(t, program, dir, "web")
			steps := []struct {
				line string
				code int
				want string // the state after it
			}{
				{"wait web", done, "up"}, // a name that is linked but not yet supervised
				{"up web", done, "up"},
				{"pause web", done, "paused"},
				{"cont web", done, "up"},
				{"restart web", done, "up"},
				{"is-up web", done, "up"},
				{"ready web", no, "up"},
				{"down web", done, "down"},
				{"is-up web", no, "down"},
				{"hup web", notSupervised, "down"},
				{"once web", done, "up"},
				{"kill web", done, "down"},
				{"wait --up --timeout=0.05 web", timedOut, "down"},
				{"up web", done, "up"},
				{"wait --ready --timeout=0.3 web", timedOut, "up"},
			}
			for _, s := range steps {
				code, out, errors := invoke(s.line)
				if code != s.code {
					t.Fatalf("%s: exit %d, want %d: %s%s", s.line, code, s.code, out, errors)
				}
				if s.line == "kill web" { // finish, or the pause after it, may still run
					if code, _, errors := invoke("down web"); code != done {
						t.Fatal(errors)
					}
				}
				if _, out, _ := invoke("status -o state web"); strings.TrimSpace(out) != s.want {
					t.Fatalf("%s: the state is %q, want %q", s.line, out, s.want)
				}
			}
			if err := os.WriteFile(dir+"/web/well", nil, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, line := range []string{"check web", "ready web", "wait --ready web", "exit --timeout=0 --no-wait web"} {
				if code, _, errors := invoke(line); code != done {
					t.Errorf("%s: exit %d: %s", line, code, errors)
				}
			}
		})
	}
}

// A service that was linked a moment ago is waited for, with its logger; and
// when it is unlinked, nothing of it stays.
func TestLinkUnderRunsvdir(t *testing.T) {
	scan, defs := tree(t), t.TempDir()
	script(t, defs+"/web/run", "exec sleep 1000\n")
	script(t, defs+"/web/log/run", "exec cat >/dev/null\n")
	path := need.Peer(t, "runsv")
	if code, out, _ := invoke("link --no-wait " + defs + "/web"); code != done || out != "web: linked\n" {
		t.Fatalf("link: exit %d, %s", code, out)
	}
	cmd := exec.Command(path, scan+"/web")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"wait web web/log", "status web/log", "unlink --purge web"} {
		if code, _, errors := invoke(line); code != done {
			t.Errorf("%s: exit %d: %s", line, code, errors)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	var left []string
	_ = filepath.WalkDir(defs, func(path string, _ os.DirEntry, err error) error {
		left = append(left, strings.TrimPrefix(path, defs))
		return err
	})
	if got, want := strings.Join(left, " "), " /web /web/log /web/log/run /web/run"; got != want {
		t.Errorf("after unlink --purge: %s, want %s", got, want)
	}
	if code, _, _ := invoke("status web"); code != notSupervised {
		t.Errorf("status after unlink: exit %d, want %d", code, notSupervised)
	}
}

// The services of a tree below the tree are shown and addressed.
func TestNested(t *testing.T) {
	need.Peer(t, "runsvdir")
	dir, inner := tree(t), t.TempDir()
	script(t, inner+"/leaf/run", "exec sleep 1000\n")
	script(t, dir+"/nest/run", "exec runsvdir "+inner+"\n")
	startPeer(t, "runsv", dir, "nest")
	t.Cleanup(func() { // runsvdir leaves its services behind when it ends
		invoke("down nest")
		invoke("exit " + inner + "/leaf")
	})
	if code, _, errors := invoke("wait nest"); code != done {
		t.Fatal(errors)
	}
	if code, _, errors := invoke("wait " + inner + "/leaf"); code != done {
		t.Fatal(errors)
	}
	if _, out, _ := invoke("list -R"); out != "nest\nnest/leaf\n" {
		t.Errorf("list -R: %q", out)
	}
	if _, out, _ := invoke("status -R -o name,state"); out != "nest\tup\nnest/leaf\tup\n" {
		t.Errorf("status -R: %q", out)
	}
	if code, out, errors := invoke("restart nest/leaf"); code != done || !strings.HasPrefix(out, "nest/leaf: up") {
		t.Errorf("restart nest/leaf: exit %d, %s%s", code, out, errors)
	}
}
