package svscan

import (
	"strings"

	"github.com/svdir/svdir/fifo"

	"golang.org/x/sys/unix"
)

// maxLinks is how many symbolic links the kernel follows.
const maxLinks = 40

// absolute is path seen from the working directory, without its dots.
func absolute(path string) (string, error) {
	if path[0] != '/' {
		dir, err := unix.Getwd()
		if err != nil {
			return "", err
		}
		path = dir + "/" + path
	}
	var clean strings.Builder
	for _, part := range strings.Split(path, "/") {
		if part != "" && part != "." { // .. stays: it may follow a symbolic link
			clean.WriteString("/" + part)
		}
	}
	if clean.Len() == 0 {
		return "/", nil
	}
	return clean.String(), nil
}

// follow walks the absolute path as the kernel does. It returns each symbolic
// link on it, and the last directory that exists: when the whole path does,
// what it leads to.
func follow(path string) (links []string, last string) {
	rest := strings.Split(path, "/")
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		if part == "" || part == "." {
			continue
		}
		next := last + "/" + part
		target, err := readlink(next)
		switch {
		case err == unix.EINVAL: // no link: last has none in it, so .. means what it says
			last = next
		case err != nil:
			return links, last + "/"
		case len(links) == maxLinks:
			return links, last + "/"
		default:
			links = append(links, next)
			if target[0] == '/' {
				last = ""
			}
			rest = append(strings.Split(target, "/"), rest...)
		}
	}
	return links, last + "/"
}

func readlink(path string) (string, error) {
	var target [unix.PathMax]byte
	n, err := fifo.Retry(func() (int, error) { return unix.Readlink(path, target[:]) })
	return string(target[:max(n, 0)]), err
}
