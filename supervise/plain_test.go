package supervise

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// isPlainNow is isPlain when something has happened.
func (s *Service) isPlainNow() bool {
	s.plain.looked = false
	return s.isPlain()
}

// rest waits until its directory was listed.
func (s *Service) rest(t *testing.T) {
	t.Helper()
	give := time.After(fresh + 20*time.Second)
	for s.isPlainNow(); s.plain.ctime == (unix.Timespec{}); s.isPlainNow() {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-give:
			t.Fatal("a directory that has rested was not listed")
		}
	}
}

// A directory that has rested is plain until it changes, and again later if nothing
// has come that counts.
func TestPlain(t *testing.T) {
	t.Parallel()
	var services []*Service
	extras := []string{"", servicedir.Finish, "Finish", servicedir.Set, servicedir.Event, servicedir.NotificationFD}
	put := func(s *Service, name string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(s.home, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range extras {
		s := &Service{home: t.TempDir()}
		put(s, "run")
		var err error
		if s.dir, err = openDir(s.home); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(s.dir)
		if !s.tellsChanges() {
			t.Skip("the file system of " + s.home + " is none that is relied on")
		}
		if s.isPlainNow() {
			t.Error("a directory is plain that has just changed")
		}
		services = append(services, s)
	}
	for i, s := range services {
		if s.rest(t); !s.isPlainNow() {
			t.Error("a directory with run alone is not plain")
		}
		if put(s, "data"); extras[i] != "" {
			put(s, extras[i])
		}
		if s.isPlainNow() || !s.has("data") || s.has("other") {
			t.Error("a directory is plain that has changed, or what is in it is not seen, or what is not")
		}
	}
	for i, s := range services {
		if s.rest(t); s.isPlainNow() != (extras[i] == "") {
			t.Errorf("got plain %v with %q", s.isPlainNow(), extras[i])
		}
	}
}
