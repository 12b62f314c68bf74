package svctl

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/socket"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// Holder is who has an address that a service asks for.
type Holder struct {
	Address     string // for people: port 8080 (set/ports/http)
	socket.User        // PID 0 where it is nobody whom we may see
	Service     string // the directory of the service whose process it is, "" if of none
	Name        string // of that service
}

// Says says it for people who ask about t.
func (h *Holder) Says(t Target) string {
	text := h.Address + " is in use by "
	switch {
	case h.PID == 0:
		return text + "a process that cannot be seen from here"
	case h.IsOf(t):
		return text + h.String() + ", which is left of it"
	case h.Name != "":
		return text + h.String() + " of the service " + h.Name
	}
	return text + h.String()
}

// IsOf says that the process is one of this service.
func (h *Holder) IsOf(t Target) bool {
	if h.Service == "" {
		return false
	}
	a, err := os.Stat(h.Service)
	b, err2 := os.Stat(t.Dir)
	return err == nil && err2 == nil && os.SameFile(a, b)
}

// Leftovers are those of the service itself who listen at its ports. Who does so while
// it runs may do it.
func Leftovers(t Target) []Holder {
	var left []Holder
	all := ports(t)
	for i := range all {
		if !socket.IsHeld(&all[i].Socket, "") {
			continue
		}
		if h := holder(&all[i], ""); h.IsOf(t) {
			left = append(left, h)
		}
	}
	if left != nil {
		if now := Read(t); now.PID != 0 || now.Want != status.WantDown {
			return nil
		}
	}
	return left
}

// address is one that a service asks for.
type address struct {
	text string
	setting.Socket
}

// Holders are those who have an address that the service asks for by set/ports,
// set/sockets, or a check of this machine itself.
func Holders(t Target) []Holder {
	all := ports(t)
	home, err := filepath.Abs(t.Dir)
	if err != nil {
		home = t.Dir
	}
	if !exists(filepath.Join(t.Dir, servicedir.State, servicedir.Holder)) { // else they are ours
		all = append(all, sockets(t)...)
	}
	for _, dir := range []string{servicedir.Checks, servicedir.Alive} {
		at := dir + "/tcp"
		if port, ok := ownPort(line(filepath.Join(t.Defined, at))); ok {
			all = append(all, portAddress(port, at))
		}
	}
	var holders []Holder
	for i := range all {
		one := &all[i]
		if socket.IsHeld(&one.Socket, home) {
			holders = append(holders, holder(one, home))
		}
	}
	return holders
}

func holder(one *address, home string) Holder {
	h := Holder{Address: one.text}
	user, found := socket.FindUser(&one.Socket, home)
	if !found {
		return h
	}
	h.User = user
	const most = 128 << 10
	for pair := range strings.SplitSeq(string(proc.Read("/proc/"+strconv.Itoa(user.PID)+"/environ", make([]byte, most))), "\x00") {
		switch name, value, _ := strings.Cut(pair, "="); name {
		case "SV_SERVICE":
			h.Service = value
		case "SV_NAME":
			h.Name = value
		}
	}
	return h
}

// ports are those of set/ports: as they were chosen, else as they are asked for.
func ports(t Target) []address {
	var all []address
	for _, name := range items(t, servicedir.Ports) {
		at := servicedir.Ports + "/" + name
		port, err := setting.ParsePort(line(filepath.Join(t.Dir, servicedir.State, servicedir.ChosenPorts, name)))
		if err != nil {
			port, err = setting.ParsePort(line(filepath.Join(t.Defined, at)))
		}
		if err == nil {
			all = append(all, portAddress(port, at))
		}
	}
	return all
}

// sockets are those of set/sockets.
func sockets(t Target) []address {
	var all []address
	for _, name := range items(t, servicedir.Sockets) {
		at := servicedir.Sockets + "/" + name
		text := line(filepath.Join(t.Defined, at))
		if as, err := setting.ParseSocket(text); err == nil {
			all = append(all, address{text + " (" + at + ")", as})
		}
	}
	return all
}

func portAddress(port int, at string) address {
	return address{"port " + strconv.Itoa(port) + " (" + at + ")", setting.Socket{Kind: setting.TCP, Port: port}}
}

// ownPort is the port of an address that is one of this machine itself.
func ownPort(text string) (port int, ok bool) {
	host, number, _ := strings.Cut(text, "]:")
	if host != "[::1" {
		host, number, _ = strings.Cut(text, ":")
	}
	switch host {
	case "localhost", "127.0.0.1", "[::1":
		port, err := setting.ParsePort(number)
		return port, err == nil
	}
	return 0, false
}

// Unheard are the ports where a service that is starting is to listen and does not yet,
// if that is what makes it ready.
func Unheard(t Target) []string {
	for _, name := range []string{servicedir.NotificationFD, servicedir.NotifySocket, servicedir.Daemonizes, servicedir.Check, servicedir.DataCheck,
		servicedir.Checks + "/http", servicedir.Checks + "/tcp"} {
		if exists(filepath.Join(t.Defined, name)) {
			return nil
		}
	}
	var unheard []string
	for _, one := range ports(t) {
		if !socket.IsHeld(&one.Socket, "") {
			unheard = append(unheard, one.text)
		}
	}
	return unheard
}

// StrictPorts is which services of a scan directory ask for a port, where no other will
// do: nil where another will.
func StrictPorts(scan string) map[int][]string {
	if !exists(filepath.Join(scan, scandir.Dir, servicedir.Set, "strict-ports")) {
		return nil
	}
	all, _ := list(scan) // what cannot be read has none
	asked := map[int][]string{}
	for _, t := range all {
		for _, name := range items(t, servicedir.Ports) {
			if port, err := setting.ParsePort(line(filepath.Join(t.Defined, servicedir.Ports, name))); err == nil {
				asked[port] = append(asked[port], t.Name+"/"+servicedir.Ports+"/"+name)
			}
		}
	}
	return asked
}

// items are the names in a directory of items.
func items(t Target, dir string) (names []string) {
	entries, _ := os.ReadDir(filepath.Join(t.Defined, dir)) // where there is none there are none
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// line is the line of a file, "" where it cannot be had.
func line(path string) string {
	const most = 4096
	value, _ := setting.Line(string(Head(path, most))) // what is bad is none
	return value
}
