//go:build mainthread

package main

import "runtime"

// Who counts the system calls of this program counts those of one thread.
func init() { runtime.LockOSThread() }
