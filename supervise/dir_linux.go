package supervise

import (
	"bytes"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
)

func openDir(path string) (int, error) {
	return fifo.Retry(func() (int, error) {
		return quiet.Openat(unix.AT_FDCWD, path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

// dirPath is a path of the directory behind fd that children can change to
// whatever became of the name, as if we had changed there at the beginning.
// Without /proc it is the name after all.
func dirPath(fd int, name string) string {
	p := "/proc/self/fd/" + strconv.Itoa(fd)
	if unix.Access(p, unix.F_OK) == nil {
		return p
	}
	return name
}

// path is where name of this service is, for people.
func (s *Service) path(name string) string { return s.home + "/" + name }

// workingDir is for those without a scan directory.
//
//go:noinline
func workingDir() string {
	var buf [unix.PathMax]byte
	n, err := unix.Getcwd(buf[:])
	if err != nil || n < 1 {
		return "."
	}
	return string(buf[:n-1])
}

// processUmask reads the umask without changing it; all of it if it cannot.
func processUmask() uint32 {
	var buf [128]byte // it is the second line
	text := proc.Read("/proc/self/status", buf[:])
	_, digits, found := bytes.Cut(text, []byte("\nUmask:\t"))
	if !found {
		return 0o777
	}
	mask := uint32(0)
	for _, c := range digits {
		if c < '0' || c > '7' {
			break
		}
		mask = mask*8 + uint32(c-'0')
	}
	return mask
}
