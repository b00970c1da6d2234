package grammar

import (
	"cmp"
	"fmt"
	"maps"
	"strings"
)

// pattern is one line of a section, parsed.
type pattern struct {
	kind  kind
	words map[string]bool // of kind word
	parts []*pattern
}

type kind int

const (
	word     kind = iota // one of a set of words
	sequence             // its parts, one after the other
	choice               // one of its parts
	optional             // its part or nothing
	repeated             // its part any number of times, or not at all
	anyWord              // any one word, but no break
	nameWord             // one word that may be of somebody's name
	given                // a common first name
	family               // a family's name in the plural: "Browns"
	anyTime              // a time of day or a length of time
	clock                // a time of day
	length               // a length of time
	doing                // a word that ends in -ing
)

// signs are the patterns that stand for more than words.
var signs = map[string]*pattern{
	"_":       {kind: anyWord},
	"..":      {kind: sequence, parts: []*pattern{maybe(anyWord), maybe(anyWord), maybe(anyWord)}},
	"@time":   {kind: anyTime},
	"@clock":  {kind: clock},
	"@length": {kind: length},
	"@name":   {kind: sequence, parts: []*pattern{{kind: nameWord}, maybe(nameWord), maybe(nameWord)}},
	"@doing":  {kind: doing},
	"@given":  {kind: given},
	"@names":  {kind: family},
}

func maybe(k kind) *pattern { return &pattern{kind: optional, parts: []*pattern{{kind: k}}} }

// reader reads the lines of sections, which may name each other.
type reader struct {
	say   map[string]string   // how words are said: those of the phrases too
	lines map[string][]string // of each section
	read  map[string]*pattern // the sections read; nil while one is being read
}

// section gives the pattern of a section: any of its lines.
func (r *reader) section(name string) (*pattern, error) {
	if p, begun := r.read[name]; begun {
		if p == nil {
			return nil, fmt.Errorf("[%s] stands for itself", name)
		}
		return p, nil
	}
	lines, known := r.lines[name]
	if !known {
		return nil, fmt.Errorf("no section [%s]", name)
	}
	r.read[name] = nil
	all := &pattern{kind: choice}
	for _, line := range lines {
		p, err := r.line(line)
		if err != nil {
			return nil, fmt.Errorf("[%s] %s: %w", name, line, err)
		}
		all.parts = append(all.parts, p)
	}
	p := all.simplified()
	r.read[name] = p
	return p, nil
}

var brackets = strings.NewReplacer("(", " ( ", ")?", " )? ", ")*", " )* ", ")", " ) ", "|", " | ")

func (r *reader) line(line string) (*pattern, error) {
	fields := strings.Fields(brackets.Replace(line))
	p, rest, err := r.choice(fields)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("a bracket is closed that was not opened")
	}
	return p, err
}

// choice reads alternatives as far as the bracket that closes them.
func (r *reader) choice(fields []string) (p *pattern, rest []string, err error) {
	all, one := &pattern{kind: choice}, &pattern{kind: sequence}
	for len(fields) > 0 {
		f := fields[0]
		switch {
		case f == "(":
			group, after, err := r.choice(fields[1:])
			if err != nil {
				return nil, nil, err
			}
			if len(after) == 0 {
				return nil, nil, fmt.Errorf("a bracket is not closed")
			}
			one.parts = append(one.parts, quantified(group, after[0][1:]))
			fields = after
		case f[0] == ')':
			all.parts = append(all.parts, one)
			return all.simplified(), fields, nil
		case f == "|":
			all.parts = append(all.parts, one)
			one = &pattern{kind: sequence}
		default:
			part, err := r.atom(f)
			if err != nil {
				return nil, nil, err
			}
			one.parts = append(one.parts, part)
		}
		fields = fields[1:]
	}
	all.parts = append(all.parts, one)
	return all.simplified(), nil, nil
}

func quantified(p *pattern, sign string) *pattern {
	switch sign {
	case "?":
		return &pattern{kind: optional, parts: []*pattern{p}}
	case "*":
		return &pattern{kind: repeated, parts: []*pattern{p}}
	}
	return p
}

// atom reads one field: words and names of sections between slashes, or a sign.
func (r *reader) atom(f string) (*pattern, error) {
	if sign := f[len(f)-1:]; len(f) > 1 && (sign == "?" || sign == "*") {
		p, err := r.atom(f[:len(f)-1])
		return quantified(p, sign), err
	}
	if p := signs[f]; p != nil {
		return p, nil
	}
	either := &pattern{kind: choice}
	for w := range strings.SplitSeq(f, "/") {
		switch {
		case w == "":
			return nil, fmt.Errorf("nothing stands between two slashes of %s", f)
		case w[0] == '$':
			p, err := r.section(w[1:])
			if err != nil {
				return nil, err
			}
			either.parts = append(either.parts, p)
		case w[0] == '~':
			either.parts = append(either.parts, &pattern{kind: word, words: inflected(w[1:])})
		default:
			either.parts = append(either.parts, r.said(w))
		}
	}
	return either.simplified(), nil
}

// said gives a word as texts have it when phrases are looked for: as it is said, without an apostrophe.
func (r *reader) said(w string) *pattern {
	all := &pattern{kind: sequence}
	for part := range strings.FieldsSeq(strings.ReplaceAll(cmp.Or(r.say[w], w), "'", "")) {
		all.parts = append(all.parts, &pattern{kind: word, words: map[string]bool{part: true}})
	}
	if len(all.parts) == 1 {
		return all.parts[0]
	}
	return all
}

// simplified puts the words of a choice into one set, and takes what is alone out of its brackets.
func (p *pattern) simplified() *pattern {
	if len(p.parts) == 1 && (p.kind == choice || p.kind == sequence) {
		return p.parts[0].simplified()
	}
	if p.kind != choice {
		return p
	}
	all, set := &pattern{kind: p.kind}, map[string]bool{}
	for _, part := range p.parts {
		for (part.kind == choice || part.kind == sequence) && len(part.parts) == 1 {
			part = part.parts[0]
		}
		switch {
		case part.kind == word:
			maps.Copy(set, part.words)
		case part.kind == choice:
			for _, inner := range part.parts {
				if inner.kind == word {
					maps.Copy(set, inner.words)
				} else {
					all.parts = append(all.parts, inner)
				}
			}
		default:
			all.parts = append(all.parts, part)
		}
	}
	if len(set) > 0 {
		all.parts = append(all.parts, &pattern{kind: word, words: set})
	}
	if len(all.parts) == 1 {
		return all.parts[0]
	}
	return all
}

// inflected gives the forms of a regular verb: "block" stands for blocks, blocked and blocking too.
func inflected(verb string) map[string]bool {
	stem, s, last := verb, verb+"s", verb[len(verb)-1]
	switch {
	case last == 'e':
		stem = verb[:len(verb)-1]
	case last == 'y' && !isVowel(verb[len(verb)-2]):
		return map[string]bool{verb: true, verb[:len(verb)-1] + "ies": true, verb[:len(verb)-1] + "ied": true, verb + "ing": true}
	case strings.HasSuffix(verb, "ch"), strings.HasSuffix(verb, "sh"), last == 's', last == 'x':
		s = verb + "es"
	case doubles(verb):
		stem = verb + verb[len(verb)-1:]
	}
	return map[string]bool{verb: true, s: true, stem + "ed": true, stem + "ing": true}
}

// doubles says whether a short word doubles its last letter before an ending: "grab", "let".
func doubles(w string) bool {
	n := len(w)
	return n > 2 && n <= 4 && !isVowel(w[n-1]) && !strings.ContainsRune("wxy", rune(w[n-1])) && isVowel(w[n-2]) && !isVowel(w[n-3])
}

func isVowel(b byte) bool { return strings.IndexByte("aeiou", b) >= 0 }

// collect adds all words of the pattern.
func (p *pattern) collect(into map[string]bool) {
	maps.Copy(into, p.words)
	for _, part := range p.parts {
		part.collect(into)
	}
}
