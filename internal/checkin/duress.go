package checkin

import (
	"slices"
	"strings"
)

// duress looks for the team's phrase, misspelt and half-heard forms among them (rule 4.6). It gives the plan's own
// spelling, and whether she is only mentioned.
func (m *message) duress(phrase string) (name string, mention bool) {
	start, end, found := m.findPhrase(phrase)
	if !found {
		return "", false
	}
	m.note(onPhrase, start, end)
	return strings.TrimSpace(phrase), m.onlyMentioned(start, end)
}

// findPhrase finds the words that are the phrase.
func (m *message) findPhrase(phrase string) (start, end int, found bool) {
	want := strings.Fields(Normalise(phrase))
	if len(want) == 0 {
		return 0, 0, false
	}
	for i := range m.words {
		n := m.phraseAt(i, want)
		if n == 0 || len(want) == 1 && n == 1 && m.v.thingOfColour[m.word(i+1)] && m.words[i] != "scarlett" {
			continue
		}
		if len(want) == 1 && (m.word(i+n) == "fever" || m.word(i+n) == "pimpernel" || m.word(i-1) == "colour") {
			continue
		}
		return i, i + n, true
	}
	return 0, 0, false
}

// standIns are given names of which one is surely not in the text too.
var standIns = []string{"jane", "mary", "ruth", "anna", "lucy", "emma"}

// hidePhrase puts a given name where the phrase stands, so that it is read as any name is. It gives both as they are
// said: the name that stands in, and what was typed. Without the phrase it gives nothing.
func (m *message) hidePhrase(phrase string) (standIn, typed string) {
	i := slices.IndexFunc(standIns, func(name string) bool { return !slices.Contains(m.words, name) })
	if i < 0 {
		return "", ""
	}
	for range len(m.words) {
		start, end, found := m.findPhrase(phrase)
		if !found {
			break
		}
		if typed == "" {
			standIn, typed = m.v.title(standIns[i:i+1]), m.v.title(m.words[start:end])
		}
		m.cuts = slices.Replace(m.cuts, start, end, stretch{m.cuts[start].first, m.cuts[end-1].last})
		m.words = slices.Replace(m.words, start, end, standIns[i])
		m.times = slices.Replace(m.times, start, end, moment{})
		m.found = nil
	}
	return standIn, typed
}

// phraseAt says how many words at i are the phrase; 0 when they are not.
func (m *message) phraseAt(i int, want []string) int {
	if len(want) > 1 {
		for k, w := range want {
			if !m.v.soundsLike(m.word(i+k), w, slips(w)) {
				return 0
			}
		}
		return len(want)
	}
	w, name := m.word(i), want[0]
	core := strings.TrimSuffix(name, name[len(name)-1:])
	switch {
	case isBreak(w):
		return 0
	case m.v.soundsLike(w, name, slips(name)), len(name) >= 7 && strings.Contains(w, core), len(w) > len(name) && strings.Contains(w, name) && strings.HasPrefix(w, "ask"):
		return 1
	case len(name) >= 7 && m.word(i+1) != "" && len(m.word(i+1)) >= 1 && (m.v.soundsLike(w+m.word(i+1), name, 1) || m.v.soundsLike(w+m.word(i+1), core, 1)) && !isBreak(m.word(i+1)):
		return 2
	}
	return 0
}

// slips is how many slips of the thumb a name may have: a short one none, or every other word would be it.
func slips(name string) int {
	switch n := len([]rune(name)); {
	case n >= 7:
		return 2
	case n >= 5:
		return 1
	}
	return 0
}

func (v *Vocabulary) soundsLike(w, name string, most int) bool {
	if w == name || strings.TrimSuffix(w, "s") == name {
		return true
	}
	if most == 0 || w == "" || len(w) > 1 && v.notPhrase[w] {
		return false
	}
	return distance(w, name, most) <= most || distance(strings.Replace(w, "k", "c", 1), name, most) <= most
}

// onlyMentioned says whether she is only spoken of: nothing is asked of her, of her whereabouts, or passed to her.
func (m *message) onlyMentioned(start, end int) bool {
	if m.has("?", "ask", "tell", "can", "could", "cld", "get", "ring", "please", "is", "where", "let", "pass", "need", "want", "speak", "did", "has", "does", "would", "asking", "inform", "check", "remind", "message") {
		return m.denied(start) && !m.has("can", "could", "ring", "ask", "?")
	}
	return !m.onlyCourtesy(0, start) || !m.onlyNames(end)
}

// onlyNames says whether nothing but names follows: "SCARLETT Kim and Priya" is a colleague's raise (rule 4.3).
func (m *message) onlyNames(i int) bool {
	for _, w := range m.words[i:] {
		if w != "and" && !isBreak(w) && !m.v.courtesy[w] && !m.v.IsName(w) {
			return false
		}
	}
	return true
}
