package checkin

import (
	"strings"
	"time"
)

// What each time in a text is, by the words around it in its clause. In this order:
//
//   - a bare number is an hour, a number of minutes, or a count and no time ([message.settleNumber]);
//   - it may be one bound of a range, "3 till 4", and is then what the other is ([message.ranged]);
//   - a length counts from now, from the expected end, or is more of what there is ([message.counting]);
//   - it is out when it is struck, "not 5", past ([message.past]), or somebody's or something else's ([message.foreign]);
//   - else it is the visit's new end, or before going in mostly its new start ([message.useOf], [message.beforeVisit] in before.go).
//
// By how much an end is said to move is in moved.go; what several times come to is in plan.go.

// use is what a time is to the visit.
type use int

const (
	unused  use = iota // past, somebody else's, another thing's, or corrected
	asEnd              // a new end, or by how much it moves (guide C1)
	asStart            // a new start, or by how much it moves (guide C4)
)

// spoken is one time in a text, with what the words around it make of it.
type spoken struct {
	first, last int // its first word, and the word after it
	from, to    int // its clause
	t           moment
	cue         string // the word before it that says what it is: "until", "another", "be"
	after       string
	use         use
	counts      counting
	ranges      bool      // with the time before it, it is a range: "3 till 4", "20-25 mins"
	at          time.Time // the instant it means
}

const (
	mostTimes = 12 // a text with more is nobody's plan
	reach     = 24 // how far a clause is read on each side of a time, in words
)

// spokenAt is the time at word i in its clause.
func (m *message) spokenAt(i int, t moment) spoken {
	s := spoken{first: i, last: i + t.words, t: t, cue: m.cue(i), after: m.word(i + t.words)}
	s.from, s.to = i, s.last
	for s.from > 0 && s.from > i-reach && !isBreak(m.words[s.from-1]) && !m.v.clauses[m.words[s.from-1]] {
		s.from--
	}
	for s.to < len(m.words) && s.to < s.last+reach && !isBreak(m.words[s.to]) && !m.v.clauses[m.words[s.to]] {
		s.to++
	}
	return s
}

// account reads all times of the text (guide C, T): what is counted is none, and those with no use to the visit are out.
func (m *message) account(c Context, enters bool) []spoken {
	var all []spoken
	for i := 0; i < len(m.times); i++ {
		t := m.times[i]
		if t.words == 0 {
			continue
		}
		s := m.spokenAt(i, t)
		if n := len(all); n > 0 && m.ranged(&all[n-1], &s) {
			s.ranges = true
		}
		var before *spoken
		if n := len(all); n > 0 && s.first-all[n-1].last <= 7 && m.correction(all[n-1].last, s.first) {
			before = &all[n-1]
		}
		if i = s.last - 1; !s.ranges && !m.settleNumber(&s, before) {
			if t := m.timeAt(s.last + 1); t.words > 0 && m.laterVisit(&s, &spoken{first: s.last + 1}, c) {
				i = s.last + t.words
			}
			continue
		}
		if len(all) == mostTimes {
			return nil
		}
		all = append(all, s)
	}
	for k := range all {
		s := &all[k]
		s.counts = m.counting(s)
		if k == 0 || !s.ranges {
			s.use = m.useOf(s, c, enters)
			continue
		}
		before := &all[k-1]
		s.use, s.counts = before.use, max(s.counts, before.counts)
		switch {
		case m.laterVisit(before, s, c):
			before.use, s.use = unused, unused
		case before.use == unused && m.v.article[m.word(before.first-1)] && m.v.changes[m.word(before.first-2)] && s.cue == "to" && c.State == Booked && c.near(before.t):
			s.use = m.useOf(s, c, enters) // "swap my 3pm to 4pm"
		case before.cue == "from" && m.putBack(before):
			before.use = unused // "moved from 3 to 4"
		case before.use == asStart && m.visitRange(before, s):
			s.use = asEnd
		}
	}
	return all
}

// useOf says what the time is to the visit.
func (m *message) useOf(s *spoken, c Context, enters bool) use {
	open := c.State == Inside || c.State == Overdue
	switch {
	case m.struck(s), m.fiveToTen(s, c), m.farAlone(s, c):
		return unused
	case enters && s.t.isLength() && s.cue == "it" && m.word(s.first-2) == "give":
		return asEnd // "through the door, give it 45 mins"
	case m.past(s, c), m.foreign(s, open):
		if !m.thenMeant(s, open || enters) {
			return unused
		}
		if open || enters {
			return asEnd
		}
		return asStart
	case enters && s.t.isLength() && s.cue == "after" && !m.hasIn(m.v.endCues, s.from, s.first):
		return unused // "let in after ten minutes on the step"
	case enters && s.counts == late && m.hasWithin(s.from, s.first, "finish", "finishing", "out", "leave", "leaving"):
		return asEnd // "just gone in, will finish 15 late as well"
	case enters && (s.counts == late || s.counts == early || s.after == "late"):
		return unused // S6: how late they went in
	case c.State == Booked && !enters:
		return m.beforeVisit(s)
	case open && m.begins(s):
		return unused
	}
	return asEnd
}

// fiveToTen says whether "5 to 10" is rather a number of minutes than a time hours away.
func (m *message) fiveToTen(s *spoken, c Context) bool {
	return s.t.form == clockTime && s.t.words == 3 && s.t.minute == 55 && m.word(s.last-1) == "10" && c.next(s.t).Sub(c.Now) > 2*time.Hour
}

// farAlone says whether a 5 or a 10 that is the whole text may as well be minutes: the hour is far off.
func (m *message) farAlone(s *spoken, c Context) bool {
	whole := s.t.form == clockTime && s.t.words == 1 && (m.word(s.first) == "5" || m.word(s.first) == "10")
	return whole && m.onlyCourtesyOutside(s.first, s.last) && c.next(s.t).Sub(c.Now) > 2*time.Hour
}

// struck says whether the time is named only to be taken back (guide T7): "half 4 not 5", "2 instead of 1".
func (m *message) struck(s *spoken) bool {
	switch m.word(s.first - 1) {
	case "not":
		return true
	case "of", "than":
		before := m.word(s.first - 2)
		return before == "instead" || before == "rather" || m.timeBefore(s.first-1) && m.hasWithin(s.from, s.first, "closer", "nearer", "more", "rather", "sooner")
	}
	return m.notStaying(s) || m.notBy(s)
}

// timeBefore says whether a time ends at word i.
func (m *message) timeBefore(i int) bool {
	for j := max(0, i-5); j < i; j++ {
		if w := m.times[j].words; w > 0 && j+w == i {
			return true
		}
	}
	return false
}

// cue gives the word before a time that says what it is for, over words like "about".
func (m *message) cue(i int) string {
	j := i - 1
	for j >= 0 && j > i-reach && m.v.glueCues[m.words[j]] && !m.v.moreCues[m.words[j]] && m.words[j] != "be" && m.words[j] != "at" {
		j--
	}
	switch w := m.word(j); {
	case w == "more" && m.word(j+1) == "like":
		return "nearer"
	case w == "b": // as they text it
		return "be"
	default:
		return w
	}
}

// counting says from where the time counts, if it is a length (guide T4, T5).
func (m *message) counting(s *spoken) counting {
	if !s.t.isLength() {
		return fromNow
	}
	planned := m.word(s.last+1) == "than"
	switch {
	case m.comesForward(s):
		return early
	case m.putsOn(s) != fromNow:
		return m.putsOn(s)
	case planned && (s.after == "more" || s.after == "longer"), s.after == "on" && m.word(s.last+1) == "top":
		return late // "more than planned"
	case m.v.moreCues[s.cue], s.after == "more", s.after == "longer":
		return more
	case s.cue == "over": // "run over 20 mins", but "over an hour yet"
		if m.hasWithin(max(0, s.first-5), s.first, "run", "running", "ran", "go", "goes", "went") {
			return late
		}
	case m.v.overCues[s.cue], m.v.overAfter[s.after], s.after == "later", s.cue == "back" && m.putBack(s):
		return late
	case s.cue == "for" && m.hasWithin(s.from, s.first, "delay"):
		return late
	case s.cue == "by", s.cue == "of":
		return max(m.countingBy(s), s.t.counts)
	}
	return s.t.counts
}

// countingBy says from where "by N" counts: "overrun by 20", "put back by 20", "out early by 20".
func (m *message) countingBy(s *spoken) counting {
	for j := s.from; j < s.first; j++ {
		switch w := m.words[j]; {
		case m.v.overCues[w], w == "delay", w == "back" && m.putBack(s):
			return late
		case w == "early", w == "forward", m.v.shortens[w]:
			return early
		}
	}
	return fromNow
}

// ranged says whether two times are the bounds of a range (guide T6): "3 till 4", "5 mins maybe 10". A bare number takes the
// other's unit.
func (m *message) ranged(a, b *spoken) bool {
	if b.first-a.last > 5 || b.first == a.last {
		return false
	}
	join := ""
	for j := a.last; j < b.first; j++ {
		switch w := m.words[j]; w {
		case "or", "-", "/", "to", "until", "and":
			if join != "" {
				return false
			}
			join = w
		case "if", "not": // "an hour, if not 20 mins"
			if w == "if" && join == "" && m.word(j+1) == "not" {
				join = w
			} else if w == "if" || join != "if" {
				return false
			}
		case "maybe", "possibly", "perhaps", "poss":
			if join == "" {
				join = w
			}
		case ",", "comma", "ish", "even", "up", "at", "about", "around", "say", "probably", "more", "the":
		default:
			return false
		}
	}
	if join == "" || join == "and" && m.word(a.first-1) != "between" {
		return false
	}
	switch {
	case a.t.isLength() == b.t.isLength():
		return a.t.isLength() || m.sameHour(a, b)
	case b.t.form == bareHour && (join != "to" && join != "until" && join != "-" || b.after == "max"):
		unit := time.Minute
		if a.t.length%time.Hour == 0 && b.t.hour <= 4 {
			unit = time.Hour
		}
		b.t = moment{words: b.t.words, form: aSpan, length: time.Duration(b.t.hour) * unit}
		return b.t.length > 0
	}
	return false
}

// sameHour settles a range of the clock: "12-1", and "5 or quarter past", which is 5 or 5:15.
func (m *message) sameHour(a, b *spoken) bool {
	if a.t.form == bareHour && a.t.hour > 24 || b.t.form == bareHour && (b.t.hour > 24 || !m.bareEnds(b)) {
		return false
	}
	bare := a.t.form == bareHour || a.t.form == clockTime && a.t.minute == 0 && a.t.half == either && a.t.words == 1
	if n := a.t.hour; bare && b.t.form == pastHour && (n == 10 || n == 20 || n == 25) {
		a.t.form, a.t.hour, a.t.minute = pastHour, 0, n // "ten or quarter past"
		if b.t.minute > 30 {
			a.t.minute = 60 - n
		}
		return true
	}
	if n := a.t.hour; a.t.form == bareHour && b.t.form == pastHour && (n == 10 || n == 20 || n == 25) {
		a.t.form, a.t.hour, a.t.minute = pastHour, 0, n // "ten or quarter past"
		if b.t.minute > 30 {
			a.t.minute = 60 - n
		}
		return true
	}
	a.t, b.t = a.t.asHour(), b.t.asHour()
	if b.t.form == pastHour && b.t.minute < 45 && a.t.form == clockTime && a.t.minute == 0 {
		minute := b.t.minute
		words := b.t.words
		b.t = a.t
		b.t.minute, b.t.words = minute, words
	}
	return true
}

// visitRange says whether a range before the visit is its start and its end, not two guesses at one of them.
func (m *message) visitRange(a, b *spoken) bool {
	if a.t.isLength() {
		return false
	}
	switch m.word(b.first - 1) {
	case "until":
		return true
	case "to", "-":
		return a.cue != "there" && a.cue != "eta" && a.cue != "arrive" && a.cue != "arriving" && a.cue != "between"
	}
	return false
}

// settleNumber settles a bare number: an hour, a number of minutes, or, when it counts something, no time at all. What it
// corrects may tell: "20 mins, sorry 30".
func (m *message) settleNumber(s, before *spoken) bool {
	if m.v.numbered[s.cue] || m.v.numbered[m.word(s.first-1)] {
		return false
	}
	if s.t.form != bareHour {
		return s.t.isLength() || s.t.half != either || s.t.minute != 0 || s.t.form != clockTime || !m.counted(s.last)
	}
	n, alone := s.t.hour, m.onlyCourtesyOutside(s.first, s.last)
	if next := m.timeAt(s.last + 1); next.isLength() && (s.after == "-" || s.after == "/" || s.after == "or" || s.after == "to") {
		return s.asMinutes(n) // "20-25 mins"
	}
	switch next := m.word(s.last + 1); {
	case s.after == "on" && next == "top", m.putsOn(s) != fromNow:
		return s.asMinutes(n)
	case s.after == "late", s.after == "early", s.after == "more", s.after == "longer", m.v.overAfter[s.after]:
		counted := next != "" && next != "than" && next != "by" && !isBreak(next) && !m.v.afterTime[next] && !m.v.endCues[next] && !m.v.beginCues[next]
		if w := m.word(s.last + 2); next == "to" && (w == "see" || w == "do" || w == "visit" || w == "ring" || w == "sign") {
			counted = true
		}
		return !(counted && (s.after == "more" || s.after == "extra")) && s.asMinutes(n) // not "2 more forms"
	case s.after == "tops", s.after == "max":
		if s.cue != "in" && !m.v.clockCues[s.cue] {
			return n > 12 && s.asMinutes(n) // 5 minutes, or 5 o'clock
		}
	}
	if n > 12 && s.after == "and" && (s.cue == "" || isBreak(s.cue)) && m.hasWithin(s.last+1, min(s.last+5, len(m.words)), "out", "gone", "done", "off", "away") {
		return s.asMinutes(n) // "15 and I'm gone"
	}
	if !m.bareEnds(s) || m.isWord(s, n) {
		return false
	}
	if m.pairs(s) {
		return m.asClock(s, n, true)
	}
	if before != nil {
		return before.t.isLength() && n >= 5 && s.asMinutes(n) || !before.t.isLength() && m.asClock(s, n, true)
	}
	switch s.cue {
	case "in":
		if w := m.word(s.first - 2); n != 12 && (n >= 5 || w == "out" || w == "leaving" || w == "done" || w == "back" || w == "there") {
			return s.asMinutes(n)
		}
	case "another", "extra", "running", "more", "further", "add", "adding", "additional":
		return s.asMinutes(n)
	case "quick":
		return n >= 5 && s.asMinutes(n)
	case "back":
		if n > 12 && m.putBack(s) {
			return s.asMinutes(n)
		}
	case "it":
		if w := m.word(s.first - 2); w == "give" || w == "giving" {
			return n >= 5 && s.asMinutes(n)
		}
	case "s":
		if m.word(s.first-2) == "it" && (s.after == "today" || s.after == "instead") {
			return m.asClock(s, n, true)
		}
	case "me", "us":
		return m.gives(s) && s.asMinutes(n)
	case "plus", "extend", "extended", "overrun", "overrunning", "over":
		return n >= 5 && s.asMinutes(n)
	case "by":
		if m.countingBy(s) != fromNow {
			return n >= 5 && s.asMinutes(n)
		}
	case "be", "need", "for", "late", "take", "takes", "taking":
		if n > 12 {
			return s.asMinutes(n)
		}
		if nearer := m.word(s.first - 1); s.cue == "be" && (nearer == "nearer" || nearer == "closer") {
			break
		}
		if s.cue == "need" || s.cue == "be" && (n == 5 || n == 10) && s.after != "before" && s.after != "by" && !m.hasWithin(max(s.from, s.first-4), s.first, "it") {
			return false // minutes, or an hour
		}
	}
	return m.asClock(s, n, alone)
}

// isWord says whether a 4 stands for "for" and a 2 for "to": "done 4 today", "out 2 get milk".
func (m *message) isWord(s *spoken, n int) bool {
	if t := m.timeAt(s.last); n == 4 && t.isLength() && m.timeAt(s.last).words > 1 && !strings.Contains("0123456789", m.word(s.last)[:1]) {
		return s.cue == "stay" || s.cue == "here" || s.cue == "staying" || s.cue == "on" || s.cue == "in" // "stay 4 another hr"
	}
	switch s.cue {
	case "it":
		return n == 4 && s.after == "today" && m.word(s.first-2) != "make"
	case "done", "out", "finished", "away", "that", "be":
	default:
		return false
	}
	switch s.after {
	case "today", "tonight", "the", "you", "me", "my", "mum", "dad", "now":
		return n == 4 && (s.after != "now" || s.cue == "done" || s.cue == "finished") || n == 2 && s.after != "today" && s.after != "tonight" && s.after != "now"
	}
	return n == 2 && (m.v.willDo[s.after] || s.after == "check" || s.after == "make")
}

// asClock takes a bare number for an hour where the words before it say so, or where nothing stands before it.
func (m *message) asClock(s *spoken, n int, alone bool) bool {
	if n > 24 || n > 12 && (s.cue == "" || isBreak(s.cue) || s.t.half != exact) {
		return false
	}
	if s.cue == "finishes" && s.first-1 == s.from {
		s.t.form = clockTime
		return n <= 12
	}
	so := m.word(s.first-1) == "so" && n <= 12 && (m.in || n > 5) // "got to wait for a taxi so 6"
	if w := m.word(s.first - 2); s.cue == "is" && (w == "time" || w == "end" || w == "finish") {
		so = true // "my new out time is 3"
	}
	if s.after != "instead" && !so && m.word(s.first-1) != "say" && !alone && s.cue != "" && !isBreak(s.cue) && !m.v.clockCues[s.cue] {
		return false
	}
	s.t.form = clockTime
	return true
}

// pairs says whether the number stands against another time: "2 instead of 1", "5 not 4", "12-1".
func (m *message) pairs(s *spoken) bool {
	switch {
	case s.after == "instead" && m.word(s.last+1) == "of", s.after == "rather" && m.word(s.last+1) == "than":
		return m.timeAt(s.last+2).words > 0
	case s.after == "not":
		return m.timeAt(s.last+1).words > 0
	case s.after == "-", s.after == "until", s.after == "to":
		whole := !m.in && s.after != "to" && m.hasWithin(s.from, s.first, "at", "in") && !m.hasWithin(s.from, s.first, "not") // before the visit what stands before a range is where it will be: "the library 4 till 5"
		if s.cue != "" && !isBreak(s.cue) && !whole && !m.v.clockCues[s.cue] && s.cue != "in" && s.cue != "is" && s.cue != "s" && s.cue != "doing" && s.cue != "do" {
			return false
		}
		if t := m.timeAt(s.last + 1); t.form == bareHour && t.hour <= 24 && t.words > 0 && s.t.hour != t.hour {
			other := spoken{after: m.word(s.last + 1 + t.words)}
			return m.bareEnds(&other)
		}
	}
	return m.struck(s)
}

// bareEnds says whether what follows a bare number leaves it a time: nothing is counted.
func (m *message) bareEnds(s *spoken) bool {
	if s.after == "to" {
		switch m.word(s.last + 1) {
		case "go", "do", "see", "finish", "bath", "feed", "read", "sign", "fill":
			return false // "3 to go"
		}
	}
	if (m.v.willDo[s.after] || strings.HasSuffix(s.after, "ing")) && (s.cue == "by" || s.cue == "until") {
		return true // "not out by 5 come and look", "here til 5 getting it signed"
	}
	return s.after == "" || isBreak(s.after) || m.v.afterTime[s.after] || m.v.IsGiven(s.after) || s.after == "-" || s.after == "/"
}

// gives says whether "me" and "us" are given the number: "give us ten".
func (m *message) gives(s *spoken) bool {
	for j := max(s.from, s.first-4); j < s.first; j++ {
		switch m.words[j] {
		case "give", "giz", "gie", "gies", "need", "take":
			return true
		}
	}
	return false
}

func (s *spoken) asMinutes(n int) bool {
	s.t = moment{words: s.t.words, form: aSpan, length: time.Duration(n) * time.Minute, counts: s.t.counts}
	return n > 0
}

// counted says whether what follows an hour on the clock is a thing counted, or a street.
func (m *message) counted(i int) bool {
	w := m.word(i)
	return w == "kids" || w == "children" || w == "people" || w == "of"
}

func (m *message) onlyCourtesyOutside(first, last int) bool {
	return m.onlyCourtesy(0, first) && m.onlyCourtesy(last, len(m.words))
}
