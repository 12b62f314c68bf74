package lint

import (
	"path"
	"slices"
	"strings"
)

// isShell says that a script is one of a shell.
func isShell(text []byte) bool {
	line, _, _ := strings.Cut(string(text), "\n")
	words := strings.Fields(strings.TrimPrefix(line, "#!"))
	if !strings.HasPrefix(line, "#!") || len(words) == 0 {
		return false
	}
	if path.Base(words[0]) == "env" {
		words = words[1:]
	}
	return len(words) > 0 && slices.Contains([]string{"sh", "dash", "ash", "bash", "ksh", "mksh", "zsh", "yash"}, path.Base(words[0]))
}

// becomes guesses whether a shell script becomes its program: its last line
// has exec, or ends something that no program could follow, such as a loop.
func becomes(text []byte) bool {
	lines := strings.Split(strings.ReplaceAll(string(text), "\\\n", " "), "\n")
	for _, line := range slices.Backward(lines) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		return slices.Contains(words, "exec") || slices.Contains(ends, strings.TrimRight(words[0], ";"))
	}
	return true
}

// ends are words that end a compound command or the script, or hand over to
// another script.
var ends = []string{"done", "fi", "esac", "}", ")", "exit", "wait", ".", "source", "EOF"}
