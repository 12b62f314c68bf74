// Package chain is the chain loaders of the field under their own names: each
// changes one thing of its own process and becomes another program.
//
//	setuidgid envuidgid envdir softlimit setlock pgrphack fghack   daemontools
//	chpst                                                          runit
//	s6-setuidgid s6-softlimit s6-envdir s6-setlock s6-notifyoncheck s6
//
// What they say and how they end is the same to the byte; chainload(8) lists
// where it is not.
//
// Credentials and priorities belong to a thread, and exec keeps those of the
// thread that calls it: Main stays on one. A limit may be too small for a Go
// program, so limits are kept until the moment of exec.
package chain
