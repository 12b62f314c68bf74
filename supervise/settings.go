package supervise

import (
	"slices"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/tally"
)

// Settings are read when they matter, so an edit needs no restart. One that
// cannot be used keeps its last good value, and is told of once.

// settings are the values read last: a setting that cannot be read keeps its
// old value.
type settings struct {
	notificationFD, lockFD     int
	timeoutKill, timeoutFinish time.Duration
	downSignal, reloadSignal   syscall.Signal
	maxDeathTally              int
	killScope                  servicedir.Scope
	timeoutUp, timeoutDown     time.Duration
	minUptime, watchdog        time.Duration
	rule                       *restart.Rule // nil until set/ has said something of restarting
	stops                      *stops        // likewise of stopping
	kind                       setting.Essential
	startWeight                uint16
}

func (s *Service) timeoutKill() time.Duration {
	v := &s.settings.timeoutKill
	return use(s, v, 0, func() (time.Duration, error) { return servicedir.Millis(s.dir, servicedir.TimeoutKill, *v, 0) })
}

// timeoutUp is how long a run may take until it is ready.
func (s *Service) timeoutUp() time.Duration {
	v := &s.settings.timeoutUp
	return use(s, v, 0, func() (time.Duration, error) { return servicedir.Millis(s.dir, servicedir.TimeoutUp, *v, 0) })
}

// timeoutDown is how long the undoing of a oneshot may take.
func (s *Service) timeoutDown() time.Duration {
	v := &s.settings.timeoutDown
	return use(s, v, 0, func() (time.Duration, error) { return servicedir.Millis(s.dir, servicedir.TimeoutDown, *v, 0) })
}

// minUptime is how long a run must live to be a good one.
func (s *Service) minUptime() time.Duration {
	return value(s, servicedir.MinUptime, &s.settings.minUptime, 0, setting.ParseUptime)
}

func (s *Service) timeoutFinish() time.Duration {
	v := &s.settings.timeoutFinish
	absent := time.Duration(s.style.FinishLimit) * time.Millisecond
	return use(s, v, absent, func() (time.Duration, error) {
		return servicedir.Millis(s.dir, servicedir.TimeoutFinish, *v, absent)
	})
}

func (s *Service) downSignal() syscall.Signal {
	v := &s.settings.downSignal
	return use(s, v, syscall.SIGTERM, func() (syscall.Signal, error) {
		return servicedir.Signal(s.dir, servicedir.DownSignal, *v, syscall.SIGTERM)
	})
}

func (s *Service) reloadSignal() syscall.Signal {
	v := &s.settings.reloadSignal
	return use(s, v, syscall.SIGHUP, func() (syscall.Signal, error) {
		return servicedir.Signal(s.dir, servicedir.ReloadSignal, *v, syscall.SIGHUP)
	})
}

// notificationFD is 0 where the service does not say when it is ready.
func (s *Service) notificationFD() int {
	return s.descriptor(servicedir.NotificationFD, &s.settings.notificationFD)
}

// lockFD is 0 where run does not hold the lock of the service itself.
func (s *Service) lockFD() int { return s.descriptor(servicedir.LockFD, &s.settings.lockFD) }

func (s *Service) descriptor(name string, v *int) int {
	const lowest, highest = 3, 1023 // the standard descriptors are taken; more than the usual limit cannot be opened
	return use(s, v, 0, func() (int, error) { return servicedir.Number(s.dir, name, *v, 0, lowest, highest) })
}

func (s *Service) maxDeathTally() int {
	v := &s.settings.maxDeathTally
	return use(s, v, tally.Default, func() (int, error) {
		return servicedir.Number(s.dir, servicedir.MaxDeathTally, *v, tally.Default, 0, tally.Max)
	})
}

// defaults are the values before the first reading.
func defaults(style *Style) settings {
	return settings{
		downSignal:    syscall.SIGTERM,
		reloadSignal:  syscall.SIGHUP,
		maxDeathTally: tally.Default,
		timeoutFinish: time.Duration(style.FinishLimit) * time.Millisecond,
	}
}

// use keeps and returns what read says, or absent where nothing is to be read, and
// tells why it could not be used.
func use[T any](s *Service, v *T, absent T, read func() (T, error)) T {
	if s.isPlain() {
		*v = absent
		return absent
	}
	got, err := read()
	if err != nil {
		s.tellSetting(err)
	}
	*v = got
	return got
}

// tellSetting warns of a setting that cannot be used.
func (s *Service) tellSetting(err error) {
	s.tellOnce("unable to use " + err.Error() + ", keeping the value before")
}

// tellOnce warns, once for each text, of what is read again at every start.
func (s *Service) tellOnce(text string) {
	const most = 32 // that are remembered
	if slices.Contains(s.badSettings, text) {
		return
	}
	if len(s.badSettings) == most {
		s.badSettings = slices.Delete(s.badSettings, 0, 1)
	}
	s.badSettings = append(s.badSettings, text)
	s.warn(text)
}
