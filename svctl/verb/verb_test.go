package verb

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// Every control verb writes its letters, waits until it is so, and says so.
func TestVerbLetters(t *testing.T) {
	const (
		ours        = status.Size
		runit       = 20
		daemontools = 18
	)
	for _, tt := range []struct {
		line    string
		up      bool
		size    int
		letters string
		code    int
	}{
		{"up web", false, ours, "u", done},
		{"up web", true, ours, "u", done},
		{"start web", false, ours, "u", done},
		{"down web", true, ours, "d", done},
		{"stop web", true, ours, "d", done},
		{"down --tree web", true, ours, "T", done},
		{"stop web --tree", true, ours, "T", done},
		{"down --tree web", true, runit, "", no},
		{"once web", false, ours, "o", done},
		{"restart web", true, ours, "du", done},
		{"restart web", false, ours, "du", done},
		{"exit web", true, ours, "x", done},
		{"reload web", true, ours, "l", done},
		{"reload web", true, runit, "h", done},
		{"reload web", true, daemontools, "h", done},
		{"term web", true, ours, "t", done},
		{"kill web", true, ours, "k", done},
		{"kill -g web", true, ours, "K", done},
		{"kill web -g", true, ours, "K", done},
		{"kill -g web", true, runit, "", no},
		{"pause web", true, ours, "p", done},
		{"pause -g web", true, ours, "P", done},
		{"cont web", true, ours, "c", done},
		{"cont --group web", true, ours, "C", done},
		{"hup web", true, ours, "h", done},
		{"int web", true, ours, "i", done},
		{"quit web", true, ours, "q", done},
		{"quit web", true, daemontools, "", no},
		{"usr1 web", true, ours, "1", done},
		{"usr2 web", true, runit, "2", done},
		{"alarm web", true, ours, "a", done},
		{"abort web", true, ours, "b", done},
		{"winch web", true, ours, "y", done},
		{"winch web", true, runit, "", no},
		{"signal:HUP web", true, ours, "h", done},
		{"signal:SIGWINCH web", true, ours, "y", done},
		{"signal:9 web", true, ours, "k", done},
		{"signal:KILL -g web", true, ours, "K", done},
		{"signal:STOP web", true, ours, "p", done},
		{"hup web", false, ours, "", notSupervised},
		{"reload web", false, ours, "", notSupervised},
		{"up --no-wait web", false, ours, "u", done},
		{"up -w web", true, ours, "u", done},
		{"up --wait=ready web", false, ours, "u", done},
		{"down --wait=finished web", true, ours, "d", done},
		{"hup --wait=up web", true, ours, "h", done},
		{"down --all", true, ours, "d", done},
		{"-u web", false, ours, "u", done},
		{"-du web", true, ours, "du", done},
		{"-dxd -u web", true, ours, "dxu", done},
		{"-h web", false, ours, "h", done},
		{"--json -t web", true, ours, "t", done},
		{"wait --up web", true, ours, "", done},
		{"wait web", true, ours, "", done},
		{"wait --down web", false, ours, "", done},
		{"check web", true, ours, "", done},
		{"is-up web", true, ours, "", done},
		{"is-up web", false, ours, "", no},
		{"ready web", true, ours, "", done},
		{"is-failed web", true, ours, "", no},
		{"down --timeout=zero web", true, ours, "", wrongUse},
		{"hup -g web", true, ours, "", wrongUse},
		{"signal:PROF web", true, ours, "", wrongUse},
		{"wait --down --timeout=0 web", true, ours, "", timedOut},
		{"wait --ready --timeout=0.01 web", false, ours, "", timedOut},
	} {
		t.Run(tt.line, func(t *testing.T) {
			s := play(t, tree(t, "web")+"/web", tt.up, tt.size)
			code, out, errors := invoke(tt.line)
			if code != tt.code {
				t.Errorf("exit %d, want %d\n%s%s", code, tt.code, out, errors)
			}
			if got := s.end(); got != tt.letters {
				t.Errorf("letters %q, want %q", got, tt.letters)
			}
			if (errors == "") != (code == done || strings.HasPrefix(tt.line, "is-")) {
				t.Errorf("exit %d, and said %q", code, errors)
			}
		})
	}
}

// What goes wrong is said in one sentence, with its exit code.
func TestProblems(t *testing.T) {
	dir := tree(t, "web", "db", "web/supervise")
	play(t, dir+"/web", true, status.Size)
	if err := os.MkdirAll(dir+"/.svscan", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/.svscan/lock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line string
		code int
		want string
	}{
		{"upp web", wrongUse, "no verb upp: did you mean up?"},
		{"signal web", wrongUse, "no verb signal"},
		{"stop", wrongUse, "stop needs a name; --all means every service of the scan directory"},
		{"-d", wrongUse, "-d needs a name"},
		{"down web --all", wrongUse, "--all and names exclude each other"},
		{"down --al web", wrongUse, "no option --al here: did you mean --all?"},
		{"down --any web", wrongUse, "no option --any here"},
		{"up --wait=happy web", wrongUse, "--wait is up, ready, down or finished"},
		{"up --no-wait=1 web", wrongUse, "--no-wait takes no value"},
		{"-u web -d", wrongUse, "letters come first"},
		{"status -o name,colour", wrongUse, "no field colour: there are name, dir"},
		{"new x", wrongUse, "new needs one name, then -- and a command"},
		{"link", wrongUse, "link needs a service directory"},
		{"up wbe", notSupervised, "unable to find wbe: not linked in " + dir + " (did you mean web?)"},
		{"up db", notSupervised, "unable to control db: no svscan runs in " + dir},
		{"-C /nonexistent up web", notSupervised, "unable to find a scan directory: tried /nonexistent; name it with -C or in SVDIR"},
		{"is-up db", notSupervised, "no svscan runs in"},
		{"history web", no, "unable to read history of web: its supervisor keeps none"},
		{"wait --down --timeout=0 web", timedOut, "timed out waiting for web to be down; it is up (pid 8388609)"},
		{"unlink web", wrongUse, "is the directory itself, not a link"},
		{"up web db", notSupervised, "svctl: warning: unable to control db"},
	} {
		code, _, errors := invoke(tt.line)
		if code != tt.code || !strings.Contains(errors, tt.want) {
			t.Errorf("svctl %s: exit %d, %s\nwant %d, … %s …", tt.line, code, errors, tt.code, tt.want)
		}
	}
}

// A service that gives up is not waited for any longer, and one that does not
// come in time is told of with its state.
func TestGaveUp(t *testing.T) {
	dir := tree(t, "web")
	s := play(t, dir+"/web", false, status.Size)
	s.fails = true
	code, _, errors := invoke("up web")
	errors = regexp.MustCompile(`failed [0-9]+ seconds?`).ReplaceAllString(errors, "failed N seconds")
	if want := "svctl: fatal: unable to get web up: it is failed N seconds, it ended 3 times; svctl history web and its log may say why\n"; code != no || errors != want {
		t.Errorf("exit %d, %s\nwant %d, %s", code, errors, no, want)
	}
	if code, _, _ := invoke("is-failed web"); code != done {
		t.Errorf("is-failed: exit %d, want %d", code, done)
	}
}

func TestManyInOrder(t *testing.T) {
	dir := tree(t, "a", "b", "c")
	for _, name := range []string{"a", "b", "c"} {
		play(t, dir+"/"+name, false, status.Size)
	}
	code, out, errors := invoke("up c a nosuch b a")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != notSupervised || len(lines) != 3 || !strings.HasPrefix(lines[0], "c: up") ||
		!strings.HasPrefix(lines[1], "a: up") || !strings.HasPrefix(lines[2], "b: up") || !strings.Contains(errors, "nosuch") {
		t.Errorf("exit %d\n%s%s\nwant c, a and b in order, and a warning", code, out, errors)
	}
	if code, out, _ = invoke("list"); code != done || out != "a\nb\nc\n" {
		t.Errorf("list: exit %d, %q", code, out)
	}
	code, out, _ = invoke("status -o name,state,want,pid *")
	if want := "a\tup\tup\t8388609\nb\tup\tup\t8388609\nc\tup\tup\t8388609\n"; code != done || out != want {
		t.Errorf("status -o: exit %d, %q, want %q", code, out, want)
	}
}

func TestJSONEverywhere(t *testing.T) {
	dir := tree(t, "web")
	play(t, dir+"/web", true, status.Size)
	for line, code := range map[string]int{
		"--json": done, "status --json web": done, "list --json": done, "restart --json web": done, "--json -h web": done,
		"--json is-up web": done, "disable --json web": done, "up --json nosuch": notSupervised, "wait --json --down --timeout=0 web": timedOut,
	} {
		got, out, errors := invoke(line)
		var list []any
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 1 || got != code || errors != "" {
			t.Errorf("svctl %s: exit %d, want %d and an array of one\n%s%s%v", line, got, code, out, errors, err)
		}
	}
}

func TestHelp(t *testing.T) {
	code, out, _ := invoke("--help")
	if code != done || !strings.HasPrefix(out, "usage: "+Usage+"\n") {
		t.Errorf("--help: exit %d, %s", code, out)
	}
	for i := range verbs {
		if v := verbs[i]; !strings.Contains(out, "  "+v.word+" ") || v.does == "" {
			t.Errorf("%s is not in --help", v.word)
		}
		word := strings.Replace(verbs[i].word, "NAME", "HUP", 1)
		if code, out, errors := invoke(word + " --help"); code != done || !strings.Contains(out, "usage: svctl "+word) {
			t.Errorf("%s --help: exit %d, %s%s", word, code, out, errors)
		}
	}
	if code, out, _ := invoke("--version"); code != done || !strings.HasPrefix(out, "svctl (svdir) ") {
		t.Errorf("--version: exit %d, %s", code, out)
	}
}
