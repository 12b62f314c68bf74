package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// monotonic is the clock by which the services say when they started.
func monotonic() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // cannot fail
	return time.Duration(now.Nano())
}
