package checkin

import "time"

// Times without a date (guide T1, T2): the next time the clock reads so, within about six hours where am or pm is not
// said. farthest allows for a little more than six; a reading between it and twelve hours off has just passed.
const farthest = 6*time.Hour + 45*time.Minute

// next gives the instant a time of day means, after now; zero when it cannot be known and must be asked.
func (c Context) next(t moment) time.Time {
	switch {
	case t.form == aSpan:
		return c.Now.Add(t.length)
	case t.form == pastHour:
		return c.nextMinute(t.minute)
	case t.half == exact, t.half == morning, t.half == afternoon:
		at := c.nextReading(t.hour24(), t.minute)
		// A 24-hour time that passed this morning does not mean tomorrow's.
		if at.Sub(c.Now) > 14*time.Hour {
			return time.Time{}
		}
		return at
	}
	at := c.nextReading(t.hour%12, t.minute)
	if pm := c.nextReading(t.hour%12+12, t.minute); at.IsZero() || pm.Before(at) && !pm.IsZero() {
		at = pm
	}
	if at.IsZero() || at.Sub(c.Now) > farthest {
		return time.Time{}
	}
	return at
}

// last gives the instant a time of day meant, at or before now and within a working day; zero when none.
func (c Context) last(t moment) time.Time {
	if t.form == aSpan {
		return c.Now.Add(-t.length)
	}
	hours := []int{t.hour24()}
	if t.form != pastHour && t.half == either {
		hours = []int{t.hour % 12, t.hour%12 + 12}
	}
	if t.form == pastHour {
		at := c.Now.Truncate(time.Minute)
		for at.Minute() != t.minute {
			at = at.Add(-time.Minute)
		}
		return at
	}
	var at time.Time
	for _, day := range []int{-1, 0} {
		for _, h := range hours {
			for _, u := range c.readings(day, h, t.minute) {
				if !u.After(c.Now) && u.After(at) {
					at = u
				}
			}
		}
	}
	return at
}

func (t moment) hour24() int {
	switch {
	case t.half == morning:
		return t.hour % 12
	case t.half == afternoon:
		return t.hour%12 + 12
	}
	return t.hour
}

// nextMinute is for "ten past", "quarter to": the next such minute of an hour.
func (c Context) nextMinute(minute int) time.Time {
	at := c.Now.Truncate(time.Minute).Add(time.Minute)
	for at.Minute() != minute%60 {
		at = at.Add(time.Minute)
	}
	return at
}

// nextReading is the first instant after now at which the team's clock reads so.
func (c Context) nextReading(hour, minute int) time.Time {
	for _, day := range []int{-1, 0, 1} {
		for _, at := range c.readings(day, hour, minute) {
			if at.After(c.Now) {
				return at
			}
		}
	}
	return time.Time{}
}

// readings gives the instants at which the clock reads so on a day counted from today, earliest first. On the night the
// clocks go back an hour happens twice and there are two. On the night they go forward a reading may never come: then
// the earlier instant stands, because an alarm may come early and never late (guide T10).
func (c Context) readings(day, hour, minute int) []time.Time {
	zone := c.Now.Location()
	y, mo, d := c.Now.Date()
	wall := time.Date(y, mo, d+day, hour, minute, 0, 0, time.UTC)
	_, before := wall.Add(-24 * time.Hour).In(zone).Zone()
	_, after := wall.Add(24 * time.Hour).In(zone).Zone()
	early, late := wall.Add(-time.Duration(max(before, after))*time.Second), wall.Add(-time.Duration(min(before, after))*time.Second)
	var out []time.Time
	for _, at := range []time.Time{early, late} {
		at = at.In(zone)
		if at.Hour() == hour && at.Minute() == minute && (len(out) == 0 || !out[0].Equal(at)) {
			out = append(out, at)
		}
	}
	if len(out) == 0 {
		out = append(out, early.In(zone))
	}
	return out
}
