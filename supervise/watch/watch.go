package watch

import (
	"errors"
	"io"
	"os"
	"reflect"
	"time"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// What is said on standard output, a letter each.
const (
	Watches = "w" // all that was asked for is watched
	Changed = "c" // something of it has another content
)

// noInstance is how often it is tried again where the user has no inotify left.
const noInstance = time.Minute

// Run watches what set/watch in the working directory asks for until in ends, or
// until there is no set/watch any more, and says on out what has happened. say
// warns.
func Run(in io.Reader, out io.Writer, say func(text string)) error {
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, in) // how it ends does not matter
		close(ended)
	}()
	told := map[string]bool{}
	tell := func(text string) {
		if !told[text] && len(told) < maxFiles {
			told[text] = true
			say(text)
		}
	}
	watcher := newWatcher(ended, tell)
	if watcher == nil {
		return nil
	}
	defer watcher.Close() // it only reads
	t := &tree{watcher: watcher, tell: tell}
	t.begin(read(usual, tell))
	if _, err := io.WriteString(out, Watches); err != nil {
		return err
	}
	return t.run(ended, out)
}

// newWatcher tries until the user has an inotify left; nil is that nobody waits for
// it any more.
func newWatcher(ended <-chan struct{}, tell func(string)) *fsnotify.Watcher {
	for {
		watcher, err := fsnotify.NewWatcher()
		if err == nil {
			return watcher
		}
		why := servicedir.Reason(err)
		if errors.Is(err, unix.EMFILE) {
			why = "the user has too many inotify instances, raise the sysctl fs.inotify.max_user_instances"
		}
		tell("unable to watch: " + why + ", trying again")
		select {
		case <-ended:
			return nil
		case <-time.After(noInstance):
		}
	}
}

// run hears what happens, and looks when it has been quiet.
func (t *tree) run(ended <-chan struct{}, out io.Writer) error {
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	b := burst{}
	note := func() {
		b.quiet = t.rules.quiet
		b.note(time.Now())
		at, _ := b.due()
		quiet.Reset(time.Until(at))
	}
	for {
		select {
		case <-ended:
			return nil
		case ev, ok := <-t.watcher.Events:
			if !ok {
				return fsnotify.ErrClosed
			}
			if t.heard(ev) {
				note()
			}
		case err := <-t.watcher.Errors:
			if errors.Is(err, fsnotify.ErrEventOverflow) {
				t.all = true
				note()
			}
		case <-quiet.C:
			b.end()
			if t.check() {
				if _, err := io.WriteString(out, Changed); err != nil {
					return err
				}
			}
			if gone := t.readAgain(); gone {
				return nil
			}
		}
	}
}

// readAgain reads set/watch again where it was touched, and says whether it is not
// there any more.
func (t *tree) readAgain() (gone bool) {
	if !t.reload {
		return false
	}
	t.reload = false
	if _, err := os.Stat(servicedir.Watch); errors.Is(err, os.ErrNotExist) {
		return true
	}
	if r := read(t.rules, t.tell); !reflect.DeepEqual(r, t.rules) {
		t.begin(r)
	}
	return false
}
