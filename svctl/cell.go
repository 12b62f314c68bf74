package svctl

import (
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// A cell is one field of the table, with the colour that it has on a terminal.
type cell struct {
	text  string
	color string
}

const (
	red     = "\x1b[31m"
	green   = "\x1b[32m"
	yellow  = "\x1b[33m"
	magenta = "\x1b[35m"
	bold    = "\x1b[1m"
	dim     = "\x1b[2m"
	reset   = "\x1b[0m"
)

func markCell(s *Service, y *Style) cell {
	switch {
	case s.Err != nil || !s.Supervised:
		return cell{"?", yellow}
	case s.State == status.Up || s.State == status.Starting || s.State == status.Exited && s.LastExit() == "0" || s.IsAlreadyDone():
		return cell{"✔", green}
	}
	return cell{"X", stateColor(s)}
}

func stateColor(s *Service) string {
	switch {
	case s.Err != nil || !s.Supervised:
		return yellow
	case s.State == status.Up || s.State == status.Starting:
		return green
	case s.State == status.Down || s.State == status.Failed:
		return red
	}
	return yellow
}

func readyCell(s *Service, _ *Style) cell {
	switch {
	case s.Ready:
		return cell{"yes", green}
	case s.CanNotify && s.PID != 0:
		return cell{"no", yellow}
	}
	return cell{}
}

func enabledCell(s *Service, _ *Style) cell {
	if s.Enabled {
		return cell{"yes", green}
	}
	return cell{"no", red}
}

func pidCell(s *Service, _ *Style) cell {
	if s.PID == 0 {
		return cell{}
	}
	return cell{strconv.Itoa(s.PID), magenta}
}

// commandCell is argv[0], on a terminal without the directories before it.
func commandCell(s *Service, y *Style) cell {
	text := s.Command
	if y.Terminal && strings.HasPrefix(text, "/") {
		text = filepath.Base(text)
	}
	return cell{Show(text), green}
}

// timeCell is how long it is so: fresh times stand out, as they are what a
// crash loop looks like. In a pipe it is seconds, one word.
func timeCell(s *Service, y *Style) cell {
	if s.Since.IsZero() {
		return cell{}
	}
	past := max(y.Now.Sub(s.Since), 0)
	if !y.Terminal {
		return cell{strconv.FormatInt(int64(past/time.Second), 10) + "s", ""}
	}
	color := dim
	switch {
	case past < 5*time.Second:
		color = red
	case past < 30*time.Second:
		color = yellow
	}
	return cell{Age(past), color}
}

func deathsCell(s *Service, _ *Style) cell {
	switch {
	case !s.Counted:
		return cell{}
	case s.Deaths > 0:
		return cell{strconv.Itoa(s.Deaths), yellow}
	}
	return cell{"0", ""}
}

func lastExitCell(s *Service, _ *Style) cell {
	if exit := s.LastExit(); exit != "0" {
		return cell{exit, yellow}
	}
	return cell{"0", ""}
}

func logCell(s *Service, _ *Style) cell {
	if s.Logger == nil {
		return cell{}
	}
	return cell{s.Logger.StateWord(), stateColor(s.Logger)}
}
