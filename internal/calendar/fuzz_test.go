package calendar_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// hostile are calendars made to cost much, or to break what reads them.
func hostile() map[string]string {
	const zoneHead = "BEGIN:VTIMEZONE\nTZID:Z\n"
	rule := "BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU\nEND:STANDARD\n"
	return map[string]string{
		"one endless line":             "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDESCRIPTION:" + strings.Repeat("a", 900_000),
		"one endless name":             strings.Repeat("A", 900_000) + ":x\nBEGIN:VEVENT",
		"one endless zone":             event("DTSTART;TZID=" + strings.Repeat("(UTC+01:00) A/B,", 50_000) + ":20261123T140000"),
		"colons and quotes":            event("DTSTART;TZID=" + strings.Repeat(`":`, 400_000)),
		"folds and nothing else":       "BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + strings.Repeat(" a\n", 9_000),
		"soft breaks":                  "BEGIN:VEVENT\nSUMMARY;QUOTED-PRINTABLE:" + strings.Repeat("=\n", 9_000),
		"lines of no name":             "BEGIN:VEVENT\nDESCRIPTION:a\n" + strings.Repeat(strings.Repeat("b", 100)+"\n", 9_000),
		"parts in parts":               "BEGIN:VEVENT\n" + strings.Repeat("BEGIN:X\n", 9_000),
		"ends of nothing":              "BEGIN:VEVENT\n" + strings.Repeat("BEGIN:X\nEND:Y\n", 4_000),
		"calendars in calendars":       strings.Repeat("BEGIN:VCALENDAR\nMETHOD:ADD\n", 4_500) + "BEGIN:VEVENT\nEND:VEVENT",
		"calendars that differ":        strings.Repeat("BEGIN:VCALENDAR\nMETHOD:ADD\nBEGIN:VCALENDAR\nMETHOD:REPLY\n", 2_000),
		"zones of many rules":          strings.Replace(event("DTSTART;TZID=Z:20261123T140000"), "BEGIN:VEVENT", zoneHead+strings.Repeat(rule, 490)+"END:VTIMEZONE\nBEGIN:VEVENT", 1),
		"many calendars of such zones": strings.Repeat("BEGIN:VCALENDAR\n"+zoneHead+rule+"END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Z:20261123T140000\nEND:VEVENT\n", 700),
		"many changes of one zone":     strings.Replace(event("DTSTART;TZID=Z:20261123T140000"), "BEGIN:VEVENT", zoneHead+"BEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETTO:+0100\nRDATE:"+strings.Repeat("20260101T000000,", 50_000)+"\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT", 1),
		"many zones":                   event(strings.Repeat("EXDATE;TZID=Europe/Nowhere-X:20261123T140000\n", 1_000)) + manyZones(),
		"many dates":                   event("DTSTART:20261123T140000Z", "EXDATE:"+strings.Repeat("20261123T140000Z,", 55_000)),
		"a series of all seconds":      event("DTSTART:20261123T140000Z", "RRULE:FREQ=SECONDLY"),
		"a series from long ago":       event("DTSTART:16010101T000000Z", "RRULE:FREQ=DAILY;COUNT=2147483647"),
		"a series that never comes":    event("DTSTART:20261123T140000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"),
		"a series of all there is":     event("DTSTART:20261123T140000Z", "RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23", "RDATE:"+strings.Repeat("20261201T010000Z,", 1000), "EXDATE:"+strings.Repeat("20261201T020000Z,", 1000)),
	}
}

func manyZones() string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\nBEGIN:VEVENT\n")
	for i := range 8_000 {
		b.WriteString("EXDATE;TZID=(UTC+01:00) A, B, C " + strings.Repeat("d", i%50) + string(rune('a'+i%26)) + ":20261123T140000\n")
	}
	return b.String()
}

// check says what must hold of every calendar, whoever wrote it.
func check(t *testing.T, c calendar.Calendar) {
	t.Helper()
	for _, all := range append([]calendar.Calendar{c}, c.Rest...) {
		if len(all.Events) > calendar.MostLines {
			t.Fatalf("%d events", len(all.Events))
		}
		for i, e := range all.Events {
			checkEvent(t, e)
			if i > 5 {
				continue
			}
			from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
			instances, more, err := all.Instances(e, from, from.AddDate(0, 0, 56), 100)
			if len(instances) > 100 || more && len(instances) != 100 || err != nil && len(instances) > 0 {
				t.Errorf("%d instances, more %v, %v", len(instances), more, err)
			}
			for _, x := range instances {
				if x.Start.At.Before(from) || !x.Start.At.Before(from.AddDate(0, 0, 56)) || x.Rule != "" {
					t.Errorf("an instance at %v with the rule %q", x.Start.At, x.Rule)
				}
			}
		}
	}
}

func checkEvent(t *testing.T, e calendar.Event) {
	t.Helper()
	for _, m := range append([]calendar.Moment{e.Start, e.End, e.Instance}, append(e.Extra, e.Except...)...) {
		if y := m.At.Year(); y < 0 || y > 10_100 {
			t.Errorf("a time in the year %d", y)
		}
		if m.At.Nanosecond() != 0 {
			t.Errorf("a time of %d ns", m.At.Nanosecond())
		}
	}
	has := func(d calendar.Doubt) bool { return slices.Contains(e.Doubts, d) }
	if started, ended := !e.Start.At.IsZero(), !e.End.At.IsZero(); has(calendar.NoStart) == started || has(calendar.NoEnd) != (started && !ended) ||
		has(calendar.EndsBefore) != (started && ended && !e.End.At.After(e.Start.At)) {
		t.Errorf("from %v to %v: doubts %v", e.Start.At, e.End.At, e.Doubts)
	}
	if has(calendar.NoUID) != (e.UID == "") || e.Sequence < 0 || e.Sequence > 1<<31-1 {
		t.Errorf("uid %q, sequence %d, doubts %v", e.UID, e.Sequence, e.Doubts)
	}
	for i, d := range e.Doubts {
		if d == "" || slices.Contains(e.Doubts[:i], d) {
			t.Errorf("doubts %q", e.Doubts)
		}
	}
	for _, who := range append([]calendar.Person{e.Organizer}, e.Attendees...) {
		if a := who.Address; a != "" && (a != strings.ToLower(a) || strings.Count(a, "@") < 1 || strings.ContainsAny(a, " \r\n")) {
			t.Errorf("an address %q", a)
		}
	}
}

func TestWhatIsMadeToBreakIt(t *testing.T) {
	london := home(t)
	for name, text := range hostile() {
		t.Run(name, func(t *testing.T) {
			if len(text) > calendar.MostBytes {
				t.Fatalf("%d bytes: it would not be read", len(text))
			}
			c, err := calendar.Read([]byte(text), london)
			if err != nil {
				t.Fatal(err)
			}
			check(t, c)
		})
	}
}

func FuzzRead(f *testing.F) {
	samples, err := filepath.Glob(filepath.Join("testdata", "read", "*.ics"))
	if err != nil || len(samples) == 0 {
		f.Fatal("no samples", err)
	}
	for _, name := range samples {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, s := range []string{plain, wide(plain, true, false), event("DTSTART;TZID=\"(UTC+01:00) Amsterdam, Berlin:20261123T140000\"", "DURATION:P1W", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"),
		described("Team North", "+0100", "DTSTART;TZID=Team North:20270328T013000", "RDATE;VALUE=PERIOD:20260708T090000Z/PT3H", "EXDATE;VALUE=DATE:20260708"),
		event("RECURRENCE-ID;RANGE=THISANDFUTURE:20261123T140000Z", "ORGANIZER;CN=\"a:mailto:b@c.example", "SUMMARY;ENCODING=QUOTED-PRINTABLE:a=\n=C3=BC")} {
		f.Add([]byte(s))
	}
	london := home(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := calendar.Read(text, london)
		if err != nil {
			return
		}
		check(t, c)
		if again, err := calendar.Read(text, london); err != nil || !reflect.DeepEqual(c.Events, again.Events) {
			t.Error("read twice, it is not the same")
		}
	})
}

func BenchmarkRead(b *testing.B) {
	london := home(b)
	feed := strings.Builder{}
	feed.WriteString("BEGIN:VCALENDAR\n")
	for i := range 1_000 {
		feed.WriteString("BEGIN:VEVENT\nUID:" + strings.Repeat("a", i%30+1) + "\nDTSTART;TZID=GMT Standard Time:20261123T140000\nDTEND;TZID=GMT Standard Time:20261123T150000\nSUMMARY:Visit\nDTSTAMP:20261120T090000Z\nEND:VEVENT\n")
	}
	feed.WriteString("END:VCALENDAR\n")
	exchange, err := os.ReadFile(filepath.Join("testdata", "read", "exchange.ics"))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name string
		text []byte
	}{{"an invite of Exchange", exchange}, {"a feed of 1,000 events", []byte(feed.String())}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := calendar.Read(c.text, london); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
