package calendar

import (
	"maps"
	"slices"
	"testing"
	"time"
)

func TestEveryNameOfWindowsIsAZone(t *testing.T) {
	if len(windows.zones) < 139 || len(windows.places) < 180 {
		t.Fatalf("%d names, %d places", len(windows.zones), len(windows.places))
	}
	for _, name := range slices.Sorted(maps.Keys(windows.zones)) {
		if byName(name).named == nil {
			t.Errorf("%q is %q, which is no zone", name, windows.zones[name])
		}
	}
	for _, place := range slices.Sorted(maps.Keys(windows.places)) {
		if ianaOf(windows.places[place]) == nil {
			t.Errorf("%q is %q, which is no zone", place, windows.places[place])
		}
	}
}

// TestTheZonesThatAreEasilyMistaken has pairs of names that look alike and are not, at a summer's noon in UTC.
func TestTheZonesThatAreEasilyMistaken(t *testing.T) {
	noon := time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"GMT Standard Time":                        "13:00", // London, with its summer time
		"Greenwich Standard Time":                  "12:00", // Reykjavik, which has none
		"UTC":                                      "12:00",
		"GMT":                                      "12:00",
		"Coordinated Universal Time":               "12:00",
		"W. Europe Standard Time":                  "14:00",
		"W. Central Africa Standard Time":          "13:00",
		"E. Europe Standard Time":                  "15:00",
		"GTB Standard Time":                        "15:00",
		"Eastern Standard Time":                    "08:00",
		"US Eastern Standard Time":                 "08:00",
		"SA Eastern Standard Time":                 "09:00",
		"Eastern Standard Time (Mexico)":           "07:00",
		"Mountain Standard Time":                   "06:00",
		"US Mountain Standard Time":                "05:00",
		"(UTC+00:00) Dublin, Edinburgh, London":    "13:00",
		"(UTC) Monrovia, Reykjavik":                "12:00",
		"(UTC) Coordinated Universal Time":         "12:00",
		"(UTC+02:00) Athens, Bucharest, Istanbul":  "15:00", // Istanbul left it since
		"(UTC-04:00) Georgetown, La Paz, San Juan": "08:00",
		"(UTC-07:00) La Paz, Mazatlan":             "05:00",
		"(GMT+01.00) Paris/Madrid":                 "14:00",
		"Etc/GMT+1":                                "11:00", // the sign is turned round there
		"GMT+1":                                    "13:00", // and not here
		"UTC+12":                                   "00:00",
		"UTC-02":                                   "10:00",
	} {
		z := (&atlas{home: time.UTC, effort: &effort{}}).find(name)
		if z.location() == nil {
			t.Errorf("%q is no zone", name)
		} else if got := noon.In(z.location()).Format("15:04"); got != want {
			t.Errorf("%q: noon in UTC is %s there, want %s", name, got, want)
		}
	}
}

func TestOnlySoManyZonesAreLookedUp(t *testing.T) {
	a := &atlas{home: time.UTC, effort: &effort{}}
	for i := range mostZones {
		a.find(string(rune('a' + i)))
	}
	if a.find("Europe/London").location() != nil || len(a.known) != mostZones {
		t.Errorf("%d zones were looked up", len(a.known))
	}
}

// TestWhatTheLibraryDoesNotSurvive are rules by which the library we expand with fails or counts for ever.
func TestWhatTheLibraryDoesNotSurvive(t *testing.T) {
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	for _, value := range []string{
		"", "FREQ", "FREQ=", "FREQ=HOURLY", "FREQ=MINUTELY", "FREQ=SECONDLY", "FREQ=SECONDLY;INTERVAL=2;BYSECOND=1", "FREQ=FORTNIGHTLY",
		"FREQ=MONTHLY;BYDAY=53SU", "FREQ=MONTHLY;BYDAY=-53SU", "FREQ=YEARLY;BYMONTH=12;BYDAY=53SU", "FREQ=YEARLY;BYDAY=54SU", "FREQ=DAILY;BYDAY=0SU",
		"FREQ=DAILY;BYDAY=", "FREQ=DAILY;BYDAY=XX", "FREQ=DAILY;BYDAY=U", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=9223372036854775807", "FREQ=DAILY;INTERVAL=x",
		"FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=99999999999999999999", "FREQ=DAILY;UNTIL=never", "FREQ=DAILY;UNTIL=",
		"FREQ=DAILY;BYMONTH=13", "FREQ=DAILY;BYMONTHDAY=0", "FREQ=DAILY;BYYEARDAY=367", "FREQ=MONTHLY;BYWEEKNO=20", "FREQ=DAILY;BYSETPOS=0",
		"FREQ=DAILY;BYHOUR=0,1,2,3,4;BYMINUTE=0,1,2,3,4;BYSECOND=0,1,2", "FREQ=DAILY;BYEASTER=0", "FREQ=YEARLY;BYEASTER=9999", "RSCALE=HEBREW;FREQ=YEARLY", "FREQ=DAILY;FREQ=SECONDLY", "D1 #0",
	} {
		if _, err := ruleOf(value); err == nil {
			t.Errorf("%q is followed", value)
		}
	}
	for _, value := range []string{ // that never come, or hardly
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
		"FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2;BYDAY=MO", "FREQ=DAILY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=29", "FREQ=MONTHLY;BYSETPOS=366;BYDAY=MO", "FREQ=YEARLY;BYDAY=53SU", "FREQ=YEARLY;BYDAY=-53SU",
		"FREQ=YEARLY;BYYEARDAY=366;BYWEEKNO=20", "FREQ=DAILY;COUNT=2147483647", "FREQ=YEARLY;INTERVAL=1000",
	} {
		r, err := ruleOf(value)
		if err != nil {
			t.Errorf("%q: %v", value, err)
			continue
		}
		clocks, err := r.between(start, start, start.AddDate(0, 0, 56), r.until.clock)
		if err != nil || len(clocks) > 57 {
			t.Errorf("%q gives %d times, %v", value, len(clocks), err)
		}
	}
}

// BenchmarkARuleThatNeverComes is the dearest that a stranger can ask for of one series.
func BenchmarkARuleThatNeverComes(b *testing.B) {
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	r, err := ruleOf("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := r.between(start, start, start.AddDate(0, 0, 56), time.Time{}); err != nil {
			b.Fatal(err)
		}
	}
}
