package supervise

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// A service with attributes in set/ is started through svexec, which takes them
// on and becomes run. A FIFO that exec closes tells how far it got: a newline
// says that all is done but exec, anything else why it cannot be. It has a name,
// supervise/report, so that the next supervise finds it.

// launch is a start of run: what is executed, and whether through svexec: for
// attributes, to wait for the lock of lock-fd, or where that may take long.
type launch struct {
	path       string
	argv       []string
	attributes bool
	through    bool
}

// program says what a start executes. Where set/ asks for nothing, that is run,
// and nothing else is looked for. A logger without run is svlog.
func (s *Service) program(attributes bool) launch {
	l := launch{path: "./run", argv: append(s.argv[:0], "./run"), attributes: attributes}
	s.armScope()
	if s.style.NamesRun {
		l.argv = append(l.argv, s.name)
	}
	hasRun := true
	s.oneshot = s.oneshot && s.isOneshot()
	if (l.attributes || s.isLogger() || s.settings.lockFD != 0 || s.cage != nil) && !s.oneshot && !servicedir.Exists(s.dir, servicedir.Run) {
		hasRun = false
		switch {
		case s.isOneshot():
			s.oneshot = true
		case l.attributes && servicedir.Exists(s.dir, servicedir.Command):
			l.argv = l.argv[:0] // svexec reads it
		case s.isLogger():
			l.path = beside("svlog")
			l.argv = append(l.argv[:0], "svlog")
		}
	}
	if s.oneshot {
		s.makeExportDir()
		l.path, l.argv = s.scriptOf(servicedir.Up)
		hasRun = true
	}
	s.argv = l.argv
	l.through = l.attributes || s.sockets != nil || (s.settings.lockFD != 0 || s.cage != nil) && (hasRun || l.path != "./run") ||
		(l.path == "./run" || s.oneshot) && s.isFar(l.path)
	return l
}

// isFar says that a program of the service is on another file system than the
// scan directory and we are. To execute it may take long, and would keep waiting
// all others that we host: svexec does it, which is a child.
func (s *Service) isFar(name string) bool {
	var file, scan unix.Stat_t
	return s.engine.host != nil && quiet.Fstatat(s.dir, name, &file, 0) == nil && uint64(file.Dev) != s.engine.near &&
		(quiet.Fstatat(unix.AT_FDCWD, ".", &scan, 0) != nil || scan.Dev != file.Dev) // where svscan is
}

// nearby is the file system of our program, 0 if that cannot be found out.
func nearby() uint64 {
	var st unix.Stat_t
	if unix.Stat("/proc/self/exe", &st) != nil {
		return 0
	}
	return uint64(st.Dev)
}

// spawnScript is spawn for finish and control/X, through svexec where they are
// far.
func (s *Service) spawnScript(slot forkexec.Slot, argv []string) (process, error) {
	files, closeFiles, err := s.descriptors()
	if err != nil {
		return process{fd: -1}, err
	}
	defer closeFiles()
	path := argv[0]
	if s.isFar(path) {
		path, argv = beside("svexec"), append([]string{"svexec", "-s", "", "--"}, argv...)
	}
	return s.spawn(slot, path, argv, files, s.style.Session)
}

// hasAttributes says that set/ asks for something that svexec does. One that
// cannot be read may ask for it: svexec says why it cannot.
func (s *Service) hasAttributes() bool {
	s.scoped, s.daemonizes, s.splits, s.aged, s.watched, s.asks = false, false, false, false, false, 0
	s.timed, s.limited = false, false
	if s.isPlain() {
		return false
	}
	set, err := s.openSet()
	if err == unix.ENOENT {
		var link unix.Stat_t // one that leads nowhere is there all the same
		return quiet.Fstatat(s.dir, servicedir.Set, &link, unix.AT_SYMLINK_NOFOLLOW) == nil
	}
	if err != nil {
		return true
	}
	defer quiet.Close(set)
	found := false
	err = fifo.EachName(set, func(name string) {
		found = found || servicedir.NeedsExec(name)
		s.noteName(name)
	})
	return found || err != nil
}

// beside is the path of a program that was installed with ours.
func beside(name string) string {
	var path [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/exe", path[:])
	if err != nil {
		return name // then exec says that there is none
	}
	return string(path[:strings.LastIndexByte(string(path[:n]), '/')+1]) + name
}

// via has svexec start what l says, with an end of the report FIFO, which the
// caller closes, added to files.
func (s *Service) via(l launch, files []uintptr) (launch, int, []uintptr, error) {
	if !l.through {
		return l, -1, files, nil
	}
	read, write, err := s.freshFIFO(servicedir.Report)
	if err != nil {
		return l, -1, files, err
	}
	s.report = read
	s.engine.poll.Add(read, unix.POLLIN, s, tagReport)
	if l.path != "./run" && len(l.argv) > 0 {
		l.argv[0] = l.path
	}
	l.path = beside("svexec")
	l.argv = s.execArguments(l, len(files))
	files = append(files, uintptr(write))
	if s.cage != nil {
		files = append(files, uintptr(s.cage.procs)) // see execArguments
	}
	return l, write, files, nil
}

// execArguments are those of svexec(8), which reports at report.
func (s *Service) execArguments(l launch, report int) []string {
	const most = 12 // of its own
	argv := append(make([]string, 0, most+len(l.argv)), "svexec", "-e", strconv.Itoa(report))
	if s.settings.lockFD != 0 {
		argv = append(argv, "-l", strconv.Itoa(s.settings.lockFD))
	}
	if s.cage != nil {
		argv = append(argv, "-g", strconv.Itoa(report+1))
	}
	if s.sockets != nil {
		argv = append(argv, "-L", s.sockets.names())
	}
	switch {
	case !l.attributes:
		argv = append(argv, "-s", "") // no set/ is read
	case s.oneshot:
		argv = append(argv, "--oneshot")
	}
	return append(append(argv, "--"), l.argv...)
}

// readReport takes what svexec says. Once it has ended or become run, the FIFO
// is at its end.
func (s *Service) readReport() {
	const enough = 1024
	var buf [256]byte
	for s.report >= 0 {
		n, err := fifo.Retry(func() (int, error) { return quiet.Read(s.report, buf[:]) })
		if err == unix.EAGAIN {
			return
		}
		if n > 0 && len(s.said) < enough {
			s.said = append(s.said, buf[:n]...)
		}
		if n <= 0 {
			said := string(s.said)
			s.dropReport()
			s.reported(said)
		}
	}
}

// reported is all that svexec has said. Nothing at all means that it was killed, or that
// a supervise which was killed has heard it: then it lives, and has become run.
func (s *Service) reported(text string) {
	switch {
	case text == servicedir.ReportDone, text == "" && s.run.latest != 0 && hasProgram(s.run.pid):
		s.begun()
		s.happen(Event{Kind: Started})
		return
	case text == servicedir.ReportSkip:
		s.skip("set/condition says no", false)
		s.record.Exports = false // it is as if it were not there
		return
	}
	if why, already := strings.CutPrefix(text, servicedir.ReportAlready); already {
		s.skip(status.Already+why, true)
		s.record.Exports = servicedir.Exists(s.state, servicedir.Exported)
		return
	}
	if s.record.Reason = strings.Trim(text, "\n"); s.record.Reason != "" {
		s.tell(s.record.Reason)
	}
}

func (s *Service) skip(why string, already bool) {
	s.record.Reason = why
	s.happen(Event{Kind: Skip, Already: already})
}

// hasProgram says that a process has not begun to end: who does gives up its memory, and
// with that its program, before it closes what it has open.
func hasProgram(pid int) bool {
	var path [1]byte
	_, err := unix.Readlink("/proc/"+strconv.Itoa(pid)+"/exe", path[:])
	return err != unix.ENOENT && err != unix.ESRCH
}

func (s *Service) dropReport() {
	if s.report >= 0 {
		s.engine.poll.Remove(s.report)
		_ = quiet.Close(s.report) // a pipe has nothing to flush
		s.report, s.said = -1, nil
		_ = quiet.Unlinkat(s.state, servicedir.Report, 0) // best effort: the next start gets a new one
	}
}

// reopenReport opens the FIFO of the svexec that an earlier supervise has
// started. Where that has said its last word, nobody is there any more to say
// what it was: if it lives it has become run.
func (s *Service) reopenReport() {
	fd, err := fifo.Open(s.state, servicedir.Report, unix.O_RDONLY)
	if err != nil {
		return // run was started without it, or was told of
	}
	s.report = fd
	var buf [1]byte
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, buf[:]) })
	if n == 0 && err == nil {
		s.dropReport()
		return
	}
	s.said = append(s.said, buf[:max(n, 0)]...)
	s.engine.poll.Add(fd, unix.POLLIN, s, tagReport)
}
