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
	if slices.Contains(master.Doubts, RuleUnknown) {
		return nil, false, fmt.Errorf("expand series: %w", errRule)
	}
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
	starts, err := master.starts(from, to)
	if err != nil {
		return nil, false, fmt.Errorf("expand series: %w", err)
	}
	for _, o := range starts {
		if !slices.ContainsFunc(exceptions, func(x Event) bool { return x.Instance.is(o.Moment) }) {
			instances = append(instances, c.instance(master, o))
		}
	}
	for _, x := range exceptions {
		if within(x.Start.At) && x.Status != "CANCELLED" {
			x.Rule, x.Extra, x.Except = "", nil, nil // one instance does not recur
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
		if e.UID != master.UID || e.UID == "" || e.Instance.At.IsZero() {
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

// occurrence is when one of a series begins, and what is doubtful about that day.
type occurrence struct {
	Moment
	doubt Doubt
}

// starts are when a series begins each time, but for those that it leaves out. The first counts also where its rule does not give it, as RFC 5545
// has DTSTART the first of its series, and a visit too many is asked about while one too few is not.
func (e Event) starts(from, to time.Time) ([]occurrence, error) {
	zone := e.Start.At.Location()
	var starts []occurrence
	offRule := Doubt("")
	if e.Rule != "" {
		r, err := ruleOf(e.Rule)
		if err != nil {
			return nil, err
		}
		const day = 24 * time.Hour
		clocks, err := r.between(clockIn(e.Start.At, zone), clockIn(from, zone).Add(-day), clockIn(to, zone).Add(day), r.last(zone))
		if err != nil {
			return nil, err
		}
		for _, clock := range clocks {
			at, doubt := resolve(clock, zone)
			if e.Start.Day {
				doubt = ""
			}
			starts = append(starts, occurrence{Moment{At: at, TZID: e.Start.TZID, Day: e.Start.Day}, doubt})
		}
		if !slices.ContainsFunc(clocks, clockIn(e.Start.At, zone).Equal) {
			offRule = OffRule
		}
	}
	starts = append(starts, occurrence{e.Start, offRule})
	for _, m := range e.Extra {
		starts = append(starts, occurrence{Moment: m})
	}
	starts = slices.DeleteFunc(starts, func(o occurrence) bool { return o.At.Before(from) || !o.At.Before(to) })
	slices.SortStableFunc(starts, func(a, b occurrence) int { return a.At.Compare(b.At) })
	starts = slices.CompactFunc(starts, func(a, b occurrence) bool { return a.At.Equal(b.At) })
	return slices.DeleteFunc(starts, func(o occurrence) bool {
		return slices.ContainsFunc(e.Except, func(x Moment) bool { return x.is(o.Moment) })
	}), nil
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
func (c Calendar) instance(master Event, o occurrence) Event {
	e := master
	e.Rule, e.Extra, e.Except = "", nil, nil
	e.Start, e.Instance = o.Moment, o.Moment
	if !master.End.At.IsZero() {
		e.End.At = o.At.Add(master.End.At.Sub(master.Start.At)).In(master.End.At.Location())
		if master.Start.Day && master.End.Day {
			days := int(clockIn(master.End.At, master.End.At.Location()).Sub(clockIn(master.Start.At, master.Start.At.Location())) / (24 * time.Hour))
			e.End = span{days: days}.after(o.Moment)
		}
	}
	if o.At.Equal(master.Start.At) && o.doubt == "" {
		return e
	}
	described := slices.ContainsFunc(c.described, func(d description) bool { return d.tzid == o.TZID })
	e.Doubts = slices.DeleteFunc(slices.Clone(master.Doubts), func(d Doubt) bool {
		return d == NotThere || d == Twice || d == ZoneDisagrees && described // of which each day is asked anew; other disagreements are of every day
	})
	if o.doubt != "" {
		e.Doubts = append(e.Doubts, o.doubt)
	}
	if c.disagrees(o.Moment) {
		e.Doubts = append(e.Doubts, ZoneDisagrees)
	}
	return e
}

// disagrees says that on an instance's own day its zone is another by its name than by what the calendar says of it.
func (c Calendar) disagrees(m Moment) bool {
	i := slices.IndexFunc(c.described, func(d description) bool { return d.tzid == m.TZID })
	return i >= 0 && !m.Day && c.described[i].zone.disagrees(clockIn(m.At, m.At.Location()), m.At)
}
