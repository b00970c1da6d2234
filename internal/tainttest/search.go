package tainttest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// Word is what to look for, and what it is: a number as its digits, with or without its country.
type Word struct{ What, Text string }

// Hit is where a word was found.
type Hit struct {
	Word   Word
	Form   string // how it is written there
	Around string // it, and some of what stands beside it
}

// Search looks for many words at once. It may be used from many goroutines.
type Search struct {
	words   []Word
	numbers []form            // looked for where nothing stands between digits
	starts  map[uint32][]form // by their first four bytes
	maybe   []uint64          // which of those there may be, by a hash of them
	longest int
}

// New makes a search for words.
func New(words []Word) *Search {
	s := &Search{words: words, starts: map[uint32][]form{}, maybe: make([]uint64, 1<<hashBits/64)}
	for place, w := range words {
		forms := formsOf(place, w.Text)
		if digits, is := numberOf(w.Text); is {
			forms = append(forms, formsOf(place, digits)...)
			s.numbers = append(s.numbers, form{word: place, says: "number", bytes: []byte(digits)})
		}
		for _, f := range forms {
			start := binary.LittleEndian.Uint32(f.bytes)
			s.starts[start] = append(s.starts[start], f)
			s.maybe[hashed(start)/64] |= 1 << (hashed(start) % 64)
			s.longest = max(s.longest, len(f.bytes))
		}
	}
	return s
}

const hashBits = 20

func hashed(start uint32) uint32 { return start * 2654435761 >> (32 - hashBits) }

// piece is how much is looked at in one go: a database's log need not fit into memory twice.
const piece = 1 << 20

// In finds the words there are in raw, each once in each form, in their order.
func (s *Search) In(raw []byte) []Hit {
	found := map[[2]string]Hit{}
	for at := 0; at < len(raw) || at == 0; at += piece {
		s.look(raw[at:min(len(raw), at+piece+s.longest+64)], found)
	}
	var hits []Hit
	for _, h := range found {
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(a.Word.What, b.Word.What), cmp.Compare(a.Form, b.Form))
	})
	return hits
}

func (s *Search) look(raw []byte, found map[[2]string]Hit) {
	low := lower(raw)
	for i := 0; i+4 <= len(low); i++ {
		start := binary.LittleEndian.Uint32(low[i:])
		if h := hashed(start); s.maybe[h/64]&(1<<(h%64)) == 0 {
			continue
		}
		for _, f := range s.starts[start] {
			if bytes.HasPrefix(low[i:], f.bytes) && (f.exact == nil || bytes.HasPrefix(raw[i:], f.exact)) {
				s.note(found, f, raw, i)
			}
		}
	}
	if len(s.numbers) == 0 {
		return
	}
	tight := squeezed(low)
	for _, f := range s.numbers {
		if i := bytes.Index(tight, f.bytes); i >= 0 {
			s.note(found, f, tight, i)
		}
	}
}

// beside is how much of what stands around a word is told with it.
const beside = 60

func (s *Search) note(found map[[2]string]Hit, f form, raw []byte, at int) {
	w := s.words[f.word]
	if _, had := found[[2]string{w.What, f.says}]; had {
		return
	}
	found[[2]string{w.What, f.says}] = Hit{w, f.says, string(bytes.Clone(raw[max(0, at-beside):min(len(raw), at+len(f.bytes)+beside)]))}
}

// Finds says whether raw has one word, and in which form.
func Finds(raw []byte, word string) (form string, found bool) {
	if hits := New([]Word{{"it", word}}).In(raw); len(hits) > 0 {
		return hits[0].Form, true
	}
	return "", false
}
