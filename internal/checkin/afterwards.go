package checkin

// Times until which something else lasts, and those of what the worker does after the visit. Taken for the visit's end they would put off the
// alarm by hours, so they are looked for by class.

// ownEnd says whether it is a thing, or the worker's shift, that lasts until the time: "curfew is til 7", "meter's paid til half 5", "on duty til 8".
func (m *message) ownEnd(s *spoken) bool {
	if s.cue != "until" {
		return false
	}
	if w := m.word(s.first - 2); m.v.atLeisure[w] || (w == "on" || w == "else" || w == "booked") && m.v.atLeisure[m.word(s.first-3)] {
		return true // "I'm free til 2"
	}
	for j := s.first - 2; j >= s.from; j-- {
		switch w := m.words[j]; {
		case m.v.ownEnd[w] && !m.placeAt(j):
			return true
		case (w == "duty" || w == "shift" || w == "ring" || w == "rota" || w == "lates" || w == "nights") && m.hasWithin(max(0, j-1), j, "on", "covering", "cover", "doing", "do"), w == "working", w == "work" && m.word(j-1) != "at":
			return true
		case w == "here" || w == "stay" || w == "staying" || w == "need" || w == "out" || w == "leave" || w == "leaving" || w == "me" || w == "us":
			return false
		}
	}
	return false
}

// theyDo says whether the clause tells what somebody or something does at the time: "the heating comes on at 5". The visit itself and its session
// end when it says.
func (m *message) theyDo(s *spoken) bool {
	if is := m.word(s.first - 3); !s.t.isLength() && m.word(s.first-2) == "on" && (is == "s" || is == "is") && (s.cue == "at" || s.cue == "until") {
		what := m.word(s.first - 4)
		return !m.v.session[what] && what != "it" && what != "that" // "Corrie's on at 7"
	}
	if s.t.isLength() || !m.v.article[m.word(s.from)] && !m.v.hisOwn[m.word(s.from)] {
		return false
	}
	for j := s.from + 2; j < s.from+5 && j < s.first; j++ {
		if noun := m.words[j-1]; m.v.theyDo[m.words[j]] {
			return !m.v.session[noun] && noun != "time" && !m.hasWithin(s.from, s.first, "i", "me", "we", "us")
		}
	}
	return false
}

// leftThere says whether it is somebody else who is left there, or a place that they have, until the time: "leaving Priya here til 5", "we've got the
// house to ourselves til 5".
func (m *message) leftThere(s *spoken) bool {
	if s.cue != "until" {
		return false
	}
	switch w := m.word(s.first - 2); w {
	case "here", "there":
		who := m.word(s.first - 3)
		return m.hasWithin(max(s.from, s.first-6), s.first-3, "leaving", "leave", "left") && (m.v.IsSomeone(who) || m.v.family[who] || m.v.visitors[who] || who == "him" || who == "her" || who == "them")
	case "ourselves", "myself", "themselves", "himself", "herself":
		return m.word(s.first-3) == "to"
	}
	return false
}

// placeAt says whether the thing at word j is where somebody is: "at the library with them til 5".
func (m *message) placeAt(j int) bool {
	if j--; m.hasWithin(max(0, j), j+1, "the", "a", "my", "our", "their", "her", "his") {
		j--
	}
	w := m.word(j)
	return m.word(j+1) != "office" && m.word(j+2) != "office" && (w == "at" || w == "in" || w == "inside" || w == "round" || w == "watching" || w == "for")
}

// afterThis says whether the time is that of what the worker does after the visit: "at the Browns til 6 after this", "going to the Browns after, be
// there til 6".
func (m *message) afterThis(s *spoken) bool {
	from := s.from
	if m.word(from-1) == "," && m.hasWithin(s.from, s.first, "there") {
		for from--; from > 0 && !isBreak(m.words[from-1]); from-- {
		}
	}
	for j := from; j < s.to; j++ {
		switch next := m.word(j + 1); m.words[j] {
		case "afterwards":
			return true
		case "after":
			if next == "this" || next == "at" || next == "here" || next == "until" || (next == "" || isBreak(next)) && j > s.from-4 {
				return true
			}
		}
	}
	return false
}

// laterVisit says whether a range begins after the visit is to end, and so is another's: "I've the Browns 5 til 6".
func (m *message) laterVisit(a, b *spoken, c Context) bool {
	if c.State != Inside && c.State != Overdue || a.t.isLength() || m.word(b.first-1) != "until" {
		return false
	}
	return a.t.hour <= 24 && c.next(a.t.asHour()).After(c.End)
}

// itsLength says whether the length only names the visit: "it's a 2 hour assessment".
func (m *message) itsLength(s *spoken, open bool) bool {
	i := s.first
	if w := m.word(i - 1); w == "a" || w == "an" {
		i--
	} else if m.word(i) != "a" && m.word(i) != "an" {
		return false
	}
	is := m.word(i - 1)
	return open && (is == "is" || is == "s" || is == "was") && m.v.session[s.after]
}

// hasInstead says whether the clause ends in "instead": "meeting at the library 4 till 5 instead".
func (s *spoken) hasInstead(m *message) bool { return m.hasWithin(s.last, s.to, "instead") }

// lessOf says whether it is something else of which there is less: "20 mins less travel".
func (m *message) lessOf(s *spoken) bool {
	next := m.word(s.last + 1)
	return s.after == "less" && next != "" && next != "than" && !isBreak(next) && !m.v.courtesy[next] && !m.v.afterTime[next]
}
