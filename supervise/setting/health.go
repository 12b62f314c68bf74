package setting

import (
	"errors"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/servicedir"
)

// What set/check and set/alive say of how a service is looked at, and
// set/watchdog of how often it must be heard of.

var (
	errSpan   = errors.New("not a time from 10ms to 365d, as 10s")
	errHTTP   = errors.New("not a URL, as http://localhost:8080/health, perhaps with the status that is expected, as 204, and insecure")
	errHeader = errors.New("not a line NAME: VALUE for each header, after that of the URL")
	errTCP    = errors.New("not HOST:PORT, as localhost:6379 or [::1]:80")
)

// The checks of what stands in set/check and set/alive.

func checkHTTP(text string) error {
	text, err := ExpandPorts(text, anyPort)
	if err == nil {
		_, err = ParseHTTP(text)
	}
	return err
}

func checkTCP(text string) error {
	return check(text, func(value string) (string, error) {
		value, err := ExpandPorts(value, anyPort)
		if err != nil {
			return "", err
		}
		return ParseTCP(value)
	})
}

// checkReadyTCP is checkTCP, or that nobody asks.
func checkReadyTCP(text string) error {
	if line, err := Line(text); err == nil && line == NoCheck {
		return nil
	}
	return checkTCP(text)
}

func checkTimes(text string) error { return check(text, ParseTimes) }
func checkPause(text string) error { return check(text, ParsePause) }
func checkSpan(text string) error  { return check(text, ParseSpan) }

// ParseSpan reads a period or a timeout.
func ParseSpan(value string) (time.Duration, error) {
	d, err := ParseDuration(value)
	if err != nil || d < minPause || d > maxPause {
		return 0, errSpan
	}
	return d, nil
}

// ParsePause reads a delay, which may be none.
func ParsePause(value string) (time.Duration, error) {
	d, err := ParseDuration(value)
	if err != nil || d > maxPause {
		return 0, errDuration
	}
	return d, nil
}

// ParseTimes reads how often something must be so.
func ParseTimes(value string) (int, error) { return number(value, 1, 100) }

// ParseHTTP reads the text of http: a URL, perhaps the status that is expected
// and the word insecure, then headers. It returns them as svprobe(8) takes them.
func ParseHTTP(text string) ([]string, error) {
	const most = 16 << 10
	if len(text) > most {
		return nil, errHTTP
	}
	first, headers, _ := strings.Cut(text, "\n")
	words := strings.Fields(first)
	if len(words) == 0 || !isURL(words[0]) || !plainText(first) {
		return nil, errHTTP
	}
	for _, word := range words[1:] {
		if _, err := number(word, 100, 599); err != nil && word != "insecure" {
			return nil, errHTTP
		}
	}
	for line := range strings.Lines(headers) {
		line = strings.Trim(line, " \t\r\n")
		if line == "" {
			continue
		}
		name, _, ok := strings.Cut(line, ":")
		if !ok || name == "" || strings.ContainsAny(name, " \t") || !plainText(line) {
			return nil, errHeader
		}
		words = append(words, line)
	}
	return words, nil
}

func isURL(s string) bool {
	for _, scheme := range []string{"http://", "https://"} {
		if rest, ok := strings.CutPrefix(s, scheme); ok {
			return rest != "" && rest[0] != '/' && rest[0] != ':'
		}
	}
	return false
}

// plainText says that s has no control character but tabs.
func plainText(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) < 0
}

// NoCheck stands in set/check/tcp where nothing is to be asked, of set/ports neither.
const NoCheck = "none"

// ParseTCP reads an address, and returns it.
func ParseTCP(value string) (string, error) {
	i := strings.LastIndexByte(value, ':')
	if i < 0 || strings.ContainsAny(value, " \t/") || !plainText(value) {
		return "", errTCP
	}
	host := value[:i]
	inner, bracketed := strings.CutPrefix(host, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if bracketed != closed || strings.Contains(inner, ":") != bracketed || inner == "" {
		return "", errTCP
	}
	if _, err := servicedir.ParseNumber("", value[i+1:], 1, 65535); err != nil {
		return "", errTCP
	}
	return value, nil
}
