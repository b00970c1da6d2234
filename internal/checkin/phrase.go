package checkin

import (
	"maps"
	"slices"
	"strings"
)

// A phrase is a line of the grammar:
//
//	left          that word
//	left/gone     either word
//	now?          that word or nothing
//	(a b | c d)?  a group, with alternatives, perhaps optional
//	$them         what the grammar calls them
//	..            up to three words, within the clause
//	_             any one word
//	@time         a time of day or a length
//	@clock        a time of day
//	@length       a length of time
//	@name         one to three words that are nobody else's: a name, a street
//	@given        a common first name
//	@names        a family's name in the plural: "the Browns"
//
// Matching is bounded by the phrase, not by the text: each word is tried against the few phrases that can begin with it.
type phrase struct {
	kind  kind
	words map[string]bool
	parts []*phrase
}

type kind int

const (
	oneWord kind = iota
	sequence
	choice
	optional
	gap
	anyWord
	aTime
	aClock
	aLength
	aName
	aGiven
	aFamily
)

// ends adds to out where the phrase can end when it begins at word i.
func (p *phrase) ends(m *message, i int, out []int) []int {
	switch p.kind {
	case oneWord:
		if i < len(m.words) && p.words[m.words[i]] {
			out = append(out, i+1)
		}
	case anyWord:
		if i < len(m.words) && !isBreak(m.words[i]) {
			out = append(out, i+1)
		}
	case optional:
		out = p.parts[0].ends(m, i, append(out, i))
	case choice:
		for _, part := range p.parts {
			out = part.ends(m, i, out)
		}
	case sequence:
		return append(out, p.sequenceEnds(m, i)...)
	case gap:
		for n := 0; n <= 3; n++ {
			out = append(out, i+n)
			if i+n >= len(m.words) || isBreak(m.words[i+n]) {
				break
			}
		}
	case aName:
		for n := 0; n < 3 && i+n < len(m.words) && isName(m.words[i+n]); n++ {
			out = append(out, i+n+1)
		}
	case aGiven:
		if i < len(m.words) && givenNames[m.words[i]] {
			out = append(out, i+1)
		}
	case aFamily:
		if w := m.word(i); isName(w) && len(w) > 3 && w[len(w)-1] == 's' {
			out = append(out, i+1)
		}
	default:
		if t := m.timeAt(i); t.words > 0 && (p.kind == aTime || (p.kind == aLength) == t.isLength()) {
			out = append(out, i+t.words)
		}
	}
	return out
}

func (p *phrase) sequenceEnds(m *message, i int) []int {
	at := []int{i}
	for _, part := range p.parts {
		var next []int
		for _, j := range at {
			next = part.ends(m, j, next)
		}
		slices.Sort(next)
		if at = slices.Compact(next); len(at) == 0 {
			return nil
		}
	}
	return at
}

// starts gives the words the phrase can begin with; all is true when it may be any.
func (p *phrase) starts(add func(string)) (all, empty bool) {
	switch p.kind {
	case oneWord:
		for _, w := range slices.Sorted(maps.Keys(p.words)) {
			add(w)
		}
		return false, false
	case optional:
		all, _ = p.parts[0].starts(add)
		return all, true
	case choice:
		for _, part := range p.parts {
			a, e := part.starts(add)
			all, empty = all || a, empty || e
		}
		return all, empty
	case sequence:
		for _, part := range p.parts {
			a, e := part.starts(add)
			if all = all || a; !e {
				return all, false
			}
		}
		return all, true
	}
	return true, p.kind == gap
}

// phrases is a list of phrases, found by their first word.
type phrases struct {
	first map[string][]*phrase
	any   []*phrase
}

func list(lines string) phrases {
	out := phrases{first: map[string][]*phrase{}}
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		for _, p := range parsePhrase(line, names).parts {
			out.add(p)
		}
	}
	return out
}

func (ps *phrases) add(p *phrase) {
	firsts := map[string]bool{}
	if all, _ := p.starts(func(w string) { firsts[w] = true }); all {
		ps.any = append(ps.any, p)
		return
	}
	for _, w := range slices.Sorted(maps.Keys(firsts)) {
		ps.first[w] = append(ps.first[w], p)
	}
}

// at gives where the longest phrase that begins at word i ends, or -1.
func (ps phrases) at(m *message, i int) int {
	if i >= len(m.words) {
		return -1
	}
	end := -1
	for _, group := range [2][]*phrase{ps.first[m.words[i]], ps.any} {
		for _, p := range group {
			for _, j := range p.ends(m, i, nil) {
				if j > i {
					end = max(end, j)
				}
			}
		}
	}
	return end
}

// find gives the first phrase at or after word i, or -1, -1.
func (ps phrases) find(m *message, i int) (start, end int) {
	for ; i < len(m.words); i++ {
		if end := ps.at(m, i); end >= 0 {
			return i, end
		}
	}
	return -1, -1
}

func (ps phrases) in(m *message) bool { start, _ := ps.find(m, 0); return start >= 0 }

// parsePhrase reads a line of the grammar. The grammar is part of the program, so a mistake in it is one in the
// program and stops it at once.
func parsePhrase(line string, names map[string]*phrase) *phrase {
	fields := strings.Fields(strings.NewReplacer("(", " ( ", ")?", " )? ", ")", " ) ", "|", " | ").Replace(line))
	fields = slices.DeleteFunc(fields, func(f string) bool { return f == "" })
	p, rest := parseChoice(fields, names)
	if len(rest) > 0 {
		panic("checkin: a phrase does not end: " + line)
	}
	return p
}

func parseChoice(fields []string, names map[string]*phrase) (*phrase, []string) {
	c := &phrase{kind: choice}
	seq := &phrase{kind: sequence}
	for len(fields) > 0 {
		f := fields[0]
		fields = fields[1:]
		switch f {
		case "(":
			var group *phrase
			group, fields = parseChoice(fields, names)
			if fields[0] == ")?" {
				group = &phrase{kind: optional, parts: []*phrase{group}}
			}
			seq.parts = append(seq.parts, group)
			fields = fields[1:]
		case ")", ")?":
			c.parts = append(c.parts, seq)
			return c, append([]string{f}, fields...)
		case "|":
			c.parts = append(c.parts, seq)
			seq = &phrase{kind: sequence}
		default:
			seq.parts = append(seq.parts, parseWord(f, names))
		}
	}
	c.parts = append(c.parts, seq)
	return c, nil
}

func parseWord(f string, names map[string]*phrase) *phrase {
	if base, ok := strings.CutSuffix(f, "?"); ok {
		return &phrase{kind: optional, parts: []*phrase{parseWord(base, names)}}
	}
	special := map[string]kind{"..": gap, "_": anyWord, "@time": aTime, "@clock": aClock, "@length": aLength, "@name": aName, "@given": aGiven, "@names": aFamily}
	if k, ok := special[f]; ok {
		return &phrase{kind: k}
	}
	plain := &phrase{kind: oneWord, words: map[string]bool{}}
	either := &phrase{kind: choice, parts: []*phrase{plain}}
	for w := range strings.SplitSeq(f, "/") {
		if name, ok := strings.CutPrefix(w, "$"); ok {
			if names[name] == nil {
				panic("checkin: no such name in the grammar: " + w)
			}
			either.parts = append(either.parts, names[name])
			continue
		}
		plain.words[w] = true
	}
	if len(either.parts) == 1 {
		return plain
	}
	return either
}
