package verb

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"
)

// Usage is how svctl is called: the SYNOPSIS of its page.
const Usage = "svctl [-C dir] [--json] [verb [option ...] [name ...] | -letters name ...]"

// groups are the heads of the verbs in the help, by the first verb of each.
var groups = map[string]string{
	"status": "look", "up": "control", "term": "signal", "wait": "wait and ask", "enable": "edit",
}

func help(w io.Writer) int {
	fmt.Fprintf(w, "usage: %s\n\nWithout a verb: the table of all services.\n", Usage)
	for i := range verbs {
		if head, ok := groups[verbs[i].word]; ok {
			fmt.Fprintf(w, "\n%s\n", head)
		}
		fmt.Fprintf(w, "  %-12s %s\n", verbs[i].word, verbs[i].does)
	}
	fmt.Fprintf(w, "\nletters, which are sent without waiting: %s\n", agreed)
	fmt.Fprint(w, "\noptions\n")
	writeOptions(w, always)
	fmt.Fprint(w, `
A name is looked up in -C, $SVDIR, then /service and its kin; web/log is the
logger of web, 'web-*' all that match. A path begins with / ./ or ../, or ends
in /. svctl verb --help says more, svctl(8) all.

exit codes: 0 done, 1 no, 99 timed out, 100 wrong use, 102 not supervised,
111 failed; of several services, the highest; shutdown also has 10: KILL was
needed, and 11: something survived
`)
	return done
}

func helpVerb(w io.Writer, v *verb) int {
	fmt.Fprintf(w, "usage: svctl %s %s\n\n%s\n", v.word, v.args, v.does)
	if v.letters != "" {
		fmt.Fprintf(w, "writes %q to supervise/control", v.letters)
		if v.goal != nil {
			fmt.Fprintf(w, ", then waits until the service is %s", v.goal.Word)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "\noptions\n")
	writeOptions(w, v.options+" "+always)
	return done
}

func writeOptions(w io.Writer, list string) {
	for i := range optionTable {
		p := &optionTable[i]
		if !p.takes(list) {
			continue
		}
		var names []string
		if p.short != "" {
			names = append(names, strings.TrimSpace("-"+p.short+" "+p.value))
		}
		if p.long != "" {
			name := "--" + p.long
			if p.value != "" {
				name += "=" + p.value
			}
			names = append(names, name)
		}
		fmt.Fprintf(w, "  %-28s %s\n", strings.Join(names, ", "), p.does)
	}
}

func version(w io.Writer) int {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Fprintln(w, "svctl (svdir) "+version)
	return done
}
