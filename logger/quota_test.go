package logger

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/svscan/scandir"
)

func TestShare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		quota                int64
		loggers, directories int
		want                 int64
		little               bool
	}{
		{0, 3, 1, 0, false},
		{1 << 30, 1, 1, 1 << 30, false},
		{1 << 30, 0, 0, 1 << 30, false},
		{100_000, 3, 2, 16_666, false},
		{2 * leastShare, 2, 1, leastShare, false},
		{2*leastShare - 1, 2, 1, leastShare, true},
		{1, 500, 1, leastShare, true},
	} {
		got, little := share(c.quota, c.loggers, c.directories)
		if got != c.want || little != c.little {
			t.Errorf("%d for %d loggers of %d: got %d, %t; want %d, %t", c.quota, c.loggers, c.directories, got, little, c.want, c.little)
		}
	}
}

func TestLimited(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own, want bounds
		share     int64
	}{
		{bounds{size: 1 << 20}, bounds{size: 1 << 20}, 0},
		{bounds{size: 1 << 20}, bounds{size: 1 << 20, total: 10 << 20}, 10 << 20},
		{bounds{size: 1 << 20}, bounds{size: 25_000, total: 100_000}, 100_000},
		{bounds{size: 1 << 20, total: 1 << 20}, bounds{size: 1 << 20, total: 1 << 20}, 1 << 20},
		{bounds{size: 5000, total: 9000}, bounds{size: 5000, total: 9000}, 10_000},
		{bounds{size: 5000, total: 9000}, bounds{size: 4096, total: 8192}, 8192},
		{bounds{size: 1 << 20, processor: "cat"}, bounds{size: 25_000, total: 100_000, processor: "cat"}, 100_000},
	} {
		if got := c.own.limited(c.share); got != c.want {
			t.Errorf("%+v, %d: got %+v; want %+v", c.own, c.share, got, c.want)
		}
	}
}

// FuzzQuota: whatever the file holds, a quota is not exceeded but where shares
// would be too little.
func FuzzQuota(f *testing.F) {
	for _, text := range []string{"2G", "0", "1", "1024T", "-1", "", "99999999999999999999", "8192"} {
		f.Add(text, 3, 1)
	}
	f.Fuzz(func(t *testing.T, text string, loggers, directories int) {
		quota, err := parseQuota(text)
		if err != nil {
			return
		}
		got, little := share(quota, loggers, directories)
		n := int64(max(loggers, 1))
		if quota < 0 || got < 0 || quota > 0 && (got < leastShare || !little && got > quota/n/int64(max(directories, 1))) {
			t.Errorf("%q for %d, %d: got %d", text, loggers, directories, got)
		}
		b := bounds{size: 1 << 20}.limited(got)
		if b.total != got || b.size < minSize || got > 0 && 2*b.size > b.total {
			t.Errorf("%q: got %+v", text, b)
		}
	})
}

func TestCountLoggers(t *testing.T) {
	t.Parallel()
	tree := t.TempDir()
	want := func(n int) {
		t.Helper()
		if got := countLoggers(tree); got != n {
			t.Errorf("got %d; want %d", got, n)
		}
	}
	want(0)
	write(t, filepath.Join(tree, "web/log/run"), "")
	write(t, filepath.Join(tree, "db/run"), "")
	write(t, filepath.Join(tree, "odd/log"), "")
	write(t, filepath.Join(tree, ".hidden/log/run"), "")
	write(t, filepath.Join(tree, "file"), "")
	must(t, os.Symlink("web", filepath.Join(tree, "other")))
	must(t, os.Symlink("nowhere", filepath.Join(tree, "gone")))
	want(2)
	write(t, filepath.Join(tree, "all/consumer-for"), "db\n")
	want(3)
	write(t, filepath.Join(tree, ".svscan/loggers/db/run"), "")
	want(4)
	write(t, filepath.Join(tree, ".svscan/log/run"), "")
	want(5)
	if got := countLoggers(filepath.Join(tree, "file")); got != 1 {
		t.Errorf("no tree: got %d; want 1", got)
	}
}

// TestQuota: loggers of a tree that are flooded keep to its quota together, at
// each moment, also after a kill; an edit holds from the next rotation on.
func TestQuota(t *testing.T) {
	t.Parallel()
	const most = 60 << 10
	tree := t.TempDir()
	write(t, filepath.Join(tree, scandir.LogQuota), strconv.Itoa(most))
	over := make(chan struct{})
	defer close(over)
	var all []*started
	scripts := map[string][]string{
		"a": nil, "b": {"s1M", "n1000", "./main"}, "c": {"n1000", "./main", "S9000", "./other"},
	}
	for name := range scripts { // a logger that is there alone has all, until it counts again
		must(t, os.MkdirAll(filepath.Join(tree, name, "log"), 0o755))
	}
	for name, script := range scripts {
		pipe := held(t, name)
		go flooding(pipe, over)
		dir := filepath.Join(tree, name, "log")
		l := of(dir, pipe, "", nil, append([]string{svlog(t)}, script...)...)
		l.Env = append(l.Env, "SVDIR="+tree)
		l.begin(t)
		all = append(all, l)
	}
	fullest := int64(0)
	for n := range 60 {
		if n%10 == 9 {
			i := rand.IntN(len(all))
			must(t, all[i].Process.Kill())
			<-all[i].gone
			next := prepare(all[i].Dir, all[i].Stdin.(*os.File), all[i].Args...)
			next.Env = all[i].Env
			next.begin(t)
			all[i] = next
		}
		sum := bytesOf(t, tree, all)
		if sum > most {
			t.Fatalf("the logs have %d bytes; want at most %d", sum, most)
		}
		fullest = max(fullest, sum)
		<-time.After(rand.N(10 * time.Millisecond)) // nothing is waited for: so that moments differ
	}
	eventually(t, "the logs have much", func() bool { // a busy machine starts loggers slowly
		fullest = max(fullest, bytesOf(t, tree, all))
		return fullest > most || fullest >= most/2
	})
	if fullest > most {
		t.Errorf("the logs have %d bytes; want at most %d", fullest, most)
	}
	write(t, filepath.Join(tree, scandir.LogQuota), strconv.Itoa(most/2))
	eventually(t, "the logs are smaller", func() bool { return bytesOf(t, tree, all) <= most/2 })
}

// flooding writes as yes does, until it is over.
func flooding(out *os.File, over chan struct{}) {
	for text := []byte(strings.Repeat("y\n", 2000)); ; {
		select {
		case <-over:
			return
		default:
		}
		if _, err := out.Write(text); err != nil {
			return // the test is over
		}
	}
}

// bytesOf is how many bytes the logs of a tree have at one moment.
func bytesOf(t *testing.T, tree string, all []*started) (sum int64) {
	t.Helper()
	for _, l := range all {
		eventually(t, "the logger has stopped", func() bool {
			must(t, l.Process.Signal(syscall.SIGSTOP)) // again: one that comes in the middle of exec is lost
			return l.threads(t, 'T')
		})
	}
	seen := map[uint64]bool{} // a file may have two names
	must(t, filepath.WalkDir(tree, func(path string, e fs.DirEntry, err error) error {
		if name := e.Name(); err != nil || !isArchive(name) && name != logdir.Current && name != logdir.Previous {
			return err
		}
		info, err := e.Info()
		must(t, err)
		if st := info.Sys().(*syscall.Stat_t); !seen[st.Ino] {
			seen[st.Ino] = true
			sum += st.Size
		}
		return nil
	}))
	for _, l := range all {
		must(t, l.Process.Signal(syscall.SIGCONT))
	}
	return sum
}

// TestQuotaTold: what cannot be used, or is too little, is told once; then what
// was holds, or the least.
func TestQuotaTold(t *testing.T) {
	t.Parallel()
	tree := t.TempDir()
	quota := filepath.Join(tree, scandir.LogQuota)
	for text, want := range map[string]string{
		"100k": "",
		"0":    "",
		"":     "unable to use " + quota + ": empty, doing without",
		"much": "unable to use " + quota + ": not a number of bytes, as 4096, 64k, 16M or 2G, doing without",
		"8000": "unable to keep to " + quota + ": less than two files of 4096 bytes for each log directory, taking these",
	} {
		write(t, quota, text)
		dir := t.TempDir()
		input := filepath.Join(dir, "input")
		write(t, input, numbered(0, 5000))
		l := of(dir, reopened(t, input, unix.O_RDONLY), "", nil, svlog(t), "n1000", "./log")
		l.Env = append(l.Env, "SVDIR="+tree)
		l.begin(t)
		l.ends(t, 0)
		if want != "" {
			want = "svlog: warning: " + want + "\n"
		}
		if got := l.said(t); got != want {
			t.Errorf("%q: said %q; want %q", text, got, want)
		}
		total := len(strings.Join(contents(t, filepath.Join(dir, "log")), ""))
		if text == "8000" && total > 8192 || text == "100k" && (total > 100<<10 || total < 70<<10) {
			t.Errorf("%q: got %d bytes", text, total)
		}
	}
}
