package supervise

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// A service with consumer-for is the logger of others. It has their FIFOs open
// for reading and writing, so that it sees no end while a producer is away. We
// hold them too, beyond the last run: what waits in one whose producer has gone
// is for the next.

// source is a pipe that a consumer reads.
type source struct {
	label    string // in SV_PIPE_NAMES
	path     string // of the service that writes to it
	fd       int
	dev, ino uint64
}

func (a source) same(b source) bool { return a.dev == b.dev && a.ino == b.ino }

// consumes says that the service reads what others write.
func (s *Service) consumes() bool {
	return s.input < 0 && s.style.Feeds && (s.name == scandir.CatchAll || s.has(servicedir.ConsumerFor))
}

// producers are the services that it names, or those that svscan names to the
// catch-all.
func (s *Service) producers() []string {
	if s.name == scandir.CatchAll {
		return servicedir.ParseProducers(s.readList(s.state, servicedir.Producers))
	}
	return servicedir.ParseProducers(s.readList(s.dir, servicedir.ConsumerFor))
}

// given is what a run of a logger was given to read: both FIFOs of its service,
// or those of the producers that a consumer names, of which this is a sum.
type given struct {
	both bool
	sum  uint64
}

// sumOfSources tells one set of pipes from another, 0 where there is none.
func (s *Service) sumOfSources() uint64 {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a
	if len(s.sources) == 0 {
		return 0
	}
	sum := uint64(offset)
	for _, one := range s.sources {
		for _, c := range []byte(one.label) {
			sum = (sum ^ uint64(c)) * prime
		}
		sum = ((sum^one.dev)*prime ^ one.ino) * prime
	}
	return sum
}

// lookAtSources has a consumer begin anew that runs with other pipes than it is
// to read by now. What has only become one reads from its next start on. One that
// is to end after its producers keeps what it has: another run would have no time
// to read anything.
func (s *Service) lookAtSources() {
	if s.given.sum == 0 || !s.m.Running || s.m.Leaving || s.m.Want == status.WantDown || !s.consumes() {
		return
	}
	if s.gather(); s.named != s.given.sum {
		s.happen(Event{Kind: Term, Letter: command.Term})
	}
}

// isLogger says that what runs is the logger of some service.
func (s *Service) isLogger() bool { return s.input >= 0 || len(s.sources) > 0 }

// gather opens the pipes that the next run is to read, and says whether it has
// what it needs: a consumer waits for its first producer.
func (s *Service) gather() bool {
	if !s.consumes() {
		s.closeSources()
		return true
	}
	old := s.sources
	s.sources = nil
	names := s.producers()
	for _, name := range names {
		s.gatherFrom(servicedir.ProducerPath(s.home, name), old)
	}
	s.named = s.sumOfSources()
	s.alone = s.name != scandir.CatchAll && len(names) == 1 && len(s.sources) == 1
	s.keepUnread(old)
	s.m.logger = len(s.sources) > 0 && !s.style.LoggerStays
	return len(s.sources) > 0
}

// keepUnread keeps those of old that have something for the next run, though
// nobody names them any more and no other logger is to read them, and closes the
// others.
func (s *Service) keepUnread(old []source) {
	for _, o := range old {
		if slices.ContainsFunc(s.sources, o.same) {
			continue
		}
		if n, err := fifo.Pending(o.fd); err == nil && n > 0 && !s.alone && !s.isElsewhere(o.path) {
			s.sources = append(s.sources, o)
		} else {
			_ = quiet.Close(o.fd) // nothing was written
		}
	}
}

// isElsewhere says that the service at path has another logger now.
func (s *Service) isElsewhere(path string) bool {
	dir, err := openDir(path)
	if err != nil {
		return false
	}
	defer quiet.Close(dir)
	if servicedir.IsDir(dir, servicedir.Log) {
		return true
	}
	consumer, found, err := servicedir.ReadValue(dir, servicedir.ProducerFor)
	return found && err == nil && servicedir.ProducerPath(path, consumer) != s.home
}

const noProducer = "there is no service whose output it could read"

// gatherFrom opens the pipes of the service at path, or takes them from old.
func (s *Service) gatherFrom(path string, old []source) {
	if path == s.home {
		return // it would read what it has written
	}
	fail := func(why string) {
		if s.name == scandir.CatchAll {
			return // svscan names another list soon
		}
		s.tellOnce("unable to read the output of " + scandir.Shown(path) + ": " + why + ", going on without")
	}
	dir, err := openDir(path)
	if err == unix.ENOENT && s.engine.svscan {
		// It was taken away, and has not ended yet.
		dir, err = openDir(s.engine.scanDir + "/" + scandir.Dir + "/" + scandir.Removed + path[strings.LastIndexByte(path, '/'):])
	}
	if err != nil {
		fail(reason(err))
		return
	}
	defer quiet.Close(dir)
	if why := s.refuses(path, dir); why != "" {
		fail(why)
		return
	}
	state, err := servicedir.OpenState(dir)
	if err != nil {
		fail(reason(err))
		return
	}
	defer quiet.Close(state)
	for stream, name := range pipeNames {
		if stream == stderr && !servicedir.Exists(dir, servicedir.SplitStderr) && !servicedir.Exists(state, name) {
			continue
		}
		one, err := openSource(state, name, source{label: pipeLabel(path, stream), path: path}, slices.Concat(old, s.sources))
		if err != nil {
			fail(reason(err))
			return
		}
		if !slices.ContainsFunc(s.sources, one.same) { // or it has two names
			s.sources = append(s.sources, one)
		}
	}
}

// refuses says why the service at path, which is open, is no producer for this one:
// a pipe has one reader.
func (s *Service) refuses(path string, dir int) string {
	if servicedir.IsDir(dir, servicedir.Log) {
		return "it has its own log/"
	}
	if s.name == scandir.CatchAll {
		return "" // svscan has looked
	}
	consumer, found, err := servicedir.ReadValue(dir, servicedir.ProducerFor)
	switch {
	case !found:
		return "it has no producer-for"
	case err != nil:
		return err.Error()
	case servicedir.ProducerPath(path, consumer) != s.home:
		return "its producer-for names " + consumer
	}
	return ""
}

// openSource opens the FIFO of one, which it makes if need be, unless it is among
// held.
func openSource(state int, name string, one source, held []source) (source, error) {
	err := fifo.Make(state, name, 0o600)
	if err != nil {
		return source{}, err
	}
	if one.fd, err = fifo.Open(state, name, unix.O_RDWR); err != nil {
		return source{}, err
	}
	var st unix.Stat_t
	_ = quiet.Fstat(one.fd, &st) // it is open
	one.dev, one.ino = uint64(st.Dev), st.Ino
	if i := slices.IndexFunc(held, one.same); i >= 0 {
		_ = quiet.Close(one.fd) // we have it
		one.fd = held[i].fd
	}
	return one, nil
}

// addSources gives the pipes to a child: one is its standard input, several have
// descriptors of their own.
func (s *Service) addSources(o *opened) {
	if len(s.sources) == 0 {
		return
	}
	for _, one := range s.sources {
		_ = unix.SetNonblock(one.fd, false) // the run before may have had it otherwise
		if s.alone {
			o.files[0] = uintptr(one.fd)
			return
		}
		o.files = append(o.files, uintptr(one.fd))
		if s.pipes == "" {
			s.pipes = pipeVariable + one.label
		} else {
			s.pipes += " " + one.label
		}
	}
}

// waiting is how many bytes wait in these pipes.
func (s *Service) waiting() int {
	sum := 0
	for _, one := range s.sources {
		if n, err := fifo.Pending(one.fd); err == nil {
			sum += n
		}
	}
	return sum
}

func (s *Service) closeSources() {
	for _, one := range s.sources {
		_ = quiet.Close(one.fd) // nothing was written
	}
	s.sources, s.alone = nil, false
}

// readList reads a list of services.
func (s *Service) readList(dir int, name string) []byte {
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err == unix.ENOENT {
		return nil // svscan has not come to it
	}
	if err != nil {
		s.tellOnce("unable to read " + name + ": " + reason(err))
		return nil
	}
	defer quiet.Close(fd)
	var st unix.Stat_t
	if quiet.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size > servicedir.MaxProducersSize {
		s.tellOnce("unable to use " + name + ": not a regular file of at most " + strconv.Itoa(servicedir.MaxProducers) + " names")
		return nil
	}
	text := make([]byte, st.Size)
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, text) })
	if err != nil {
		return nil
	}
	return text[:n]
}
