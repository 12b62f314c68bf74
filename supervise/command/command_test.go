package command

import (
	"bytes"
	"os"
	"syscall"
	"testing"
)

// The letters of the three suites, and ours, with the signal that each sends.
var known = map[string]syscall.Signal{
	"u": 0, "d": 0, "o": 0, "x": 0,
	"p": syscall.SIGSTOP, "c": syscall.SIGCONT, "h": syscall.SIGHUP, "a": syscall.SIGALRM,
	"i": syscall.SIGINT, "t": syscall.SIGTERM, "k": syscall.SIGKILL,
	"q": syscall.SIGQUIT, "1": syscall.SIGUSR1, "2": syscall.SIGUSR2,
	"b": syscall.SIGABRT, "y": syscall.SIGWINCH, "r": 0, "l": 0,
	"P": syscall.SIGSTOP, "C": syscall.SIGCONT, "K": syscall.SIGKILL,
	"D": 0, "U": 0, "O": 0, "Q": 0,
	"T": 0, "L": 0, "G": 0, "R": 0, "A": 0,
}

func TestUnpack(t *testing.T) {
	for b := range 256 {
		letter := string([]byte{byte(b)})
		signal, is := known[letter]
		info, ok := Unpack(byte(b))
		if ok != is {
			t.Errorf("Unpack(%q) is a letter: %v; want %v", letter, ok, is)
			continue
		}
		if !ok {
			continue
		}
		if string(info.Letter) != letter || info.Signal != signal {
			t.Errorf("Unpack(%q) is %c with signal %d; want signal %d", letter, info.Letter, info.Signal, signal)
		}
		if group := letter == "P" || letter == "C" || letter == "K"; info.Group != group {
			t.Errorf("Unpack(%q) is for the group: %v; want %v", letter, info.Group, group)
		}
	}
}

// Each letter and each word is there once.
func TestLetters(t *testing.T) {
	words, letters := map[string]bool{}, map[Letter]bool{}
	for _, in := range Letters {
		if in.Word == "" || words[in.Word] || letters[in.Letter] {
			t.Errorf("letter %c, word %q: empty or twice", in.Letter, in.Word)
		}
		words[in.Word], letters[in.Letter] = true, true
	}
	if len(Letters) != len(known) {
		t.Errorf("got %d letters; want %d", len(Letters), len(known))
	}
}

// The page has a line for each letter, in this order.
func TestPageIsWhole(t *testing.T) {
	text, err := os.ReadFile("svcontrol.5")
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range Letters {
		line := "\n.It " + string(rune(in.Letter)) + " Ta "
		_, after, found := bytes.Cut(text, []byte(line))
		if !found {
			t.Errorf("no letter %c in svcontrol.5, or not in the order of Letters", in.Letter)
			continue
		}
		text = append([]byte("\n"), after...)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("ud"))
	f.Add([]byte("xk\x00\xff\n"))
	f.Fuzz(func(t *testing.T, flood []byte) {
		for _, b := range flood {
			if info, ok := Unpack(b); ok && info.Letter != Letter(b) || !ok && info != (Info{}) {
				t.Errorf("Unpack(%q) is %+v, %v", b, info, ok)
			}
		}
	})
}
