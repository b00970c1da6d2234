package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// date is a day in a calendar, wherever it is.
type date struct {
	year  int
	month time.Month
	day   int
}

func (d date) next() date { return dateOf(time.Date(d.year, d.month, d.day+1, 0, 0, 0, 0, time.UTC)) }

func (d date) before(e date) bool { return d.in(time.UTC).Before(e.in(time.UTC)) }

// in is the instant at which the day begins in a zone.
func (d date) in(zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
}

// dayWords is the day of an instant in its own zone, as every page says it: "Saturday 22 November 2026".
func dayWords(at time.Time) string { return at.Format("Monday 2 January 2006") }

func dateOf(t time.Time) date {
	year, month, day := t.Date()
	return date{year, month, day}
}

// parseDate reads a day as a browser's field sends it, "2026-11-22", or as people write it where that field is a line to
// type in: "22/11/2026", "22.11.26", "22 Nov 2026". A day that no calendar has is none.
func parseDate(s string) (date, bool) {
	s = strings.Join(strings.Fields(strings.NewReplacer("/", " ", ".", " ", "-", " ").Replace(s)), " ")
	for _, layout := range []string{"2006 1 2", "2 1 2006", "2 1 06", "2 Jan 2006", "2 January 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return dateOf(t), t.Year() >= firstYear && t.Year() <= lastYear
		}
	}
	return date{}, false
}

// The years that a slip of the finger is told from.
const (
	firstYear = 2000
	lastYear  = 2100
)

// clock is a time of day as the clock on the wall shows it.
type clock struct{ hour, minute int }

// parseClock reads a time of day on the 24-hour clock: "14:30", "9.05", "1430", "14:30:00", and "9", on the hour.
func parseClock(s string) (clock, bool) {
	parts := strings.Split(strings.ReplaceAll(s, ".", ":"), ":")
	if len(parts) == 1 && len(s) == 4 {
		parts = []string{s[:2], s[2:]}
	}
	if len(parts) > 3 || len(parts) == 3 && parts[2] != "00" {
		return clock{}, false
	}
	hour, ok := digits(parts[0], 1, 23)
	minute := 0
	if len(parts) > 1 && ok {
		minute, ok = digits(parts[1], 2, 59)
	}
	return clock{hour, minute}, ok
}

// digits reads a number of so many digits at least, two at most.
func digits(s string, least, most int) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	return int(n), err == nil && len(s) >= least && len(s) <= 2 && int(n) <= most
}

// instant is when the clock on the wall in a zone shows a time on a day. What comes twice, where the clocks go back, is
// the first; what does not come at all, where they go forward, is none: then it is when the clocks are changed.
func instant(d date, c clock, zone *time.Location) (at time.Time, twice, comes bool) {
	wall := time.Date(d.year, d.month, d.day, c.hour, c.minute, 0, 0, time.UTC)
	guess := time.Date(d.year, d.month, d.day, c.hour, c.minute, 0, 0, zone)
	from, until := guess.ZoneBounds()
	near := []time.Time{guess}
	if !from.IsZero() {
		near = append(near, from.Add(-time.Second))
	}
	if !until.IsZero() {
		near = append(near, until)
	}
	for _, t := range near {
		_, offset := t.In(zone).Zone()
		u := wall.Add(-time.Duration(offset) * time.Second)
		if local := u.In(zone); dateOf(local) != d || local.Hour() != c.hour || local.Minute() != c.minute || comes && u.Equal(at) {
			continue
		}
		if twice = comes; !comes || u.Before(at) {
			at = u
		}
		comes = true
	}
	if comes {
		return at, twice, true
	}
	if !until.IsZero() && until.Sub(guess).Abs() < guess.Sub(from).Abs() {
		from = until
	}
	return from.UTC(), false, false
}

// period is from when to when, as a form gave it.
type period struct {
	StartsAt, EndsAt time.Time
	NextDay          bool // the end was earlier than the start and so is on the day after: to be echoed with its day (rule 8.3)
	Twice            bool // a time that comes twice was taken as the first: to be echoed
}

// period reads from when to when out of the fields START-date, START-time, END-date and END-time, in a zone, START and
// END being fields' names and words for people at once. The end's day may be left out: it is the start's then. An end
// earlier than the start on the start's day is on the day after (rule 8.3). Without ok, what is wrong is noted.
func (f *form) period(start, end string, zone *time.Location) (p period, ok bool) {
	var twice [2]bool
	from, fine := f.date(start, nil)
	starts, fineToo := f.clock(start)
	to, good := f.date(end, &from)
	ends, goodToo := f.clock(end)
	if !fine || !fineToo || !good || !goodToo {
		return p, false
	}
	if p.StartsAt, twice[0], ok = f.instant(start, from, starts, zone); !ok {
		return p, false
	}
	p.EndsAt, twice[1], ok = f.instant(end, to, ends, zone)
	if to == from && p.EndsAt.Before(p.StartsAt) {
		f.unsay(end + timeField)
		p.NextDay = true
		p.EndsAt, twice[1], ok = f.instant(end, to.next(), ends, zone)
	}
	p.Twice = twice[0] || twice[1]
	switch {
	case !ok:
		return p, false
	case to.before(from):
		f.wrong(end+dateField, fmt.Sprintf("The %s must be after the %s", end, start))
	case !p.EndsAt.After(p.StartsAt):
		f.wrong(end+timeField, fmt.Sprintf("The %s must be after the %s", end, start))
	default:
		return p, true
	}
	return p, false
}

// The fields of an instant are its name with these behind it.
const (
	dateField = "-date"
	timeField = "-time"
)

// date reads the field NAME-date. Left out, it is otherwise; where that is nil it may not be left out.
func (f *form) date(name string, otherwise *date) (date, bool) {
	typed := f.value(name + dateField)
	if typed == "" && otherwise != nil {
		return *otherwise, true
	}
	d, ok := parseDate(typed)
	switch {
	case typed == "":
		f.wrong(name+dateField, fmt.Sprintf("Enter the %s date", name))
	case !ok:
		f.wrong(name+dateField, fmt.Sprintf("The %s date must be a real date, such as 22/11/2026", name))
	}
	return d, ok
}

// day reads a field that chooses the day of a page; otherwise it is where nothing was typed, or no day that there is.
func (f *form) day(field string, otherwise date) date {
	typed := f.value(field)
	if typed == "" {
		return otherwise
	}
	d, ok := parseDate(typed)
	if !ok {
		f.wrong(field, "The day must be a real date, such as 22/11/2026")
		return otherwise
	}
	return d
}

// status is how a page answers that shows what was asked, or what was wrong with that.
func (f *form) status() int {
	if f.bad() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// clock reads the field NAME-time.
func (f *form) clock(name string) (clock, bool) {
	typed := f.value(name + timeField)
	c, ok := parseClock(typed)
	switch {
	case typed == "":
		f.wrong(name+timeField, fmt.Sprintf("Enter the %s time", name))
	case !ok:
		f.wrong(name+timeField, fmt.Sprintf("The %s time must be a time on the 24-hour clock, such as 14:30", name))
	}
	return c, ok
}

// instant is when a day's clock shows a time, and notes one that does not come.
func (f *form) instant(name string, d date, c clock, zone *time.Location) (at time.Time, twice, ok bool) {
	at, twice, ok = instant(d, c, zone)
	if !ok {
		f.wrong(name+timeField, fmt.Sprintf("There is no %02d:%02d on %s: the clocks go forward. Enter %s or later",
			c.hour, c.minute, d.in(time.UTC).Format("2 January"), at.In(zone).Format("15:04")))
	}
	return at, twice, ok
}

// unsay takes back what was noted of a field.
func (f *form) unsay(field string) {
	for i, p := range f.problems {
		if p.Field == field {
			f.problems = append(f.problems[:i:i], f.problems[i+1:]...)
			return
		}
	}
}

// nextAt is when the clock on the wall in a zone next shows a time after an instant; it may not come today or tomorrow, where
// the clocks go forward.
func nextAt(c clock, at time.Time, zone *time.Location) (next time.Time, comes bool) {
	today := dateOf(at.In(zone))
	for _, day := range []date{today, today.next()} {
		if t, _, comes := instant(day, c, zone); comes && t.After(at) {
			return t, true
		}
	}
	return time.Time{}, false
}

// The farthest that a time of day alone is taken to be ahead or past: beyond it, it was meant the other way round.
const (
	farAhead = 12 * time.Hour
	farPast  = 12 * time.Hour
)

// ahead reads a time of day that is still to come; zero where nothing was typed. One that has gone is asked back: the
// same time tomorrow is hardly ever meant (rule 2.3).
func (f *form) ahead(field string, at time.Time, zone *time.Location, most time.Duration) time.Time {
	c, ok := f.timeOfDay(field)
	if !ok {
		return time.Time{}
	}
	if next, comes := nextAt(c, at, zone); comes && next.Sub(at) <= most {
		return next
	}
	f.wrong(field, fmt.Sprintf("Enter a time that is still to come, within %s", span(most)))
	return time.Time{}
}

// lately reads a time of day that has gone; zero where nothing was typed.
func (f *form) lately(field string, at time.Time, zone *time.Location) time.Time {
	c, ok := f.timeOfDay(field)
	if !ok {
		return time.Time{}
	}
	local := at.In(zone)
	for _, day := range []date{dateOf(local), dateOf(local.AddDate(0, 0, -1))} {
		if t, _, comes := instant(day, c, zone); comes && !t.After(at) && at.Sub(t) <= farPast {
			return t
		}
	}
	f.wrong(field, "Enter a time that has gone")
	return time.Time{}
}

// timeOfDay reads a field that may be left empty.
func (f *form) timeOfDay(field string) (clock, bool) {
	typed := f.value(field)
	if typed == "" {
		return clock{}, false
	}
	c, ok := parseClock(typed)
	if !ok {
		f.wrong(field, "Enter a time on the 24-hour clock, such as 14:30")
	}
	return c, ok
}

// fill puts an instant into the fields NAME-date and NAME-time, as a zone's clock shows it.
func (f *form) fill(name string, at time.Time, zone *time.Location) {
	local := at.In(zone)
	f.values.Set(name+dateField, local.Format(time.DateOnly))
	f.values.Set(name+timeField, local.Format("15:04"))
}

// dateInput is the field NAME-date: the browser's own calendar, or a line to type in.
func (f *form) dateInput(name, label, hint string) govuk.Input {
	return f.dayInput(name+dateField, label, hint)
}

// dayInput is a field of a day. What is no day stands in a line to type in: a browser's calendar would not show it.
func (f *form) dayInput(field, label, hint string) govuk.Input {
	in := f.input(field, label, hint)
	in.Type, in.Classes = "date", "govuk-input--width-10"
	if d, ok := parseDate(f.value(field)); ok {
		in.Value = d.in(time.UTC).Format(time.DateOnly) // the one way that a browser takes it
	} else if in.Value != "" {
		in.Type = "text"
	}
	return in
}

// timeInput is the field NAME-time: the browser's own clock, or a line to type in.
func (f *form) timeInput(name, label, hint string) govuk.Input {
	in := f.input(name+timeField, label, hint)
	in.Type, in.Classes = "time", "govuk-input--width-5"
	if c, ok := parseClock(f.value(name + timeField)); ok {
		in.Value = fmt.Sprintf("%02d:%02d", c.hour, c.minute)
	}
	return in
}
