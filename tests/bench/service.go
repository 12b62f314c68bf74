package main

import (
	_ "embed"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed service/service.c
var serviceSource string

// buildService builds the service of all suites in dir: in C, or in Go where
// there is no C compiler. It returns which it is.
func buildService(dir string) (language string, err error) {
	if _, err := exec.LookPath("gcc"); err == nil {
		return "static C", buildC(filepath.Join(dir, "service"), serviceSource)
	}
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "service"), "github.com/svdir/svdir/tests/bench/service")
	return "Go", finish(build)
}

// buildC builds a program of one file.
func buildC(path, source string) error {
	build := exec.Command("gcc", "-static", "-O2", "-x", "c", "-o", path, "-")
	build.Stdin = strings.NewReader(source)
	return finish(build)
}

func finish(build *exec.Cmd) error {
	if output, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("unable to build the service: %w\n%s", err, output)
	}
	return nil
}
