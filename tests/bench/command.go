package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// run runs one command of the suite to its end.
func (t *tree) run(program string, args ...string) error {
	command := exec.CommandContext(t.ctx, program, args...)
	command.Stderr = t.said
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(program), err)
	}
	return nil
}

// heard is what the suite's programs complained about first.
func (t *tree) heard() string {
	text, err := os.ReadFile(filepath.Join(t.home, "said"))
	if err != nil || len(text) == 0 {
		return ""
	}
	return fmt.Sprintf("; they said: %.300s", text)
}
