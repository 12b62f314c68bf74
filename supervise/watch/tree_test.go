package watch

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func sh(t *testing.T, script string) {
	t.Helper()
	if out, err := exec.Command("sh", "-ec", script).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// planted is a tree that watches by these rules, in a new working directory made by
// a script.
func planted(t *testing.T, r rules, script string) (*tree, *[]string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "scan", "web")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	sh(t, "mkdir -p set/watch; "+script)
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watcher.Close() }) // it only reads
	var told []string
	tree := &tree{watcher: watcher, tell: func(text string) { told = append(told, text) }}
	tree.begin(r)
	return tree, &told
}

// mark is a name in set/watch by which the test knows how far the kernel has told.
const mark = "set/watch/.mark"

// hear hears all that has happened so far, and says whether something counts.
func (t *tree) hear(tt *testing.T) (counts bool) {
	tt.Helper()
	put(tt, mark, "")
	for limit := time.After(20 * time.Second); ; {
		select {
		case ev := <-t.watcher.Events:
			if ev.Name == mark {
				return counts
			}
			counts = t.heard(ev) || counts
		case <-limit:
			tt.Fatal("the kernel tells nothing")
		}
	}
}

// Each step is one burst: is it a change?
func TestTree(t *testing.T) {
	tree, told := planted(t, usual, `
		mkdir -p src/old supervise event log/main other/supervise .git
		echo 1 >run; echo a >src/a; echo b >src/old/b; echo s >supervise/status; echo 1 >other/supervise/status.env
		ln -s a src/link; mkfifo src/pipe; head -c 1100000 /dev/zero >src/large`)
	for _, step := range []struct {
		script  string
		changed bool
	}{
		{"", false},
		{"echo 2 >run", true},
		{"touch run; chmod 755 run; cat run", false},
		{"echo 2 >run", false}, // the same again
		{"i=0; while test $i -lt 50; do echo $i >src/a; i=$((i+1)); done", true},
		{"mv src/a src/a~; echo 49 >src/a; rm src/a~", false}, // saved as it was
		{"mv src/a src/a~; echo new >src/a; rm src/a~", true},
		{"echo x >src/.a.swp; echo x >src/4913; mv src/.a.swp src/a", true},
		{"rm src/4913; echo y >src/b~; echo y >.git/HEAD", false},
		{"echo 1 >src/tmp; rm src/tmp", false},
		{"mkdir -p src/new/deep", false},
		{"echo 1 >src/new/deep/c", true},
		{"mkdir -p 1/2/3/4; echo 1 >1/2/3/4/5", true},
		{"echo 2 >1/2/3/4/5", true},
		{"mv 1 one", true},
		{"echo 3 >one/2/3/4/5", true},
		{"mv one 1; mv 1 one", false},
		{"echo 4 >one/2/3/4/5", true},
		{"mv one ../gone", true},
		{"echo 5 >../gone/2/3/4/5", false},
		{"mv ../gone one", true},
		{"echo 6 >one/2/3/4/5", true},
		{"rm -r one", true},
		{"mv src/old src/older; mv src/older src/old", false},
		{"rm src/a; mkdir src/a", true},
		{"rmdir src/a; echo 1 >src/a", true},
		{"ln -sfn old/b src/link", true},
		{"ln -s old src/tolink; rm src/tolink", false},
		{"touch src/large", false},
		{"echo x >>src/large", true},
		{"mkfifo src/pipe2", false},
		{": >src/empty", true},
		{": >src/empty", false},
		{"ln -s /proc/kmsg src/kmsg; rm src/kmsg", false},
		{"echo 2 >supervise/status; echo x >event/x; echo x >log/main/current; echo x >log/y; touch down; echo x >set/x; echo 2 >other/supervise/status.env", false},
		{"echo x >other/z", true},
		{"rm -r supervise; mkdir supervise; echo 3 >supervise/status", false},
	} {
		sh(t, step.script)
		tree.hear(t)
		if got := tree.check(); got != step.changed {
			t.Errorf("%s: changed: %v; want %v", step.script, got, step.changed)
		}
		if again := tree.hear(t) || tree.check(); again {
			t.Errorf("%s: something is left", step.script)
		}
	}
	if len(*told) > 0 {
		t.Errorf("told %q", *told)
	}
}

// A root may be a file, a link, replaced, still to come, or have us in it.
func TestRoots(t *testing.T) {
	r := rules{roots: clean([]string{"a.conf", "src", "later", "..", "log/set"}), extensions: []string{".conf"}}
	tree, told := planted(t, r, `
		echo 1 >a.conf; mkdir -p real log/set supervise ../db/supervise; ln -s real src; echo 1 >real/a.conf
		echo 1 >supervise/status.env; echo 1 >supervise/a.conf; echo 1 >../db/supervise/status.env; echo 1 >../db/a.conf`)
	for _, step := range []struct {
		script  string
		changed bool
	}{
		{"echo 2 >a.conf.new; mv a.conf.new a.conf", true},
		{"echo 2 >src/a.conf", true},
		{"mkdir other; ln -sfn other src; echo 3 >other/a.conf", true},
		{"echo 4 >src/a.conf", true},
		{"mkdir later; echo 1 >later/a.conf", true},
		{"echo 2 >later/a.conf", true},
		{"rm -r later", true},
		{"mkdir later; echo 1 >later/a.conf", true},
		{"echo x >later/a.txt", false},
		{"echo 2 >../db/a.conf", true},
		{"echo 2 >supervise/a.conf; echo 2 >../db/supervise/a.conf", false},
		{"echo 1 >log/set/a.conf", true},
	} {
		sh(t, step.script)
		tree.hear(t)
		if got := tree.check(); got != step.changed {
			t.Errorf("%s: changed: %v; want %v", step.script, got, step.changed)
		}
	}
	if len(*told) != 1 || !strings.HasPrefix((*told)[0], "unable to watch later: no such file") {
		t.Errorf("told %q; want later alone", *told)
	}
}

// When the kernel has lost events, every file is looked at.
func TestOverflow(t *testing.T) {
	tree, _ := planted(t, usual, "mkdir src; echo 1 >src/a; echo 1 >b")
	for _, change := range []string{"echo 2 >src/a", "echo 1 >c", "rm b", "mkdir d; echo 1 >d/e"} {
		sh(t, change)
		for len(tree.watcher.Events) > 0 {
			<-tree.watcher.Events
		}
		tree.all, tree.marked = true, map[string]bool{}
		if !tree.check() {
			t.Errorf("%s: no change after lost events", change)
		}
		tree.hear(t)
		tree.check()
	}
	tree.all = true
	if tree.check() {
		t.Error("a change where nothing was lost")
	}
}

// TestRun: what is said, and until when.
func TestRun(t *testing.T) {
	t.Chdir(t.TempDir())
	sh(t, "mkdir -p set/watch; echo 20ms >set/watch/debounce; echo 1 >a; echo 1 >a.txt")
	in, gone := io.Pipe()
	said, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := Run(in, out, func(text string) { t.Error(text) })
		_ = out.Close() // never fails
		ended <- err
	}()
	expect := func(want string) {
		t.Helper()
		got := make([]byte, 1)
		if _, err := io.ReadFull(said, got); err != nil || string(got) != want {
			t.Fatalf("said %q, %v; want %q", got, err, want)
		}
	}
	expect(Watches)
	sh(t, "for i in 1 2 3 4 5 6 7 8 9; do echo $i >a; done")
	expect(Changed)
	sh(t, "touch a; echo txt >set/watch/extensions.new; mv set/watch/extensions.new set/watch/extensions")
	sh(t, "i=2; while test $i -lt 20000; do echo $i >>a.txt; i=$((i+1)); done")
	expect(Changed)
	_ = gone.Close() // never fails
	if rest, err := io.ReadAll(said); len(bytes.Trim(rest, Changed)) > 0 || err != nil {
		t.Errorf("said %q, %v at the end", rest, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat("set/watch"); err != nil {
		t.Error(err)
	}
}
