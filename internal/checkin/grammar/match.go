package grammar

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
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
	sets    []int32          // for each place the set of words it takes, all beside one another; -1 for one that takes a time
	first   []int32          // where phrases begin
	symbols map[string]int32 // the words that places tell apart
	rows    []uint64         // for each symbol, a bit for each set that has it: what one word asks of many places lies together
	width   int              // how many of them a symbol has

	starts     []start // for each symbol, the phrases that begin with it
	timeStarts []int32 // the places where phrases begin with a time
}

type place struct {
	*pattern
	time kind  // of a time; word where it takes none
	set  int32 // the symbols it takes, for one that takes words
	next []int32
	ends []Topic // the topics one of whose phrases may end here
}

// start is all phrases that begin with one word: where they go on, by the set that the next word must be in, and the topics of those that it is all of.
type start struct {
	next  []fan
	times []int32 // where they go on with a time
	ends  []Topic
}

type fan struct {
	set    int32
	places []int32
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
	here := []int32{int32(len(a.places) - 1)} // #nosec G115 -- fewer than the words of our own phrases
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
		// #nosec G115 -- fewer than the words of our own phrases
		a.symbols[w] = int32(len(words)) // a break that a phrase names has a symbol of its own
		words = append(words, w)
	}
	sets := a.number()
	a.width = (len(sets) + 63) / 64
	a.rows = make([]uint64, a.width*len(words))
	for set, p := range sets {
		for _, symbol := range a.symbolsOf(p, g, words) {
			a.rows[int(symbol)*a.width+set/64] |= 1 << (set % 64)
		}
	}
	a.begin(len(words))
}

// number puts the places in order, and gives each its set: places of the same words have the same.
func (a *automaton) number() (sets []*pattern) {
	ofWords, ofKind := map[string]int32{}, map[kind]int32{}
	a.sets = make([]int32, len(a.places))
	for i := range a.places {
		p := &a.places[i]
		p.next = slices.Compact(slices.Sorted(slices.Values(p.next)))
		p.ends = slices.Compact(slices.Sorted(slices.Values(p.ends)))
		if p.isTime() {
			p.time, a.sets[i] = p.kind, -1
			continue
		}
		set, known := ofKind[p.kind]
		words := ""
		if p.kind == word {
			words = strings.Join(slices.Sorted(maps.Keys(p.words)), " ")
			set, known = ofWords[words]
		}
		if !known {
			set = int32(len(sets)) // #nosec G115 -- fewer than the words of our own phrases
			sets = append(sets, p.pattern)
		}
		p.set, a.sets[i] = set, set
		if p.kind == word {
			ofWords[words] = set
		} else {
			ofKind[p.kind] = set
		}
	}
	return sets
}

// begin sorts the places where phrases begin by the symbols they take, and puts those of one symbol together.
func (a *automaton) begin(symbols int) {
	next := make([][]int32, symbols)
	a.starts = make([]start, symbols)
	for _, p := range slices.Compact(slices.Sorted(slices.Values(a.first))) {
		at := &a.places[p]
		if at.time != word {
			a.timeStarts = append(a.timeStarts, p)
			continue
		}
		for s := range int32(symbols) { // #nosec G115 -- fewer than the words of our own phrases
			if has(a.row(s), at.set) {
				next[s], a.starts[s].ends = append(next[s], at.next...), append(a.starts[s].ends, at.ends...)
			}
		}
	}
	for s := range a.starts {
		a.starts[s].ends = slices.Compact(slices.Sorted(slices.Values(a.starts[s].ends)))
		a.starts[s].fanOut(a.places, slices.Compact(slices.Sorted(slices.Values(next[s]))))
	}
}

// fanOut sorts the places where a start goes on by their sets.
func (s *start) fanOut(places []place, next []int32) {
	slices.SortStableFunc(next, func(p, q int32) int { return cmp.Compare(places[p].set, places[q].set) })
	for _, p := range next {
		switch n := len(s.next); {
		case places[p].time != word:
			s.times = append(s.times, p)
		case n > 0 && s.next[n-1].set == places[p].set:
			s.next[n-1].places = append(s.next[n-1].places, p)
		default:
			s.next = append(s.next, fan{places[p].set, []int32{p}})
		}
	}
}

// row has a bit for each set that has a symbol.
func (a *automaton) row(symbol int32) []uint64 {
	return a.rows[int(symbol)*a.width : (int(symbol)+1)*a.width]
}

// has says whether a row has the bit of a set.
func has(row []uint64, set int32) bool { return row[set/64]&(1<<(set%64)) != 0 }

// symbolsOf gives the symbols that a pattern takes: those of its words, or of all words of its kind.
func (a *automaton) symbolsOf(p *pattern, g *Grammar, words []string) (symbols []int32) {
	if p.kind == word {
		for _, w := range slices.Sorted(maps.Keys(p.words)) {
			symbols = append(symbols, a.symbols[w])
		}
		return symbols
	}
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
			symbols = append(symbols, s)
		}
	}
	return symbols
}

func isPlural(w string) bool { return len(w) > 3 && w[len(w)-1] == 's' }

func isDoing(w string) bool { return len(w) > 5 && w[len(w)-3:] == "ing" }

func (p *pattern) isTime() bool { return p.kind == anyTime || p.kind == clock || p.kind == length }

func (p *place) takesTime(t Time) bool {
	return t.Words > 0 && (p.time == anyTime || (p.time == length) == t.Length)
}

// Matches is where the phrases of a text are.
type Matches struct {
	topics int
	ends   []int16 // for each word and topic, where the longest phrase that begins there ends; 0: none
}

// End says where the longest phrase of a topic that begins at word i ends, the word after its last; -1 where none does.
func (m *Matches) End(t Topic, i int) int {
	if at := i*m.topics + int(t); i >= 0 && at < len(m.ends) && m.ends[at] > 0 {
		return int(m.ends[at])
	}
	return -1
}

// NewSearch gives what one goroutine at a time can find phrases with, again and again.
func (g *Grammar) NewSearch() *Search {
	return &Search{g: g, met: make([]uint64, (len(g.places)+63)/64)}
}

// MostWords is how many words of a text are looked through.
const MostWords = math.MaxInt16

// Match finds the phrases of all topics in a text's words, of which there may be [MostWords]. times has, for each word, the time that begins there.
func (s *Search) Match(words []string, times []Time) *Matches {
	found := &Matches{s.g.topics, make([]int16, len(words)*s.g.topics)}
	s.times, s.found, s.symbols = times, found, s.symbols[:0]
	for _, w := range words {
		s.symbols = append(s.symbols, s.g.symbolOf(w))
	}
	for i := range words {
		s.from(i)
	}
	s.times, s.found = nil, nil
	return found
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

// Search finds the phrases of one text after the other.
type Search struct {
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
func (s *Search) from(i int) {
	if s.times[i].Words > 0 {
		for _, p := range s.g.timeStarts {
			s.try(p, i, nil)
		}
		s.forget()
	}
	s.begin(&s.g.starts[s.symbols[i]], i)
	for k := i + 1; s.waiting > 0; k++ {
		slot := k % len(s.ahead)
		here := s.ahead[slot]
		s.waiting -= len(here)
		for _, p := range here {
			s.goOn(&s.g.places[p], i, k)
		}
		s.forget()
		s.ahead[slot] = here[:0]
	}
}

// begin finds what begins with word i, as far as the next.
func (s *Search) begin(all *start, i int) {
	for _, t := range all.ends {
		s.found.ends[i*s.g.topics+int(t)] = int16(i + 1) // #nosec G115 -- at most MostWords
	}
	if i+1 == len(s.symbols) {
		return
	}
	row := s.g.row(s.symbols[i+1])
	for _, f := range all.next {
		if has(row, f.set) {
			for _, p := range f.places {
				s.reach(p, i+2)
			}
		}
	}
	if s.times[i+1].Words > 0 {
		for _, p := range all.times {
			s.try(p, i+1, row)
		}
		s.forget()
	}
}

// goOn goes on at word k from a place of a phrase that began at word i, and notes what may end there.
func (s *Search) goOn(from *place, i, k int) {
	for _, t := range from.ends {
		s.found.ends[i*s.g.topics+int(t)] = int16(k) // #nosec G115 -- at most MostWords
	}
	if k == len(s.symbols) {
		return
	}
	row := s.g.row(s.symbols[k])
	for _, q := range from.next {
		s.try(q, k, row)
	}
}

// try goes on to a place, once, if word i, or the time that begins there, allows it.
func (s *Search) try(p int32, i int, row []uint64) {
	next := i + 1
	if set := s.g.sets[p]; set >= 0 {
		if !has(row, set) {
			return
		}
	} else {
		t := s.times[i]
		if !s.g.places[p].takesTime(t) {
			return
		}
		next = i + t.Words
	}
	if bit := uint64(1) << (p % 64); s.met[p/64]&bit == 0 {
		s.met[p/64] |= bit
		s.passed = append(s.passed, p)
		s.reach(p, next)
	}
}

// forget makes the places that were gone on to new again, for the next word.
func (s *Search) forget() {
	for _, p := range s.passed {
		s.met[p/64] = 0
	}
	s.passed = s.passed[:0]
}

func (s *Search) reach(p int32, next int) {
	slot := next % len(s.ahead)
	s.ahead[slot] = append(s.ahead[slot], p)
	s.waiting++
}
