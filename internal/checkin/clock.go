package checkin

import (
	"strconv"
	"strings"
	"time"
)

// moment is a time as the words give it: a time of day, a length, or minutes past or to an hour that is not named.
type moment struct {
	words  int // how many words it takes; 0: no time here
	form   form
	hour   int // 0–23
	minute int
	half   half
	length time.Duration
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
	for _, reader := range []func(int) moment{m.lengthAt, m.minutesOfHour, m.noonOrMidnight, m.figures} {
		if t := reader(i); t.words > 0 {
			return t
		}
	}
	return moment{}
}

// number reads a whole number of at most two digits, "twenty five" among them.
func (m *message) number(i int) (n, words int) {
	n, err := strconv.Atoi(m.word(i))
	if err != nil || n < 0 || len(m.word(i)) > 3 {
		return 0, 0
	}
	if n >= 20 && n < 60 && n%10 == 0 {
		if unit, err := strconv.Atoi(m.word(i + 1)); err == nil && unit > 0 && unit < 10 && len(m.word(i+1)) == 1 {
			switch m.word(i + 2) {
			case "min", "past", "to", "m":
				return n + unit, 2
			}
		}
	}
	return n, 1
}

// lengthAt reads "40 mins", "an hour and a half", "1h30", "three quarters of an hour", "a couple of hours".
func (m *message) lengthAt(i int) moment {
	if minutes, words := m.partOfHour(i); words > 0 {
		return span(words, minutes)
	}
	if n, words := m.number(i); words > 0 && (m.word(i+words) == "min" || m.word(i+words) == "m") {
		return span(words+1, n)
	}
	hours, words := m.hours(i)
	if words == 0 {
		return moment{}
	}
	j := i + words
	if m.word(j) == "and" {
		j++
	}
	if minutes, more := m.partOfHour(j); more == 0 {
		// "an hour and a half", "an hour and half", "2 hours and a quarter"
		if m.word(j) == "a" {
			j++
		}
		if m.word(j-1) == "a" || m.word(j-1) == "and" {
			switch m.word(j) {
			case "half":
				return span(j+1-i, hours+30)
			case "quarter":
				return span(j+1-i, hours+15)
			}
		}
	} else if m.word(i+words) == "and" {
		return span(j+more-i, hours+minutes)
	}
	if n, more := m.number(j); more > 0 && n < 60 && (m.word(j+more) == "min" || m.word(j+more) == "m") {
		return span(j+more+1-i, hours+n)
	} else if more == 1 && len(m.word(j)) == 2 && n < 60 && j == i+words && m.word(i+1) == "hour" {
		return span(words+1, hours+n) // "1h30", "1hr 30"
	}
	return span(words, hours)
}

func span(words, minutes int) moment {
	if minutes <= 0 || minutes > 24*60 {
		return moment{}
	}
	return moment{words: words, form: aSpan, length: time.Duration(minutes) * time.Minute}
}

// partOfHour reads "half an hour", "quarter of an hour", "three quarters of an hour".
func (m *message) partOfHour(i int) (minutes, words int) {
	j := i
	if m.word(j) == "a" || m.word(j) == "another" && m.word(j+1) == "half" && m.word(j+2) == "hour" {
		j++
	}
	switch {
	case m.word(j) == "half" && m.word(j+1) == "hour":
		return 30, j + 2 - i
	case m.word(j) == "half" && (m.word(j+1) == "an" || m.word(j+1) == "a") && m.word(j+2) == "hour":
		return 30, j + 3 - i
	case m.word(j) == "quarter" && m.word(j+1) == "of" && m.word(j+2) == "an" && m.word(j+3) == "hour":
		return 15, j + 4 - i
	case m.word(j) == "3" && m.word(j+1) == "quarters" && m.word(j+2) == "of" && m.word(j+3) == "an" && m.word(j+4) == "hour":
		return 45, j + 5 - i
	case m.word(j) == "3" && m.word(j+1) == "quarter" && m.word(j+2) == "hour":
		return 45, j + 3 - i
	}
	return 0, 0
}

// hours reads "an hour", "2 hours", "1.5 hours", "2 and a half hours", "a couple of hours", in minutes.
func (m *message) hours(i int) (minutes, words int) {
	w, next := m.word(i), m.word(i+1)
	switch {
	case w == "awr":
		return 60, 1
	case (w == "an" || w == "the" || w == "one" || w == "another" || w == "a") && next == "hour":
		return 60, 2
	case w == "a" && next == "couple" && m.word(i+2) == "of" && m.word(i+3) == "hour":
		return 120, 4
	case w == "couple" && next == "of" && m.word(i+2) == "hour":
		return 120, 3
	case w == "couple" && next == "hour":
		return 120, 2
	}
	if whole, part, ok := strings.Cut(w, "."); ok && next == "hour" && len(part) <= 2 {
		if f, err := strconv.ParseFloat(whole+"."+part, 64); err == nil && f <= 24 {
			return int(f * 60), 2
		}
	}
	n, used := m.number(i)
	if w == "one" {
		n, used = 1, 1
	}
	if used == 0 || n > 24 {
		return 0, 0
	}
	j := i + used
	if m.word(j) == "and" && m.word(j+1) == "a" && m.word(j+2) == "half" && m.word(j+3) == "hour" {
		return n*60 + 30, j + 4 - i
	}
	if m.word(j) == "hour" {
		return n * 60, j + 1 - i
	}
	return 0, 0
}

// minutesOfHour reads "half 4", "quarter past 4", "20 to 6", and "ten to", "half past", "25 past" without the hour.
func (m *message) minutesOfHour(i int) moment {
	j := i
	if m.word(j) == "a" {
		j++
	}
	minutes, words := m.number(j)
	switch w := m.word(j); {
	case w == "half":
		minutes, words = 30, 1
	case w == "quarter" || w == "qtr":
		minutes, words = 15, 1
	case w == "1" || words == 0 || minutes == 0 || minutes > 29 || minutes%5 != 0 && m.word(j+words) != "min":
		return moment{}
	}
	j += words
	if m.word(j) == "min" {
		j++
	}
	direction := m.word(j)
	if direction != "past" && direction != "to" || direction == "to" && minutes == 30 {
		if m.word(i) == "half" {
			return m.ofHour(i, i+1, 30, false)
		}
		return moment{}
	}
	if t := m.ofHour(i, j+1, minutes, direction == "to"); t.words > 0 {
		return t
	}
	if w := m.word(j + 1); direction == "to" && w != "" && !isBreak(w) && !m.v.afterTime[w] {
		return moment{} // "two to three", "ten to finish": not a time
	}
	if direction == "to" {
		minutes = 60 - minutes
	}
	return moment{words: j + 1 - i, form: pastHour, minute: minutes}
}

// ofHour reads the hour at word j that the minutes belong to.
func (m *message) ofHour(i, j, minutes int, before bool) moment {
	hour, words := m.number(j)
	if m.word(j) == "one" {
		hour, words = 1, 1
	}
	if w := m.word(j); w == "noon" || w == "midnight" {
		hour, words = 12, 1
	}
	if words == 0 || hour == 0 || hour > 12 || words != 1 || m.word(j+1) == "min" {
		return moment{}
	}
	t := moment{form: clockTime, hour: hour, minute: minutes}
	t.half, words = m.halfOfDay(j + 1)
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

// figures reads "4.15", "16:30", "1630", "4pm", "5ish", "4 o'clock" and, as a bare hour, "4".
func (m *message) figures(i int) moment {
	w := m.word(i)
	if w == "one" && m.word(i+1) == "oclock" {
		w = "1"
	}
	hourPart, minutePart, pointed := strings.Cut(strings.Replace(w, ":", ".", 1), ".")
	if !pointed && (len(w) == 3 || len(w) == 4) {
		hourPart, minutePart = w[:len(w)-2], w[len(w)-2:]
	}
	hour, err := strconv.Atoi(hourPart)
	minute, err2 := strconv.Atoi("0" + minutePart)
	if err != nil || err2 != nil || hour < 0 || hour > 24 || minute > 59 || minutePart != "" && len(minutePart) != 2 {
		if n, err := strconv.Atoi(w); err == nil && n > 0 && n < 100 {
			return moment{words: 1, form: bareHour, hour: n}
		}
		return moment{}
	}
	if hour == 24 {
		hour = 0
		w = "00"
	}
	t := moment{words: 1, hour: hour, minute: minute}
	if minutePart == "" {
		t.form = bareHour
	}
	if hour > 12 || hour == 0 || w[0] == '0' {
		t.half = exact
	}
	j := i + 1
	for range 3 {
		h, words := m.halfOfDay(j)
		switch {
		case words > 0 && t.half != exact:
			t.half, t.form = h, clockTime
			j += words
		case m.word(j) == "oclock" && minutePart == "":
			t.form = clockTime
			j++
		case m.word(j) == "ish" && t.half != exact:
			t.form = clockTime
			j++
		}
	}
	t.words = j - i
	return t
}

// halfOfDay reads "am", "pm", "in the afternoon", "tonight".
func (m *message) halfOfDay(i int) (half, int) {
	switch m.word(i) {
	case "am":
		if m.word(i+1) != "i" && m.word(i-1) != "i" {
			return morning, 1
		}
	case "pm":
		return afternoon, 1
	case "in":
		if m.word(i+1) == "the" {
			switch m.word(i + 2) {
			case "morning":
				return morning, 3
			case "afternoon", "evening":
				return afternoon, 3
			}
		}
	}
	return either, 0
}
