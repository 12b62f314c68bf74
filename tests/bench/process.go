package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// descendants are all processes below pid, parents before their children.
// Those that end meanwhile may be there or not.
func descendants(pid int) []int {
	var found []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is good
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread that has ended has no children
		for _, word := range strings.Fields(string(text)) {
			child, _ := strconv.Atoi(word) // the kernel writes numbers
			found = append(append(found, child), descendants(child)...)
		}
	}
	return found
}

// loggerPrograms are those that log for the services of a tree.
var loggerPrograms = []string{"multilog", "svlogd", "s6-log", "svlog"}

// supervisors are the processes of the suite itself, neither services nor
// loggers.
func supervisors() []int {
	return running(func(program string) bool { return program != "run" && !slices.Contains(loggerPrograms, program) })
}

// loggersOf are the loggers of the tree.
func loggersOf() []int {
	return running(func(program string) bool { return slices.Contains(loggerPrograms, program) })
}

// running are the processes below us that execute such a program.
func running(wanted func(program string) bool) []int {
	var found []int
	for _, pid := range descendants(os.Getpid()) {
		exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
		if err == nil && wanted(filepath.Base(exe)) {
			found = append(found, pid)
		}
	}
	return found
}

// cpu is the processor time that a process has used, all its threads together,
// to the nanosecond; 0 for one that has ended.
func cpu(pid int) time.Duration {
	// The clock of a process: its pid inverted, and CPUCLOCK_SCHED, see
	// clock_getcpuclockid(3).
	const sched = 2
	var used unix.Timespec
	_ = unix.ClockGettime(int32(^pid)<<3|sched, &used) // stays 0
	return time.Duration(used.Nano())
}

// wakeups is how often the threads of a process went to sleep, and so how often
// they were woken.
func wakeups(pid int) int {
	n := 0
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid)) // the pattern is good
	for _, thread := range threads {
		n += field(thread, "voluntary_ctxt_switches:")
	}
	return n
}

// private is the memory in kB that the end of a process would free.
func private(pid int) int {
	maps := fmt.Sprintf("/proc/%d/smaps_rollup", pid)
	return field(maps, "Private_Clean:") + field(maps, "Private_Dirty:")
}

// field is the number after key in a file of /proc, 0 if it is not there.
func field(path, key string) int {
	text, _ := os.ReadFile(path) // a process that has ended counts nothing
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, key); found {
			n, _ := strconv.Atoi(strings.Fields(rest)[0]) // the kernel writes numbers
			return n
		}
	}
	return 0
}

// total adds up what of says of each process.
func total[T int | time.Duration](pids []int, of func(pid int) T) T {
	var sum T
	for _, pid := range pids {
		sum += of(pid)
	}
	return sum
}
