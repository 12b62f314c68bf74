package svscan

import (
	"errors"
	"os"
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
)

// dense is the host that supervises all services in our own process (-dense).
// When svscan is killed or lets them go, they are left as supervises leave them:
// the next svscan adopts them, whichever host it has.
type dense struct {
	*scanner
	engine *supervise.Engine
	pairs  map[*supervise.Pair]hosted
	ended  []*supervise.Pair
	taken  int // descriptors, by all of them
}

// hosted is whose Pair it is, and what it takes.
type hosted struct {
	id   identity
	cost int
}

func newDense(s *scanner) *dense {
	d := &dense{scanner: s, pairs: map[*supervise.Pair]hosted{}}
	d.engine = supervise.Embed(s.withLogDir(s.environment(withoutHandover(s.config.environ()))), d, &s.poll, s.notice, s.null)
	return d
}

func (d *dense) start(k *keeping, id identity, place, logger string, leave bool) error {
	names := []string{place}
	if logger != "" {
		names = append(names, logger)
	}
	d.holdNotify(k)
	cost := d.cost(k, logger != "")
	if d.isFull(cost) {
		return errFull
	}
	m := supervise.Manner{Dir: k.dir, Leaving: leave || d.last(), Again: d.reexecs > 0 && !d.settled, Caught: k.caught, Notify: k.notify}
	pair, err := d.engine.Take(d.runPath, names, m)
	if err != nil {
		return errors.New(err.Error()) // the whole of it
	}
	k.pid, k.pair = os.Getpid(), pair
	d.pairs[pair] = hosted{id, cost}
	d.taken += cost
	d.disinherit(pair.Relied())
	return nil
}

func (d *dense) stop(k *keeping) { k.pair.Stop() }

// found tells the supervise to let go: when it has ended, k is started here.
func (d *dense) found(k *keeping) {
	const control = servicedir.State + "/" + servicedir.ControlIn
	k.yields = fifo.Send(k.dir, control, []byte{byte(command.LetGo)}, 0) == nil
}

// changed: we have all that there is.
func (*dense) changed(*keeping) {}

func (d *dense) owns(pid int) bool { return d.engine.Owns(pid) }

// turn lets the engine do what is due, and notes who has ended.
func (d *dense) turn() {
	d.engine.Turn()
	for _, pair := range d.ended {
		h := d.pairs[pair]
		delete(d.pairs, pair)
		d.taken -= h.cost
		d.kept[h.id].pair = nil
		d.died(h.id, left, "")
		d.stirred = true
	}
	d.ended = d.ended[:0]
}

func (d *dense) deadline() time.Duration {
	if due := d.engine.Deadline(); due >= 0 {
		return max(due, 1) // 0 is never
	}
	return 0
}

func (d *dense) keep() []int { return d.engine.Keep() }

func (d *dense) stay(why string) { d.engine.Stay(why) }

func (d *dense) part() {
	for pair := range d.pairs {
		pair.LetGo()
	}
}

// Ended is told by the engine.
func (d *dense) Ended(p *supervise.Pair) { d.ended = append(d.ended, p) }

// Reexec is asked for by a letter to any service: we are its supervise.
func (d *dense) Reexec() { d.reexec() }

// IsOwn is the guardian, or the trial of a reexec.
func (d *dense) IsOwn(pid int) bool { return pid == d.upgrade.check || d.guardian.Is(pid) }

// EssentialEnded begins the orderly end, of which more is done at the next turn.
func (d *dense) EssentialEnded(name string, code int) {
	d.endBy(name, code)
	d.stirred = true
}

// Look is done at the next turn. One that has just begun has no entry yet, and was
// looked at.
func (d *dense) Look(p *supervise.Pair) {
	if h, hosted := d.pairs[p]; hosted {
		d.table.services[h.id].look = fifo.Now()
		d.stirred = true
	}
}
