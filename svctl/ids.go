package svctl

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svctl/ids"
	"github.com/svdir/svdir/svscan/scandir"
)

// IDs is what is to be given out.
type IDs struct {
	Pool ids.Pool
	// Users: users and their groups, by set/user; else ports, by set/ports.
	Users bool
	// Port is the only item of set/ports that gets one, made if it is not there; empty:
	// all that are there.
	Port   string
	Lax    bool // who cannot have any gets none
	DryRun bool // nothing is written
}

// ID is a number that a service has got.
type ID struct {
	Setting string // ports/http
	Value   string // that it has now: 5003, :700:700
	Was     string // what stood there, if that was another
	Changed bool   // it was written, or would be
}

// Most is the largest number that there is.
func (w *IDs) Most() int {
	if w.Users {
		return 1<<31 - 1
	}
	return 1<<16 - 1
}

// Give gives a service of a scan directory after the other its numbers, and notes them,
// before any is written, in .svscan/ids. Of each it returns what it has got, or why it
// cannot have any.
func (w *IDs) Give(scan string, services []Target) ([][]ID, []error, error) {
	all, refused := make([][]ID, len(services)), make([]error, len(services))
	var asked []string
	for i, t := range services {
		if all[i], refused[i] = w.settings(t); refused[i] != nil {
			continue
		}
		for _, id := range all[i] {
			asked = append(asked, w.owner(t, id.Setting))
		}
	}
	if asked == nil {
		return all, refused, nil
	}
	unlock, err := w.lock(scan)
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	given, err := w.choose(scan, asked)
	if err != nil {
		return nil, nil, err
	}
	for i, t := range services {
		if refused[i] == nil {
			refused[i] = w.write(t, all[i], given)
		}
	}
	return all, refused, nil
}

// choose finds a number for each who asks, and writes that down.
func (w *IDs) choose(scan string, asked []string) (map[string]int, error) {
	book, err := readBook(scan)
	if err != nil {
		return nil, err
	}
	r := ids.Request{Pool: w.Pool, Asked: asked, Foreign: func(int) bool { return false }}
	if w.Users {
		r.Foreign = isAccount
	}
	if r.Standing, err = w.standing(scan); err != nil {
		return nil, err
	}
	for _, owner := range asked {
		r.Standing[owner] += 0 // one that has none yet
	}
	given, err := book.Of(w.kind()).Give(&r)
	if err != nil {
		return nil, &Problem{"give", w.kind() + "s in " + scan, err.Error(), ErrNo}
	}
	if !w.DryRun {
		err = writeBook(scan, book)
	}
	return given, err
}

// write writes the numbers that a service has got.
func (w *IDs) write(t Target, all []ID, given map[string]int) error {
	for i := range all {
		id := &all[i]
		id.Value = strconv.Itoa(given[w.owner(t, id.Setting)])
		if w.Users {
			id.Value = ":" + id.Value + ":" + id.Value
		}
		if id.Changed = id.Was != id.Value; !id.Changed {
			id.Was = ""
		}
		if !id.Changed || w.DryRun {
			continue
		}
		change, err := ParseChange(id.Setting + "=" + id.Value)
		if err == nil {
			err = Set(t, []Change{change})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// settings are those of a service that are to get a number.
func (w *IDs) settings(t Target) ([]ID, error) {
	refuse := func(why string) ([]ID, error) {
		if w.Lax {
			return nil, nil
		}
		return nil, &Problem{"give", w.kind() + " of " + t.Name, why, ErrUsage}
	}
	switch {
	case t.Scan == "" || t.Removed || t.IsLogger() || filepath.Base(t.Name) != filepath.Base(t.Defined):
		return refuse("only the services of a scan directory have one, by their names there")
	case strings.ContainsFunc(t.Name, isControl):
		return refuse("control characters in the name")
	case w.Users:
		was := line(filepath.Join(t.Defined, userPath))
		if _, ok := numberOf(was); !ok && was != "" {
			return refuse("set/user is " + Show(was) + ", and not one number for user and group, as :700:700")
		}
		return []ID{{Setting: "user", Was: was}}, nil
	}
	names := items(t, servicedir.Ports)
	if w.Port != "" {
		names = []string{w.Port}
	}
	if names == nil {
		return refuse("it has no set/ports: name one, as --port=http")
	}
	var all []ID
	for _, name := range names {
		if err := setting.CheckPortName(name); err != nil {
			return refuse(Show(name) + ": " + err.Error())
		}
		all = append(all, ID{Setting: "ports/" + name, Was: line(filepath.Join(t.Defined, servicedir.Ports, name))})
	}
	return all, nil
}

func (w *IDs) kind() string {
	if w.Users {
		return "user"
	}
	return "port"
}

// owner is who has a number, as the book knows it: web/http, or web.
func (w *IDs) owner(t Target, setting string) string {
	owner := filepath.Base(t.Defined)
	if !w.Users {
		owner += strings.TrimPrefix(setting, "ports")
	}
	return owner
}

// standing is what all services of a scan directory have in their settings.
func (w *IDs) standing(scan string) (map[string]int, error) {
	all, err := list(scan)
	if err != nil {
		return nil, err
	}
	numbers := map[string]int{}
	for _, t := range all {
		if w.Users {
			numbers[w.owner(t, "")], _ = numberOf(line(filepath.Join(t.Defined, userPath)))
			continue
		}
		for _, name := range items(t, servicedir.Ports) {
			port, _ := setting.ParsePort(line(filepath.Join(t.Defined, servicedir.Ports, name))) // 0 where it is none
			numbers[w.owner(t, "ports/"+name)] = port
		}
	}
	return numbers, nil
}

// numberOf is the number that stands for user and group in a set/user.
func numberOf(text string) (int, bool) {
	u, err := setting.ParseUser(text)
	if err != nil || !u.Numeric || len(u.Groups) != 1 || u.Groups[0] != u.Name {
		return 0, false
	}
	return setting.ID(u.Name)
}

// isAccount says that the machine knows a user or group of this number.
func isAccount(n int) bool {
	_, err := user.LookupId(strconv.Itoa(n))
	_, err2 := user.LookupGroupId(strconv.Itoa(n))
	return err == nil || err2 == nil
}

// lock has others who give out numbers in this scan directory wait.
func (w *IDs) lock(scan string) (unlock func(), err error) {
	if w.DryRun {
		return func() {}, nil
	}
	dir := filepath.Join(scan, scandir.Dir)
	if bad, err := makeDirs(scan, dir); err != nil {
		return nil, problem("make", dir, bad, err)
	}
	fd, err := open(dir, unix.O_RDONLY|unix.O_DIRECTORY)
	if err == nil {
		_, err = fifo.Retry(func() (int, error) { return 0, unix.Flock(fd, unix.LOCK_EX) })
	}
	if err != nil {
		return nil, problem("lock", dir, dir, err)
	}
	return func() { _ = unix.Close(fd) }, nil
}

// userPath is the setting that says who a service is.
const userPath = servicedir.Set + "/user"

func bookPath(scan string) string { return filepath.Join(scan, scandir.Dir, scandir.IDs) }

func readBook(scan string) (ids.Book, error) {
	text, err := os.ReadFile(bookPath(scan))
	if errors.Is(err, fs.ErrNotExist) {
		return ids.Book{}, nil
	}
	if err != nil {
		return nil, problem("read", bookPath(scan), bookPath(scan), err)
	}
	book, err := ids.Unpack(string(text))
	if err != nil {
		return nil, &Problem{"read", bookPath(scan), err.Error() + ": mend it, or remove it and lose what was given to services that are gone", err}
	}
	return book, nil
}

func writeBook(scan string, book ids.Book) error {
	path := bookPath(scan)
	if err := replace(path, strings.NewReader(book.Pack()), false); err != nil {
		return problem("write", path, filepath.Dir(path), err)
	}
	return keep("write", path, filepath.Dir(path))
}
