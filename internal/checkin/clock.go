package checkin

import (
	"strings"
	"time"
)

// moment is a time as the words give it: a time of day, a length, or minutes past or to an hour that is not named.
//
//	time   = [minutes past|to] hour | hour[.minutes] | noon | midnight      then am, pm, tonight, o'clock, ish
//	length = hours [[and] minutes] | hours and a half | part of an hour | minutes
type moment struct {
	words  int // how many words it takes; 0: no time here
	form   form
	hour   int // 0–23
	minute int
	half   half
	length time.Duration
	counts counting // how a length says that it counts: "two more hours"
}

type form int

const (
	clockTime form = iota // 16:30, half 4, noon
	bareHour              // "4": an hour, or minutes, or no time at all: the words around it decide
	pastHour              // "ten past", "quarter to": of the next hour that fits
	aSpan                 // forty minutes
)

// half says which half of the day a clock reading means.
type half int

const (
	either half = iota
	morning
	afternoon
	exact // the hour is on the 24-hour clock already
)

func (t moment) isLength() bool { return t.form == aSpan }

// asHour is a bare number, taken for an hour.
func (t moment) asHour() moment {
	if t.form == bareHour {
		t.form = clockTime
	}
	return t
}

// timeAt is the time that begins at word i; a moment without words when none does.
func (m *message) timeAt(i int) moment {
	if i < 0 || i >= len(m.times) {
		return moment{}
	}
	return m.times[i]
}

func (m *message) word(i int) string {
	if i < 0 || i >= len(m.words) {
		return ""
	}
	return m.words[i]
}

// momentAt reads the longest time that begins at word i.
func (m *message) momentAt(i int) moment {
	w := m.words[i]
	if w == "" || w[0] > '9' && !beginsTime(w) {
		return moment{}
	}
	if t := m.minutesOfHour(i); t.words > 0 {
		return t
	}
	if t := m.lengthAt(i); t.words > 0 {
		return t
	}
	if t := m.noonOrMidnight(i); t.words > 0 {
		return t
	}
	return m.figures(i)
}

// beginsTime says whether a word that is no figure may begin a time.
func beginsTime(w string) bool {
	switch w {
	case "a", "an", "the", "one", "another", "half", "hauf", "haf", "quarter", "qtr", "noon", "midnight", "hour", "couple", "awr", "hanner", "chwarter", "usual", "full":
		return true
	}
	return strings.HasSuffix(w, "ish")
}

// figure reads a word of up to four figures.
func figure(w string) (n int, ok bool) {
	if w == "" || len(w) > 4 {
		return 0, false
	}
	for _, r := range []byte(w) {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = 10*n + int(r-'0')
	}
	return n, true
}

// number reads a whole number of at most three figures, "twenty five" among them.
func (m *message) number(i int) (n, words int) {
	n, ok := figure(m.word(i))
	if !ok || len(m.word(i)) > 3 {
		return 0, 0
	}
	if n >= 20 && n < 60 && n%10 == 0 {
		if unit, ok := figure(m.word(i + 1)); ok && unit > 0 && len(m.word(i+1)) == 1 {
			return n + unit, 2
		}
	}
	return n, 1
}

// minutesOfHour reads "half 4", "quarter past 4", "20 to 6", and "ten to", "half past", "25 past" without the hour.
// Dictation writes "too" and "two" for "to": "quarter too six".
func (m *message) minutesOfHour(i int) moment {
	minutes, j := m.minutesBefore(i)
	if minutes == 0 {
		return moment{}
	}
	before := false
	if m.addsTo(i, j) {
		return moment{}
	}
	switch w := m.word(j); {
	case w == "past" && m.v.hisOwn[m.word(j+1)]:
		return moment{} // "ten minutes past my finish time"
	case w == "past":
	case w == "to" || w == "too" || w == "2" && m.saysTo(i, j):
		before = true
	default:
		if minutes != 30 {
			return moment{}
		}
		if m.word(i-1) == "until" && (w == "" || isBreak(w) || w == "and" || w == "please") && j == i+1 {
			return moment{words: 1, form: pastHour, minute: 30} // "need til half"
		}
		return m.ofHour(i, j, 30, false)
	}
	if before && minutes == 30 {
		return moment{}
	}
	if t := m.ofHour(i, j+1, minutes, before); t.words > 0 {
		return t
	}
	if !before {
		return moment{words: j + 1 - i, form: pastHour, minute: minutes}
	}
	if w := m.word(j + 1); w != "" && !isBreak(w) && (!m.v.afterTime[w] || m.v.willDo[w]) {
		return moment{} // "two to three", "ten to finish": not a time
	}
	return moment{words: j + 1 - i, form: pastHour, minute: 60 - minutes}
}

// addsTo says whether the minutes before word j are put on to something: "add 10 to my slot", "tack 20 to the end".
func (m *message) addsTo(i, j int) bool {
	if m.word(j) != "to" && m.word(j) != "onto" {
		return false
	}
	return m.v.hisOwn[m.word(j+1)] || m.word(j+1) == "the" && m.hasIn(m.v.putsOn, max(0, i-3), i)
}

// minutesBefore reads the minutes that stand before "past" and "to", and gives the word after them; 0 when there are none.
func (m *message) minutesBefore(i int) (minutes, next int) {
	if m.word(i) == "a" {
		i++
	}
	switch m.word(i) {
	case "half", "hauf", "haf":
		return 30, i + 1
	case "quarter", "qtr":
		return 15, i + 1
	case "5":
		if m.word(i+1) == "and" && m.word(i+2) == "20" {
			return 25, i + 3
		}
	}
	n, words := m.number(i)
	if _, hour := m.hourAt(i + 2); words == 2 && m.word(i+1) == "2" && hour > 0 {
		n, words = n-2, 1 // "20 2 7"
	}
	j := i + words
	if words == 0 || n == 0 || n > 29 && m.word(j) != "past" || n > 55 || n%5 != 0 && m.word(j) != "min" {
		return 0, i
	}
	if m.word(j) == "min" {
		j++
	}
	return n, j
}

// saysTo says whether the "2" at word j is a "to": "quarter 2", "10 2 6".
func (m *message) saysTo(i, j int) bool {
	if _, words := m.hourAt(j + 1); words > 0 {
		return true
	}
	if after, n := m.word(j+1), m.word(i); j-1 == i && (n == "10" || n == "20") && (after == "" || isBreak(after)) {
		return true // "away bout ten 2"
	}
	return m.word(j-1) == "quarter" && (j-1 == i || m.word(i) == "a")
}

// hourAt reads an hour of the twelve.
func (m *message) hourAt(j int) (hour, words int) {
	switch w := m.word(j); w {
	case "one":
		return 1, 1
	case "noon", "midnight":
		return 12, 1
	case "for": // dictated: "half past for"
		if next := m.word(j + 1); m.word(j-1) == "past" && (next == "" || isBreak(next)) {
			return 4, 1
		}
	default:
		if n, ok := figure(strings.TrimSuffix(w, "ish")); ok && n > 0 && n <= 12 && len(w) < 3 && m.word(j+1) != "min" && m.word(j+1) != "hour" {
			return n, 1
		}
		if n, ok := m.ish(w); ok {
			return n, 1
		}
	}
	return 0, 0
}

// ish reads "fourish".
func (m *message) ish(w string) (int, bool) {
	stem, ok := strings.CutSuffix(w, "ish")
	if !ok || stem == "" {
		return 0, false
	}
	n, ok := figure(m.v.Say[stem])
	return n, ok && n > 0 && n <= 12
}

// ofHour reads the hour at word j that the minutes belong to.
func (m *message) ofHour(i, j, minutes int, before bool) moment {
	hour, words := m.hourAt(j)
	if words == 0 {
		return moment{}
	}
	t := moment{form: clockTime, hour: hour, minute: minutes}
	t.half, words = m.halfOfDay(j+1, hour)
	if m.word(j) == "midnight" {
		t.half = morning
	}
	t.words = j + 1 + words - i
	if before {
		t.minute = 60 - minutes
		t.hour = (hour + 11) % 12
	}
	return t
}

func (m *message) noonOrMidnight(i int) moment {
	j := i
	if m.word(j) == "12" {
		j++
	}
	switch m.word(j) {
	case "noon":
		return moment{words: j + 1 - i, hour: 12, half: exact}
	case "midnight":
		return moment{words: j + 1 - i, hour: 0, half: exact}
	}
	return moment{}
}

// figures reads "4.15", "16:30", "1630", "2145 hours", "4pm", "5ish", "4 o'clock", "four thirty" and, as a bare hour, "4".
func (m *message) figures(i int) moment {
	w := m.word(i)
	if n, ok := m.ish(w); ok {
		return moment{words: 1, hour: n}
	}
	if n, ok := figure(m.word(i + 1)); w == "one" && (m.word(i+1) == "oclock" || m.standsAsOne(i) || ok && n > 9 && (i == 0 || isBreak(m.word(i-1)) || m.v.clockCues[m.word(i-1)])) {
		w = "1"
	}
	hourPart, minutePart := w, ""
	if at := strings.IndexAny(w, ":."); at >= 0 {
		hourPart, minutePart = w[:at], w[at+1:]
	} else if len(w) == 3 || len(w) == 4 {
		hourPart, minutePart = w[:len(w)-2], w[len(w)-2:]
	}
	hour, ok := figure(hourPart)
	minute, ok2 := figure(minutePart)
	if !ok || minutePart != "" && (!ok2 || len(minutePart) != 2) || hour > 24 || minute > 59 {
		if n, ok := figure(w); ok && n > 0 && n < 100 {
			return moment{words: 1, form: bareHour, hour: n}
		}
		return moment{}
	}
	t := moment{words: 1, hour: hour % 24, minute: minute}
	if minutePart == "" {
		t.form = bareHour
		if n, words := m.minutesNext(i, hour); words > 0 {
			t.form, t.minute, t.words = clockTime, n, 1+words
		}
	}
	if hour > 12 || hour == 0 || w[0] == '0' {
		t.half = exact
	}
	return m.withHalf(i, t, minutePart == "" && t.words == 1)
}

// minutesNext reads the minutes that follow an hour: "four thirty", "16h30" and, as people say it who have learned English late, "at 17 and 10",
// "at 4 and half".
func (m *message) minutesNext(i, hour int) (n, words int) {
	if n, words := m.number(i + 1); words > 0 && hour > 0 && m.minutesSaid(i+1, n, words) {
		return n, words
	}
	next := m.word(i + 2)
	switch m.word(i + 1) {
	case "hour":
		if n, ok := figure(next); ok && (hour > 12 || m.onClock(i, hour)) && len(next) == 2 && n < 60 {
			return n, 2
		}
	case "and":
		before := m.word(i - 1)
		if before != "at" && before != "until" && before != "by" && (before != "be" || next != "half") && (before != "to" || next != "half") {
			return 0, 0
		}
		if next == "half" && (m.word(i+3) == "" || isBreak(m.word(i+3))) {
			return 30, 2
		}
		if n, words := m.number(i + 2); words > 0 && m.minutesSaid(i+2, n, words) {
			return n, 1 + words
		}
	}
	return 0, 0
}

// onClock says whether hours and minutes written in one, "10h30", are a time of day, as many write it who come from elsewhere: no visit is that
// long, or what stands before it says so: "until 4h30".
func (m *message) onClock(i, hour int) bool {
	if i+2 >= len(m.cuts) || m.cuts[i].last != m.cuts[i+1].first || m.cuts[i+1].last != m.cuts[i+2].first {
		return false
	}
	before := m.word(i - 1)
	return hour >= 5 || before == "at" || before == "until" || before == "by"
}

// minutesSaid says whether the number at word i is the minutes of the hour before it: "four thirty".
func (m *message) minutesSaid(i, n, words int) bool {
	if n < 10 || n > 59 || n%5 != 0 {
		return false
	}
	switch m.word(i + words) {
	case "min", "m", "hour", "past", "to", "-", "more", "late", "over", "extra", "longer":
		return false
	}
	return true
}

// standsAsOne says whether "one" at word i is the hour: "out by one", "done for one".
func (m *message) standsAsOne(i int) bool {
	after := m.word(i + 1)
	if after != "" && !isBreak(after) && after != "please" && after != "now" {
		return false
	}
	switch m.word(i - 1) {
	case "at", "by", "until", "before":
		return true
	case "for":
		return m.v.endCues[m.word(i-2)] || m.word(i-2) == "there"
	}
	return false
}

// withHalf adds what the words after a time say of it: its half of the day, o'clock, ish.
func (m *message) withHalf(i int, t moment, whole bool) moment {
	j := i + t.words
	for range 3 {
		h, words := m.halfOfDay(j, t.hour)
		switch {
		case words > 0 && t.half != exact:
			t.half, t.form = h, clockTime
			j += words
		case m.word(j) == "oclock" && whole:
			t.form = clockTime
			j++
		case m.word(j) == "o" && m.word(j+1) == "clock" && whole:
			t.form = clockTime
			j += 2
		case m.word(j) == "ish" && t.half != exact:
			t.form = clockTime
			j++
		case m.word(j) == "hour" && len(m.words[i]) == 4:
			j++
		}
	}
	t.words = j - i
	return t
}

// halfOfDay reads "am", "pm", "in the afternoon", "this evening", "tonight".
func (m *message) halfOfDay(i, hour int) (half, int) {
	switch w := m.word(i); w {
	case "am":
		if m.word(i+1) != "i" && m.word(i-1) != "i" {
			return morning, 1
		}
	case "pm":
		return afternoon, 1
	case "tonight":
		if hour == 12 {
			return morning, 1
		}
		if hour >= 5 {
			return afternoon, 1
		}
	case "in", "this":
		j := i + 1
		if w == "in" && m.word(j) == "the" {
			j++
		} else if w == "in" {
			return either, 0
		}
		switch m.word(j) {
		case "morning":
			return morning, j + 1 - i
		case "afternoon", "evening":
			return afternoon, j + 1 - i
		}
	}
	return either, 0
}
