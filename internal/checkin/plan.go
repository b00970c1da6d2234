package checkin

import "time"

// plan is what a text says of a visit's times. Zero: not given, past, or not to be known from the words.
type plan struct{ until, begin time.Time }

// spoken is one usable time in a text, with what the words around it make of it.
type spoken struct {
	first, last int // its first word, and the word after it
	t           moment
	cue         string // the word before it that says what it is: "until", "another", "be"
	after       string
	begins      bool // it is when the visit starts
}

// plan reads the text's times for the visit (guide C, T). Two times that nothing joins are none: better asked.
func (m *message) plan(c Context) plan {
	if m.has("yesterday") || m.otherDay() {
		return plan{}
	}
	var begins, ends []spoken
	all := m.spoken(c)
	if p, ok := m.fromTo(all, c); ok {
		return p
	}
	for i, s := range all {
		if i+1 < len(all) && m.corrected(s, all[i+1]) {
			if next := &all[i+1]; next.t.form == pastHour && next.t.minute < 45 && !s.t.isLength() && s.t.minute == 0 {
				// "5 or quarter past" is 5 or 5:15.
				minute := next.t.minute
				next.t = s.t.asHour()
				next.t.minute = minute
			}
			continue
		}
		if i > 0 && (m.word(s.first-1) == "not" || m.word(s.first-1) == "of" && m.word(s.first-2) == "instead") {
			continue
		}
		if s.begins {
			begins = append(begins, s)
		} else {
			ends = append(ends, s)
		}
	}
	var p plan
	if s, ok := m.settle(begins); ok {
		m.noteTime(onBegin, s)
		p.begin = c.starts(s, m)
	}
	if s, ok := m.settle(ends); ok {
		m.noteTime(onUntil, s)
		p.until = c.ends(s, m)
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

// fromTo reads "3 till 4 instead" before a visit, and "between 4 and half past" in it.
func (m *message) fromTo(all []spoken, c Context) (plan, bool) {
	if len(all) != 2 || all[0].t.isLength() || all[1].t.isLength() {
		return plan{}, false
	}
	join := m.words[all[0].last:all[1].first]
	if c.State == Booked && len(join) == 1 && (join[0] == "until" || join[0] == "to" || join[0] == "-") && !m.enters() {
		m.noteTime(onBegin, all[0])
		m.noteTime(onUntil, all[1])
		p := plan{begin: c.next(all[0].t.asHour())}
		later := c
		later.Now = p.begin
		p.until = later.next(all[1].t.asHour())
		if p.begin.IsZero() || p.until.IsZero() {
			return plan{}, true
		}
		return p.within(c.Now), true
	}
	return plan{}, false
}

func (t moment) asHour() moment {
	if t.form == bareHour {
		t.form = clockTime
	}
	return t
}

// corrected says whether the next time stands in place of this one (guide T6, T7): a range or "5, no sorry 5.30".
func (m *message) corrected(s, next spoken) bool {
	if s.begins != next.begins {
		return false
	}
	between := &message{v: m.v, words: m.words[s.last:next.first]}
	if n := len(between.words); n > 0 && (between.words[n-1] == "not" || between.words[n-1] == "of") {
		return false
	}
	if len(between.words) <= 2 && between.has("or", "-", "to", "and", "until") {
		return true
	}
	return len(between.words) <= 6 && corrections.in(between)
}

// settle picks the one time that a list comes to. Several that nothing joins are none.
func (m *message) settle(list []spoken) (spoken, bool) {
	if len(list) == 0 {
		return spoken{}, false
	}
	for _, s := range list {
		if m.word(s.last) == "latest" || m.word(s.last) == "at" && m.word(s.last+2) == "latest" {
			return s, true
		}
	}
	for _, s := range list[1:] {
		if m.elsewhere(s.first) {
			break
		}
		if s.t.form != list[0].t.form || s.t.hour%12 != list[0].t.hour%12 || s.t.minute != list[0].t.minute || s.t.length != list[0].t.length {
			return spoken{}, false
		}
	}
	return list[0], true
}

// elsewhere says whether a time is that of what comes after the visit: "out at 4, home by 5", "then Smiths at 5".
func (m *message) elsewhere(i int) bool {
	first := m.clauseStart(i)
	for j := first; j < i; j++ {
		switch m.words[j] {
		case "home", "desk", "office", "base", "next":
			return true
		}
	}
	return m.word(first-1) == "then" || m.nextVisit(i)
}

// ends gives the instant of a new end (guide T4, T5).
func (c Context) ends(s spoken, m *message) time.Time {
	if !s.t.isLength() {
		return c.next(s.t)
	}
	over := m.v.overCues[s.cue] || m.v.overAfter[s.after] || s.cue == "by" && m.has("extended", "extend", "extending", "overrunning", "overrun")
	more := m.v.moreCues[s.cue] || s.after == "more" || s.after == "longer"
	base := c.End
	if c.State == Booked {
		base = c.Start
	}
	fromNow := c.Now.Add(s.t.length)
	switch {
	case c.State == None || c.End.IsZero() || m.enters():
		return fromNow
	case m.word(s.last) == "more" && m.word(s.last+1) == "than", over && !more:
		if base.Before(c.Now) {
			base = c.Now
		}
		return base.Add(s.t.length)
	case (more || over) && !fromNow.After(c.End):
		return c.End.Add(s.t.length)
	}
	return fromNow
}

// starts gives the instant of a new start: "late 20" and "an hour later" count from the booked one.
func (c Context) starts(s spoken, m *message) time.Time {
	if !s.t.isLength() {
		return c.next(s.t)
	}
	if m.v.overCues[s.cue] || m.v.overAfter[s.after] || s.after == "later" || s.after == "delayed" || s.cue == "back" || s.cue == "by" {
		if c.Start.Before(c.Now) {
			return c.Now.Add(s.t.length)
		}
		return c.Start.Add(s.t.length)
	}
	return c.Now.Add(s.t.length)
}

var ()

// spoken gives the usable times of the text: those of the past, of other people and of other things are left out.
func (m *message) spoken(c Context) []spoken {
	var out []spoken
	for i := 0; i < len(m.words); i++ {
		t := m.timeAt(i)
		if t.words == 0 {
			continue
		}
		s := spoken{first: i, last: i + t.words, t: t, cue: m.cue(i), after: m.word(i + t.words)}
		if m.read(&s) && !m.foreign(s, c) {
			s.begins = c.State == Booked && m.beginning(s)
			out = append(out, s)
		}
		i = i + t.words - 1
	}
	return out
}

// cue gives the word before a time that says what it is for, over words like "about".
func (m *message) cue(i int) string {
	j := i - 1
	for j >= 0 && (m.v.glueCues[m.words[j]] && !m.v.moreCues[m.words[j]] && m.word(j) != "be" && m.word(j) != "at") {
		j--
	}
	return m.word(j)
}

// read settles a bare number: an hour, a number of minutes, or no time at all.
func (m *message) read(s *spoken) bool {
	if s.t.form != bareHour {
		if s.t.isLength() {
			return true
		}
		return s.t.minute != 0 || s.t.half != either || s.t.form != clockTime || !m.counted(s.last)
	}
	n, alone := s.t.hour, m.onlyCourtesyOutside(s.first, s.last)
	bare := s.after == "" || isBreak(s.after) || m.v.afterTime[s.after]
	switch {
	case alone && n <= 12:
	case s.after == "late" || s.after == "over" || s.after == "more" || s.after == "behind" || s.after == "longer" || s.after == "extra":
		return s.asMinutes(n)
	case !bare:
		return false
	case s.cue == "plus" && n < 5:
		return false
	case s.cue == "in" && n != 12 && n >= 5, s.cue == "another", s.cue == "extra", s.cue == "running", s.cue == "plus", s.cue == "me", s.cue == "more":
		return s.asMinutes(n)
	case (s.cue == "be" || s.cue == "need" || s.cue == "for" || s.cue == "late" || s.cue == "by" && m.has("extend", "extended", "late")) && n > 12:
		return s.asMinutes(n)
	case s.cue == "be" && (n == 5 || n == 10), s.cue == "need":
		return false
	case n > 24 || !m.v.clockCues[s.cue] && !isBreak(s.cue) && s.cue != "" && !alone:
		return false
	case (isBreak(s.cue) || s.cue == "") && n > 12:
		return false
	}
	s.t.form = clockTime
	return n <= 12 || s.t.half == exact
}

func (s *spoken) asMinutes(n int) bool {
	s.t = moment{words: s.t.words, form: aSpan, length: time.Duration(n) * time.Minute}
	return n > 0
}

// counted says whether what follows a number is a thing counted, or a street.
func (m *message) counted(i int) bool {
	w := m.word(i)
	return w == "kids" || w == "children" || w == "people" || w == "bus"
}

func (m *message) onlyCourtesyOutside(first, last int) bool {
	return m.onlyCourtesy(0, first) && m.onlyCourtesy(last, len(m.words))
}

// foreign says whether a time is not the visit's: past, somebody else's, or of another visit.
func (m *message) foreign(s spoken, c Context) bool {
	if s.after == "ago" || s.cue == "since" || m.word(s.last) == "early" && s.t.isLength() {
		return true
	}
	first := m.clauseStart(s.first)
	someone, me := false, false
	for j := first; j < s.first; j++ {
		w := m.words[j]
		switch {
		case m.v.otherThings[w] && m.dates(j, s.first), w == "waited", (w == "gave" || w == "give" || w == "giving") && m.word(j+1) == "it":
			return true
		case w == "next", w == "my" && j == s.first-1:
			return true
		case m.v.pastCues[w] && s.t.form != aSpan && m.word(j+1) == "at":
			return true
		case w == "i" || w == "we" || w == "me" || w == "my" || w == "need":
			me = true
		case (m.v.family[w] || w == "he" || w == "she" || w == "they") && m.word(j-1) != "with" && m.word(j-1) != "the":
			someone = someone || m.word(j+1) == "is" || m.word(j+1) == "s" || m.word(j+1) == "are" || m.word(j+1) == "will" || m.word(j+1) == "has" || m.word(j+1) == "due"
		case w == "asked" || w == "agreed" || w == "late" || w == "delayed" || w == "wants" || w == "running" || w == "session" || w == "contact":
			me = true
		}
	}
	if someone && !me && m.word(first) != "until" {
		// "Mum's out, back for half 11, will go in then"
		return !(c.State == Booked && m.comesBack(s.last))
	}
	return m.nextVisit(first) && first > 0
}

// dates says whether the time at word i is that of the thing at word j: "meeting at 4".
func (m *message) dates(j, i int) bool {
	for j++; j < i; j++ {
		if w := m.words[j]; w != "at" && w != "is" && w != "s" && w != "for" {
			return false
		}
	}
	return true
}

// comesBack says whether a later clause takes somebody else's time for the visit's start: "will go in then".
func (m *message) comesBack(i int) bool {
	for ; i < len(m.words); i++ {
		if m.words[i] == "then" && (m.word(i-1) == "in" || m.word(i-1) == "start" || m.word(i-1) == "go") {
			return true
		}
	}
	return false
}

// nextVisit says whether the clause at word i speaks of the next visit.
func (m *message) nextVisit(i int) bool {
	for j := i; j < len(m.words) && !isBreak(m.words[j]); j++ {
		if m.words[j] == "next" || m.words[j] == "then" && m.word(j+1) == "straight" {
			return true
		}
	}
	return false
}

func (m *message) clauseStart(i int) int {
	for i > 0 && !isBreak(m.words[i-1]) && m.words[i-1] != "and" && m.words[i-1] != "but" && m.words[i-1] != "so" && m.words[i-1] != "then" && m.words[i-1] != "because" {
		i--
	}
	return i
}

// beginning says whether a time before the visit is its start rather than its end (guide C4).
func (m *message) beginning(s spoken) bool {
	if s.t.isLength() && (s.after == "late" || s.after == "later" || s.after == "behind" || s.cue == "late" || s.cue == "running" || s.after == "delayed") {
		return true
	}
	begin := s.after == "start" || m.word(s.last) == "start"
	for j := m.clauseStart(s.first); j < s.first; j++ {
		switch w := m.words[j]; {
		case m.v.beginCues[w] && !m.enters(), w == "late" && !m.enters():
			begin = true
		case w == "until" && (m.word(j-2) == "there" || m.has("not")):
			begin = begin || m.has("get", "there", "start")
		case m.v.endCues[w] && !(w == "by" && begin) && !(w == "for" && begin) && !(w == "out" && m.word(0) == "mum"):
			begin = false
		}
	}
	return begin || m.comesBack(s.last)
}

// timePast says whether a time in an exit has gone: "left at 3", "OUT 1605" (guide E5).
func (m *message) timePast(i int, t moment, c Context) bool {
	if m.word(i+t.words) == "ago" {
		return true
	}
	cue := m.cue(i)
	if t.isLength() && m.has("been") && !m.has("will") {
		return true
	}
	if t.isLength() || cue == "by" || cue == "in" || cue == "number" {
		return m.word(m.clauseStart(i)) == "should" || m.has("home") && m.has("should", "will") || cue == "number" || m.nextVisit(m.clauseStart(i)) || m.nextVisit(i)
	}
	if m.has("should", "will") && m.has("home", "back") || cue == "on" || m.has("see") {
		return true
	}
	t = t.asHour()
	last, next := c.last(t), c.next(t)
	return !last.IsZero() && c.Now.Sub(last) < 6*time.Hour && (next.IsZero() || c.Now.Sub(last) < next.Sub(c.Now))
}
