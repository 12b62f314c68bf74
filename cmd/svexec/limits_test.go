package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// D5: nice, ionice, limits.
func TestPriorities(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		p := as(plant(t, map[string]string{"set/nice": "7\n", "set/oom-score": "300\n"}))
		for value, want := range map[string]uintptr{"best-effort:6": 2<<13 | 6, "best-effort": 2<<13 | 4, "idle": 3 << 13, "none": 0} {
			p.put("set/ionice", value)
			s := p.runs()
			const whoProcess = 1
			got, _, errno := unix.Syscall(unix.SYS_IOPRIO_GET, whoProcess, uintptr(s.pid), 0)
			// What is none may be shown as the class that follows from nice.
			if errno != 0 || got != want && want != 0 {
				t.Errorf("%s: got I/O priority %#x, %v; want %#x", value, got, errno, want)
			}
			const nice = 19
			if got := s.stat(nice); got != 7 {
				t.Errorf("got nice %d; want 7", got)
			}
			if got := s.proc("oom_score_adj"); got != "300\n" {
				t.Errorf("got oom_score_adj %q; want 300", got)
			}
		}
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		p := as(plant(t, nil))
		hard := map[string]string{}
		for key, limit := range p.runs().limits() {
			hard[key] = limit[1]
		}
		for file, want := range map[string]struct{ text, name, soft, hard string }{
			"nofile":     {"100:200\n", "Max open files", "100", "200"},
			"core":       {"0\n", "Max core file size", "0", ""},
			"as":         {"1G:2G", "Max address space", "1073741824", "2147483648"},
			"cpu":        {"3600:unlimited", "Max cpu time", "3600", "unlimited"},
			"data":       {"512M", "Max data size", "536870912", ""},
			"fsize":      {"1k:1M", "Max file size", "1024", "1048576"},
			"stack":      {"1M", "Max stack size", "1048576", ""},
			"memlock":    {"0:0", "Max locked memory", "0", "0"},
			"nproc":      {"50:60", "Max processes", "50", "60"},
			"rss":        {"1T", "Max resident set", "1099511627776", ""},
			"locks":      {"3", "Max file locks", "3", ""},
			"msgqueue":   {"1000", "Max msgqueue size", "1000", ""},
			"sigpending": {"99:99", "Max pending signals", "99", "99"},
			"nice":       {"0", "Max nice priority", "0", ""},
			"rtprio":     {"0", "Max realtime priority", "0", ""},
			"rttime":     {"5000", "Max realtime timeout", "5000", ""},
		} {
			if want.hard == "unlimited" && hard[want.name] != "unlimited" {
				continue // this machine does not give as much
			}
			if want.hard == "" {
				want.hard = hard[want.name]
			}
			must(t, os.RemoveAll(p.path("set/limits")))
			p.put("set/limits/"+file, want.text)
			if got := p.runs().limits()[want.name]; got != [2]string{want.soft, want.hard} {
				t.Errorf("%s: got %v; want %s:%s", file, got, want.soft, want.hard)
			}
		}
	})
}

// limits are those of the process, soft and hard, by their names there.
func (s *started) limits() map[string][2]string {
	const width = 26
	all := map[string][2]string{}
	for line := range strings.Lines(s.proc("limits")) {
		f := strings.Fields(line[width:])
		all[strings.TrimSpace(line[:width])] = [2]string{f[0], f[1]}
	}
	return all
}

// What is not set is as svexec inherited it, though its runtime had more
// descriptors meanwhile.
func TestLimitsThatAreInherited(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/umask": "022", "set/prepare": "#!/bin/sh\nulimit -Sn; ulimit -Hn\n"})
	p.args = []string{"--", "sh", "-c", "ulimit -Sn; ulimit -Hn"}
	for limits, want := range map[string]string{"": "77\n99\n77\n99\n", "stack": "77\n99\n77\n99\n", "nofile": "77\n99\n66\n99\n"} {
		must(t, os.RemoveAll(p.path("set/limits")))
		if limits != "" {
			p.put("set/limits/"+limits, map[string]string{"stack": "1M", "nofile": "66"}[limits])
		}
		cmd := exec.Command("sh", append([]string{"-c", `ulimit -Sn 77; ulimit -Hn 99; exec "$0" "$@"`, program}, p.args...)...)
		cmd.Dir, cmd.Env = p.dir, append([]string{called}, p.env...)
		if got, err := cmd.CombinedOutput(); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v; want %q", limits, got, err, want)
		}
	}
}

// A limit of memory is for the program: it may be far below what svexec has.
func TestLimitsOfMemory(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/limits/data": "1k:1k", "set/limits/nofile": "0"})
	p.env = append(p.env, "LARGE="+strings.Repeat("x", 100000), "LARGE2="+strings.Repeat("x", 100000))
	for range 60 {
		// The program itself cannot get that far, which is its affair.
		if s := p.start("/bin/true"); s.report != "\n" {
			t.Fatalf("got %q, %s; want a start", s.report, s.said)
		}
	}
	for range 60 {
		p.refused("unable to start missing: no such file", "./missing")
	}
}

// What a logger reads has the size that is asked for, each of its pipes.
func TestPipe(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/pipe": "256k"})
	fifo := p.path("fifo")
	must(t, unix.Mkfifo(fifo, 0o600))
	pipe, err := os.OpenFile(fifo, os.O_RDWR, 0)
	must(t, err)
	defer pipe.Close()
	size := func() int {
		n, err := unix.FcntlInt(pipe.Fd(), unix.F_GETPIPE_SZ, 0)
		must(t, err)
		return n
	}
	run := func(env, redirection string) string {
		cmd := exec.Command("/bin/sh", "-c", env+` exec "$0" true `+redirection, program)
		cmd.Dir, cmd.Env = p.dir, append([]string{called}, p.env...)
		out, _ := cmd.CombinedOutput() // what went wrong is in it
		return string(out)
	}
	before := size()
	if said := run("", "3<fifo </dev/null"); said != "" || size() != before {
		t.Errorf("got %q, a size of %d; want %d of what nobody names", said, size(), before)
	}
	if said := run("", "<fifo"); said != "" || size() != 256<<10 {
		t.Errorf("got %q, a size of %d of standard input; want 256k", said, size())
	}
	p.put("set/pipe", "128k")
	if said := run("SV_PIPE_NAMES='a b'", "4<fifo </dev/null"); said != "" || size() != 128<<10 {
		t.Errorf("got %q, a size of %d of what is named; want 128k", said, size())
	}
	_, err = pipe.Write(make([]byte, 100<<10))
	must(t, err)
	p.put("set/pipe", "4096")
	if said := run("", "<fifo"); said != "" || size() != 128<<10 {
		t.Errorf("got %q, a size of %d; want it to stay, since there is more in it", said, size())
	}
	for bad, want := range map[string]string{"1": "not from 4096 to 1G", "2G": "not from 4096 to 1G", "much": "not a number of bytes, as 4096, 64k, 16M or 2G"} {
		p.put("set/pipe", bad)
		p.refused("unable to use set/pipe: "+want, "true")
	}
}
