package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// mostSequence is the largest number RFC 5545 has; some programs count their revisions in milliseconds since 1970.
const mostSequence = 1<<31 - 1

// mostDates is how many single dates a series adds, and leaves out.
const mostDates = 1_000

// event understands a VEVENT. What a property says a second time does not count, as with most programs.
func (c *component) event(a *atlas) Event {
	r := reading{atlas: a}
	for _, p := range c.props {
		if p.name == "DTSTART" {
			r.start(p)
		}
	}
	for _, p := range c.props {
		r.property(p)
	}
	r.finish()
	return r.event
}

// reading is an event while it is read.
type reading struct {
	*atlas
	event    Event
	length   span
	measured bool // it has a DURATION
	rules    int
	odd      bool            // something of its recurrence is not followed
	allDay   bool            // Outlook says so
	periods  []time.Duration // how long those days are that a series adds with ends of their own
}

func (r *reading) doubt(doubts ...Doubt) {
	for _, d := range doubts {
		if d != "" && !slices.Contains(r.event.Doubts, d) {
			r.event.Doubts = append(r.event.Doubts, d)
		}
	}
}

// times are the moments of a property: DTSTART has one, EXDATE may have many.
func (p property) times() (walls []wall, tzid string) {
	tzid = p.param("TZID")
	// A colon inside of the zone's name that should have been quoted, or a quote around more than the name: the time is what stands last.
	for _, value := range [...]string{p.value, afterLastColon(p.line)} {
		for v := range strings.SplitSeq(value, ",") {
			v, period, _ := strings.Cut(v, "/")
			if w, ok := wallOf(v); ok {
				w.period = period
				if strings.EqualFold(p.param("VALUE"), "DATE") && w.clock.Equal(midnight(w.clock)) {
					w.day = true
				}
				walls = append(walls, w)
			}
		}
		if len(walls) > 0 {
			if value != p.value {
				tzid = looseTZID(p.line)
			}
			return walls, tzid
		}
	}
	return nil, tzid
}

func afterLastColon(line string) string {
	return strings.Trim(line[strings.LastIndexByte(line, ':')+1:], `" `)
}

// looseTZID is the name of a zone that is badly quoted: all between "TZID=" and the last colon, or the next parameter.
func looseTZID(line string) string {
	from := strings.Index(strings.ToUpper(line), "TZID=")
	to := strings.LastIndexByte(line, ':')
	if from < 0 || to < from+len("TZID=") {
		return ""
	}
	name, _, _ := strings.Cut(line[from+len("TZID="):to], ";VALUE=")
	return strings.Trim(name, `" `)
}

func (r *reading) start(p property) {
	if !r.event.Start.At.IsZero() {
		return
	}
	walls, tzid := p.times()
	if len(walls) == 0 {
		return
	}
	m, doubts := r.moment(walls[0], tzid, nil)
	r.event.Start = m
	r.doubt(doubts...)
}

func (r *reading) property(p property) {
	e := &r.event
	switch p.name {
	case "UID":
		firstOf(&e.UID, strings.TrimSpace(p.value))
	case "SEQUENCE":
		if n, err := strconv.ParseFloat(strings.TrimSpace(p.value), 64); err == nil && n >= 0 && e.Sequence == 0 {
			e.Sequence = int(min(n, mostSequence))
		}
	case "DTSTAMP":
		if walls, tzid := p.times(); len(walls) > 0 && e.Stamp.IsZero() {
			// Always UTC by the standard; who leaves the Z out means it all the same.
			w := walls[0]
			w.utc = w.utc || tzid == "" && !w.fixed
			w.day = false
			m, _ := r.moment(w, tzid, nil)
			e.Stamp = m.At.UTC()
		}
	case "DTEND", "DURATION", "RECURRENCE-ID", "RDATE", "EXDATE", "RRULE", "EXRULE":
		r.time(p)
	case "ORGANIZER":
		if e.Organizer == (Person{}) {
			e.Organizer = p.person()
		}
	case "ATTENDEE":
		if who := p.person(); who != (Person{}) {
			e.Attendees = append(e.Attendees, who)
		}
	case "SUMMARY":
		firstWords(&e.Summary, strings.TrimSpace(p.text()))
	case "LOCATION":
		firstWords(&e.Location, strings.TrimSpace(p.text()))
	case "DESCRIPTION":
		firstWords(&e.Description, p.text())
		firstWords(&e.HTML, dataHTML(p.param("ALTREP")))
	case "X-ALT-DESC":
		firstWords(&e.HTML, p.text())
	case "STYLED-DESCRIPTION":
		if strings.EqualFold(p.param("FMTTYPE"), "text/html") {
			firstWords(&e.HTML, p.text())
		}
	default:
		r.mark(p)
	}
}

// mark reads what a property says in a word.
func (r *reading) mark(p property) {
	e := &r.event
	word := strings.ToUpper(strings.TrimSpace(p.value))
	switch p.name {
	case "CLASS":
		switch {
		case word == "PUBLIC" || word == "":
		case word == "CONFIDENTIAL":
			e.Class = Confidential
		case e.Class == Public:
			e.Class = Private // also for a word that nobody knows (RFC 5545, 3.8.1.3)
		}
	case "STATUS":
		if word == "CANCELED" {
			word = "CANCELLED"
		}
		switch word { // anything else is a line of a form, as "Status: high risk"
		case "CONFIRMED", "TENTATIVE", "CANCELLED":
			firstOf(&e.Status, word)
		}
	case "TRANSP":
		e.Free = e.Free || word == "TRANSPARENT"
	case "X-MICROSOFT-CDO-BUSYSTATUS":
		e.Free = e.Free || word == "FREE"
	case "X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT":
		r.allDay = r.allDay || word == "TRUE"
	case "URL":
		firstOf(&e.URL, strings.TrimSpace(p.value))
	}
}

// time reads what depends on the start: its zone is taken where they have none.
func (r *reading) time(p property) {
	e := &r.event
	switch p.name {
	case "DURATION":
		if !r.measured {
			r.length, r.measured = spanOf(p.value)
		}
		return
	case "RRULE":
		switch value := strings.TrimSpace(p.value); {
		case r.rules == 0:
			e.Rule, r.rules = value, 1
		case value != e.Rule: // the same once more says nothing new
			r.rules++
		}
		return
	case "EXRULE":
		r.odd = true
		return
	}
	walls, tzid := p.times()
	var base *Moment
	if !e.Start.At.IsZero() {
		base = &e.Start
	}
	for _, w := range walls {
		m, doubts := r.moment(w, tzid, base)
		switch p.name {
		case "DTEND":
			if e.End.At.IsZero() {
				e.End = m
				r.doubt(doubts...)
			}
		case "RECURRENCE-ID":
			if e.Instance.At.IsZero() {
				e.Instance = m
				r.doubt(doubts...)
			}
			r.odd = r.odd || strings.EqualFold(p.param("RANGE"), "THISANDFUTURE") || strings.EqualFold(p.param("RANGE"), "THISANDPRIOR")
		case "RDATE":
			if len(e.Extra) == mostDates {
				r.odd = true
				return
			}
			e.Extra = append(e.Extra, m)
			r.doubt(doubts...)
			r.period(w, m, tzid)
		case "EXDATE":
			if len(e.Except) == mostDates {
				r.odd = true
				return
			}
			e.Except = append(e.Except, m)
		}
	}
}

// period notes how long a day is that the series adds with an end of its own, as Lotus does with every one.
func (r *reading) period(w wall, start Moment, tzid string) {
	if length, ok := spanOf(w.period); ok {
		r.periods = append(r.periods, length.after(start).At.Sub(start.At))
	} else if end, ok := wallOf(w.period); ok {
		m, _ := r.moment(end, tzid, &start)
		r.periods = append(r.periods, m.At.Sub(start.At))
	}
}

// finish works out what the properties only say together.
func (r *reading) finish() {
	e := &r.event
	started := !e.Start.At.IsZero()
	if r.measured && started {
		by := r.length.after(e.Start)
		if e.End.At.IsZero() {
			e.End = by
		} else if !e.End.At.Equal(by.At) {
			r.doubt(TwoEnds)
		}
	}
	switch {
	case !started:
		r.doubt(NoStart)
	case e.End.At.IsZero():
		r.doubt(NoEnd)
	case !e.End.At.After(e.Start.At):
		r.doubt(EndsBefore)
	}
	if started && (e.Start.Day || r.allDay) {
		r.doubt(AllDay)
	}
	if e.UID == "" {
		r.doubt(NoUID)
	}
	if e.Rule != "" {
		_, err := ruleOf(e.Rule)
		r.odd = r.odd || err != nil
	}
	// A day that is longer or shorter than the others can't be said by an instance of the master.
	length := e.End.At.Sub(e.Start.At)
	r.odd = r.odd || slices.ContainsFunc(r.periods, func(d time.Duration) bool { return d != length })
	if r.odd || r.rules > 1 {
		r.doubt(RuleUnknown)
	}
}

func firstOf(field *string, value string) {
	if *field == "" {
		*field = value
	}
}

func firstWords(field *private.Text, words string) {
	if field.IsZero() && strings.TrimSpace(words) != "" {
		*field = private.New(words)
	}
}

// dataHTML is the page in a data address, as Thunderbird sends a description's own markup: "data:text/html,%3Cbody%3E…".
func dataHTML(address string) string {
	if len(address) < 5 || !strings.EqualFold(address[:5], "data:") {
		return ""
	}
	kind, data, found := strings.Cut(address[5:], ",")
	if !found || !strings.HasPrefix(strings.ToLower(kind), "text/html") || strings.Contains(strings.ToLower(kind), "base64") {
		return ""
	}
	return decoded(unhexed(data, '%'))
}
