package calendar

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestTheShortWayIsTheGeneralOne holds the days of a zone's usual rules against the library's.
func TestTheShortWayIsTheGeneralOne(t *testing.T) {
	start := time.Date(1970, 5, 3, 2, 30, 0, 0, time.UTC)
	last := time.Date(2100, 12, 31, 0, 0, 0, 0, time.UTC)
	for _, day := range []string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"} {
		for _, n := range []int{-5, -4, -3, -2, -1, 1, 2, 3, 4, 5} {
			for month := 1; month <= 12; month++ {
				value := fmt.Sprintf("FREQ=YEARLY;BYDAY=%d%s;BYMONTH=%d", n, day, month)
				r, err := ruleOf(value)
				if err != nil {
					t.Fatal(err)
				}
				m, d, plain := r.oneDay()
				want, err := r.between(start, start, last, time.Time{})
				if got := nthDays(start, last, m, d); !plain || err != nil || !slices.EqualFunc(got, want, time.Time.Equal) {
					t.Fatalf("%s: %d days, the library has %d", value, len(got), len(want))
				}
			}
		}
	}
}
