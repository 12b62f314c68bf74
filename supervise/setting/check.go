package setting

import (
	"errors"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/tally"
)

// Line is the value in the text of a file of one line, as servicedir(5) has it:
// the first, without surrounding blanks.
func Line(text string) (string, error) {
	const most = 4096
	if len(text) > most {
		return "", errors.New("too long: one line of at most 4096 bytes")
	}
	line, err := servicedir.FirstLine("", []byte(text))
	return line, bare(err)
}

// bare is err without the name of the file, which the caller knows.
func bare(err error) error {
	var bad *servicedir.ValueError
	if errors.As(err, &bad) {
		return errors.New(bad.Reason)
	}
	return err
}

// check parses the line in text.
func check[T any](text string, parse func(string) (T, error)) error {
	line, err := Line(text)
	if err == nil {
		_, err = parse(line)
	}
	return err
}

// number reads a whole number between lo and hi.
func number(value string, lo, hi int) (int, error) {
	n, err := servicedir.ParseNumber("", value, lo, hi)
	return n, bare(err)
}

// The functions of the table are named, not made: so it costs a resident
// nothing at its start.

func checkLine(text string) error {
	_, err := Line(text)
	return err
}

func checkProducers(text string) error {
	if len(servicedir.ParseProducers([]byte(text))) == 0 {
		return errEmpty
	}
	return nil
}

func checkDescriptor(text string) error {
	return check(text, func(value string) (int, error) { return number(value, 3, 1023) })
}

func checkDeathTally(text string) error {
	return check(text, func(value string) (int, error) { return number(value, 0, tally.Max) })
}

func checkMillis(text string) error {
	return check(text, func(value string) (time.Duration, error) {
		d, err := servicedir.ParseMillis("", value)
		return d, bare(err)
	})
}

func checkSignal(text string) error {
	return check(text, func(value string) (syscall.Signal, error) {
		sig, err := servicedir.ParseSignal("", value)
		return sig, bare(err)
	})
}

func checkScope(text string) error {
	return check(text, func(value string) (servicedir.Scope, error) {
		scope, err := servicedir.ParseScope("", value)
		return scope, bare(err)
	})
}

// checkPIDFile takes an empty file too.
func checkPIDFile(text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return checkLine(text)
}

func checkRestart(text string) error      { return check(text, ParseRestart) }
func checkRestartLimit(text string) error { return check(text, ParseRestartLimit) }
func checkRestartDelay(text string) error { return check(text, ParseRestartDelay) }
func checkUptime(text string) error       { return check(text, ParseUptime) }
func checkSuccess(text string) error      { return check(text, ParseSuccess) }
func checkAnswer(text string) error       { return check(text, ParseAnswer) }
func checkEdge(text string) error         { _, err := needs.ParseEdge(text); return err }
func checkStyle(text string) error        { return check(text, ParseStyle) }
func checkOOMScore(text string) error     { return check(text, ParseOOMScore) }
func checkWeight(text string) error       { return check(text, ParseWeight) }
func checkNice(text string) error         { return check(text, ParseNice) }
func checkIONice(text string) error       { return check(text, ParseIONice) }
func checkUmask(text string) error        { return check(text, ParseUmask) }
func checkUser(text string) error         { return check(text, ParseUser) }
func checkLimit(text string) error        { return check(text, ParseLimit) }
func checkMake(text string) error         { return check(text, ParseMake) }
func checkLogSize(text string) error      { return check(text, ParseLogSize) }
func checkLogCount(text string) error     { return check(text, ParseLogCount) }
func checkLogTotal(text string) error     { return check(text, ParseLogTotal) }
func checkLogRate(text string) error      { return check(text, ParseRate) }
func checkLogPipe(text string) error      { return check(text, ParseLogPipe) }
func checkLogFull(text string) error      { return check(text, ParseFull) }
func checkLogStamp(text string) error     { return check(text, ParseStamp) }
func checkCommand(text string) error      { _, err := ParseCommand(text); return err }
func checkCapabilities(text string) error { _, err := ParseCapabilities(text); return err }
func checkLogScript(text string) error    { _, err := ParseScript(text); return err }
func checkResource(name string) error     { _, err := ParseResource(name); return err }
