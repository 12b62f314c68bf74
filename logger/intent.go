package logger

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// intent is what is said in the file lock before lines are written: which bytes
// of which pipe these are, and where the files end that get them. As long as
// the kernel has not marked it as taken, the bytes are still in the pipe, and
// the next logger cuts off what was written of them. See doc.go.
//
// It may be of no bytes: then what is written are words of our own, about what
// was dropped, and we mark it ourselves.
type intent struct {
	turn  uint64         // of two intents the later is in force
	boot  [bootSize]byte // a pipe does not outlive it
	pipe  fileID
	count int    // bytes that will be taken
	first byte   // of them
	hash  uint64 // of their beginning and end
	files []place
	debts []debt
}

// debt is what a directory owes its reader, before the intent is taken and
// after.
type debt struct {
	dir           fileID
	before, after owed
}

// fileID tells a file or pipe from all others of its time.
type fileID struct{ dev, ino uint64 }

// place is the end of a file, and what is to follow there.
type place struct {
	id    fileID
	size  int64
	adds  int64
	start []byte // of what is added, at most maxStart
}

// The layout of an intent; there are two, one in each half of a page, and each
// overwrites the one before the last, so that of what is owed something stays
// that is true. Numbers are little-endian. The mark is no part of
// the sum: it is the complement of the first byte until the kernel reads that
// to its place.
const (
	magic    = "svlog 2\n"
	sumAt    = 8
	markAt   = 16
	firstAt  = 17
	placesAt = 18
	debtsAt  = 19
	countAt  = 20
	bootAt   = 24
	pipeAt   = 64
	hashAt   = 80
	turnAt   = 88
	headSize = 96

	bootSize  = 36
	placeSize = 64
	maxStart  = 31
	debtSize  = 48
	pageSize  = 4096 // what is mapped and read; never more than a page
	halfSize  = pageSize / 2
	maxPlaces = 20
	maxDebts  = (halfSize - headSize - maxPlaces*placeSize) / debtSize
)

// pack appends the intent, not taken. It has at most maxPlaces files and
// maxDebts debts. We may be
// killed meanwhile: the sum that was there goes first, and the new one, which is
// made of all that was written, comes last.
func (i *intent) pack(b []byte) []byte {
	from := len(b)
	le := binary.LittleEndian
	b = append(b, magic...)
	b = le.AppendUint64(b, 0)
	b = append(b, ^i.first, i.first)
	b = append(b, byte(len(i.files)), byte(len(i.debts)))
	b = le.AppendUint32(b, uint32(i.count))
	b = append(b, i.boot[:]...)
	b = append(b, 0, 0, 0, 0) // so that numbers are aligned
	b = le.AppendUint64(le.AppendUint64(b, i.pipe.dev), i.pipe.ino)
	b = le.AppendUint64(le.AppendUint64(b, i.hash), i.turn)
	for _, p := range i.files {
		b = le.AppendUint64(le.AppendUint64(b, p.id.dev), p.id.ino)
		b = le.AppendUint64(le.AppendUint64(b, uint64(p.size)), uint64(p.adds))
		var start [1 + maxStart]byte
		start[0] = byte(copy(start[1:], p.start))
		b = append(b, start[:]...)
	}
	for _, d := range i.debts {
		b = le.AppendUint64(le.AppendUint64(b, d.dir.dev), d.dir.ino)
		for _, o := range [...]owed{d.before, d.after} {
			b = le.AppendUint64(le.AppendUint64(b, uint64(o.space)), uint64(o.rate))
		}
	}
	le.PutUint64(b[from+sumAt:], sum(b[from+firstAt:]))
	return b
}

// newest is the intent of a page that is in force, and the half where it is.
// open says that it was not taken; without an intent it is of no bytes, and not.
func newest(page []byte) (i intent, half int, open bool) {
	for n := range 2 {
		from := min(n*halfSize, len(page))
		j, is, ok := unpack(page[from:min(from+halfSize, len(page))])
		if ok && j.turn > i.turn {
			i, half, open = j, n, is
		}
	}
	return i, half, open
}

// unpack reads an intent. It is one only if it is whole; whatever else is there
// means nothing. open says that it was not taken.
func unpack(b []byte) (i intent, open, ok bool) {
	le := binary.LittleEndian
	if len(b) < headSize || string(b[:sumAt]) != magic {
		return i, false, false
	}
	files, debts := int(b[placesAt]), int(b[debtsAt])
	end := headSize + files*placeSize + debts*debtSize
	if files > maxPlaces || debts > maxDebts || len(b) < end || le.Uint64(b[sumAt:]) != sum(b[firstAt:end]) {
		return i, false, false
	}
	i.first, open = b[firstAt], b[markAt] == ^b[firstAt]
	i.count, i.turn = int(le.Uint32(b[countAt:])), le.Uint64(b[turnAt:])
	copy(i.boot[:], b[bootAt:])
	i.pipe = fileID{le.Uint64(b[pipeAt:]), le.Uint64(b[pipeAt+8:])}
	i.hash = le.Uint64(b[hashAt:])
	b = b[headSize:end]
	for ; len(i.files) < files; b = b[placeSize:] {
		p := place{id: fileID{le.Uint64(b), le.Uint64(b[8:])}}
		p.size, p.adds = int64(le.Uint64(b[16:])), int64(le.Uint64(b[24:]))
		p.start = bytes.Clone(b[33 : 33+min(int(b[32]), maxStart)])
		if p.size < 0 || p.adds < 0 || p.size+p.adds < p.size {
			return intent{}, false, false
		}
		i.files = append(i.files, p)
	}
	for ; len(b) > 0; b = b[debtSize:] {
		number := func(at int) int64 { return int64(le.Uint64(b[at:])) }
		i.debts = append(i.debts, debt{fileID{le.Uint64(b), le.Uint64(b[8:])},
			owed{number(16), number(24)}, owed{number(32), number(40)}})
	}
	return i, open, true
}

// waits says that the bytes of the intent are what a pipe begins with, if it is
// of any.
func (i *intent) waits(boot [bootSize]byte, pipe fileID, content []byte) bool {
	if i.count == 0 {
		return true
	}
	return boot == i.boot && pipe == i.pipe && len(content) >= i.count &&
		content[0] == i.first && ends(content[:i.count]) == i.hash
}

// left is what is found of a current.
type left struct {
	id    fileID
	size  int64
	whole bool   // its logger has ended in order
	tail  []byte // at least the first bytes behind the size of the place
}

// cuts says that f is the file of p, with nothing behind its end but what was to
// be added: then that goes.
func (p *place) cuts(f left) bool {
	n := min(len(p.start), len(f.tail))
	return f.id == p.id && !f.whole && f.size > p.size && f.size-p.size <= p.adds &&
		int64(n) == min(f.size-p.size, int64(len(p.start))) && n > 0 && bytes.Equal(f.tail[:n], p.start[:n])
}

// ends tells the bytes that are taken from others: these begin and end otherwise.
func ends(b []byte) uint64 {
	const enough = 1 << 10
	if len(b) <= 2*enough {
		return sum(b)
	}
	return sum(b[:enough]) ^ sum(b[len(b)-enough:])<<1
}

// sum tells different bytes apart, where nobody chooses them to deceive.
func sum(b []byte) uint64 {
	const odd = 0x9e3779b97f4a7c15
	h := uint64(len(b)) * odd
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64((h^binary.LittleEndian.Uint64(b))*odd, 29)
	}
	for _, c := range b {
		h = bits.RotateLeft64((h^uint64(c))*odd, 29)
	}
	return h ^ h>>32
}
