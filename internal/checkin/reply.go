package checkin

import "slices"

// tookBack says whether the text takes back a cry for help, with no other in it (guide H6).
func (m *message) tookBack() bool {
	start, end := retracted.find(m, 0)
	if start < 0 || !m.has("help", "sos", "999", "alarm", "alert", "emergency", "assistance") {
		return false
	}
	m.note(onTakingBack, start, end)
	for i := 0; i < len(m.words); i++ {
		if e := harmless.at(m, i); e > i && !m.alarmingBeyond(i, e) {
			i = e - 1
			continue
		}
		if i >= start && i < end {
			continue
		}
		if e := retracted.at(m, i); e > i {
			i = e - 1 // why: "his sister got hold of my phone"
			continue
		}
		if threats.at(m, i) > i && !m.denied(i) {
			return false
		}
		if e := cries.at(m, i); e > i && m.words[i] != "sos" && m.words[i] != "help" && !m.denied(i) && !m.ofAnother(i, e) {
			return false
		}
	}
	return true
}

// future says whether the text speaks of leaving as still to come.
func (m *message) future() bool {
	return m.has("will", "going", "in", "by", "nearly", "until", "be", "should", "need") || m.times != nil && m.anyTime()
}

func (m *message) anyTime() bool {
	for _, t := range m.times {
		if t.words > 0 {
			return true
		}
	}
	return false
}

// fine says whether the worker says plainly to be well.
func (m *message) fine() bool {
	if m.has("fwd", "forwarded", `"`) || m.cut || m.claimed && m.leftPlainly() || m.otherDay() {
		return false
	}
	for i := range m.words {
		end := fines.at(m, i)
		if e := wellAlone.at(m, i); e > end && m.wellBegins(i, e) {
			end = e
		}
		if end > i && m.wellHere(i, end) {
			m.note(onWellbeing, i, end)
			return true
		}
	}
	return false
}

// wellBegins says whether being well, said without saying who, is a clause of its own and nobody else's: "all fine", but not "good luck".
func (m *message) wellBegins(start, end int) bool {
	if first := m.clauseStart(start); first != start && !m.onlyCourtesy(first, start) || start > 0 && m.v.joins[m.words[start-1]] && m.othersBefore(start-1) {
		return false
	}
	w := m.word(end)
	return end >= len(m.words) || isBreak(w) || m.v.joins[w] || m.v.courtesy[w] || m.v.afterWell[w]
}

// wellHere refuses being well that is somebody else's, is over, hoped for, asked or in doubt.
func (m *message) wellHere(start, end int) bool {
	switch next := m.word(end + 1); m.word(end) {
	case "for":
		if next != "now" && m.word(end-1) != "thanks" {
			return false
		}
	case "with":
		if next != "me" && !(next == "the" && (m.word(end+2) == "family" || m.word(end+2) == "kids" || m.word(end+2) == "children")) && next != "us" {
			return false
		}
	case "i":
		if next == "think" {
			return false
		}
	case "if", "until", "before", "except", "apart", "to":
		return false
	}
	if m.words[start] == "do" && m.someone(0) && !m.worker(0, start) && m.hasWithin(0, start, "out", "left", "home", "gone", "away", "safe") {
		return false // "he's home safe, don't worry"
	}
	if m.v.wellOfOthers[m.word(start-1)] || m.denied(start) || m.questionAt(end) {
		return false
	}
	for j := m.clauseStart(start); j < start; j++ {
		switch w := m.words[j]; {
		case w == "not" && m.word(j-1) == "do" && m.v.fret[m.word(j+1)]: // "don't panic am fine"
		case w == "not" || w == "hope" || w == "will" || w == "if":
			return false
		case m.someone(j) && !(m.v.IsGiven(w) && m.worker(start, end)):
			return false
		}
	}
	return !slices.ContainsFunc(m.words[start:end], func(w string) bool { return w == "was" || w == "were" || w == "will" })
}

// leftPlainly says whether the worker speaks of having left, though it may be doubtful.
func (m *message) leftPlainly() bool {
	for i := range m.words {
		if end := exits.at(m, i); end > i && (m.worker(i, end) || i == 0 || isBreak(m.words[i-1]) || m.v.joins[m.words[i-1]]) {
			return true
		}
	}
	return false
}

// questionAt says whether the clause that goes on at word i is a question.
func (m *message) questionAt(i int) bool {
	for ; i < len(m.words); i++ {
		if isBreak(m.words[i]) {
			return m.words[i] == "?"
		}
	}
	return false
}
