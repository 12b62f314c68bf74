package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	briefLife   = 1200 * time.Millisecond // more than a restart waits for
	finishTakes = 10 * time.Millisecond
	refuseTakes = 5 * time.Millisecond
	redialAfter = 20 * time.Millisecond
)

// forever waits for the signal that ends the process.
func forever() {
	for {
		_, _ = unix.Ppoll(nil, nil, nil) // only a signal ends it
	}
}

func plain(string) {
	begin()
	forever()
}

func brief(string) {
	begin()
	<-time.After(briefLife)
}

func serve(string) {
	begin()
	const socket = "socket"
	_ = os.Remove(socket) // of the last run
	listener, err := net.Listen("unix", socket)
	check(err)
	for {
		conn, err := listener.Accept()
		check(err)
		go func() { _, _ = io.Copy(io.Discard, conn) }() // as long as the client stays
	}
}

func connect(string) {
	begin()
	socket := "../" + os.Args[2] + "/socket"
	for {
		if conn, err := net.Dial("unix", socket); err == nil {
			_, _ = io.Copy(io.Discard, conn) // until the server ends
			_ = conn.Close()                 // nothing was written
		}
		<-time.After(redialAfter)
	}
}

func deaf(string) {
	signal.Ignore(syscall.SIGTERM)
	begin()
	forever()
}

// fork starts its child before it has the lock, which the child would share
// until it has executed its program.
func fork(string) {
	child := exec.Command("/proc/self/exe", "leaf")
	check(child.Start())
	begin()
	_ = child.Wait() // it ends when the group is ended
	forever()
}

func leaf(string) {
	hold("leaf", "lock.leaf")
	forever()
}

func ready(string) {
	begin()
	fd := os.NewFile(3, "notification-fd")
	_, err := fd.WriteString("\n")
	check(err)
	check(fd.Close())
	forever()
}

func dressed(string) {
	const umask = 0o027
	if old := unix.Umask(umask); old != umask || os.Getenv("DRESS") != "black" {
		complain("start", "run was started without what set asks for")
	}
	plain("")
}

// finish is to follow each run, so it holds the same lock.
func finish(string) {
	hold("finish", "lock.run")
	pid := "0" // of a suite that does not tell
	if len(os.Args) > 5 {
		pid = os.Args[5]
	}
	note("finish %s", pid)
	<-time.After(finishTakes)
}

func refuse(string) {
	<-time.After(refuseTakes)
	os.Exit(1)
}
