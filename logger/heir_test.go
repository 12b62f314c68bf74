package logger

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// keeper is a program that keeps a log directory: one of ours under a name of the
// field, or the one whose name that is.
type keeper struct {
	name string
	real bool
}

// keepers are all of them.
var keepers = []keeper{
	{"svlog", false}, {"multilog", false}, {"svlogd", false}, {"s6-log", false},
	{"multilog", true}, {"svlogd", true}, {"s6-log", true},
}

func (k keeper) String() string {
	if k.real {
		return "the real " + k.name
	}
	return "our " + k.name
}

// keep is the command line of one that keeps so many files in dir/log, with a processor
// if that is not empty.
func (k keeper) keep(t *testing.T, dir, count, processor string) []string {
	t.Helper()
	program := ""
	if k.real {
		program = need.Peer(t, k.name)
	} else {
		program = need.Program(t, "svlog", k.name)
	}
	config := "s4096\nn" + count + "\n"
	words := []string{program, "s4096", "n" + count}
	if processor != "" {
		config += "!" + processor + "\n"
		letter := "!"
		if k.name == "s6-log" {
			letter = "?"
		}
		words = append(words, letter+processor)
	}
	write(t, filepath.Join(dir, "log/config"), config)
	if k.name == "svlogd" {
		return []string{program, "./log"}
	}
	return append(words, "./log")
}

// How many files are kept.
const (
	all = "10000"
	few = "4"
)

// The ways in which a keeper ends. In a processor, that kills it.
const (
	byInput     = "the end of the input"
	byTerm      = "TERM"
	byKill      = "KILL"
	atProcessor = "KILL by a processor that has done nothing"
	byProcessor = "KILL by a processor that has done its work"
)

var endings = []string{byInput, byTerm, byKill, atProcessor, byProcessor}

// wide are lines of which eight fill a file.
func wide(first, n int) string {
	return strings.ReplaceAll(numbered(first, n), "\n", strings.Repeat(" and something else", 25)+"\n")
}

// leave has a keeper write n lines, one by one, or less, and end when these are in
// files. It says how many there were.
func leave(t *testing.T, dir string, k keeper, how string, first, n int) int {
	t.Helper()
	processor := map[string]string{
		atProcessor: "test -e ../armed || exec cat; kill -9 $PPID; mv ../armed ../done",
		byProcessor: "cat; test -e ../armed || exit 0; kill -9 $PPID; mv ../armed ../done",
	}[how]
	l := start(t, dir, k.keep(t, dir, all, processor)...)
	if processor != "" {
		n = min(n, 3) // a file that is not full
	}
	for i := range n {
		l.say(t, wide(first+i, 1))
	}
	last := strings.TrimSpace(numbered(first+n-1, 1))
	eventually(t, "the last line is written", func() bool {
		return strings.Contains(strings.Join(contents(t, filepath.Join(dir, "log")), ""), last)
	})
	switch how {
	case byInput:
		must(t, l.in.Close())
	case byTerm:
		l.urge(t, syscall.SIGTERM)
	case byKill:
		l.urge(t, syscall.SIGKILL)
	default:
		write(t, filepath.Join(dir, "armed"), "")
		l.urge(t, syscall.SIGALRM)
		done := filepath.Join(dir, "done")
		eventually(t, "the processor has ended", func() bool { return os.Remove(done) == nil })
	}
	select {
	case <-l.gone:
	case <-time.After(patience):
		t.Fatalf("%v has not ended", k)
	}
	return n
}

// urge sends a signal until the logger ends: those of the field may miss one that
// comes right before they read. There is nothing that it would do twice.
func (l *started) urge(t *testing.T, sig syscall.Signal) {
	t.Helper()
	eventually(t, "it ends", func() bool {
		select {
		case <-l.gone:
			return true
		default:
			_ = l.Process.Signal(sig) // it may have ended
			return false
		}
	})
}

// TestHeirs: whoever has left a directory, and however, ours takes it over as the
// real program of its name does.
func TestHeirs(t *testing.T) {
	t.Parallel()
	for _, first := range keepers {
		for _, how := range endings {
			for _, name := range []string{"multilog", "svlogd", "s6-log"} {
				t.Run(fmt.Sprintf("%s after %v by %s", name, first, how), func(t *testing.T) {
					t.Parallel()
					succeeds(t, name, first, how, all)
					// Names of s6-log are 27 seconds ahead, and so the newest: multilog
					// deletes what it has just made. svlogd does not count .u.
					if name == "multilog" && first.name != "s6-log" || name == "svlogd" && how != byKill || name == "s6-log" {
						succeeds(t, name, first, how, few)
					}
				})
			}
		}
	}
}

// succeeds compares those of one name who come after first.
func succeeds(t *testing.T, name string, first keeper, how, count string) {
	t.Helper()
	var got [2]string
	for i, heir := range []keeper{{name, false}, {name, true}} {
		dir := t.TempDir()
		n := leave(t, dir, first, how, 0, 18) // of which the last fills no file
		if refuses(t, dir, heir) {
			return
		}
		got[i] = inherit(t, dir, heir, count, n)
		if !heir.real && count == all {
			once(t, filepath.Join(dir, "log"), name, n+18)
		}
	}
	if got[0] != got[1] {
		t.Errorf("with %s files: got %s\nwant %s", count, got[0], got[1])
	}
}

// refuses says that a program of the field does not go on in dir/log without losing
// what the last one had been about to give to a processor: see DIFFERENCES of the
// pages of multilog and s6-log.
func refuses(t *testing.T, dir string, heir keeper) bool {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "log/previous")); err != nil || !heir.real || heir.name == "svlogd" {
		return false
	}
	current, err := os.Stat(filepath.Join(dir, "log/current"))
	return heir.name == "s6-log" || err == nil && current.Mode()&ownerExecutes != 0
}

// inherit has a keeper go on, and says all that it made.
func inherit(t *testing.T, dir string, heir keeper, count string, next int) string {
	t.Helper()
	l := start(t, dir, heir.keep(t, dir, count, "")...)
	for i := range 18 {
		l.say(t, wide(next+i, 1))
	}
	must(t, l.in.Close())
	l.ends(t, 0)
	return "said " + l.said(t) + inventory(t, filepath.Join(dir, "log"))
}

var label = regexp.MustCompile(`@[0-9a-f]{24}`)

// inventory is what is in a log directory, as modes, names without their labels, and
// lines: in the order of these, since names of s6-log are 27 seconds ahead of all
// others.
func inventory(t *testing.T, dir string) string {
	t.Helper()
	var files []string
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		i, err := e.Info()
		must(t, err)
		text := read(t, path)
		if e.Name() == "lock" {
			text = "" // where svlog has its record
		}
		lines := regexp.MustCompile(`line \d+`).FindAllString(text, -1)
		files = append(files, fmt.Sprintf("%v %s: %q\n", lines, label.ReplaceAllString(e.Name(), "@"), i.Mode()))
		return nil
	}))
	slices.Sort(files)
	return strings.Join(files, "")
}

// TestHeirsInAnyOrder: all of them follow each other in one directory, and every
// line is there once.
func TestHeirsInAnyOrder(t *testing.T) {
	t.Parallel()
	for range 6 {
		dir, next, story := t.TempDir(), 0, ""
		for range 12 {
			k, how := keepers[rand.IntN(len(keepers))], endings[rand.IntN(len(endings))]
			if refuses(t, dir, k) {
				k.real = false
			}
			story += fmt.Sprintf("%v until %s, ", k, how)
			if i, err := os.Stat(filepath.Join(dir, "log/current")); err == nil && i.Mode()&ownerExecutes != 0 && strings.Contains(how, "processor") {
				how = byKill // it is full before these lines are written
			}
			next += leave(t, dir, k, how, next, 3+rand.IntN(30))
		}
		once(t, filepath.Join(dir, "log"), story, next)
	}
}

// once checks that of the lines 0 to n-1 each is there once. What processors have
// left that were killed is no log.
func once(t *testing.T, dir, story string, n int) {
	t.Helper()
	seen := make([]int, n)
	for _, name := range files(t, dir) {
		if strings.HasSuffix(name, ".t") {
			continue
		}
		for line := range strings.Lines(read(t, filepath.Join(dir, name))) {
			number, err := strconv.Atoi(strings.SplitN(line+" ", " ", 3)[1])
			must(t, err)
			seen[number]++
		}
	}
	for i, times := range seen {
		if times != 1 {
			t.Errorf("%s: got line %d %d times; want it once; of all: %v", story, i, times, seen)
			return
		}
	}
}

const width = 100 // of the lines of TestHeirsInFlood

// TestHeirsInFlood kills those of ours at any instant, while lines come as fast as they
// are taken, and has another go on with the same pipe. s6-log has taken lines that it
// has not written, which are lost, a piece at each kill; that is what those of the
// field do under each name. The others lose nothing. What one of them had written and
// not taken is there twice, unless both it and the next keep the record of svlog.
func TestHeirsInFlood(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"svlog", "multilog"}, {"svlog", "multilog", "svlogd"}, {"s6-log"}, {"svlog", "multilog", "svlogd", "s6-log"}} {
		t.Run(strings.Join(names, " "), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r, w, err := os.Pipe()
			must(t, err)
			defer r.Close()
			const count = 10_000
			written := make(chan error, 1)
			go func() { written <- writeLines(w, count, width) }()
			killed := map[string]int{}
			twice, last := 0, "" // how often lines may have come twice
			records := func(name string) bool { return name == "svlog" || name == "multilog" }
			for more := true; more; {
				k := keeper{name: names[rand.IntN(len(names))]}
				if last != "" && last != "s6-log" && !(records(last) && records(k.name)) {
					twice++
				}
				l := begin(t, dir, r, k.keep(t, dir, all, "")...)
				select {
				case err := <-written:
					must(t, err)
					more = false
				case <-time.After(rand.N(20 * time.Millisecond)): // so long it runs
				}
				l.urge(t, syscall.SIGKILL)
				last = k.name
				killed[last]++
			}
			if !records(last) {
				twice++
			}
			begin(t, dir, r, keeper{name: "svlog"}.keep(t, dir, all, "")...).ends(t, 0)
			got := pieces(t, filepath.Join(dir, "log"), count)
			t.Logf("got %+v after %v", got, killed)
			if got.lost > killed["s6-log"] || got.repeated > twice {
				t.Errorf("got %+v after %v; want at most %d repeated", got, killed, twice)
			}
		})
	}
}

// odds are how many pieces of what came are not there, and there more than once.
type odds struct{ lost, repeated int }

// pieces looks for the lines 0 to n-1. What a kill has left of a line is none.
func pieces(t *testing.T, dir string, n int) (o odds) {
	t.Helper()
	seen := make([]int, n)
	for _, name := range files(t, dir) {
		for line := range strings.Lines(read(t, filepath.Join(dir, name))) {
			if len(line) != width || !strings.HasPrefix(line, "line ") || !strings.HasSuffix(line, "x\n") {
				continue
			}
			number, err := strconv.Atoi(strings.Fields(line)[1])
			must(t, err)
			seen[number]++
		}
	}
	before := 1
	for _, times := range seen {
		times = min(times, 2)
		switch {
		case times == 0 && before != 0:
			o.lost++
		case times == 2 && before != 2:
			o.repeated++
		}
		before = times
	}
	return o
}
