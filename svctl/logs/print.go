package logs

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/svdir/svdir/svctl"
)

// Form is how lines are shown.
type Form int

const (
	Plain Form = iota // as they are
	Human             // fit for a terminal: local times, control characters escaped
	JSON              // one object a line
)

// Printer writes lines.
type Printer struct {
	Form  Form
	Names bool // the service before each line, but in JSON, which always has it
	Color bool
	UTC   bool // stamps in UTC, also where lines are as they are otherwise

	out io.Writer
	buf *bufio.Writer
	enc *json.Encoder
}

// NewPrinter makes a Printer that writes to out.
func NewPrinter(out io.Writer) *Printer {
	p := &Printer{out: out, buf: bufio.NewWriterSize(out, block)}
	p.enc = json.NewEncoder(p.buf)
	p.enc.SetEscapeHTML(false)
	return p
}

func (p *Printer) flush() error { return p.told(p.buf.Flush()) }

// told puts an error of the output into words.
func (p *Printer) told(err error) error {
	if err == nil {
		return nil
	}
	return &svctl.Problem{Verb: "write", Object: "the lines", Reason: reason(err), Kind: err}
}

const (
	dim   = "\x1b[2m"
	reset = "\x1b[0m"
)

// shades are the colours of the services, in turn. Red is for trouble.
var shades = []string{"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m", "\x1b[96m", "\x1b[93m", "\x1b[92m", "\x1b[95m", "\x1b[94m"}

// put writes one line, or a piece of one: alone and plain the pieces are the
// line again, else each is a line of its own. It buffers, so that an error may
// show later.
func (p *Printer) put(l Line) error {
	if l.Part && len(l.Text) == 0 && (p.Form != Plain || p.Names) {
		return nil // the end of a line whose last piece was whole
	}
	switch {
	case p.Form == JSON:
		return p.told(p.enc.Encode(view(l)))
	case p.Names || l.Foreign && p.Form == Human:
		_, _ = p.buf.WriteString(p.name(l)) // the last write has the error of each
	}
	switch {
	case p.Form == Human:
		_, _ = p.buf.WriteString(p.stamp(l) + escape(string(l.Said)))
	case p.UTC && l.Timed:
		_, _ = p.buf.WriteString(l.Time.UTC().Format(utcForm) + " ")
		_, _ = p.buf.Write(l.Said)
	default:
		_, _ = p.buf.Write(l.Text)
	}
	end := "\n"
	if p.Form == Plain && !p.Names && l.Open {
		end = ""
	}
	_, err := p.buf.WriteString(end)
	return p.told(err)
}

// name is the service of a line as it stands before it.
func (p *Printer) name(l Line) string {
	text := svctl.Show(l.Name) + ":"
	if p.Color {
		text = shades[l.log%len(shades)] + text + reset
	}
	return text + " "
}

// utcForm is that of svlog T.
const utcForm = "2006-01-02T15:04:05.000000Z"

// stamp is the time of a line as people read it.
func (p *Printer) stamp(l Line) string {
	if !l.Timed {
		return ""
	}
	text := l.Time.In(zone).Format("2006-01-02 15:04:05.000000")
	if p.UTC {
		text = l.Time.UTC().Format(utcForm)
	}
	if p.Color {
		text = dim + text + reset
	}
	return text + " "
}

// escape makes a line fit for a terminal. Tabs do no harm there.
func escape(text string) string {
	parts := strings.Split(text, "\t")
	for i, part := range parts {
		parts[i] = svctl.Show(part)
	}
	return strings.Join(parts, "\t")
}

// object is a line as JSON shows it. The fields have a table in svctl(8).
type object struct {
	Service  string  `json:"service"`
	Instance string  `json:"instance,omitempty"`
	Time     *string `json:"time"`
	Stream   string  `json:"stream,omitempty"`
	Line     string  `json:"line"`
}

func view(l Line) object {
	o := object{Service: cmp.Or(l.Service, l.Name), Instance: l.Instance, Stream: l.Stream, Line: string(l.Said)}
	if l.Timed {
		at := l.Time.UTC().Format(time.RFC3339Nano)
		o.Time = &at
	}
	return o
}
