package checkin

// dangerUnhedged looks for danger in the text without the words that only soften, delay or repeat: "I'm honestly not ok", "the father he
// is sort of not letting me out". They may stand anywhere in a cry, and no phrase could name all the places.
func (m *message) dangerUnhedged(state State) (rule Rule, raw bool) {
	from := m.unhedged()
	if len(from) == len(m.words) {
		return "", false
	}
	bare := &message{v: m.v, in: m.in, quotes: m.quotes, guessed: m.guessed, cut: m.cut, noting: m.noting}
	for _, i := range from {
		bare.words, bare.typed = append(bare.words, m.words[i]), append(bare.typed, m.typed[i])
		bare.times, bare.unknown = append(bare.times, m.timeAt(i)), append(bare.unknown, m.unknown[i])
		bare.cuts = append(bare.cuts, m.cuts[i])
	}
	rule, raw = bare.dangerIn(state)
	for _, n := range bare.notes {
		if n.words.last > n.words.first {
			m.note(n.topic, from[n.words.first], from[n.words.last-1]+1)
		}
	}
	return rule, raw
}

// unhedged gives the places of the words that are no hedge, and no pronoun that only takes up its noun again: "the father he is". A harmless
// phrase keeps its own: "only just picked up a bar".
func (m *message) unhedged() []int {
	from := make([]int, 0, len(m.words))
	for i := 0; i < len(m.words); {
		end := m.harmlessAt(i)
		for ; i < end; i++ {
			from = append(from, i)
		}
		if end = hedges.at(m, i); end > i {
			i = end
			continue
		}
		if i < len(m.words) && !m.takesUp(i) {
			from = append(from, i)
		}
		i++
	}
	return from
}

// takesUp says whether word i is a pronoun behind its noun.
func (m *message) takesUp(i int) bool {
	w := m.words[i]
	return (w == "he" || w == "she" || w == "they") && m.v.family[m.word(i-1)]
}
