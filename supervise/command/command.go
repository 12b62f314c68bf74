// Package command is the language of supervise/control: one byte, one letter,
// one request. The letters are those of daemontools 0.76, runit 2.1.2 and s6
// 2.15; where they share a letter they share its meaning. A byte that is no
// letter is ignored, as everywhere in the field. See svcontrol(5).
package command

import "syscall"

// Letter is one byte written to a control FIFO.
type Letter byte

const (
	Up        Letter = 'u' // want up
	Down      Letter = 'd' // want down: the down signal, then CONT
	Once      Letter = 'o' // want up until it ends
	Exit      Letter = 'x' // leave when the service is down
	Pause     Letter = 'p' // STOP
	Continue  Letter = 'c' // CONT
	Hup       Letter = 'h'
	Alarm     Letter = 'a'
	Interrupt Letter = 'i'
	Term      Letter = 't'
	Kill      Letter = 'k'
	Quit      Letter = 'q'
	Usr1      Letter = '1'
	Usr2      Letter = '2'

	// s6's own.
	Abort       Letter = 'b'
	Winch       Letter = 'y'
	Restart     Letter = 'r' // the down signal, still wanted up
	Reload      Letter = 'l' // the reload signal
	PauseGroup  Letter = 'P'
	ContGroup   Letter = 'C'
	KillGroup   Letter = 'K'
	DownForGood Letter = 'D' // down, and makes the file down
	UpForGood   Letter = 'U' // up, and removes the file down
	NotAgain    Letter = 'O' // want down, kill nothing, start nothing
	NeverAgain  Letter = 'Q' // NotAgain, and makes the file down

	// Ours.
	DownTree Letter = 'T' // down, with every descendant
	Look     Letter = 'L' // something in the directory changed: read it again
	LetGo    Letter = 'G' // leave, and leave the service running: the next supervise adopts it
	Reexec   Letter = 'R' // execute the program of supervise again, in place
	At       Letter = 'A' // up, at the time in supervise/start-at; without that file, not then
)

// Info is what a letter does, as data.
type Info struct {
	Letter Letter
	// Word names it for people, as in svctl(8).
	Word string
	// Signal is what it sends to the process of run, 0 if it is no signal
	// letter. Group sends it to the process group.
	Signal syscall.Signal
	Group  bool
}

// Letters has every letter once. Its order is that of svcontrol(5).
var Letters = []Info{
	{Letter: Up, Word: "up"},
	{Letter: Down, Word: "down"},
	{Letter: Once, Word: "once"},
	{Letter: Exit, Word: "exit"},
	{Letter: Pause, Word: "pause", Signal: syscall.SIGSTOP},
	{Letter: Continue, Word: "cont", Signal: syscall.SIGCONT},
	{Letter: Hup, Word: "hup", Signal: syscall.SIGHUP},
	{Letter: Alarm, Word: "alarm", Signal: syscall.SIGALRM},
	{Letter: Interrupt, Word: "interrupt", Signal: syscall.SIGINT},
	{Letter: Term, Word: "term", Signal: syscall.SIGTERM},
	{Letter: Kill, Word: "kill", Signal: syscall.SIGKILL},
	{Letter: Quit, Word: "quit", Signal: syscall.SIGQUIT},
	{Letter: Usr1, Word: "usr1", Signal: syscall.SIGUSR1},
	{Letter: Usr2, Word: "usr2", Signal: syscall.SIGUSR2},
	{Letter: Abort, Word: "abort", Signal: syscall.SIGABRT},
	{Letter: Winch, Word: "winch", Signal: syscall.SIGWINCH},
	{Letter: Restart, Word: "down-signal"},
	{Letter: Reload, Word: "reload"},
	{Letter: PauseGroup, Word: "pause-group", Signal: syscall.SIGSTOP, Group: true},
	{Letter: ContGroup, Word: "cont-group", Signal: syscall.SIGCONT, Group: true},
	{Letter: KillGroup, Word: "kill-group", Signal: syscall.SIGKILL, Group: true},
	{Letter: DownForGood, Word: "down-for-good"},
	{Letter: UpForGood, Word: "up-for-good"},
	{Letter: NotAgain, Word: "not-again"},
	{Letter: NeverAgain, Word: "never-again"},
	{Letter: DownTree, Word: "down-tree"},
	{Letter: Look, Word: "look"},
	{Letter: LetGo, Word: "let-go"},
	{Letter: Reexec, Word: "reexec"},
	{Letter: At, Word: "at"},
}

// index finds a letter in Letters; 0 means that the byte is none.
var index = func() (t [256]uint8) {
	for i, in := range Letters {
		t[in.Letter] = uint8(i + 1)
	}
	return t
}()

// Number is the place of a letter in Letters.
func (l Letter) Number() int { return int(index[l]) - 1 }

// Unpack is what the byte b of a control FIFO asks for, false if nothing.
func Unpack(b byte) (Info, bool) {
	if i := index[b]; i != 0 {
		return Letters[i-1], true
	}
	return Info{}, false
}
