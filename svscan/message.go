package svscan

import "bytes"

// longest is the longest message: what is written at once to a FIFO and is no
// longer comes in one piece (PIPE_BUF), and no more than that is in ours.
const longest = 4096

// nextMessage takes the first message off what was read from .svscan/control. A
// message is one byte, or a line where isLine says so of its first byte; it
// comes without its newline. What is left of a line without one is no message:
// nobody will write the rest of it.
func nextMessage(text []byte, isLine func(byte) bool) (message, rest []byte) {
	if len(text) == 0 || !isLine(text[0]) {
		n := min(len(text), 1)
		return text[:n], text[n:]
	}
	line, rest, whole := bytes.Cut(text, []byte{'\n'})
	if !whole {
		return nil, nil
	}
	return line, rest
}
