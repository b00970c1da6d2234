package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
)

// again is an event as it is read again: what is said otherwise and means the same is said alike, and what is ours alone is left out.
func again(e calendar.Event) calendar.Event {
	at := func(m *calendar.Moment) {
		if !m.At.IsZero() {
			m.At = m.At.UTC()
		}
		m.TZID = ""
	}
	at(&e.Start)
	at(&e.End)
	at(&e.Instance)
	for _, list := range [][]calendar.Moment{e.Extra, e.Except} {
		for i := range list {
			at(&list[i])
		}
	}
	for i := range e.Attendees {
		if e.Attendees[i].PartStat == "" {
			e.Attendees[i].PartStat = calendar.NeedsAction
		}
	}
	e.Stamp = e.Stamp.UTC()
	e.Summary = private.New(strings.ReplaceAll(e.Summary.Reveal(), "\r\n", "\n"))
	e.Free = e.Free || e.Status == "CANCELLED" // nobody's time is taken by it any more
	e.URL, e.Doubts = "", nil
	return e
}

// What is written is read as it was meant, by our own reader too: Thunderbird sends back what it was sent.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	for name, c := range written(t) {
		t.Run(name, func(t *testing.T) {
			got, err := calendar.Read(c.Encode(), in(t, "Europe/London"))
			if err != nil {
				t.Fatal(err)
			}
			if got.Method != c.Method || len(got.Events) != len(c.Events) {
				t.Fatalf("method %q, %d events", got.Method, len(got.Events))
			}
			for i, e := range c.Events {
				for _, doubt := range got.Events[i].Doubts {
					if !e.Start.Day || doubt != calendar.AllDay {
						t.Errorf("doubts %q", doubt)
					}
				}
				is, want := again(got.Events[i]), again(e)
				if name == "reply" || name == "cancel" { // no RSVP is asked by these
					for j := range want.Attendees {
						want.Attendees[j].RSVP = false
					}
				}
				if diff := cmp.Diff(want, is); diff != "" {
					t.Errorf("event %d (-wrote +read):\n%s", i, diff)
				}
			}
		})
	}
}

// Each quarter of an hour around the nights on which clocks change comes back as the instant that it was.
func TestEveryQuarterComesBack(t *testing.T) {
	for _, place := range []string{"Europe/London", "Europe/Dublin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"} {
		loc := in(t, place)
		var c calendar.Calendar
		for _, begins := range []time.Time{time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC), time.Date(2027, 3, 27, 20, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 10, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)} {
			for q := range 60 {
				m := calendar.Moment{At: begins.Add(time.Duration(q) * 15 * time.Minute).In(loc)}
				c.Events = append(c.Events, calendar.Event{UID: "u", Stamp: stamp, Start: m, End: calendar.Moment{At: m.At.Add(15 * time.Minute)}})
			}
		}
		got, err := calendar.Read(c.Encode(), time.UTC)
		if err != nil || len(got.Events) != len(c.Events) {
			t.Fatalf("%d events, %v", len(got.Events), err)
		}
		for i, e := range got.Events {
			if want := c.Events[i]; !e.Start.At.Equal(want.Start.At) || !e.End.At.Equal(want.End.At) {
				t.Errorf("%s: wrote %s to %s, read %s to %s", place, want.Start.At, want.End.At, e.Start.At, e.End.At)
			}
		}
	}
}
