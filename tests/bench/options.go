package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// options is the bench that the command line asks for. It ends the program if
// that is none.
func options() *bench {
	b := &bench{}
	rowNames := flag.String("rows", names(rows), "what to measure, `names` with commas between")
	suiteNames := flag.String("suites", names(suites("")), "in whom, `names` with commas between")
	bin := flag.String("bin", "bin", "the `directory` of our programs")
	flag.StringVar(&b.below, "disk", "", "a `directory` that is not in memory (default that for temporary files, or this)")
	flag.StringVar(&b.out, "o", "", "the `file` for the table (default standard output)")
	flag.BoolVar(&b.checks, "check", false, "tell what came of each goal, and fail if one is missed by more than a fifth")
	flag.IntVar(&b.n, "n", 1000, "services in a tree at most")
	flag.IntVar(&b.rounds, "rounds", 5, "how often everything is measured")
	flag.DurationVar(&b.window, "window", 62*time.Second, "how long the row idle looks")
	flag.Parse()

	path, err := filepath.Abs(*bin)
	if err != nil {
		path = *bin // it is looked for as it was given
	}
	var known bool
	if b.rows, known = choose(rows, *rowNames); known {
		b.suites, known = choose(suites(path), *suiteNames)
	}
	if !known || flag.NArg() > 0 || b.n < 3 || b.rounds < 1 {
		flag.Usage()
		os.Exit(100)
	}
	b.suites = slices.DeleteFunc(b.suites, func(s suite) bool {
		program := missing(s)
		if program != "" {
			warn(fmt.Sprintf("%s is not measured: no %s here", s.name(), program))
		}
		return program != ""
	})
	return b
}

// named is what can be chosen by its name.
type named interface{ name() string }

// names are the names of all, with commas between.
func names[T named](all []T) string {
	var list []string
	for _, one := range all {
		list = append(list, one.name())
	}
	return strings.Join(list, ",")
}

// choose takes those of all whose names are in the list, in the order of all;
// known is false when some name is nobody's.
func choose[T named](all []T, list string) (chosen []T, known bool) {
	asked := strings.Split(list, ",")
	for _, one := range all {
		if slices.Contains(asked, one.name()) {
			chosen = append(chosen, one)
		}
	}
	return chosen, len(chosen) == len(asked)
}
