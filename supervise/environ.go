package supervise

import (
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// usualPath is PATH where nobody has set it.
const usualPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// What svscan tells supervise.
const (
	svscanVariable = "SV_SVSCAN"       // its pid
	leaveVariable  = "SV_LEAVE"        // stop what an earlier supervise has left, and leave
	turnsVariable  = "SV_MAX_STARTING" // the file that says how many may be starting at a time
)

// readEnvironment takes what is meant for us out of environ, and keeps the rest
// for the services. PWD goes too: a shell would believe it.
func (e *Engine) readEnvironment(environ []string) {
	var scanDir, svscan string
	path := false
	e.env = environ[:0]
	for _, pair := range environ {
		key, value, _ := strings.Cut(pair, "=")
		switch key {
		case "PWD", "SV_NAME", "SV_SERVICE", "SV_INSTANCE", "SV_PIPE_NAMES", "SV_PID", "SV_PORTS", "SV_EXPORT_DIR", "SV_EXPORTED":
			continue // of an outer service
		case svscanVariable:
			svscan = value
			continue
		case leaveVariable:
			e.leaving = value != ""
			continue
		case turnsVariable:
			e.maxStarting = value
			continue
		case givenVariable:
			e.giveSocket(value)
			continue
		case reexecVariable:
			e.reexec.kept = parseKept(value)
			e.reexec.again = e.reexec.kept != nil
			continue
		case "SVDIR":
			scanDir = value
		case "PATH":
			path = true
		}
		e.env = append(e.env, pair)
	}
	if !path {
		e.env = append(e.env, usualPath)
	}
	// A service may run svscan itself, but never sees the word of ours. Whose
	// child we are does not matter: our svscan may have been killed since.
	if e.svscan = svscan != ""; e.svscan {
		e.scanDir = scanDir
	}
}

// treeSetting is the path of a setting of the whole tree, empty without one.
func (e *Engine) treeSetting(name string) string {
	if e.scanDir == "" {
		return ""
	}
	return e.scanDir + "/.svscan/" + servicedir.Set + "/" + name
}

// home is the absolute path of the service directory that is called name.
func (e *Engine) home(name string) string {
	switch {
	case name[0] == '/':
		return name
	case e.scanDir != "":
		return e.scanDir + "/" + name
	}
	return workingDir() + "/" + name
}

// environ is the environment of this service, good until the next one is asked
// for: they share all but the end.
func (s *Service) environ() []string {
	env := append(s.engine.env, s.own...)
	if s.pipes != "" {
		env = append(env, s.pipes)
	}
	if s.ports != nil {
		env = append(env, s.ports.environ...)
	}
	if s.oneshot && s.m.State == status.Starting {
		env = append(env, exportVariable+s.home+"/"+servicedir.State+"/"+servicedir.ExportDir)
	}
	if s.needing != nil && s.needing.imports {
		env = s.imported(env)
	}
	if s.health != nil {
		return s.health.environ(env)
	}
	return env
}

// treeLoggers is where the scan directory has loggers of services without log/.
const treeLoggers = scandir.Dir + "/" + scandir.Logs + "/"

// ownEnvironment is what tells a service who it is. A logger is of the same
// instance as its service.
func ownEnvironment(name, home string) []string {
	if service, ok := strings.CutPrefix(name, treeLoggers); ok {
		name = service + "/" + servicedir.Log
	}
	own := []string{"SV_NAME=" + name, "SV_SERVICE=" + home}
	base := strings.TrimSuffix(name, "/"+servicedir.Log)
	base = base[strings.LastIndexByte(base, '/')+1:]
	if _, instance, ok := strings.Cut(base, "@"); ok {
		own = append(own, "SV_INSTANCE="+instance)
	}
	return own
}
