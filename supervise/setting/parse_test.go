package setting

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"10s": 10 * time.Second, "250ms": 250 * time.Millisecond, "1m30s": 90 * time.Second, "0s": 0, "1d2h3m4s5ms": 26*time.Hour + 3*time.Minute + 4*time.Second + 5*time.Millisecond,
		"007s": 7 * time.Second, "106751d": 106751 * 24 * time.Hour, "9223372036s": 9223372036 * time.Second,
	} {
		if got, err := ParseDuration(text); got != want || err != nil {
			t.Errorf("ParseDuration(%q) is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", "10", "s", "10 s", " 10s", "1.5s", "-1s", "+1s", "1s1s", "1s1m", "1ms1s", "1us", "106752d", "9223372037s", "9223372036s1000ms",
		"99999999999999999999s", "1h106751d", "10S", "٣s", "1_0s",
	} {
		if got, err := ParseDuration(text); err == nil || got != 0 {
			t.Errorf("ParseDuration(%q) is %v, %v; want an error", text, got, err)
		}
	}
}

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]uint64{
		"0": 0, "4096": 4096, "1k": 1024, "1K": 1024, "64M": 64 << 20, "2G": 2 << 30, "1T": 1 << 40, "16777215T": 16777215 << 40,
		"18446744073709551615": math.MaxUint64,
	} {
		if got, err := ParseBytes(text); got != want || err != nil {
			t.Errorf("ParseBytes(%q) is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "k", "1kk", "1kB", "-1", "+1", "1.5M", "0x10", "16777216T", "18446744073709551616", " 1", "1 k", "1m", "1g"} {
		if got, err := ParseBytes(text); err == nil {
			t.Errorf("ParseBytes(%q) is %d; want an error", text, got)
		}
	}
}

func TestParseUser(t *testing.T) {
	for text, want := range map[string]User{
		"www": {"www", nil, false}, "www:www": {"www", []string{"www"}, false}, "www:a:b:7": {"www", []string{"a", "b", "7"}, false},
		":1:2": {"1", []string{"2"}, true}, ":1:2:3": {"1", []string{"2", "3"}, true}, "1000": {"1000", nil, false},
	} {
		got, err := ParseUser(text)
		if err != nil || got.Name != want.Name || !slices.Equal(got.Groups, want.Groups) || got.Numeric != want.Numeric {
			t.Errorf("ParseUser(%q) is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ":", "::", ":1", ":1:", ":a:1", ":1:a", "a:", "a::b", "a b", "a:b c", ":-1:0", ":4294967295:0", ":0:4294967295", ":0:4294967296", "a" + strings.Repeat(":b", 61)} {
		if got, err := ParseUser(text); err == nil {
			t.Errorf("ParseUser(%q) is %v; want an error", text, got)
		}
	}
}

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]Limit{
		"1024": {Soft: 1024}, "1k:2k": {1024, 2048, true}, "unlimited": {Soft: Unlimited}, "0:unlimited": {0, Unlimited, true}, "7:7": {7, 7, true},
	} {
		if got, err := ParseLimit(text); got != want || err != nil {
			t.Errorf("ParseLimit(%q) is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", ":", "1:", ":1", "2:1", "unlimited:1", "1:2:3", "-1", "18446744073709551615", "Unlimited"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("ParseLimit(%q) is %v; want an error", text, got)
		}
	}
	if id, err := ParseResource("nofile"); id != unix.RLIMIT_NOFILE || err != nil {
		t.Errorf("nofile is %d, %v", id, err)
	}
}

func TestParseIONice(t *testing.T) {
	for text, want := range map[string]IONice{
		"best-effort:0": {BestEffort, 0}, "best-effort:7": {BestEffort, 7}, "realtime:3": {Realtime, 3}, "best-effort": {BestEffort, 4}, "idle": {Idle, 0}, "none": {},
	} {
		if got, err := ParseIONice(text); got != want || err != nil {
			t.Errorf("ParseIONice(%q) is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "best-effort:8", "best-effort:-1", "best-effort:", "idle:0", "none:0", "Idle", "4"} {
		if got, err := ParseIONice(text); err == nil {
			t.Errorf("ParseIONice(%q) is %v; want an error", text, got)
		}
	}
}

func TestParseCapabilities(t *testing.T) {
	for text, want := range map[string]uint64{
		"": 0, "\n": 0, " , \n": 0, "chown": 1, "CAP_CHOWN": 1, "cap_kill,chown\nNET_BIND_SERVICE\t": 1 | 1<<unix.CAP_KILL | 1<<unix.CAP_NET_BIND_SERVICE,
		"checkpoint_restore": 1 << unix.CAP_CHECKPOINT_RESTORE, "syslog": 1 << unix.CAP_SYSLOG, "chown chown": 1,
	} {
		if got, err := ParseCapabilities(text); got != want || err != nil {
			t.Errorf("ParseCapabilities(%q) is %x, %v; want %x", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"frob": "unknown capability frob", "kill -x": "unknown capability -x", "cap_cap_kill": "unknown capability cap_cap_kill", "a\x1b": "unknown capability a?",
		strings.Repeat("x", 99): "unknown capability " + strings.Repeat("x", 40) + "...", "CAP_": "unknown capability CAP_",
	} {
		if _, err := ParseCapabilities(text); err == nil || err.Error() != want {
			t.Errorf("ParseCapabilities(%q) says %v; want %s", text, err, want)
		}
	}
	if len(capabilityNames) != unix.CAP_LAST_CAP+1 {
		t.Errorf("got %d names; the last capability is %d", len(capabilityNames), unix.CAP_LAST_CAP)
	}
}

func TestParseMake(t *testing.T) {
	for text, want := range map[string]Make{
		"/run/web": {"/run/web", -1, "", ""}, "a 0750": {"a", 0o750, "", ""}, "a 1777 www": {"a", 0o1777, "www", ""}, "%d/a 700 www:adm": {"%d/a", 0o700, "www", "adm"},
	} {
		if got, err := ParseMake(text); got != want || err != nil {
			t.Errorf("ParseMake(%q) is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "a b", "a 8", "a 10000", "a 700 :1:2", "a 700 a:b:c", "a 700 a b", "%x", "a -1"} {
		if got, err := ParseMake(text); err == nil {
			t.Errorf("ParseMake(%q) is %v; want an error", text, got)
		}
	}
}

func TestParseEnvFile(t *testing.T) {
	const text = "\n# comment\nA=1\nexport B=2\n export\tC = x\n" // the last is none
	if _, err := ParseEnvFile(text); err == nil || err.Error() != "line 5: not NAME=value" {
		t.Errorf("got %v; want line 5 refused", err)
	}
	for line, want := range map[string]string{
		"A=1": "1", "A= b c  ": "b c", "A=": "", "A=a#b": "a#b", "A=a #b": "a", "A=#b": "", "A='a \"$x\\n'": "a \"$x\\n", `A="a\n\t\"\\\$\x" # c`: "a\n\t\"\\$\\x",
		"A=a=b": "a=b", "export A=1": "1", "A=\"\"": "", "A='#'": "#", "A=größe\r": "größe", "A=$HOME": "$HOME", "A=%p": "%p",
	} {
		got, err := ParseEnvFile(line + "\n")
		if err != nil || len(got) != 1 || got[0] != (Variable{"A", want}) {
			t.Errorf("%q is %q, %v; want %q", line, got, err, want)
		}
	}
	for line, want := range map[string]string{
		"A": "line 1: not NAME=value", "=1": "line 1: not NAME=value", "1A=1": "line 1: not NAME=value", "A B=1": "line 1: not NAME=value", "exportA": "line 1: not NAME=value",
		"A='x": "line 1: a quote is not closed", `A="x\"`: "line 1: a quote is not closed", "A='x' y": "line 1: text behind a closing quote", "A=\x00": "not text",
	} {
		if got, err := ParseEnvFile(line); err == nil || err.Error() != want {
			t.Errorf("%q is %q, %v; want %s", line, got, err, want)
		}
	}
}

func TestExpand(t *testing.T) {
	of := func(letter byte) (string, error) { return "<" + string(letter) + "%n>", nil }
	port := func(name string) (string, error) { return "[" + name + "%n]", nil }
	for text, want := range map[string]string{
		"": "", "plain": "plain", "%n": "<n%n>", "%%n": "%n", "%%%n%%": "%<n%n>%", "a%ib%pc%ud%ge%df": "a<i%n>b<p%n>c<u%n>d<g%n>e<d%n>f",
		"%{port:http}": "[http%n]", "a%{port:a-b}c%%{port:x}%n": "a[a-b%n]c%{port:x}<n%n>",
	} {
		if got, err := Expand(text, of, port); got != want || err != nil {
			t.Errorf("Expand(%q) is %q, %v; want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"%": "a % at the end: write %% for a percent sign", "%x": "unknown placeholder %x: write %% for a percent sign", "%ü": "unknown placeholder %ü: write %% for a percent sign",
		"%{": "a %{ that does not begin %{port:NAME}: write %% for a percent sign", "%{port:}": "a %{ that does not begin %{port:NAME}: write %% for a percent sign", "%{port:a.b}": "a %{ that does not begin %{port:NAME}: write %% for a percent sign",
		"%{port:http": "a %{ that does not begin %{port:NAME}: write %% for a percent sign", "%{pid}": "a %{ that does not begin %{port:NAME}: write %% for a percent sign",
		"%\x01": "unknown placeholder %?: write %% for a percent sign", "%\xff": "unknown placeholder %?: write %% for a percent sign",
	} {
		if got, err := Expand(text, of, port); err == nil || err.Error() != want {
			t.Errorf("Expand(%q) is %q, %v; want %s", text, got, err, want)
		}
	}
}

// In a URL nothing but ports is replaced.
func TestExpandPorts(t *testing.T) {
	port := func(name string) (string, error) {
		if name != "http" {
			return "", errors.New("no " + name)
		}
		return "80", nil
	}
	for text, want := range map[string]string{
		"": "", "http://a/b%20c%": "http://a/b%20c%", "http://a:%{port:http}/%{port:http}": "http://a:80/80", "%%{port:http}": "%80",
	} {
		if got, err := ExpandPorts(text, port); got != want || err != nil {
			t.Errorf("ExpandPorts(%q) is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"%{port:x}", "%{", "%{port:http", "%{x}"} {
		if got, err := ExpandPorts(text, port); err == nil {
			t.Errorf("ExpandPorts(%q) is %q; want an error", text, got)
		}
	}
	if got := PortNames("%{port:a}b%{port:c-d}%{port:e"); !slices.Equal(got, []string{"a", "c-d"}) {
		t.Errorf("got %q", got)
	}
}
