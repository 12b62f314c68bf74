//go:build !amd64 && !arm64

package fifo

import (
	"os"
	"os/signal"
	"syscall"
)

// children is how a Poller hears of CHLD: it comes in heaps, so it has a channel of
// its own, where it hides no other signal.
type children struct{ died chan os.Signal }

// hush does nothing: the runtime would not hear of CHLD any more after that.
func (c *children) hush() {}

// hear has Wait tell of CHLD from now on.
func (c *children) hear(p *Poller) {
	if c.died != nil {
		return
	}
	c.died = make(chan os.Signal, 1)
	signal.Notify(c.died, syscall.SIGCHLD)
	go func(died <-chan os.Signal) {
		for range died {
			p.wake(syscall.SIGCHLD)
		}
	}(c.died)
}

// deafen ends it. What comes now is not heard.
func (c *children) deafen() {
	if c.died != nil {
		signal.Stop(c.died)
		close(c.died) // Stop promises that nobody sends any more
		c.died = nil
	}
}
