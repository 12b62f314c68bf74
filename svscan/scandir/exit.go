package scandir

import "strconv"

// Exit in Dir tells by which service svscan has ended, if an essential one ended.
const Exit = "exit"

// EssentialEnded begins the line in Control by which supervise tells that: the
// letter, the exit code and the name, with blanks between.
const EssentialEnded = 'E'

// Cause is what Exit tells.
type Cause struct {
	Service string
	Code    int
}

// AppendText appends the text of the file.
func (c Cause) AppendText(b []byte) []byte {
	b = append(append(b, "SERVICE="...), quote(c.Service)...)
	return append(strconv.AppendInt(append(b, "\nEXIT_CODE="...), int64(c.Code), 10), '\n')
}
