module github.com/svdir/svdir

go 1.26.0

require (
	github.com/bmatcuk/doublestar/v4 v4.10.4 // svwatch only: ** in the patterns of set/watch/ignore
	github.com/fsnotify/fsnotify v1.10.1 // svwatch only: inotify, with its queue read while we look
	github.com/natefinch/atomic v1.0.1 // svctl only: definitions survive a power cut, whole
	golang.org/x/sys v0.49.0 // the kernel: the one module that residents link
)

// Tests.
require (
	github.com/rogpeppe/go-internal v1.16.0 // testscript: tests that read as shell sessions
	pgregory.net/rapid v1.3.0 // random walks that shrink to the shortest failing one
)

require golang.org/x/tools v0.26.0 // indirect
