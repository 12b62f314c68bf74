package logger

import (
	"bytes"
	"reflect"
	"testing"
)

// planned is an intent to write the lines of text to two files.
func planned(text string) intent {
	return intent{
		boot: [bootSize]byte([]byte("2f9d6b6a-5f29-4b5e-8d0a-3a8f6f3f4c11")), pipe: fileID{13, 4711},
		count: len(text), first: text[0], hash: ends([]byte(text)),
		files: []place{
			{fileID{1, 2}, 4000, 30, []byte("@400000006b0173c82bc4180c line")},
			{fileID{1, 3}, 0, 5, []byte("line\n")},
		},
		turn:  7,
		debts: []debt{{fileID{1, 1}, owed{3, 4}, owed{0, 5}}},
	}
}

func TestIntentPack(t *testing.T) {
	t.Parallel()
	most := planned("a\n")
	for len(most.files) < maxPlaces {
		most.files = append(most.files, place{fileID{1 << 63, 1<<64 - 1}, 1 << 62, 1 << 61, bytes.Repeat([]byte("x"), maxStart)})
	}
	for len(most.debts) < maxDebts {
		most.debts = append(most.debts, debt{fileID{1 << 63, 1<<64 - 1}, owed{1 << 62, 1 << 61}, owed{1 << 60, 1 << 59}})
	}
	for _, want := range []intent{planned("line\n"), planned("\x00"), planned("\xff\n"), most} {
		page := want.pack(nil)
		if len(page) > halfSize {
			t.Errorf("got %d bytes; want at most %d", len(page), halfSize)
		}
		got, open, _ := unpack(append(page, make([]byte, halfSize-len(page))...))
		if !open || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %t; want %v", got, open, want)
		}
		page[markAt] = want.first // as the kernel marks it
		if _, open, _ := unpack(page); open {
			t.Errorf("first byte %q: it was taken, and is open", want.first)
		}
	}
}

// An intent that is not whole is none, whichever bytes of it are missing.
func TestIntentTorn(t *testing.T) {
	t.Parallel()
	i := planned("line\n")
	page := i.pack(nil)
	for n := range page {
		if _, open, _ := unpack(page[:n]); open {
			t.Errorf("the first %d bytes are an intent", n)
		}
		for _, change := range []byte{1, 0x80, 0xff} {
			torn := bytes.Clone(page)
			torn[n] ^= change
			if _, open, _ := unpack(torn); open {
				t.Errorf("with another byte %d it is an intent", n)
			}
		}
	}
	// As it is while the next is written over it.
	j := planned("another line\n")
	next := j.pack(nil)
	for n := range page {
		torn := append(bytes.Clone(next[:n]), page[n:]...)
		if n >= markAt {
			copy(torn[sumAt:], make([]byte, 8))
		} else {
			torn[markAt] = i.first // that one was taken
		}
		if _, open, _ := unpack(torn); open {
			t.Errorf("with %d bytes of the next it is an intent", n)
		}
	}
}

func TestIntentWaits(t *testing.T) {
	t.Parallel()
	const text = "line 1\nline 2\n"
	i := planned(text)
	for _, c := range []struct {
		name    string
		boot    [bootSize]byte
		pipe    fileID
		content string
		want    bool
	}{
		{"there", i.boot, i.pipe, text, true},
		{"with more", i.boot, i.pipe, text + "line 3\n", true},
		{"another boot", [bootSize]byte{1}, i.pipe, text, false},
		{"another pipe", i.boot, fileID{13, 4712}, text, false},
		{"a pipe of another device", i.boot, fileID{14, 4711}, text, false},
		{"an empty pipe", i.boot, i.pipe, "", false},
		{"a part", i.boot, i.pipe, text[:len(text)-1], false},
		{"taken", i.boot, i.pipe, "line 2\nline 3\n", false},
		{"something else", i.boot, i.pipe, "zine 1\nline 2\n", false},
	} {
		if got := i.waits(c.boot, c.pipe, []byte(c.content)); got != c.want {
			t.Errorf("%s: got %t; want %t", c.name, got, c.want)
		}
	}
	i.count = 0
	if !i.waits([bootSize]byte{}, fileID{}, nil) {
		t.Error("words of our own wait for no pipe")
	}
}

// TestNewest: of two intents the later is in force; while one is written over,
// the other is, whatever is torn.
func TestNewest(t *testing.T) {
	t.Parallel()
	if i, _, open := newest(make([]byte, pageSize)); open || i.turn != 0 {
		t.Errorf("an empty page: got %v, %t", i, open)
	}
	page := make([]byte, pageSize)
	for turn := uint64(1); turn < 6; turn++ {
		i := planned("line\n")
		i.turn, i.debts[0].before.space = turn, int64(turn)
		at := int(turn%2) * halfSize
		next := i.pack(nil)
		for n := range next {
			torn := bytes.Clone(page)
			copy(torn[at:], next[:n])
			if n >= markAt {
				copy(torn[at+sumAt:], make([]byte, 8)) // it comes last
			}
			if got, _, _ := newest(torn); got.turn != turn-1 {
				t.Fatalf("turn %d, %d bytes: got turn %d; want the one before", turn, n, got.turn)
			}
		}
		copy(page[at:], next)
		got, half, open := newest(page)
		if !reflect.DeepEqual(got, i) || half != int(turn%2) || !open {
			t.Errorf("turn %d: got %v in %d, %t; want %v", turn, got, half, open, i)
		}
		page[at+markAt] = i.first
		if _, _, open := newest(page); open {
			t.Errorf("turn %d: it was taken, and is open", turn)
		}
	}
}

func TestPlaceCuts(t *testing.T) {
	t.Parallel()
	id := fileID{1, 2}
	p := place{id, 4000, 100, []byte("@400 line")}
	for _, c := range []struct {
		name string
		left left
		want bool
	}{
		{"all was written", left{id, 4100, false, []byte("@400 line 1\nli")}, true},
		{"a part", left{id, 4005, false, []byte("@400 ")}, true},
		{"one byte", left{id, 4001, false, []byte("@")}, true},
		{"nothing", left{id, 4000, false, nil}, false},
		{"it is shorter", left{id, 3999, false, nil}, false},
		{"it is longer", left{id, 4101, false, []byte("@400 line 1\nli")}, false},
		{"another file", left{fileID{1, 3}, 4100, false, []byte("@400 line 1\n")}, false},
		{"another device", left{fileID{2, 2}, 4100, false, []byte("@400 line 1\n")}, false},
		{"another logger has ended", left{id, 4100, true, []byte("@400 line 1\n")}, false},
		{"another logger was there", left{id, 4100, false, []byte("@401 line 1\n")}, false},
		{"it could not be read", left{id, 4100, false, nil}, false},
		{"it became shorter", left{id, 4100, false, []byte("@400")}, false},
	} {
		if got := p.cuts(c.left); got != c.want {
			t.Errorf("%s: got %t; want %t", c.name, got, c.want)
		}
	}
	p.start = nil
	if p.cuts(left{id, 4100, false, []byte("@400 line 1\n")}) {
		t.Error("what is not known to be ours is cut")
	}
}

// FuzzIntent: whatever a lock holds is refused or can be packed again, and never
// cuts more than what lies behind the place.
func FuzzIntent(f *testing.F) {
	i := planned("line\n")
	f.Add(i.pack(nil), int64(4030))
	f.Add([]byte(magic), int64(0))
	f.Add(make([]byte, pageSize), int64(1))
	f.Fuzz(func(t *testing.T, page []byte, size int64) {
		if len(page) >= headSize && len(page) <= halfSize {
			// Else no input would come beyond the sum.
			n := min(int(page[placesAt]), maxPlaces, (len(page)-headSize)/placeSize)
			m := min(int(page[debtsAt]), maxDebts, (len(page)-headSize-n*placeSize)/debtSize)
			page[placesAt], page[debtsAt] = byte(n), byte(m)
			copy(page, magic)
			for k, s := 0, sum(page[firstAt:headSize+n*placeSize+m*debtSize]); k < 8; k++ {
				page[sumAt+k] = byte(s >> (8 * k))
			}
		}
		got, open, _ := unpack(page)
		for _, p := range got.files {
			if p.size < 0 || p.cuts(left{p.id, size, false, p.start}) && size <= p.size {
				t.Errorf("%v cuts %d", p, size)
			}
		}
		if !open {
			return
		}
		again, open, _ := unpack(got.pack(nil))
		if !open || !reflect.DeepEqual(got, again) {
			t.Errorf("got %v, %t; want %v", again, open, got)
		}
	})
}
