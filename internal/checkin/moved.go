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

// putsOn says from where a length counts that is put on: "tack 25 on the end" from the expected end, "stick 20 on" as another 20.
func (m *message) putsOn(s *spoken) counting {
	if s.after != "on" || !m.hasIn(m.v.putsOn, s.from, s.first) {
		return fromNow
	}
	switch next := m.word(s.last + 1); next {
	case "the", "my", "our":
		switch m.word(s.last + 2) {
		case "end", "finish", "booking", "visit", "session", "contact":
			return late
		}
	case "top":
		return late
	case "", "please", "for", "to", "if", "x", "thanks":
		return more
	default:
		if isBreak(next) {
			return more
		}
	}
	return fromNow
}

// begunLate says whether the length is how late the visit began, which is past once the worker is in: "15 mins late getting started".
func (m *message) begunLate(s *spoken, c Context) bool {
	if c.State == Booked || s.after != "late" && s.after != "behind" {
		return false
	}
	next := m.word(s.last + 1)
	return m.v.begun[next] || next == "to" && m.v.begun[m.word(s.last+2)]
}
