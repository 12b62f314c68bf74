package lint

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
)

// programs looks at what supervise and clients execute, but for the programs
// in set/, which are settings.
func (i *inspection) programs(top *entry) {
	for _, name := range []string{servicedir.Run, servicedir.Finish, servicedir.Check} {
		if e := top.find(name); e != nil {
			i.program(name, e)
		}
	}
	if run := top.find(servicedir.Run); run != nil && isShell(run.text) && !becomes(run.text) {
		i.note(servicedir.Run, "its last command is not exec, so signals reach the shell: write exec before it")
	}
	control := top.find(servicedir.Control)
	switch {
	case control == nil:
	case control.err != nil || !control.mode.IsDir():
		i.add(servicedir.Control, "not a directory")
	case control.textErr != nil:
		i.add(servicedir.Control, "unable to read: "+servicedir.Reason(control.textErr))
	default:
		i.control(control)
	}
}

// control looks at the programs that replace signals.
func (i *inspection) control(dir *entry) {
	for _, e := range dir.entries {
		name := path.Join(servicedir.Control, e.name)
		if strings.HasPrefix(e.name, ".") {
			continue
		}
		if _, known := command.Unpack(e.name[0]); len(e.name) > 1 || !known {
			i.add(name, "no letter of a control FIFO"+meantLetter(e.name)+", so nobody runs it")
			continue
		}
		i.program(name, e)
	}
}

// meantLetter is for those who write the word for the letter.
func meantLetter(name string) string {
	for _, in := range command.Letters {
		if strings.EqualFold(in.Word, name) {
			return " (did you mean " + string(rune(in.Letter)) + "?)"
		}
	}
	return ""
}

// program says why e cannot be executed.
func (i *inspection) program(name string, e *entry) {
	at := filepath.Join(i.dir, name)
	switch {
	case errors.Is(e.err, fs.ErrNotExist):
		i.add(name, leadsNowhere(e))
		return
	case e.err != nil:
		i.add(name, "unable to look: "+servicedir.Reason(e.err))
		return
	case e.mode.IsDir():
		i.add(name, "is a directory, not a program")
		return
	case !e.mode.IsRegular():
		i.add(name, "not a regular file")
		return
	}
	if !e.executable() {
		i.add(name, "not executable (chmod +x "+at+")")
	}
	if e.anybody() {
		i.add(name, "anybody may change it (chmod o-w "+at+")")
	}
	if e.textErr != nil {
		return // a binary may be executed by those who may not read it
	}
	if why := i.unfit(e.text, at); why != "" {
		i.add(name, why)
	}
}

// unfit says why the kernel does not execute a file of this text.
func (i *inspection) unfit(text []byte, at string) string {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	head, script := bytes.CutPrefix(line, []byte("#!"))
	switch {
	case len(text) == 0:
		return "empty"
	case bytes.HasPrefix(text, []byte("\x7fELF")):
		return ""
	case bytes.HasPrefix(text, []byte("\xef\xbb\xbf")):
		return "it begins with a byte order mark, which hides its first line (sed -i '1s/^\\xef\\xbb\\xbf//' " + at + ")"
	case bytes.Contains(text, []byte("\r\n")):
		return "its lines end in CR LF (sed -i 's/\\r$//' " + at + ")"
	case !script:
		return "not a program: its first line must name an interpreter, as #!/bin/sh"
	case len(line) > maxFirstLine:
		return "its first line is longer than the 255 bytes that the kernel reads"
	}
	return i.badInterpreter(strings.Fields(string(head)))
}

// maxFirstLine is what the kernel reads of a script (BINPRM_BUF_SIZE).
const maxFirstLine = 255

func (i *inspection) badInterpreter(words []string) string {
	switch {
	case len(words) == 0:
		return "its first line names no interpreter"
	case !strings.HasPrefix(words[0], "/"):
		return "its interpreter is not an absolute path: " + words[0]
	}
	if why := i.world.Interpreter(words[0]); why != "" {
		return "its interpreter " + why + ": " + words[0]
	}
	if path.Base(words[0]) == "env" && len(words) > 1 && !strings.HasPrefix(words[1], "-") && !i.world.InPath(words[1]) {
		return "its interpreter is not in the PATH: " + words[1]
	}
	return ""
}
