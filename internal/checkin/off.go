package checkin

import "time"

// A visit that is called off closes it too: it must be this visit, today, and nothing may leave it open (guide X).

// neverIn says whether the text says so plainly that the visit does not happen that other things that are off change nothing.
func (m *message) neverIn() bool {
	reach := 0
	for i := range m.words {
		end := neverIn.at(m, i)
		reach = max(reach, otherOff.at(m, i))
		others := reach >= end
		for j := i + 1; j < end; j++ {
			others = others || otherOff.at(m, j) > end // "visit cancelled on Thursday", but not "today's appointment is cancelled"
		}
		if end > i && !others {
			m.note(onCalledOff, i, end)
			return true
		}
	}
	return false
}

// offToday says whether the visit is off for the whole day, whatever time is named.
func (m *message) offToday() bool {
	for i := range m.words {
		if end := neverIn.at(m, i); end > i+1 && (m.word(end-1) == "today" || m.word(end-1) == "tonight") && (m.word(end-2) == "for" || m.word(end-2) == "4") {
			return true
		}
	}
	return false
}

// notThere says whether the text says plainly that it is the worker who is not in there: "I'm at my desk", but not "dad's at home".
func (m *message) notThere() bool {
	if m.claimed {
		return true
	}
	reach := 0
	for i := range m.words {
		reach = max(reach, otherOff.at(m, i))
		end := notThere.at(m, i)
		if end <= max(i, reach) {
			continue
		}
		begin := m.clauseStart(i)
		if m.v.promise[m.word(i-1)] || m.hasIn(m.v.promise, begin, i) && m.words[i] != "not" && m.words[i] != "never" { // "no rush to get away from here"
			continue
		}
		others := begin > 0 && m.v.joins[m.words[begin-1]] && m.othersBefore(begin-1)
		for j := begin; j < i; j++ {
			others = others || m.someone(j) || m.v.official[m.words[j]] || m.v.thing[m.words[j]]
		}
		if !others || m.worker(begin, end) {
			return true
		}
	}
	return false
}

// undecided says whether the text leaves open whether the visit is off: "might", "waiting", but not "not waiting", nor "rung her mobile".
func (m *message) undecided(plain bool) bool {
	from := 0
	if plain {
		from = m.concluded()
	}
	decided := 0 // up to where a phrase goes that leaves nothing open: "leaving it" in "leaving it until Tuesday"
	for i := from; i < len(m.words); i++ {
		if end := neverIn.at(m, i); end > decided {
			decided = end
		}
		rung := m.word(i+1) == "mobile" && (m.v.told[m.word(i-1)] || isPast(m.word(i-1)))
		if e := uncertain.at(m, i); e > i && e > decided && m.word(i-1) != "not" && !rung {
			return true
		}
	}
	return false
}

// concluded gives where a conclusion begins that the visit does not happen, "so no visit today": what comes before it leaves nothing open.
func (m *message) concluded() int {
	for i := range m.words {
		if neverIn.at(m, i) > i && (m.words[i] == "so" || m.word(i-1) == "so") {
			return i
		}
	}
	return 0
}

// off says whether the visit does not happen, and whether the text says plainly that the worker is not in there.
func (m *message) off(c Context) (off, there bool) {
	there = m.notThere()
	plain := m.neverIn()
	start, end := called.find(m, 0)
	m.calledOff = plain || start >= 0
	if !plain && start >= 0 {
		m.note(onCalledOff, start, end)
	}
	if !m.calledOff || c.State == None || m.cut || m.guessed && c.State != Booked {
		return false, there
	}
	if m.anyMistyped() || m.questioned() { // "thinkng of moving it"
		return false, there
	}
	if m.undecided(plain) || m.anotherOff(c, plain) || otherOff.in(m) && !plain || m.has("?") || m.enters(c) {
		return false, there
	}
	if (c.State == Inside || c.State == Overdue) && !there || !plain && stays.in(m) {
		return false, there
	}
	return true, there
}

// anotherOff says whether what is off is plainly another thing than this visit: "they called off the search", "his flight has been cancelled",
// "the one at 4 is cancelled" before a visit at 2.
func (m *message) anotherOff(c Context, plain bool) bool {
	for i := range m.words {
		end := max(called.at(m, i), neverIn.at(m, i))
		if end <= i {
			continue
		}
		begin, scrapped := m.clauseStart(i), m.v.scrapped[m.words[end-1]] || m.words[end-1] == "off" || m.hasWithin(i, end, "cancel")
		if scrapped && c.State == Booked && m.otherTime(begin, end, c) {
			return true
		}
		if !plain && m.nobodyElse(i, end) {
			return true
		}
		if !plain && (scrapped && m.otherThing(end, end+3) || m.passive(i, scrapped) && m.otherThing(begin, i)) {
			return true
		}
	}
	return false
}

// nobodyElse says whether a bare "nobody" between two words is told something of besides being out: "nobody hurt", "no one minds".
func (m *message) nobodyElse(i, end int) bool {
	w := m.word(end)
	return end == i+1 && m.words[i] == "nobody" && w != "" && !isBreak(w) && !m.v.joins[w] && !m.v.at[w] && !m.v.adverbs[w] && m.timeAt(end).words == 0
}

// otherTime says whether a visit is spoken of that is not about when this one starts: "the one at 4", "my 5pm".
func (m *message) otherTime(first, last int, c Context) bool {
	for j := first; j < last; j++ {
		t := m.timeAt(j)
		if t.words == 0 || t.isLength() || c.near(t) {
			continue
		}
		switch m.word(j - 1) {
		case "at":
			return true
		case "the", "my", "our":
			return t.form != bareHour || m.v.session[m.word(j+t.words)]
		}
	}
	return false
}

// near says whether a time of day is about when the visit is booked to start.
func (c Context) near(t moment) bool {
	at := c.next(t)
	return at.Sub(c.Start).Abs() <= 20*time.Minute || c.Now.After(c.Start) && at.Sub(c.Now) > 6*time.Hour
}

// passive says whether word i is what was done to the one before it: "has been cancelled", "got cancelled", but not "got chickenpox".
func (m *message) passive(i int, scrapped bool) bool {
	switch m.word(i - 1) {
	case "been", "was", "were", "is", "are", "being":
		return true
	case "got":
		return scrapped
	}
	return false
}

// otherThing says whether words begin with somebody's thing, and none of them is a visit: "his flight", "the search".
func (m *message) otherThing(first, last int) bool {
	switch m.word(first) {
	case "the", "a", "an", "my", "his", "her", "their", "our":
	default:
		return false
	}
	for j := first + 1; j < min(last, len(m.words)) && !isBreak(m.words[j]); j++ {
		switch w := m.words[j]; {
		case m.v.session[w], m.v.family[w], m.timeAt(j).words > 0, w == "one", w == "whole", w == "lot", w == "thing", w == "day", w == "list", w == "call":
			return false
		}
	}
	return first+1 < len(m.words) && !isBreak(m.word(first+1))
}

// questioned says whether a sentence of the text is a question by its order.
func (m *message) questioned() bool {
	for i := range m.words {
		if (i == 0 || isBreak(m.words[i-1]) || m.onlyCourtesy(0, i)) && m.inverted(i) {
			return true
		}
	}
	return false
}

func (m *message) noAnswer() bool {
	start, end := answers.find(m, 0)
	m.note(onCalledOff, start, end)
	return start >= 0
}

// answersElsewhere says whether it is not at the door that nobody answers: "no answer from the doctor", "no answer on her
// phone". Where the text says no more, the door is meant.
func (m *message) answersElsewhere() bool {
	_, end := answers.find(m, 0)
	return m.v.answersElse[m.word(end)] || m.has("phone", "mobile", "rang", "ringing", "text", "texting", "email")
}
