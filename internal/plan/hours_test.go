package plan_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/allclear-safety/allclear/internal/plan"
	"pgregory.net/rapid"
)

func london(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

type fataler interface {
	Helper()
	Fatalf(string, ...any)
}

func hours(t fataler, s string) plan.Hours {
	t.Helper()
	h, err := plan.ParseHours(s)
	if err != nil {
		t.Fatalf("ParseHours(%q): %v", s, err)
	}
	return h
}

func TestHoursHoweverTheyAreWritten(t *testing.T) {
	for s, want := range map[string]string{
		"Mon-Fri 08:30-17:00":                 "Mon-Fri 08:30-17:00",
		"  mon - fri  8:30 - 17:00 ":          "Mon-Fri 08:30-17:00",
		"Monday–Friday 08:30–17:00":           "Mon-Fri 08:30-17:00",
		"Fri,Mon,Tues,Weds,Thurs 08:30-17:00": "Mon-Fri 08:30-17:00",
		"Mon,Wed 09:00-12:00":                 "Mon,Wed 09:00-12:00",
		"Mon, Wed 09:00-12:00":                "Mon,Wed 09:00-12:00",
		"Mon-Fri 09:00-12:00,13:00-17:00":     "Mon-Fri 09:00-12:00; Mon-Fri 13:00-17:00",
		"Sat 09:00-12:00;Mon-Thu 08:30-17:00": "Mon-Thu 08:30-17:00; Sat 09:00-12:00",
		"Mon 09:00-12:00; Mon 09:00-12:00":    "Mon 09:00-12:00",
		"Fri-Mon 22:00-06:00":                 "Mon,Fri-Sun 22:00-06:00",
		"Mon-Sun 00:00-24:00":                 "Mon-Sun 00:00-24:00",
		"Mon-Mon 20:00-00:00":                 "Mon 20:00-24:00",
		"none":                                "none", "None": "none", "": "none", " ": "none",
	} {
		if got := hours(t, s).String(); got != want {
			t.Errorf("%q is written %q, want %q", s, got, want)
		}
	}
}

func TestHoursThatAreRefused(t *testing.T) {
	for _, s := range []string{
		"Mon-Fri", "08:30-17:00", "Mon-Fri 08:30", "Mon-Fri 9-5", "Mon-Fri 08:30-25:00", "Mon-Fri 24:00-08:00", "Mon-Fri 08:60-17:00", "Mo-Fr 08:30-17:00",
		"Monkey 08:30-17:00", "Mon-Fri 08:30-08:30", "Mon-Fri-Sat 08:30-17:00", "Mon- 08:30-17:00", ",Mon 08:30-17:00", "Mon 08:30-17:00;", "Mon 08:30-17:00-18:00",
		"Mon +8:30-17:00", "always", "Mon 008:30-17:00", "Mon 08:3-17:00", "T 08:30-17:00",
	} {
		if h, err := plan.ParseHours(s); err == nil {
			t.Errorf("%q is read as %s", s, h)
		}
	}
}

func TestContainsIsHalfOpen(t *testing.T) {
	zone := london(t)
	for _, test := range []struct {
		hours, at string // 2026-11-23 is a Monday
		in        bool
	}{
		{"Mon-Fri 08:30-17:00", "2026-11-23 08:29:59", false},
		{"Mon-Fri 08:30-17:00", "2026-11-23 08:30:00", true},
		{"Mon-Fri 08:30-17:00", "2026-11-23 16:59:59", true},
		{"Mon-Fri 08:30-17:00", "2026-11-23 17:00:00", false},
		{"Mon-Fri 08:30-17:00", "2026-11-22 12:00:00", false},
		{"Mon-Fri 08:30-17:00", "2026-07-06 08:30:00", true}, // by the wall's clock in summer too
		{"Sat 22:00-06:00", "2026-11-21 23:00:00", true},
		{"Sat 22:00-06:00", "2026-11-22 05:59:59", true}, // past Sunday's midnight, where the week begins
		{"Sat 22:00-06:00", "2026-11-22 06:00:00", false},
		{"Sat 22:00-06:00", "2026-11-22 23:00:00", false},
		{"Sun 20:00-24:00", "2026-11-22 23:59:59", true},
		{"Sun 20:00-24:00", "2026-11-23 00:00:00", false},
		{"Mon-Sun 00:00-24:00", "2026-11-23 00:00:00", true},
		{"none", "2026-11-23 12:00:00", false},
	} {
		at, err := time.ParseInLocation(time.DateTime, test.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := hours(t, test.hours).Contains(at); got != test.in {
			t.Errorf("%s contains %s: %v", test.hours, test.at, got)
		}
	}
}

func TestNextChangeAcrossTheClockChanges(t *testing.T) {
	zone := london(t)
	for _, test := range []struct{ name, hours, at, next string }{
		{"the morning", "Mon-Fri 08:30-17:00", "2026-11-23T07:00:00Z", "2026-11-23T08:30:00Z"},
		{"at the change itself, the one after", "Mon-Fri 08:30-17:00", "2026-11-23T08:30:00Z", "2026-11-23T17:00:00Z"},
		{"over the weekend", "Mon-Fri 08:30-17:00", "2026-11-20T17:00:00Z", "2026-11-23T08:30:00Z"},
		{"over the weekend into summer time", "Mon-Fri 08:30-17:00", "2026-03-27T17:00:00Z", "2026-03-30T07:30:00Z"},
		{"over the weekend out of it", "Mon-Fri 08:30-17:00", "2026-10-23T16:00:00Z", "2026-10-26T08:30:00Z"},
		{"joined stretches are no change", "Mon 09:00-12:00; Mon 12:00-15:00", "2026-11-23T09:00:00Z", "2026-11-23T15:00:00Z"},
		{"overlapping stretches are no change", "Mon 09:00-12:00; Mon 10:00-11:00", "2026-11-23T09:00:00Z", "2026-11-23T12:00:00Z"},
		{"a start in the hour that is skipped comes at the jump", "Sun 01:30-04:00", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
		{"an end in the hour that is skipped comes at the jump", "Sun 00:15-01:30", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
		{"a stretch inside the hour that is skipped waits a week", "Sun 01:15-01:45", "2026-03-29T00:00:00Z", "2026-04-05T00:15:00Z"},
		{"a start in the hour that comes twice comes the first time", "Sun 01:30-04:00", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"},
		{"and is undone when the hour begins again", "Sun 01:30-04:00", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"},
		{"and comes the second time", "Sun 01:30-04:00", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"},
		{"never without hours", "none", "2026-11-23T07:00:00Z", ""},
		{"never when it is always", "Mon-Sun 00:00-24:00", "2026-03-27T07:00:00Z", ""},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		var want time.Time
		if test.next != "" {
			if want, err = time.Parse(time.RFC3339, test.next); err != nil {
				t.Fatal(err)
			}
		}
		if got := hours(t, test.hours).NextChange(at.In(zone)); !got.Equal(want) {
			t.Errorf("%s: after %s it is %v, want %s", test.name, test.at, got.UTC(), test.next)
		}
	}
}

// week draws hours as a person might write them.
func week(t *rapid.T) plan.Hours {
	s := rapid.StringMatching(`(Mon|Tue|Sat|Sun)-(Wed|Fri|Sun) (0[0-9]|1[0-9]|2[0-3]):(00|10|30)-(0[0-9]|1[0-9]|2[0-3]):(15|45)(; (Sun|Mon),Sat 0[0-3]:(00|10|30)-0[0-3]:(15|45))?`).Draw(t, "hours")
	return hours(t, s)
}

// instant draws one near the two clock changes, or anywhere in the year.
func instant(t *rapid.T, zone *time.Location) time.Time {
	around := rapid.SampledFrom([]string{"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z", "2026-07-01T00:00:00Z"}).Draw(t, "around")
	at, _ := time.Parse(time.RFC3339, around)
	return at.Add(time.Duration(rapid.IntRange(-4*24*3600, 4*24*3600).Draw(t, "seconds")) * time.Second).In(zone)
}

func TestNothingChangesBeforeNextChange(t *testing.T) {
	zone := london(t)
	rapid.Check(t, func(t *rapid.T) {
		h, at := week(t), instant(t, zone)
		next := h.NextChange(at)
		if next.IsZero() {
			next = at.AddDate(0, 0, 8)
		} else if !next.After(at) || h.Contains(next) == h.Contains(at) {
			t.Fatalf("%s: after %s nothing changes at %s", h, at, next)
		}
		for u := at; u.Before(next); u = u.Add(5 * time.Minute) {
			if h.Contains(u) != h.Contains(at) {
				t.Fatalf("%s: it changed at or before %s, NextChange after %s says %s", h, u, at, next)
			}
		}
	})
}

func TestWrittenHoursAreReadAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := week(t)
		if back := hours(t, h.String()); !back.Equal(h) || back.String() != h.String() {
			t.Fatalf("%s comes back as %s", h, back)
		}
	})
}

func TestHoursAsText(t *testing.T) {
	var h plan.Hours
	if err := h.UnmarshalText([]byte("Mon,Wed 9:00-12:00")); err != nil || h.String() != "Mon,Wed 09:00-12:00" {
		t.Errorf("read as %s, %v", h, err)
	}
	if err := h.UnmarshalText([]byte("whenever")); err == nil || h.String() != "Mon,Wed 09:00-12:00" {
		t.Errorf("what can't be read gives %v and leaves %s", err, h)
	}
	if h, err := plan.ParseHours(strings.Repeat("Mon 09:00-12:00;", 50) + "Mon 09:00-12:00"); err == nil {
		t.Errorf("a book of hours is read as %s", h)
	}
}
