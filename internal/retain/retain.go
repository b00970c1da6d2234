// Package retain says how long private words are kept: what an organisation may set, and when the words of one record go.
//
// That anything goes at all is the rule; what keeps it longer is listed in [Periods.Goes], and nothing else does. It decides on instants
// and closed kinds alone, so that the whole of it can be read as one table.
package retain

import (
	"fmt"
	"time"
)

// Day is what periods are counted in.
const Day = 24 * time.Hour

// Kind is what a data key is of.
type Kind string

const (
	Visit  Kind = "visit"  // its details, and what was said of it and about it
	Alarm  Kind = "alarm"  // all that was said, logged and sent while it was open
	Person Kind = "person" // their details
	Text   Kind = "text"   // what was said about no visit and no alarm, and messages about none
	Aside  Kind = "aside"  // texts of one day as they came in, which nobody could step
	Looks  Kind = "looks"  // the reasons for the looks of one month
	Paper  Kind = "paper"  // what was written about somebody: a risk assessment, a warning, a debrief, an incident
	// What somebody said of themselves and took back; while it stands it is kept as their details are.
	Withdrawn Kind = "withdrawn"
	Answers   Kind = "answers" // what calls of one day were answered by the API, until they are forgotten
	Import    Kind = "import"  // what the file of an import said, which goes when it is done
	Hold      Kind = "hold"    // why a legal hold was set
	Other     Kind = "other"   // the team's settings, and what is not known: it stays
)

// Periods are how long words are kept, each from the end of what they are about.
type Periods struct {
	Visit  time.Duration // from the end of a visit in which nothing happened
	Alarm  time.Duration // from the close of an alarm, for it and all that belongs to it
	Text   time.Duration // from when it was received: texts that matched no visit, and messages about none
	Looks  time.Duration // from the end of the month: why someone looked, and why a hold was set once it is lifted
	Leaver time.Duration // from when they left: the details of people
}

// Standard is what holds where an organisation sets nothing: a month for what went well, three years for an alarm.
func Standard() Periods {
	return Periods{Visit: 30 * Day, Alarm: 3 * 365 * Day, Text: 30 * Day, Looks: 3 * 365 * Day, Leaver: 365 * Day}
}

// Setting is one period as an organisation sets it.
type Setting struct {
	Name        string // as the settings have it: "retain_visit"
	Least, Most int    // whole days
	What        string // a line of plain words: what is kept so long, and from when it counts
	into        func(*Periods) *time.Duration
}

// Settings are all periods, in the order in which they are shown.
//
// The least of each is beyond what is still at work: the engine reads a worker's texts against visits that ended in the last day, asks
// back for a week, and labels and complaints come within days. An alarm's is a year, the time in which most claims are made.
func Settings() []Setting {
	return []Setting{
		{"retain_visit", 7, 3650, "A visit that ended well: who was visited and where, and what was texted about it, from its end", func(p *Periods) *time.Duration { return &p.Visit }},
		{"retain_alarm", 365, 36500, "An alarm and all that belongs to it: its visits, texts, calls, notes and messages, from its close; a risk assessment, a warning, a debrief, an incident, from when it was over", func(p *Periods) *time.Duration { return &p.Alarm }},
		{"retain_text", 7, 3650, "Texts that matched nobody or no visit, and messages about neither, from when they came or went", func(p *Periods) *time.Duration { return &p.Text }},
		{"retain_looks", 365, 36500, "Why somebody looked at something private, from the end of that month", func(p *Periods) *time.Duration { return &p.Looks }},
		{"retain_leaver", 30, 3650, "The details of someone who has left, from the day they left; their next of kin go at once", func(p *Periods) *time.Duration { return &p.Leaver }},
	}
}

// Set sets a period to whole days. The error says what they may be.
func (s Setting) Set(p *Periods, days int) error {
	if days < s.Least || days > s.Most {
		return fmt.Errorf("must be a whole number of days from %d to %d", s.Least, s.Most)
	}
	*s.into(p) = time.Duration(days) * Day
	return nil
}

// Row is a line of what is kept how long, in plain words.
type Row struct {
	What, For string
	Usual     string // where it is set otherwise: what holds without
}

// Rows are what is kept how long, for people to read.
func Rows(p Periods) []Row {
	var rows []Row
	usual := Standard()
	for _, s := range Settings() {
		row := Row{What: s.What, For: words(*s.into(&p))}
		if *s.into(&p) != *s.into(&usual) {
			row.Usual = words(*s.into(&usual))
		}
		rows = append(rows, row)
	}
	return append(rows,
		Row{What: "What a program was answered to a call with an Idempotency-Key", For: "24 hours"},
		Row{What: "Who did what and when, without the words: the record", For: "for as long as this installation is kept"},
		Row{What: "Whatever somebody has put a legal hold on, and all that belongs to it", For: "until the hold is lifted"})
}

// words says a period in years where it is whole ones, else in days.
func words(d time.Duration) string {
	switch days := int(d / Day); {
	case days == 365:
		return "1 year"
	case days%365 == 0:
		return fmt.Sprintf("%d years", days/365)
	default:
		return fmt.Sprintf("%d days", days)
	}
}

// Record is one owner of words, as far as their end depends on it.
type Record struct {
	Kind   Kind
	Live   bool        // a visit that has a clock, an alarm that is open, a person who is here, a message that is to be sent, a hold that stands …
	Over   time.Time   // when it ended: its period counts from here
	Open   bool        // an alarm about its worker is open, or it is a person with a live visit
	Alarms []time.Time // when the alarms that it belongs to were closed
	Held   bool        // a legal hold is on it or on what it belongs to
	Own    bool        // it is a debrief, or something to be done, which nobody works by once whose it is is gone
}

// Why is why words stay; "" is: they go.
type Why string

const (
	StaysLive   Why = "it is not over"
	StaysOpen   Why = "an alarm or a visit is open"
	StaysHeld   Why = "a legal hold is on it"
	StaysAlarm  Why = "it belongs to an alarm that is kept"
	StaysPeriod Why = "its period is not over"
	StaysAlways Why = "it is kept for as long as this installation is"
)

// Goes says whether a record's words go at an instant, or why they stay.
func (p Periods) Goes(r Record, at time.Time) Why {
	if why := p.stays(r, at); why != "" {
		return why
	}
	if at.Before(r.Over.Add(p.of(r.Kind))) {
		return StaysPeriod
	}
	return ""
}

// Asked is Goes for what a person asks to have erased: its own period is not waited for, but an alarm's and all the rest is. Their details
// go though they are here, and though an alarm about them is kept: it has its own words.
func (p Periods) Asked(r Record, at time.Time) Why {
	switch r.Kind {
	case Person:
		r.Live, r.Over, r.Alarms = false, at, nil
	case Alarm:
		return p.Goes(r, at)
	case Paper:
		if r.Own && r.Live {
			r.Live, r.Over = false, at
		}
	}
	return p.stays(r, at)
}

// stays is why words stay whatever their own period.
func (p Periods) stays(r Record, at time.Time) Why {
	switch {
	case r.Kind == Other || r.Kind == "":
		return StaysAlways
	case r.Live || r.Over.IsZero():
		return StaysLive
	case r.Open:
		return StaysOpen
	case r.Held:
		return StaysHeld
	}
	for _, closed := range r.Alarms {
		if at.Before(closed.Add(p.Alarm)) {
			return StaysAlarm
		}
	}
	return ""
}

// of is how long words of a kind are kept after what they are about is over.
func (p Periods) of(k Kind) time.Duration {
	switch k {
	case Visit:
		return p.Visit
	case Alarm, Paper:
		return p.Alarm
	case Person:
		return p.Leaver
	case Looks, Hold:
		return p.Looks
	case Answers:
		return 2 * Day // their rows go a day before
	case Import:
		return 0 // its rows are gone
	case Withdrawn:
		return 0 // it is nobody's to read any more
	default:
		return p.Text
	}
}
