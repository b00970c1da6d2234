package checkin

import (
	"slices"
	"time"
)

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
		if threats.at(m, i) > i && !m.denied(i) {
			return false
		}
		if e := cries.at(m, i); e > i && m.words[i] != "sos" && m.words[i] != "help" && !m.denied(i) && !m.ofAnother(i, e) {
			return false
		}
	}
	return true
}

// enters says whether the worker goes in, or is in, with nothing against it.
func (m *message) enters(c Context) bool {
	for i := range m.words {
		end := max(entries.at(m, i), m.insideAt(i))
		if !m.in {
			end = max(end, there.at(m, i))
		}
		if end > i && m.entersHere(i, end) && !m.hindered(i, end) && !m.putOff(i, end, c) {
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
	if end <= i || m.in && !(m.sentenceEnds(end) && m.onlyFillers(0, i)) {
		return -1
	}
	w := m.word(end)
	if t := m.timeAt(end); end < len(m.words) && !isBreak(w) && !m.v.joins[w] && !m.v.afterIn[w] && (t.words == 0 || t.isLength() && end-i == 1) {
		return -1
	}
	return end
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
	if m.worker(start, end) || m.v.session[m.words[start]] {
		return true
	}
	begin := m.clauseStart(start)
	if begin > 0 && m.v.joins[m.words[begin-1]] && !m.worker(begin, start) && m.othersBefore(begin-1) {
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
	for j := start + 2; j < i; j++ {
		if t := m.timeAt(j); t.words > 0 && j+t.words == i && !t.isLength() && m.words[j-1] == "at" {
			return !m.timePast(j, t, c) // "I arrive at 5"
		}
	}
	if m.v.session[m.word(i)] { // "I start visit at 10:15"
		i++
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
		if m.words[i] == "outside" && m.word(i-1) == "the" {
			continue // "in, 3.30 at the outside"
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
			others = others || m.someone(j)
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
		begin, scrapped := m.clauseStart(i), m.v.scrapped[m.words[end-1]] || m.words[end-1] == "off"
		if scrapped && c.State == Booked && m.otherTime(begin, end, c) {
			return true
		}
		if !plain && (scrapped && m.otherThing(end, end+3) || m.passive(i, scrapped) && m.otherThing(begin, i)) {
			return true
		}
	}
	return false
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

// clearlyTyped says whether no word is mistyped in a sentence that says plainly that the visit does not happen, and none elsewhere that may
// leave it open: "nobody's come to the door, tyring her mobile".
func (m *message) clearlyTyped() bool {
	for i := range m.words {
		if m.mistyped(i) && m.v.slipOfDoubt(m.typed[i]) {
			return false
		}
	}
	for i := 0; i < len(m.words); {
		end, plain, typed := i, false, true
		for ; end < len(m.words) && !isBreak(m.words[end]); end++ {
			plain, typed = plain || neverIn.at(m, end) > end, typed && !m.mistyped(end)
		}
		if plain && typed {
			return true
		}
		i = end + 1
	}
	return false
}

// questioned says whether a sentence of the text is a question by its order.
func (m *message) questioned() bool {
	for i := range m.words {
		if (i == 0 || isBreak(m.words[i-1])) && m.inverted(i) {
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
	if m.clauseStart(start) != start || start > 0 && m.v.joins[m.words[start-1]] && m.othersBefore(start-1) {
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
	if m.v.wellOfOthers[m.word(start-1)] || m.denied(start) || m.questionAt(end) {
		return false
	}
	for j := m.clauseStart(start); j < start; j++ {
		switch w := m.words[j]; {
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
