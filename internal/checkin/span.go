package checkin

import (
	"slices"
	"unicode/utf8"
)

// stretch is a run of words, or of characters: from the first until before the last.
type stretch struct{ first, last int }

// note says that some words were found to be about a topic. Notes decide nothing: they are kept only to be explained.
type note struct {
	topic topic
	words stretch
}

// note keeps that the words from first until before last are about a topic; a first before all words is none found.
func (m *message) note(t topic, first, last int) {
	if m.noting && first >= 0 {
		m.notes = append(m.notes, note{t, stretch{first, last}})
	}
}

// noteTime keeps a time with the words beside it that say what it is: "another 20 mins", "15 over".
func (m *message) noteTime(t topic, s spoken) {
	first, last := s.first, s.last
	if s.cue != "" && !isBreak(s.cue) && s.cue == m.word(first-1) {
		first--
	}
	switch s.after {
	case "late", "later", "over", "more", "longer", "behind", "extra":
		last++
	}
	m.note(t, first, last)
}

// wordsOn gives the parts of the text that were found to be about the topics.
func (m *message) wordsOn(topics []topic, text string, r Reading) []Span {
	var found []stretch
	for _, n := range m.notes {
		if slices.Contains(topics, n.topic) {
			found = append(found, m.characters(n.words))
		}
	}
	if slices.Contains(topics, onAnyTime) {
		for i, t := range m.times {
			if t.words > 0 {
				found = append(found, m.characters(stretch{i, i + t.words}))
			}
		}
	}
	if r.OutWord && r.Intent == End {
		found = append(found, m.outWord)
	}
	origin := originsOf(text)
	var spans []Span
	for _, s := range found {
		if s.first < s.last {
			spans = append(spans, Span{origin[s.first].Start, origin[s.last-1].End})
		}
	}
	return joined(spans)
}

// characters gives the characters that words were cut from, without the breaks around them.
func (m *message) characters(words stretch) stretch {
	for words.first < words.last && isBreak(m.words[words.first]) {
		words.first++
	}
	for words.first < words.last && isBreak(m.words[words.last-1]) {
		words.last--
	}
	if words.first >= words.last {
		return stretch{}
	}
	return stretch{m.cuts[words.first].first, m.cuts[words.last-1].last}
}

// joined puts spans in order, and those together that touch.
func joined(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}

// originsOf says for each character that the words are cut from which part of the text it came from. It goes the way
// that a text goes to its words: the number and the reference are taken out, the rest is folded, and the points go.
func originsOf(text string) []Span {
	noted, _ := takeNumber(text)
	rest, _ := takeReference(noted)
	number, reference := taken(text, noted), taken(noted, rest)
	var from []int
	normalise(rest, &from)
	var out []Span
	for _, at := range from {
		_, width := utf8.DecodeRuneInString(rest[at:])
		out = append(out, number.before(reference.before(Span{at, at + width})))
	}
	return out
}

// gapIn is where something was taken out of a text: at byte at, was bytes became is.
type gapIn struct{ at, was, is int }

// taken finds what became of a text of which one part was taken out.
func taken(text, rest string) gapIn {
	at := 0
	for at < min(len(text), len(rest)) && text[at] == rest[at] {
		at++
	}
	end := 0
	for end < min(len(text), len(rest))-at && text[len(text)-1-end] == rest[len(rest)-1-end] {
		end++
	}
	return gapIn{at, len(text) - end - at, len(rest) - end - at}
}

// before gives where a part of the rest stood in the text.
func (g gapIn) before(s Span) Span {
	if s.Start >= g.at+g.is {
		s.Start += g.was - g.is
	} else {
		s.Start = min(s.Start, g.at)
	}
	switch {
	case s.End <= g.at:
	case s.End < g.at+g.is:
		s.End = g.at + g.was
	default:
		s.End += g.was - g.is
	}
	return s
}
