package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
)

var (
	held            = &figure{title: "private memory per service with its own logger", unit: "kB", in: logged}
	supervisorsOnly = &figure{title: "of that, supervisors alone", unit: "kB", in: logged}
	heldPlain       = &figure{title: "private memory per service without logger", unit: "kB", in: plain}
	loggerOnly      = &figure{title: "private memory of an idle logger", unit: "kB"}
	beyond          = &figure{title: "kernel memory per service with its own logger, without the service's", unit: "kB", in: logged}
	kernelPlain     = &figure{title: "kernel memory per service without logger, with the service's", unit: "kB", in: plain}
	kernelLogged    = &figure{} // is not printed: see beyondService
)

// memory is what the suite's own processes, the scanner and the loggers included,
// hold that they share with nobody, and what the kernel holds for the tree, per
// service.
func memory(t *tree) error {
	n := float64(len(t.names))
	supervising := float64(total(supervisors(), private))
	t.note(supervisorsOnly, supervising/n)
	t.note(held, (supervising+float64(total(loggersOf(), private)))/n)
	t.note(kernelLogged, t.kernelMemory()/n)
	return nil
}

// memoryPlain is the same where no service has a logger.
func memoryPlain(t *tree) error {
	n := float64(len(t.names))
	t.note(heldPlain, float64(total(supervisors(), private))/n)
	t.note(kernelPlain, t.kernelMemory()/n)
	return nil
}

// kernelMemory is what the kernel holds for the tree, in kB: stacks and page
// tables of its processes, and by what the slab has grown since before. That is
// of the whole machine: others on it are seen too.
func (t *tree) kernelMemory() float64 {
	all := descendants(os.Getpid())
	return float64(total(all, stacks) + total(all, pageTables) + slab() - t.slab)
}

// slab is what the kernel holds of small objects, and cannot give back.
func slab() int { return field("/proc/meminfo", "SUnreclaim:") }

func stacks(pid int) int {
	const each = 16 // kB, on the processors that we know
	return each * field(fmt.Sprintf("/proc/%d/status", pid), "Threads:")
}

func pageTables(pid int) int { return field(fmt.Sprintf("/proc/%d/status", pid), "VmPTE:") }

// beyondService takes from the kernel memory of logged services what the service
// itself has of it: that is all that it has under bare, without a logger.
func beyondService(logged, plain *figure) map[string][]float64 {
	if len(plain.samples[floor]) == 0 {
		return nil
	}
	service := plain.quartile(floor, 2)
	rest := map[string][]float64{}
	for suite, samples := range logged.samples {
		for _, sample := range samples {
			rest[suite] = append(rest[suite], sample-service)
		}
	}
	return rest
}

// loggerMemory is the private memory in kB of a logger of the suite that has taken
// a line and is idle: the median of a few, which share their program as the
// loggers of a tree do.
func loggerMemory(t *tree) error {
	const few = 5
	var memory []int
	var all []*logger
	var err error
	for i := 0; i < few && err == nil; i++ {
		var l *logger
		if l, err = t.startLogger(stamped); l != nil {
			all = append(all, l)
		}
	}
	for _, l := range all {
		memory = append(memory, private(l.process.Process.Pid))
	}
	for _, l := range all {
		_, ended := l.end()
		err = errors.Join(err, ended)
	}
	if err != nil {
		return err
	}
	slices.Sort(memory)
	t.note(loggerOnly, float64(memory[few/2]))
	return nil
}
