package tests

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/svdir/svdir"

// The floors of the house, lowest first. A package imports from the module
// only what its line allows; "/..." is all below a directory.
// Do not change this table to mend a build: mend the import.
var floors = []struct {
	packages string
	may      []string
}{
	{"fifo/quiet", nil},
	{"fifo", []string{"fifo/quiet"}},
	{"logger/tai64n", nil},
	{"logger/logdir", []string{"logger/tai64n"}},
	{"logger/serving", nil},
	{"logger/ere", nil},
	{"supervise/status", []string{"logger/tai64n"}},
	{"supervise/tally", []string{"logger/tai64n"}},
	{"supervise/command", nil},
	{"supervise/errstr", nil},
	{"supervise/proc", []string{"fifo", "fifo/quiet"}},
	{"supervise/forkexec/nofile", nil},
	{"supervise/forkexec", []string{"supervise/forkexec/nofile"}},
	{"supervise/servicedir", []string{"fifo/quiet"}},
	{"supervise/restart", nil},
	{"supervise/schedule", nil},
	{"supervise/stopping", nil},
	{"supervise/setting", []string{"supervise/needs", "supervise/restart", "supervise/schedule", "supervise/servicedir", "supervise/stopping", "supervise/tally"}},
	{"supervise/needs", []string{"supervise/status"}},
	{"supervise/probe", nil},
	{"supervise/notify", nil},
	{"supervise/probe/look", []string{"supervise/setting"}},
	{"supervise/socket", []string{"fifo", "supervise/proc", "supervise/setting"}},
	{"svscan/graph", []string{"supervise/needs"}},
	{"svscan/scandir", nil},
	{"supervise", engines},
	{"supervise/attribute", engines},
	{"supervise/background", engines},
	{"supervise/watch", []string{"supervise/servicedir", "supervise/setting"}},
	{"logger/s6log", []string{"fifo", "logger/tai64n", "logger/logdir", "logger/ere", "supervise/proc"}},
	{"supervise/chain", append(slices.Clone(engines), "supervise/attribute")},
	{"logger", engines},
	{"logger/compat", []string{"fifo", "logger", "logger/logdir", "logger/tai64n", "supervise/errstr", "supervise/proc"}},
	{"logger/svlogd", engines},
	{"svscan", append(slices.Clone(engines), "supervise")},
	{"svctl/...", append(slices.Clone(engines), "svctl/...")},
	{"cmd/internal/diag", nil},
	{"cmd/...", []string{"cmd/internal/diag", "supervise", "supervise/attribute", "supervise/background", "supervise/chain", "supervise/probe/look", "supervise/watch", "svscan", "logger", "logger/compat", "logger/s6log", "logger/svlogd", "svctl/..."}},
	{"tests/...", []string{"..."}},
	{"examples/...", []string{"..."}},
}

// engines are the floors that every engine stands on.
var engines = []string{
	"fifo", "fifo/quiet", "logger/tai64n", "logger/logdir", "logger/serving", "supervise/status", "supervise/tally",
	"supervise/command", "supervise/errstr", "supervise/forkexec", "supervise/needs", "supervise/notify", "supervise/probe", "supervise/proc", "supervise/restart", "supervise/schedule", "supervise/servicedir", "supervise/setting", "supervise/socket", "supervise/stopping", "svscan/graph", "svscan/scandir",
}

// residents stay in memory for as long as the machine runs, so what they may
// never link is said with its reason.
var residents = []string{"cmd/svscan", "cmd/supervise", "cmd/svlog"}

var tooHeavy = map[string]string{
	"fmt":           "200 kB, and reflection: messages are put together by hand",
	"log":           "messages have one grammar, in diag",
	"log/slog":      "likewise",
	"bufio":         "buffers of its own, where every byte has a bound already",
	"os/exec":       "goroutines and pipes of its own: children are forked by one function",
	"net":           "residents listen on FIFOs alone",
	"net/http":      "likewise",
	"encoding/json": "reflection: formats have codecs of their own",
	"regexp":        "not for lines that pass by the million",
	"text/template": "keeps the linker from leaving out methods",
}

// listed is what go list says of one package.
type listed struct {
	ImportPath, Dir string
	Standard        bool
	Imports, Deps   []string
	GoFiles         []string
}

func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Dir,Standard,Imports,Deps,GoFiles"}, args...)...)
	cmd.Dir, cmd.Stderr = "..", os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func matches(pattern, name string) bool {
	if pattern == "..." {
		return true
	}
	root, deep := strings.CutSuffix(pattern, "/...")
	return name == root || deep && strings.HasPrefix(name, root+"/")
}

func TestLayers(t *testing.T) {
	for _, p := range goList(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		i := slices.IndexFunc(floors, func(f struct {
			packages string
			may      []string
		}) bool {
			return matches(f.packages, name)
		})
		if i < 0 {
			t.Errorf("%s has no floor: which one is it on?", name)
			continue
		}
		for _, imported := range p.Imports {
			imported, ours := strings.CutPrefix(imported, module+"/")
			if ours && !slices.ContainsFunc(floors[i].may, func(may string) bool { return matches(may, imported) }) {
				t.Errorf("%s imports %s, which is not below it", name, imported)
			}
		}
	}
}

func TestResidents(t *testing.T) {
	for _, name := range residents {
		for _, p := range goList(t, "-deps", "./"+name) {
			if why := tooHeavy[p.ImportPath]; why != "" {
				t.Errorf("%s links %s: %s", name, p.ImportPath, why)
			}
			if !p.Standard && !strings.HasPrefix(p.ImportPath, module) && p.ImportPath != "golang.org/x/sys/unix" {
				t.Errorf("%s links %s, which is neither Go's, nor ours, nor the kernel's", name, p.ImportPath)
			}
		}
	}
}

// TestPackageComments: every package says once what it is.
func TestPackageComments(t *testing.T) {
	for _, p := range goList(t, "./...") {
		var with []string
		for _, file := range p.GoFiles {
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, file), nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if f.Doc != nil {
				with = append(with, file)
			}
		}
		if len(with) != 1 && len(p.GoFiles) > 0 {
			t.Errorf("%s: got package comments in %v; want one", p.ImportPath, with)
		}
	}
}

// TestHouse: sizes, pages, no waiting by the clock, and a map of the tests that is whole.
func TestHouse(t *testing.T) {
	sleep := "time." + "Sleep(" // so that this file passes
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		lines := strings.Count(string(text), "\n")
		if lines > 400 {
			t.Errorf("%s has %d lines: more than one concept?", path, lines)
		}
		if filepath.Base(path) == "main.go" && lines > 60 {
			t.Errorf("%s has %d lines: a main calls one package", path, lines)
		}
		if strings.Contains(string(text), sleep) {
			t.Errorf("%s sleeps: wait for the event, with a deadline", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	mains, _ := filepath.Glob("../cmd/*/main.go") // the pattern is good
	for _, main := range mains {
		dir := filepath.Dir(main)
		if pages, _ := filepath.Glob(filepath.Join(dir, filepath.Base(dir)+".[18]")); len(pages) != 1 {
			t.Errorf("%s: got pages %v; want one", dir, pages)
		}
	}
	told, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	tests, _ := filepath.Glob("*_test.go") // the pattern is good
	for _, test := range tests {
		if !strings.Contains(string(told), test) {
			t.Errorf("%s is not in tests/doc.go: what does it prove?", test)
		}
	}
}
