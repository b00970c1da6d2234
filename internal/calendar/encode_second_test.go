package calendar_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// said is what testdata/read.py says of an event.
type said struct {
	UID, Method, Stamp, Start, End, Instance, Summary, Description, Class string
	Sequence                                                              int
	Organizer, Attendees                                                  [][3]string
}

// secondOpinion has Debian's python3-icalendar, which shares nothing with us, read what was written.
func secondOpinion(t *testing.T, calendars ...[]byte) []said {
	t.Helper()
	python := ""
	for _, p := range []string{"/usr/bin/python3", "python3"} { // another python3 may stand before the distribution's
		if exec.CommandContext(t.Context(), p, "-c", "import icalendar").Run() == nil {
			python = p
			break
		}
	}
	if python == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3-icalendar is not installed; scripts/need-tools does it")
		}
		t.Skip("python3-icalendar is not installed; scripts/need-tools does it")
	}
	args := []string{filepath.Join("testdata", "read.py")}
	for i, c := range calendars {
		file := filepath.Join(t.TempDir(), fmt.Sprint(i, ".ics"))
		if err := os.WriteFile(file, c, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	out, err := exec.CommandContext(t.Context(), python, args...).CombinedOutput() // #nosec G204 -- our own script
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var all []said
	for line := range strings.Lines(string(out)) {
		var s said
		if err := json.Unmarshal([]byte(line), &s); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, s)
	}
	return all
}

func TestASecondOpinionOnWhatIsWritten(t *testing.T) {
	utc := func(m calendar.Moment) string {
		switch {
		case m.At.IsZero():
			return ""
		case m.Day:
			return m.At.Format("2006-01-02")
		}
		return m.At.UTC().Format(time.RFC3339)
	}
	for name, c := range written(t) {
		t.Run(name, func(t *testing.T) {
			got := secondOpinion(t, c.Encode())
			if len(got) != len(c.Events) {
				t.Fatalf("%d events, want %d", len(got), len(c.Events))
			}
			for i, e := range c.Events {
				want := said{UID: e.UID, Method: string(c.Method), Stamp: utc(calendar.Moment{At: e.Stamp}), Start: utc(e.Start), End: utc(e.End), Instance: utc(e.Instance),
					Summary: e.Summary.Reveal(), Description: e.Description.Reveal(), Class: string(e.Class), Sequence: e.Sequence, Organizer: [][3]string{}, Attendees: [][3]string{}}
				want.Summary = strings.ReplaceAll(want.Summary, "\r\n", "\n")
				if want.Class == "" && c.Method != calendar.Reply && c.Method != calendar.DeclineCounter {
					want.Class = "PUBLIC"
				}
				if e.Organizer.Address != "" {
					want.Organizer = append(want.Organizer, [3]string{"mailto:" + e.Organizer.Address, e.Organizer.Name, ""})
				}
				for _, p := range e.Attendees {
					if p.PartStat == "" {
						p.PartStat = calendar.NeedsAction
					}
					want.Attendees = append(want.Attendees, [3]string{"mailto:" + p.Address, p.Name, string(p.PartStat)})
				}
				if !reflect.DeepEqual(got[i], want) {
					t.Errorf("read  %+v\nwrote %+v", got[i], want)
				}
			}
		})
	}
}

// Each zone is described under a name that nobody knows, so that whoever reads it must go by the description alone.
func TestZonesAreDescribedRight(t *testing.T) {
	var c calendar.Calendar
	var want []string
	for _, name := range []string{
		"Europe/London", "Europe/Dublin", "Europe/Helsinki", "America/New_York", "America/St_Johns", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland",
		"Asia/Kolkata", "Asia/Kathmandu", "Africa/Casablanca", "Atlantic/Reykjavik", "Asia/Gaza", "America/Santiago", "Europe/Istanbul", "America/Sao_Paulo",
	} {
		loc := in(t, name)
		for _, year := range []int{2016, 2018, 2026, 2027, 2031} { // Turkey stayed in summer in 2016, Brazil has had none since 2019
			var events []calendar.Event
			for day := time.Date(year, 1, 1, 12, 30, 0, 0, time.UTC); day.Year() == year; day = day.Add(151 * time.Hour) {
				m := calendar.Moment{At: day.In(loc), TZID: fmt.Sprint("Somewhere like ", name, " in ", year)}
				events = append(events, calendar.Event{UID: name, Stamp: stamp, Start: m, End: calendar.Moment{At: m.At.Add(time.Hour), TZID: m.TZID}})
				want = append(want, day.Format(time.RFC3339))
			}
			c.Events = append(c.Events, events...)
		}
	}
	got := secondOpinion(t, c.Encode())
	if len(got) != len(want) {
		t.Fatalf("%d events, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i].Start != want[i] {
			t.Errorf("%s: read %s, wrote %s", c.Events[i].Start.TZID, got[i].Start, want[i])
		}
	}
}
