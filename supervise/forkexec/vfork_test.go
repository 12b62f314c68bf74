//go:build (amd64 || arm64) && !forkexec_syscall

package forkexec

// frugal: the child writes its note itself, and a start allocates nothing.
const frugal = true
