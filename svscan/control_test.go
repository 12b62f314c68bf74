package svscan

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// xLine says that an X begins a line.
func xLine(b byte) bool { return b == 'X' }

func TestNextMessage(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"", nil},
		{"at", []string{"a", "t"}},
		{"\n\x00a", []string{"\n", "\x00", "a"}},
		{"X\na", []string{"X", "a"}},
		{"aX 0 at\nt", []string{"a", "X 0 at", "t"}},
		{"aX 0 at", []string{"a"}},
	} {
		var got []string
		for text := []byte(c.text); len(text) > 0; {
			var message []byte
			if message, text = nextMessage(text, xLine); len(message) > 0 {
				got = append(got, string(message))
			}
		}
		if len(got) != len(c.want) {
			t.Fatalf("%q: got %q; want %q", c.text, got, c.want)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%q: got %q; want %q", c.text, got, c.want)
			}
		}
	}
}

func FuzzNextMessage(f *testing.F) {
	f.Add([]byte("aX 0 12\nt"))
	f.Add([]byte("X"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for len(text) > 0 {
			message, rest := nextMessage(text, xLine)
			switch {
			case len(rest) >= len(text):
				t.Fatalf("%q: got the rest %q; want less", text, rest)
			case len(message) > 1 && (message[0] != 'X' || bytes.IndexByte(message, '\n') >= 0):
				t.Fatalf("%q: got message %q; want a byte, or a line", text, message)
			case message == nil && (text[0] != 'X' || len(rest) > 0):
				t.Fatalf("%q: got no message; want one", text)
			}
			text = rest
		}
	})
}

// order writes to the control FIFO, as soon as somebody reads it.
func (tr *tree) order(letters string) {
	tr.t.Helper()
	var f *os.File
	var err error
	tr.await(func() bool {
		f, err = os.OpenFile(tr.scan+"/.svscan/control", os.O_WRONLY|unix.O_NONBLOCK, 0)
		return err == nil
	})
	tr.must(err)
	defer f.Close()
	_, err = f.WriteString(letters)
	tr.must(err)
}

func TestControl(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	if st, err := os.Stat(tr.scan + "/.svscan/control"); err != nil || st.Mode() != os.ModeNamedPipe|0o600 {
		t.Fatalf("got mode %v, %v; want a FIFO of mode 0600", st.Mode(), err)
	}
	tr.order("?\n\x00a")
	tr.expect("letters a L")
	tr.order("t")
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
	if f, err := os.OpenFile(tr.scan+"/.svscan/control", os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
		f.Close()
		t.Error("somebody reads control after the end")
	}
}

// TestControlMoves replaces the scan directory: control is where the lock is.
func TestControlMoves(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	tr.must(os.Rename(tr.scan, tr.top+"/old"))
	tr.must(os.MkdirAll(tr.top+"/fresh", 0o755))
	tr.must(os.Symlink(tr.sv("b"), tr.top+"/fresh/b"))
	tr.must(os.Rename(tr.top+"/fresh", tr.scan))
	tr.expectAny("supervise b", "stop a")
	if f, err := os.OpenFile(tr.top+"/old/.svscan/control", os.O_WRONLY|unix.O_NONBLOCK, 0); err == nil {
		f.Close()
		t.Error("somebody reads control of the old directory")
	}
	tr.order("t")
	tr.expect("stop b")
	tr.exits(0)
}

// TestControlUnusable goes on without.
func TestControlUnusable(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.write(tr.scan + "/.svscan/control")
	tr.link("a")
	tr.boot("svscan", tr.scan)
	tr.warned("svscan: warning: unable to open " + tr.scan + "/.svscan/control: not a FIFO (remove it), going on without\n")
	tr.expect("supervise a")
	tr.signal(unix.SIGTERM)
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}
