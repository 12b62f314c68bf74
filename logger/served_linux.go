package logger

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/serving"
	"github.com/svdir/svdir/supervise/servicedir"
)

// served is one log that a server serves. It is the same engine that a process of
// its own would be, of which each turn is one round of the loop.
type served struct {
	seat
	id     serving.Log
	order  *serving.Order // to be obeyed in the next turn; for who has the lock
	log    *logger
	worker *worker // that has it, nil outside of a turn
	alone  *alone  // it is the only one, else nil
	report int     // who writes there serves, -1 as long as it does not
	end    string  // how it ended, empty as long as it has not
}

// failed is how a logger of its own ends that cannot begin or go on.
const failed = 111

// turn does what there is to do for one log now.
func (v *served) turn(w *worker) {
	v.worker = w
	defer v.rise()
	v.obey()
	if v.end != "" || v.log == nil {
		return
	}
	w.desk.lend(v.log)
	v.tell()
	err := v.log.round()
	if err != nil || !v.log.reads() {
		v.log.end()
		v.ended(err)
	}
}

// obey obeys the order to serve. Who serves already only says so once more: who
// has ordered it did not know.
func (v *served) obey() {
	v.server.Lock()
	o := v.order
	v.order = nil
	v.server.Unlock()
	switch {
	case v.alone != nil && !v.alone.begun:
		v.alone.begun = true
		v.ended(v.beginLog())
	case o == nil:
	case v.log != nil:
		_ = v.beginReport() // who does not wait for it knows
	default:
		if err := v.begin(o); v.log != nil {
			v.ended(err)
		} else {
			v.server.short(v, o, err)
		}
	}
}

// short is for a log that could not be begun for want of what passes.
func (s *server) short(v *served, o *serving.Order, err error) {
	s.say("svlog: warning: unable to begin: " + reason(err) + ", trying again in 5 seconds\n")
	time.AfterFunc(retry, func() {
		s.Lock()
		defer s.Unlock()
		if v.order == nil {
			v.order = o
		}
		v.stir()
	})
}

// errUnheard says that nobody waits to be told what comes of an order.
var errUnheard = errors.New("nobody waits for it")

// begin begins a log.
func (v *served) begin(o *serving.Order) error {
	l := &logger{home: -1, poll: v, env: v.server.env, own: o.Env, say: v.server.say}
	v.log = l
	l.title = "svlog " + l.variable("SV_NAME")
	l.ledger.served = true
	var err error
	if l.home, err = openPath(o.Dir); err == nil {
		err = v.isMeant(o)
	}
	if err == nil {
		err = v.beginReport()
	}
	switch {
	case err == unix.EMFILE || err == unix.ENFILE || err == unix.ENOMEM:
		if l.home >= 0 {
			_ = unix.Close(l.home) // nothing was written
		}
		v.log = nil
		return err
	case err != nil:
		return errUnheard
	}
	if err := v.openInputs(o.Input); err != nil {
		return err
	}
	l.script = l.usual()
	return v.beginLog()
}

// beginLog begins what its script says.
func (v *served) beginLog() error {
	v.worker.desk.lend(v.log)
	if err := v.log.begin(); err != nil {
		return err
	}
	v.place()
	return nil
}

// openInputs opens the FIFOs in the directory at path.
func (v *served) openInputs(path string) error {
	l := v.log
	dir, err := openPath(path)
	if err != nil {
		return &Trouble{Verb: Read, File: "standard input", Err: err}
	}
	defer unix.Close(dir)
	all := sources(l.name(), l.variable("SV_INSTANCE"), l.variable(pipeNames))
	var fds []int
	for i := range min(len(all), len(fifos)) {
		fd, err := fifo.Open(dir, fifos[i], unix.O_RDONLY)
		if err != nil {
			for _, fd := range fds {
				_ = unix.Close(fd) // nothing was read
			}
			return &Trouble{Verb: Read, File: fifos[i], Err: err}
		}
		fds = append(fds, fd)
	}
	l.takeInputs(all[:len(fds)], fds, v.worker.desk.glass)
	return nil
}

// fifos are those that a logger reads: the second is the one that pipeNames names.
var fifos = [...]string{servicedir.LogPipe, servicedir.ErrPipe}

// openPath opens a directory to begin paths at.
func openPath(path string) (int, error) {
	return fifo.Retry(func() (int, error) {
		return unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

// isMeant says that the directory is still the one that was meant.
func (v *served) isMeant(o *serving.Order) error {
	var st unix.Stat_t
	if err := unix.Fstat(v.log.home, &st); err != nil || st.Dev != o.Log.Device || st.Ino != o.Log.Inode {
		return errUnheard
	}
	return nil
}

// beginReport says to who waits for it that the log is served, and goes on saying
// so by having the FIFO open. Where nobody waits, that is an error.
func (v *served) beginReport() error {
	fd, err := fifo.Open(v.log.home, servicedir.State+"/"+servicedir.Report, unix.O_WRONLY)
	if err != nil {
		return errors.Unwrap(err)
	}
	if v.report >= 0 {
		_ = unix.Close(v.report) // it was written
	}
	v.report = fd
	v.tellReport(serving.Begun)
	v.place()
	return nil
}

// place reports where the log is.
func (v *served) place() {
	d := v.log.firstDirectory()
	if d == nil || v.report < 0 {
		return
	}
	var buf [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/fd/"+strconv.Itoa(d.fd), buf[:])
	if err == nil && !strings.Contains(string(buf[:n]), "\n") {
		v.tellReport(serving.Place(string(buf[:n])))
	}
}

func (v *served) tellReport(line string) {
	_, _ = fifo.Retry(func() (int, error) { return unix.Write(v.report, []byte(line+"\n")) }) // who does not read knows better
}

// ended says how a log ended, unless it goes on.
func (v *served) ended(err error) {
	switch {
	case err == nil && v.log.inputs != nil && v.log.reads():
	case err == nil:
		v.end = serving.Exit(0)
	default:
		v.end = serving.Exit(failed)
		if v.alone != nil {
			v.alone.err = err
		} else if err != errUnheard {
			v.server.say(v.log.title + ": fatal: " + err.Error() + "\n")
		}
	}
}

// rise ends a turn, and with it the log, if that has ended or was killed.
func (v *served) rise() {
	if how := recover(); how != nil && how != errKilled {
		panic(how)
	}
	s := v.server
	s.Lock()
	killed := v.killed
	s.Unlock()
	if v.end == "" && v.log != nil && killed != 0 {
		v.end = serving.Killed(killed)
	}
	var deadline time.Duration
	switch {
	case v.end != "":
		v.close()
	case v.log != nil && v.log.patient():
		deadline = v.log.deadline()
	}
	if v.log != nil {
		v.worker.desk.takeBack(v.log)
	}
	s.Lock()
	defer s.Unlock()
	v.worker = nil
	switch {
	case v.end != "":
		s.forget(v)
	case v.log != nil:
		v.rest(deadline)
	default:
		v.busy = false
	}
}

// close leaves all that the log had, and last of all says so: from then on it may
// be somebody else's.
func (v *served) close() {
	l := v.log
	for i := range l.stream.sinks {
		k := &l.stream.sinks[i]
		if k.fd >= 0 {
			_ = unix.Close(k.fd) // it was written
		}
		if d := k.dir; d != nil {
			l.abandon(d)
			d.close()
		}
	}
	v.server.Lock()
	v.leave()
	v.server.Unlock()
	for i := range l.inputs {
		_ = unix.Close(l.inputs[i].fd) // it was read
	}
	if l.home >= 0 {
		_ = unix.Close(l.home) // nothing was written
	}
	if v.report >= 0 {
		v.tellReport(v.end)
		_ = unix.Close(v.report) // a pipe has nothing to flush
	}
}

// close closes all that a directory has open.
func (d *directory) close() {
	for _, fd := range [...]int{d.file, d.lock, d.fd} {
		if fd >= 0 {
			_ = unix.Close(fd) // who ends in order has synced it
		}
	}
}
