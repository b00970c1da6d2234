package checkin

import "slices"

// An end that is none can kill: the alarm that would have come never does. So one clause must say plainly that the worker has left, and
// no other may leave a doubt (guide E). Clauses are told apart by what they say of the worker's place.

// clause is what a text says between two breaks.
type clause struct {
	begin    int
	rest     []int // its words that no phrase explains
	exits    bool  // a completed exit
	away     bool  // the worker is elsewhere
	stays    bool  // the worker is still there, or there again
	asks     bool  // ends as a question
	goesOn   bool  // goes on from the one before it: "mum came and left"
	ofOthers bool  // somebody else is the one who does something
	told     bool  // it tells what is past
}

// exit says whether the text is a completed exit with nothing against it; claims is true when one is in it at all.
func (m *message) exit() (whole, claims bool) {
	whole = !m.cut && !m.guessed && !m.has(`"`)
	over, away := false, false
	var before clause
	for i := 0; i < len(m.words); {
		c, next := m.clauseFrom(i)
		c.goesOn = i > 0 && !isBreak(m.words[i-1])
		c.ofOthers = len(c.rest) > 0 && m.someone(c.rest[0])
		c.told = m.tells(c.rest)
		claims, away = claims || c.exits, away || c.away
		if len(c.rest) == 0 && next > i && m.overIn(i, next) {
			over = true
		}
		whole = whole && m.fits(c, before)
		if before, i = c, next; i < len(m.words) {
			i++ // the break or the conjunction
		}
	}
	claims = claims || over && away
	m.claimed = claims
	return whole && claims, claims
}

// clauseFrom reads the clause that begins at word i, and says where it ends: at a break, or at a word that begins another clause.
func (m *message) clauseFrom(i int) (c clause, next int) {
	for c.begin = i; i < len(m.words); {
		end, kind := m.place(i)
		if kind == exits && !m.exitHere(i, end, c) {
			m.nearly = true
			m.note(onNearly, i, end)
			c.rest = append(c.rest, i)
			i++
			continue
		}
		switch kind {
		case exits:
			c.exits = true
			m.note(onExit, i, end)
		case aways:
			c.away = true
			m.note(onAway, i, end)
		case stays, unmeant:
			c.stays = true
		}
		switch {
		case end > i:
			i = end
		case isBreak(m.words[i]):
			c.asks = m.words[i] == "?"
			return c, i
		case m.v.joins[m.words[i]] && i > c.begin:
			return c, i
		case m.v.joins[m.words[i]]:
			i++
		default:
			c.rest = append(c.rest, i)
			i++
		}
	}
	return c, i
}

// place finds the longest phrase at word i that says where the worker is, or says nothing. Of two that are equally long the one that
// keeps the visit open counts.
func (m *message) place(i int) (end int, kind phrases) {
	end = i
	for _, k := range []phrases{unmeant, stays, exits, aways, overs, fillers} {
		if e := k.at(m, i); e > end {
			end, kind = e, k
		}
	}
	return end, kind
}

// overIn says whether the clause is a session's end said shortly: "done".
func (m *message) overIn(i, next int) bool {
	for ; i < next; i++ {
		if end := overs.at(m, i); end > i {
			m.note(onOver, i, end)
			return true
		}
	}
	return false
}

// exitHere refuses an exit whose clause makes it another thing: "nearly out", "mum has left", "left my bag".
func (m *message) exitHere(start, end int, c clause) bool {
	if e, _ := m.place(end); end < len(m.words) && e == end && !isBreak(m.words[end]) && !m.v.joins[m.words[end]] && m.times[end].words == 0 {
		return false
	}
	for _, i := range c.rest {
		if w := m.words[i]; m.v.promise[w] || m.someone(i) {
			return false
		}
	}
	return len(c.rest) == 0 || m.worker(start, end)
}

// worker says whether the worker is named between two words as the one who does something.
func (m *message) worker(start, end int) bool {
	for _, w := range m.words[start:end] {
		if w == "i" || w == "we" || w == "me" || w == "us" {
			return true
		}
	}
	return false
}

// someone says whether the word at i is somebody else.
func (m *message) someone(i int) bool {
	w := m.words[i]
	return m.v.family[w] || w == "he" || w == "she" || w == "they" || m.v.IsGiven(w)
}

// fits says whether a clause leaves no doubt beside an exit: it says nothing of the worker's place, it tells of others, or of what is past.
func (m *message) fits(c, before clause) bool {
	switch {
	case c.stays:
		return false
	case len(c.rest) == 0:
		return !c.asks || !c.exits
	case c.asks:
		return m.rhetorical(c.rest[0])
	case m.doubtful(c.rest):
		return false
	case c.exits || c.away:
		return true
	}
	told := c.told || c.goesOn && before.told
	is, doing, mine, enters, later, back, others := false, false, false, false, false, false, c.goesOn && before.ofOthers
	for _, i := range c.rest {
		w := m.words[i]
		is = is || m.v.is[w]
		doing = doing || isDoing(w)
		later, back = later || w == "will", back || m.v.back[w]
		mine = mine || w == "me" || w == "us"
		others = others || m.someone(i)
		enters = enters || m.in && entries.at(m, i) > i
	}
	switch {
	case m.otherDayIn(c.rest):
		return true // "leaving the car at home tomorrow"
	case enters:
		return false // "then going in again"
	case others:
		return told && !doing || is && !mine && !doing // "mum was lovely", "she's fine", but not "mum's walking with me"
	case told:
		return !doing
	case later: // "will want a lift tomorrow"
		return !back
	case m.v.at[m.words[c.begin]]: // "in her car", "with the kids"
		return false
	}
	return !doing && len(c.rest) <= 5 && !m.worker(c.rest[0], c.rest[len(c.rest)-1]+1)
}

// tells says whether words are of what is past.
func (m *message) tells(words []int) bool {
	return slices.ContainsFunc(words, func(i int) bool { return m.v.told[m.words[i]] || isPast(m.words[i]) })
}

func (m *message) otherDayIn(words []int) bool {
	return slices.ContainsFunc(words, func(i int) bool { return dayWords.at(m, i) > i })
}

// doubtful says whether one of the words makes what is said beside it a promise, a question, a quotation or a danger.
func (m *message) doubtful(words []int) bool {
	for _, i := range words {
		if w := m.words[i]; m.v.doubt[w] || m.v.alarming[w] || w == `"` {
			return true
		}
	}
	return false
}

// isPast and isDoing read a verb by its ending.
func isPast(w string) bool {
	return len(w) > 4 && w[len(w)-2:] == "ed" && w != "indeed" && w != "speed"
}

func isDoing(w string) bool {
	return len(w) > 5 && w[len(w)-3:] == "ing" && w != "morning" && w != "evening" && w != "nothing" && w != "something" && w != "everything" && w != "anything" && w != "meeting" && w != "building"
}

// rhetorical says whether a question mark ends a question about an earlier text: "did my out text not send?".
func (m *message) rhetorical(i int) bool {
	return m.word(i) == "did" && m.word(i+1) == "my"
}
