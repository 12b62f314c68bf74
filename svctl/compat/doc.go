// Package compat is the clients of daemontools 0.76, runit 2.1.2 and s6
// 2.11.3.2 under their own names, for the scripts and fingers that know them:
//
//	svc svstat svok                                   daemontools
//	sv, and any other name as sv in LSB mode          runit
//	s6-svc s6-svstat s6-svok s6-svwait s6-svdt        s6
//	svwait                                            ours, s6-svwait for everybody
//
// What they print and how they end is the same to the byte, and the
// environment too: SVDIR and SVWAIT. All of them work with each of the
// supervisors of the field and with ours, as far as its files allow.
//
// # Differences
//
// Where the originals have a bug that no script can build on, it is not here.
//
// All: letters go to a FIFO and to nothing else that has its name, and a FIFO
// that stays full for a minute is an error (sv: at once, as ever). Waiting is
// woken by the change instead of looking every 420 ms or needing s6-ftrigrd
// and a place in the event directory.
//
// svstat, svok, sv: a service under s6-supervise, which has no ok FIFO, is
// recognised by its lock and its status and shown like any other.
//
// svstat: a status that cannot be read is an error (there: whatever was in
// memory is shown).
//
// sv:
//   - a name with a trailing slash is relative to the current directory in the
//     waiting too (there: sent, then "unable to change to service directory");
//   - restart and once compare the whole label of the start with that before
//     the letter (there: the second, so a service started in this second was
//     "ok" with its old pid);
//   - the time limit is the one of runit: the first multiple of 420 ms past
//     the seconds asked for;
//   - standard input and output of a check script are /dev/null (there: the
//     output is closed);
//   - a service that vanishes at the time limit is one line, not two;
//   - when the status of log cannot be read, its warning ends the line (there:
//     the status of the main service follows, labelled log);
//   - -V is no option: it is answered with the usage.
//
// sv in LSB mode: status is the service's (there: the logger's, if it has
// one); without a supervisor it is 3, not running, and without a service
// directory 4, unknown (there: 1 for both).
//
// s6-svwait, s6-svc -w:
//   - without a supervisor an up that is waited for is not there, whatever the
//     status file says, and waiting for it fails at once unless there is a time
//     limit (there: blocks for ever);
//   - a service that was wanted up and no longer is, and is down, counts as
//     failed permanently (there: event O alone says so);
//   - with -r each service must have been down, not all at one moment;
//   - any status file will do: readiness is being up where the supervisor does
//     not know of it;
//   - s6-svc speaks for itself (there: as s6-svlisten1), and ends if its
//     letters cannot be delivered (there: waits for ever).
//
// s6-svc takes the letters l P C K of s6 2.15. s6-svstat shows our status
// files with the times that they mean. s6-svdt never writes to the tally; of a
// torn one it shows the whole records.
package compat
