package calendar_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// event wraps lines into a calendar with one event.
func event(lines ...string) string {
	return "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:a\n" + strings.Join(lines, "\n") + "\nEND:VEVENT\nEND:VCALENDAR\n"
}

const plain = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:a\nSUMMARY:Müller\nDTSTART:20261123T140000Z\nDTEND:20261123T150000Z\nEND:VEVENT\nEND:VCALENDAR\n"

func wide(text string, big, mark bool) string {
	var b []byte
	if mark {
		text = "\uFEFF" + text
	}
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// TestOneCalendarInManyStates reads the same calendar however it was mangled on its way.
func TestOneCalendarInManyStates(t *testing.T) {
	mixed := strings.Replace(strings.Replace(plain, "\n", "\r\n", 3), "\nDTEND", "\r\rDTEND", 1)
	for name, text := range map[string]string{
		"as it is":                 plain,
		"CRLF":                     strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                       strings.ReplaceAll(plain, "\n", "\r"),
		"CR CR LF":                 strings.ReplaceAll(plain, "\n", "\r\r\n"),
		"mixed":                    mixed,
		"blank lines":              strings.ReplaceAll(plain, "\n", "\n\n\n"),
		"no last line end":         strings.TrimSuffix(plain, "\n"),
		"no end of the calendar":   strings.TrimSuffix(plain, "END:VCALENDAR\n"),
		"no ends at all":           strings.TrimSuffix(plain, "END:VEVENT\nEND:VCALENDAR\n"),
		"words before it":          "Please find attached\n" + plain,
		"a mark before it":         "\uFEFF" + plain,
		"UTF-16, little":           wide(plain, false, true),
		"UTF-16, big":              wide(plain, true, true),
		"UTF-16, little, no mark":  wide(plain, false, false),
		"UTF-16, big, no mark":     wide(plain, true, false),
		"Windows-1252":             strings.ReplaceAll(plain, "ü", "\xFC"),
		"lower case":               strings.NewReplacer("BEGIN:VEVENT", "begin:vevent", "UID", "uid", "SUMMARY", "Summary", "DTSTART", "dtstart", "END:VEVENT", "end:vevent", "METHOD:REQUEST", "method:request").Replace(plain),
		"folded in every name":     strings.NewReplacer("DTSTART", "DTS\n TART", "UID", "U\n\tID", "BEGIN", "BE\n GIN").Replace(plain),
		"folded before the colon":  strings.NewReplacer("UID:", "UID\n :", "DTSTART:", "DTSTART\n :").Replace(plain),
		"folded in a character":    strings.ReplaceAll(plain, "ü", "\xC3\n \xBC"),
		"folded after each letter": strings.ReplaceAll(plain, "DTSTART:20261123T140000Z", strings.Join(strings.Split("DTSTART:20261123T140000Z", ""), "\r\n ")),
		"spaces around values":     strings.NewReplacer("UID:a", "UID: a ", "20261123T140000Z", " 20261123T140000Z ", "METHOD:REQUEST", "METHOD: request ").Replace(plain),
		"properties of a group":    strings.NewReplacer("DTSTART", "item1.DTSTART").Replace(plain),
		"NUL":                      strings.ReplaceAll(plain, "UID", "\x00UI\x00D"),
		"an alarm that never ends": strings.Replace(plain, "END:VEVENT", "BEGIN:VALARM\nDTSTART:19990101T000000Z\nSUMMARY:no\nEND:VEVENT", 1),
		"two summaries":            strings.Replace(plain, "DTSTART", "SUMMARY:second\nDTSTART", 1),
		"an empty summary first":   strings.Replace(plain, "SUMMARY", "SUMMARY:\nSUMMARY", 1),
		"a task beside it":         strings.Replace(plain, "BEGIN:VEVENT", "BEGIN:VTODO\nSUMMARY:no\nDTSTART:19990101T000000Z\nEND:VTODO\nBEGIN:VEVENT", 1),
		"X- lines with anything":   strings.Replace(plain, "DTSTART", "X-JSON:{\"a\":[1,2,\"DTSTART:1\"]}\nX-EMPTY:\nX-A;B=\"c:d;e\":f\n;:\n:\nnot a line\nDTSTART", 1),
		"quoted-printable":         strings.Replace(plain, "SUMMARY:Müller", "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BC=\nller", 1),
		"quoted-printable, 1252":   strings.Replace(plain, "SUMMARY:Müller", "SUMMARY;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:M=FCller", 1),
	} {
		t.Run(name, func(t *testing.T) {
			c := read(t, text)
			if c.Method != calendar.Request || len(c.Events) != 1 {
				t.Fatalf("%q with %d events", c.Method, len(c.Events))
			}
			e, at := c.Events[0], time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
			if e.UID != "a" || e.Summary.Reveal() != "Müller" || !e.Start.At.Equal(at) || !e.End.At.Equal(at.Add(time.Hour)) || len(e.Doubts) != 0 {
				t.Errorf("uid %q, summary %q, from %v to %v, doubts %v", e.UID, e.Summary.Reveal(), e.Start.At, e.End.At, e.Doubts)
			}
		})
	}
}

// TestHowTimesAreWritten reads one time, 14:00 in UTC, in London's winter, as many ways as there are.
func TestHowTimesAreWritten(t *testing.T) {
	for line, doubts := range map[string][]calendar.Doubt{
		"DTSTART:20261123T140000Z":                                                            nil,
		"DTSTART:20261123t140000z":                                                            nil,
		"DTSTART:20261123T1400Z":                                                              nil,
		"DTSTART:20261123T140000.000Z":                                                        nil,
		"DTSTART:2026-11-23T14:00:00Z":                                                        nil,
		"DTSTART:2026-11-23T15:00:00+01:00":                                                   nil,
		"DTSTART:20261123T090000-0500":                                                        nil,
		"DTSTART;TZID=Europe/London:20261123T140000":                                          nil,
		"DTSTART;TZID=\"Europe/London\":20261123T140000":                                      nil,
		"DTSTART;VALUE=DATE-TIME;TZID=Europe/London:20261123T140000":                          nil,
		"DTSTART;TZID=europe/london:20261123T140000":                                          nil,
		"DTSTART;TZID=GMT Standard Time:20261123T140000":                                      nil,
		"DTSTART;TZID=gmt standard time:20261123T140000":                                      nil,
		"DTSTART;TZID=\"GMT Standard Time:20261123T140000\"":                                  nil,
		"DTSTART;TZID=\"GMT Standard Time:20261123T140000":                                    nil,
		"DTSTART;TZID=(UTC+01:00) Amsterdam, Berlin, Bern:20261123T150000":                    nil,
		"DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin, Bern\":20261123T150000":                nil,
		"DTSTART;TZID=(GMT+01.00) Sarajevo/Warsaw/Zagreb:20261123T150000":                     nil,
		"DTSTART;TZID=(UTC+01:00) Amsterdam, Berlin;VALUE=DATE-TIME:20261123T150000":          nil,
		"DTSTART;TZID=W. Europe:20261123T150000":                                              nil,
		"DTSTART;TZID=W. Europe Standard Time 1:20261123T150000":                              nil,
		"DTSTART;TZID=Eastern Daylight Time:20261123T090000":                                  nil,
		"DTSTART;TZID=(GMT-05.00) Eastern Time (US & Canada):20261123T090000":                 nil,
		"DTSTART;TZID=\"(UTC-05:00) Eastern Time (US &amp; Canada)\":20261123T090000":         nil,
		"DTSTART;TZID=\"Pacific Time (US & Canada), Tijuana\":20261123T060000":                nil,
		"DTSTART;TZID=(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta:20261123T210000":                nil,
		"DTSTART;TZID=(GMT) Greenwich Mean Time : Dublin/Edinburgh/London:20261123T140000":    nil,
		"DTSTART;TZID=(GMT-05:00) America/New_York:20261123T090000":                           nil,
		"DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/London:20261123T140000":  nil,
		"DTSTART;TZID=/citadel.org/20211207_1/America/Argentina/Buenos_Aires:20261123T110000": nil,
		"DTSTART;TZID=/citadel.org/20260108_1/GB:20261123T140000":                             nil,
		"DTSTART;TZID=tzone://Microsoft/Utc:20261123T140000":                                  nil,
		"DTSTART;TZID=US-Eastern:20261123T090000":                                             nil,
		"DTSTART;TZID=GMT+0100:20261123T150000":                                               nil,
		"DTSTART;TZID=UTC-5:20261123T090000":                                                  nil,
		"DTSTART;TZID=Eastern Standard Time-(2):20261123T090000":                              nil,
		"DTSTART;TZID=(UTC-03:00):20261123T110000":                                            nil,
		"DTSTART;TZID=Etc/GMT+3:20261123T110000":                                              nil,
		"DTSTART:20261123T140000":                                                             {calendar.Floating},
		"DTSTART;TZID=:20261123T140000":                                                       {calendar.Floating},
		"DTSTART;TZID=Nowhere/Middle:20261123T140000":                                         {calendar.ZoneUnknown},
		"DTSTART;TZID=Customized Time Zone:20261123T140000":                                   {calendar.ZoneUnknown},
		"DTSTART;TZID=tzone://Microsoft/Custom:20261123T140000":                               {calendar.ZoneUnknown},
		"DTSTART;TZID=Local:20261123T140000":                                                  {calendar.ZoneUnknown},
		"DTSTART;TZID=../../etc/passwd:20261123T140000":                                       {calendar.ZoneUnknown},
		"DTSTART;TZID=right/Europe/London:20261123T140000":                                    nil,
		"DTSTART;TZID=America/New_York:20261123T140000Z":                                      {calendar.ZoneDisagrees},
		"DTSTART;TZID=Europe/London:20261123T140000Z":                                         nil,
		"DTSTART;VALUE=DATE:20261123T140000Z":                                                 nil,
	} {
		t.Run(line, func(t *testing.T) {
			e := read(t, event(line, "DTEND:20261123T150000Z")).Events[0]
			if want := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC); !e.Start.At.Equal(want) {
				t.Errorf("at %v", e.Start.At)
			}
			if !slices.Equal(e.Doubts, doubts) {
				t.Errorf("doubts %v, want %v", e.Doubts, doubts)
			}
		})
	}
}

func TestWhatIsNoTime(t *testing.T) {
	for _, v := range []string{"", "tomorrow", "20261323T140000Z", "20260230T140000Z", "20261123T250000Z", "20261123T14000Z", "20261123X140000", "00000101T000000Z", "2026112", "20261123T140000+99", "99999999999T1"} {
		e := read(t, event("DTSTART:"+v, "DTEND:20261123T150000Z")).Events[0]
		if !e.Start.At.IsZero() || !slices.Equal(e.Doubts, []calendar.Doubt{calendar.NoStart}) {
			t.Errorf("%q is %v, doubts %v", v, e.Start.At, e.Doubts)
		}
	}
}

func TestEnds(t *testing.T) {
	start := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		lines  string
		lasts  time.Duration
		doubts []calendar.Doubt
	}{
		{"DTEND:20261123T150000Z", time.Hour, nil},
		{"DURATION:PT30M", 30 * time.Minute, nil},
		{"DURATION:P1DT2H", 26 * time.Hour, nil},
		{"DURATION:P1W", 7 * 24 * time.Hour, nil},
		{"DURATION:pt1h30m", 90 * time.Minute, nil},
		{"DURATION:+PT1H", time.Hour, nil},
		{"DURATION:P1H", time.Hour, nil}, // without its T
		{"DTEND:20261123T150000Z\nDURATION:PT1H", time.Hour, nil},
		{"DTEND:20261123T150000Z\nDURATION:PT2H", time.Hour, []calendar.Doubt{calendar.TwoEnds}},
		{"DTEND:20261123T140000Z", 0, []calendar.Doubt{calendar.EndsBefore}},
		{"DTEND:20261123T130000Z", -time.Hour, []calendar.Doubt{calendar.EndsBefore}},
		{"DURATION:-PT1H", -time.Hour, []calendar.Doubt{calendar.EndsBefore}},
		{"DTEND:nonsense\nDTEND:20261123T150000Z", time.Hour, nil},
	} {
		e := read(t, event("DTSTART:20261123T140000Z", c.lines)).Events[0]
		if e.End.At.Sub(start) != c.lasts || !slices.Equal(e.Doubts, c.doubts) {
			t.Errorf("%q lasts %v, doubts %v", c.lines, e.End.At.Sub(start), e.Doubts)
		}
	}
	for _, lines := range []string{"SUMMARY:no end", "DURATION:soon", "DURATION:PT", "DURATION:P", "DURATION:PT99999999999999999999H", "DURATION:PT999999999H"} {
		if e := read(t, event("DTSTART:20261123T140000Z", lines)).Events[0]; !e.End.At.IsZero() || !slices.Equal(e.Doubts, []calendar.Doubt{calendar.NoEnd}) {
			t.Errorf("%q ends %v, doubts %v", lines, e.End.At, e.Doubts)
		}
	}
	// A day later is at the same time by the clock, over the night that has an hour more.
	e := read(t, event("DTSTART;TZID=Europe/London:20261024T140000", "DURATION:P1D")).Events[0]
	if got := e.End.At.Format("2006-01-02 15:04 -07:00"); got != "2026-10-25 14:00 +00:00" {
		t.Errorf("ends %s", got)
	}
	// An end without a zone is in the start's.
	for _, begins := range []string{"DTSTART;TZID=America/New_York:20260713T140000", "DTSTART:20260713T140000Z", "DTSTART:20260713T140000", "DTSTART:20260713T140000-0300"} {
		e = read(t, event(begins, "DTEND:20260713T150000")).Events[0]
		if e.End.At.Sub(e.Start.At) != time.Hour || !slices.Equal(e.Doubts, []calendar.Doubt{calendar.Floating}) {
			t.Errorf("%s lasts %v, doubts %v", begins, e.End.At.Sub(e.Start.At), e.Doubts)
		}
	}
}

func TestDaysWithoutTimes(t *testing.T) {
	for _, lines := range []string{
		"DTSTART;VALUE=DATE:20260713\nDTEND;VALUE=DATE:20260714",
		"DTSTART:20260713\nDTEND:20260714",
		"DTSTART;VALUE=DATE;TZID=America/New_York:20260713\nDTEND;VALUE=DATE:20260714",
		"DTSTART;VALUE=DATE:20260713\nDURATION:P1D",
	} {
		e := read(t, event(lines)).Events[0]
		if !e.Start.Day || !e.End.Day || e.Start.At.Format(time.RFC3339) != "2026-07-13T00:00:00+01:00" || e.End.At.Format(time.RFC3339) != "2026-07-14T00:00:00+01:00" ||
			!slices.Equal(e.Doubts, []calendar.Doubt{calendar.AllDay}) {
			t.Errorf("%q: from %v to %v, doubts %v", lines, e.Start, e.End, e.Doubts)
		}
	}
	e := read(t, event("DTSTART;TZID=Europe/London:20260713T000000", "DTEND;TZID=Europe/London:20260714T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")).Events[0]
	if e.Start.Day || !slices.Equal(e.Doubts, []calendar.Doubt{calendar.AllDay}) {
		t.Errorf("a day of Outlook's: %v, doubts %v", e.Start, e.Doubts)
	}
}

func TestPeople(t *testing.T) {
	for line, want := range map[string]calendar.Person{
		"mailto:Priya@Council.example":                                          {Address: "priya@council.example"},
		"MAILTO:priya@council.example":                                          {Address: "priya@council.example"},
		" Mailto: priya@council.example ":                                       {Address: "priya@council.example"},
		"priya@council.example":                                                 {Address: "priya@council.example"},
		"mailto:<priya@council.example>":                                        {Address: "priya@council.example"},
		"mailto:priya%40council.example":                                        {Address: "priya@council.example"},
		"mailto:priya@council.example?subject=x":                                {Address: "priya@council.example"},
		"urn:uuid:123":                                                          {},
		"invalid:nomail":                                                        {},
		"mailto:":                                                               {},
		"mailto:two@a.example,three@a.example":                                  {},
		";CN=Priya:mailto:priya@council.example":                                {Address: "priya@council.example", Name: "Priya"},
		";CN=\"Nair, Priya: North; duty\":mailto:priya@council.example":         {Address: "priya@council.example", Name: "Nair, Priya: North; duty"},
		";CN=priya@council.example:mailto:priya@council.example":                {Address: "priya@council.example", Name: "priya@council.example"},
		";CN=\"'priya@council.example'\":mailto:priya@council.example":          {Address: "priya@council.example", Name: "'priya@council.example'"},
		";CN=Priya ^'Pri^' ^^ N^nX:mailto:priya@council.example":                {Address: "priya@council.example", Name: "Priya \"Pri\" ^ N\nX"},
		";CN=Team: North:mailto:priya@council.example":                          {Address: "priya@council.example", Name: "Team"},
		";CN=\"Priya:mailto:priya@council.example":                              {Address: "priya@council.example", Name: "Priya"},
		";EMAIL=priya@council.example:/aMTIz/principal/":                        {Address: "priya@council.example"},
		";SENT-BY=\"MAILTO:Sam@council.example\":mailto:priya@council.example":  {Address: "priya@council.example", SentBy: "sam@council.example"},
		";PARTSTAT=accepted;RSVP=true;CUTYPE=room:mailto:priya@council.example": {Address: "priya@council.example", PartStat: calendar.Accepted, RSVP: true, Resource: true},
	} {
		if line[0] != ';' {
			line = ":" + line
		}
		e := read(t, event("ORGANIZER"+line, "ATTENDEE"+line)).Events[0]
		if e.Organizer != want {
			t.Errorf("%q is %+v", line, e.Organizer)
		}
		if want != (calendar.Person{}) && (len(e.Attendees) != 1 || e.Attendees[0] != want) {
			t.Errorf("%q as attendee is %+v", line, e.Attendees)
		}
	}
}

func TestWordsAndMarks(t *testing.T) {
	e := read(t, event(`SUMMARY;LANGUAGE=en-GB;X="a:b":a\, b\; c\\d\Ne \: C:\temp`, "CLASS:X-SECRET", "STATUS:Canceled", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "SEQUENCE:7", "DTSTAMP:20261120T090000")).Events[0]
	if want := "a, b; c\\d\ne : C:\\temp"; e.Summary.Reveal() != want {
		t.Errorf("summary %q", e.Summary.Reveal())
	}
	if e.Class != calendar.Private || e.Status != "CANCELLED" || !e.Free || e.Sequence != 7 || !e.Stamp.Equal(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", e)
	}
	for value, want := range map[string]int{"": 0, "-3": 0, "x": 0, "2.0": 2, "99999999999999999999": 1<<31 - 1, "1700000000000": 1<<31 - 1, "NaN": 0, "Inf": 1<<31 - 1} {
		if got := read(t, event("SEQUENCE:"+value)).Events[0].Sequence; got != want {
			t.Errorf("sequence %q is %d", value, got)
		}
	}
	if e := read(t, event("DESCRIPTION:Buddy form", "Status: high risk", "STATUS:CANCELLED")).Events[0]; e.Status != "CANCELLED" {
		t.Errorf("status %q", e.Status)
	}
	// Words whose writer forgot to escape their line ends.
	e = read(t, event("DESCRIPTION:Who\nlives there, and\n\nhow to get in (ring twice)\nDTSTART:20261123T140000Z")).Events[0]
	if e.Description.Reveal() != "Who\nlives there, and\nhow to get in (ring twice)" || e.Start.At.IsZero() {
		t.Errorf("description %q, start %v", e.Description.Reveal(), e.Start.At)
	}
	e = read(t, event("DESCRIPTION:Buddy form", "Where: 12 Mill Lane; ring twice", "Back by: 15:30", "x-other:no words", "dtstart:20261123T140000Z", "X-OTHER:none", "Where: not here")).Events[0]
	if e.Description.Reveal() != "Buddy form\nWhere: 12 Mill Lane; ring twice\nBack by: 15:30" || e.Start.At.IsZero() {
		t.Errorf("description %q, start %v", e.Description.Reveal(), e.Start.At)
	}
}

func TestSeveralCalendarsInOneText(t *testing.T) {
	c := read(t, plain+plain)
	if len(c.Events) != 2 || len(c.Rest) != 0 {
		t.Errorf("%d events, %d more calendars", len(c.Events), len(c.Rest))
	}
	c = read(t, plain+strings.ReplaceAll(plain, "REQUEST", "CANCEL")+plain)
	if len(c.Events) != 1 || len(c.Rest) != 2 || c.Rest[0].Method != calendar.Cancel || c.Rest[1].Method != calendar.Request {
		t.Errorf("%d events, then %+v", len(c.Events), c.Rest)
	}
}

func TestWhatIsNotRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
	}{
		{"", calendar.ErrNoCalendar},
		{"Dear all,\nDTSTART:20261123T140000Z\n", calendar.ErrNoCalendar},
		{"\x78\x9f\x3e\x22winmail", calendar.ErrNoCalendar},
		{strings.Repeat("a", calendar.MostBytes+1), calendar.ErrTooLong},
		{plain + strings.Repeat("\n", calendar.MostLines), calendar.ErrManyLines},
		{plain + strings.Repeat("\r", calendar.MostLines), calendar.ErrManyLines},
	} {
		if _, err := calendar.Read([]byte(c.text), nil); !errors.Is(err, c.want) {
			t.Errorf("%.40q: %v, want %v", c.text, err, c.want)
		}
	}
	if c, err := calendar.Read([]byte("BEGIN:VEVENT\nUID:a\nDTSTART:20261123T140000\nEND:VEVENT"), nil); err != nil || len(c.Events) != 1 || c.Events[0].Start.At.Location() != time.UTC {
		t.Errorf("an event without a calendar around it: %+v, %v", c, err)
	}
}

func TestFeeds(t *testing.T) {
	c := read(t, "BEGIN:VCALENDAR\nX-WR-CALNAME:Team\\, North\nX-PUBLISHED-TTL:PT15M\nEND:VCALENDAR")
	if c.Name != "Team, North" || c.Refresh != 15*time.Minute || c.Method != calendar.NoMethod {
		t.Errorf("%+v", c)
	}
}
