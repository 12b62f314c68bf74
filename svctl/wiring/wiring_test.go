package wiring

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/graph"
)

// tree makes files of lines such as "web/dependencies.d/db ready"; a name that ends
// in / is a directory, in | a FIFO.
func tree(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for line := range strings.Lines(strings.TrimSpace(text)) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" {
			continue
		}
		path := filepath.Join(dir, strings.Trim(name, "/|"))
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		case strings.HasSuffix(name, "|"):
			err = unix.Mkfifo(path, 0o600)
		default:
			err = os.WriteFile(path, []byte(strings.ReplaceAll(text, `\t`, "\t")+"\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// show is what a service needs, in a line.
func show(g *graph.Graph, name string) string {
	var words []string
	for _, n := range g.Needs(name) {
		word := strings.TrimSpace(n.Strength.String() + " " + n.Name + " " + n.Kind.String() + " " + n.Trouble)
		words = append(words, strings.Join(strings.Fields(word), " "))
	}
	return strings.Join(words, ", ")
}

const village = `
	web/dependencies.d/db ready
	web/dependencies.d/.hidden
	web/dependencies.d/all started
	web/set/wants/cache rubbish
	web/set/after/fifo|
	db/dependencies.d/nobody
	cache/set/before/db
	fifo/dependencies.d|
	fifo/type|
	all/type bundle
	all/contents.d/cache
	all/contents.d/more
	more/type bundle
	more/contents.d/disk
	disk/
	old/type longrun
	old/dependencies db
	old/set/wants/flow
	sink/type longrun
	sink/consumer-for src
	sink/pipeline-name flow
	src/producer-for sink
	loop/type bundle
	loop/contents.d/loop
	file
`

// The definitions are read as svscan reads them, and nothing is waited for.
func TestDefined(t *testing.T) {
	dir := tree(t, village)
	whole, err := Whole(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"web": "needs cache started, needs db ready, needs disk started, wants cache, after fifo", "db": "needs nobody is no service here, after cache",
		"old": "needs db, wants sink, wants src", "cache": "", "fifo": "", "all": "", "disk": "",
	} {
		if got := show(whole, name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	if whole.Has("file") || !whole.IsBundle("more") {
		t.Errorf("got the names %v", whole.Names())
	}
	part, err := Of(dir, []string{"web"}, graph.Before)
	if err != nil || !reflect.DeepEqual(part.Up([]string{"web"}, graph.Before), whole.Up([]string{"web"}, graph.Before)) {
		t.Errorf("in part: %v, in all: %v, %v", part.Up([]string{"web"}, graph.Before), whole.Up([]string{"web"}, graph.Before), err)
	}
}

// Where svscan runs, what it has written down counts.
func TestWritten(t *testing.T) {
	dir := tree(t, village+`
		.svscan/lock
		web/supervise/needs needs\tready\t\tdb\t/db\t
		db/supervise/needs wants\t\t\tdisk\t/disk\t
	`)
	lock, err := fifo.Lock(unix.AT_FDCWD, filepath.Join(dir, ".svscan/lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(lock)
	for _, mode := range []graph.Mode{graph.Before, graph.All} {
		g, err := Of(dir, []string{"web"}, mode)
		if err != nil {
			t.Fatal(err)
		}
		if got := show(g, "web") + "; " + show(g, "db"); got != "needs db ready; wants disk" {
			t.Errorf("%s: %s", mode, got)
		}
		if got := strings.Join(g.Up([]string{"web"}, graph.Before), " "); got != "disk db web" {
			t.Errorf("%s: %s", mode, got)
		}
	}
}

func TestMembers(t *testing.T) {
	dir := tree(t, village)
	if all, err := Members(svctl.Linked(dir, "all")); err != nil || !reflect.DeepEqual(all, []string{"cache", "disk"}) {
		t.Errorf("got %v, %v", all, err)
	}
	if all, err := Members(svctl.Linked(dir, "loop")); err == nil {
		t.Errorf("of a bundle in itself: got %v", all)
	}
}

func TestOther(t *testing.T) {
	dir := tree(t, "job/type oneshot\njob/set/success-exit 0,3")
	s := svctl.Service{Target: svctl.Linked(dir, "job"), Supervised: true}
	s.Ended, s.Wait = true, 3<<8
	if o := Other(&s); !o.Supervised || !o.Oneshot || !o.Success {
		t.Errorf("got %+v", o)
	}
	s.Wait = 1 << 8
	if o := Other(&s); o.Success {
		t.Error("exit code 1 is a success")
	}
	s.Ended = false
	if o := Other(&s); o.Success {
		t.Error("one that has not ended is a success")
	}
	if answer, _ := needs.Judge(&needs.Need{Name: "job"}, Other(&s)); answer == needs.Met {
		t.Error("it counts as done")
	}
}
