package supervise

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// Where .svscan/set/max-starting is, a service that is starting has some of so many
// turns, which are locks: the kernel gives them back when we die. Who has to wait is
// told when another is done, by the event directory of the tree. Who goes first is
// said by .svscan/order.

// turn is that of a service that is starting, or would be.
type turn struct {
	locks *fifo.Turns
	taken bool
	sub   *fifo.Subscription // nil while it need not wait
}

// maxTurns bounds how many there may be.
const maxTurns = setting.MaxWeight

// turns are how many there are, 0 without a bound, and how many a start needs.
func (s *Service) turns() (all, need int) {
	if s.engine.maxStarting == "" || s.engine.scanDir == "" || s.input >= 0 {
		return 0, 0
	}
	all, err := servicedir.Number(unix.AT_FDCWD, s.engine.maxStarting, 0, 0, 1, maxTurns)
	if err != nil {
		s.tellSetting(err)
	}
	return all, int(value(s, servicedir.StartWeight, &s.settings.startWeight, 1, setting.ParseWeight))
}

// takesTurn says that the service may be starting, or why it may not yet.
func (s *Service) takesTurn() (why string, ok bool) {
	if s.turn != nil && s.turn.taken {
		return "", true
	}
	all, need := s.turns()
	if all == 0 || need == 0 {
		s.dropTurn()
		return "", true
	}
	dir, err := openDir(s.engine.scanDir + "/" + scandir.Dir)
	if err != nil {
		return "", true // there is nothing to wait for
	}
	defer quiet.Close(dir)
	if err := s.waitTurn(dir, all, need); err != nil {
		s.tell("unable to wait for a turn to start: " + reason(err) + ", going on without")
		s.dropTurn()
		return "", true
	}
	return "waiting: its turn to start has not come (max-starting is " + strconv.Itoa(all) + ")", s.turn.taken
}

// waitTurn takes the turns, or subscribes to what is told of them.
func (s *Service) waitTurn(dir, all, need int) (err error) {
	e := s.engine
	if s.turn == nil {
		locks, err := fifo.OpenTurns(dir, scandir.Starting)
		if err != nil {
			return err
		}
		s.turn = &turn{locks: locks}
	}
	t := s.turn
	place := func() int64 { return s.turnPlace(dir) }
	var yields, again bool
	if t.taken, yields = t.locks.Take(need, all, place); !t.taken && t.sub == nil {
		e.subscriptions++
		if t.sub, err = fifo.Subscribe(dir, scandir.Event, e.subscriptions); err != nil {
			return err
		}
		e.poll.Add(t.sub.FD(), unix.POLLIN, s, tagNeeds)
		t.taken, again = t.locks.Take(need, all, place) // it may have come meanwhile
	}
	if yields || again || t.taken && t.locks.Awaited() {
		s.tellTurn() // who goes next
	}
	return nil
}

// turnPlace is that of the service in the queue: by its line in .svscan/order, and where
// that names it not, or another too that has read it earlier, by what else tells it
// from all others.
func (s *Service) turnPlace(dir int) int64 {
	const last = 1 << 20
	line := lineOf(dir, scandir.Order, s.name)
	if line < 0 || line > last {
		line = last
	}
	var st unix.Stat_t
	_ = quiet.Fstat(s.state, &st) // it is open
	return 1 + int64(line)<<32 + int64(uint32(st.Ino))
}

// lineOf is which line of the file name below dir is text, -1 if none is. The file
// may name thousands, so it is never in memory as a whole.
func lineOf(dir int, name, text string) int {
	fd, err := quiet.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1
	}
	defer quiet.Close(fd)
	var b [2048]byte
	line, same := 0, 0 // so much of this line is the same, -1 for another line
	for {
		n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, b[:]) })
		if n <= 0 || err != nil {
			return -1
		}
		for _, c := range b[:n] {
			switch {
			case c == '\n' && same == len(text):
				return line
			case c == '\n':
				line, same = line+1, 0
			case same >= 0 && same < len(text) && text[same] == c:
				same++
			default:
				same = -1
			}
		}
	}
}

// retakeTurn takes the turn again of a service that an earlier supervise has left
// while it was starting, before others are told that it is free.
func (s *Service) retakeTurn() {
	if !s.m.Running || s.m.State != status.Starting || s.engine.maxStarting == "" {
		return
	}
	all, need := s.turns()
	if all == 0 || need == 0 {
		return
	}
	dir, err := openDir(s.engine.scanDir + "/" + scandir.Dir)
	if err != nil {
		return
	}
	defer quiet.Close(dir)
	if locks, err := fifo.OpenTurns(dir, scandir.Starting); err == nil {
		locks.Retake(need, all)
		s.turn = &turn{locks: locks, taken: true}
	}
}

// keepTurn gives the turn back when the service is starting no more.
func (s *Service) keepTurn() {
	if s.turn == nil || s.m.lacks || s.m.State == status.Starting {
		return
	}
	s.dropTurn()
}

// dropTurn gives the turn back.
func (s *Service) dropTurn() {
	t := s.turn
	if s.turn = nil; t == nil {
		return
	}
	if t.sub != nil {
		s.engine.poll.Remove(t.sub.FD())
		t.sub.Close()
	}
	t.locks.Close()
	s.tellTurn()
}

// tellTurn tells those who wait that there may be a turn for them: also when an
// earlier supervise may have died with one.
func (s *Service) tellTurn() {
	if s.engine.maxStarting == "" || s.engine.scanDir == "" {
		return
	}
	if dir, err := openDir(s.engine.scanDir + "/" + scandir.Dir); err == nil {
		fifo.Notify(dir, scandir.Event, []byte{byte(eventReady)})
		_ = quiet.Close(dir) // nothing was written
	}
}
