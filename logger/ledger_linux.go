package logger

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/supervise/proc"
)

// ledger is the file lock of the first log directory, in memory: the intent of
// what is being written. The zero ledger is none.
type ledger struct {
	served bool   // others are served beside this log: nothing is written by a mapping
	on     bool   // it is open
	file   int    // lock
	page   []byte // of that, shared with it
	room   []byte // for an intent that is not written so
	intent intent
	half   int  // of the page, where the intent is
	open   bool // the intent was written and is not taken
	silent bool // it was said that there is no record
}

// settleAccounts has each current end where it ended before the lines that are
// still in the pipe, and opens the ledger for those that come. It is for a pipe
// that can be looked at: otherwise nothing is left in it.
func (l *logger) settleAccounts() {
	first := l.firstDirectory()
	if first == nil || !l.standing() {
		return
	}
	l.ledger.intent.boot = bootID()
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil {
			l.undo(d.lock)
		}
	}
	l.openLedger()
}

// openLedger has the ledger be in the first directory, and nowhere else.
func (l *logger) openLedger() {
	first := l.firstDirectory()
	if err := l.ledger.begin(first.lock); err != nil {
		l.unrecorded(err)
		_ = erase(first.lock) // else it is found again, and what it says of the files is no longer true
	}
	l.note()
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil && d != first {
			_ = erase(d.lock) // likewise
		}
	}
}

// openAgain opens a ledger for which there was no room.
func (l *logger) openAgain() {
	if !l.ledger.on && l.standing() {
		l.openLedger()
	}
}

// standing says that there is an input in which what is read stays until it is
// taken.
func (l *logger) standing() bool {
	for i := range l.inputs {
		if l.inputs[i].standing() {
			return true
		}
	}
	return false
}

// named is the input that is this pipe, nil if there is none: they may come in
// another order than to the last logger, or be others.
func (l *logger) named(pipe fileID) *input {
	for i := range l.inputs {
		if in := &l.inputs[i]; in.id == pipe && in.standing() {
			return in
		}
	}
	return nil
}

// unrecorded says once that there is no ledger.
func (l *logger) unrecorded(err error) {
	if !l.ledger.silent {
		l.ledger.silent = true
		l.warn("unable to keep a record in " + l.firstDirectory().path + "/" + logdir.Lock + ": " + reason(err) +
			", lines may be there twice after a kill")
	}
}

func (l *logger) firstDirectory() *directory {
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil {
			return d
		}
	}
	return nil
}

// undo does what the intent in a lock asks for. It may be killed and done
// again: until the intent is removed nothing else is written.
func (l *logger) undo(lock int) {
	page := l.in.buf[:pageSize]                                                  // room that is there
	n, _ := fifo.Retry(func() (int, error) { return unix.Pread(lock, page, 0) }) // nothing read means nothing
	i, _, open := newest(page[:max(n, 0)])
	if in := l.named(i.pipe); open && i.count > 0 {
		open = in != nil && i.waits(l.ledger.intent.boot, in.id, in.peek())
	}
	for k := range l.stream.sinks {
		d := l.stream.sinks[k].dir
		if d == nil {
			continue
		}
		if open {
			d.cut(i.files)
		}
		for _, o := range i.debts {
			switch {
			case o.dir != d.self:
			case open:
				d.account.owed = o.before
			default:
				d.account.owed = o.after
			}
		}
	}
}

// erase has no intent be in a lock.
func erase(lock int) error {
	var none [halfSize + headSize]byte
	var st unix.Stat_t
	if unix.Fstat(lock, &st) == nil && st.Size == 0 {
		return nil
	}
	_, err := fifo.Retry(func() (int, error) { return unix.Pwrite(lock, none[:], 0) })
	return err
}

// cut cuts current back if it is one of the files.
func (d *directory) cut(files []place) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(d.fd, logdir.Current, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return
	}
	for i := range files {
		p := &files[i]
		var room [maxStart]byte
		n, _ := fifo.Retry(func() (int, error) { return unix.Pread(fd, room[:], p.size) }) // as in undo
		if p.cuts(left{idOf(&st), st.Size, st.Mode&ownerExecutes != 0, room[:max(n, 0)]}) {
			_, _ = fifo.Retry(func() (int, error) { return 0, unix.Ftruncate(fd, p.size) }) // else they are there twice
			return
		}
	}
}

// begin maps lock. Its page has room on the disk from now on. What it holds was
// asked for, and stays until the next is written.
func (g *ledger) begin(lock int) error {
	if g.intent.boot == [bootSize]byte{} {
		return unix.ENOENT // no /proc
	}
	var last [1]byte
	_, err := fifo.Retry(func() (int, error) { return unix.Pwrite(lock, last[:], pageSize-1) })
	if g.file = lock; err == nil {
		err = g.mapPage()
	}
	if err == nil {
		var i intent
		i, g.half, _ = newest(g.page)
		g.intent.turn, g.on = i.turn, true
	}
	return err
}

// mapPage maps lock, unless it is.
func (g *ledger) mapPage() error {
	if g.page != nil {
		return nil
	}
	// Mmap keeps a map of all, in 8 kB that nothing else is in.
	at, err := unix.MmapPtr(g.file, 0, nil, pageSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err == nil {
		g.page = unsafe.Slice((*byte)(at), pageSize)
	}
	return err
}

// unmapPage does without the page until it is needed.
func (g *ledger) unmapPage() {
	if g.page != nil {
		_ = unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(g.page)), pageSize) // it was mapped
		g.page = nil
	}
}

// end forgets the page, whose file is no more.
func (g *ledger) end() {
	g.unmapPage()
	g.on, g.open = false, false
}

// intend says in the ledger that chunk is about to be written, as it is in the
// buffers, and then taken.
func (l *logger) intend(chunk []byte) {
	g := &l.ledger
	if !g.on {
		return
	}
	i := &g.intent
	i.files = i.files[:0]
	for k := range l.stream.sinks {
		if s := &l.stream.sinks[k]; s.dir != nil && len(s.buf) > 0 && len(i.files) < maxPlaces {
			i.files = append(i.files, place{s.dir.id, s.dir.bytes, int64(len(s.buf)), s.buf[:min(len(s.buf), maxStart)]})
		}
	}
	l.list()
	if len(i.files) == 0 && len(i.debts) == 0 {
		return
	}
	i.pipe, i.count, i.first, i.hash = l.in.id, len(chunk), 0, 0
	if len(chunk) > 0 {
		i.first, i.hash = chunk[0], ends(chunk)
	}
	l.record()
}

// list puts into the intent what directories owe.
func (l *logger) list() {
	i := &l.ledger.intent
	i.debts = i.debts[:0]
	for k := range l.stream.sinks {
		d := l.stream.sinks[k].dir
		if d == nil || len(i.debts) == maxDebts {
			continue
		}
		if o := (debt{d.self, d.account.owed, d.account.after()}); o.before != (owed{}) || o.after != (owed{}) {
			i.debts = append(i.debts, o)
		}
	}
}

// revise says in the ledger that what was intended is not written but owed.
func (l *logger) revise() {
	if l.ledger.open {
		l.list()
		l.record()
	}
}

// note says in the ledger what is owed, when nothing is intended.
func (l *logger) note() {
	l.commit()
	g := &l.ledger
	if !g.on {
		return
	}
	l.list()
	g.intent.files, g.intent.count, g.intent.first = g.intent.files[:0], 0, 0
	l.record()
	g.taken()
}

func (l *logger) record() {
	if err := l.ledger.write(); err != nil {
		l.unrecorded(err)
	}
}

// write puts the intent into the half of the page where the one before the last
// is.
func (g *ledger) write() error {
	g.intent.turn++
	half := 1 - g.half
	var err error
	if g.served {
		// A page of a slow disk would hold up everybody.
		_, err = fifo.Retry(func() (int, error) { return unix.Pwrite(g.file, g.intent.pack(g.room[:0]), int64(half*halfSize)) })
	} else {
		err = store(func() { g.intent.pack(g.page[half*halfSize : half*halfSize]) })
	}
	if err == nil {
		g.half, g.open = half, true
	}
	return err
}

// mark is where the first byte that is taken goes, nil if nothing waits for it.
func (g *ledger) mark() []byte {
	if !g.open || g.mapPage() != nil {
		return nil
	}
	g.open = false
	at := g.half*halfSize + markAt
	return g.page[at : at+1]
}

// taken marks that all was taken, where the kernel has not.
func (g *ledger) taken() {
	if !g.open {
		return
	}
	g.open = false
	if at := g.half*halfSize + markAt; g.served {
		_, _ = fifo.Retry(func() (int, error) { return unix.Pwrite(g.file, []byte{g.intent.first}, int64(at)) }) // it has room
	} else {
		g.page[at] = g.intent.first
	}
}

// bootID names this boot, all zero if there is no /proc.
func bootID() (id [bootSize]byte) {
	copy(id[:], proc.BootID())
	return id
}

func idOf(st *unix.Stat_t) fileID { return fileID{uint64(st.Dev), st.Ino} }
