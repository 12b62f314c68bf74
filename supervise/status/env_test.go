package status

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"
)

// full has no field at its zero value.
var full = Record{
	State: Backoff, Want: WantUp, Leaving: true, PID: 4711, Ready: true, ReadyAt: time.Unix(1792549301, 7),
	Paused: true, GotTerm: true, Since: time.Unix(1792549300, 120000000), Wait: UnknownWait, Ended: true, Starts: 3, Deaths: 2,
	NextStart: time.Unix(1792549400, 999999999), Leftovers: 4, Flaps: 2, Reason: "unable to start run: it's not executable (chmod +x /service/web/run)",
	StartTicks: 1 << 63, Supervisor: 815, SupervisorTicks: 88, BootID: "2f9d6b6a-5f29-4b5e-8d0a-3a8f6f3f4c11",
	InitTicks: 12, Run: 5, RunPID: 4700, RunLeads: true, Machine: []byte("eager letter=d"), Reexecs: 6, ReexecFailures: 7, ReexecFailure: "exec format error", Unknown: true,
	Watched: true, LogDir: "/var/log/my web", Lost: true, Text: "serving $1", Phase: "reloading", Errno: 5, Exports: true,
}

const fullText = `FORMAT=1
STATE=backoff
WANT=up
PID=4711
READY=1
READY_SINCE=1792549301.000000007
PAUSED=1
GOT_TERM=1
LEAVING=1
SINCE=1792549300.120000000
EXIT_CODE=
EXIT_SIGNAL=
EXIT_UNKNOWN=1
STARTS=3
DEATHS=2
NEXT_START=1792549400.999999999
FLAPS=2
LEFTOVERS=4
REASON='unable to start run: it'\''s not executable (chmod +x /service/web/run)'
START_TICKS=9223372036854775808
SUPERVISE_PID=815
SUPERVISE_TICKS=88
BOOT_ID=2f9d6b6a-5f29-4b5e-8d0a-3a8f6f3f4c11
INIT_TICKS=12
RUN=5
RUN_PID=4700
RUN_LEADS=1
MACHINE='eager letter=d'
REEXECS=6
REEXEC_FAILURES=7
REEXEC_FAILURE='exec format error'
WATCHED=1
LOG_DIR='/var/log/my web'
LOST=1
STATUS_TEXT='serving $1'
STATUS_PHASE=reloading
STATUS_ERRNO=5
EXPORTS=1
`

func TestAppendEnv(t *testing.T) {
	v := reflect.ValueOf(full)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("%s is zero, so this test does not see it", v.Type().Field(i).Name)
		}
	}
	if got := string(AppendEnv(nil, &full)); got != fullText {
		t.Errorf("AppendEnv gives\n%s; want\n%s", got, fullText)
	}
}

func TestEnvRoundTrip(t *testing.T) {
	exited, ended, killed := full, full, full
	exited.Wait, exited.Unknown = 125<<8, false
	ended.Wait, ended.Unknown = 0, false
	killed.Wait, killed.Unknown = 15, false
	for _, want := range []Record{full, exited, ended, killed, {}, {State: Skipped, Want: WantOnce}} {
		got, err := ParseEnv(AppendEnv(nil, &want))
		if err != nil || !same(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, err, want)
		}
	}
}

func TestParseEnv(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Record
	}{
		{"state alone", "STATE=up\n", Record{State: Up}},
		{"no newline", "STATE=up", Record{State: Up}},
		{"newer version", "FORMAT=2\nSTATE=up\nMOOD=good\n", Record{State: Up}},
		{"no lines", "garbage\n\n=\nSTATE=up\nmore garbage", Record{State: Up}},
		{"numbers that are none", "STATE=up\nPID=-7\nSTARTS=many\nDEATHS=99999999999999999999\nSTART_TICKS=-1\n", Record{State: Up}},
		{"times that are none", "STATE=up\nSINCE=now\nNEXT_START=1.x\nREADY_SINCE=.5\n", Record{State: Up}},
		{"fewer decimals", "STATE=up\nSINCE=5.25\n", Record{State: Up, Since: time.Unix(5, 250000000)}},
		{"no decimals", "STATE=up\nSINCE=5\n", Record{State: Up, Since: time.Unix(5, 0)}},
		{"wide exits", "STATE=up\nEXIT_CODE=256\nEXIT_SIGNAL=128\n", Record{State: Up}},
		{"the last counts", "STATE=up\nSTATE=down\nPID=1\nPID=2\n", Record{State: Down, PID: 2}},
		{"quotes", `STATE='up'` + "\n" + `REASON=a\'b' c'\` + "\n", Record{State: Up, Reason: `a'b c\`}},
	} {
		if got, err := ParseEnv([]byte(c.text)); err != nil || !same(got, c.want) {
			t.Errorf("%s: ParseEnv(%q) is %+v, %v; want %+v", c.name, c.text, got, err, c.want)
		}
	}
	for _, text := range []string{"", "STATE=\n", "STATE=flying\n", "PID=1\nWANT=up\n", "STATE"} {
		if got, err := ParseEnv([]byte(text)); !errors.Is(err, ErrEnv) {
			t.Errorf("ParseEnv(%q) is %+v, %v; want ErrEnv", text, got, err)
		}
	}
}

// hostile is what nobody should put into a name or a reason, and somebody will.
var hostile = []string{
	"", " ", "'", "''", `\`, `\'`, `a'b'c`, "$(touch hacked)", "`touch hacked`", "'; touch hacked; '", `"$HOME"`,
	"*", "~", "a b\tc", "STATE=failed", "#", "&& touch hacked", "-n", "größer", "\xff\xfe", "$'x'", "!!", `\n`,
}

// A real shell reads what we write, and runs nothing of it.
func TestEnvInShell(t *testing.T) {
	dir := t.TempDir()
	for _, reason := range hostile {
		r := full
		r.Reason = reason
		path := filepath.Join(dir, "status.env")
		if err := os.WriteFile(path, AppendEnv(nil, &r), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("sh", "-efuc", `. ./status.env; printf '%s|%s|%s|%s' "$STATE" "$REASON" "${SINCE%.*}" "$BOOT_ID"`)
		cmd.Dir = dir
		got, err := cmd.CombinedOutput()
		want := "backoff|" + strings.ReplaceAll(reason, "\t", "?") + "|1792549300|" + full.BootID
		if err != nil || string(got) != want {
			t.Errorf("sh reads %q, %v; want %q", got, err, want)
		}
		if back, err := ParseEnv(AppendEnv(nil, &r)); err != nil || back.Reason != strings.ReplaceAll(reason, "\t", "?") {
			t.Errorf("ParseEnv reads %q, %v; want %q", back.Reason, err, reason)
		}
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("sourcing made files: %v, %v", names, err)
	}
}

// A line stays a line, whatever a reason holds.
func TestEnvControlBytes(t *testing.T) {
	r := Record{Reason: "a\nSTATE=failed\x00\x7f\r"}
	got, err := ParseEnv(AppendEnv(nil, &r))
	if want := "a?STATE=failed???"; err != nil || got.State != Down || got.Reason != want {
		t.Errorf("got %+v, %v; want down and %q", got, err, want)
	}
}

// Residents write it at each change: it costs them no memory.
func TestAppendEnvAllocates(t *testing.T) {
	r, b := full, make([]byte, 0, 2*len(fullText))
	if n := testing.AllocsPerRun(100, func() { b = AppendEnv(b[:0], &r) }); n != 0 {
		t.Errorf("AppendEnv allocates %v times; want 0", n)
	}
}

func FuzzParseEnv(f *testing.F) {
	f.Add([]byte(fullText))
	f.Add([]byte("STATE=up"))
	for _, s := range hostile {
		f.Add([]byte("STATE=up\nREASON=" + s + "\n"))
		f.Add(AppendEnv(nil, &Record{Reason: s}))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ParseEnv(text)
		if err != nil {
			return
		}
		if r.PID < 0 || r.State >= States || r.Want >= Wants {
			t.Errorf("ParseEnv(%q) makes no sense: %+v", text, r)
		}
		written := AppendEnv(nil, &r)
		again, err := ParseEnv(written)
		if err != nil || string(AppendEnv(nil, &again)) != string(written) {
			t.Errorf("ParseEnv(%q), appended, is\n%s, which reads as %+v, %v", text, written, again, err)
		}
	})
}

// The page has every key and every state.
func TestPageIsWhole(t *testing.T) {
	text, err := os.ReadFile("svstatus.5")
	if err != nil {
		t.Fatal(err)
	}
	var words []string
	for i := range fields {
		words = append(words, fields[i].key)
	}
	for s := range States {
		words = append(words, s.String())
	}
	for _, word := range words {
		if !regexp.MustCompile(`\b` + word + `\b`).Match(text) {
			t.Errorf("no %s in svstatus.5", word)
		}
	}
}
