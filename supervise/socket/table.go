package socket

import (
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/svdir/svdir/supervise/setting"
)

// line is one of /proc/net: a socket of some process.
type line struct {
	local string // the address in hexadecimal digits, or the path
	port  int
	state int
	inode uint64
}

// The states of sockets in /proc/net.
const (
	established = 0x01
	synReceived = 0x03
	closeWait   = 0x08
	listening   = 0x0A

	unixConnected = 0x03
)

// parseInet reads a line of tcp, tcp6, udp or udp6, false if it is none.
func parseInet(text string) (l line, ok bool) {
	fields := strings.Fields(text)
	if len(fields) < 10 {
		return l, false
	}
	address, port, _ := strings.Cut(fields[1], ":")
	p, err := strconv.ParseUint(port, 16, 16)
	state, err2 := strconv.ParseUint(fields[3], 16, 8)
	inode, err3 := strconv.ParseUint(fields[9], 10, 64)
	return line{address, int(p), int(state), inode}, err == nil && err2 == nil && err3 == nil
}

// parseUnix reads a line of unix that has a path.
func parseUnix(text string) (l line, ok bool) {
	fields := strings.SplitN(strings.TrimLeft(text, " "), " ", 6)
	if len(fields) < 6 {
		return l, false
	}
	state, err := strconv.ParseUint(fields[5][:min(2, len(fields[5]))], 16, 8)
	tail := strings.TrimLeft(fields[5][min(2, len(fields[5])):], " ")
	number, path, found := strings.Cut(tail, " ")
	inode, err2 := strconv.ParseUint(number, 10, 64)
	return line{local: path, state: int(state), inode: inode}, found && err == nil && err2 == nil
}

// digits is an address as /proc/net has it: in words of 32 bits, each in the order
// of this machine.
func digits(address []byte) string {
	const hex = "0123456789ABCDEF"
	var b []byte
	for ; len(address) >= 4; address = address[4:] {
		word := binary.NativeEndian.Uint32(address)
		for shift := 28; shift >= 0; shift -= 4 {
			b = append(b, hex[word>>shift&0xf])
		}
	}
	return string(b)
}

// isAll says that digits are those of the address that stands for all.
func isAll(digits string) bool { return strings.Trim(digits, "0") == "" }

// tables are the files below /proc/net that have sockets which may be in the way of
// one.
func tables(k setting.SocketKind) []string {
	switch k {
	case setting.TCP, setting.TCP6:
		return []string{"tcp", "tcp6"}
	case setting.UDP, setting.UDP6:
		return []string{"udp", "udp6"}
	}
	return []string{"unix"}
}

// hinders says that l, of such a table, is in the way of one at path.
func hinders(l line, one *setting.Socket, path string) bool {
	if one.Kind.IsUnix() {
		// One for datagrams counts as connected once somebody has sent something.
		return l.local == path && (l.state != unixConnected || !one.Kind.Connects())
	}
	if l.port != one.Port || one.Kind.Connects() && l.state != listening {
		return false
	}
	own := digits(ownAddress(one))
	return len(l.local) != len(own) || isAll(l.local) || isAll(own) || l.local == own
}

func ownAddress(one *setting.Socket) []byte {
	if one.Kind == setting.TCP6 || one.Kind == setting.UDP6 {
		return one.Addr[:]
	}
	return one.Addr[:4]
}

// serves says that l is a connection to one at path.
func serves(l line, one *setting.Socket, path string) bool {
	if one.Kind.IsUnix() {
		return l.local == path && l.state == unixConnected
	}
	if l.port != one.Port || l.state != established && l.state != synReceived && l.state != closeWait {
		return false
	}
	own := digits(ownAddress(one))
	return isAll(own) || l.local == own
}
