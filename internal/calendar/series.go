package calendar

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Instances are the meetings that a master stands for and that begin from from on and before to, in their order, most at most; more says that
// there are more. Each has its own start and end, and Instance says which of the series it is, also where it was moved. One that the series
// leaves out, or that was cancelled, is not among them. A single meeting is its own instance.
//
// A series keeps its time of day where it was made: 10:00 in London is 10:00 in summer and winter. Each lasts as many minutes as the first, also
// in a night that is an hour longer (RFC 5545, 3.8.5.3). A recurrence that can't be followed is an error.
func (c Calendar) Instances(master Event, from, to time.Time, most int) (instances []Event, more bool, err error) {
	within := func(at time.Time) bool { return !at.Before(from) && at.Before(to) }
	if master.Rule == "" && len(master.Extra) == 0 {
		if within(master.Start.At) {
			return []Event{master}, false, nil
		}
		return nil, false, nil
	}
	exceptions, err := c.exceptions(master)
	if err != nil {
		return nil, false, err
	}
	starts, offRule, err := master.starts(from, to)
	if err != nil {
		return nil, false, fmt.Errorf("expand series: %w", err)
	}
	for _, m := range starts {
		if within(m.At) && !slices.ContainsFunc(exceptions, func(x Event) bool { return x.Instance.is(m) }) {
			e := c.instance(master, m)
			if offRule && m.At.Equal(master.Start.At) {
				e.Doubts = append(e.Doubts, OffRule)
			}
			instances = append(instances, e)
		}
	}
	for _, x := range exceptions {
		if within(x.Start.At) && x.Status != "CANCELLED" {
			instances = append(instances, x)
		}
	}
	slices.SortStableFunc(instances, func(a, b Event) int {
		return cmp.Or(a.Start.At.Compare(b.Start.At), a.Instance.At.Compare(b.Instance.At))
	})
	if len(instances) > most {
		return instances[:most], true, nil
	}
	return instances, false, nil
}

// is says that two moments name the same instance of a series: a date names whichever is on that day. Exchange names a whole day by its midnight,
// in UTC.
func (m Moment) is(instance Moment) bool {
	if m.Day == instance.Day {
		return m.At.Equal(instance.At)
	}
	named := m.At
	if !m.Day && m.At.Location() == time.UTC {
		named = m.At.Add(12 * time.Hour) // to the midnight that is nearest
	}
	y, month, d := named.Date()
	iy, im, id := instance.At.Date()
	return y == iy && month == im && d == id
}

// exceptions are the newest of each instance that differs from its series.
func (c Calendar) exceptions(master Event) ([]Event, error) {
	var found []Event
	for _, e := range c.Events {
		if e.UID != master.UID || e.Instance.At.IsZero() {
			continue
		}
		if slices.Contains(e.Doubts, RuleUnknown) {
			return nil, fmt.Errorf("expand series: %w: all from one instance on", errRule)
		}
		i := slices.IndexFunc(found, func(x Event) bool { return x.Instance.At.Equal(e.Instance.At) })
		switch {
		case i < 0:
			found = append(found, e)
		case !found[i].Newer(e.Version()):
			found[i] = e
		}
	}
	return found, nil
}

// starts are the moments of a series, but for those that it leaves out. offRule says that the first is not one by the rule: it counts all the same,
// as RFC 5545 has DTSTART the first of its series, and a visit too many is asked about while one too few is not.
func (e Event) starts(from, to time.Time) (starts []Moment, offRule bool, err error) {
	zone := e.Start.At.Location()
	starts = []Moment{e.Start}
	if e.Rule != "" {
		if slices.Contains(e.Doubts, RuleUnknown) {
			return nil, false, errRule
		}
		r, err := ruleOf(e.Rule)
		if err != nil {
			return nil, false, err
		}
		const day = 24 * time.Hour
		clocks, err := r.between(clockIn(e.Start.At, zone), clockIn(from, zone).Add(-day), clockIn(to, zone).Add(day), r.last(zone))
		if err != nil {
			return nil, false, err
		}
		offRule = !slices.ContainsFunc(clocks, clockIn(e.Start.At, zone).Equal)
		for _, clock := range clocks {
			at, _ := resolve(clock, zone)
			starts = append(starts, Moment{At: at, TZID: e.Start.TZID, Day: e.Start.Day})
		}
	}
	starts = append(starts, e.Extra...)
	slices.SortStableFunc(starts, func(a, b Moment) int { return a.At.Compare(b.At) })
	starts = slices.CompactFunc(starts, func(a, b Moment) bool { return a.At.Equal(b.At) })
	return slices.DeleteFunc(starts, func(m Moment) bool {
		return slices.ContainsFunc(e.Except, func(x Moment) bool { return x.is(m) })
	}), offRule, nil
}

// last is the rule's end as the series' clock shows it. An end that is a date alone has that day in it.
func (r rule) last(zone *time.Location) time.Time {
	switch {
	case r.until.utc:
		return clockIn(r.until.clock, zone)
	case r.until.day:
		return r.until.clock.AddDate(0, 0, 1).Add(-time.Second)
	}
	return r.until.clock
}

// clockIn is what a clock in a zone shows at an instant, written as if it were UTC.
func clockIn(at time.Time, zone *time.Location) time.Time {
	at = at.In(zone)
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
}

func midnight(clock time.Time) time.Time {
	return time.Date(clock.Year(), clock.Month(), clock.Day(), 0, 0, 0, 0, time.UTC)
}

// instance is one of a series, as its master has it.
func (c Calendar) instance(master Event, m Moment) Event {
	e := master
	e.Rule, e.Extra, e.Except = "", nil, nil
	e.Start, e.Instance = m, m
	if !master.End.At.IsZero() {
		e.End.At = m.At.Add(master.End.At.Sub(master.Start.At)).In(master.End.At.Location())
		if master.Start.Day && master.End.Day {
			days := int(clockIn(master.End.At, master.End.At.Location()).Sub(clockIn(master.Start.At, master.Start.At.Location())) / (24 * time.Hour))
			e.End = span{days: days}.after(m)
		}
	}
	e.Doubts = slices.DeleteFunc(slices.Clone(master.Doubts), func(d Doubt) bool { return d == NotThere || d == Twice || d == ZoneDisagrees })
	e.Doubts = append(e.Doubts, c.doubtsAt(e.Start)...)
	return e
}

// doubtsAt are those of an instance's own day: its clocks may be put forward or back then, and its zone be another than was described.
func (c Calendar) doubtsAt(m Moment) []Doubt {
	if m.Day {
		return nil
	}
	clock := clockIn(m.At, m.At.Location())
	var doubts []Doubt
	if at, d := resolve(clock, m.At.Location()); d != "" && at.Equal(m.At) {
		doubts = append(doubts, d)
	}
	for _, d := range c.described {
		if d.tzid == m.TZID && d.zone.disagrees(clock, m.At) {
			return append(doubts, ZoneDisagrees)
		}
	}
	return doubts
}
