package calendar

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// The years in which a calendar's own zones are followed: before them the first year's winter and summer are not told apart, after them the
// last change stands.
const (
	firstDescribed = 1970
	lastDescribed  = 2100
)

// followed are the years in which a text's zones are followed.
type followed struct{ first, last int }

// besides is how many years before the first and after the last moment of a text its zones are followed too: what held before is by the change before,
// and who writes such a zone again describes the years beside it.
const besides = 3

// years are those that a calendar's times can fall in. Nearly every invite of Outlook's is of one day, and describes its zone since 1601.
func (b block) years() followed {
	y := followed{first: lastDescribed, last: firstDescribed}
	for _, e := range b.events {
		for _, p := range e.props {
			switch p.name {
			case "RRULE", "EXRULE", "RDATE", "DURATION": // may lead anywhere after
				y.last = lastDescribed
			}
			switch p.name {
			case "DTSTART", "DTEND", "DTSTAMP", "RECURRENCE-ID", "RDATE", "EXDATE":
				walls, _ := p.times()
				for _, w := range walls {
					y.first, y.last = min(y.first, w.clock.Year()-besides), max(y.last, w.clock.Year()+besides)
				}
			}
		}
	}
	return followed{first: max(y.first, firstDescribed), last: min(y.last, lastDescribed)}
}

// mostParts is how many changes of one zone are listed in a calendar: every change that London ever had is a quarter of it.
const mostParts = 500

// change is one instant at which a zone's clocks were, or will be, set.
type change struct {
	at     int64 // seconds of Unix
	offset int
	summer bool
}

// location makes a zone of a VTIMEZONE, with the first change that it lists, and until when it holds. It is nil where the VTIMEZONE is none, or says something that can't be
// followed: half of a zone's rules would be a wrong time said with confidence.
func (c *component) location(tzid string, years followed, e *effort) (loc *time.Location, since, till time.Time) {
	if len(c.parts) == 0 || len(c.parts) > mostParts {
		return nil, since, till
	}
	var changes []change
	for _, p := range c.parts {
		more, ok := p.changes(years, e)
		if !ok {
			return nil, since, till
		}
		changes = append(changes, more...)
	}
	slices.SortStableFunc(changes, func(a, b change) int {
		if d := cmp.Compare(a.at, b.at); d != 0 || a.summer == b.summer {
			return d
		}
		if a.summer { // of two at once, the standard time stands
			return -1
		}
		return 1
	})
	first, ok := c.firstOffset()
	if !ok {
		return nil, since, till
	}
	loc, err := time.LoadLocationFromTZData(tzid, tzif(first, changes))
	if err != nil {
		return nil, since, till
	}
	return loc, time.Unix(changes[0].at, 0), c.till(changes)
}

// till is until when a description holds that has summer time to its end, and no rule for the years after: past its last summer or winter nobody says
// whether the clocks were set. It is zero for one with a rule, and for one whose clocks stand still.
func (c *component) till(changes []change) (till time.Time) {
	const day = 24 * 60 * 60
	const year, summer, winter = 400 * day, 180 * day, 130 * day // the shortest that there are
	for _, p := range c.parts {
		if rule := strings.ToUpper(p.first("RRULE")); rule != "" && !strings.Contains(rule, "UNTIL=") && !strings.Contains(rule, "COUNT=") {
			return till
		}
	}
	last := changes[len(changes)-1]
	switch {
	case last.summer:
		return time.Unix(last.at+summer, 0)
	case slices.ContainsFunc(changes, func(one change) bool { return one.summer && one.at > last.at-year }):
		return time.Unix(last.at+winter, 0)
	}
	return till
}

// firstOffset is what held before the first change.
func (c *component) firstOffset() (offset int, ok bool) {
	var earliest time.Time
	for _, p := range c.parts {
		start, found := wallOf(p.first("DTSTART"))
		from, understood := offsetOf(p.first("TZOFFSETFROM"))
		if !understood {
			from, understood = offsetOf(p.first("TZOFFSETTO"))
		}
		if found && understood && (!ok || start.clock.Before(earliest)) {
			offset, earliest, ok = from, start.clock, true
		}
	}
	return offset, ok
}

// changes are the instants of one STANDARD or DAYLIGHT.
func (c *component) changes(years followed, e *effort) ([]change, bool) {
	start, ok := wallOf(c.first("DTSTART"))
	to, understood := offsetOf(c.first("TZOFFSETTO"))
	if !ok || !understood {
		return nil, false
	}
	from, understood := offsetOf(c.first("TZOFFSETFROM"))
	if !understood {
		from = to
	}
	clocks := []time.Time{start.clock}
	for _, p := range c.props {
		switch p.name {
		case "RDATE":
			for v := range strings.SplitSeq(p.value, ",") {
				if w, ok := wallOf(v); ok {
					clocks = append(clocks, w.clock)
				}
			}
		case "RRULE":
			if e.rules++; e.rules > mostRules || e.changes > mostChanges {
				return nil, false
			}
			yearly, ok := yearlyChanges(p.value, start.clock, from, years)
			if e.changes += len(yearly); !ok {
				return nil, false
			}
			clocks = append(clocks, yearly...)
		}
	}
	changes := make([]change, 0, len(clocks))
	for _, clock := range clocks {
		changes = append(changes, change{clock.Unix() - int64(from), to, c.name == "DAYLIGHT"})
	}
	return changes, true
}

// yearlyChanges are the times of the clock at which a zone's rule has it changed. A rule from 1601 is followed in the years in which it is needed; of one that
// ended before them, its last year.
func yearlyChanges(value string, start time.Time, offset int, years followed) ([]time.Time, bool) {
	r, err := ruleOf(value)
	if err != nil || r.option.Freq != rrule.YEARLY || len(r.option.Byhour) > 1 || len(r.option.Byminute) > 1 || len(r.option.Bysecond) > 1 {
		return nil, false
	}
	until := r.until.clock
	if r.until.utc {
		until = until.Add(time.Duration(offset) * time.Second)
	} else if r.until.day {
		until = until.AddDate(0, 0, 1).Add(-time.Second)
	}
	ended := r.hasUntil && until.Year() <= firstDescribed
	first := years.first
	if r.hasUntil {
		first = max(firstDescribed, min(first, until.Year()-1))
	}
	if start.Year() < first && !ended && r.option.Interval <= 1 && r.option.Count == 0 {
		start = shifted(start, first-start.Year())
	}
	last := time.Date(years.last, time.December, 31, 0, 0, 0, 0, time.UTC)
	if r.hasUntil && until.Before(last) {
		last = until
	}
	if month, day, plain := r.oneDay(); plain {
		return nthDays(start, last, month, day), true
	}
	clocks, err := r.between(start, start, last, until)
	return clocks, err == nil
}

// oneDay is the one day a year of the rule that nearly every zone has, such as the last Sunday in March. It is worked out by itself, as every invite
// of Outlook's has two of them and the general way takes a hundred times as long.
func (r rule) oneDay() (time.Month, rrule.Weekday, bool) {
	o := r.option
	if o.Interval > 1 || o.Count > 0 || len(o.Bymonth) != 1 || len(o.Byweekday) != 1 || o.Byweekday[0].N() == 0 ||
		len(o.Bysetpos)+len(o.Bymonthday)+len(o.Byyearday)+len(o.Byweekno)+len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) > 0 {
		return 0, rrule.Weekday{}, false
	}
	return time.Month(o.Bymonth[0]), o.Byweekday[0], true
}

// nthDays are such a day's of each year, at the time of day of start.
func nthDays(start, last time.Time, month time.Month, day rrule.Weekday) []time.Time {
	var clocks []time.Time
	for year := start.Year(); year <= last.Year(); year++ {
		weekday := time.Weekday((day.Day() + 1) % 7) // the library's week begins with Monday
		clock := time.Date(year, month, 1, start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
		if day.N() > 0 {
			clock = clock.AddDate(0, 0, int(weekday-clock.Weekday()+7)%7+7*(day.N()-1))
		} else {
			clock = clock.AddDate(0, 1, -1)
			clock = clock.AddDate(0, 0, -int(clock.Weekday()-weekday+7)%7+7*(day.N()+1))
		}
		if clock.Month() == month && !clock.Before(start) && !clock.After(last) {
			clocks = append(clocks, clock)
		}
	}
	return clocks
}

// tzif writes changes in the format of compiled zones (RFC 8536), which the standard library makes a zone of.
func tzif(first int, changes []change) []byte {
	type kind struct {
		offset int
		summer bool
	}
	kinds := []kind{{offset: first}} // the first is what held before all changes, and of none of them
	var times, which []byte
	for _, c := range changes {
		i := slices.Index(kinds[1:], kind{c.offset, c.summer}) + 1
		if i == 0 {
			kinds = append(kinds, kind{c.offset, c.summer})
			i = len(kinds) - 1
		}
		if i > 255 {
			return nil
		}
		times = append(times, big(c.at, 8)...)
		which = append(which, byte(i))
	}
	var described []byte
	for _, k := range kinds {
		described = append(described, big(int64(k.offset), 4)...)
		summer := byte(0)
		if k.summer {
			summer = 1
		}
		described = append(described, summer, 0)
	}
	const name = "-\x00"
	header := func(changes, kinds, names int) []byte {
		h := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range [...]int{0, 0, 0, changes, kinds, names} {
			h = append(h, big(int64(n), 4)...)
		}
		return h
	}
	out := append(header(0, 0, 0), header(len(changes), len(kinds), len(name))...)
	return slices.Concat(out, times, which, described, []byte(name))
}

func big(n int64, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[size-1-i] = byte(n >> (8 * i)) // #nosec G115 -- the other bytes have their own places
	}
	return b
}
