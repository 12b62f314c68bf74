package svscan

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"
)

// reaped waits until the death of pid is recorded: not one of those that
// TestReapedIsFull made up.
func (tr *tree) reaped(pid int) (status uint32) {
	tr.t.Helper()
	found := tr.await(func() bool {
		text, _ := os.ReadFile(tr.scan + "/.svscan/reaped") // not there yet
		var ok bool
		status, ok = scandir.FindDeath(text, pid, 2, ^uint64(0))
		return ok
	})
	if !found {
		tr.t.Fatalf("the death of %d is not recorded", pid)
	}
	return status
}

// orphans has a supervise leave children behind, and returns their pids.
func (tr *tree) orphans(name string) []int {
	tr.t.Helper()
	var pids []int
	text, err := os.ReadFile(tr.scan + "/" + name + "/orphans")
	tr.must(err)
	for _, word := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(word)
		tr.must(err)
		pids = append(pids, pid)
	}
	return pids
}

func TestReaped(t *testing.T) {
	tr := grow(t)
	tr.link("a", "orphan")
	tr.expect("supervise a")
	pids := tr.orphans("a")
	if got := tr.reaped(pids[0]); got != 7<<8 {
		t.Errorf("got status %#x; want that of exit 7", got)
	}
	if got := tr.reaped(pids[1]); got != 9 {
		t.Errorf("got status %#x; want that of KILL", got)
	}
	tr.kill("a") // ours is reaped, and not recorded
	tr.warned("killed by SIGKILL")
	tr.expect("supervise a")
	text, err := os.ReadFile(tr.scan + "/.svscan/reaped")
	tr.must(err)
	if n := strings.Count(string(text), "\n"); n != 4 { // the second supervise has orphans too
		for _, pid := range tr.orphans("a") {
			tr.reaped(pid)
		}
		text, err = os.ReadFile(tr.scan + "/.svscan/reaped")
		tr.must(err)
		if n = strings.Count(string(text), "\n"); n != 4 {
			t.Errorf("got %d deaths; want those of 4 orphans:\n%s", n, text)
		}
	}
}

// TestReapedIsFull: the file stays short, and what cannot be recorded is
// reaped too.
func TestReapedIsFull(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	var full []byte
	for pid := 1; len(full) < scandir.ReapedSize; pid++ {
		full = scandir.Death{PID: pid, Ticks: 1, Status: 2}.AppendText(full)
	}
	tr.must(os.MkdirAll(tr.scan+"/.svscan", 0o755))
	tr.must(os.WriteFile(tr.scan+"/.svscan/reaped", full, 0o644))
	tr.must(os.WriteFile(tr.scan+"/.svscan/svscan.env", scandir.Svscan{PID: 1, BootID: proc.BootID()}.AppendText(nil), 0o644))
	tr.link("a", "orphan")
	tr.boot("svscan", tr.scan)
	tr.expect("supervise a")
	pids := tr.orphans("a")
	tr.reaped(pids[0])
	tr.reaped(pids[1])
	text, err := os.ReadFile(tr.scan + "/.svscan/reaped")
	tr.must(err)
	if len(text) > scandir.ReapedSize*2/3 || !strings.HasSuffix(string(text[:len(text)/2]), "\n") && !strings.Contains(string(full), string(text[:len(text)/2])) {
		t.Errorf("got %d bytes; want the younger half", len(text))
	}
	if len(text) < scandir.ReapedSize/3 {
		t.Errorf("got %d bytes; want the younger half", len(text))
	}
	tr.must(os.Remove(tr.scan + "/.svscan/reaped"))
	tr.must(os.Mkdir(tr.scan+"/.svscan/reaped", 0o755))
	tr.kill("a")
	tr.warned("killed by SIGKILL")
	tr.expect("supervise a")
	tr.warned("unable to write " + tr.scan + "/.svscan/reaped: is a directory, going on without")
	for _, pid := range tr.orphans("a") {
		if !tr.await(func() bool { _, err := os.Stat("/proc/" + strconv.Itoa(pid)); return err != nil }) {
			t.Errorf("%d is a zombie still", pid)
		}
	}
}

// TestReapedOfAnotherBoot: its numbers mean other processes by now.
func TestReapedOfAnotherBoot(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.must(os.MkdirAll(tr.scan+"/.svscan", 0o755))
	tr.must(os.WriteFile(tr.scan+"/.svscan/reaped", []byte("1 2 3\n"), 0o644))
	tr.must(os.WriteFile(tr.scan+"/.svscan/svscan.env", scandir.Svscan{PID: 1, BootID: "another"}.AppendText(nil), 0o644))
	tr.link("a")
	tr.boot("svscan", tr.scan)
	tr.expect("supervise a")
	if text, err := os.ReadFile(tr.scan + "/.svscan/reaped"); err == nil {
		t.Errorf("got %q; want that it is gone", text)
	}
}
