package checkin

import (
	"strings"
	"time"
)

// counting says from where a length counts (guide T4, T5).
type counting int

const (
	fromNow counting = iota // need, be, give me, in N
	more                    // another, more, longer N: from now, or added to an end that it would not pass
	late                    // over, behind, extra, extended by N: from the expected end, or the booked start
	early                   // N early: before it
)

func span(words, minutes int, counts counting) moment {
	if minutes <= 0 || minutes > 24*60 {
		return moment{}
	}
	return moment{words: words, form: aSpan, length: time.Duration(minutes) * time.Minute, counts: counts}
}

// lengthAt reads "40 mins", "an hour and a half", "1h30", "three quarters of an hour", "a couple of hours", "two more hours".
func (m *message) lengthAt(i int) moment {
	if minutes, j, counts := m.partOfHour(i); minutes > 0 {
		return span(j-i, minutes, counts)
	}
	if n, words := m.number(i); words > 0 {
		if j, counts := m.skipExtra(i + words); m.word(j) == "min" || m.word(j) == "m" {
			return span(j+1-i, n, counts)
		}
	}
	hours, j, counts := m.hours(i)
	if hours == 0 || m.onClock(i, hours/60) {
		return moment{}
	}
	if minutes, next := m.minutesAfter(j); minutes > 0 {
		return span(next-i, hours+minutes, counts)
	}
	return span(j-i, hours, counts)
}

// minutesAfter reads what comes on top of hours: "and a half", "30 mins", "20", "and a quarter".
func (m *message) minutesAfter(i int) (minutes, next int) {
	j := i
	joined := m.word(j) == "and"
	if joined {
		j++
		if part, next, _ := m.partOfHour(j); part > 0 {
			return part, next
		}
	}
	k := j
	if m.word(k) == "a" {
		k++
	}
	if joined || k > j {
		switch m.word(k) {
		case "half", "hauf":
			return 30, k + 1
		case "quarter":
			return 15, k + 1
		}
	}
	n, words := m.number(j)
	switch after := m.word(j + words); {
	case words == 0 || n >= 60 || n == 0:
	case after == "min" || after == "m":
		return n, j + words + 1
	case words == 1 && len(m.word(j)) == 2 && after != "hour" && after != "past" && after != "to" && after != "pm" && after != "am":
		return n, j + 1 // "1h30", "an hour and 20"
	}
	return 0, i
}

// skipExtra passes over words between a number and its unit, or before a part: "two more hours", "a good half hour".
func (m *message) skipExtra(j int) (next int, counts counting) {
	for range 2 {
		switch m.word(j) {
		case "more", "further", "additional", "another", "other":
			counts = more
		case "extra":
			counts = late
		case "good", "full", "whole", "usual", "solid", "odd", "od", "ish":
		default:
			return j, counts
		}
		j++
	}
	return j, counts
}

// determined passes over what may stand before "hour" and "half": "a", "the full", "another", "one more".
func (m *message) determined(i int) (next int, counts counting) {
	switch m.word(i) {
	case "a", "an", "the", "one":
		return m.skipExtra(i + 1)
	case "usual", "full":
		return i + 1, fromNow
	case "another":
		next, _ = m.skipExtra(i + 1)
		return next, more
	}
	return i, fromNow
}

// partOfHour reads "half an hour", "quarter of an hour", "another half hour", "three quarters of an hour".
func (m *message) partOfHour(i int) (minutes, next int, counts counting) {
	j, counts := m.determined(i)
	switch m.word(j) {
	case "half", "hauf", "hanner":
		minutes = 30
	case "quarter", "qtr", "chwarter":
		minutes = 15
	case "3":
		if w := m.word(j + 1); w == "quarters" || w == "quarter" {
			minutes = 45
			j++
		} else if w == "/" && m.word(j+2) == "4" {
			minutes = 45
			j += 2
		}
	}
	if minutes == 0 {
		return 0, i, fromNow
	}
	j++
	of := j
	for range 2 {
		if w := m.word(j); w == "of" || w == "a" || w == "an" || w == "the" || w == "more" || w == "extra" {
			if j++; w == "more" {
				counts = more
			}
		}
	}
	switch w := m.word(j); {
	case w == "hour", w == "awr" && m.word(j+1) != "wedi":
		return minutes, j + 1, counts
	case minutes == 45 && j == of && (w == "" || isBreak(w)):
		return minutes, j, counts // "half an hour, maybe three quarters"
	}
	return 0, i, fromNow
}

// hours reads "an hour", "2 hours", "1.5 hours", "2 and a half hours", "a couple of hours", "two more hours", in minutes.
func (m *message) hours(i int) (minutes, next int, counts counting) {
	j, counts := m.determined(i)
	switch w := m.word(j); {
	case w == "awr":
		if m.word(j-1) == "hanner" || m.word(j-1) == "chwarter" {
			return 0, i, counts
		}
		return 60, j + 1, counts
	case w == "hour":
		if j > i || m.hourAlone(i) {
			return 60, j + 1, counts
		}
		return 0, i, counts
	case w == "couple":
		if j++; m.word(j) == "of" {
			j++
		}
		if j, counts := m.skipExtra(j); m.word(j) == "hour" {
			return 120, j + 1, counts
		}
		return 0, i, counts
	}
	return m.countedHours(i)
}

// hourAlone says whether "hour" at word i is one though nothing says so: "hour and a half", ", hour max".
func (m *message) hourAlone(i int) bool {
	if _, ok := figure(m.word(i - 1)); ok {
		return false
	}
	if minutes, _ := m.minutesAfter(i + 1); minutes > 0 && m.word(i+1) == "and" {
		return true
	}
	before, after := m.word(i-1), m.word(i+1)
	return (before == "" || isBreak(before)) && (after == "" || isBreak(after) || after == "max" || after == "tops" || after == "please" || after == "left" || after == "from" || after == "more" || after == "longer" || after == "yet")
}

func (m *message) countedHours(i int) (minutes, next int, counts counting) {
	if minutes, ok := decimalHours(m.word(i)); ok && m.word(i+1) == "hour" {
		return minutes, i + 2, fromNow
	}
	n, used := m.number(i)
	if m.word(i) == "one" {
		n, used = 1, 1
	}
	if w := m.word(i + used); used == 0 || n > 12 || n == 4 && (w == "another" || w == "an") {
		return 0, i, fromNow // "here 4 another hour": for
	}
	j, part := i+used, 0
	k := j
	if m.word(k) == "and" || m.word(k) == "an" {
		k++
	}
	if m.word(k) == "a" {
		k++
	}
	switch {
	case m.word(k) == "half":
		part, j = 30, k+1
	case k > j && m.word(k) == "quarter":
		part, j = 15, k+1
	case k > j && m.word(k) == "3" && (m.word(k+1) == "quarter" || m.word(k+1) == "quarters"):
		part, j = 45, k+2
	}
	if j, counts = m.skipExtra(j); m.word(j) == "hour" {
		return n*60 + part, j + 1, counts
	}
	return 0, i, fromNow
}

// decimalHours reads "1.5" and "1.25" in minutes.
func decimalHours(w string) (minutes int, ok bool) {
	whole, part, pointed := strings.Cut(w, ".")
	h, ok := figure(whole)
	f, ok2 := figure(part)
	if !pointed || !ok || !ok2 || len(part) > 2 || h > 12 || len(part) == 2 && part != "25" && part != "50" && part != "75" {
		return 0, false // "16.10hrs" is on the clock
	}
	if len(part) == 1 {
		f *= 10
	}
	return h*60 + f*60/100, true
}
