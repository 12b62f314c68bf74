package setting

import (
	"os"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/servicedir"
)

func TestTable(t *testing.T) {
	names, paths := map[string]bool{}, map[string]bool{}
	for _, s := range All {
		if names[s.Name] || paths[s.Path] {
			t.Errorf("%s is there twice", s.Name)
		}
		names[s.Name], paths[s.Path] = true, true
		if s.Form == "" {
			t.Errorf("%s does not say what it is", s.Name)
		}
		dir, file, deep := strings.Cut(s.Path, "/")
		switch {
		case s.Log && s.Path != "log/set/"+s.Name, !s.Log && deep && (dir != "set" || file != s.Name), !deep && s.Path != s.Name:
			t.Errorf("%s is in %s", s.Name, s.Path)
		case s.Exec && dir != "set" && !s.Log:
			t.Errorf("%s is applied by svexec, and in %s", s.Name, s.Path)
		case s.Kind == Value && s.Check == nil, s.Kind == Flag && s.Check != nil:
			t.Errorf("%s: a value has a check, a flag has none", s.Name)
		}
		// supervise knows by name what svexec is needed for, without this table.
		if (dir == "set" || s.Log) && s.Exec != servicedir.NeedsExec(s.Name) {
			t.Errorf("%s: svexec is needed: %v, supervise says %v", s.Name, s.Exec, !s.Exec)
		}
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, found, item string
		ok                bool
	}{
		{"user", "set/user", "", true},
		{"timeout-kill", "timeout-kill", "", true},
		{"limits/nofile", "set/limits", "nofile", true},
		{"limits", "set/limits", "", true},
		{"env/A/B", "set/env", "A/B", true},
		{"size", "log/set/size", "", true},
		{"user/x", "set/user", "x", false},
		{"restarts", "", "", false},
		{"set/user", "", "", false},
		{"", "", "", false},
	} {
		s, item, ok := Find(c.name)
		found := ""
		if s != nil {
			found = s.Path
		}
		if found != c.found || item != c.item || ok != c.ok {
			t.Errorf("Find(%q) is %q, %q, %v; want %q, %q, %v", c.name, found, item, ok, c.found, c.item, c.ok)
		}
	}
}

// What a person types, what comes into the file, and whether it is taken there.
func TestPackAndCheck(t *testing.T) {
	for given, want := range map[string]string{
		"timeout-kill=10s": "10000", "timeout-finish=250ms": "250", "timeout-up=1m30s": "90000", "timeout-down=7": "7", "timeout-kill=0": "0",
		"down-signal=INT": "INT", "down-signal=SIGINT": "SIGINT", "reload-signal=2": "2", "notification-fd=3": "3", "max-death-tally=0": "0",
		"lock-fd=1023": "1023", "style=runit": "runit", "description=a web server": "a web server", "nice=-20": "-20", "start-weight=0": "0", "umask=27": "27",
		"ionice=realtime:0": "realtime:0", "user=www:www:ssl": "www:www:ssl", "cwd=@gitroot@/%i": "@gitroot@/%i", "limits/nofile=4096": "4096",
		"limits/core=0:unlimited": "0:unlimited", "env/A=": "", "env/B=50%%": "50%%", "command=echo\n\nx": "echo\n\nx", "capabilities=": "",
		"dirs/run=/run/web 0750 www:www": "/run/web 0750 www:www", "size=1M": "1M", "count=10": "10", "total=0": "0", "stamp=utc": "utc", "rate=1000/30s": "1000/30s", "full=drop": "drop", "kill-scope=tree": "tree", "daemonizes=/run/web.pid": "/run/web.pid", "daemonizes=": "", "script=+*\n-x": "+*\n-x",
	} {
		name, value, _ := strings.Cut(given, "=")
		text, err := pack(name, value)
		if err != nil || text != want {
			t.Errorf("%s: got %q, %v; want %q", given, text, err, want)
		}
	}
	for given, want := range map[string]string{
		"timeout-kill=10 s": "not " + aTime, "timeout-kill=25d": "not " + aTime, "timeout-kill=": "not " + aTime, "timeout-kill=1.5s": "not " + aTime,
		"down-signal=FROB": "not a signal: write a name such as INT, or its number", "notification-fd=2": "not a number from 3 to 1023",
		"max-death-tally=4097": "not a number from 0 to 4096", "style=systemd": "not svdir, daemontools, runit or s6", "description=": "empty",
		"env/A=%x": "unknown placeholder %x: write %% for a percent sign", "size=4095": "not from 4096 to 1T", "count=1": "not a number from 2 to 1000000",
		"kill-scope=all": "not process, group, session or tree", "total=x": errBytes.Error(), "rate=0/1s": errRate.Error(), "rate=10": errRate.Error(), "rate=5/0s": errRate.Error(), "full=wait": "not block or drop", "stamp=none of it": "not tai64n, utc or none", "script=": "empty", "command=": "empty", "cwd=%": "a % at the end: write %% for a percent sign",
		"user=" + strings.Repeat("x", 5000): "too long: one line of at most 4096 bytes",
	} {
		name, value, _ := strings.Cut(given, "=")
		if text, err := pack(name, value); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %q, %v; want %q", given, text, err, want)
		}
	}
	for name, good := range map[string]bool{"A": true, "a b": true, "": false, "A=B": false, "A\x00": false} {
		if s, _, _ := Find("env"); (s.Item(name) == nil) != good {
			t.Errorf("a variable %q: got %v; want good: %v", name, s.Item(name), good)
		}
	}
	if s, _, _ := Find("limits"); s.Item("nofile") != nil || s.Item("frob") == nil {
		t.Error("want a limit nofile and none frob")
	}
}

// pack does with a value what those do who write settings.
func pack(name, value string) (string, error) {
	s, _, _ := Find(name)
	text := value
	if s.Pack != nil {
		var err error
		if text, err = s.Pack(value); err != nil {
			return "", err
		}
	}
	return text, s.Check(text)
}

// The page has every setting, in this order, and no other.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("svset.5")
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for line := range strings.Lines(string(page)) {
		f := strings.Fields(line)
		if len(f) > 2 && f[0] == ".It" && f[1] == "Cm" {
			got = append(got, strings.TrimSuffix(f[2], "/"))
		}
	}
	for _, s := range All {
		want = append(want, s.Name)
	}
	if g, w := strings.Join(got, " "), strings.Join(want, " "); g != w {
		t.Errorf("the page has\n%s\nthe table\n%s", g, w)
	}
}
