package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	b := options()
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer restore()
	err := b.run(ctx)
	if err != nil {
		warn(err.Error())
	}
	if err != nil || b.failed {
		os.Exit(1)
	}
}

func warn(text string) { fmt.Fprintln(os.Stderr, "bench: warning: "+text) }
