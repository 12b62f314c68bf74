package logger

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// settings are those of the default logger, in the directory set of the
// directory where it runs, and what was said about them.
type settings struct {
	bounds bounds
	stamp  setting.Stamp
	said   [len(settingNames)]string
}

// settingNames are the settings that hold while the logger runs: they are read
// again at each rotation. script is read once.
var settingNames = [...]string{"size", "count", "total", "stamp", "rate", "full"}

const scriptSetting = servicedir.Set + "/script"

// The default logger writes to a directory that everybody may read.
const (
	usualDirectory = "main"
	logsVariable   = "SV_LOG_DIR"
	everybody      = 0o755
)

// usualSettings are for the default logger where nobody has said anything.
func usualSettings() settings {
	return settings{bounds: bounds{size: 1 << 20, count: 10}, stamp: setting.UTC}
}

// set takes the text of one setting.
func (s *settings) set(name, text string) error {
	switch name {
	case "size":
		n, err := setting.ParseLogSize(text)
		if err != nil {
			return err
		}
		s.bounds.size = int64(n)
	case "count":
		n, err := setting.ParseLogCount(text)
		if err != nil {
			return err
		}
		s.bounds.count = n
	case "total":
		n, err := setting.ParseLogTotal(text)
		if err != nil {
			return err
		}
		s.bounds.total = int64(n)
	case "stamp":
		stamp, err := setting.ParseStamp(text)
		if err != nil {
			return err
		}
		s.stamp = stamp
	default:
		return s.setFlow(name, text)
	}
	return nil
}

// setFlow takes the text of a setting about what does not flow.
func (s *settings) setFlow(name, text string) (err error) {
	switch name {
	case "rate":
		var rate setting.Rate
		if rate, err = setting.ParseRate(text); err == nil {
			s.bounds.rate = rate
		}
	case "full":
		var drops bool
		if drops, err = setting.ParseFull(text); err == nil {
			s.bounds.drops = drops
		}
	}
	return err
}

// read reads all settings anew. One that is not there has its usual value; one
// that cannot be used has the last that could be, and warn is told why, once.
func (s *settings) read(home int, warn func(string)) {
	last := *s
	*s = usualSettings()
	s.said = last.said
	for i, name := range settingNames {
		path := servicedir.Set + "/" + name
		text, found, err := servicedir.ReadValue(home, path)
		var unusable *servicedir.ValueError
		if errors.As(err, &unusable) {
			err = errors.New(unusable.Reason)
		}
		if err == nil && found {
			err = s.set(name, text)
		}
		said := ""
		if err != nil {
			s.copy(name, &last)
			said = err.Error()
			if said != s.said[i] {
				warn("unable to use " + path + ": " + said + ", taking " + s.text(name))
			}
		}
		s.said[i] = said
	}
}

// copy takes one value from other settings.
func (s *settings) copy(name string, from *settings) {
	switch name {
	case "size":
		s.bounds.size = from.bounds.size
	case "count":
		s.bounds.count = from.bounds.count
	case "total":
		s.bounds.total = from.bounds.total
	case "stamp":
		s.stamp = from.stamp
	case "rate":
		s.bounds.rate = from.bounds.rate
	case "full":
		s.bounds.drops = from.bounds.drops
	}
}

// text is a value as a person would write it.
func (s *settings) text(name string) string {
	switch name {
	case "size":
		return strconv.FormatInt(s.bounds.size, 10)
	case "count":
		return strconv.Itoa(s.bounds.count)
	case "total":
		return strconv.FormatInt(s.bounds.total, 10)
	case "rate":
		if s.bounds.rate == (setting.Rate{}) {
			return "none"
		}
		return strconv.Itoa(s.bounds.rate.Lines) + "/" + s.bounds.rate.Window.String()
	case "full":
		if s.bounds.drops {
			return "drop"
		}
		return "block"
	}
	return [...]string{setting.TAI64N: "tai64n", setting.UTC: "utc", setting.Unstamped: "none"}[s.stamp]
}

// usual is the script of the default logger.
func (l *logger) usual() Script {
	l.settings = usualSettings()
	l.settings.read(l.home, l.warn)
	script, found, err := readScript(l.home)
	if err == nil && found {
		return script
	}
	if err != nil {
		l.warn("unable to use " + scriptSetting + ": " + reason(err) + ", doing without")
	}
	return Script{stamp: l.settings.stamp, mode: everybody,
		actions: []action{{kind: archive, word: l.usualPath(), bounds: l.settings.bounds.within()}}}
}

// usualPath is where the default logger writes: below the directory of all logs
// where svscan has one, by the name of the service.
func (l *logger) usualPath() string {
	root, name := l.variable(logsVariable), l.name()
	switch {
	case root == "":
		return usualDirectory
	case name == "" || name == "." || name == ".." || strings.Contains(name, "/"):
		l.warn("unable to write below " + root + ": SV_NAME is no name of a directory, writing to " + usualDirectory)
		return usualDirectory
	}
	l.root = root
	return strings.TrimRight(root, "/") + "/" + name
}

// reread reads again what bounds a directory.
func (l *logger) reread(k *sink) {
	if !l.script.given {
		l.settings.read(l.home, l.warn)
		k.bounds, l.script.stamp = l.settings.bounds.within(), l.settings.stamp
	}
	l.ration()
	k.dir.bounds = k.bounds.limited(l.quota.share)
}

// readScript reads the script that overrides all other settings: found is false
// if there is none. It does not change while the logger runs.
func readScript(home int) (script Script, found bool, err error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(home, scriptSetting, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err == unix.ENOENT || err == unix.ENOTDIR {
		return Script{}, false, nil
	}
	if err != nil {
		return Script{}, true, err
	}
	defer unix.Close(fd)
	const most = 16 << 10
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return Script{}, true, errors.New("not a regular file")
	}
	text := make([]byte, min(st.Size, most)+1)
	n, err := fifo.Retry(func() (int, error) { return unix.Read(fd, text) })
	if err != nil {
		return Script{}, true, err
	}
	if n > most {
		return Script{}, true, errors.New("longer than 16 kB")
	}
	script, err = parseLines(string(text[:n]))
	return script, true, err
}

// parseLines reads a script with one action a line. Empty lines are none.
func parseLines(text string) (Script, error) {
	words, err := setting.ParseScript(text)
	if err != nil {
		return Script{}, err
	}
	kept := words[:0]
	for _, word := range words {
		if strings.TrimSpace(word) != "" {
			kept = append(kept, word)
		}
	}
	script, err := Parse(kept)
	script.mode = everybody
	return script, err
}
