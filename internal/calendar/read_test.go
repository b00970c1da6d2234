package calendar_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// home is the organisation's zone in these tests.
func home(t testing.TB) *time.Location { return zone(t, "Europe/London") }

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func read(t testing.TB, text string) calendar.Calendar {
	t.Helper()
	c, err := calendar.Read([]byte(text), home(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestASimpleInvite(t *testing.T) {
	c := read(t, "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:a@example.org\r\nSEQUENCE:3\r\nDTSTAMP:20261120T090000Z\r\n"+
		"DTSTART;TZID=GMT Standard Time:20261123T140000\r\nDTEND;TZID=GMT Standard Time:20261123T150000\r\n"+
		"ORGANIZER;CN=\"Priya N\":MAILTO:Priya@Example.org\r\nATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:visits@example.org\r\n"+
		"SUMMARY:Visit\\, home\r\nCLASS:PRIVATE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
	if c.Method != calendar.Request || len(c.Events) != 1 {
		t.Fatalf("read %q with %d events", c.Method, len(c.Events))
	}
	e := c.Events[0]
	if want := time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC); !e.Start.At.Equal(want) || !e.End.At.Equal(want.Add(time.Hour)) {
		t.Errorf("from %v to %v", e.Start.At, e.End.At)
	}
	if e.Start.At.Location().String() != "Europe/London" || e.Start.TZID != "GMT Standard Time" {
		t.Errorf("in %v, written %q", e.Start.At.Location(), e.Start.TZID)
	}
	if e.UID != "a@example.org" || e.Sequence != 3 || e.Class != calendar.Private || e.Summary.Reveal() != "Visit, home" || len(e.Doubts) != 0 {
		t.Errorf("read %+v", e)
	}
	if want := (calendar.Person{Address: "priya@example.org", Name: "Priya N"}); e.Organizer != want {
		t.Errorf("organizer %+v", e.Organizer)
	}
	if want := (calendar.Person{Address: "visits@example.org", PartStat: calendar.NeedsAction, RSVP: true}); len(e.Attendees) != 1 || e.Attendees[0] != want {
		t.Errorf("attendees %+v", e.Attendees)
	}
}
