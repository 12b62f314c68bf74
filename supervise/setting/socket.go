package setting

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// SocketKind is what kind of socket it is.
type SocketKind uint8

const (
	TCP SocketKind = iota
	TCP6
	UDP
	UDP6
	UnixStream
	UnixDatagram
	UnixPacket
	socketKinds
)

var socketWords = [socketKinds]string{"tcp", "tcp6", "udp", "udp6", "unix", "unix-dgram", "seqpacket"}

// String is the word for the kind.
func (k SocketKind) String() string { return socketWords[k] }

// IsUnix says that it has a path, not an address.
func (k SocketKind) IsUnix() bool { return k >= UnixStream }

// Connects says that who uses it has a connection, which can be seen.
func (k SocketKind) Connects() bool {
	return k == TCP || k == TCP6 || k == UnixStream || k == UnixPacket
}

// Socket is an item of set/sockets: what supervise binds for the service.
type Socket struct {
	Kind SocketKind
	Addr [16]byte // of TCP and UDP the first four; zeros for all
	Zone uint32   // the number of the interface, 0 for none
	Port int
	Path string // absolute, relative to the service directory, or @name
	// Backlog is how many connections wait at most, 0 for as many as the system
	// allows.
	Backlog int
	Mode    int // of the file at Path, -1 as the umask says
	// User and Group own that file, names or numbers; empty: it is ours.
	User, Group string
	ReusePort   bool
}

// MaxSocketPath is the longest path that a socket can have.
const MaxSocketPath = 107

var (
	errSocket     = errors.New("not KIND ADDRESS [OPTION...], as tcp 127.0.0.1:8080 or unix /run/web/sock mode=0660")
	errSocketKind = errors.New("not a kind of socket: tcp, tcp6, udp, udp6, unix, unix-dgram or seqpacket")
	errAddress    = errors.New("not an address in numbers and a port, as 127.0.0.1:8080, *:8080 or, for tcp6 and udp6, [::1]:8080")
	errSocketPath = errors.New("not the path of a socket, at most 107 bytes")
	errOption     = errors.New("not an option: backlog=NUMBER, reuseport, or for a path mode=MODE and owner=USER[:GROUP]")
)

// ParseSocket reads an item of set/sockets: KIND ADDRESS [OPTION...].
func ParseSocket(value string) (Socket, error) {
	s := Socket{Mode: -1}
	words := strings.Fields(value)
	if len(words) < 2 {
		return Socket{}, errSocket
	}
	for s.Kind < socketKinds && s.Kind.String() != words[0] {
		s.Kind++
	}
	if s.Kind == socketKinds {
		return Socket{}, errSocketKind
	}
	if err := s.parsePlace(words[1]); err != nil {
		return Socket{}, err
	}
	for _, word := range words[2:] {
		if err := s.parseOption(word); err != nil {
			return Socket{}, err
		}
	}
	return s, nil
}

// parsePlace reads what follows the kind.
func (s *Socket) parsePlace(word string) error {
	if s.Kind.IsUnix() {
		if s.Path = word; word == "@" || len(word) > MaxSocketPath || strings.IndexByte(word, 0) >= 0 {
			return errSocketPath
		}
		return nil
	}
	colon := strings.LastIndexByte(word, ':')
	if colon < 0 {
		return errAddress
	}
	var err error
	if s.Port, err = ParsePort(word[colon+1:]); err != nil {
		return errAddress
	}
	ok := true
	switch host := word[:colon]; {
	case host == "", host == "*":
	case s.Kind == TCP6 || s.Kind == UDP6:
		ok = len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']'
		if ok {
			s.Addr, s.Zone, ok = parseIPv6(host[1 : len(host)-1])
		}
	default:
		var four [4]byte
		four, ok = parseIPv4(host)
		copy(s.Addr[:], four[:])
	}
	if !ok {
		return errAddress
	}
	return nil
}

func (s *Socket) parseOption(word string) error {
	name, text, _ := strings.Cut(word, "=")
	var err error
	switch {
	case word == "reuseport" && !s.Kind.IsUnix():
		s.ReusePort = true
	case name == "backlog" && s.Kind.Connects():
		s.Backlog, err = number(text, 1, 65535)
	case name == "mode" && s.IsFile():
		s.Mode, err = parseOctal(text, 0o777)
	case name == "owner" && s.IsFile():
		var u User
		if u, err = ParseUser(text); err == nil && (u.Numeric || len(u.Groups) > 1) {
			err = errOption
		}
		if s.User = u.Name; len(u.Groups) == 1 {
			s.Group = u.Groups[0]
		}
	default:
		err = errOption
	}
	if err != nil {
		return errOption
	}
	return nil
}

// IsFile says that the socket is seen in the file system.
func (s *Socket) IsFile() bool { return s.Kind.IsUnix() && s.Path != "" && s.Path[0] != '@' }

// ParsePort reads a port: an item of set/ports.
func ParsePort(value string) (int, error) {
	n, err := number(value, 1, 65535)
	if err != nil {
		return 0, errors.New("not a port: a number from 1 to 65535")
	}
	return n, nil
}

// parseIPv4 reads four numbers; none has a zero before it, which others take for
// octal.
func parseIPv4(text string) (a [4]byte, ok bool) {
	words := strings.Split(text, ".")
	if len(words) != len(a) {
		return a, false
	}
	for i, word := range words {
		n, err := number(word, 0, 255)
		if err != nil || strconv.Itoa(n) != word {
			return a, false
		}
		a[i] = byte(n)
	}
	return a, true
}

// parseIPv6 reads eight groups, of which :: stands for a row of zeros, and the
// number of an interface after a %.
func parseIPv6(text string) (a [16]byte, zone uint32, ok bool) {
	text, interfaceNumber, zoned := strings.Cut(text, "%")
	if zoned {
		n, err := strconv.ParseUint(interfaceNumber, 10, 32)
		if err != nil || n == 0 {
			return a, 0, false
		}
		zone = uint32(n)
	}
	head, tail, short := strings.Cut(text, "::")
	first, ok1 := groups(head)
	last, ok2 := groups(tail)
	if n := len(first) + len(last); !ok1 || !ok2 || short && (n > 14 || strings.Contains(head, ".")) || !short && n != 16 {
		return a, 0, false
	}
	copy(a[:], first)
	copy(a[16-len(last):], last)
	return a, zone, true
}

// groups are the bytes of the groups in text, of which the last may be an IPv4
// address.
func groups(text string) (b []byte, ok bool) {
	if text == "" {
		return nil, true
	}
	words := strings.Split(text, ":")
	for i, word := range words {
		if four, is := parseIPv4(word); is && i == len(words)-1 {
			return append(b, four[:]...), true
		}
		n, err := strconv.ParseUint(word, 16, 16)
		if err != nil || len(word) > 4 {
			return nil, false
		}
		b = append(b, byte(n>>8), byte(n))
	}
	return b, true
}

var errSocketName = errors.New("not a name of letters, digits and . _ -, which does not begin with a dot")

// CheckSocketName checks the name of an item of set/sockets: in LISTEN_FDNAMES there is a colon between two names.
func CheckSocketName(name string) error {
	const most = 255
	if name == "" || len(name) > most || name[0] == '.' {
		return errSocketName
	}
	for i := range len(name) {
		if c := name[i]; !isWordByte(c) && c != '.' && c != '-' {
			return errSocketName
		}
	}
	return nil
}

// CheckPortName checks the name of an item of set/ports.
func CheckPortName(name string) error {
	if CheckSocketName(name) != nil || strings.Contains(name, ".") {
		return errPortName
	}
	return nil
}

var errPortName = errors.New("not a name of letters, digits, _ and -")

// PortVariable is the variable that says which port has this name.
func PortVariable(name string) string { return "PORT_" + strings.ReplaceAll(name, "-", "_") }

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

var errIdleStop = errors.New("not a time from 1s to 365d, as 10m")

// ParseIdleStop reads set/idle-stop.
func ParseIdleStop(value string) (time.Duration, error) {
	d, err := ParseDuration(value)
	if err != nil || d < time.Second || d > maxPause {
		return 0, errIdleStop
	}
	return d, nil
}

func checkPort(text string) error     { return check(text, ParsePort) }
func checkSocket(text string) error   { return check(text, ParseSocket) }
func checkIdleStop(text string) error { return check(text, ParseIdleStop) }
