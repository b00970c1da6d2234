package checkin

import "strings"

// notHer are what follows or goes before the phrase when it is a word of its own (guide D4).
var notHer = set("fever pimpernel red coat dress colour color paint door ribbon letter woman jumper car lipstick shoes macaw ibis")

// duress looks for the team's phrase, misspelt and half-heard forms among them (rule 4.6). It gives the plan's own
// spelling, and whether she is only mentioned.
func (m *message) duress(phrase string) (name string, mention bool) {
	want := strings.Fields(Normalise(phrase))
	if len(want) == 0 {
		return "", false
	}
	for i := range m.words {
		n := m.phraseAt(i, want)
		if n == 0 || len(want) == 1 && n == 1 && notHer[m.word(i+1)] && m.words[i] != "scarlett" {
			continue
		}
		if len(want) == 1 && (m.word(i+n) == "fever" || m.word(i+n) == "pimpernel" || m.word(i-1) == "colour") {
			continue
		}
		m.note(onPhrase, i, i+n)
		return strings.TrimSpace(phrase), m.onlyMentioned(i, i+n)
	}
	return "", false
}

// phraseAt says how many words at i are the phrase; 0 when they are not.
func (m *message) phraseAt(i int, want []string) int {
	if len(want) > 1 {
		for k, w := range want {
			if !soundsLike(m.word(i+k), w, slips(w)) {
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
	case soundsLike(w, name, slips(name)), len(name) >= 7 && strings.Contains(w, core), len(w) > len(name) && strings.Contains(w, name) && strings.HasPrefix(w, "ask"):
		return 1
	case len(name) >= 7 && m.word(i+1) != "" && len(m.word(i+1)) >= 1 && (soundsLike(w+m.word(i+1), name, 1) || soundsLike(w+m.word(i+1), core, 1)) && !isBreak(m.word(i+1)):
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

func soundsLike(w, name string, most int) bool {
	if w == name || strings.TrimSuffix(w, "s") == name {
		return true
	}
	if most == 0 || w == "" || len(w) > 1 && notPhrase[w] {
		return false
	}
	return distance(w, name, most) <= most || distance(strings.Replace(w, "k", "c", 1), name, most) <= most
}

// notPhrase are other names and words that come near a usual phrase.
var notPhrase = set("charlotte scott scarborough starlight carlotta scatter startle charles")

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
		if w != "and" && !isBreak(w) && !courtesy[w] && !isName(w) {
			return false
		}
	}
	return true
}
