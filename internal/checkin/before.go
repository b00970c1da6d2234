package checkin

// What a time is to a visit that has not begun: its start or its end.

// begins says whether the time is that of something that begins.
func (m *message) begins(s *spoken) bool {
	if s.after == "start" {
		return true
	}
	for j := s.first - 1; j >= s.from; j-- {
		switch w := m.words[j]; w {
		case "start", "starting", "starts", "begin", "begins", "beginning", "arrive", "arriving", "eta":
			return true
		default:
			if m.v.endCues[w] {
				return false
			}
		}
	}
	return false
}

// beforeVisit says whether a time before the visit is its start or its end (guide C4): the nearest word that knows decides.
// A start is meant where nothing says so, but for a text that is a time and nothing else.
func (m *message) beforeVisit(s *spoken) use {
	switch s.after {
	case "start":
		return asStart
	case "finish", "out", "end", "coming":
		if w := m.word(s.last + 1); w == "" || isBreak(w) || s.after == "coming" {
			return asEnd
		}
	}
	delayed, held := false, false
	for j := s.from; j < s.first; j++ {
		switch w := m.words[j]; w {
		case "not", "delay", "delayed", "delays", "held", "back", "pushed", "moved", "push", "move", "postponed", "nobody", "shifted", "shift", "stuck":
			held = true
		}
	}
	if s.t.isLength() && s.counts == fromNow && s.cue != "in" && m.hasWithin(s.from, s.first, "push", "pushed", "move", "moved", "shift", "shifted", "bump", "bumped") {
		s.counts = late // "push it an hour"
	}
	for j := s.first - 1; j >= s.from; j-- {
		switch w := m.words[j]; {
		case w == "until" && m.hasWithin(s.from, j, "give") && (m.hasWithin(s.from, j, "me", "us")):
			return asStart // "give me til 25 past to get there"
		case w == "until" && m.hasWithin(s.from, j, "wait", "waiting", "give", "giving"):
			if m.hasWithin(s.last, min(s.last+4, len(m.words)), "again", "retry") {
				return asStart // C5: "I'll give them til half past and knock again"
			}
			return unused
		case w == "until":
			if delayed = true; !held {
				return asEnd
			}
		case w == "need" && s.t.isLength() && s.counts == late && !held: // "going to need an extra hour": of the visit's length
			return asEnd
		case s.t.isLength() && (s.cue == "for" || s.cue == "still") && s.counts == fromNow && m.movedTo(s): // "moved to 18:30, still an hour"
			return asEnd
		case s.t.isLength() && s.cue == "for" && s.counts == fromNow && !held: // the visit's length: "start at 4 for an hour"
			return asEnd
		case m.v.beginCues[w]:
			return asStart
		case m.v.endCues[w]:
			return asEnd
		}
	}
	switch {
	case delayed, s.counts == late, s.counts == early:
		return asStart
	case s.t.isLength():
		if m.word(s.from-1) == "," && m.hasWithin(max(0, s.from-4), s.from, "late", "delayed", "behind") {
			s.counts = late // "late start - 15 mins"
			return asStart
		}
		if s.cue == "in" || held || s.cue == "another" || s.cue == "be" || s.after == "away" || s.after == "off" || s.counts == more {
			return asStart
		}
		return unused
	case m.onlyCourtesyOutside(s.first, s.last):
		return unused // T3: "12" before going in
	}
	return asStart
}

// movedTo says whether the time of day that comes right before a length is the visit's new start: "moved to 18:30 for an hour".
func (m *message) movedTo(s *spoken) bool {
	for j := s.first - 1; j > 0 && j > s.first-7; j-- {
		if t := m.times[j]; t.words > 0 {
			return !t.isLength() && (m.words[j-1] == "to" || m.words[j-1] == "until" || m.words[j-1] == "at" || m.words[j-1] == "now")
		}
	}
	return false
}
