package servicedir

// Scope is how far a stop reaches: what follows when the process of run has
// ended.
type Scope uint8

const (
	ScopeUsual   Scope = iota // nobody has said: as the style has it
	ScopeProcess              // nothing more
	ScopeGroup                // what is left of its process group
	ScopeSession              // what is left of its session
	ScopeTree                 // every descendant, whatever it did
)

var scopeWords = [...]string{"usual", "process", "group", "session", "tree"}

// String is the word for the scope.
func (s Scope) String() string { return scopeWords[s] }

// ParseScope reads a scope.
func ParseScope(name, text string) (Scope, error) {
	for s := ScopeProcess; s <= ScopeTree; s++ {
		if scopeWords[s] == text {
			return s, nil
		}
	}
	return ScopeUsual, &ValueError{name, "not process, group, session or tree"}
}

// ReadScope reads kill-scope, or says absent if there is none.
func ReadScope(dir int, old, absent Scope) (Scope, error) {
	return setting(dir, KillScope, old, absent, ParseScope)
}
