package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// programs is the directory into which ours is built, by TestMain's leave.
var programs string

func TestMain(m *testing.M) {
	if role := killRole(); role != nil {
		role()
		os.Exit(0)
	}
	dir, err := os.MkdirTemp("", "svdir-bin-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // services under other users run from here
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	programs = filepath.Join(dir, "bin")
	code := m.Run()
	_ = os.RemoveAll(dir) // best effort: it is in the temporary directory
	os.Exit(code)
}

// build makes our programs and their compat names, once, the way that make
// does: the names stand in the Makefile alone.
var build = sync.OnceValue(func() error {
	out, err := exec.Command("make", "-s", "-C", "..", "compat", "BIN="+programs).CombinedOutput()
	if err != nil {
		return fmt.Errorf("make compat: %v\n%s", err, out)
	}
	return nil
})

// bin is the directory of our programs; compat, below it, has all their names.
func bin(t *testing.T) string {
	t.Helper()
	if err := build(); err != nil {
		t.Fatal(err)
	}
	return programs
}

func compat(t *testing.T) string { return filepath.Join(bin(t), "compat") }

// peers has, for each suite of the field and each daemon of examples/, a
// program that shows it is there.
var peers = map[string]string{
	"daemontools": "/usr/bin/svstat",
	"runit":       "/usr/bin/runsv",
	"s6":          "/usr/bin/s6-supervise",
	"nginx":       "/usr/sbin/nginx",
	"redis":       "/usr/bin/redis-server",
	"postgresql":  "/usr/bin/pg_isready",
}

// peerPath is where the programs of the field are, and ours are not.
const peerPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// havePeer says that a suite is installed. It is an error to lack one where
// REQUIRE_PEERS is set.
func havePeer(suite string) (bool, error) {
	program, known := peers[suite]
	if !known {
		return false, fmt.Errorf("unknown peer %q", suite)
	}
	if _, err := os.Stat(program); err == nil {
		return true, nil
	}
	if os.Getenv("REQUIRE_PEERS") != "" {
		return false, fmt.Errorf("REQUIRE_PEERS is set and %s is not installed: run make packages", suite)
	}
	return false, nil
}

func needPeer(t *testing.T, suite string) {
	t.Helper()
	need.Peer(t, filepath.Base(peers[suite]))
}
