// Package ids gives out numbers of a pool, ports or users, one to each who asks, and
// none to two. Who has one keeps it, whoever comes and goes. One whose owner has gone is
// given to another only when all others have been: what still knows it by its number
// should not take one service for another.
//
// It is pure: svctl ids(8) reads what stands in the settings, and writes what comes of it.
package ids

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Pool is the numbers from First to Last.
type Pool struct{ First, Last int }

// MaxPool bounds how many these are.
const MaxPool = 1 << 16

var errPool = errors.New("not FIRST-LAST, as 5000-5999, at most 65536 numbers")

// ParsePool reads a pool of numbers up to most.
func ParsePool(text string, most int) (Pool, error) {
	first, last, ok := strings.Cut(text, "-")
	a, err := strconv.ParseUint(first, 10, 32)
	b, err2 := strconv.ParseUint(last, 10, 32)
	if !ok || err != nil || err2 != nil || a < 1 || b < a || b > uint64(most) || b-a >= MaxPool {
		return Pool{}, errPool
	}
	return Pool{int(a), int(b)}, nil
}

// Has says that n is one of them.
func (p Pool) Has(n int) bool { return p.First <= n && n <= p.Last }

// String is the pool as it is given.
func (p Pool) String() string { return strconv.Itoa(p.First) + "-" + strconv.Itoa(p.Last) }

// Entry is a number that was given to an owner: to web, or web/http.
type Entry struct {
	Number int
	Owner  string
}

// Ledger is what was given, with which number last.
type Ledger struct {
	Given []Entry // by number, each once, and each owner once
	Last  int
}

// Request is who asks for what.
type Request struct {
	Pool  Pool
	Asked []string
	// Standing are all owners that there are, also those who do not ask, and the number
	// that each has in its settings, 0 for none.
	Standing map[string]int
	// Foreign says that a number has another use.
	Foreign func(n int) bool
}

// desk is where one request is served.
type desk struct {
	*Request
	ledger *Ledger
	taken  map[int]string // by those who are here
}

// Give gives each owner who asks a number, and notes it.
func (l *Ledger) Give(r *Request) (map[string]int, error) {
	d := &desk{r, l, map[int]string{}}
	given := d.keep()
	for _, owner := range r.Asked {
		if given[owner] != 0 {
			continue
		}
		n, err := d.choose(owner)
		if err != nil {
			return nil, err
		}
		given[owner], d.taken[n] = n, owner
	}
	for _, owner := range r.Asked {
		l.note(Entry{given[owner], owner})
	}
	return given, nil
}

// keep finds what stays as it is: what was given and stands where it should, and all
// that belongs to those who do not ask.
func (d *desk) keep() map[string]int {
	given := map[string]int{}
	for _, e := range d.ledger.Given {
		asks := slices.Contains(d.Asked, e.Owner)
		if d.Standing[e.Owner] == e.Number && (d.Pool.Has(e.Number) || !asks) {
			d.taken[e.Number] = e.Owner
			if asks {
				given[e.Owner] = e.Number
			}
		}
	}
	for owner, n := range d.Standing {
		if n != 0 && d.taken[n] == "" && !slices.Contains(d.Asked, owner) {
			d.taken[n] = owner
		}
	}
	return given
}

// choose is the number of an owner: that which stands in its settings, that which it had,
// or one that nobody has.
func (d *desk) choose(owner string) (int, error) {
	had := 0
	if i := slices.IndexFunc(d.ledger.Given, func(e Entry) bool { return e.Owner == owner }); i >= 0 {
		had = d.ledger.Given[i].Number
	}
	for _, n := range []int{d.Standing[owner], had} {
		if d.Pool.Has(n) && d.taken[n] == "" && (n == had || !d.isOfAnother(n)) {
			return n, nil
		}
	}
	for _, reuse := range []bool{false, true} {
		n := d.ledger.Last
		for range d.Pool.Last - d.Pool.First + 1 {
			if n++; !d.Pool.Has(n) {
				n = d.Pool.First
			}
			if d.taken[n] == "" && !d.isOfAnother(n) && (reuse || d.ledger.find(n) == "") && !d.Foreign(n) {
				d.ledger.Last = n
				return n, nil
			}
		}
	}
	return 0, errors.New("no number of " + d.Pool.String() + " is left")
}

// isOfAnother says that a number was given to one who is here, whatever stands in its
// settings by now.
func (d *desk) isOfAnother(n int) bool {
	_, here := d.Standing[d.ledger.find(n)]
	return here
}

// find is who was given a number, "" for nobody.
func (l *Ledger) find(n int) string {
	if i, found := slices.BinarySearchFunc(l.Given, n, byNumber); found {
		return l.Given[i].Owner
	}
	return ""
}

func byNumber(e Entry, n int) int { return e.Number - n }

// note writes down what an owner has from now on.
func (l *Ledger) note(e Entry) {
	l.Given = slices.DeleteFunc(l.Given, func(old Entry) bool { return old.Owner == e.Owner || old.Number == e.Number })
	i, _ := slices.BinarySearchFunc(l.Given, e.Number, byNumber)
	l.Given = slices.Insert(l.Given, i, e)
}
