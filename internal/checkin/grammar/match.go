package grammar

import (
	"maps"
	"math/bits"
	"slices"
)

// Time is a time that begins at a word: how many words it takes, and whether it is a length of time. Of no words: none.
type Time struct {
	Words  int
	Length bool
}

// longestTime bounds the words of a time.
const longestTime = 15

// automaton is all topics' phrases as one machine that takes a word at a time. Each place in it is one word, or time, of a
// phrase; it goes from place to place as the words allow, in all phrases at once, so that what a text costs is bounded by
// its own words and not by the number of phrases.
type automaton struct {
	topics  int
	places  []place
	first   []int32          // where phrases begin
	symbols map[string]int32 // the words that places tell apart

	starts     [][]int32 // for each symbol, the places where phrases begin with it
	timeStarts []int32   // those where phrases begin with a time
}

type place struct {
	*pattern
	takes []uint64 // which symbols, a bit each
	next  []int32
	ends  []Topic // the topics one of whose phrases may end here
}

// The symbols of words that are in no phrase.
const (
	plainSymbol       int32 = iota // a figure, a letter, a word known to be no name
	breakSymbol                    // a break
	nameSymbol                     // may be a name
	familySymbol                   // may be a family's name in the plural
	givenSymbol                    // a common first name
	givenFamilySymbol              // a common first name that may be a family's name in the plural
	doingSymbol                    // ends in -ing
	firstWord
)

// fragment is a part of the machine under construction.
type fragment struct {
	first, last []int32
	empty       bool // it may take no word at all
}

func (a *automaton) add(t Topic, p *pattern) {
	f := a.build(p)
	a.first = append(a.first, f.first...)
	for _, l := range f.last {
		a.places[l].ends = append(a.places[l].ends, t)
	}
}

func (a *automaton) build(p *pattern) fragment {
	switch p.kind {
	case sequence:
		all := fragment{empty: true}
		for _, part := range p.parts {
			all = a.after(all, a.build(part))
		}
		return all
	case choice:
		var all fragment
		for _, part := range p.parts {
			f := a.build(part)
			all.first, all.last, all.empty = append(all.first, f.first...), append(all.last, f.last...), all.empty || f.empty
		}
		return all
	case optional, repeated:
		f := a.build(p.parts[0])
		if p.kind == repeated {
			a.join(f.last, f.first)
		}
		f.empty = true
		return f
	}
	a.places = append(a.places, place{pattern: p})
	here := []int32{int32(len(a.places) - 1)}
	return fragment{first: here, last: here}
}

// after puts one fragment behind another.
func (a *automaton) after(f, g fragment) fragment {
	a.join(f.last, g.first)
	out := fragment{first: f.first, last: g.last, empty: f.empty && g.empty}
	if f.empty {
		out.first = append(slices.Clip(f.first), g.first...)
	}
	if g.empty {
		out.last = append(slices.Clip(g.last), f.last...)
	}
	return out
}

func (a *automaton) join(from, to []int32) {
	for _, p := range from {
		a.places[p].next = append(a.places[p].next, to...)
	}
}

// finish gives each word its symbol and each place the symbols it takes.
func (a *automaton) finish(g *Grammar) {
	a.symbols = map[string]int32{",": breakSymbol, ".": breakSymbol, "?": breakSymbol, `"`: breakSymbol}
	words := make([]string, firstWord)
	all := map[string]bool{}
	for _, p := range a.places {
		maps.Copy(all, p.words)
	}
	for _, w := range slices.Sorted(maps.Keys(all)) {
		a.symbols[w] = int32(len(words)) // a break that a phrase names has a symbol of its own
		words = append(words, w)
	}
	sets, kinds := map[*pattern][]uint64{}, map[kind][]uint64{}
	for i := range a.places {
		p := &a.places[i]
		p.next = slices.Compact(slices.Sorted(slices.Values(p.next)))
		p.ends = slices.Compact(slices.Sorted(slices.Values(p.ends)))
		switch {
		case p.kind == word && sets[p.pattern] == nil:
			sets[p.pattern] = a.ofWords(p.words, len(words))
		case p.kind != word && kinds[p.kind] == nil:
			kinds[p.kind] = p.symbols(g, words)
		}
		if p.takes = kinds[p.kind]; p.kind == word {
			p.takes = sets[p.pattern]
		}
	}
	a.starts = make([][]int32, len(words))
	for _, p := range slices.Compact(slices.Sorted(slices.Values(a.first))) {
		if a.places[p].isTime() {
			a.timeStarts = append(a.timeStarts, p)
			continue
		}
		for at, some := range a.places[p].takes {
			for ; some != 0; some &= some - 1 {
				s := at*64 + bits.TrailingZeros64(some)
				a.starts[s] = append(a.starts[s], p)
			}
		}
	}
}

// ofWords gives the symbols of words.
func (a *automaton) ofWords(words map[string]bool, n int) []uint64 {
	out := make([]uint64, (n+63)/64)
	for _, w := range slices.Sorted(maps.Keys(words)) {
		s := a.symbols[w]
		out[s/64] |= 1 << (s % 64)
	}
	return out
}

// symbols gives the symbols that a pattern of any word of its kind takes.
func (p *pattern) symbols(g *Grammar, words []string) []uint64 {
	out := make([]uint64, (len(words)+63)/64)
	for i, w := range words {
		s := int32(i)
		takes := false
		switch p.kind {
		case anyWord:
			takes = s != breakSymbol && !IsBreak(w)
		case nameWord:
			takes = s >= nameSymbol && s < doingSymbol || g.names[w]
		case doing:
			takes = s == doingSymbol || isDoing(w)
		case given:
			takes = s == givenSymbol || s == givenFamilySymbol || g.names[w]
		case family:
			takes = s == familySymbol || s == givenFamilySymbol || g.names[w] && isPlural(w)
		}
		if takes {
			out[i/64] |= 1 << (i % 64)
		}
	}
	return out
}

func isPlural(w string) bool { return len(w) > 3 && w[len(w)-1] == 's' }

func isDoing(w string) bool { return len(w) > 5 && w[len(w)-3:] == "ing" }

func (p *place) takesSymbol(s int32) bool { return p.takes[s/64]&(1<<(s%64)) != 0 }

func (p *pattern) isTime() bool { return p.kind == anyTime || p.kind == clock || p.kind == length }

func (p *pattern) takesTime(t Time) bool {
	return t.Words > 0 && (p.kind == anyTime || (p.kind == length) == t.Length)
}

// Matches is where the phrases of a text are.
type Matches struct {
	topics int
	ends   []int32 // for each word and topic, where the longest phrase that begins there ends; 0: none
}

// End says where the longest phrase of a topic that begins at word i ends, the word after its last; -1 where none does.
func (m *Matches) End(t Topic, i int) int {
	if at := i*m.topics + int(t); i >= 0 && at < len(m.ends) && m.ends[at] > 0 {
		return int(m.ends[at])
	}
	return -1
}

// Match finds the phrases of all topics in a text's words. times has, for each word, the time that begins there.
func (g *Grammar) Match(words []string, times []Time) *Matches {
	s := search{g: g, times: times, symbols: make([]int32, len(words)), met: make([]uint64, (len(g.places)+63)/64),
		found: &Matches{g.topics, make([]int32, len(words)*g.topics)}}
	for i, w := range words {
		s.symbols[i] = g.symbolOf(w)
	}
	for i := range words {
		s.from(i)
	}
	return s.found
}

func (g *Grammar) symbolOf(w string) int32 {
	s, known := g.symbols[w]
	switch {
	case known:
		return s
	case isDoing(w):
		return doingSymbol
	case g.names[w] && isPlural(w):
		return givenFamilySymbol
	case g.names[w]:
		return givenSymbol
	case isPlural(w) && g.others[w[:len(w)-1]]: // "the Browns"
		return familySymbol
	case !g.IsName(w):
		return plainSymbol
	case isPlural(w):
		return familySymbol
	}
	return nameSymbol
}

// search is one run over a text.
type search struct {
	g       *Grammar
	times   []Time
	symbols []int32
	found   *Matches
	ahead   [longestTime + 1][]int32 // the places that were reached, by the word that comes next
	waiting int                      // how many they are
	met     []uint64                 // a bit for each place that was gone on to from this word already
	passed  []int32                  // those places
}

// from finds the phrases that begin at word i.
func (s *search) from(i int) {
	for _, p := range s.g.starts[s.symbols[i]] {
		s.reach(p, i+1)
	}
	if s.times[i].Words > 0 {
		for _, p := range s.g.timeStarts {
			s.try(p, i)
		}
		s.forget()
	}
	for k := i + 1; s.waiting > 0; k++ {
		slot := k % len(s.ahead)
		here := s.ahead[slot]
		s.waiting -= len(here)
		for _, p := range here {
			for _, t := range s.g.places[p].ends {
				s.found.ends[i*s.g.topics+int(t)] = int32(k)
			}
			if k == len(s.symbols) {
				continue
			}
			for _, q := range s.g.places[p].next {
				s.try(q, k)
			}
		}
		s.forget()
		s.ahead[slot] = here[:0]
	}
}

// try goes on to a place, once, if word i, or the time that begins there, allows it.
func (s *search) try(p int32, i int) {
	at := &s.g.places[p]
	next := i + 1
	if at.isTime() {
		t := s.times[i]
		if !at.takesTime(t) {
			return
		}
		next = i + t.Words
	} else if !at.takesSymbol(s.symbols[i]) {
		return
	}
	if bit := uint64(1) << (p % 64); s.met[p/64]&bit == 0 {
		s.met[p/64] |= bit
		s.passed = append(s.passed, p)
		s.reach(p, next)
	}
}

// forget makes the places that were gone on to new again, for the next word.
func (s *search) forget() {
	for _, p := range s.passed {
		s.met[p/64] = 0
	}
	s.passed = s.passed[:0]
}

func (s *search) reach(p int32, next int) {
	slot := next % len(s.ahead)
	s.ahead[slot] = append(s.ahead[slot], p)
	s.waiting++
}
