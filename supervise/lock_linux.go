package supervise

import (
	"strconv"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/servicedir"
)

// Where lock-fd is, run and whatever inherits the descriptor hold a lock for as
// long as one of them lives: the kernel keeps a second copy out, whatever
// became of us. svexec waits for it in our place.

// contradiction is what settings say against each other.
type contradiction string

func (c contradiction) Error() string { return string(c) }

const errOneForTwo = contradiction("lock-fd is the same descriptor as notification-fd")

const errPipesAndSockets = contradiction("set/sockets begin at descriptor 3, which is a pipe that it reads (SV_PIPE_NAMES)")

// collision says that two settings name one descriptor, of which those below pipes
// are pipes of a logger, and those below used sockets.
func (s *Service) collision(pipes, used int) error {
	if pipes > firstPipe && used > pipes {
		return errPipesAndSockets
	}
	for _, named := range []struct {
		name string
		at   int
	}{{servicedir.NotificationFD, s.notificationFD()}, {servicedir.LockFD, s.lockFD()}} {
		if named.at >= firstPipe && named.at < pipes {
			return contradiction(named.name + " is descriptor " + strconv.Itoa(named.at) + ", which is a pipe that it reads (SV_PIPE_NAMES)")
		}
		if named.at >= pipes && named.at < used {
			return contradiction(named.name + " is descriptor " + strconv.Itoa(named.at) + ", which is one of set/sockets (LISTEN_FDNAMES)")
		}
	}
	return nil
}

const earlierCopy = "waiting for the lock of an earlier copy (lock-fd)"

// serviceLock opens the file of that lock, if lock-fd asks for it, and puts it
// at its place of files; the caller closes it. It is not locked yet. The settings
// have just been read, for collision.
func (s *Service) serviceLock(files []uintptr) (int, []uintptr, error) {
	at := s.settings.lockFD
	if at == 0 {
		return -1, files, nil
	}
	if at == s.settings.notificationFD {
		return -1, files, errOneForTwo
	}
	fd, err := s.create(servicedir.ServiceLock, 0)
	if err != nil {
		return -1, files, err
	}
	for len(files) <= at {
		files = append(files, forkexec.Closed)
	}
	files[at] = uintptr(fd)
	if held, err := fifo.IsLocked(fd); err == nil && held {
		s.record.Reason = earlierCopy
		s.tell(earlierCopy)
	}
	return fd, files, nil
}

// unlocked is a start that cannot have its lock. Settings that contradict each
// other wait for a change, like a run that is not there.
func (s *Service) unlocked(err error) {
	if _, contradicts := err.(contradiction); !contradicts {
		s.unstarted("unable to open supervise/service-lock: "+reason(err), 0)
		return
	}
	s.record.Reason = err.Error()
	s.tell(s.record.Reason)
	s.happen(Event{Kind: NoRun})
}

func closeLock(fd int) {
	if fd >= 0 {
		_ = quiet.Close(fd) // the child has its own
	}
}
