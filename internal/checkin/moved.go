package checkin

// How an end is said to move by a length: brought forward or cut short by it, or with it put on.

// comesForward says whether the visit is to end that much sooner: "10 early", "bring it forward 15 mins", "knock half an hour off".
func (m *message) comesForward(s *spoken) bool {
	next := m.word(s.last + 1)
	switch s.after {
	case "early", "earlier", "sooner", "shorter":
		return true
	case "off":
		return m.hasIn(m.v.takesOff, s.from, s.first)
	case "forward":
		return m.hasIn(m.v.moves, s.from, s.first)
	case "less":
		return next == "" || isBreak(next) || next == "than" || m.v.courtesy[next]
	case "before":
		return next == "time" || next == "the" && (m.word(s.last+2) == "end" || m.word(s.last+2) == "finish")
	case "ahead":
		return next == "of" && (m.word(s.last+2) == "schedule" || m.word(s.last+2) == "time" || m.word(s.last+2) == "plan")
	}
	return s.cue == "forward" && m.hasIn(m.v.moves, s.from, s.first) || m.v.shortens[s.cue]
}

// putsOn says from where a length counts that is put on: "tack 25 on the end" from the expected end, "add 20 to my slot"
// too, "stick 20 on" as another 20.
func (m *message) putsOn(s *spoken) counting {
	next := m.word(s.last + 1)
	switch s.after {
	case "on":
	case "to", "onto":
		if m.hasIn(m.v.putsOn, s.from, s.first) && (m.v.hisOwn[next] || next == "the") {
			return late
		}
		return fromNow
	default:
		return fromNow
	}
	if end := m.word(s.last + 2); (next == "the" || next == "my") && (end == "end" || end == "finish") || next == "top" {
		return late
	}
	if !m.hasIn(m.v.putsOn, s.from, s.first) {
		return fromNow
	}
	switch next {
	case "my", "the", "our":
		switch m.word(s.last + 2) {
		case "booking", "visit", "session", "contact", "time":
			return more
		}
	case "", "please", "for", "to", "if", "x", "thanks":
		return more
	default:
		if isBreak(next) {
			return more
		}
	}
	return fromNow
}

// putBack says whether something is put back in the clause, not somebody back from somewhere.
func (m *message) putBack(s *spoken) bool {
	return m.hasWithin(s.from, s.first, "put", "push", "pushed", "move", "moved", "set", "knocked", "bump", "bumped")
}

// begunLate says whether the length is how late the visit began, which is past once the worker is in: "15 mins late getting started".
func (m *message) begunLate(s *spoken, c Context) bool {
	if c.State == Booked || s.after != "late" && s.after != "behind" {
		return false
	}
	next := m.word(s.last + 1)
	return m.v.begun[next] || (next == "to" || next == "going") && m.v.begun[m.word(s.last+2)]
}

// notStaying says whether the worker says until when, or how long, the visit does not last: "not staying til half 12 after all", "won't need the
// extra half hour". "Not out til 4" is its end, and "not more than an hour" a length.
func (m *message) notStaying(s *spoken) bool {
	if s.cue != "until" && !s.t.isLength() {
		return false
	}
	for k := m.negated(s) + 1; k > 0 && k < s.first; k++ {
		switch w := m.words[k]; w {
		case "stay", "staying", "stopping", "here", "have", "having":
			return s.cue == "until"
		case "expecting", "expect", "expected":
			return s.cue == "until" && !m.hasWithin(k, s.first, "out", "done") // "the Browns aren't expecting me til 5"
		case "need", "needed", "needing":
			return !m.hasWithin(k, s.first, "than") && (m.in || !m.hasWithin(k, s.first, "there"))
		case "out", "done", "finish", "finished", "leave", "leaving", "away", "know", "sure", "if":
			return false
		}
	}
	return false
}

// notBy says whether the worker says by when the visit is not over: "won't be out by 4". What is to be done then makes it a time: "not out by 4,
// ring me".
func (m *message) notBy(s *spoken) bool {
	if s.t.isLength() || s.cue != "by" && s.cue != "at" || m.has("ring", "text", "send", "come", "check", "raise", "alarm", "police", "look") {
		return false
	}
	i := m.negated(s)
	return i >= 0 && m.hasIn(m.v.endCues, i, s.first) && !m.hasWithin(i, s.first, "until", "heard")
}

// negated gives the "not" of the worker's own clause before a time, or -1.
func (m *message) negated(s *spoken) int {
	for j := max(0, s.from-1); j < s.first; j++ {
		switch w := m.words[j]; {
		case w == "if", w == "unless", w == "should", w == "is", w == "s", m.someone(j):
			return -1
		case w == "not" && j >= s.from:
			return j
		}
	}
	return -1
}

// onlyAside says whether another day that the text speaks of is nothing to its times: "she's in court tomorrow. Need til half 4 here".
func (m *message) onlyAside(c Context) bool {
	if c.State != Inside && c.State != Overdue {
		return false
	}
	start, _ := dayWords.find(m, 0)
	ahead := start
	for ahead < len(m.words) && m.words[ahead] != "." && m.words[ahead] != "so" && m.words[ahead] != "," {
		ahead++
	}
	if m.word(ahead) == "," && !m.hasWithin(ahead, min(ahead+3, len(m.words)), "i", "staying") || m.hasWithin(ahead, len(m.words), "then", "that") {
		return false
	}
	if next, _ := dayWords.find(m, ahead); next >= 0 {
		return false
	}
	for i := range start {
		if m.times[i].words > 0 {
			return false
		}
	}
	return start >= 0 && m.hasWithin(ahead, len(m.words), "here", "staying", "stay", "need", "now")
}

// dayGone says whether the days that the text speaks of are past, each in a sentence with no time: "looks better than last week. Out by 4".
func (m *message) dayGone() bool {
	for i := range m.words {
		gone := m.words[i] == "yesterday"
		if !gone && dayWords.at(m, i) <= i {
			continue
		}
		if !gone && m.word(i-1) != "last" {
			return false
		}
		first, last := i, i
		for first > 0 && m.words[first-1] != "." && m.words[first-1] != "?" {
			first--
		}
		for last < len(m.words) && m.words[last] != "." && m.words[last] != "?" {
			last++
		}
		for j := first; j < last; j++ {
			if m.times[j].words > 0 {
				return false
			}
		}
	}
	return true
}

// wasOut says whether the worker was out by the time: "was out by ten to", not "was meant to be out by 4".
func (m *message) wasOut(s *spoken) bool {
	for j := s.from; j < s.first-1; j++ {
		if w := m.words[j]; w == "was" || w == "were" {
			next := m.words[j+1]
			return next == "out" || next == "gone" || next == "away" || next == "done" || next == "finished" || next == "home" || next == "back" || next == "outta"
		}
	}
	return false
}
