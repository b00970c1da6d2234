package calendar_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// sample is a calendar in the manner of one program, all names in it invented.
func sample(t testing.TB, name string) calendar.Calendar {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "read", name))
	if err != nil {
		t.Fatal(err)
	}
	c, err := calendar.Read(text, home(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheMannersOfPrograms(t *testing.T) {
	for _, s := range []struct {
		file   string
		method calendar.Method
		events []asRead
	}{
		{"exchange.ics", calendar.Request, []asRead{{start: "2027-06-15 14:00 +01:00", end: "2027-06-15 15:00 +01:00", zone: "Europe/London", organizer: "priya.nair@council.example",
			summary: "Home visit", sequence: 2, uid: "040000008200E00074C5B7101A82E00800000000F0A1B2C3D4E5DB01000000000000000010000000A1B2C3D4E5F60718293A4B5C6D7E8F90"}}},
		{"teams.ics", calendar.Request, []asRead{{start: "2026-11-23 09:00 +00:00", end: "2026-11-23 10:15 +00:00", zone: "Europe/London", organizer: "priya@council.example",
			summary: "Visit with a link", uid: "040000008200E00074C5B7101A82E008TEAMS"}}},
		{"google.ics", calendar.Request, []asRead{
			{start: "2026-11-26 10:00 +00:00", end: "2026-11-26 11:00 +00:00", zone: "Europe/London", organizer: "priya@gmail.example", summary: "Weekly visit ☕", sequence: 1,
				uid: "65m17hsdolmotv3kvmrtg40ont@google.com"},
			{start: "2026-12-03 14:30 +00:00", end: "2026-12-03 15:00 +00:00", zone: "Europe/London", organizer: "priya@gmail.example", summary: "Weekly visit ☕", sequence: 2,
				uid: "65m17hsdolmotv3kvmrtg40ont@google.com", instance: "2026-12-03 10:00 +00:00"}}},
		{"thunderbird.ics", calendar.Request, []asRead{{start: "2026-07-13 13:00 +01:00", end: "2026-07-13 14:30 +01:00", zone: "Europe/London", organizer: "priya@council.example",
			summary: "Besuch bei Frau Müller", uid: "4f2a7e0c-5a51-4a1b-9c2f-0c1d2e3f4a5b"}}},
		{"apple.ics", calendar.Request, []asRead{{start: "2026-11-24 10:30 +00:00", end: "2026-11-24 11:30 +00:00", zone: "Europe/London", organizer: "priya@icloud.example",
			summary: "Visit", uid: "9E3C1A52-77F1-4B0E-8A0B-5C0E3A1D2F44"}}},
		{"zimbra.ics", calendar.Cancel, []asRead{{start: "2026-12-01 14:00 +00:00", end: "2026-12-01 15:00 +00:00", zone: "Europe/London", organizer: "north@council.example",
			summary: "Cancelled: Visit", sequence: 1, uid: "8f3a2b6e-1f0f-4b3a-9f4e-0d8a1a3b5c7d", instance: "2026-12-01 14:00 +00:00"}}},
		// To Lotus "GMT" is London with its summer time: what the calendar says of it counts.
		{"lotus.ics", calendar.Request, []asRead{{start: "2026-07-14 09:00 +01:00", end: "2026-07-14 09:30 +01:00", zone: "GMT", organizer: "priya@council.example",
			summary: "Two visits", uid: "1BA1ECA4D58B306C85256FDB0071B664-Lotus_Notes_Generated"}}},
	} {
		t.Run(s.file, func(t *testing.T) {
			c := sample(t, s.file)
			if c.Method != s.method || len(c.Events) != len(s.events) {
				t.Fatalf("%q with %d events", c.Method, len(c.Events))
			}
			for i, want := range s.events {
				want.compare(t, c.Events[i])
			}
		})
	}
}

func TestTheWordsOfSamples(t *testing.T) {
	e := sample(t, "exchange.ics").Events[0]
	if want := "Buddy form\n\nWho: service user 4471\nWhere: 12 Mill Lane, Stroud; ring twice\nBack by: 15:30\n"; e.Description.Reveal() != want {
		t.Errorf("description %q", e.Description.Reveal())
	}
	if e.Class != calendar.Private || e.Location.Reveal() != "12 Mill Lane, Stroud" || e.Status != "CONFIRMED" || e.Free {
		t.Errorf("class %q, place %q, status %q, free %v", e.Class, e.Location.Reveal(), e.Status, e.Free)
	}
	want := []calendar.Person{
		{Address: "visits@allclear.example", Name: "visits@allclear.example", PartStat: calendar.NeedsAction, RSVP: true},
		{Address: "sam.oneill@council.example", Name: "Sam O'Neill (Manager, North)", PartStat: calendar.NeedsAction, RSVP: true},
		{Address: "car3@council.example", Name: "Pool car 3", PartStat: calendar.Accepted, Resource: true},
	}
	for i, who := range want {
		if len(e.Attendees) != len(want) || e.Attendees[i] != who {
			t.Fatalf("attendees %+v", e.Attendees)
		}
	}
	if e := sample(t, "teams.ics").Events[0]; !strings.Contains(e.Description.Reveal(), "/19%3ameeting_x%40thread.v2/0?") {
		t.Errorf("a fold after a blank line is not undone: %q", e.Description.Reveal())
	}
	if e := sample(t, "thunderbird.ics").Events[0]; e.HTML.Reveal() != "<body><table><tr><td>Who</td><td>für alle</td></tr></table></body>" || e.Organizer.Name != `Priya "Pri" Nair` || e.Class != calendar.Confidential {
		t.Errorf("markup %q, organizer %q, class %q", e.HTML.Reveal(), e.Organizer.Name, e.Class)
	}
	if e := sample(t, "apple.ics").Events[0]; e.Location.Reveal() != "12 Mill Lane\nStroud\nGL5 1AA\nEngland" || e.Organizer.Name != "Nair, Priya" {
		t.Errorf("place %q, organizer %q", e.Location.Reveal(), e.Organizer.Name)
	}
	if e := sample(t, "zimbra.ics").Events[0]; e.Organizer.SentBy != "priya@council.example" || e.Status != "CANCELLED" {
		t.Errorf("sent by %q, status %q", e.Organizer.SentBy, e.Status)
	}
}

func TestAWeeklyVisitWithOneMovedAndOneLeftOut(t *testing.T) {
	c := sample(t, "google.ics")
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	instances, more, err := c.Instances(c.Events[0], from, from.AddDate(0, 0, 35), 10)
	if err != nil || more {
		t.Fatal(more, err)
	}
	var got []string
	for _, e := range instances {
		got = append(got, e.Start.At.Format("01-02 15:04")+"-"+e.End.At.Format("15:04")+" for "+e.Instance.At.Format("01-02 15:04"))
	}
	want := "11-26 10:00-11:00 for 11-26 10:00, 12-03 14:30-15:00 for 12-03 10:00, 12-17 10:00-11:00 for 12-17 10:00, 12-24 10:00-11:00 for 12-24 10:00"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}
