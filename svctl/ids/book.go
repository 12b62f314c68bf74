package ids

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Book is all ledgers of a scan directory, by what is given: port, user.
type Book map[string]*Ledger

// Of is the ledger of this kind.
func (b Book) Of(kind string) *Ledger {
	if b[kind] == nil {
		b[kind] = new(Ledger)
	}
	return b[kind]
}

// Pack is the text of the file .svscan/ids, see scandir(5).
func (b Book) Pack() string {
	var kinds []string
	for kind := range b {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	var text strings.Builder
	for _, kind := range kinds {
		for _, e := range b[kind].Given {
			text.WriteString(kind + " " + strconv.Itoa(e.Number) + " " + e.Owner + "\n")
		}
		if b[kind].Last != 0 {
			text.WriteString(kind + " " + strconv.Itoa(b[kind].Last) + "\n")
		}
	}
	return text.String()
}

// Unpack is what such a text says. A book that cannot be read whole is none: numbers
// would be given twice.
func Unpack(text string) (Book, error) {
	b := Book{}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		kind, rest, _ := strings.Cut(line, " ")
		number, owner, owned := strings.Cut(rest, " ")
		n, err := strconv.ParseUint(number, 10, 32)
		l := b.Of(kind)
		switch {
		case kind == "" || err != nil || n == 0 || owned && owner == "":
			return nil, errors.New("line " + strconv.Itoa(i+1) + " is not KIND NUMBER [OWNER]")
		case owned:
			l.Given = append(l.Given, Entry{int(n), owner})
		default:
			l.Last = int(n)
		}
	}
	for kind, l := range b {
		if !l.settle() {
			return nil, errors.New("a " + kind + " or an owner stands there twice")
		}
	}
	return b, nil
}

// settle brings what was given into its order, and says whether each is there once.
func (l *Ledger) settle() bool {
	slices.SortFunc(l.Given, func(a, b Entry) int { return a.Number - b.Number })
	owners := map[string]bool{}
	for i, e := range l.Given {
		if owners[e.Owner] || i > 0 && l.Given[i-1].Number == e.Number {
			return false
		}
		owners[e.Owner] = true
	}
	return true
}
