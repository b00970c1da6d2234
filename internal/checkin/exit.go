package checkin

// exit says whether the text is a completed exit and nothing else; claims is true when one is in it at all.
func (m *message) exit() (whole, claims bool) {
	whole = !m.cut && !m.guessed
	over, away := false, false
	for i := 0; i < len(m.words); {
		if end := exits.at(m, i); end > 0 {
			if m.exitHere(i, end) {
				claims = true
				m.note(onExit, i, end)
				i = end
				continue
			}
			m.nearly = true
			m.note(onNearly, i, end)
		}
		elsewhere := aways.at(m, i)
		if end := overs.at(m, i); end > elsewhere && m.exitHere(i, end) {
			over = true
			m.note(onOver, i, end)
			i = end
			continue
		}
		if end := max(elsewhere, fillers.at(m, i), m.othersPast(i)); end > 0 {
			if end == elsewhere {
				away = true
				m.note(onAway, i, end)
			}
			i = end
			continue
		}
		whole = whole && m.joins(i)
		i++
	}
	claims = claims || over && away
	m.claimed = claims
	return whole && claims, claims
}

// joins says whether a word between two statements says nothing by itself.
func (m *message) joins(i int) bool {
	switch m.words[i] {
	case ",", ".", "and", "but", "so", "then", "i", "now", "to", "that", "because", "as":
		return true
	case "in":
		return i == 0
	case "?":
		return m.rhetorical(i)
	}
	return false
}

// exitHere refuses an exit whose neighbour makes it another thing: "nearly out", "10 mins left", "left alone".
func (m *message) exitHere(start, end int) bool {
	prev := m.word(start - 1)
	if prev == "" || isBreak(prev) {
		return true
	}
	switch prev {
	case "and", "but", "so", "then", "i", "yes", "ok", "thanks", "now", "sorry", "lol", "hi", "finally", "that", "because", "x", "went", "well", "confirm", "resending", "phew":
		return true
	}
	// a greeting or another filler may stand right before it
	for j := max(0, start-6); j < start; j++ {
		if max(fillers.at(m, j), exits.at(m, j), aways.at(m, j)) == start {
			return true
		}
	}
	return false
}

// rhetorical says whether a question mark ends a question about an earlier text: "did my out text not send?".
func (m *message) rhetorical(i int) bool {
	j := i
	for j > 0 && !isBreak(m.words[j-1]) {
		j--
	}
	return m.word(j) == "did" && m.word(j+1) == "my"
}

// othersPast reads over a clause that tells what someone else did or was, without the worker in it.
func (m *message) othersPast(i int) int {
	w := m.words[i]
	if i > 0 && !isBreak(m.word(i-1)) && m.word(i-1) != "and" && m.word(i-1) != "but" {
		return -1
	}
	if !m.v.family[w] && w != "she" && w != "he" && w != "they" {
		return -1
	}
	past := false
	j := i + 1
	for ; j < len(m.words) && !isBreak(m.words[j]); j++ {
		w := m.words[j]
		if (w == "but" || w == "and" || w == "so") && m.exitFollows(j+1) {
			break
		}
		past = past || m.v.told[w]
		if w == "when" && m.word(j+1) == "i" && (m.word(j+2) == "left" || m.word(j+2) == "went") {
			j += 2
			continue
		}
		if w == "left" || w == "out" || w == "gone" || m.v.presentWords[w] || m.v.alarming[w] {
			return -1
		}
	}
	if !past {
		return -1
	}
	return j
}

func (m *message) exitFollows(i int) bool { return exits.at(m, i) > 0 }
