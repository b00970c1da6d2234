package web

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func london(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestADateAsBrowsersAndPeopleWriteIt(t *testing.T) {
	want := date{2026, time.November, 2}
	for _, s := range []string{"2026-11-02", "02/11/2026", "2/11/2026", "2.11.26", "2 Nov 2026", "2 november 2026", " 2-11-2026 "} {
		if got, ok := parseDate(s); !ok || got != want {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "31/11/2026", "2026-13-01", "29/02/2027", "tomorrow", "11/22/2026", "0202-11-02", "2/11"} {
		if got, ok := parseDate(s); ok {
			t.Errorf("%q was taken as %v", s, got)
		}
	}
}

func TestATimeOnThe24HourClock(t *testing.T) {
	for s, want := range map[string]clock{"14:30": {14, 30}, "9:05": {9, 5}, "09.05": {9, 5}, "1430": {14, 30}, "00:00": {0, 0}, "14:30:00": {14, 30}, "9": {9, 0}} {
		if got, ok := parseClock(s); !ok || got != want {
			t.Errorf("%q is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "24:00", "14:60", "2pm", "14:3", "143", "14:30:15", "-1:30", "+9:30", "1 4:30"} {
		if got, ok := parseClock(s); ok {
			t.Errorf("%q was taken as %v", s, got)
		}
	}
}

// In London the clocks go forward at 01:00 on 29 March 2026 and back at 02:00 on 25 October.
func TestAnInstantWhereTheClocksAreChanged(t *testing.T) {
	zone := london(t)
	at := func(month time.Month, day, hour, minute int) string {
		got, twice, comes := instant(date{2026, month, day}, clock{hour, minute}, zone)
		says := got.UTC().Format("15:04")
		if twice {
			says += " the first"
		}
		if !comes {
			says += " is when they change"
		}
		return says
	}
	for _, test := range []struct{ got, want string }{
		{at(time.March, 29, 0, 59), "00:59"},
		{at(time.March, 29, 1, 0), "01:00 is when they change"},
		{at(time.March, 29, 1, 59), "01:00 is when they change"},
		{at(time.March, 29, 2, 0), "01:00"},
		{at(time.October, 25, 0, 59), "23:59"},
		{at(time.October, 25, 1, 0), "00:00 the first"},
		{at(time.October, 25, 1, 59), "00:59 the first"},
		{at(time.October, 25, 2, 0), "02:00"},
		{at(time.November, 21, 14, 30), "14:30"},
		{at(time.July, 1, 0, 0), "23:00"},
	} {
		if test.got != test.want {
			t.Errorf("%s, not %s", test.got, test.want)
		}
	}
	if got, _, comes := instant(date{2026, time.March, 29}, clock{1, 30}, time.UTC); !comes || !got.Equal(time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC)) {
		t.Errorf("where no clock is ever changed it is %v", got)
	}
}

// typedPeriod is a form's times: start date, start time, end date, end time.
func typedPeriod(s string) *form {
	parts := strings.Split(s, ",")
	return &form{values: url.Values{"start-date": {parts[0]}, "start-time": {parts[1]}, "end-date": {parts[2]}, "end-time": {parts[3]}}}
}

func TestAPeriodAsItIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"2026-11-21,14:00,2026-11-21,15:00": "21 14:00 to 21 15:00",
		"2026-11-21,14:00,,15:00":           "21 14:00 to 21 15:00",
		"2026-11-21,22:00,,06:00":           "21 22:00 to 22 06:00, the next day",
		"2026-11-21,22:00,21/11/2026,06:00": "21 22:00 to 22 06:00, the next day",
		"2026-11-21,22:00,2026-11-22,06:00": "21 22:00 to 22 06:00",
		"2026-11-20,17:00,2026-11-23,08:30": "20 17:00 to 23 08:30",
		"2026-10-24,20:00,,01:30":           "24 20:00 to 25 01:30, the next day, the first",
		"2026-03-29,02:30,,01:30":           "29 02:30 to 30 01:30, the next day",
	} {
		f := typedPeriod(typed)
		p, ok := f.period("start", "end", london(t))
		got := p.StartsAt.In(london(t)).Format("2 15:04") + " to " + p.EndsAt.In(london(t)).Format("2 15:04")
		if p.NextDay {
			got += ", the next day"
		}
		if p.Twice {
			got += ", the first"
		}
		if !ok || got != want || f.bad() {
			t.Errorf("%s is %s, not %s; %v", typed, got, want, f.problems)
		}
	}
}

func TestAPeriodThatIsNone(t *testing.T) {
	for typed, want := range map[string]Problem{
		",14:00,,15:00":                     {"start-date", "Enter the start date."},
		"2026-11-21,,,15:00":                {"start-time", "Enter the start time."},
		"2026-11-21,14:00,,":                {"end-time", "Enter the end time."},
		"31/11/2026,14:00,,15:00":           {"start-date", "The start date must be a real date, such as 22/11/2026."},
		"2026-11-21,2pm,,15:00":             {"start-time", "The start time must be a time on the 24-hour clock, such as 14:30."},
		"2026-11-21,14:00,,14:00":           {"end-time", "The end must be after the start."},
		"2026-11-21,14:00,2026-11-20,15:00": {"end-date", "The end must be after the start."},
		"2026-03-28,22:00,,01:30":           {"end-time", "There is no 01:30 on 29 March: the clocks go forward. Enter 02:00 or later."},
		"2026-03-29,01:10,,05:00":           {"start-time", "There is no 01:10 on 29 March: the clocks go forward. Enter 02:00 or later."},
	} {
		f := typedPeriod(typed)
		if p, ok := f.period("start", "end", london(t)); ok || len(f.problems) != 1 || f.problems[0] != want {
			t.Errorf("%s is %v, %v: %v, not %v", typed, p, ok, f.problems, want)
		}
	}
	f := typedPeriod(",,,")
	if _, ok := f.period("start", "end", time.UTC); ok || len(f.problems) != 3 {
		t.Errorf("of an empty form it says %v", f.problems)
	}
}

func TestATimeIsShownAgainAsItWasTyped(t *testing.T) {
	f := typedPeriod("22/11/2026,9.05,nonsense,soon")
	if in := f.dateInput("start", "Date", ""); in.Value != "2026-11-22" || in.Type != "date" {
		t.Errorf("the start's date is %q", in.Value)
	}
	if in := f.timeInput("start", "Time", ""); in.Value != "09:05" {
		t.Errorf("the start's time is %q", in.Value)
	}
	if in := f.timeInput("end", "Time", ""); in.Value != "soon" {
		t.Errorf("the end's time is %q", in.Value)
	}
	f.fill("end", time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC), london(t))
	if d, c := f.value("end-date"), f.value("end-time"); d != "2026-07-02" || c != "00:30" {
		t.Errorf("filled in, the end is %s %s", d, c)
	}
}
