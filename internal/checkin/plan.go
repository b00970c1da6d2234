package checkin

import "time"

// plan is what a text says of a visit's times. Zero: not given, past, or not to be known from the words.
type plan struct{ until, begin time.Time }

// plan reads the text's times for the visit (guide C, T). Two times that nothing joins are none: better asked.
func (m *message) plan(c Context) plan {
	if !m.anyTime() && !m.has("double", "twice") {
		return plan{}
	}
	return m.planOf(c, m.enters(c))
}

// planOf is plan for a text of which it is known whether the worker goes in.
func (m *message) planOf(c Context, enters bool) plan {
	if (m.has("yesterday") || m.otherDay() && !m.onlyAside(c)) && !m.dayGone() || m.word(0) == "fw" || m.word(0) == "fwd" {
		return plan{}
	}
	all := m.account(c, enters)
	m.correct(all)
	rangesOnly(all)
	var p plan
	if s := m.settle(all, asStart, c.starts); s != nil {
		m.noteTime(onBegin, *s)
		p.begin = s.at
	}
	ends := func(s *spoken) time.Time { return c.ends(s, enters) }
	if c.State == Booked && !enters {
		ends = func(s *spoken) time.Time { return c.endsAfter(s, p.begin) }
	}
	if s := m.settle(all, asEnd, ends); s != nil {
		m.noteTime(onUntil, *s)
		p.until = s.at
	}
	if i := m.doubled(); i >= 0 && len(all) == 0 && (c.State == Inside || c.State == Overdue) {
		m.note(onUntil, i, i+1)
		p.until = c.End.Add(c.End.Sub(c.Start))
	}
	if c.State == Booked && !enters && p.begin.IsZero() && !p.until.After(c.Start) {
		p.until = time.Time{} // "at my 2 o'clock still, leaving at 3": no end of a visit that starts at 3
	}
	return p.within(c.Now)
}

// within drops what is not ahead, or more than a day ahead.
func (p plan) within(now time.Time) plan {
	ok := func(at time.Time) bool { return at.After(now) && !at.After(now.Add(24*time.Hour)) }
	if !ok(p.until) {
		p.until = time.Time{}
	}
	if !ok(p.begin) {
		p.begin = time.Time{}
	}
	return p
}

// otherDay says whether the text speaks of another day: its times are not this visit's.
func (m *message) otherDay() bool {
	start, end := dayWords.find(m, 0)
	return start >= 0 && m.word(end) != "s" && m.words[start] != "sat" && m.words[start] != "sun"
}

// doubled finds the word of a visit that takes twice as long as planned (guide T8), or gives -1.
func (m *message) doubled() int {
	for i, w := range m.words {
		next := m.word(i + 1)
		if w == "double" && (next == "what" || next == "the") || w == "twice" && (next == "as" || next == "what" || next == "the") {
			return i
		}
	}
	return -1
}

// correct takes out the times that a later one stands in place of (guide T6, T7): "5, no sorry 5.30".
func (m *message) correct(all []spoken) {
	for k := range all {
		s := &all[k]
		if s.use == unused {
			continue
		}
		for n := k + 1; n < len(all); n++ {
			next := &all[n]
			if next.use != s.use || next.ranges && n == k+1 {
				continue
			}
			if m.corrects(s, next) || m.supposed(s) && m.hasWithin(s.last, next.first, "but", "now", "will", "looking", "might", "more", "need") ||
				s.cue == "in" && s.first == 1 {
				s.use = unused
			}
			break
		}
	}
}

// corrects says whether the second time is said in place of the first: "5, no sorry 5.30", "gone five, say ten past". A plain "no wait" may stand
// further off: "half past... no wait she's put the kettle on, quarter to".
func (m *message) corrects(s, next *spoken) bool {
	between := next.first - s.last
	if between <= 7 && m.correction(s.last, next.first) {
		return true
	}
	if between == 1 && (m.word(s.last) == "now" || m.word(s.last) == "is" || m.word(s.last) == "read") && !s.t.isLength() && !next.t.isLength() {
		return true // "4pm now 4.30pm", "for 1415 read 1430"
	}
	if m.word(next.first-1) == "so" && s.t.isLength() && !next.t.isLength() {
		return true // "told mum an hour so 11"
	}
	if before := m.word(next.first - 2); m.word(next.first-1) == "say" && (isBreak(before) || before == "so" || before == "think") {
		return true
	}
	i := s.last
	if isBreak(m.word(i)) {
		i++
	}
	if w := m.word(s.first - 1); (w == "after" || w == "past" || w == "gone") && between <= 6 && isBreak(m.word(s.last)) {
		return !s.t.isLength() && !next.t.isLength() // "after 4, prob 4.20"
	}
	end := i
	for next := corrections.at(m, end); next > end; next = corrections.at(m, end) {
		end = next
	}
	return between <= 16 && end > i+1
}

// supposed says whether a time is only what had been thought: "was meant to be 4, now half past".
func (m *message) supposed(s *spoken) bool {
	return m.hasWithin(s.from, s.first, "supposed", "meant", "thought", "told", "said", "hoped", "hoping", "planned", "was", "originally", "should", "booked", "down", "scheduled", "normally", "usually")
}

// rangesOnly takes out the other starts where the text says from when till when: "they put me down for 3. I said 4. 4 till 5".
func rangesOnly(all []spoken) {
	for k := 1; k < len(all); k++ {
		if !all[k].ranges || all[k].use != asEnd || all[k-1].use != asStart {
			continue
		}
		for n := range all {
			if n != k-1 && all[n].use == asStart {
				all[n].use = unused
			}
		}
		return
	}
}

// correction says whether a word of correction stands between two times.
func (m *message) correction(from, to int) bool {
	for i := from; i < to; i++ {
		if end := corrections.at(m, i); end > i && end <= to {
			return true
		}
	}
	return false
}

// settle picks the one time that those of a use come to; nil when there is none, or no telling.
func (m *message) settle(all []spoken, u use, instant func(*spoken) time.Time) *spoken {
	var best *spoken
	for k := range all {
		s := &all[k]
		if s.use != u {
			continue
		}
		if s.at = instant(s); s.at.IsZero() {
			continue
		}
		switch {
		case best == nil:
			best = s
		case s.ranges && best == &all[k-1]: // T6: the later bound
			gone := best.t.form == pastHour && s.t.form == pastHour && best.at.Sub(s.at) > 30*time.Minute // "ten or quarter past" at ten past
			if s.at.After(best.at) || gone {
				best = s
			}
		case m.latest(best):
		case m.latest(s):
			for s.t.form == pastHour && !s.at.After(best.at) {
				s.at = s.at.Add(time.Hour) // "out 3, half past at the latest"
			}
			best = s
		default:
			if best = m.either(best, s); best == nil {
				return nil
			}
		}
	}
	return best
}

// either chooses between two times for one thing: the sooner of two that agree, a time of day before a lateness.
func (m *message) either(a, b *spoken) *spoken {
	first, second := a, b
	if b.at.Before(a.at) {
		first, second = b, a
	}
	switch {
	case a.use == asStart && a.t.isLength() && !b.t.isLength():
		return b
	case a.use == asStart && b.t.isLength() && !a.t.isLength():
		return a
	case second.at.Sub(first.at) <= 10*time.Minute:
		return first
	case a.t.isLength() && b.t.isLength() && second.counts == late && first.counts != late:
		return first // "20 over so far, out in 5"
	case a.t.isLength() == b.t.isLength():
		return nil
	case first.t.isLength() && first.counts == late && m.v.endCues[second.cue]:
		return second
	}
	return first
}

// latest says whether the time is said to be the latest (guide T6): "6 at the latest".
func (m *message) latest(s *spoken) bool {
	if m.word(s.first-1) == "latest" || s.cue == "latest" {
		return true
	}
	for j := s.last; j < s.last+4; j++ {
		switch m.word(j) {
		case "latest", "outside", "most", "tops", "max", "worst":
			return j > s.last || m.word(j) == "latest" || m.word(j) == "tops" || m.word(j) == "max"
		case "at", "the", "very", "by", "please":
		default:
			return false
		}
	}
	return false
}

// ends gives the instant of a new end (guide S4, T4, T5).
func (c Context) ends(s *spoken, enters bool) time.Time {
	if !s.t.isLength() {
		return c.next(s.t)
	}
	now := c.Now.Add(s.t.length)
	switch {
	case enters && s.counts == late && !c.End.IsZero():
		return latter(c.End, c.Now).Add(s.t.length)
	case c.State == None || c.End.IsZero() || enters:
		return now
	case s.counts == early:
		return c.End.Add(-s.t.length)
	case s.counts == late:
		return latter(c.End, c.Now).Add(s.t.length)
	case s.counts == more && !now.After(c.End):
		return c.End.Add(s.t.length)
	}
	return now
}

// endsAfter gives the instant of the end of a visit whose start moves too; zero for a length from who knows when.
func (c Context) endsAfter(s *spoken, begin time.Time) time.Time {
	if s.t.isLength() && begin.IsZero() {
		return time.Time{}
	}
	c.Now = latter(begin, c.Now)
	return c.next(s.t)
}

// starts gives the instant of a new start: "late 20" and "an hour later" count from the booked one (guide C4, T4).
func (c Context) starts(s *spoken) time.Time {
	switch {
	case !s.t.isLength():
		return c.next(s.t)
	case s.counts == early:
		return c.Start.Add(-s.t.length)
	case s.counts == late:
		return latter(c.Start, c.Now).Add(s.t.length)
	}
	return c.Now.Add(s.t.length)
}

func latter(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (m *message) clauseStart(i int) int {
	for i > 0 && !isBreak(m.words[i-1]) && m.words[i-1] != "and" && m.words[i-1] != "but" && m.words[i-1] != "so" && m.words[i-1] != "then" && m.words[i-1] != "because" {
		i--
	}
	return i
}

// timePast says whether a time in an exit has gone: "left at 3", "OUT 1605" (guide E5), or is none of the exit's.
func (m *message) timePast(i int, t moment, c Context) bool {
	s := m.spokenAt(i, t)
	s.counts = m.counting(&s)
	past := m.past(&s, c)
	switch {
	case !past && m.thenOut(&s, c):
		return false
	case m.v.numbered[s.cue], m.struck(&s), m.foreign(&s, true):
		return true
	case past && (t.isLength() || t.form == pastHour):
		return true
	case t.isLength() && (s.counts == late || s.counts == early):
		return m.hasWithin(max(0, i-reach), i, "left", "gone", "finished") // "left, 5 mins late"
	case t.isLength(), t.form == pastHour, !past && (s.cue == "by" || s.cue == "in"):
		return false
	}
	t = t.asHour()
	last, next := c.last(t), c.next(t)
	return !last.IsZero() && c.Now.Sub(last) < 6*time.Hour && (next.IsZero() || c.Now.Sub(last) < next.Sub(c.Now))
}

// thenOut says whether the only exit comes after the time, by a "then": "kids go down at 7 and then I'm away".
func (m *message) thenOut(s *spoken, c Context) bool {
	if last, next := c.last(s.t.asHour()), c.next(s.t.asHour()); !s.t.isLength() && (next.IsZero() || c.Now.Sub(last) < next.Sub(c.Now)) {
		return false
	}
	for _, e := range m.exited {
		if e.first < s.last || !m.hasWithin(s.last, e.first+1, "then") {
			return false
		}
	}
	return len(m.exited) > 0
}
