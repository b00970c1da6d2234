package calendar

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/private"
)

// producer is PRODID: who wrote a calendar.
const producer = "-//Allclear//Allclear//EN"

// foldAt is the longest a line may be, in octets, without its line end (RFC 5545, 3.1).
const foldAt = 75

// Encode writes the calendar as iCalendar. What stands in an event's fields can't become a line of its own: line ends are escaped, and control
// characters are left out.
func (c Calendar) Encode() []byte {
	w := writer{out: make([]byte, 0, 1024+len(c.Events)*640)}
	w.zones = zonesOf(c.Events)
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", producer)
	w.line("CALSCALE", "GREGORIAN")
	if c.Method != NoMethod {
		w.line("METHOD", token(string(c.Method)))
	}
	if c.Name != "" {
		w.text("NAME", c.Name)
		w.text("X-WR-CALNAME", c.Name)
	}
	if c.About != "" {
		w.text("X-WR-CALDESC", c.About)
	}
	if c.Refresh > 0 {
		every := duration(c.Refresh)
		w.line("REFRESH-INTERVAL;VALUE=DURATION", every)
		w.line("X-PUBLISHED-TTL", every) // Outlook's name for the same
	}
	for i := range w.zones {
		w.out = append(w.out, w.zones[i].encoded...)
	}
	for i := range c.Events {
		w.event(&c.Events[i], c.Method)
	}
	w.line("END", "VCALENDAR")
	return w.out
}

// writer gathers the lines.
type writer struct {
	out   []byte
	zones []zone
}

// line writes one line, folded. Name and value hold no line end: whoever calls it has seen to that.
func (w *writer) line(name string, value ...string) {
	start := w.begin(name)
	for _, v := range value {
		w.out = append(w.out, v...)
	}
	w.end(start)
}

// text writes a line whose value is text, escaped.
func (w *writer) text(name, value string) {
	start := w.begin(name)
	w.out = appendEscaped(w.out, value)
	w.end(start)
}

func (w *writer) begin(name string) (start int) {
	start = len(w.out)
	w.out = append(w.out, name...)
	w.out = append(w.out, ':')
	return start
}

// end ends the line that was begun at start, and folds it.
func (w *writer) end(start int) {
	if len(w.out)-start > foldAt {
		line := string(w.out[start:])
		w.out = w.out[:start]
		for room := foldAt; len(line) > room; room = foldAt - 1 { // the space that a fold begins with counts too
			cut := room
			for cut > room-utf8.UTFMax && !utf8.RuneStart(line[cut]) {
				cut--
			}
			w.out = append(w.out, line[:cut]...)
			w.out = append(w.out, "\r\n "...)
			line = line[cut:]
		}
		w.out = append(w.out, line...)
	}
	w.out = append(w.out, "\r\n"...)
}

// words writes private words, where there are any.
func (w *writer) words(name string, value private.Text) {
	if !value.IsZero() {
		w.text(name, value.Reveal())
	}
}

func (w *writer) event(e *Event, method Method) {
	w.line("BEGIN", "VEVENT")
	w.text("UID", e.UID)
	w.line("DTSTAMP", inUTC(e.Stamp))
	w.line("SEQUENCE", strconv.Itoa(max(e.Sequence, 0)))
	w.moment("DTSTART", e.Start)
	w.moment("DTEND", e.End)
	w.moment("RECURRENCE-ID", e.Instance)
	if rule := ruled(e.Rule); rule != "" {
		w.line("RRULE", rule)
	}
	for _, m := range e.Extra {
		w.moment("RDATE", m)
	}
	for _, m := range e.Except {
		w.moment("EXDATE", m)
	}
	w.words("SUMMARY", e.Summary)
	w.words("LOCATION", e.Location)
	w.words("DESCRIPTION", e.Description)
	w.words("X-ALT-DESC;FMTTYPE=text/html", e.HTML)
	if e.URL != "" {
		w.line("URL", address(e.URL))
	}
	if e.Organizer.Address != "" {
		w.person("ORGANIZER", e.Organizer)
	}
	for _, p := range e.Attendees {
		w.attendee(p, method)
	}
	if e.Status != "" {
		w.line("STATUS", token(e.Status))
	}
	if method != Reply && method != DeclineCounter {
		w.availability(e, method)
	}
	w.line("END", "VEVENT")
}

// availability says how the time is shown to others. The lines that begin with X are Outlook's: there, they alone decide it.
func (w *writer) availability(e *Event, method Method) {
	class := e.Class
	if class == Public {
		class = "PUBLIC" // said, so that an update takes an earlier PRIVATE back
	}
	w.line("CLASS", token(string(class)))
	shown, status := "OPAQUE", "BUSY"
	switch {
	case e.Free || e.Status == "CANCELLED":
		shown, status = "TRANSPARENT", "FREE"
	case e.Status == "TENTATIVE":
		status = "TENTATIVE"
	}
	w.line("TRANSP", shown)
	w.line("X-MICROSOFT-CDO-BUSYSTATUS", status)
	if e.Start.Day {
		w.line("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE")
	}
	if method == Request {
		w.line("X-MICROSOFT-DISALLOW-COUNTER", "TRUE")
		w.line("X-MICROSOFT-DONOTFORWARDMEETING", "TRUE")
	}
}

// person writes an organizer.
func (w *writer) person(name string, p Person, more ...string) {
	if p.Name != "" {
		name += ";CN=" + quoted(p.Name)
	}
	if p.SentBy != "" {
		name += ";SENT-BY=\"mailto:" + strings.ReplaceAll(address(p.SentBy), `"`, "") + `"`
	}
	for _, m := range more {
		name += ";" + m
	}
	w.line(name, "mailto:", address(p.Address))
}

func (w *writer) attendee(p Person, method Method) {
	var more []string
	if p.Resource {
		more = append(more, "CUTYPE=RESOURCE", "ROLE=NON-PARTICIPANT")
	} else {
		more = append(more, "CUTYPE=INDIVIDUAL", "ROLE=REQ-PARTICIPANT")
	}
	answer := p.PartStat
	if answer == "" {
		answer = NeedsAction
	}
	more = append(more, "PARTSTAT="+token(string(answer)))
	if p.RSVP && method != Reply && method != Cancel {
		more = append(more, "RSVP=TRUE") // without it Outlook has no buttons to answer by
	}
	w.person("ATTENDEE", p, more...)
}

// moment writes an instant, in its zone where the calendar describes that.
func (w *writer) moment(name string, m Moment) {
	switch {
	case m.At.IsZero():
	case m.Day:
		w.line(name+";VALUE=DATE", m.At.Format("20060102"))
	default:
		id := m.zoneID()
		if i := slices.IndexFunc(w.zones, func(z zone) bool { return z.id == id }); id != "" && i >= 0 && w.zones[i].says(m.At) {
			w.line(name+";TZID="+quoted(id), m.At.Format(localTime))
			return
		}
		w.line(name, inUTC(m.At))
	}
}

// localTime is a time without its zone.
const localTime = "20060102T150405"

func inUTC(t time.Time) string {
	if t.Year() < 1 || t.Year() > 9999 { // which no calendar can say; t is of no use to anybody
		t = time.Unix(0, 0)
	}
	return t.UTC().Format(localTime) + "Z"
}

// duration is an ISO 8601 duration of whole seconds.
func duration(d time.Duration) string {
	d = d.Truncate(time.Second)
	said := "PT"
	if h := d / time.Hour; h > 0 {
		said += strconv.Itoa(int(h)) + "H"
	}
	if m := d % time.Hour / time.Minute; m > 0 {
		said += strconv.Itoa(int(m)) + "M"
	}
	if s := d % time.Minute / time.Second; s > 0 || d == 0 {
		said += strconv.Itoa(int(s)) + "S"
	}
	return said
}
