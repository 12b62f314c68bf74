package svscan

import (
	"sort"
	"strconv"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// live is what still runs, "NAME PID" each, sorted: the process of a service
// and that of its logger where their status tells, else their supervise.
func (s *scanner) live() []string {
	var list []string
	for _, k := range s.kept {
		pid, known := runs(k.dir, ".")
		if !known {
			pid = k.pid
		}
		if pid != 0 {
			list = append(list, scandir.Shown(k.name)+" "+strconv.Itoa(pid))
		}
		if k.logger == "" {
			continue
		}
		if pid, _ := runs(s.home(), k.logger); pid != 0 {
			list = append(list, scandir.Shown(k.name+"/"+servicedir.Log)+" "+strconv.Itoa(pid))
		}
	}
	sort.Strings(list)
	return list
}

// runs is the process of the service in the directory path below dir, 0 if it
// has none now, as far as its status tells.
func runs(dir int, path string) (pid int, known bool) {
	r, err := recordAt(dir, path)
	if err != nil || r.PID == 0 || r.StartTicks != 0 && proc.StartTicks(r.PID) != r.StartTicks {
		return 0, err == nil
	}
	return r.PID, true
}
