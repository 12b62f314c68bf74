// Service is the service of the bench, and its logger, where there is no C
// compiler: see service.c, which says what it does and why it is better in C.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

func main() {
	var now unix.Timespec
	check(unix.ClockGettime(unix.CLOCK_MONOTONIC, &now))
	cwd, err := os.Getwd()
	check(err)
	name := filepath.Base(cwd)
	if name == "log" {
		words := strings.Fields(os.Getenv("LOGGER"))
		logger, err := exec.LookPath(words[0])
		check(err)
		check(syscall.Exec(logger, words, os.Environ()))
	}
	starts, err := os.OpenFile(os.Getenv("STARTS"), os.O_WRONLY, 0)
	check(err)
	_, err = fmt.Fprintf(starts, "%s %d %d\n", name, os.Getpid(), now.Nano())
	check(err)
	fmt.Println("started")
	if os.Getenv("DIES") != "" {
		os.Exit(1)
	}
	for {
		_, _ = unix.Ppoll(nil, nil, nil) // only a signal ends it
	}
}

func check(err error) {
	if err != nil {
		os.Exit(111)
	}
}
