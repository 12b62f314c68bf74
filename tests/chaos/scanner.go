package chaos

import (
	"sync"
	"syscall"
	"time"
)

// restless is how soon svscan must not end again, or it is started with a pause
// of as much.
const restless = 100 * time.Millisecond

// keeper keeps svscan running, as init would.
type keeper struct {
	start func() (int, <-chan syscall.WaitStatus, error)

	mu     sync.Mutex
	now    int  // its pid, 0 between two
	leaves bool // it is not started again
	gone   chan struct{}
	last   syscall.WaitStatus // of the one that left
}

// keep starts svscan, and starts it again until it was told to leave.
func (k *keeper) keep() {
	k.gone = make(chan struct{})
	go func() {
		defer close(k.gone)
		for {
			began := time.Now()
			k.mu.Lock()
			if k.leaves {
				k.mu.Unlock()
				return
			}
			pid, wait, err := k.start()
			k.now = pid
			k.mu.Unlock()
			if err == nil {
				status := <-wait
				k.mu.Lock()
				k.now, k.last = 0, status
				k.mu.Unlock()
			}
			if time.Since(began) < restless {
				<-time.After(restless)
			}
		}
	}()
}

// pid of svscan, 0 if there is none at this instant.
func (k *keeper) pid() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now
}

// leave sends svscan the signal that ends it, and says whether it has ended
// within limit, and how.
func (k *keeper) leave(sig syscall.Signal, limit time.Duration) (syscall.WaitStatus, bool) {
	k.mu.Lock()
	k.leaves = true
	if k.now != 0 {
		_ = syscall.Kill(k.now, sig) // it is not yet reaped, so it is there
	}
	k.mu.Unlock()
	select {
	case <-k.gone:
	case <-time.After(limit):
		return 0, false
	}
	return k.last, true
}
