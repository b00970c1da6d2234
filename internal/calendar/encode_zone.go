package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// zone is a time zone that a calendar describes.
type zone struct {
	id          string
	loc         *time.Location
	first, last time.Time // the earliest and latest instants that are written in it
	series      bool      // something recurs in it
	encoded     []byte
}

// zoneID is what the zone of a moment is called: as it was written, else by its own name. "" is for UTC, and for what has no name.
func (m Moment) zoneID() string {
	own := m.At.Location().String()
	if m.At.IsZero() || m.Day || own == "UTC" || own == "Etc/UTC" {
		return ""
	}
	if id := strings.TrimSpace(m.TZID); id != "" && strings.Trim(quoted(id), `"`) == id {
		return id
	}
	if own == "Local" || !plain(own) {
		return ""
	}
	return own
}

// says reports whether the wall clock of the zone, as it is described, gives back the instant. It does not for an hour that came before, on the
// night the clocks go back: a time that comes twice is the first of the two. Nor for an instant that was read from another zone of the same name.
func (z zone) says(at time.Time) bool {
	here := at.In(z.loc)
	_, is := here.Zone()
	if _, was := at.Zone(); was != is {
		return false
	}
	start, _ := here.ZoneBounds()
	if start.IsZero() {
		return true
	}
	_, before := start.Add(-time.Second).Zone()
	return at.Sub(start) >= time.Duration(before-is)*time.Second
}

// zonesOf lists the zones of the events in the order they are met.
func zonesOf(events []Event) []zone {
	var zones []zone
	for i := range events {
		e := &events[i]
		for _, m := range []Moment{e.Start, e.End, e.Instance} {
			zones = met(zones, m, e.Rule != "")
		}
		for _, m := range e.Extra {
			zones = met(zones, m, false)
		}
		for _, m := range e.Except {
			zones = met(zones, m, false)
		}
	}
	for i := range zones {
		w := writer{}
		w.zone(zones[i])
		zones[i].encoded = w.out
	}
	return zones
}

func met(zones []zone, m Moment, series bool) []zone {
	id := m.zoneID()
	if id == "" || m.At.Year() < 1 || m.At.Year() > 9999 {
		return zones
	}
	i := slices.IndexFunc(zones, func(z zone) bool { return z.id == id })
	if i < 0 {
		return append(zones, zone{id: id, loc: m.At.Location(), first: m.At, last: m.At, series: series})
	}
	z := &zones[i]
	if m.At.Before(z.first) {
		z.first = m.At
	}
	if m.At.After(z.last) {
		z.last = m.At
	}
	z.series = z.series || series
	return zones
}

// seriesYears is how many years of a zone without a yearly rule are described for a series.
const seriesYears = 5

// turn is an instant at which a zone's clocks change.
type turn struct {
	wall     time.Time // what the clocks showed as they were changed
	from, to int       // seconds east of UTC
	name     string
	daylight bool
}

// zone writes a VTIMEZONE that is right from the year before the first instant to the year after the last.
func (w *writer) zone(z zone) {
	w.line("BEGIN", "VTIMEZONE")
	w.text("TZID", z.id)
	from, until := z.first.In(z.loc).Year()-1, z.last.In(z.loc).Year()+1
	if z.series {
		until += seriesYears
	}
	from, until = max(from, 1), min(until, 9998)
	start := time.Date(from, 1, 1, 0, 0, 0, 0, z.loc)
	turns := turnsOf(start, until)
	if len(turns) == 0 || !yearly(turns, from, until) {
		// What held before the first turn, or always.
		name, offset := start.Zone()
		w.observance(turn{wall: start, from: offset, to: offset, name: name}, "")
		for _, t := range turns {
			w.observance(t, "")
		}
	} else {
		// As Outlook writes it: one summer, one winter, each with its rule.
		for i := range 2 {
			w.observance(turns[i], "FREQ=YEARLY;BYMONTH="+strconv.Itoa(int(turns[i].wall.Month()))+";BYDAY="+dayOf(turns, i))
		}
	}
	w.line("END", "VTIMEZONE")
}

func (w *writer) observance(t turn, rule string) {
	kind := "STANDARD"
	if t.daylight {
		kind = "DAYLIGHT"
	}
	w.line("BEGIN", kind)
	w.line("DTSTART", t.wall.Format(localTime))
	if rule != "" {
		w.line("RRULE", rule)
	}
	w.line("TZOFFSETFROM", offset(t.from))
	w.line("TZOFFSETTO", offset(t.to))
	if t.name != "" {
		w.text("TZNAME", t.name)
	}
	w.line("END", kind)
}

// turnsOf lists when the clocks change from start to the end of the year until.
func turnsOf(start time.Time, until int) []turn {
	var turns []turn
	for at := start; ; {
		_, next := at.ZoneBounds()
		if next.IsZero() || next.Year() > until {
			return turns
		}
		last := next.Add(-time.Second)
		_, from := last.Zone()
		name, to := next.Zone()
		if from != to {
			// Ireland's winter is its "daylight saving" in the zone data: what clients mean by it is that the clocks went forward.
			turns = append(turns, turn{
				wall: next.UTC().Add(time.Duration(from) * time.Second), from: from, to: to, name: name,
				daylight: to > from && (next.IsDST() || last.IsDST()),
			})
		}
		at = next
	}
}

// yearly says that the clocks go forward and back once a year, by the same rule each year.
func yearly(turns []turn, from, until int) bool {
	if len(turns) != 2*(until-from+1) || turns[0].daylight == turns[1].daylight {
		return false
	}
	for i, t := range turns {
		first := turns[i%2]
		if t.wall.Year() != from+i/2 || t.wall.Month() != first.wall.Month() || t.from != first.from || t.to != first.to ||
			t.wall.Format("150405") != first.wall.Format("150405") || t.daylight != first.daylight {
			return false
		}
	}
	return dayOf(turns, 0) != "" && dayOf(turns, 1) != ""
}

// dayOf is the day of the month by the rule that the i-th turn of each year follows: "-1SU", "2SU". "" where there is none.
func dayOf(turns []turn, i int) string {
	day := turns[i].wall.Weekday()
	last, nth := true, (turns[i].wall.Day()+6)/7
	for ; i < len(turns); i += 2 {
		wall := turns[i].wall
		if wall.Weekday() != day {
			return ""
		}
		last = last && wall.AddDate(0, 0, 7).Month() != wall.Month()
		if (wall.Day()+6)/7 != nth {
			nth = 0
		}
	}
	two := [...]string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}[day]
	switch {
	case last:
		return "-1" + two
	case nth > 0:
		return strconv.Itoa(nth) + two
	}
	return ""
}

// offset is "+0100"; with seconds where there are some, as before railways.
func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	said := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		said += fmt.Sprintf("%02d", seconds%60)
	}
	return said
}
