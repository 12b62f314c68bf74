// Package compat is the programs of daemontools 0.76 that read standard input,
// under their own names, for the scripts and fingers that know them:
//
//	multilog        the engine of svlog, with the script language of multilog
//	tai64n          a label before each line
//	tai64nlocal     labels as local time
//	readproctitle   the last bytes of the input where ps shows them
//
// What they write and how they end is the same to the byte, but for what
// svlog-compat(8) lists.
package compat
