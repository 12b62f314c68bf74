package tests

import (
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// Under nohup HUP is ignored, and so it is in all that a test starts: unless
// the test itself catches it.
func init() {
	if strings.HasSuffix(os.Args[0], ".test") {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
	}
}
