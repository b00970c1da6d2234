package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Day is what happened on one day in figures: how much and when, never who. It counts duress alarms as any other, so it is
// for those who answer for workers, and not for a phone that somebody may read beside its owner (rule 4.2).
type Day struct {
	From, To time.Time // from midnight until before the next, in Zone
	Zone     *time.Location
	Hours    []Hour // 24; 23 or 25 when the clocks change
	Tell     []Told // the alarms that opened on the day, in the order in which they did
}

// Hour is one hour of a day.
type Hour struct {
	From      time.Time // in the day's zone
	CheckIns  int       // texts and presses from workers, or recorded for them
	Reminders int       // questions to workers at a start or an expected end
	Alarms    int       // alarms that opened
}

// Told is an alarm's time to tell: from its opening until a message about it was first handed over to reach a person.
type Told struct {
	OpenedAt, At time.Time // At is zero while nothing was handed over
}

// Yet says whether anything was handed over yet.
func (t Told) Yet() bool { return !t.At.IsZero() }

// After is the time to tell; 0 while nothing was handed over.
func (t Told) After() time.Duration {
	if !t.Yet() {
		return 0
	}
	return max(t.At.Sub(t.OpenedAt), 0)
}

// NewDay is the day in zone that holds the instant, with nothing in it.
func NewDay(at time.Time, zone *time.Location) Day {
	y, m, date := at.In(zone).Date()
	d := Day{From: time.Date(y, m, date, 0, 0, 0, 0, zone), To: time.Date(y, m, date+1, 0, 0, 0, 0, zone), Zone: zone}
	for from := d.From; from.Before(d.To); from = from.Add(time.Hour) {
		d.Hours = append(d.Hours, Hour{From: from})
	}
	return d
}

// DayOf is the day in zone that holds the instant, with what happened. What is of another day is left out.
func DayOf(at time.Time, zone *time.Location, happened iter.Seq2[time.Time, watch.What], tell []Told) Day {
	d := NewDay(at, zone)
	for at, what := range happened {
		d.count(at, what)
	}
	for _, t := range tell {
		if d.has(t.OpenedAt) {
			d.Tell = append(d.Tell, t)
		}
	}
	return d
}

// read counts what an entry of the record says happened.
func (d *Day) read(h store.Happened) error {
	if !mayCount(h.Events) {
		return nil
	}
	var events []struct {
		What  watch.What `json:"what"`
		Shown bool       `json:"shown"` // only shown to the worker while danger is open: it did not happen
	}
	if err := json.Unmarshal(h.Events, &events); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	for _, e := range events {
		if !e.Shown {
			d.count(h.At, e.What)
		}
	}
	return nil
}

// mayCount says that events name something that is counted. Most name nothing, as bookings do, and need not be read.
func mayCount(events []byte) bool {
	for _, what := range []watch.What{watch.TextIn, watch.Prompted, watch.AlarmOpened} {
		if bytes.Contains(events, []byte(what)) {
			return true
		}
	}
	return false
}

func (d Day) has(at time.Time) bool { return !at.Before(d.From) && at.Before(d.To) }

// count adds one thing that happened to its hour.
func (d *Day) count(at time.Time, what watch.What) {
	if !d.has(at) {
		return
	}
	h := &d.Hours[at.Sub(d.From)/time.Hour]
	switch what {
	case watch.TextIn:
		h.CheckIns++
	case watch.Prompted:
		h.Reminders++
	case watch.AlarmOpened:
		h.Alarms++
	}
}

// add adds another hour's figures.
func (h *Hour) add(other Hour) {
	h.CheckIns += other.CheckIns
	h.Reminders += other.Reminders
	h.Alarms += other.Alarms
}

// add adds the figures of the same day's hours.
func (d *Day) add(hours []Hour) {
	for i, h := range hours {
		d.Hours[i].add(h)
	}
}

// Total is the whole day's figures, as of one long hour.
func (d Day) Total() Hour {
	sum := Hour{From: d.From}
	for _, h := range d.Hours {
		sum.add(h)
	}
	return sum
}

// Empty says whether nothing is in the day.
func (d Day) Empty() bool {
	t := d.Total()
	return t.CheckIns+t.Reminders+t.Alarms+len(d.Tell) == 0
}
