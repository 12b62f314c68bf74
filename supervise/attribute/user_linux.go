package attribute

import (
	"errors"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// readUser finds out who the service is to be, once: placeholders ask for it
// before its turn.
func (s *start) readUser() error {
	if s.identity.known {
		return nil
	}
	who, err := s.wanted()
	if err != nil {
		return unusable(s.userFrom(), err)
	}
	s.identity = who
	return nil
}

// userFrom is where the user is named.
func (s *start) userFrom() string {
	if s.options.User != "" {
		return "-u"
	}
	return "set/user"
}

func (s *start) wanted() (identity, error) {
	value := option[string]{s.options.User, s.options.User != ""}
	switch {
	case s.unbound:
		return whoWeAre()
	case !value.given:
		var err error
		if value, err = s.line("user"); err != nil {
			return identity{}, err
		}
	}
	if !value.given {
		return whoWeAre()
	}
	u, err := setting.ParseUser(value.value)
	if err != nil {
		return identity{}, err
	}
	return lookUp(u)
}

// whoWeAre is for those who do not ask for a user; %u and %g want names.
func whoWeAre() (identity, error) {
	uid, gid := strconv.Itoa(unix.Geteuid()), strconv.Itoa(unix.Getegid())
	who, err := lookUp(setting.User{Name: uid, Groups: []string{gid}})
	if err != nil { // without /etc the numbers are all that is known
		who = numeric(setting.User{Name: uid, Groups: []string{gid}})
	}
	who.change = false
	return who, nil
}

func (s *start) changeUser() error {
	if !s.identity.change || s.identity.isOurs() {
		return nil
	}
	s.lendOutput()
	s.lendExport()
	if err := s.takeOn(&s.identity); err != nil {
		return unusable(s.userFrom(), err)
	}
	return nil
}

// takeOn takes on the user: groups first, because that needs root. All is read
// back: an identity that was not taken on whole is none.
func (s *start) takeOn(who *identity) error {
	if s.capabilities.given && who.uid != 0 {
		if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
			return err
		}
	}
	if err := unix.Setgroups(who.groups); err != nil {
		return err
	}
	if err := setThree(unix.SYS_SETRESGID, who.gid); err != nil {
		return err
	}
	if err := setThree(unix.SYS_SETRESUID, who.uid); err != nil {
		return err
	}
	if !who.taken() || !sameGroups(who.groups) {
		return errors.New("the system did not take it on")
	}
	if who.uid == 0 {
		return nil
	}
	if err := s.lowerCapabilities(); err != nil {
		return err
	}
	if setThree(unix.SYS_SETRESUID, 0) == nil {
		return errors.New("root could be taken back")
	}
	return nil
}

// setThree sets the real, effective and saved id of this thread. The functions
// of package syscall do it for all threads, by a signal to each.
func setThree(call uintptr, id int) error {
	if _, _, errno := unix.RawSyscall(call, uintptr(id), uintptr(id), uintptr(id)); errno != 0 {
		return errno
	}
	return nil
}

// taken says that the ids of this thread are those of who.
func (who *identity) taken() bool {
	ruid, euid, suid := unix.Getresuid()
	rgid, egid, sgid := unix.Getresgid()
	return ruid == who.uid && euid == who.uid && suid == who.uid && rgid == who.gid && egid == who.gid && sgid == who.gid
}

// isOurs says that there is nothing to change, so that a service with its own
// user starts where nobody may change users. Groups by login may differ then,
// as those of a shell may.
func (who *identity) isOurs() bool {
	switch {
	case !who.taken():
		return false
	case !who.exact && who.uid != 0:
		return true
	}
	return sameGroups(who.groups) || slices.Equal(who.groups, []int{who.gid}) && sameGroups(nil)
}

func sameGroups(want []int) bool {
	got, err := unix.Getgroups()
	slices.Sort(got)
	want = slices.Clone(want)
	slices.Sort(want)
	return err == nil && slices.Equal(slices.Compact(got), slices.Compact(want))
}
