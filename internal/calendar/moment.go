package calendar

import (
	"strconv"
	"strings"
	"time"
)

// wall is a date and time as it stands in a calendar, before it is known where its clock hangs.
type wall struct {
	clock  time.Time // what the clock shows, written as if it were UTC
	day    bool      // a date alone
	utc    bool      // it ends in Z
	offset int       // of the clock from UTC in seconds, where that is said
	fixed  bool      // it is said
	period string    // where it is the start of a period: the end, or how long it is
}

// wallOf reads 20261123T140000Z and what programs make of it: without seconds, with the hyphens and colons of ISO 8601, with a fraction, with
// an offset at its end.
func wallOf(s string) (wall, bool) {
	s = strings.ToUpper(strings.Trim(s, " \t\"'"))
	date, rest := s, ""
	if len(s) >= 10 && s[4] == '-' && s[7] == '-' {
		date, rest = s[:4]+s[5:7]+s[8:10], s[10:]
	} else if len(s) >= 8 {
		date, rest = s[:8], s[8:]
	}
	year, month, day, ok := dateOf(date)
	if !ok {
		return wall{}, false
	}
	if rest == "" {
		return wall{clock: time.Date(year, month, day, 0, 0, 0, 0, time.UTC), day: true}, true
	}
	if rest[0] != 'T' && rest[0] != ' ' {
		return wall{}, false
	}
	seconds, rest, ok := clockOf(rest[1:])
	if !ok {
		return wall{}, false
	}
	w := wall{clock: time.Date(year, month, day, 0, 0, seconds, 0, time.UTC)}
	switch {
	case rest == "" || rest == "T":
	case rest == "Z":
		w.utc = true
	default:
		if w.offset, w.fixed = offsetOf(rest); !w.fixed {
			return wall{}, false
		}
	}
	return w, true
}

func dateOf(s string) (year int, month time.Month, day int, ok bool) {
	n, ok := digits(s, 8)
	if !ok {
		return 0, 0, 0, false
	}
	year, month, day = n/10000, time.Month(n/100%100), n%100
	if year == 0 || month < 1 || month > 12 || day < 1 || day > time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return 0, 0, 0, false
	}
	return year, month, day, true
}

// clockOf reads 140000, 1400 and 14:00:00.000. The second 60 is the next minute's first, and 24:00 the next day's.
func clockOf(s string) (seconds int, rest string, ok bool) {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == ':') {
		end++
	}
	clock, rest := strings.ReplaceAll(s[:end], ":", ""), s[end:]
	if strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ",") {
		rest = strings.TrimLeft(rest[1:], "0123456789")
	}
	if len(clock) == 4 {
		clock += "00"
	}
	n, ok := digits(clock, 6)
	if !ok {
		return 0, "", false
	}
	h, m, sec := n/10000, n/100%100, n%100
	if h > 24 || m > 59 || sec > 60 || h == 24 && n != 240000 {
		return 0, "", false
	}
	return h*3600 + m*60 + sec, rest, true
}

// digits is the number that exactly so many digits give.
func digits(s string, count int) (int, bool) {
	if len(s) != count || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// offsetOf reads +0100, +01:00, +1 and -013952, in seconds.
func offsetOf(s string) (seconds int, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), ":", "")
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	sign, s := s[0], s[1:]
	if len(s)%2 == 1 {
		s = "0" + s
	}
	for len(s) < 6 {
		s += "00"
	}
	n, ok := digits(s, 6)
	if !ok || n/10000 > 15 || n/100%100 > 59 || n%100 > 59 {
		return 0, false
	}
	seconds = n/10000*3600 + n/100%100*60 + n%100
	if sign == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// resolve finds when a clock in a zone shows what w says. A time that the clocks skip is read as if they had not been put forward yet, and one
// that comes twice is the earlier, both as RFC 5545 says (3.3.5).
func resolve(clock time.Time, zone *time.Location) (time.Time, Doubt) {
	shows := clock.Unix()
	offset := func(at int64) int64 {
		_, seconds := time.Unix(at, 0).In(zone).Zone()
		return int64(seconds)
	}
	const day = 24 * 60 * 60 // no zone is as far from UTC
	before, after := offset(shows-day), offset(shows+day)
	at, count := int64(0), 0
	for _, o := range [...]int64{before, after, offset(shows - before), offset(shows - after)} {
		if offset(shows-o) != o {
			continue
		}
		switch t := shows - o; {
		case count == 0:
			at, count = t, 1
		case t != at:
			at, count = min(at, t), 2
		}
	}
	switch count {
	case 0:
		return time.Unix(shows-before, 0).In(zone), NotThere
	case 1:
		return time.Unix(at, 0).In(zone), ""
	}
	return time.Unix(at, 0).In(zone), Twice
}

// span is a duration as calendars have it: days by the calendar, so that a day later is the same time of day, and the rest by the clock.
type span struct {
	days int
	rest time.Duration
}

// most days and hours of a span: more is a slip of the pen, or somebody who wants a sum to overflow.
const mostSpan = 10_000

// spanOf reads PT1H30M, P1DT2H, P2W and -PT15M. Programs that forget the T mean hours and minutes all the same.
func spanOf(s string) (span, bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	sign := 1
	if rest, negative := strings.CutPrefix(s, "-"); negative {
		s, sign = rest, -1
	}
	s, ok := strings.CutPrefix(strings.TrimPrefix(s, "+"), "P")
	if !ok || s == "" {
		return span{}, false
	}
	var got span
	units := 0
	for s != "" {
		if s[0] == 'T' {
			s = s[1:]
			continue
		}
		end := 0
		for end < len(s) && s[end] >= '0' && s[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(s[:end])
		if err != nil || end == len(s) || n > mostSpan*60*60 {
			return span{}, false
		}
		switch s[end] {
		case 'W':
			got.days += 7 * n
		case 'D':
			got.days += n
		case 'H':
			got.rest += time.Duration(n) * time.Hour
		case 'M':
			got.rest += time.Duration(n) * time.Minute
		case 'S':
			got.rest += time.Duration(n) * time.Second
		default:
			return span{}, false
		}
		s = s[end+1:]
		units++
	}
	if units == 0 || got.days > mostSpan || got.rest > mostSpan*time.Hour {
		return span{}, false
	}
	return span{sign * got.days, time.Duration(sign) * got.rest}, true
}

// after is the moment a span after another. A day is one of the calendar, at the same time by the clock.
func (s span) after(m Moment) Moment {
	if s.days != 0 {
		clock := m.At
		shown := time.Date(clock.Year(), clock.Month(), clock.Day()+s.days, clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC)
		m.At, _ = resolve(shown, m.At.Location())
	}
	m.At = m.At.Add(s.rest)
	if s.rest%(24*time.Hour) != 0 {
		m.Day = false
	}
	return m
}
