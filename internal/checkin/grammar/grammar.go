// Package grammar finds the phrases of a language in the words of a text.
//
// A language is a file that people can read and add to. Its sections hold phrases, one to a line:
//
//	[exit]
//	# Only a completed exit by the worker.
//	> just left the Browns
//	< nearly out
//	$adv? left/gone (now | already)?
//
// A line that begins with # is a remark, with > an example of the section and with < one that looks like it and is none.
// The signs of a phrase:
//
//	left          that word
//	left/gone     either word
//	~block        block, blocks, blocked, blocking
//	now?          that word or nothing
//	now*          that word any number of times, or nothing
//	(a b | c d)?  a group, with alternatives, perhaps optional
//	$family       whatever the section [family] stands for
//	..            up to three words, within the clause
//	_             any one word
//	@time         a time of day or a length of time
//	@clock        a time of day
//	@length       a length of time
//	@name         one to three words that are nobody else's: a name, a street
//	@given        a common first name
//	@doing        a word that ends in -ing
//	@names        a family's name in the plural: "the Browns"
//
// The sections [names], [other-names] and [not-names] are lists: words with spaces between them.
//
// The section [say] gives one way of writing to each word, "cant, cannot = can not", before phrases are looked for.
package grammar

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Topic is a section whose phrases are looked for: its place in the list that [Parse] was given.
type Topic int

// Example is a text that a language gives for a section.
type Example struct {
	Section string
	Text    string
	Wanted  bool // it is one; else it only looks like it
}

// Grammar is languages, ready to look for their phrases. It does not change, and may be used by many at once.
type Grammar struct {
	Examples []Example
	Say      map[string]string // what is said for words written in one of several ways; a key is one word or several

	sections map[string]*pattern
	known    map[string]bool // every word that is in a section: none of them is an unknown name
	ordinary map[string]bool // those of [not-names]: so are their forms with an ending
	names    map[string]bool // common first names
	others   map[string]bool // other names
	automaton
}

// Parse reads languages. The phrases of the topics are looked for; every other section is there to be named by them, or for
// [Grammar.Words]. The section [names] holds the common first names, [other-names] rarer ones and surnames, and [not-names] ordinary words that are nobody's
// name.
func Parse(topics []string, languages ...string) (*Grammar, error) {
	g := &Grammar{Say: map[string]string{}, sections: map[string]*pattern{}, known: map[string]bool{}}
	r := reader{say: g.Say, lines: map[string][]string{"names": nil, "other-names": nil, "not-names": nil}, read: g.sections}
	for _, language := range languages {
		if err := g.gather(language, r.lines); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.lines)) {
		p, err := r.section(name)
		if err != nil {
			return nil, err
		}
		if name != "names" && name != "other-names" {
			p.collect(g.known)
		}
	}
	g.names, g.others, g.ordinary = g.Words("names"), g.Words("other-names"), g.Words("not-names")
	for i, name := range topics {
		p, err := r.section(name)
		if err != nil {
			return nil, err
		}
		g.automaton.add(Topic(i), p)
	}
	g.topics = len(topics)
	g.automaton.finish(g)
	return g, nil
}

// gather sorts a language's lines by their sections.
func (g *Grammar) gather(language string, lines map[string][]string) error {
	section := ""
	for n, line := range slices.Collect(strings.Lines(language)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[' && line[len(line)-1] == ']':
			section = line[1 : len(line)-1]
			lines[section] = lines[section][:len(lines[section]):len(lines[section])]
		case section == "":
			return fmt.Errorf("line %d: a phrase before the first section", n+1)
		case line[0] == '>' || line[0] == '<':
			g.Examples = append(g.Examples, Example{section, strings.TrimSpace(line[1:]), line[0] == '>'})
		case section == "say":
			if err := g.say(line); err != nil {
				return fmt.Errorf("line %d: %w", n+1, err)
			}
		case section == "names" || section == "other-names" || section == "not-names":
			lines[section] = append(lines[section], strings.Join(strings.Fields(line), "/"))
		default:
			lines[section] = append(lines[section], line)
		}
	}
	return nil
}

func (g *Grammar) say(line string) error {
	written, said, ok := strings.Cut(line, "=")
	if !ok {
		return fmt.Errorf("[say] wants \"written = said\"")
	}
	for w := range strings.SplitSeq(written, ",") {
		w = strings.Join(strings.Fields(w), " ")
		if w == "" {
			return fmt.Errorf("[say] has nothing written before a comma or the equals sign")
		}
		g.Say[w] = strings.Join(strings.Fields(said), " ")
	}
	return nil
}

// WordsIn gives the words of which the phrases of one language are made, and its ordinary words; no names.
func WordsIn(language string) map[string]bool {
	out, section := map[string]bool{}, ""
	for line := range strings.Lines(language) {
		line = strings.TrimSpace(line)
		if line == "" || strings.ContainsRune("#<>", rune(line[0])) {
			continue
		}
		if line[0] == '[' {
			section = line
			continue
		}
		if section == "[names]" || section == "[other-names]" || section == "[say]" {
			continue
		}
		for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" /|()?*", r) }) {
			switch w[0] {
			case '$', '@', '.', '_':
			case '~':
				maps.Copy(out, inflected(w[1:]))
			default:
				out[strings.ReplaceAll(w, "'", "")] = true
			}
		}
	}
	return out
}

// Words gives the words of a section that stand there by themselves, in a map of the caller's own.
func (g *Grammar) Words(section string) map[string]bool {
	out := map[string]bool{}
	p := g.sections[section]
	if p == nil {
		return out
	}
	maps.Copy(out, p.words)
	if p.kind == choice {
		for _, part := range p.parts {
			maps.Copy(out, part.words)
		}
	}
	return out
}

// All gives all words of a section's phrases, in order.
func (g *Grammar) All(section string) []string {
	out := map[string]bool{}
	if p := g.sections[section]; p != nil {
		p.collect(out)
	}
	return slices.Sorted(maps.Keys(out))
}

// Knows says whether a word stands in a section but those of names.
func (g *Grammar) Knows(w string) bool { return g.known[w] }

// Phrased says whether a word is one of those that the phrases are made of.
func (g *Grammar) Phrased(w string) bool { return g.known[w] && !g.ordinary[w] }

// Ordinary says whether a word means something: it is known, or an ordinary word with an ending.
func (g *Grammar) Ordinary(w string) bool {
	if g.known[w] {
		return true
	}
	for _, end := range endings {
		base, ok := strings.CutSuffix(w, end)
		if ok && (end[0] == 'd' || end[0] == 'r') && !strings.HasSuffix(base, "e") {
			continue // "baked", but not "followd"
		}
		if n := len(base); ok && n > 2 && (g.ordinary[base] && !(isVowel(end[0]) && (doubles(base) || base[n-1] == 'e')) || n > 3 && base[n-1] == base[n-2] && (doubles(base[:n-1]) || base[n-1] == 'l') && g.ordinary[base[:n-1]] ||
			end[0] != 's' && g.ordinary[base+"e"] || base[n-1] == 'i' && end != "ing" && g.ordinary[base[:n-1]+"y"]) {
			return true
		}
	}
	return false
}

// endings are those with which a word is as ordinary as without; what they take away may come back: "baked", "running".
var endings = []string{"s", "es", "ed", "d", "ing", "er", "ers", "r", "rs", "ly", "y", "ness", "ful", "less", "est"}

// IsGiven says whether a word is a common first name.
func (g *Grammar) IsGiven(w string) bool { return g.names[w] }

// IsSomeone says whether w is a first name or a surname that people have.
func (g *Grammar) IsSomeone(w string) bool { return g.names[w] || g.others[w] }

// IsName says whether a word may be somebody's name: a common one, or a word that nothing else is known of.
func (g *Grammar) IsName(w string) bool {
	return g.names[w] || len(w) > 1 && w[0] > '9' && !g.Ordinary(w)
}

// IsBreak says whether a word of a text is a break between clauses.
func IsBreak(w string) bool { return w == "," || w == "." || w == "?" || w == `"` }
