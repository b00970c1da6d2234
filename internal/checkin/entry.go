package checkin

// enters says whether the worker goes in, or is in, with nothing against it.
func (m *message) enters(c Context) bool {
	for i := range m.words {
		end := max(entries.at(m, i), m.insideAt(i))
		if !m.in {
			end = max(end, there.at(m, i))
		}
		if end > i && m.entersHere(i, end) && !m.awaited(i) && !m.hindered(i, end) && !m.putOff(i, end, c) {
			m.note(onEntry, i, end)
			return true
		}
	}
	return false
}

// insideAt gives where a bare "in" ends that begins at word i: "I'm in", "in now", or -1. Once the worker is inside it says nothing
// new, unless it is all that the text says.
func (m *message) insideAt(i int) int {
	end := within.at(m, i)
	if end <= i || m.in && !(m.sentenceEnds(end) && m.onlyFillers(0, i)) && !m.textsAgain(i) {
		return -1
	}
	w := m.word(end)
	if m.in && m.word(i-1) == "me" || w == "and" && m.word(end+1) == "out" { // "all well with me in here", "in and out"
		return -1
	}
	if next := m.word(end + 1); w == "i" && (next == "will" || next == "shall" || next == "should" || next == "said" || next == "expect") {
		return end // with no break: "I'm in I'll be out by 4"
	}
	if t := m.timeAt(end); end < len(m.words) && !isBreak(w) && !m.v.joins[w] && !m.v.afterIn[w] && (t.words == 0 || t.isLength() && end-i == 1) {
		return -1
	}
	return end
}

// textsAgain says whether the text explains why it says again, at word i, that the worker is in: "sent IN earlier but no reply so: in".
func (m *message) textsAgain(i int) bool {
	before := m.word(i - 1)
	again := m.hasIn(m.v.sentBefore, 0, len(m.words))
	for j := 1; j < i; j++ {
		again = again || m.words[j] == "in" && (m.words[j-1] == "my" || m.words[j-1] == "the") // "did you get my in?"
	}
	return again && (i == 0 || isBreak(before) || m.v.joins[before])
}

// sentenceEnds says whether a clause ends before word i, or after a mere filler there.
func (m *message) sentenceEnds(i int) bool {
	i = max(i, fillers.at(m, i))
	return i >= len(m.words) || isBreak(m.words[i]) && m.words[i] != "?"
}

func (m *message) onlyFillers(first, last int) bool {
	for i := first; i < last; {
		switch e := fillers.at(m, i); {
		case e > i:
			i = e
		case isBreak(m.words[i]) || m.v.courtesy[m.words[i]] || m.v.adverbs[m.words[i]]:
			i++
		default:
			return false
		}
	}
	return true
}

// entersHere refuses an entry whose clause begins with somebody else: "new worker started at school".
func (m *message) entersHere(start, end int) bool {
	begin := m.clauseStart(start)
	if m.worker(start, end) || m.v.session[m.words[start]] || m.ofWorker(begin, start) {
		return true
	}
	if begin > 0 && m.v.joins[m.words[begin-1]] && !(m.words[begin-1] == "so" && begin == start) && !m.worker(begin, start) && m.othersBefore(begin-1) {
		return false
	}
	for i := begin; i < start; {
		switch e, w := max(fillers.at(m, i), i+m.times[i].words), m.words[i]; {
		case e > i && e <= start:
			i = e
		case m.v.joins[w] || m.v.adverbs[w] || m.v.IsGiven(w) || m.v.entryBefore[w]:
			i++
		default:
			return false
		}
	}
	return true
}

// ofWorker says whether the worker is who does what begins at word i, whatever the clause begins with: "please record that I have been
// admitted".
func (m *message) ofWorker(first, i int) bool {
	for j := i - 1; j >= first; j-- {
		switch w := m.words[j]; {
		case w == "i" || w == "we":
			return true
		case !m.v.is[w] && !m.v.adverbs[w] && !m.v.momentOf[w] && w != "am" && w != "been" && w != "all" && w != "this":
			return false
		}
	}
	return false
}

// awaited says whether the entry at word i is what the worker, or her text, waits for: "will message you once I'm through the door". One that
// is told is not: "forgot to text when I went in".
func (m *message) awaited(i int) bool {
	for j := m.clauseStart(i); j < i; j++ {
		w, next := m.words[j], m.words[j+1]
		switch {
		case m.v.told[w] && w != "let" || isPast(w) || w == "not":
			return false
		case w == "as" && m.word(j-1) == "soon", m.v.momentOf[w], m.v.timeWords[w] && m.v.article[m.word(j-1)]:
			if m.worker(j+1, j+2) || m.someone(j+1) || m.v.article[next] {
				return true
			}
		}
	}
	return false
}

// othersBefore says whether the clause that ends before word i is about somebody else, as what goes on from it is then too.
func (m *message) othersBefore(i int) bool {
	first := m.clauseStart(i)
	return first < i && m.someone(first)
}

// putOff says whether a time beside the entry puts it off: "going in in 10", "starting at quarter past", "so 2.30 going in".
func (m *message) putOff(start, i int, c Context) bool {
	for _, w := range m.words[start:i] {
		if isPast(w) || m.v.told[w] {
			return false // "let me in at 2"
		}
	}
	for j := m.clauseStart(start); j < start; j++ {
		if t := m.timeAt(j); t.words > 0 && j+t.words == start && !t.isLength() && t.form != bareHour {
			return !m.timePast(j, t, c)
		}
	}
	starts := m.hasWithin(start, i, "start", "starting", "begin", "beginning", "commence", "commencing")
	for j := start + 1; starts && j <= i+1; j++ {
		after := m.word(j + m.timeAt(j).words)
		address := m.timeAt(j).form == bareHour && after != "" && !isBreak(after) && !m.v.courtesy[after] && !m.v.afterTime[after] // "at 9 Tennyson Way"
		if t := m.timeAt(j); t.words > 0 && !t.isLength() && m.words[j-1] == "at" && !address {
			last, next := c.last(t.asHour()), c.next(t.asHour())
			return !next.IsZero() && (last.IsZero() || next.Sub(c.Now) < c.Now.Sub(last)) // "starting my visit at 2"
		}
	}
	for j := start + 2; j < i; j++ {
		if t := m.timeAt(j); t.words > 0 && j+t.words == i && !t.isLength() && m.words[j-1] == "at" {
			return !m.timePast(j, t, c) // "I arrive at 5"
		}
	}
	if m.v.session[m.word(i)] { // "I start visit at 10:15"
		i++
	}
	switch t := m.timeAt(i); {
	case t.isLength() && m.word(i+t.words) == "later":
		return true // "starting 40 mins later than booked"
	case t.words > 0 && !t.isLength() && t.form != bareHour && (m.v.begun[m.word(i-1)] || m.word(i-1) == "commencing"):
		return !m.timePast(i, t, c) // "contact commencing 16.00"
	}
	t := m.timeAt(i + 1)
	switch m.word(i) {
	case "then":
		return i+1 >= len(m.words) || isBreak(m.words[i+1]) // "starting then"
	case "in", "after", "with":
		return t.words > 0 && (t.isLength() || t.form == bareHour)
	case "at", "from", "about", "around":
		return t.words > 0 && (t.isLength() || !m.timePast(i+1, t, c))
	case "for":
		return m.word(i-1) == "here" && t.words > 0 && !t.isLength() && !m.timePast(i+1, t, c)
	}
	return false
}

// hindered says whether the clause of an entry takes it back, or a later one does: "going in, no answer".
func (m *message) hindered(start, end int) bool {
	first, last := m.clauseStart(start), end
	for last < len(m.words) && !isBreak(m.words[last]) {
		last++
	}
	from := first
	if m.word(first-1) == "then" {
		from-- // "quick call then going in"
	}
	for i := from; i < len(m.words); i++ {
		e := hindrances.at(m, i)
		if m.words[i] == "outside" && m.word(i-1) == "the" || m.words[i] == "can" && m.word(i-1) == "you" && i > end {
			continue // "in, 3.30 at the outside"; "so you can start me now"
		}
		if i > end && m.waitsInside(start, end, i) {
			continue
		}
		if e <= i || (i > start && e <= end || i == start && e < end) && !m.v.waits[m.words[i]] {
			continue
		}
		if i <= last && !m.someone(i) || m.v.waits[m.words[i]] {
			return true
		}
	}
	return m.word(last) == "?" && last == end || m.inverted(first) || m.otherDayBetween(first, last)
}

// waitsInside says whether the worker, plainly indoors, waits at word i for what happens there: "in, waiting for mum to come down".
func (m *message) waitsInside(start, end, i int) bool {
	if m.words[i] != "waiting" || m.word(i+1) != "for" || !m.hasWithin(start, end, "in", "inside", "indoors", "upstairs") {
		return false
	}
	last := i
	for last < len(m.words) && !isBreak(m.words[last]) {
		last++
	}
	return m.hasIn(m.v.waitsInside, i, last)
}

// inverted says whether a clause that begins at word i is a question by its order, though nothing marks it: "have I been signed in",
// "does leaving a card count".
func (m *message) inverted(i int) bool {
	switch m.word(i) {
	case "do", "does", "did", "is", "are", "am", "was", "were", "have", "has", "shall", "should", "would", "will", "can", "could", "may", "might":
	default:
		return false
	}
	switch w := m.word(i + 1); w {
	case "not", "you":
		return false
	case "i", "we", "it", "that", "this", "there", "he", "she", "they", "my", "a", "an":
		return true
	default:
		return m.isDoing(w) || m.words[i] == "does" && w != ""
	}
}

// otherDayBetween says whether another day is named between two words.
func (m *message) otherDayBetween(first, last int) bool {
	for ; first < last; first++ {
		if dayWords.at(m, first) > first && m.words[first] != "sat" && m.words[first] != "sun" {
			return true
		}
	}
	return false
}
