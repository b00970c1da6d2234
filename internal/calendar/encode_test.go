package calendar_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
)

var update = flag.Bool("update", false, "write the golden files anew")

var stamp = time.Date(2026, 11, 22, 9, 14, 0, 0, time.UTC)

func in(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func at(loc *time.Location, year int, month time.Month, day, hour, minute int) calendar.Moment {
	return calendar.Moment{At: time.Date(year, month, day, hour, minute, 0, 0, loc)}
}

// invite is what a responder is sent.
func invite(t testing.TB) calendar.Event {
	london := in(t, "Europe/London")
	return calendar.Event{
		UID: "7f3a0c5e-visit@allclear.example", Sequence: 2, Stamp: stamp,
		Start: at(london, 2026, time.November, 23, 14, 0), End: at(london, 2026, time.November, 23, 15, 0),
		Organizer: calendar.Person{Address: "visits@allclear.example", Name: "Allclear"},
		Attendees: []calendar.Person{
			{Address: "priya.shah@council.example", Name: "Shah, Priya", RSVP: true},
			{Address: "jane.o'neill@council.example", Name: "Jane “Jay” O’Neill", PartStat: calendar.Accepted, RSVP: true},
		},
		Summary:     private.New("Private appointment (A7F3)"),
		Description: private.New("What is known stands behind your sign-in.\nhttps://allclear.example/visits/A7F3"),
		Class:       calendar.Private, Status: "CONFIRMED", URL: "https://allclear.example/visits/A7F3",
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", "written", name+".ics")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s", file, got)
	}
}

// written is one calendar of each kind that is sent.
func written(t testing.TB) map[string]calendar.Calendar {
	e := invite(t)
	series := e
	series.Rule = "FREQ=WEEKLY;COUNT=6;BYDAY=MO"
	series.Except = []calendar.Moment{at(in(t, "Europe/London"), 2026, time.December, 7, 14, 0)}
	outlooks := e
	outlooks.Start.TZID, outlooks.End.TZID = "GMT Standard Time", "GMT Standard Time"
	outlooks.Instance = outlooks.Start
	outlooks.Organizer = calendar.Person{Address: "priya.shah@council.example", Name: "Priya Shah", SentBy: "office@council.example"}
	day := calendar.Event{UID: "training@allclear.example", Stamp: stamp, Start: at(time.UTC, 2026, time.December, 1, 0, 0),
		End: at(time.UTC, 2026, time.December, 2, 0, 0), Summary: private.New("Training; all of us, by 9\\10\r\nBring: cake"), Free: true}
	day.Start.Day, day.End.Day = true, true
	utc := calendar.Event{UID: "utc@allclear.example", Stamp: stamp, Start: at(time.UTC, 2026, time.December, 1, 9, 0), End: at(time.UTC, 2026, time.December, 1, 10, 0)}
	kolkata := utc
	kolkata.UID, kolkata.Start, kolkata.End = "kolkata@allclear.example", at(in(t, "Asia/Kolkata"), 2026, time.December, 1, 9, 0), at(in(t, "Asia/Kolkata"), 2026, time.December, 1, 10, 0)
	you := calendar.Person{Address: "visits@allclear.example", Name: "Allclear", PartStat: calendar.Tentative}
	return map[string]calendar.Calendar{
		"request":        {Method: calendar.Request, Events: []calendar.Event{e}},
		"series":         {Method: calendar.Request, Events: []calendar.Event{series}},
		"reply":          calendar.Answer(outlooks, you, stamp),
		"cancel":         calendar.Cancellation(e, e.Attendees[:1], stamp),
		"declinecounter": calendar.CounterDeclined(outlooks, stamp),
		"feed": {Name: "Allclear: Priya, as of 09:14", Refresh: 15 * time.Minute, Events: []calendar.Event{
			e, day, utc, kolkata,
		}},
	}
}

func TestWhatIsWritten(t *testing.T) {
	for name, c := range written(t) {
		t.Run(name, func(t *testing.T) {
			got := c.Encode()
			golden(t, name, got)
			sound(t, got)
			if again := c.Encode(); !bytes.Equal(got, again) {
				t.Error("the same calendar was written differently a second time")
			}
		})
	}
}

// sound checks what every reader leans on: lines, folds, characters, and that each BEGIN has its END.
func sound(t *testing.T, encoded []byte) {
	t.Helper()
	s := string(encoded)
	if !utf8.ValidString(s) {
		t.Error("broken UTF-8")
	}
	if !strings.HasSuffix(s, "END:VCALENDAR\r\n") {
		t.Error("does not end with its last line")
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\r\n"), "\r\n") {
		if len(line) > 75 {
			t.Errorf("%d octets in %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("a fold within a character: %q", line)
		}
		for _, r := range line {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' {
				t.Errorf("%U in %q", r, line)
			}
		}
	}
	var open []string
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n ", ""), "\r\n") {
		if name, ok := strings.CutPrefix(line, "BEGIN:"); ok {
			open = append(open, name)
		}
		if name, ok := strings.CutPrefix(line, "END:"); ok {
			if len(open) == 0 || open[len(open)-1] != name {
				t.Fatalf("END:%s in %v", name, open)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Errorf("%v never end", open)
	}
}

func TestNothingBecomesALineOfItsOwn(t *testing.T) {
	evil := "x\r\nATTENDEE:mailto:eve@evil.example\nEND:VEVENT\u2028BEGIN:VEVENT\u0085X:y\v\f\x00\x1b[31m\"quoted\";RSVP=TRUE:mailto:eve@evil.example"
	who := calendar.Person{Address: evil, Name: evil, SentBy: evil, PartStat: calendar.PartStat(evil)}
	e := calendar.Event{
		UID: evil, Stamp: stamp, Start: calendar.Moment{At: stamp, TZID: evil}, Organizer: who, Attendees: []calendar.Person{who},
		Summary: private.New(evil), Location: private.New(evil), Description: private.New(evil), HTML: private.New(evil),
		Class: calendar.Class(evil), Status: evil, Rule: "FREQ=DAILY\r\n" + evil, URL: evil,
	}
	e.End = calendar.Moment{At: stamp.In(in(t, "Europe/London")), TZID: evil}
	got := calendar.Calendar{Method: calendar.Method(evil), Name: evil, Events: []calendar.Event{e}}.Encode()
	sound(t, got)
	_, event, _ := strings.Cut(string(got), "END:VTIMEZONE\r\n")
	lines := strings.Split(strings.ReplaceAll(event, "\r\n ", ""), "\r\n")
	for name, want := range map[string]int{"BEGIN:VEVENT": 1, "END:VEVENT": 1, "ATTENDEE": 1, "ORGANIZER": 1, "RRULE": 0, "X:y": 0, "SUMMARY": 1} {
		n := 0
		for _, line := range lines {
			if line == name || strings.HasPrefix(line, name+";") || strings.HasPrefix(line, name+":") && !strings.Contains(name, ":") {
				n++
			}
		}
		if want != n {
			t.Errorf("%s: %d lines, want %d\n%s", name, n, want, got)
		}
	}
}

// A night on which the clocks go back has one hour twice: its second pass can be said in UTC alone.
func TestTheHourThatComesTwice(t *testing.T) {
	london := in(t, "Europe/London")
	first := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC).In(london)  // 01:30 BST
	second := time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC).In(london) // 01:30 GMT
	third := time.Date(2026, 10, 25, 2, 0, 0, 0, time.UTC).In(london)   // 02:00 GMT
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{first, "DTSTART;TZID=Europe/London:20261025T013000\r\n"},
		{second, "DTSTART:20261025T013000Z\r\n"},
		{third, "DTSTART;TZID=Europe/London:20261025T020000\r\n"},
	} {
		got := calendar.Calendar{Events: []calendar.Event{{UID: "u", Stamp: stamp, Start: calendar.Moment{At: c.at}}}}.Encode()
		if !bytes.Contains(got, []byte(c.want)) {
			t.Errorf("%s: want %q in\n%s", c.at, c.want, got)
		}
	}
}

// Two zones of one name, as two senders' descriptions can be: the second is said in UTC, so that no time moves.
func TestTwoZonesOfOneName(t *testing.T) {
	a := calendar.Moment{At: time.Date(2026, 7, 1, 9, 0, 0, 0, time.FixedZone("a", 3600)), TZID: "Customized Time Zone"}
	b := calendar.Moment{At: time.Date(2026, 7, 1, 9, 0, 0, 0, time.FixedZone("b", 7200)), TZID: "Customized Time Zone"}
	got := string(calendar.Calendar{Events: []calendar.Event{{UID: "u", Stamp: stamp, Start: a, End: b}}}.Encode())
	for _, want := range []string{"DTSTART;TZID=Customized Time Zone:20260701T090000\r\n", "DTEND:20260701T070000Z\r\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q in\n%s", want, got)
		}
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("Private appointment (A7F3)", "Shah, Priya", "priya@council.example", "FREQ=WEEKLY", int64(1790000000), "Europe/London")
	f.Add("a\r\nb\\;,\u2028", "\"x\"", "a b\n@c", "FREQ=\r\n", int64(-62135596801), "Africa/Casablanca")
	f.Fuzz(func(t *testing.T, words, name, addr, rule string, when int64, place string) {
		loc, err := time.LoadLocation(place)
		if err != nil {
			loc = time.FixedZone(place, int(when%50000))
		}
		m := calendar.Moment{At: time.Unix(when%400000000000, 0).In(loc), TZID: name}
		p := calendar.Person{Address: addr, Name: name, RSVP: true}
		got := calendar.Calendar{Method: calendar.Request, Name: words, Events: []calendar.Event{{
			UID: words, Stamp: m.At, Start: m, End: m, Rule: rule, Summary: private.New(words), Location: private.New(name), Organizer: p, Attendees: []calendar.Person{p}, URL: addr,
		}}}.Encode()
		sound(t, got)
	})
}
