package tests

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// TestDaemons serves the directories of examples/ and uses each daemon for
// real, after its start, after a restart and after a kill. It needs root.
func TestDaemons(t *testing.T) {
	t.Parallel()
	need.Root(t)
	for _, name := range []string{"daemontools", "runit", "nginx", "redis", "postgresql"} {
		needPeer(t, name)
	}
	t.Run("svscan and svctl", func(t *testing.T) {
		t.Parallel()
		serveDaemons(t, "svctl")
	})
	t.Run("Debian's sv", func(t *testing.T) {
		t.Parallel()
		serveDaemons(t, "/usr/bin/sv")
	})
}

// daemon is one service of the tree, and how to see that it works.
type daemon struct {
	name string
	use  func() error
}

func serveDaemons(t *testing.T, control string) {
	dir := need.PublicDir(t)
	scanned := filepath.Join(dir, "service")
	daemons := layOut(t, dir, scanned)
	env := environment(t, "bin", scanned)
	p, err := start(dir, filepath.Join(dir, "said"), env, "svscan", scanned)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		sweep(dir)
		if t.Failed() {
			logs, _ := exec.Command("sh", "-c", "tail -n 15 "+scanned+"/*/log/main/current").CombinedOutput()
			t.Logf("svscan said:\n%s\n%s", p.output(), logs)
		}
	})
	for _, d := range daemons {
		works(t, dir, "at first", d)
		ask := exec.Command(lookPath(control, env), "check", d.name)
		ask.Env = env
		if out, err := ask.CombinedOutput(); err != nil {
			t.Errorf("%s check %s: %v\n%s", control, d.name, err, out)
		}
	}
	for _, d := range daemons {
		old := pidOf(t, scanned, d.name)
		again := exec.Command(lookPath(control, env), "restart", d.name)
		again.Env = env
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%s restart %s: %v\n%s", control, d.name, err, out)
		}
		another(t, scanned, d.name, old)
		works(t, dir, "after a restart", d)
	}
	for _, d := range daemons {
		old := pidOf(t, scanned, d.name)
		if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		another(t, scanned, d.name, old)
		works(t, dir, "after a kill", d)
	}
	if err := p.stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	nothingBelow(t, dir)
	for _, d := range daemons {
		if log := filepath.Join(scanned, d.name, "log/main/current"); !hasText(log) {
			t.Errorf("%s is empty: the logger saw nothing", log)
		}
	}
}

// layOut copies the service directories and gives them ports that are free and
// places below dir.
func layOut(t *testing.T, dir, scanned string) []daemon {
	t.Helper()
	web, cache, second, base := freePort(t), freePort(t), freePort(t), freePort(t)
	root := filepath.Join(dir, "root")
	instance := "redis-" + second
	mustRun(t, "mkdir", "-m", "755", scanned, root)
	mustRun(t, "cp", "-a", "../examples/nginx", "../examples/redis", "../examples/postgresql", scanned)
	mustRun(t, "cp", "-a", "../examples/redis-6380", filepath.Join(scanned, instance))
	for name, text := range map[string]string{
		"root/index.html":               "hello from a service directory\n",
		"service/nginx/conf":            fmt.Sprintf("PORT=%s ROOT=%s STATE=%s/nginx\n", web, root, dir),
		"service/redis/conf":            fmt.Sprintf("PORT=%s DATA=%s/redis\n", cache, dir),
		"service/" + instance + "/conf": fmt.Sprintf("DATA=%s/second\n", dir),
		"service/postgresql/conf":       fmt.Sprintf("PORT=%s DATA=%s/postgresql\n", base, dir),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return []daemon{
		{"nginx", func() error { return fetches(web, "hello from a service directory\n") }},
		{"redis", func() error { return remembers(cache, "the first") }},
		{instance, func() error { return remembers(second, "the second") }},
		{"postgresql", func() error { return counts(base) }},
	}
}

func mustRun(t *testing.T, argv ...string) {
	t.Helper()
	if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
}

// freePort is a port that nobody listens on. It is not one of those that the
// kernel gives to whoever connects, and no other test gets it.
func freePort(t *testing.T) string {
	t.Helper()
	const first, many, tries = 20000, 10000, 100
	for range tries {
		port := strconv.Itoa(first + rand.IntN(many))
		if _, taken := ports.LoadOrStore(port, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close() // nobody has connected
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// ports are those that freePort has given away.
var ports sync.Map

// works waits until the daemon does what it is for.
func works(t *testing.T, dir, when string, d daemon) {
	t.Helper()
	var err error
	if !await(dir, manyPatience, func() bool { err = d.use(); return err == nil }) {
		t.Fatalf("%s %s: %v", d.name, when, err)
	}
}

func pidOf(t *testing.T, scanned, name string) int {
	t.Helper()
	file := filepath.Join(scanned, name, "supervise/pid")
	eventually(t, filepath.Dir(file), name+" has a process", func() bool { return hasText(file) })
	text, _ := os.ReadFile(file) // a replacement is never empty here
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		t.Fatalf("%s: got %q; want a pid", file, text)
	}
	return pid
}

// another waits until another process than old is the service.
func another(t *testing.T, scanned, name string, old int) {
	t.Helper()
	file := filepath.Join(scanned, name, "supervise/pid")
	eventually(t, filepath.Dir(file), name+" has a new process", func() bool {
		text, _ := os.ReadFile(file) // asked again
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil && pid != old
	})
}

// fetches asks the web server for its page.
func fetches(port, want string) error {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://127.0.0.1:" + port + "/")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err == nil && string(got) != want {
		err = fmt.Errorf("got %q; want %q", got, want)
	}
	return err
}

// remembers sets a key in Redis and gets it again.
func remembers(port, value string) error {
	c, err := net.DialTimeout("tcp", "127.0.0.1:"+port, 5*time.Second)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c, "SET who %q\r\nGET who\r\n", value); err != nil {
		return err
	}
	r := bufio.NewReader(c)
	for _, want := range []string{"+OK", "$" + strconv.Itoa(len(value)), value} {
		if got, err := r.ReadString('\n'); err != nil || strings.TrimSpace(got) != want {
			return fmt.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	return nil
}

// counts adds a row to a table, and sees it there.
func counts(port string) error {
	const sql = "create table if not exists used (at timestamp); insert into used values (now()); select count(*) > 0 from used"
	out, err := exec.Command("psql", "-h", "127.0.0.1", "-p", port, "-U", "postgres", "-qAtc", sql).CombinedOutput()
	if err != nil || !strings.HasSuffix(string(out), "t\n") {
		return fmt.Errorf("psql: %v\n%s", err, out)
	}
	return nil
}
