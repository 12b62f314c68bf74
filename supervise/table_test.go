package supervise

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/golden"
)

// TestTable prints every cell of the table, and what it does to a service that
// was brought to that state in the usual way.
func TestTable(t *testing.T) {
	var b strings.Builder
	for k := Kind(0); k < Kinds; k++ {
		fmt.Fprintf(&b, "%s\n", k)
		for s := status.State(0); s < status.States; s++ {
			c := table[k].of(s)
			if c.do == nil {
				t.Fatalf("%s in %s: no cell", k, s)
			}
			line := fmt.Sprintf("  %-10s %-13s%s", s, c.name, outcome(k, s))
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	golden.Equal(t, "testdata/table.txt", b.String())
}

// outcome is what the event does to a usual machine in that state.
func outcome(k Kind, s status.State) string {
	m := usual(s)
	ev := Event{Kind: k, At: 10 * time.Second, Limit: 3 * time.Second, Letter: usualLetter(k)}
	var does []string
	for _, a := range m.Step(ev) {
		does = append(does, a.String())
	}
	out := ""
	if m.State != s {
		out += " → " + m.State.String()
	}
	if len(does) > 0 {
		out += ": " + strings.Join(does, ", ")
	}
	if m.Deadline != never {
		out += fmt.Sprintf("; at %v", m.Deadline-10*time.Second)
	}
	return out
}

// usual is a machine of our style in state s, its run started two seconds ago.
func usual(s status.State) Machine {
	m := NewMachine(&ours, false)
	m.State, m.Want, m.started = s, status.WantUp, 8*time.Second
	switch s {
	case status.Starting:
		m.Running, m.waits = true, true
	case status.Up:
		m.Running = true
	case status.Paused:
		m.Running, m.Paused = true, true
	case status.Stopping:
		m.Running, m.Want, m.letter = true, status.WantDown, command.Down
	case status.Down, status.Failed:
		m.Want = status.WantDown
	case status.Exited:
		m.Want = status.WantOnce
	}
	return m
}

func usualLetter(k Kind) command.Letter {
	for _, in := range command.Letters {
		if kinds[in.Letter] == k && k != Signal {
			return in.Letter
		}
	}
	switch k {
	case Signal:
		return command.Hup
	case Answered:
		return command.Term
	}
	return 0
}

var doWords = [...]string{"weigh", "ask", "start", "finish", "send", "send down signal", "send reload signal", "kill run", "end group",
	"kill group", "give up group", "kill finish", "check input", "make down", "remove down", "note death", "write down", "announce", "leave", "part", "exec again", "kill hook", "over", "arm", "keep"}

// String is the action in words.
func (a Action) String() string {
	word := doWords[a.Do]
	switch a.Do {
	case Ask, Announce, KillHook:
		if hook, ok := hookName(a.Letter); ok {
			return word + " " + hook
		}
		return word + " " + string(rune(a.Letter))
	case SendSignal:
		return fmt.Sprintf("%s %d", word, a.Signal)
	case EndGroup, KillGroup, GiveUpGroup:
		return strings.Replace(word, "group", a.Scope.String(), 1)
	case Over:
		return word + " before " + a.Next.String()
	case NoteDeath:
		return word + " " + a.Cause
	}
	return word
}

// TestLetters: every letter is an event, and every event has its word.
func TestLetters(t *testing.T) {
	for _, in := range command.Letters {
		k := kinds[in.Letter]
		if k == Signal && in.Signal == 0 && in.Letter != command.Restart && in.Letter != command.Reload {
			t.Errorf("letter %c is taken for a signal", in.Letter)
		}
	}
	for k := Kind(0); k < Kinds; k++ {
		if k.String() == "" {
			t.Errorf("event %d has no word", k)
		}
	}
}
