package chaos

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
)

// known are the files that may be left when the tree has ended: below the scan
// directory, and below a service directory or that of its logger.
var (
	knownInScan = regexp.MustCompile(`^\.svscan(/(lock|control|reaped|removed|running|svscan\.env|set|env|log|run|ready|stat|status\.env))?$`)
	knownOfUs   = regexp.MustCompile(`^supervise(/(lock|ok|control|log|status|stat|pid|status\.env|history|death_tally|child|needs|ready))?$`)
	knownOfLog  = regexp.MustCompile(`^main(/(lock|state|current|@[0-9a-f]{24}\.[su]))?$`)
	knownOfRun  = regexp.MustCompile(`^(lock\.run|lock\.leaf|lives|counter|socket|log)$`)
)

// leftovers are the files of ours that no page names.
func (s *storm) leftovers() {
	if !s.suite.ours {
		return
	}
	planted := map[string]bool{".": true}
	for _, v := range s.all {
		for name := range s.suite.files(v) {
			for path := filepath.Join(v.name, name); path != "."; path = filepath.Dir(path) {
				planted[path] = true
			}
		}
	}
	_ = filepath.WalkDir(s.scan, func(path string, _ fs.DirEntry, err error) error {
		name := strings.TrimPrefix(strings.TrimPrefix(path, s.scan), "/")
		switch {
		case err != nil:
			s.verdict.violation("file", "", err.Error())
		case name != "" && !planted[name] && !knownFile(name):
			s.verdict.violation("file", "", name+" is left")
		}
		return nil
	})
}

func knownFile(name string) bool {
	if knownInScan.MatchString(name) {
		return true
	}
	_, name, _ = strings.Cut(name, "/") // without the service
	if rest, ofLog := strings.CutPrefix(name, "log/"); ofLog {
		return knownOfLog.MatchString(rest) || knownOfUs.MatchString(rest)
	}
	return knownOfRun.MatchString(name) || knownOfUs.MatchString(name)
}
