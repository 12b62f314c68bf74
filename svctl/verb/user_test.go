package verb

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// actAs makes the test binary svctl, so that another user can run it.
const actAs = "TEST_ACT_AS_SVCTL"

func TestMain(m *testing.M) {
	if os.Getenv(actAs) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// Needs root. Anyone may look, the owner acts, and who may not is told why.
func TestOtherUser(t *testing.T) {
	need.Root(t)
	const nobody = 65534
	dir := tree(t, "web", "peer")
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	play(t, dir+"/web", true, status.Size)
	play(t, dir+"/peer", true, 20)
	if err := os.Chmod(dir+"/peer/supervise", 0o700); err != nil { // as runsv makes it
		t.Fatal(err)
	}
	if code, _, errors := invoke("set web user=www"); code != done {
		t.Fatal(errors)
	}
	for _, tt := range []struct {
		line string
		code int
		want string
	}{
		{"status -o name,state,pid web", done, "web\tup\t8388609\n"},
		{"is-up web", done, ""},
		{"wait web", done, "web: up"},
		{"up web", failed, "svctl: fatal: unable to control web: permission denied (you are nobody; its owner is root)"},
		{"-d web", failed, "svctl: fatal: unable to control web: permission denied (you are nobody; its owner is root)"},
		{"disable web", failed, "svctl: fatal: unable to disable web: permission denied (you are nobody; its owner is root)"},
		{"-d peer", failed, "svctl: fatal: unable to control peer: permission denied (you are nobody; its owner is root)"},
		{"up peer", failed, "svctl: fatal: unable to control peer: permission denied (you are nobody; its owner is root)"},
		{"status -o state,error peer", failed, "unknown\tunable to look at peer: permission denied (you are nobody; its owner is root)"},
		{"list", done, "peer\nweb\n"},
		{"get web", done, "user=www\n"},
		{"set web umask=022", failed, "svctl: fatal: unable to set umask of web: permission denied (you are nobody; its owner is root)"},
		{"set web timeout-kill=1s", failed, "svctl: fatal: unable to set timeout-kill of web: permission denied (you are nobody; its owner is root)"},
		{"unset web user", failed, "svctl: fatal: unable to unset user of web: permission denied (you are nobody; its owner is root)"},
	} {
		cmd := exec.Command("/proc/self/exe", strings.Fields(tt.line)...)
		cmd.Env = append(os.Environ(), actAs+"=1")
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.HasPrefix(string(out), tt.want) {
			t.Errorf("svctl %s: exit %d, %s\nwant %d, %s", tt.line, code, out, tt.code, tt.want)
		}
	}
}
