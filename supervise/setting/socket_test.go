package setting

import (
	"testing"
)

func TestParseSocket(t *testing.T) {
	one := [16]byte{15: 1}
	for text, want := range map[string]Socket{
		"tcp 127.0.0.1:8080":                        {Kind: TCP, Addr: [16]byte{127, 0, 0, 1}, Port: 8080, Mode: -1},
		"tcp *:80":                                  {Kind: TCP, Port: 80, Mode: -1},
		"udp :53 reuseport":                         {Kind: UDP, Port: 53, Mode: -1, ReusePort: true},
		"tcp6 [::1]:8080  backlog=128":              {Kind: TCP6, Addr: one, Port: 8080, Mode: -1, Backlog: 128},
		"udp6 [::]:65535":                           {Kind: UDP6, Port: 65535, Mode: -1},
		"tcp6 :1":                                   {Kind: TCP6, Port: 1, Mode: -1},
		"tcp6 [fe80::1%2]:80":                       {Kind: TCP6, Addr: [16]byte{0: 0xfe, 1: 0x80, 15: 1}, Zone: 2, Port: 80, Mode: -1},
		"tcp6 [1:2:3:4:5:6:7:8]:80":                 {Kind: TCP6, Addr: [16]byte{0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8}, Port: 80, Mode: -1},
		"tcp6 [::ffff:1.2.3.4]:80":                  {Kind: TCP6, Addr: [16]byte{10: 0xff, 11: 0xff, 12: 1, 13: 2, 14: 3, 15: 4}, Port: 80, Mode: -1},
		"unix /run/a mode=0660 owner=www backlog=1": {Kind: UnixStream, Path: "/run/a", Mode: 0o660, User: "www", Backlog: 1},
		"unix-dgram log owner=1:2":                  {Kind: UnixDatagram, Path: "log", Mode: -1, User: "1", Group: "2"},
		"seqpacket @web":                            {Kind: UnixPacket, Path: "@web", Mode: -1},
	} {
		if got, err := ParseSocket(text); got != want || err != nil {
			t.Errorf("ParseSocket(%q) is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "tcp", "8080", "sctp :80", "TCP :80", "tcp localhost:80", "tcp 127.0.0.1", "tcp 127.0.0.1:", "tcp 127.0.0.1:0",
		"tcp 127.0.0.1:65536", "tcp 127.1:80", "tcp 127.0.0.01:80", "tcp 256.0.0.1:80", "tcp [::1]:80", "tcp6 ::1:80", "tcp6 127.0.0.1:80",
		"tcp6 []:80", "tcp6 [1::2::3]:80", "tcp6 [1:2:3:4:5:6:7]:80", "tcp6 [1:2:3:4:5:6:7:8:9]:80", "tcp6 [::1:2:3:4:5:6:7:8]:80", "tcp6 [12345::]:80",
		"tcp6 [::1%eth0]:80", "tcp6 [::1%0]:80", "tcp6 [:1]:80", "tcp6 [1.2.3.4::]:80", "tcp :80 backlog=0", "tcp :80 backlog", "tcp :80 mode=0600", "tcp :80 owner=www",
		"udp :80 backlog=3", "unix a reuseport", "unix a mode=8", "unix a mode=1777", "unix a owner=a:b:c", "unix a owner=:1:2", "unix a owner=", "unix @", "unix @a mode=0600",
		"unix " + string(make([]byte, 10)), "tcp :80 keepalive"} {
		if got, err := ParseSocket(text); err == nil {
			t.Errorf("ParseSocket(%q) is %+v; want an error", text, got)
		}
	}
}

func TestSocketNames(t *testing.T) {
	for _, name := range []string{"http", "http-2", "a.b", "_", "0"} {
		if err := CheckSocketName(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", ".http", "a:b", "a b", "ä", "a=b", "a\n"} {
		if CheckSocketName(name) == nil {
			t.Errorf("%q is a name", name)
		}
	}
	if err := CheckPortName("a.b"); err == nil || CheckPortName("a-b_c") != nil || PortVariable("a-b_c") != "PORT_a_b_c" {
		t.Errorf("ports: %v", err)
	}
	for _, text := range []string{"", "0", "65536", "+1", "http"} {
		if n, err := ParsePort(text); err == nil {
			t.Errorf("ParsePort(%q) is %d", text, n)
		}
	}
	for _, text := range []string{"", "999ms", "0s", "366d", "10"} {
		if d, err := ParseIdleStop(text); err == nil {
			t.Errorf("ParseIdleStop(%q) is %v", text, d)
		}
	}
}

// FuzzParseSocket: what is read has a place that can be bound, and no words that
// were not looked at.
func FuzzParseSocket(f *testing.F) {
	for _, s := range []string{"tcp 127.0.0.1:8080 backlog=3", "tcp6 [fe80::1%2]:80", "udp *:53 reuseport", "unix /run/a mode=0660 owner=a:b", "seqpacket @x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSocket(text)
		switch {
		case err != nil:
			if s != (Socket{}) {
				t.Errorf("ParseSocket(%q) says %v, and a socket", text, err)
			}
		case s.Kind.IsUnix() != (s.Path != ""), s.Kind.IsUnix() == (s.Port != 0), len(s.Path) > MaxSocketPath, s.Port > 65535, s.Mode > 0o777:
			t.Errorf("ParseSocket(%q) is %+v", text, s)
		}
	})
}
