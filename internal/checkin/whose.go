package checkin

import "slices"

import "time"

// past says whether the time tells what has been: waited, ago, since, "been an hour", "arrived at 3", "this five minutes".
func (m *message) past(s *spoken, c Context) bool {
	switch before := m.word(s.first - 1); {
	case s.after == "ago", s.after == "since" && s.t.isLength(), s.cue == "since", s.cue == "ers":
		return true
	case s.t.isLength() && (before == "this" || before == "these" || before == "last" || before == "past"):
		return true
	case s.cue == "gone" && !m.comes(s.from, s.first):
		last, next := c.last(s.t), c.next(s.t)
		return next.IsZero() || c.Now.Sub(last) <= next.Sub(c.Now) // "it's gone 3"
	case s.t.form == pastHour && m.justGone(s, c), !s.t.isLength() && m.wasGoing(s):
		return true
	}
	if s.t.isLength() {
		return m.spent(s) || m.begunLate(s, c)
	}
	if before := m.word(s.from - 1); (before == "if" || before == "unless") && m.hasWithin(s.from, s.first, "not", "nothing", "quiet", "silent") {
		return false // "if you haven't had an out from me at half 12"
	}
	if been := m.word(s.first - 1); (been == "been" || been == "said" || been == "put") && m.word(s.first-2) == "have" && m.word(s.first-3) == "should" {
		return false // "I put 11, should have been 11.30"
	}
	switch s.cue {
	case "until", "to", "by", "for", "than":
		return s.cue == "by" && m.wasOut(s)
	}
	for j := s.first - 1; j >= s.from; j-- {
		switch w := m.words[j]; {
		case m.v.ahead[w]:
			return false
		case w == "finished" || w == "done": // for a future time, "done at 4", it is a new end (guide E5)
		case m.v.pastCues[w]:
			return !m.comes(s.from, j)
		}
	}
	return false
}

// spent says whether a length has been spent: "waited 20 mins", "been in an hour", "15 min on the doorstep".
func (m *message) spent(s *spoken) bool {
	if s.after == "on" && m.word(s.last+1) == "the" && m.putsOn(s) == fromNow || s.after == "in" && (m.word(s.last+1) == "" || isBreak(m.word(s.last+1)) || m.v.clauses[m.word(s.last+1)]) {
		return true
	}
	for j := s.first - 1; j >= s.from; j-- {
		switch w := m.words[j]; {
		case w == "been" && m.hasWithin(j+1, min(j+2, s.first), "told", "asked", "given", "allowed", "promised"):
			return false
		case m.v.spent[w]:
			moved := s.cue == "by" || s.counts == late || s.counts == more // "been extended by 30 minutes"
			return !moved && !m.comes(s.from, j)
		case w == "out" && m.word(j-1) == "and" && m.word(j-2) == "in": // "in and out in ten minutes"
			return true
		case w == "give":
			who := m.word(j + 1)
			if who == "it" && m.in && s.counts == more {
				return false // "give it another hour"
			}
			return who == "it" || m.v.family[who] || who == "him" || who == "her" || who == "them"
		case m.v.ahead[w]:
			return false
		}
	}
	return false
}

// wasGoing says whether the time is one that was meant to be: "was going to be 4".
func (m *message) wasGoing(s *spoken) bool {
	for j := s.from; j < s.first-1; j++ {
		if m.words[j] == "was" || m.words[j] == "were" {
			switch m.words[j+1] {
			case "going", "gonna", "meant", "supposed", "due":
				return true
			}
		}
	}
	return false
}

// justGone says whether a bare "twenty to" in a clause that tells of an end is the one of a moment ago.
func (m *message) justGone(s *spoken, c Context) bool {
	gone := c.Now.Sub(c.last(s.t))
	if gone > 25*time.Minute || s.cue == "out" && m.in && gone > 5*time.Minute && !c.Now.After(c.End) || s.cue != "at" && s.cue != "before" && s.cue != "after" && !m.v.endCues[s.cue] {
		return false
	}
	for j := s.first - 1; j >= s.from; j-- {
		switch w := m.words[j]; {
		case w == "finished":
			return !m.comes(s.from, j)
		case w == "leaving" || w == "leave" || w == "finish" || w == "finishing":
			return false
		case w != "until" && m.v.endCues[w]:
			return gone <= 10*time.Minute && !m.comes(s.from, j)
		case m.v.ahead[w]:
			return false
		}
	}
	return false
}

// comes says whether the words speak of what is to come, "will be finished", and not of what should have been.
func (m *message) comes(from, to int) bool {
	for j := to - 1; j >= from; j-- {
		switch w := m.words[j]; {
		case w == "have" || w == "has" || w == "had" || w == "was" || w == "were":
			return false
		case m.v.ahead[w]:
			return true
		}
	}
	return false
}

// foreign says whether a time is not the visit's: a meeting's, somebody else's, the next visit's, or that of coming home.
func (m *message) foreign(s *spoken, open bool) bool {
	return m.things(s, open) || m.theyDo(s) || m.leftThere(s) || m.ownEnd(s) || m.afterThis(s) || m.travel(s) || m.others(s) || m.elsewhere(s, open) || m.asked(s) || m.ringMe(s)
}

// things says whether the time belongs to a thing: "meeting at 4", "the 1.50 boat", "my 4 o'clock".
func (m *message) things(s *spoken, open bool) bool {
	if before := m.word(s.first - 1); before == "every" || before == "each" || before == "at" && m.word(s.first-2) == "one" {
		return true // "a bus every 20 mins, I'll get the one at 10 to"
	}
	if is := m.word(s.first - 1); s.t.isLength() && (is == "is" || is == "s" || is == "takes") && m.hasIn(m.v.otherThings, s.from, s.first-1) {
		return true // "the bus back is 40 mins"
	}
	if s.t.isLength() && (m.itsLength(s, open) || m.lessOf(s)) {
		return true
	}
	if s.t.isLength() && m.word(s.first-1) == "of" && m.word(s.first-2) == "top" {
		return true // "another 20 on top of the hour"
	}
	if s.after == "left" && s.t.isLength() && m.hasIn(m.v.otherThings, s.last, min(s.last+4, s.to)) {
		return true // "10 mins left on the meter"
	}
	if s.t.isLength() {
		return s.cue == "in" && (m.v.otherThings[m.word(s.first-2)] || m.nextBefore(s, s.first-1)) || m.v.otherThings[s.after] || m.v.otherThings[m.word(s.last+1)] && s.after != "before" && s.after != "with" && !isBreak(s.after)
	}
	if m.v.otherThings[s.after] && !m.v.otherThings[m.word(s.first-1)] {
		return true
	}
	if m.word(s.first-1) == "time" && m.hasWithin(max(0, s.first-2), s.first-1, "last", "next", "first", "tea", "bed", "lunch", "nap", "bath", "every", "each", "other") {
		return true // "last time 4"
	}
	switch m.word(s.first - 1) {
	case "my", "his", "her", "their", "the":
		return true
	}
	if have := m.word(s.first - 2); m.word(s.first-1) == "a" && (have == "have" || have == "got" || have == "has") && !m.v.endCues[s.after] && s.after != "start" {
		return true // "I've a 2pm at the office"
	}
	for j := s.from; j+2 < s.first; j++ {
		if t := m.times[j]; t.words > 0 && !t.isLength() && m.hasWithin(max(s.from, j-1), j, "his", "her", "their") && !m.v.endCues[m.word(j+t.words)] {
			return true // "his 11.15's now 11.45"
		}
		if m.v.otherThings[m.words[j]] && m.hasWithin(j+1, j+2, "want", "wants", "need", "needs") && m.v.me[m.words[j+2]] {
			return true // "school want me at 1"
		}
	}
	for j := s.first - 1; j >= s.from; j-- {
		switch w := m.words[j]; {
		case w == "meeting" && j == s.from && !open && s.hasInstead(m), m.v.otherThings[w] && m.v.moves[w] && m.v.hisOwn[m.word(j+1)]: // "meeting at the library", "shift this"
			return false
		case m.v.otherThings[w] && s.cue == "until" && (m.word(j-1) == "after" || m.word(j-1) == "before"): // "staying on after tea til 5"
		case m.v.otherThings[w] && s.cue == "until" && m.v.ownEnd[w] && m.placeAt(j): // "at the school with mum til 5"
		case m.v.otherThings[w]:
			return open || !m.hasWithin(s.from, s.first, "changed", "change", "moved", "move", "pushed", "put")
		case w == "overrunning" || w == "overrun": // "meeting overrunning til 4.30": it is the visit
			return false
		case m.v.moves[w] && m.hasWithin(max(s.from, j-1), j, "been", "is", "s", "was", "got"): // "the meeting has been put back to 5"
		case w == "out" && (m.word(j-1) == "runs" || m.word(j-1) == "run"):
		case w == "i" || w == "we" || w == "me" || w == "us" || w == "it" || m.v.ahead[w] && w != "due" && w != "until" || w != "until" && m.v.endCues[w]:
			return m.nextBefore(s, j)
		}
	}
	return m.nextBefore(s, s.first-1) || m.nextAfter(s) || m.ofNext(s)
}

// ofNext says whether the clause goes on from one about the next visit: "Smiths next at 3, should be half an hour".
func (m *message) ofNext(s *spoken) bool {
	if m.word(s.from-1) != "," || s.after == "start" || s.after == "finish" || m.hasWithin(s.from, s.first, "i", "we", "me", "us", "out", "done", "leave", "until", "here", "away", "finish") {
		return false
	}
	for j := s.from - 2; j >= 0 && j > s.from-reach && !isBreak(m.words[j]); j-- {
		if m.words[j] == "next" {
			return !m.hasWithin(j, s.from, "me", "us", "there", "in")
		}
	}
	return false
}

// nextBefore says whether the clause speaks of the next visit before word i: "next one will be at 5", not "next bus gets me there".
func (m *message) nextBefore(s *spoken, i int) bool {
	for j := i; j >= s.from; j-- {
		if m.words[j] == "next" {
			return !m.hasWithin(j, s.first, "me", "us", "there")
		}
	}
	return false
}

// nextAfter says whether the clause goes on to the next visit: "20 mins late to the next lot".
func (m *message) nextAfter(s *spoken) bool {
	for j := s.last; j < s.to; j++ {
		if m.words[j] == "next" {
			return true
		}
	}
	return false
}

func (m *message) hasWithin(from, to int, words ...string) bool {
	for j := from; j < to; j++ {
		if slices.Contains(words, m.words[j]) {
			return true
		}
	}
	return false
}

// travel says whether a length is a way's: "20 minutes drive".
func (m *message) travel(s *spoken) bool {
	if !s.t.isLength() {
		return false
	}
	switch s.after {
	case "away":
		if m.in && (s.cue == "s" || s.cue == "is") {
			return true // "the pizza's 20 mins away"
		}
	case "drive", "walk", "journey":
		return true
	case "to":
		switch m.word(s.last + 1) {
		case "drive", "walk":
			return true
		case "get": // "need 30 mins to get through this"
			switch m.word(s.last + 2) {
			case "there", "here", "home", "back", "to", "from", "in", "into", "across", "round":
				return true
			}
			return !m.hasWithin(s.from, s.first, "need", "give", "want", "take", "another")
		}
	}
	if s.after == "late" && (m.word(s.last+1) == "for" || m.word(s.last+1) == "to") && m.in && m.v.article[m.word(s.last+2)] {
		return true // "10 mins late for the Browns", texted from another visit
	}
	return m.word(s.first-1) != "next" && m.nextBefore(s, s.first-1) || m.nextAfter(s) || m.ofNext(s)
}

// others says whether the clause speaks of somebody else: "dad is at work til 6", "her husband comes back before 11". What they
// want of the worker is the visit's.
func (m *message) others(s *spoken) bool {
	someone := m.goesOn(s)
	for j := s.from; j < s.first; j++ {
		w := m.words[j]
		switch {
		case w == "you": // it is us
		case (w == "me" || w == "us") && (m.word(j-1) == "to" || m.word(j-1) == "with") && someone: // "nobody can get to us before 10"
		case w == "i" || w == "me" || w == "us" || w == "we":
			return m.toOthers(s, j)
		case w == "only" && m.hasWithin(j+1, s.first, "has", "have", "got") && m.word(s.first-1) == "until" && s.first-j <= 6:
			return false // "mum only has til half 10"
		case (w == "says" || w == "say" || w == "said") && !m.in && !s.t.isLength() && j == s.first-1: // "mum's running late, she says 10.20"
			return false
		case w == "until" && !someone: // "waiting till dad's back at 4.30"
			return false
		case (w == "thinks" || w == "reckons" || w == "says" || w == "say") && m.theirs(j+1, s.first):
			return true
		case m.v.wanted[w] && m.hasWithin(j+1, min(j+2, s.first), "everyone", "everybody", "them", "him", "her"):
			return true // "landlord wants everyone out by 7"
		case w == "do" && m.hasWithin(max(s.from, j-1), j, "can", "could", "only"), m.v.wanted[w] && m.word(j-1) != "has", (w == "says" || w == "say" || w == "said") && m.v.calls[m.word(j+1)]:
			return false
		case m.v.family[w] || w == "he" || w == "she" || w == "they" || m.v.IsGiven(w):
			someone = someone || m.subject(s.from, j)
		case (w == "coming" || w == "calling" || w == "due" || w == "arriving" || w == "picking" || w == "collecting" || w == "visiting") && j > s.from:
			return m.word(j+1) != "out" && m.word(j+1) != "to" && m.word(j+1) != "off"
		case m.v.visitors[w]:
			someone = someone || m.subject(s.from, j) || m.word(j+1) == "says" || m.word(j+1) == "comes"
		}
	}
	return someone
}

// goesOn says whether the clause goes on about the somebody of the clause before it: "mum's nipped out, back in 10".
func (m *message) goesOn(s *spoken) bool {
	if w := m.word(s.from); m.word(s.from-1) != "," || w != "back" && w != "home" && w != "due" {
		return false
	}
	for j := s.from - 2; j >= 0 && j > s.from-reach && !isBreak(m.words[j]); j-- {
		if w := m.words[j]; w == "i" || w == "me" || w == "we" {
			return false
		} else if m.someone(j) {
			return m.subject(j, j)
		}
	}
	return false
}

// subject says whether the somebody at word j is whom the clause speaks of, not whom the worker does something with.
func (m *message) subject(from, j int) bool {
	switch m.word(j + 1) {
	case "is", "s", "are", "will", "has", "due", "not", "comes", "gets", "leaves", "finishes", "works", "back":
		switch m.word(j - 1) {
		case "with", "to", "for", "at":
			return false
		}
		return true
	}
	if m.word(from-1) == "and" && from > 1 && (m.someone(from-2) || m.unknown[from-2]) && m.hasWithin(max(0, from-4), from-2, "with", "w") {
		return false // "in with mum and kids, out 11.30"
	}
	for k := from; k < j; k++ {
		switch m.words[k] {
		case "the", "a", "her", "his", "their", "my", "our", "if", "that", "says", "well", "hi", "until", "as", "little", "now", "foster":
		default:
			return false
		}
	}
	return true
}

// theirs says whether the words tell when somebody is back: "neighbour thinks they're back half 3".
func (m *message) theirs(from, to int) bool {
	switch m.word(from) {
	case "he", "she", "they":
		return m.hasWithin(from+1, to, "back", "home", "in", "due", "ready", "free")
	}
	return false
}

// toOthers says whether the worker tells somebody else's time: "he said he's back at 4" is theirs, "mum wants me at 5" ours.
func (m *message) toOthers(s *spoken, j int) bool {
	for k := j + 1; k < s.first; k++ {
		switch w := m.words[k]; {
		case w == "i" || w == "me" || w == "we" || w == "us":
			return false
		case (m.v.family[w] || w == "he" || w == "she" || w == "they") && m.subject(k, k) && m.subject(j, k):
			return true
		}
	}
	first := m.word(s.from)
	return (first == "text" || first == "tell") && m.v.IsGiven(m.word(s.from+1))
}

// elsewhere says whether a time is that of what comes after the visit: "home by 5", "then Smiths at 5".
func (m *message) elsewhere(s *spoken, open bool) bool {
	for j := s.from; j < s.first; j++ {
		switch w := m.words[j]; w {
		case "home", "desk", "office", "base":
			if w == "home" && (m.word(j+1) == "visit" || m.word(j+1) == "contact") {
				continue
			}
			return !m.hasWithin(s.from, s.first, "left", "until") || w != "home" && open && !m.hasWithin(s.from, s.first, "left")
		case "come", "coming", "go", "going", "pop":
			if open && m.word(j+1) == "back" && m.word(j+2) != "out" && (s.cue == "back" || s.cue == "at" || s.cue == "for") && m.hasWithin(max(s.from, j-1), j, "to", "be", "am") {
				return true // "they've asked me to come back at 7"
			}
		case "dropping", "pick", "picking", "collect", "collecting", "fetch", "fetching":
			if open && !m.hasWithin(s.from, s.first, "until", "out") {
				return true // "picking my lad up at 5"
			}
		case "be", "get":
			to := m.word(j + 1)
			if open && to == "there" && (s.cue == "at" || s.cue == "by" || s.cue == "for" || s.cue == "in") {
				return true // "tell the Browns I'll be there at 5": there is not here
			}
			if open && (to == "at" || to == "in" || to == "on") && s.first > j+3 && (s.cue == "for" || s.cue == "by" || s.cue == "at") && m.timeAt(j+2).words == 0 &&
				!m.hasWithin(j, s.first, "until", "out", "car", "van") {
				return true
			}
		}
	}
	if m.word(s.from-1) != "then" {
		return open && m.placed(s)
	}
	switch w := m.word(s.from); w {
	case "mr", "mrs", "ms", "miss", "dr", "straight", "the", "to", "on", "off", "over", "next", "do", "see", "visit", "meet", "grab", "get":
		return true
	default:
		return s.from < s.first && m.v.IsName(w)
	}
}

// placed says whether the time is where and with whom the worker is to be after the visit: "at the Patels for 5", "seeing Jo at 5",
// "2nd visit at 5", "tea is at 5".
func (m *message) placed(s *spoken) bool {
	if m.word(s.first-1) == "at" {
		switch m.word(s.first - 2) {
		case "visit", "contact", "session":
			return !m.hasIn(m.v.endCues, s.from, s.first) // "concluding this visit at 4.40"
		case "is", "s", "are", "again":
			return true
		}
	}
	if s.cue == "at" && s.first == s.from+2 && (m.v.IsName(m.words[s.from]) || m.unknown[s.from]) {
		return true // "Nkemelus at half 2"
	}
	switch s.cue {
	case "do", "make":
		return m.word(s.first-2) == "not" // "can't make 4.30"
	case "to":
		return m.hasWithin(s.from, s.first, "moved", "moving") && !m.hasWithin(s.from, s.to, "end", "finish", "me")
	}
	if m.hasWithin(s.from, s.first, "book", "booking") {
		return !m.v.endCues[s.cue] && !m.hasWithin(s.from, s.first, "out")
	}
	if s.cue != "at" && s.cue != "for" {
		return false
	}
	for j := s.from; j < s.first-2; j++ {
		switch m.words[j] {
		case "to", "at", "doing", "do", "visiting":
			k := j + 1
			if w := m.words[k]; w == "the" || w == "my" || w == "our" {
				k++
			}
			if k < s.first-1 && m.v.IsName(m.words[k]) {
				return true
			}
		case "see", "seeing", "meet":
			return true
		}
	}
	return false
}

// ringMe says whether the time is that of a call the worker wants: "ring me at 4", not "if I'm not out by 4 ring me".
func (m *message) ringMe(s *spoken) bool {
	for j := s.from; j < s.first; j++ {
		switch m.words[j] {
		case "if", "not", "out", "heard", "hear", "until", "done":
			return false
		case "ring", "text", "message", "check", "buzz":
			switch w := m.word(j + 1); w {
			case "me", "us", "on", "back":
				return !m.hasWithin(j, s.first, "if", "unless", "not") && m.word(s.to) != "if" && m.word(s.to) != "unless"
			case "you":
				return s.after == "about" || s.after == "re" || s.after == "with"
			default:
				if (m.v.family[w] || m.v.IsGiven(w) || w == "him" || w == "her" || w == "them") && m.words[j] == "ring" && m.word(s.to+1) != "i" {
					return true
				}
			}
		}
	}
	return false
}

// asked says whether the clause asks about the time: "is the meeting at 4?". What is asked for counts: "can I have til 4?".
func (m *message) asked(s *spoken) bool {
	if m.word(s.to) != "?" && !m.hasWithin(s.from, min(s.from+2, s.first), "anyone", "shall") {
		return false
	}
	switch m.word(s.from) {
	case "is", "are", "was", "did", "does", "do", "what", "which", "who", "where", "how", "has", "any1", "anyone", "should", "shall":
		return !m.hasWithin(s.from, s.first, "ok", "fine", "if")
	}
	return false
}

// thenMeant says whether a later clause takes somebody else's time for the visit's: "back for half 11, will go in then".
func (m *message) thenMeant(s *spoken, open bool) bool {
	if s.t.isLength() {
		return false
	}
	for i := s.last; i < len(m.words) && i < s.last+reach; i++ {
		if m.words[i] != "then" || m.word(i+1) != "" && !isBreak(m.word(i+1)) {
			continue
		}
		for j := max(s.last, i-4); j < i; j++ {
			switch m.words[j] {
			case "go":
				return !open || j == i-1
			case "in", "start", "starting", "going", "come", "knock", "try", "see", "again", "begin":
				return !open
			case "until", "leave", "leaving", "out", "finish", "finishing", "off":
				return open && (m.words[i-1] != "before" || m.theyDo(s))
			case "head", "heading":
				return open
			}
		}
	}
	return false
}
