package status

import (
	"bytes"
	"unsafe"
)

// append quotes where a shell would not take the text as one plain word.
func (p *phrase) append(b []byte) []byte {
	plain := true
	for i := 0; i < len(*p); i++ {
		plain = plain && plainByte((*p)[i])
	}
	if plain {
		return append(b, *p...)
	}
	b = append(b, '\'')
	for i := 0; i < len(*p); i++ {
		switch c := (*p)[i]; {
		case c == '\'':
			b = append(b, `'\''`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '?') // a line stays a line
		default:
			b = append(b, c)
		}
	}
	return append(b, '\'')
}

func (p *phrase) parse(s string) { *p = phrase(s) }

func (w *words) append(b []byte) []byte {
	p := phrase(unsafe.String(unsafe.SliceData(*w), len(*w))) // for as long as this lasts
	return p.append(b)
}

func (w *words) parse(s string) { *w = words(s) }

func plainByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' || c == '/'
}

// nextPair splits one KEY=value line off text and undoes the quoting. The key
// is empty where the line is none.
func nextPair(text []byte) (key, value string, rest []byte) {
	line, rest, _ := bytes.Cut(text, []byte{'\n'})
	name, quoted, found := bytes.Cut(line, []byte{'='})
	if !found {
		return "", "", rest
	}
	var plain []byte
	inside := false
	for i := 0; i < len(quoted); i++ {
		switch c := quoted[i]; {
		case c == '\'':
			inside = !inside
			continue
		case c == '\\' && !inside && i+1 < len(quoted):
			i++
		}
		plain = append(plain, quoted[i])
	}
	return string(name), string(plain), rest
}
