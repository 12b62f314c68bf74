package supervise

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/socket"
)

// An item of set/ports asks for a port: its number or, where that is in use, the next
// one that is free. Which it is stands in supervise/ports and is chosen again as long
// as it can be; while the service is wanted it is reserved, see package socket.

// ports are those of a service, by their names.
type ports struct {
	all     []port
	waiting time.Duration // since when for what is left of this service, 0 if it is not
	environ []string      // the variables that say it
}

type port struct {
	name     string
	base, at int
	fd       int // of the reservation, -1 for none
}

const (
	portSpan = 1000             // of numbers are tried
	portWait = 15 * time.Second // for a process of the service that still listens
)

// portsVariable says all of them, to svexec too.
const portsVariable = "SV_PORTS="

// choosePorts has a port for each item of set/ports, or says why not.
func (s *Service) choosePorts() bool {
	if s.asks&asksPorts == 0 {
		s.closePorts()
		return true
	}
	wanted, err := s.readPorts()
	if err != nil {
		s.unstarted(err.Error(), 0)
		return false
	}
	if s.ports == nil {
		s.ports = new(ports)
	}
	s.keepPorts(wanted)
	for i := range s.ports.all {
		if why, soon := s.choose(&s.ports.all[i]); why != "" {
			s.unstarted(why, soon)
			return false
		}
	}
	s.ports.waiting = 0
	s.ports.name()
	return true
}

// readPorts reads set/ports, sorted by the names.
func (s *Service) readPorts() ([]port, error) {
	names, err := s.items(servicedir.Ports)
	if err != nil {
		return nil, err
	}
	var all []port
	for _, name := range names {
		one := port{name: name, fd: -1}
		line, err := readItem(s.dir, servicedir.Ports+"/"+name)
		if err == nil {
			err = setting.CheckPortName(name)
		}
		if err == nil {
			one.base, err = setting.ParsePort(line)
		}
		same := func(other port) bool { return setting.PortVariable(other.name) == setting.PortVariable(name) }
		if i := slices.IndexFunc(all, same); err == nil && i >= 0 {
			err = contradiction("it is the same variable as that of " + all[i].name)
		}
		if err == nil && len(all) == socket.Most {
			err = errManyPorts
		}
		if err != nil {
			return nil, &trouble{"use", servicedir.Ports + "/" + name, err}
		}
		all = append(all, one)
	}
	return all, nil
}

const errManyPorts = contradiction("these are too many ports for one service: 64 are the most")

// keepPorts has the ports be those that are wanted. What is reserved for one stays so.
func (s *Service) keepPorts(wanted []port) {
	for _, old := range s.ports.all {
		i := slices.IndexFunc(wanted, func(p port) bool { return p.name == old.name && p.base == old.base })
		if i >= 0 {
			wanted[i] = old
		} else if old.fd >= 0 {
			_ = quiet.Close(old.fd) // nothing was written
		}
	}
	s.ports.all = wanted
}

// choose has p be a port where the service can listen, or says why it cannot yet; soon
// is when that may be over.
func (s *Service) choose(p *port) (why string, soon time.Duration) {
	last, known := p.at, p.fd >= 0
	if !known {
		last, known = s.lastPort(p)
	}
	if known && (p.fd >= 0 || s.reserve(p, last)) {
		if socket.IsFree(last) {
			return "", 0
		}
		if user, found := socket.FindPortUser(last); found && s.isLeftover(user.PID) && s.mayWait() {
			return p.shown(last) + " is in use by " + user.String() + " of this service, which is waited for", time.Second
		}
		p.release()
	}
	most := p.base + s.portSpan()
	for at := p.base; at < most && at <= maxPort; at++ {
		if !s.reserve(p, at) {
			continue
		}
		if socket.IsFree(at) {
			s.rememberPort(p, known)
			return "", 0
		}
		p.release()
	}
	if most == p.base+1 {
		return p.shown(p.base) + " is in use" + byWhom(p.base), 0
	}
	return "no port from " + strconv.Itoa(p.base) + " to " + strconv.Itoa(min(most-1, maxPort)) + " is free (" + servicedir.Ports + "/" + p.name + ")", 0
}

const maxPort = 65535

func (p *port) shown(at int) string {
	return "port " + strconv.Itoa(at) + " (" + servicedir.Ports + "/" + p.name + ")"
}

func byWhom(at int) string {
	if user, found := socket.FindPortUser(at); found {
		return " by " + user.String()
	}
	return ""
}

// reserve says whether the port is p's from now on.
func (s *Service) reserve(p *port, at int) bool {
	fd, err := socket.Reserve(at)
	if err != nil && err != unix.EADDRINUSE {
		// Without a descriptor, perhaps: the port may be free all the same.
		s.tellOnce("unable to reserve " + p.shown(at) + ": " + reason(err) + ", going on without")
		fd, err = -1, nil
	}
	if err == nil {
		p.at, p.fd = at, fd
	}
	return err == nil
}

func (p *port) release() {
	if p.fd >= 0 {
		_ = quiet.Close(p.fd) // nothing was written
	}
	p.fd = -1
}

// portSpan is how many numbers may be tried: one, where no port but that which is
// asked for will do.
func (s *Service) portSpan() int {
	path := s.engine.treeSetting("strict-ports")
	if path != "" && servicedir.Exists(unix.AT_FDCWD, path) {
		return 1
	}
	return portSpan
}

// mayWait says that what is left of the service has not been waited for long enough.
func (s *Service) mayWait() bool {
	now := fifo.Now()
	if s.ports.waiting == 0 {
		s.ports.waiting = now
	}
	return now-s.ports.waiting < portWait
}

// isLeftover says that a process belongs to this service: that is where it comes from, or
// its process group.
func (s *Service) isLeftover(pid int) bool {
	if group, err := unix.Getpgid(pid); err == nil && s.leads && group == s.run.pid {
		return true
	}
	buf := make([]byte, 1+maxEnviron)
	text := proc.Read("/proc/"+strconv.Itoa(pid)+"/environ", buf[1:])
	return bytes.Contains(append(buf[:1+len(text)], 0), []byte("\x00SV_SERVICE="+s.home+"\x00"))
}

// lastPort is the port that p had, if it is one that it may have still.
func (s *Service) lastPort(p *port) (at int, known bool) {
	const enough = 16
	at, err := strconv.Atoi(strings.TrimSpace(string(s.read(servicedir.ChosenPorts+"/"+p.name, enough))))
	return at, err == nil && at >= p.base && at < p.base+s.portSpan() && at <= maxPort
}

// rememberPort writes down which port p has, for its next start. That it is another
// than before is told.
func (s *Service) rememberPort(p *port, moved bool) {
	if moved {
		s.warn(p.shown(p.at) + " takes the place of one that is in use")
	}
	err := unix.Mkdirat(s.state, servicedir.ChosenPorts, 0o755)
	if err == nil || err == unix.EEXIST {
		err = s.write(servicedir.ChosenPorts+"/"+p.name, strconv.AppendInt(nil, int64(p.at), 10))
	}
	if err != nil {
		s.tellOnce("unable to write supervise/" + servicedir.ChosenPorts + "/" + p.name + ": " + reason(err) + ", going on without (it may be another after a stop)")
	}
}

// name makes the variables.
func (k *ports) name() {
	k.environ = k.environ[:0]
	var all []string
	for _, p := range k.all {
		pair := setting.PortVariable(p.name) + "=" + strconv.Itoa(p.at)
		k.environ = append(k.environ, pair)
		all = append(all, pair)
	}
	k.environ = append(k.environ, portsVariable+strings.Join(all, " "))
}

// adoptPorts reserves again what an earlier supervise had.
func (s *Service) adoptPorts() {
	if !s.m.State.HasProcess() || !servicedir.Exists(s.state, servicedir.ChosenPorts) {
		return
	}
	all, err := s.readPorts()
	if err != nil {
		return // the next start says so
	}
	k := new(ports)
	for _, p := range all {
		if at, known := s.lastPort(&p); known && s.reserve(&p, at) {
			k.all = append(k.all, p)
		}
	}
	k.name()
	s.ports = k
}

// closePorts gives the ports back. Which they were stays known.
func (s *Service) closePorts() {
	if s.ports == nil {
		return
	}
	for i := range s.ports.all {
		s.ports.all[i].release()
	}
	s.ports = nil
}
