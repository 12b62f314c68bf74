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
type intent struct {
	boot  [bootSize]byte // a pipe does not outlive it
	pipe  fileID
	count int    // bytes that will be taken
	first byte   // of them
	hash  uint64 // of their beginning and end
	files []place
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

// The layout of an intent; numbers are little-endian. The mark is no part of
// the sum: it is the complement of the first byte until the kernel reads that
// to its place.
const (
	magic    = "svlog 1\n"
	sumAt    = 8
	markAt   = 16
	firstAt  = 17
	placesAt = 18
	countAt  = 20
	bootAt   = 24
	pipeAt   = 64
	hashAt   = 80
	headSize = 88

	bootSize  = 36
	placeSize = 64
	maxStart  = 31
	pageSize  = 4096 // what is mapped and read; never more than a page
	maxPlaces = (pageSize - headSize) / placeSize
)

// pack appends the intent, not taken. It has at most maxPlaces files. We may be
// killed meanwhile: the sum that was there goes first, and the new one, which is
// made of all that was written, comes last.
func (i *intent) pack(b []byte) []byte {
	from := len(b)
	le := binary.LittleEndian
	b = append(b, magic...)
	b = le.AppendUint64(b, 0)
	b = append(b, ^i.first, i.first)
	b = le.AppendUint16(b, uint16(len(i.files)))
	b = le.AppendUint32(b, uint32(i.count))
	b = append(b, i.boot[:]...)
	b = append(b, 0, 0, 0, 0) // so that numbers are aligned
	b = le.AppendUint64(le.AppendUint64(b, i.pipe.dev), i.pipe.ino)
	b = le.AppendUint64(b, i.hash)
	for _, p := range i.files {
		b = le.AppendUint64(le.AppendUint64(b, p.id.dev), p.id.ino)
		b = le.AppendUint64(le.AppendUint64(b, uint64(p.size)), uint64(p.adds))
		var start [1 + maxStart]byte
		start[0] = byte(copy(start[1:], p.start))
		b = append(b, start[:]...)
	}
	le.PutUint64(b[from+sumAt:], sum(b[from+firstAt:]))
	return b
}

// unpack reads what lock holds. It is an intent only if it is whole and was not
// taken; whatever else is there means nothing.
func unpack(page []byte) (i intent, open bool) {
	le := binary.LittleEndian
	if len(page) < headSize || string(page[:sumAt]) != magic {
		return i, false
	}
	n := int(le.Uint16(page[placesAt:]))
	end := headSize + n*placeSize
	if n > maxPlaces || len(page) < end || le.Uint64(page[sumAt:]) != sum(page[firstAt:end]) {
		return i, false
	}
	i.first = page[firstAt]
	i.count = int(le.Uint32(page[countAt:]))
	copy(i.boot[:], page[bootAt:])
	i.pipe = fileID{le.Uint64(page[pipeAt:]), le.Uint64(page[pipeAt+8:])}
	i.hash = le.Uint64(page[hashAt:])
	for b := page[headSize:end]; len(b) > 0; b = b[placeSize:] {
		p := place{id: fileID{le.Uint64(b), le.Uint64(b[8:])}}
		p.size, p.adds = int64(le.Uint64(b[16:])), int64(le.Uint64(b[24:]))
		p.start = bytes.Clone(b[33 : 33+min(int(b[32]), maxStart)])
		if p.size < 0 || p.adds < 0 || p.size+p.adds < p.size {
			return intent{}, false
		}
		i.files = append(i.files, p)
	}
	return i, page[markAt] == ^i.first
}

// waits says that the bytes of the intent are what a pipe begins with.
func (i *intent) waits(boot [bootSize]byte, pipe fileID, content []byte) bool {
	return boot == i.boot && pipe == i.pipe && i.count > 0 && len(content) >= i.count &&
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
