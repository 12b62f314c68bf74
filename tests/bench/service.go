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
// there is no C compiler. It returns its path and which it is.
func buildService(dir string) (path, language string, err error) {
	path, language = filepath.Join(dir, "service"), "static C"
	build := exec.Command("gcc", "-static", "-O2", "-x", "c", "-o", path, "-")
	build.Stdin = strings.NewReader(serviceSource)
	if _, err := exec.LookPath("gcc"); err != nil {
		language = "Go"
		build = exec.Command("go", "build", "-o", path, "github.com/svdir/svdir/tests/bench/service")
	}
	if output, err := build.CombinedOutput(); err != nil {
		return "", "", fmt.Errorf("unable to build the service: %w\n%s", err, output)
	}
	return path, language, nil
}
