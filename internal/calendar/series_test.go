package calendar_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// outlook is how Outlook and Exchange describe London; what is in the place of +0100 is the summer's offset.
const outlook = `BEGIN:VTIMEZONE
TZID:%s
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:%[2]s
TZOFFSETTO:+0000
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T010000
TZOFFSETFROM:+0000
TZOFFSETTO:%[2]s
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
`

func described(tzid, summer string, lines ...string) string {
	return fmt.Sprintf("BEGIN:VCALENDAR\n"+outlook+"BEGIN:VEVENT\nUID:a\n%[3]s\nEND:VEVENT\nEND:VCALENDAR\n", tzid, summer, strings.Join(lines, "\n"))
}

// TestTheNightsTheClocksAreSet has the hour that is not there and the hour that comes twice, by a zone's name and by what the calendar says of it.
func TestTheNightsTheClocksAreSet(t *testing.T) {
	for _, c := range []struct {
		clock, at string
		doubts    []calendar.Doubt
	}{
		{"20270328T005900", "2027-03-28T00:59:00Z", nil},
		{"20270328T010000", "2027-03-28T01:00:00Z", []calendar.Doubt{calendar.NotThere}},
		{"20270328T013000", "2027-03-28T01:30:00Z", []calendar.Doubt{calendar.NotThere}}, // 02:30 by summer time
		{"20270328T020000", "2027-03-28T01:00:00Z", nil},
		{"20261025T005900", "2026-10-24T23:59:00Z", nil},
		{"20261025T010000", "2026-10-25T00:00:00Z", []calendar.Doubt{calendar.Twice}},
		{"20261025T013000", "2026-10-25T00:30:00Z", []calendar.Doubt{calendar.Twice}}, // the earlier
		{"20261025T020000", "2026-10-25T02:00:00Z", nil},
		{"20271031T013000", "2027-10-31T00:30:00Z", []calendar.Doubt{calendar.Twice}},
		{"20271031T015959", "2027-10-31T00:59:59Z", []calendar.Doubt{calendar.Twice}},
	} {
		for _, tzid := range []string{"Europe/London", "GMT Standard Time", "Customized Time Zone"} {
			e := read(t, described(tzid, "+0100", "DTSTART;TZID="+tzid+":"+c.clock, "DURATION:PT3H")).Events[0]
			if got := e.Start.At.UTC().Format(time.RFC3339); got != c.at || !slices.Equal(e.Doubts, c.doubts) {
				t.Errorf("%s in %s is %s, doubts %v; want %s, %v", c.clock, tzid, got, e.Doubts, c.at, c.doubts)
			}
			if got := e.End.At.Sub(e.Start.At); got != 3*time.Hour {
				t.Errorf("%s in %s lasts %v", c.clock, tzid, got)
			}
		}
	}
}

func TestANameAndADescriptionThatDisagree(t *testing.T) {
	const winter, summer = "20261123T140000", "20260713T140000"
	for _, c := range []struct {
		what, text, at string
		doubts         []calendar.Doubt
	}{
		{"two hours of summer time, in winter", described("GMT Standard Time", "+0200", "DTSTART;TZID=GMT Standard Time:"+winter, "DURATION:PT1H"), "14:00", nil},
		{"two hours of summer time, in summer", described("GMT Standard Time", "+0200", "DTSTART;TZID=GMT Standard Time:"+summer, "DURATION:PT1H"), "13:00", []calendar.Doubt{calendar.ZoneDisagrees}},
		{"a description of no name", described("Team North", "+0200", "DTSTART;TZID=Team North:"+summer, "DURATION:PT1H"), "12:00", nil},
		{"a name that the description's own line knows", strings.Replace(described("Team North", "+0100", "DTSTART;TZID=Team North:"+summer, "DURATION:PT1H"), "TZID:Team North", "TZID:Team North\nX-LIC-LOCATION:Europe/London", 1), "13:00", nil},
		{"a name that differs in case and spaces", described("gmt  standard time", "+0200", "DTSTART;TZID=\"GMT Standard Time\":"+summer, "DURATION:PT1H"), "13:00", []calendar.Doubt{calendar.ZoneDisagrees}},
		{"an offset in the name that is not the zone's", event("DTSTART;TZID=(UTC+04:00) Moscow, St. Petersburg:"+summer, "DURATION:PT1H"), "11:00", []calendar.Doubt{calendar.ZoneDisagrees}},
		// Windows' present rule, in a year of another: America's clocks went forward in April.
		{"a rule from 1601, in 2006", strings.NewReplacer("BYDAY=-1SU;BYMONTH=3", "BYDAY=2SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10", "BYDAY=1SU;BYMONTH=11", "+0000", "-0500", "+0100", "-0400").
			Replace(described("Eastern Standard Time", "+0100", "DTSTART;TZID=Eastern Standard Time:20060713T140000", "DURATION:PT1H")), "18:00", nil},
		{"the same, in March", strings.NewReplacer("BYDAY=-1SU;BYMONTH=3", "BYDAY=2SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10", "BYDAY=1SU;BYMONTH=11", "+0000", "-0500", "+0100", "-0400").
			Replace(described("Eastern Standard Time", "+0100", "DTSTART;TZID=Eastern Standard Time:20060320T140000", "DURATION:PT1H")), "19:00", []calendar.Doubt{calendar.ZoneDisagrees}},
		{"a description that begins later", strings.ReplaceAll(described("GMT Standard Time", "+0200", "DTSTART;TZID=GMT Standard Time:"+summer, "DURATION:PT1H"), "16010101", "20300101"), "13:00", nil},
		{"a description that is not understood", strings.ReplaceAll(described("Team North", "+0100", "DTSTART;TZID=Team North:"+summer, "DURATION:PT1H"), "YEARLY", "SECONDLY"), "13:00", []calendar.Doubt{calendar.ZoneUnknown}},
		{"a description without its offsets", strings.ReplaceAll(described("Team North", "+0100", "DTSTART;TZID=Team North:"+summer, "DURATION:PT1H"), "TZOFFSETTO", "X-TO"), "13:00", []calendar.Doubt{calendar.ZoneUnknown}},
	} {
		e := read(t, c.text).Events[0]
		if got := e.Start.At.UTC().Format("15:04"); got != c.at || !slices.Equal(e.Doubts, c.doubts) {
			t.Errorf("%s: %s, doubts %v; want %s, %v", c.what, got, e.Doubts, c.at, c.doubts)
		}
	}
}

// days lists instances, with their time of day and their doubts.
func days(t *testing.T, c calendar.Calendar, from string, weeks int) string {
	t.Helper()
	first, err := time.Parse(time.DateOnly, from)
	if err != nil {
		t.Fatal(err)
	}
	instances, more, err := c.Instances(c.Events[0], first, first.AddDate(0, 0, 7*weeks), 12)
	if err != nil {
		return err.Error()
	}
	var got []string
	for _, e := range instances {
		var line strings.Builder
		line.WriteString(e.Start.At.Format("0102T1504-07") + "+" + strings.TrimSuffix(e.End.At.Sub(e.Start.At).String(), "0s"))
		for _, d := range e.Doubts {
			line.WriteString(" " + string(d))
		}
		got = append(got, line.String())
	}
	if more {
		got = append(got, "more")
	}
	return strings.Join(got, ", ")
}

func TestSeries(t *testing.T) {
	london := func(clock string, lines ...string) string {
		return event(append([]string{"DTSTART;TZID=Europe/London:" + clock, "DURATION:PT1H"}, lines...)...)
	}
	exception := func(master, id string, lines ...string) string {
		return strings.Replace(master, "END:VCALENDAR", "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID"+id+"\n"+strings.Join(lines, "\n")+"\nEND:VEVENT\nEND:VCALENDAR", 1)
	}
	weekly := london("20261012T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO")
	for _, c := range []struct {
		what, text, from string
		weeks            int
		want             string
	}{
		{"weekly, over the end of summer time", weekly, "2026-10-15", 3, "1019T1000+01+1h0m, 1026T1000+00+1h0m, 1102T1000+00+1h0m"},
		{"in the zone that the calendar describes", described("Team North", "+0100", "DTSTART;TZID=Team North:20261012T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "2026-10-15", 2, "1019T1000+01+1h0m, 1026T1000+00+1h0m"},
		{"a description without summer time is doubted in summer alone", described("GMT Standard Time", "+0000", "DTSTART;TZID=GMT Standard Time:20270322T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "2027-03-20", 2,
			"0322T1000+00+1h0m, 0329T1000+01+1h0m zone_disagrees"},
		{"a zone whose name states another offset is doubted on every day", event("DTSTART;TZID=(UTC+04:00) Moscow, St. Petersburg:20260706T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "2026-07-10", 2,
			"0713T1000+03+1h0m zone_disagrees, 0720T1000+03+1h0m zone_disagrees"},
		{"so is a time of UTC in a zone of another", event("DTSTART;TZID=Europe/London:20260706T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "2026-07-10", 1, "0713T0900+00+1h0m zone_disagrees"},
		{"an offset that is the zone's keeps to its clocks", event("DTSTART;TZID=Europe/London:20261019T100000+0100", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "2026-10-19", 2, "1019T1000+01+1h0m, 1026T1000+00+1h0m"},
		{"an offset that is not the zone's", event("DTSTART;TZID=Europe/London:20261019T100000+0200", "DURATION:PT1H"), "2026-10-19", 1, "1019T1000+02+1h0m zone_disagrees"},
		{"a description that ends is doubted after", strings.NewReplacer("DTSTART:16010101T02", "DTSTART:20261025T02", "DTSTART:16010101T01", "DTSTART:20260329T01", "RRULE:FREQ=YEARLY;INTERVAL=1", "X-RULE:none").
			Replace(described("Team North", "+0100", "DTSTART;TZID=Team North:20260920T100000", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=20;BYMONTH=9,11,2,4")), "2026-09-01", 40,
			"0920T1000+01+1h0m, 1120T1000+00+1h0m, 0220T1000+00+1h0m, 0420T1000+00+1h0m zone_disagrees"},
		{"a short name is doubted where summer time may be meant", event("DTSTART;TZID=GMT:20270322T100000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), "2027-03-20", 2, "0322T1000+00+1h0m, 0329T1000+00+1h0m zone_disagrees"},
		{"another short name", event("DTSTART;TZID=EST:20260713T100000", "DURATION:PT1H"), "2026-07-10", 1, "0713T1000-05+1h0m zone_disagrees"},
		{"a name of standard time in full", event("DTSTART;TZID=Etc/GMT:20260713T100000", "DURATION:PT1H"), "2026-07-10", 1, "0713T1000+00+1h0m"},
		{"daily, in the hour that is not there", london("20270327T013000", "RRULE:FREQ=DAILY"), "2027-03-27", 1,
			"0327T0130+00+1h0m, 0328T0230+01+1h0m not_there, 0329T0130+01+1h0m, 0330T0130+01+1h0m, 0331T0130+01+1h0m, 0401T0130+01+1h0m, 0402T0130+01+1h0m"},
		{"daily, in the hour that comes twice", london("20261024T013000", "RRULE:FREQ=DAILY;COUNT=3"), "2026-10-20", 2, "1024T0130+01+1h0m, 1025T0130+01+1h0m twice, 1026T0130+00+1h0m"},
		{"until a time in UTC", london("20260706T100000", "RRULE:FREQ=WEEKLY;UNTIL=20260713T090000Z"), "2026-07-01", 4, "0706T1000+01+1h0m, 0713T1000+01+1h0m"},
		{"until just before", london("20260706T100000", "RRULE:FREQ=WEEKLY;UNTIL=20260713T085959Z"), "2026-07-01", 4, "0706T1000+01+1h0m"},
		{"until a day", london("20260706T100000", "RRULE:FREQ=WEEKLY;UNTIL=20260713"), "2026-07-01", 4, "0706T1000+01+1h0m, 0713T1000+01+1h0m"},
		{"until a time of its own clock", london("20260706T100000", "RRULE:FREQ=WEEKLY;UNTIL=20260713T100000"), "2026-07-01", 4, "0706T1000+01+1h0m, 0713T1000+01+1h0m"},
		{"so many times, from long ago", london("20200706T100000", "RRULE:FREQ=WEEKLY;COUNT=300"), "2026-03-20", 3, "0323T1000+00+1h0m, 0330T1000+01+1h0m"},
		{"every other week, from long ago", london("20200706T100000", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU"), "2026-07-01", 3, "0702T1000+01+1h0m, 0713T1000+01+1h0m, 0716T1000+01+1h0m"},
		{"the last Friday", london("20260130T100000", "RRULE:FREQ=MONTHLY;BYDAY=-1FR"), "2026-02-01", 9, "0227T1000+00+1h0m, 0327T1000+00+1h0m"},
		{"the last weekday", london("20260130T100000", "RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"), "2026-05-01", 9, "0529T1000+01+1h0m, 0630T1000+01+1h0m"},
		{"the 31st", london("20260131T100000", "RRULE:FREQ=MONTHLY"), "2026-02-01", 12, "0331T1000+01+1h0m"},
		{"some weekdays by their place and some without", london("20261006T100000", "RRULE:FREQ=MONTHLY;BYDAY=TU,2MO;UNTIL=20261101"), "2026-10-01", 6, "1006T1000+01+1h0m, 1012T1000+01+1h0m, 1013T1000+01+1h0m, 1020T1000+01+1h0m, 1027T1000+00+1h0m"},
		{"the same of a year", london("20261005T100000", "RRULE:FREQ=YEARLY;BYDAY=-1SU,MO;BYMONTH=10"), "2026-10-14", 4, "1019T1000+01+1h0m, 1025T1000+00+1h0m, 1026T1000+00+1h0m"},
		{"weeks of the year, on the day it began", london("20261102T100000", "RRULE:FREQ=YEARLY;BYWEEKNO=45,47"), "2026-11-01", 9, "1102T1000+00+1h0m, 1116T1000+00+1h0m"},
		{"the first of some days of the week, from the middle of one", london("20261007T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1"), "2026-10-01", 4, "1007T1000+01+1h0m off_rule, 1012T1000+01+1h0m, 1019T1000+01+1h0m, 1026T1000+00+1h0m"},
		{"the first day of the week that is none but its own", london("20261007T100000", "RRULE:FREQ=WEEKLY;BYSETPOS=1;WKST=SU"), "2026-10-01", 3, "1007T1000+01+1h0m, 1014T1000+01+1h0m, 1021T1000+01+1h0m"},
		{"so many first days of the week", london("20261007T100000", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1;COUNT=2"), "2026-10-01", 4, "expand series: a recurrence that can't be followed"},
		{"a rule that says one thing twice", london("20260706T100000", "RRULE:FREQ=WEEKLY;COUNT=2;FREQ=WEEKLY"), "2026-07-01", 4, "0706T1000+01+1h0m, 0713T1000+01+1h0m"},
		{"a rule that says two things of one", london("20260706T100000", "RRULE:FREQ=WEEKLY;COUNT=2;FREQ=DAILY"), "2026-07-01", 4, "expand series: a recurrence that can't be followed"},
		{"the same rule twice", london("20260706T100000", "RRULE:FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"), "2026-07-01", 4, "0706T1000+01+1h0m, 0713T1000+01+1h0m"},
		{"a rule in small letters, with spaces", london("20260706T100000", "RRULE: freq=weekly; byday=MO, TU ;"), "2026-07-01", 2, "0706T1000+01+1h0m, 0707T1000+01+1h0m, 0713T1000+01+1h0m, 0714T1000+01+1h0m"},
		{"a first that its rule does not give", london("20260706T100000", "RRULE:FREQ=WEEKLY;BYDAY=TU"), "2026-07-01", 2, "0706T1000+01+1h0m off_rule, 0707T1000+01+1h0m, 0714T1000+01+1h0m"},
		{"some left out", london("20260706T100000", "RRULE:FREQ=DAILY", "EXDATE;TZID=Europe/London:20260707T100000,20260708T100000", "EXDATE:20260709T090000Z", "EXDATE;VALUE=DATE:20260710", "EXDATE:20260711T100000"), "2026-07-06", 1,
			"0706T1000+01+1h0m, 0712T1000+01+1h0m"},
		{"some added", london("20260706T100000", "RDATE;TZID=Europe/London:20260708T150000", "RDATE:20260709T090000Z,20260706T090000Z"), "2026-07-01", 2, "0706T1000+01+1h0m, 0708T1500+01+1h0m, 0709T0900+00+1h0m"},
		{"one moved, named in UTC", exception(weekly, ":20261019T090000Z", "DTSTART:20261020T120000Z", "DTEND:20261020T123000Z"), "2026-10-15", 2, "1020T1200+00+30m, 1026T1000+00+1h0m"},
		{"one moved, named by its zone", exception(weekly, ";TZID=GMT Standard Time:20261019T100000", "DTSTART:20261020T120000Z", "DURATION:PT30M"), "2026-10-15", 2, "1020T1200+00+30m, 1026T1000+00+1h0m"},
		{"one moved, named by its day", exception(weekly, ";VALUE=DATE:20261019", "DTSTART:20261020T120000Z", "DURATION:PT30M"), "2026-10-15", 2, "1020T1200+00+30m, 1026T1000+00+1h0m"},
		{"one moved out of the weeks asked for", exception(weekly, ":20261019T090000Z", "DTSTART:20261220T120000Z", "DURATION:PT30M"), "2026-10-15", 2, "1026T1000+00+1h0m"},
		{"one moved into them", exception(weekly, ":20261214T100000Z", "DTSTART:20261020T120000Z", "DURATION:PT30M"), "2026-10-15", 1, "1019T1000+01+1h0m, 1020T1200+00+30m"},
		{"one cancelled", exception(weekly, ":20261019T090000Z", "DTSTART:20261019T090000Z", "STATUS:CANCELLED"), "2026-10-15", 2, "1026T1000+00+1h0m"},
		{"one moved twice", exception(exception(weekly, ":20261019T090000Z", "SEQUENCE:2", "DTSTART:20261020T120000Z", "DURATION:PT30M"), ":20261019T090000Z", "SEQUENCE:1", "DTSTART:20261021T120000Z", "DURATION:PT30M"), "2026-10-15", 1, "1020T1200+00+30m"},
		{"all from one on", exception(weekly, ";RANGE=THISANDFUTURE:20261019T090000Z", "DTSTART:20261020T120000Z"), "2026-10-15", 2, "expand series: a recurrence that can't be followed: all from one instance on"},
		{"a rule nobody can follow", london("20260706T100000", "RRULE:FREQ=SECONDLY"), "2026-07-01", 1, "expand series: a recurrence that can't be followed"},
		{"two rules", london("20260706T100000", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "2026-07-01", 1, "expand series: a recurrence that can't be followed"},
		{"a rule of what is left out", london("20260706T100000", "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"), "2026-07-01", 1, "expand series: a recurrence that can't be followed"},
		{"days of another length", london("20260706T100000", "RDATE;VALUE=PERIOD:20260708T090000Z/PT3H"), "2026-07-01", 1, "expand series: a recurrence that can't be followed"},
		{"more than asked for", london("20260706T100000", "RRULE:FREQ=DAILY"), "2026-07-06", 8, "0706T1000+01+1h0m, 0707T1000+01+1h0m, 0708T1000+01+1h0m, 0709T1000+01+1h0m, 0710T1000+01+1h0m, 0711T1000+01+1h0m, " +
			"0712T1000+01+1h0m, 0713T1000+01+1h0m, 0714T1000+01+1h0m, 0715T1000+01+1h0m, 0716T1000+01+1h0m, 0717T1000+01+1h0m, more"},
		{"a single meeting", london("20260706T100000"), "2026-07-01", 1, "0706T1000+01+1h0m"},
		{"a single meeting, another week", london("20260706T100000"), "2026-07-08", 1, ""},
		{"whole days, one named by its midnight in UTC", exception(event("DTSTART;VALUE=DATE:20260219", "DTEND;VALUE=DATE:20260220", "RRULE:FREQ=WEEKLY"), ":20260225T230000Z", "DTSTART;VALUE=DATE:20260227", "DTEND;VALUE=DATE:20260228"), "2026-02-16", 3,
			"0219T0000+00+24h0m all_day, 0227T0000+00+24h0m all_day, 0305T0000+00+24h0m all_day"},
		{"whole days over the night the clocks go forward", event("DTSTART;VALUE=DATE:20270321", "DTEND;VALUE=DATE:20270322", "RRULE:FREQ=WEEKLY"), "2027-03-20", 2, "0321T0000+00+24h0m all_day, 0328T0000+00+23h0m all_day"},
	} {
		t.Run(c.what, func(t *testing.T) {
			if got := days(t, read(t, c.text), c.from, c.weeks); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestNewer(t *testing.T) {
	at := func(sequence, minute int) calendar.Event {
		return calendar.Event{Sequence: sequence, Stamp: time.Date(2026, 11, 23, 9, minute, 0, 0, time.UTC)}
	}
	for _, c := range []struct {
		is, than calendar.Event
		want     bool
	}{
		{at(1, 0), at(0, 30), true},
		{at(0, 30), at(1, 0), false},
		{at(1, 30), at(1, 0), true},
		{at(1, 0), at(1, 30), false},
		{at(1, 0), at(1, 0), false},
		{calendar.Event{}, at(0, 0), false},
		{at(0, 0), calendar.Event{}, true},
	} {
		if got := c.is.Newer(c.than.Version()); got != c.want {
			t.Errorf("%+v newer than %+v: %v", c.is.Version(), c.than.Version(), got)
		}
	}
}

func TestSame(t *testing.T) {
	one := read(t, event("DTSTART:20261123T140000Z", "DURATION:PT1H", "SUMMARY:x")).Events[0]
	moved := read(t, event("DTSTART:20261123T150000Z", "DURATION:PT1H", "SUMMARY:x")).Events[0]
	later := read(t, event("DTSTART:20261123T140000Z", "SEQUENCE:1")).Events[0]
	instance := read(t, event("RECURRENCE-ID:20261123T140000Z", "DTSTART:20261123T140000Z")).Events[0]
	if !one.Same(one) || !one.Same(moved) || one.Same(later) || one.Same(instance) {
		t.Error("events of one UID and sequence are the same, and others are not")
	}
	one.UID, moved.UID = "", ""
	if !one.Same(one) || one.Same(moved) {
		t.Error("events without a UID are the same when they say the same")
	}
}
