package setting

import (
	"errors"
	"strings"
)

// Essential says which end of a service is the end of its tree.
type Essential uint8

const (
	NotEssential Essential = iota
	EssentialAlways
	EssentialOnExit
	EssentialOnFailed
)

var essentialWords = [...]string{EssentialAlways: "always", EssentialOnExit: "on-exit", EssentialOnFailed: "on-failed"}

var errEssential = errors.New("not always, on-exit or on-failed")

// ParseEssential reads set/essential. One that is empty is always.
func ParseEssential(value string) (Essential, error) {
	if value == "" {
		return EssentialAlways, nil
	}
	for e := EssentialAlways; e <= EssentialOnFailed; e++ {
		if essentialWords[e] == value {
			return e, nil
		}
	}
	return 0, errEssential
}

// Counts says that an end is one: of a run that has failed for good, or that is
// followed by another one, or neither.
func (e Essential) Counts(failed, restarts bool) bool {
	switch e {
	case EssentialAlways:
		return !restarts
	case EssentialOnExit:
		return true
	case EssentialOnFailed:
		return failed
	}
	return false
}

func checkEssential(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return check(text, ParseEssential)
}
