package svctl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIsPath(t *testing.T) {
	for name, want := range map[string]bool{
		"/service/web": true, "./web": true, "../web": true, ".": true, "..": true, "web/": true,
		"web": false, "web/log": false, ".web": false, "web-*": false,
	} {
		if got := isPath(name); got != want {
			t.Errorf("isPath(%q) = %v, want %v", name, got, want)
		}
	}
}

// scan makes a scan directory with web (logged), web-1, web-2 (logged), db, a
// link that leads nowhere, a hidden one, and old, which was removed.
func scan(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	mkdir(t, dir+"/web/log", dir+"/web-1", dir+"/web-2/log", dir+"/db", dir+"/.hidden", dir+"/.svscan/removed", dir+"/.gone")
	for from, to := range map[string]string{dir + "/dangling": "/nowhere", dir + "/.svscan/removed/old": dir + "/.gone"} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	write(t, dir+"/README", "no directory")
	return dir
}

func TestFind(t *testing.T) {
	dir := scan(t)
	tree := Tree{Dirs: []string{"/nonexistent", dir}}
	for _, tt := range []struct {
		name string
		want string // names, or a part of the error
		kind error
	}{
		{name: "web", want: "web"},
		{name: "web/log", want: "web/log"},
		{name: "web-*", want: "web-1 web-2"},
		{name: "*/log", want: "web/log web-2/log"},
		{name: "web-[1]", want: "web-1"},
		{name: "old", want: "old"},
		{name: dir + "/web", want: dir + "/web"},
		{name: "wbe", want: "not linked in " + dir + " (did you mean web?)", kind: ErrNotSupervised},
		{name: "entirely-else", want: "not linked in " + dir, kind: ErrNotSupervised},
		{name: "x-*", want: "not linked in", kind: ErrNotSupervised},
		{name: "x-[", want: "not a pattern", kind: ErrUsage},
		{name: "db/log", want: "not linked", kind: ErrNotSupervised},
		{name: ".hidden", want: "begin with a dot", kind: ErrUsage},
		{name: "web/../db", want: "begin with a dot", kind: ErrUsage},
		{name: "dangling", want: "links to /nowhere, which is not there", kind: ErrNotSupervised},
		{name: "README", want: "not a directory", kind: ErrUsage},
		{name: "a\nb", want: `unable to find a\nb`, kind: ErrNotSupervised},
		{name: "/nonexistent/web", want: "no such file", kind: os.ErrNotExist},
	} {
		found, err := tree.Find(tt.name)
		if tt.kind != nil {
			if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Find(%q): %v, want %v: … %s …", tt.name, err, tt.kind, tt.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("Find(%q): %v", tt.name, err)
			continue
		}
		var names []string
		for _, f := range found {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("Find(%q) = %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestFindRemoved(t *testing.T) {
	dir := scan(t)
	found, err := Tree{Dirs: []string{dir}}.Find("old")
	if err != nil || len(found) != 1 || !found[0].Removed {
		t.Fatalf("Find(old) = %v, %v, want it removed", found, err)
	}
	if want := filepath.Join(dir, ".svscan/removed/old"); found[0].Dir != want {
		t.Errorf("Dir = %s, want %s", found[0].Dir, want)
	}
}

func TestServices(t *testing.T) {
	all, err := Tree{Dirs: []string{scan(t)}}.Services()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	if got, want := strings.Join(names, " "), "db web web-1 web-2 old"; got != want {
		t.Errorf("Services = %s, want %s", got, want)
	}
}

func TestNoScanDirectory(t *testing.T) {
	_, err := Tree{Dirs: []string{"/nonexistent/a", "/nonexistent/b"}}.Find("web")
	if !errors.Is(err, ErrNotSupervised) || !strings.Contains(err.Error(), "tried /nonexistent/a, /nonexistent/b") {
		t.Errorf("got %v, want both names that were tried", err)
	}
}

func TestNear(t *testing.T) {
	known := []string{"restart", "reload", "up", "status"}
	for word, want := range map[string]string{
		"restrat": "restart", "upp": "up", "stats": "status", "frobnicate": "", "": "",
	} {
		if got := Near(word, known); got != want {
			t.Errorf("Near(%q) = %q, want %q", word, got, want)
		}
	}
}
