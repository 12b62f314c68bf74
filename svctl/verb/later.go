package verb

import (
	"time"

	"github.com/svdir/svdir/svctl"
)

// clockForms are those of a local time of svctl up --at; without a day it is the
// next such time.
var clockForms = []string{"15:04", "15:04:05"}

// dayForms have a day.
var dayForms = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04"}

// parseAt reads a time that is to come, as a person writes it.
func parseAt(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at, nil
	}
	for _, form := range dayForms {
		if at, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return at, nil
		}
	}
	year, month, day := now.Date()
	for _, form := range clockForms {
		at, err := time.Parse(form, text)
		if err != nil {
			continue
		}
		next := time.Date(year, month, day, at.Hour(), at.Minute(), at.Second(), 0, now.Location())
		if !next.After(now) {
			next = time.Date(year, month, day+1, at.Hour(), at.Minute(), at.Second(), 0, now.Location())
		}
		return next, nil
	}
	return time.Time{}, usageError("not a time: " + svctl.Show(text) + " (write 20:00, '2026-11-29 20:00' or RFC 3339)")
}

func setIn(o *options, v string) error {
	d, err := parseTime(v)
	if err != nil {
		return err
	}
	return o.startAt(time.Now().Add(d))
}

func setAt(o *options, v string) error {
	at, err := parseAt(v, time.Now())
	if err != nil {
		return err
	}
	return o.startAt(at)
}

func setCancel(o *options, _ string) error {
	o.cancel = true
	return o.startAt(time.Time{})
}

// startAt takes one of --in, --at and --cancel.
func (o *options) startAt(t time.Time) error {
	if o.later {
		return usageError("--in, --at and --cancel exclude each other")
	}
	o.later, o.at = true, t
	return nil
}

// sendLater is send for a start at another time.
func (c *call) sendLater(t *task) error {
	if c.opt.cancel {
		t.text = svctl.Show(t.Name) + ": cancelled"
		return svctl.CancelStart(t.Target)
	}
	t.text = svctl.Show(t.Name) + ": to start at " + c.opt.at.Format(time.DateTime)
	return svctl.StartAt(t.Target, c.opt.at)
}
