package supervise

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/socket"
)

// The sockets of set/sockets are bound when the service is about to start, and
// closed when it is down and nothing will start it by itself: what set/sockets says
// by then counts. Meanwhile a holder keeps them, see package socket.

// sockets are those that are bound for a service, in the order of their names.
type sockets struct {
	all      []listener
	holder   process
	since    time.Duration // when that was started, 0 if we did not do it
	holdAt   time.Duration // when another is to be, 0 while there is one
	polled   bool          // the first connection is waited for
	lookAt   time.Duration // when to look whether somebody uses them, 0 never
	unused   int           // so often in a row nobody did
	idleStop time.Duration // as it was read last
}

// listener is one of them.
type listener struct {
	socket.Held
	as   setting.Socket
	file socket.File
}

// Holds is what our program does as a holder, and whether it was called as one.
func Holds(argv []string) bool {
	if len(argv) < 2 || argv[0] != socket.Holder {
		return false
	}
	socket.Hold(argv[1:])
	return true
}

// name is how it is called in set/sockets.
func (b *listener) name() string {
	name, _, _ := strings.Cut(b.Text, " ")
	return name
}

// names are all of them, as LISTEN_FDNAMES has them.
func (k *sockets) names() string {
	var names []string
	for i := range k.all {
		names = append(names, k.all[i].name())
	}
	return strings.Join(names, ":")
}

// openSockets binds what set/sockets asks for, if that is not done, and has a holder
// keep it. Otherwise it says why not, and tries again later.
func (s *Service) openSockets() bool {
	if s.sockets == nil && s.asks&asksSockets != 0 && !s.recallSockets() {
		wanted, err := s.readSockets()
		if err == nil {
			err = s.bindSockets(wanted)
		}
		if err != nil {
			s.unstarted(err.Error(), 0)
			return false
		}
	}
	if s.sockets != nil {
		s.keepSockets()
	}
	return true
}

// readSockets reads set/sockets. A name that begins with a dot is none.
func (s *Service) readSockets() ([]listener, error) {
	names, err := s.items(servicedir.Sockets)
	if err != nil {
		return nil, err
	}
	var all []listener
	size := 0
	for _, name := range names {
		line, err := readItem(s.dir, servicedir.Sockets+"/"+name)
		if err == nil {
			err = setting.CheckSocketName(name)
		}
		one := listener{Held: socket.Held{Text: name + " " + line, FD: -1}}
		if err == nil {
			one.as, err = setting.ParseSocket(line)
		}
		if size += len(one.Text) + 1; err == nil && (len(all) == socket.Most || size > socket.MostText) {
			err = errManySockets
		}
		if err != nil {
			return nil, &trouble{"use", servicedir.Sockets + "/" + name, err}
		}
		all = append(all, one)
	}
	return all, nil
}

// readItem reads the line of an item. The error does not say which.
func readItem(dir int, name string) (string, error) {
	line, _, err := servicedir.ReadValue(dir, name)
	if bad, is := err.(*servicedir.ValueError); is {
		err = contradiction(bad.Reason)
	}
	return line, err
}

const errManySockets = contradiction("these are too many sockets for one service: 64 are the most")

// bindSockets binds all of them, or none.
func (s *Service) bindSockets(all []listener) error {
	for i := range all {
		one := &all[i]
		var err error
		if one.FD, err = socket.Bind(&one.as, s.home); err == nil {
			one.file = socket.FindFile(&one.as, s.home)
			continue
		}
		if err == unix.EADDRINUSE {
			err = s.inUse(&one.as)
		}
		closeBound(all[:i], s.home)
		return &trouble{"listen at", one.Text, err}
	}
	if len(all) > 0 {
		s.sockets = &sockets{all: all, holder: process{fd: -1}}
	}
	return nil
}

// inUse says in whose use an address is, as far as we can find out.
func (s *Service) inUse(as *setting.Socket) error {
	if user, found := socket.FindUser(as, s.home); found {
		return contradiction("in use by " + user.String())
	}
	return contradiction("in use by another process")
}

// closeBound closes sockets that are of no more use.
func closeBound(all []listener, home string) {
	for i := range all {
		_ = quiet.Close(all[i].FD) // we have written nothing
	}
	for i := range all {
		socket.Remove(&all[i].as, home, all[i].file)
	}
}

// keepSockets starts the holder, if there is none. It has the sockets as soon as it is
// there: what it is asked by is open before.
func (s *Service) keepSockets() {
	k, e := s.sockets, s.engine
	if k.holdAt = 0; k.holder.fd >= 0 {
		return
	}
	k.since = fifo.Now()
	offered, err := socket.Offer(s.state, servicedir.Holder)
	if err == nil {
		const null = forkexec.Closed // the runtime opens /dev/null where there is nothing
		files := []uintptr{null, null, null, uintptr(offered)}
		argv := []string{socket.Holder}
		for i := range k.all {
			files = append(files, uintptr(k.all[i].FD))
			argv = append(argv, k.all[i].Text)
		}
		e.next = forkexec.Start{Path: beside("supervise"), Argv: argv, Env: holderEnvironment, Dir: s.cwd, Files: files, Setsid: true, Slot: forkexec.Slot{File: -1}}
		k.holder.pid, k.holder.fd, err = e.startNext()
		_ = quiet.Close(offered) // nothing was written
	}
	if err != nil {
		k.holder = process{fd: -1}
		s.tellOnce("unable to start who keeps the sockets: " + reason(err) + ", going on without (if supervise is killed, connections are refused)")
		return
	}
	s.await(k.holder, tagHolder)
}

// holderEnvironment is all that a holder needs to be small.
var holderEnvironment = []string{"GOMAXPROCS=1"}

// heardSockets is a connection that waits, or the end of the holder, of which nobody
// has told it: another takes its place, once a second at most.
func (s *Service) heardSockets(tag int) {
	k := s.sockets
	if tag == tagListen {
		s.handle(Event{Kind: Connected})
		return
	}
	if k == nil || k.holder.fd < 0 {
		return
	}
	reapHolder(k.holder.fd)
	s.forget(k.holder)
	k.holder = process{fd: -1}
	if k.holdAt = k.since + startPause; k.holdAt <= fifo.Now() {
		s.keepSockets()
	}
}

// endHolder ends a holder. It has nothing to do before it ends, so that takes no time,
// and then its sockets may be bound again.
func endHolder(fd int) {
	if fd < 0 {
		return
	}
	const most = 100                            // milliseconds, on the busiest machine
	_ = quiet.PidfdSendSignal(fd, unix.SIGKILL) // ESRCH: it has just ended
	awaitEnd(fd, most)
	reapHolder(fd)
}

// reapHolder takes the status of a holder that has ended, which may be no child of
// ours.
func reapHolder(fd int) {
	_, _ = fifo.Retry(func() (int, error) { return 0, unix.Waitid(unix.P_PIDFD, fd, nil, unix.WEXITED|unix.WNOHANG, nil) })
}

// recallSockets takes the sockets from a holder, and says whether there is one.
func (s *Service) recallSockets() bool {
	held, pid, pidfd, err := socket.Ask(s.state, servicedir.Holder)
	if err != nil {
		if err != unix.ENOENT && err != unix.ECONNREFUSED {
			s.tellOnce("unable to take the sockets from who keeps them: " + reason(err))
		}
		return false
	}
	k := &sockets{holder: process{pid: pid, fd: pidfd}}
	for _, h := range held {
		one := listener{Held: h}
		_, line, _ := strings.Cut(h.Text, " ")
		one.as, _ = setting.ParseSocket(line) // it was read once, by a version that knew it
		one.file = socket.FindFile(&one.as, s.home)
		k.all = append(k.all, one)
	}
	s.sockets = k
	s.await(k.holder, tagHolder)
	return true
}

// adoptSockets goes on with the sockets that an earlier supervise has bound.
func (s *Service) adoptSockets() {
	if servicedir.Exists(s.state, servicedir.Holder) && !s.recallSockets() {
		_ = quiet.Unlinkat(s.state, servicedir.Holder, 0) // nobody is there; they are bound at the next start
	}
}

// addSockets gives the sockets to a child. They block, whatever the run before had
// made of them.
func (s *Service) addSockets(files []uintptr) []uintptr {
	if s.sockets == nil {
		return files
	}
	for i := range s.sockets.all {
		fd := s.sockets.all[i].FD
		_ = unix.SetNonblock(fd, false) // cannot fail: it is open
		files = append(files, uintptr(fd))
	}
	return files
}

// closeSockets closes the sockets for good: the next start binds what is asked for by
// then.
func (s *Service) closeSockets() {
	k := s.sockets
	if k == nil {
		return
	}
	for i := range k.all {
		socket.Silence(&k.all[i].as, k.all[i].FD)
	}
	endHolder(k.holder.fd)
	_ = quiet.Unlinkat(s.state, servicedir.Holder, 0) // it may not be there
	s.unpoll()
	s.forget(k.holder)
	s.sockets = nil
	closeBound(k.all, s.home)
}

// dropSockets leaves the sockets, and the ports, to the supervise that comes next.
func (s *Service) dropSockets() {
	s.closePorts()
	if s.sockets == nil {
		return
	}
	s.unpoll()
	s.forget(s.sockets.holder)
	for _, one := range s.sockets.all {
		_ = quiet.Close(one.FD) // we have written nothing
	}
	s.sockets = nil
}
