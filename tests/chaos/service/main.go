// Service is what runs in the services of the chaos: one program, a mode for
// each shape. Its run script executes it in the service directory. Whatever the
// mode, it holds the lock of its service for life, and complains in the file
// that CHAOS_COMPLAINTS names when another holds it.
package main

import (
	"os"
	"path/filepath"
)

var modes = map[string]func(name string){
	"plain":   plain,   // lives until a signal ends it
	"brief":   brief,   // ends by itself
	"lines":   lines,   // writes numbered lines
	"serve":   serve,   // listens on its socket
	"connect": connect, // stays connected to another's socket
	"deaf":    deaf,    // does not end at TERM
	"fork":    fork,    // has a child in its process group
	"leaf":    leaf,    // is that child
	"ready":   ready,   // says so on descriptor 3
	"dressed": dressed, // looks at what svexec gave it
	"finish":  finish,  // is the finish script
	"refuse":  refuse,  // is a control script that leaves the signal to supervise
}

func main() {
	if len(os.Args) < 2 || modes[os.Args[1]] == nil {
		os.Exit(100)
	}
	cwd, err := os.Getwd()
	check(err)
	modes[os.Args[1]](filepath.Base(cwd))
}

func check(err error) {
	if err != nil {
		complain("start", "unable to go on: "+err.Error())
		os.Exit(111)
	}
}
