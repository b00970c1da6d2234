package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
)

// A zone that is described since 1601, and whose rules changed since, gives each year's event the time that it has by the whole of the description.
func TestAZoneIsFollowedInTheYearsOfItsEvents(t *testing.T) {
	const zone = "BEGIN:VTIMEZONE\nTZID:Our own\n" +
		"BEGIN:STANDARD\nDTSTART:16010101T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n" +
		"BEGIN:DAYLIGHT\nDTSTART:16010101T010000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3;UNTIL=20300331T010000Z\nEND:DAYLIGHT\nEND:VTIMEZONE\n"
	summer := func(day time.Time) bool { // its last is that of 2030: no winter begins one after
		london, err := time.LoadLocation("Europe/London")
		if err != nil {
			t.Fatal(err)
		}
		return day.Year() <= 2030 && day.In(london).IsDST()
	}
	for year := 1997; year < 2099; year++ { // since when London's clocks change on these days
		for _, day := range []string{"0101", "0401", "0715", "1015", "1115", "1231"} {
			at, err := time.Parse("20060102T150405", fmt.Sprintf("%d%sT120000", year, day))
			if err != nil {
				t.Fatal(err)
			}
			for _, more := range []string{"", "RRULE:FREQ=WEEKLY\n", "DTSTAMP:19960101T000000Z\n"} {
				c, err := calendar.Read([]byte("BEGIN:VCALENDAR\n"+zone+"BEGIN:VEVENT\nUID:1\nDTSTART;TZID=Our own:"+at.Format("20060102T150405")+"\n"+more+"END:VEVENT\nEND:VCALENDAR\n"), time.UTC)
				if err != nil {
					t.Fatal(err)
				}
				want := at
				if summer(at) {
					want = at.Add(-time.Hour)
				}
				if got := c.Events[0].Start.At; !got.Equal(want) {
					t.Fatalf("%s with %q is %s, want %s", at, more, got.UTC(), want)
				}
			}
		}
	}
}
