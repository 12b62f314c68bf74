package svscan

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"
)

// reapedName is where the deaths of orphans are recorded, and freshReaped what
// replaces it.
const (
	reapedName  = scandir.Dir + "/" + scandir.Reaped
	freshReaped = reapedName + ".new"
)

// register is that file while a heap of orphans is reaped. The zero register
// has not been needed yet.
type register struct {
	fd   int // 0: not open
	size int64
}

// record records how an orphan ended, before it is reaped: whoever adopts its
// service may ask. What cannot be recorded is reaped all the same.
func (s *scanner) record(r *register, pid int, status uint32) {
	if s.lock < 0 {
		return // nothing can be written here, or another svscan does
	}
	err := s.openRegister(r)
	if err == nil {
		death := scandir.Death{PID: pid, Ticks: proc.StartTicks(pid), Status: status}
		err = r.append(death.AppendText(nil))
	}
	if err != nil {
		s.once(&s.saidReaped, "unable to write "+s.path+"/"+reapedName+": "+reason(err)+", going on without")
	}
}

// openRegister opens the file, and makes it shorter when it is long.
func (s *scanner) openRegister(r *register) error {
	if r.fd == 0 {
		fd, err := s.openReaped(reapedName, 0)
		if err != nil {
			return err
		}
		var st unix.Stat_t
		_ = unix.Fstat(fd, &st) // it is open
		*r = register{fd, st.Size}
	}
	if r.size < scandir.ReapedSize {
		return nil
	}
	text := make([]byte, 2*scandir.ReapedSize)
	n, err := fifo.Retry(func() (int, error) { return unix.Pread(r.fd, text, 0) })
	r.close()
	if err != nil {
		return err
	}
	return s.replaceReaped(r, scandir.Younger(text[:n]))
}

// replaceReaped has a new file take the place of the old one.
func (s *scanner) replaceReaped(r *register, text []byte) error {
	fd, err := s.openReaped(freshReaped, unix.O_TRUNC)
	if err != nil {
		return err
	}
	fresh := register{fd: fd}
	if err = fresh.append(text); err == nil {
		err = unix.Renameat(s.home(), freshReaped, s.home(), reapedName)
	}
	if err != nil {
		fresh.close()
		return err
	}
	*r = fresh
	return nil
}

func (s *scanner) openReaped(name string, flag int) (int, error) {
	const flags = unix.O_RDWR | unix.O_APPEND | unix.O_CREAT | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	return fifo.Retry(func() (int, error) { return unix.Openat(s.home(), name, flags|flag, 0o644) })
}

// append appends whole lines, or nothing: what the next one would be a part of
// is taken back.
func (r *register) append(lines []byte) error {
	n, err := fifo.Retry(func() (int, error) { return unix.Write(r.fd, lines) })
	if err == nil && n < len(lines) {
		_ = unix.Ftruncate(r.fd, r.size) // best effort: the disk is full
		return unix.ENOSPC
	}
	r.size += int64(max(n, 0))
	return err
}

func (r *register) close() {
	if r.fd != 0 {
		_ = unix.Close(r.fd) // nothing is synced: after a boot it means nothing
	}
	*r = register{}
}
