package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// start is one start of a service, as it told us itself.
type start struct {
	name string
	pid  int
	at   time.Duration // of the monotonic clock
}

// starts is the FIFO to which every service writes its start.
type starts struct {
	path   string
	file   *os.File
	reader *bufio.Reader
}

// listen makes the FIFO in dir. When ctx ends, whoever reads it gets an error.
func listen(ctx context.Context, dir string) (*starts, error) {
	path := filepath.Join(dir, "starts")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		return nil, err
	}
	// Open for both, it has always a writer and so never ends.
	file, err := os.OpenFile(path, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { _ = file.Close() }) // nothing was written
	return &starts{path, file, bufio.NewReader(file)}, nil
}

// next is the next start, or os.ErrDeadlineExceeded.
func (s *starts) next(deadline time.Time) (start, error) {
	if err := s.file.SetReadDeadline(deadline); err != nil {
		return start{}, err
	}
	line, err := s.reader.ReadString('\n')
	if err != nil {
		return start{}, err
	}
	var got start
	_, err = fmt.Sscan(line, &got.name, &got.pid, (*int64)(&got.at))
	return got, err
}
