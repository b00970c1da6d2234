package checkin

import (
	"slices"
	"strings"
)

// danger says whether a text cries for help, reports a threat or a hurt (guide H), and by which rule; "" when it does
// not. raw is true when a word of danger is there at all, denied or explained away: such a text never closes a visit.
func (m *message) danger(state State) (rule Rule, raw bool) {
	if rule, raw = m.dangerIn(state); rule == "" {
		var also bool
		rule, also = m.dangerUnhedged(state)
		raw = raw || also
	}
	if rule == "" {
		rule = m.dangerRespaced(state)
	}
	return rule, raw
}

// dangerIn is danger in the words as they stand.
func (m *message) dangerIn(state State) (rule Rule, raw bool) {
	if m.whole(plainCries) || m.spelledOut() {
		m.note(onDanger, 0, len(m.words))
		return byCry, true
	}
	for i := 0; i < len(m.words); i++ {
		if end := m.harmlessAt(i); end > i {
			if m.hasIn(m.v.alarming, i, end) {
				raw = true
				m.note(onNoDanger, i, end)
			}
			if !m.alarmingBeyond(i, end) && !m.dangerFrom(i, end) {
				i = end - 1
				continue
			}
		}
		if end := threats.at(m, i); end > i {
			if !m.denied(i) && !m.over(i, end) && !(state == Booked && m.onlyIll(i, end)) {
				m.note(onDanger, i, end)
				return byThreat, true
			}
			raw = raw || m.hasIn(m.v.alarming, i, end)
			m.note(onNoDanger, i, end)
		}
		if end := keptIn.at(m, i); m.in && end > i && !m.denied(i) && resolved.at(m, end) < 0 {
			m.note(onDanger, i, end)
			return byThreat, true
		}
		if end := cries.at(m, i); end > i {
			if !m.denied(i) && !m.over(i, end) && !m.ofAnother(i, end) && !(state == Booked && m.onlyIll(i, end)) {
				m.note(onDanger, i, end)
				return byCry, true
			}
			raw = raw || m.hasIn(m.v.alarming, i, end)
			m.note(onNoDanger, i, end)
		}
	}
	switch {
	case m.asksPolice():
		return byPolice, raw
	case m.shortCry(), m.clippedCry():
		return byCry, raw
	case m.comfortTakenBack():
		return byComfortTakenBack, raw
	}
	return "", raw
}

// harmlessAt gives where a phrase ends that begins at word i and has words of danger that mean none; -1 without one.
func (m *message) harmlessAt(i int) int {
	end := harmless.at(m, i)
	if m.v.creature[m.word(i)] && m.word(i-2) == "with" && (m.v.article[m.word(i-1)] || m.v.hisOwn[m.word(i-1)]) {
		end = -1 // who will not let the worker out is no dog, but the "bloke with a dog"
	}
	if !m.in {
		end = max(end, turnedAway.at(m, i))
	}
	return end
}

// spelledOut says whether the text is a cry in letters that stand apart: "S.O.S", "9-9-9", "hel p".
func (m *message) spelledOut() bool {
	var all strings.Builder
	for i, w := range m.words {
		if !isBreak(w) && w != "-" && !(m.v.courtesy[w] && (len(w) > 1 || i == len(m.words)-1)) {
			if all.WriteString(w); len(all.String()) > 12 {
				return false
			}
		}
	}
	switch all.String() {
	case "sos", "999", "help", "helpme", "hlep", "police", "hourelp", "sossos", "helphelp", "112", "needhelp", "ineedhelp",
		"sendhelp", "gethelp", "helpneeded", "helpus", "call999", "ring999", "callpolice", "sendpolice", "getmeout", "notsafe":
		return true
	}
	return false
}

// asksPolice catches the politest ways of asking for the police, whatever stands between the words.
func (m *message) asksPolice() bool {
	for i, w := range m.words {
		if (w == "police" || w == "constabulary" || w == "999" || w == "ambulance" || w == "paramedics") && !m.denied(i) && m.harmlessAt(i) < 0 && resolved.at(m, i) < 0 &&
			m.has("would", "could", "please", "kindly", "arrange", "appreciate", "need", "needed", "require", "required", "grateful", "urgently", "nice", "lovely", "glad") {
			if m.has("form", "report", "statement", "check", "yesterday", "tomorrow", "already") {
				return false
			}
			m.note(onDanger, i, i+1)
			return true
		}
	}
	return false
}

// shortCry reads "help" in a few words that nothing explains, in whatever language the others are, and "police" beside a word that is
// none: "polic enow".
func (m *message) shortCry() bool {
	if len(m.words) == 2 {
		for i, w := range m.words {
			if (w == "police" || w == "ambulance") && m.unknown[1-i] {
				m.note(onDanger, i, i+1)
				return true
			}
		}
	}
	for i, w := range m.words {
		if w == "help" && len(m.words) <= 4 && m.harmlessAt(i) < 0 && !m.denied(i) && !m.ofAnother(i, i+1) && !m.has("can", "may", "home", "happy", "to", "self") {
			m.note(onDanger, i, i+1)
			return true
		}
	}
	return false
}

// clippedCry reads a cry that stands by itself between two breaks: "cant speak. police. 9 oak close".
func (m *message) clippedCry() bool {
	for i := range m.words {
		end := clipped.at(m, i)
		if end <= i || m.clauseStart(i) != i || end < len(m.words) && (!isBreak(m.words[end]) || m.words[end] == "?") {
			continue
		}
		if !resolved.in(m) && m.harmlessAt(i) < 0 {
			m.note(onDanger, i, end)
			return true
		}
	}
	return false
}

// comfortTakenBack reads a comfort that is taken back by its last word: "I'm fine. Not".
func (m *message) comfortTakenBack() bool {
	n := 0
	for _, w := range m.words {
		if !isBreak(w) {
			n++
		}
	}
	last := len(m.words) - 1
	takenBack := m.word(last) == "not" || m.has("?") && (m.word(last) == "no" || m.word(last) == "really" && m.word(last-1) == "not")
	if n <= 1 || n > 6 || !takenBack || !m.has("fine", "ok", "safe", "good") {
		return false
	}
	m.note(onDanger, 0, len(m.words))
	return true
}

// over says whether what is told between start and end is past: others are calm since, or it was done and the worker is out or
// well now. It is not when it touched the worker or still may: "he had a knife".
func (m *message) over(start, end int) bool {
	if m.lasts(start, end) {
		return false
	}
	if calm, _ := resolved.find(m, end); calm >= 0 {
		return true
	}
	begin := m.clauseStart(start)
	if !m.toldAsPast(begin, end) {
		return false
	}
	if _, claims := m.exit(); claims {
		return true
	}
	return m.longGone(begin, end) && (fines.in(m) || m.comforted())
}

// lasts says whether a danger touched the worker, or is one that does not end by itself.
func (m *message) lasts(start, end int) bool {
	lasts := false
	for _, w := range m.words[start:end] {
		if m.v.shouted[w] {
			return false
		}
		lasts = lasts || m.v.lasting[w]
	}
	return lasts
}

// toldAsPast says whether words around a danger tell it as past, and not as what has just been: "he kicked off", but not "he's
// kicked off".
func (m *message) toldAsPast(start, end int) bool {
	past := false
	for _, w := range m.words[start:end] {
		switch w {
		case "s", "is", "are", "am", "has", "have", "keeps":
			return false
		case "got", "kicked", "lost", "went", "did", "after", "shouted", "swore", "shouting":
			past = true
		}
	}
	return past || m.longGone(start, end)
}

// longGone says whether words tell a danger as past even to one who is still there.
func (m *message) longGone(start, end int) bool {
	return slices.ContainsFunc(m.words[start:end], func(w string) bool { return w == "was" || w == "were" || w == "had" || w == "earlier" }) ||
		m.word(end) == "earlier"
}

// comforted says whether the text begins a clause with a word that all is well.
func (m *message) comforted() bool {
	for i := range m.words {
		if wellAlone.at(m, i) > i && m.clauseStart(i) == i && !m.denied(i) {
			return true
		}
	}
	return false
}

// alarmingBeyond keeps a harmless phrase from swallowing a second, real word of danger in its gap.
func (m *message) alarmingBeyond(start, end int) bool {
	n := 0
	for _, w := range m.words[start:end] {
		if m.v.alarming[w] {
			n++
		}
	}
	return n > 1
}

// dangerFrom keeps a harmless phrase from swallowing, in its gap, a danger that begins in a clause of its own and goes on after it:
// "playing hide and seek, he's locked me in".
func (m *message) dangerFrom(start, end int) bool {
	parted := false
	for i := start + 1; i < end; i++ {
		parted = parted || isBreak(m.words[i])
		if parted && m.harmlessAt(i) < 0 && (threats.at(m, i) > end || cries.at(m, i) > end) {
			return true
		}
	}
	return false
}

// denied says whether the cry at word i is undone by a word before it: "no need to call the police".
func (m *message) denied(i int) bool {
	for j, n := i-1, 0; j >= 0 && n < 6; j, n = j-1, n+1 {
		w := m.words[j]
		if m.v.deny[w] {
			next := m.word(j + 1)
			answer := w == "no" && (next == "i" || next == "he" || next == "she" || next == "they" || next == "it")
			return next != "sure" && next != "joking" && !answer && !(w == "nobody" && (next == "here" || next == "there" || next == "to"))
		}
		if !m.v.denyThrough[w] {
			return false
		}
	}
	return false
}

// ofAnother says whether someone else is the one who cries: "mum says she needs help".
func (m *message) ofAnother(i, end int) bool {
	worker := func(w string) bool { return w == "my" || w == "me" || w == "us" }
	if slices.ContainsFunc(m.words[i:end], worker) && !m.has("says", "said", "saying") {
		return false // "he's broken my wrist", "she is giving me the creeps"
	}
	for j := i - 1; j >= 0 && j >= i-5; j-- {
		w := m.words[j]
		switch {
		case isBreak(w) || w == "and" || w == "but" || w == "so" || w == "i" || w == "we" || w == "me" || w == "please":
			return false
		case m.v.family[w] || w == "he" || w == "she" || w == "they":
			return !(m.words[i] == "get" || m.words[i] == "send" || m.words[i] == "ring")
		}
	}
	return false
}

// onlyIll keeps a worker's illness before a visit from being danger: it is a visit that is off (guide X1).
func (m *message) onlyIll(i, end int) bool {
	for j, w := range m.words[i:end] {
		switch w {
		case "sick", "ill", "unwell", "poorly", "awful", "terrible", "rough", "vomiting":
			return true
		case "throwing":
			if m.word(i+j+1) == "up" {
				return true
			}
		}
	}
	return false
}

// has says whether any of the words is there.
func (m *message) has(words ...string) bool {
	for _, w := range m.words {
		if slices.Contains(words, w) {
			return true
		}
	}
	return false
}

// whole says whether a phrase of the list is the whole text, but for courtesies.
func (m *message) whole(ps phrases) bool {
	for i := 0; i < len(m.words); i++ {
		if end := ps.at(m, i); end > i && m.onlyCourtesy(0, i) && m.onlyCourtesy(end, len(m.words)) {
			return true
		}
		if !isBreak(m.words[i]) && !m.v.courtesy[m.words[i]] {
			return false
		}
	}
	return false
}

func (m *message) onlyCourtesy(start, end int) bool {
	for _, w := range m.words[start:end] {
		if !isBreak(w) && !m.v.courtesy[w] {
			return false
		}
	}
	return true
}
