package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// D4: user, group, supplementary groups.
func TestUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, nil)
	for value, want := range map[string]struct{ uid, gid, groups string }{
		"nobody":         {"65534", "65534", "65534"},
		"nobody:daemon":  {"65534", "1", "1"},
		"daemon:3:adm:3": {"1", "3", "3 4"},
		":4711:4712":     {"4711", "4712", "4712"},
		":1:2:3:44":      {"1", "2", "2 3 44"},
		"65534":          {"65534", "65534", "65534"},
		"4711:4712":      {"4711", "4712", "4712"},
		"root":           {"0", "0", "0"},
		"root:daemon":    {"0", "1", "1"},
	} {
		p.put("set/user", value+"\n")
		s := p.runs()
		four := func(id string) string { return strings.Join([]string{id, id, id, id}, " ") }
		s.expect(map[string]string{"Uid": four(want.uid), "Gid": four(want.gid)})
		if value != "root" { // which is what we are, and may have no other
			s.expect(map[string]string{"Groups": want.groups})
		}
		if want.uid != "0" {
			const none = "0000000000000000"
			s.expect(map[string]string{"CapEff": none, "CapPrm": none, "CapInh": none, "CapAmb": none})
		}
	}
	// A program of the user cannot become root again.
	p.put("set/user", "nobody")
	if s := p.start("sh", "-c", "id -u; chown 0 ."); s.said == "" || s.code == 0 || !strings.HasPrefix(s.said, "65534\n") {
		t.Errorf("got %q, exit code %d; want 65534 and a refusal", s.said, s.code)
	}
}

// Whoever may not change users is refused, unless there is nothing to change.
func TestUserAsNobody(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"set/user": "nobody"}).asNobody()
	p.runs()
	p.put("set/user", ":65534:65534")
	p.runs()
	for _, user := range []string{"root", "daemon", "nobody:daemon", ":65534:0", "nobody:nogroup:daemon"} {
		p.put("set/user", user)
		p.refused("unable to use set/user: operation not permitted")
	}
}

// svexec -u is a tool for the hand: no set/ is looked at, unless asked for.
func TestUserByHand(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"set/user": "frob", "set/umask": "0777"})
	p.args = []string{"-u", "nobody:daemon"}
	p.runs().expect(map[string]string{"Uid": "65534 65534 65534 65534", "Groups": "1", "Umask": "0022"})
	p.put("set/umask", "0711")
	p.args = append(p.args, "-s", ".")
	p.runs().expect(map[string]string{"Uid": "65534 65534 65534 65534", "Groups": "1", "Umask": "0711"})
}

// D6: capabilities of a user who has none.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"set/user": "nobody"})
	for text, want := range map[string]uint64{
		"":                                      0,
		"net_bind_service\n":                    1 << unix.CAP_NET_BIND_SERVICE,
		"CAP_NET_BIND_SERVICE, Cap_Kill\nchown": 1<<unix.CAP_NET_BIND_SERVICE | 1<<unix.CAP_KILL | 1<<unix.CAP_CHOWN,
	} {
		p.put("set/capabilities", text)
		set := fmt.Sprintf("%016x", want)
		for _, user := range []string{"nobody", "root"} {
			p.put("set/user", user)
			p.runs().expect(map[string]string{"CapInh": set, "CapPrm": set, "CapEff": set, "CapBnd": set, "CapAmb": set})
		}
	}
	p.put("set/user", "nobody")
	p.put("set/capabilities", "dac_override")
	p.put("secret/tool", "#!/bin/sh\necho runs\n")
	must(t, os.Chmod(p.path("secret"), 0o700))
	if s := p.start("secret/tool"); s.said != "runs\n" {
		t.Errorf("got %q, %q; want a program that only the capability lets be executed", s.said, s.report)
	}
	p.put("set/capabilities", "net_bind_service frob")
	p.refused("unable to use set/capabilities: unknown capability frob")
}

// The proof of D6: a user who is not root listens below 1024.
func TestCapabilityBindsLowPort(t *testing.T) {
	t.Parallel()
	need.Root(t)
	need.Tool(t, "perl")
	// A port that is taken says nothing.
	const script = `use Socket; use Errno; socket(S,PF_INET,SOCK_STREAM,0) or die;
for (my $p = 1023; !bind(S, sockaddr_in($p, INADDR_LOOPBACK)); $p--) { die "$!\n" unless $!{EADDRINUSE} && $p > 600 } print "bound $<\n"`
	p := plant(t, map[string]string{"set/user": "nobody", "set/capabilities": "net_bind_service"})
	if s := p.start("perl", "-e", script); s.said != "bound 65534\n" {
		t.Errorf("got %q, %q; want it bound", s.said, s.report)
	}
	must(t, os.Remove(p.path("set/capabilities")))
	if s := p.start("perl", "-e", script); s.said != "Permission denied\n" && !lowPortsAreFree(t) {
		t.Errorf("got %q without the capability; want a refusal", s.said)
	}
}

// lowPortsAreFree says that this machine has no privileged ports, as in some
// containers.
func lowPortsAreFree(t *testing.T) bool {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	must(t, err)
	return strings.TrimSpace(string(text)) != "1024"
}

// A user without privileges may take on fewer, not more.
func TestCapabilitiesAsNobody(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"set/capabilities": "", "set/no-new-privs": ""}).asNobody()
	p.runs().expect(map[string]string{"CapEff": "0000000000000000", "NoNewPrivs": "1"})
	p.put("set/capabilities", "kill")
	p.refused("unable to use set/capabilities: operation not permitted")
}

// D9: one switch for trees without privileges.
func TestNoUserChange(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		p := as(plant(t, map[string]string{
			"set/user": "no-such-user", "set/capabilities": "frob", "set/chroot": "/nowhere", "set/umask": "077",
			"set/dirs/state": "data/state 0700 no-such-user", "data/": "", "set/env/WHO": "%u",
		}))
		must(t, os.Chmod(p.path("data"), 0o777))
		p.env = append(p.env, "SV_NO_USER_CHANGE=1")
		s := p.runs()
		s.expect(map[string]string{"Umask": "0077"})
		uid := os.Getuid()
		if p.user != nil {
			uid = nobody
		}
		if got := strings.Fields(s.status("Uid"))[0]; got != fmt.Sprint(uid) {
			t.Errorf("got uid %s; want %d", got, uid)
		}
		i, err := os.Stat(p.path("data/state"))
		must(t, err)
		if owner := i.Sys().(*syscall.Stat_t).Uid; int(owner) != uid || i.Mode().Perm() != 0o700 {
			t.Errorf("got owner %d, %v; want %d, 0700", owner, i.Mode(), uid)
		}
		p.env[len(p.env)-1] = "SV_NO_USER_CHANGE="
		p.refused("unable to use set/user: unknown user no-such-user")
	})
}
