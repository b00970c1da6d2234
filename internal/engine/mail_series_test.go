package engine_test

import (
	"strings"
	"testing"
	"time"
)

const londonZone = "BEGIN:VTIMEZONE\r\nTZID:GMT Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\n" +
	"BEGIN:DAYLIGHT\r\nDTSTART:16010101T010000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

// weekly is a series as Outlook sends it, each week from a day on, in its own zone.
func weekly(day, from, to, rule string, change ...func(*event)) event {
	e := invite(func(e *event) {
		e.uid, e.start, e.end = "series@council.example", ";TZID=GMT Standard Time:"+day+"T"+from, ";TZID=GMT Standard Time:"+day+"T"+to
		e.extra = "RRULE:" + rule
	})
	for _, c := range change {
		c(&e)
	}
	return e
}

func zoned(e event) string {
	return strings.Replace(e.raw(), "BEGIN:VEVENT", londonZone+"BEGIN:VEVENT", 1)
}

func TestASeriesIsBookedAheadAndRolledOn(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=12")))
		w.phone(priya).Expects("Series: 8 booked so far, the first Tue 24 Nov 10:00-11:00")
		if n := len(w.visitsOf("p-priya")); n != 8 {
			t.Fatalf("%d are booked: %v", n, w.visitsOf("p-priya"))
		}
		for range 40 { // day by day
			w.clock.Set(w.clock.Now().Add(24 * time.Hour))
			w.must(w.engine.Chores(t.Context()))
		}
		got := w.visitsOf("p-priya")
		if len(got) != 12 || !strings.HasPrefix(got[11], "Tue 9 Feb 10:00-11:00") {
			t.Errorf("booked: %v", got)
		}
		due, err := w.db.SeriesDue(t.Context(), w.clock.Now().AddDate(5, 0, 0), 10)
		if err != nil || len(due) != 0 {
			t.Errorf("%d series are to be looked at again (%v)", len(due), err)
		}
	})
}

// A series is rolled on wherever it stands in its text: before it may be what else the mail asks for.
func TestASeriesBehindAnotherCalendarIsRolledOn(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		before := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:other@council.example\r\nDTSTAMP:20261122T090000Z\r\nORGANIZER:mailto:priya@council.example\r\n" +
			"DTSTART:20261130T100000Z\r\nDTEND:20261130T110000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		raw := zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=12"))
		raw = strings.Replace(strings.Replace(raw, "; method=REQUEST", "", 1), "BEGIN:VCALENDAR", before+"BEGIN:VCALENDAR", 1)
		w.mails(raw)
		if n := len(w.visitsOf("p-priya")); n != 8 {
			t.Fatalf("%d are booked: %v", n, w.visitsOf("p-priya"))
		}
		for range 5 {
			w.clock.Set(w.clock.Now().AddDate(0, 0, 7))
			w.must(w.engine.Chores(t.Context()))
		}
		if n := len(w.visitsOf("p-priya")); n != 12 {
			t.Errorf("%d are booked: %v", n, w.visitsOf("p-priya"))
		}
	})
}

func TestASeriesKeepsItsTimeOfDay(t *testing.T) {
	for name, c := range map[string]struct {
		now  time.Time
		day  string
		want []string
	}{
		"as summer begins": {time.Date(2027, 3, 20, 9, 0, 0, 0, time.UTC), "20270321", []string{"Sun 21 Mar 10:00-11:00 booked home_visit", "Sun 28 Mar 09:00-10:00 booked home_visit"}},
		"as summer ends":   {time.Date(2026, 10, 17, 9, 0, 0, 0, time.UTC), "20261018", []string{"Sun 18 Oct 09:00-10:00 booked home_visit", "Sun 25 Oct 10:00-11:00 booked home_visit"}},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.clock.Set(c.now)
				w.mails(zoned(weekly(c.day, "100000", "110000", "FREQ=WEEKLY;COUNT=2")))
				if texts := w.phone(priya).read(); len(texts) != 1 || !strings.HasPrefix(texts[0], "Series: 2 booked, the first ") || strings.Contains(texts[0], "More are") {
					t.Errorf("two of two are told as %q", texts)
				}
				w.hasVisits("p-priya", c.want...) // in UTC: 10:00 in London is an hour earlier in summer
			})
		})
	}
}

func TestATimeThatTheClocksSkipOrRepeatIsAskedBack(t *testing.T) {
	for name, c := range map[string]struct {
		now       time.Time
		day, want string
	}{
		"skipped": {time.Date(2027, 3, 27, 9, 0, 0, 0, time.UTC), "20270328", "Sun 28 Mar 01:30-02:30 booked home_visit"},
		"twice":   {time.Date(2026, 10, 24, 9, 0, 0, 0, time.UTC), "20261025", "Sun 25 Oct 00:30-02:30 booked home_visit"},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.clock.Set(c.now)
				w.mails(zoned(weekly(c.day, "013000", "023000", "", func(e *event) {
					e.extra = ""
					if name == "skipped" {
						e.end = ";TZID=GMT Standard Time:20270328T033000"
					}
				})))
				w.phone(priya).Expects("Please check the times")
				w.hasVisits("p-priya", c.want)
			})
		})
	}
}

func TestAChangedSeries(t *testing.T) {
	first := weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3")
	exception := func(change func(*event)) string {
		return zoned(weekly("20261201", "140000", "150000", "", func(e *event) {
			e.extra, e.sequence = "RECURRENCE-ID;TZID=GMT Standard Time:20261201T100000", 1
			change(e)
		}))
	}
	for name, c := range map[string]struct {
		mails []string
		want  []string
		says  string
	}{
		"one of them moved": {[]string{exception(func(*event) {})},
			[]string{"Tue 24 Nov 10:00-11:00 booked home_visit", "Tue 1 Dec 14:00-15:00 booked home_visit", "Tue 8 Dec 10:00-11:00 booked home_visit"}, "moved: Tue 1 Dec 14:00-15:00"},
		"one of them called off": {[]string{exception(func(e *event) { e.method = "CANCEL" })},
			[]string{"Tue 24 Nov 10:00-11:00 booked home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 10:00-11:00 booked home_visit"}, "cancelled: Tue 1 Dec 10:00-11:00"},
		"all moved, and the one that was moved before stays": {[]string{exception(func(*event) {}), zoned(weekly("20261124", "110000", "120000", "FREQ=WEEKLY;COUNT=3", func(e *event) { e.sequence = 2 }))},
			[]string{"Tue 24 Nov 11:00-12:00 booked home_visit", "Tue 1 Dec 14:00-15:00 booked home_visit", "Tue 8 Dec 11:00-12:00 booked home_visit"}, "Series: 3 booked, the first "},
		"all longer": {[]string{zoned(weekly("20261124", "100000", "113000", "FREQ=WEEKLY;COUNT=3", func(e *event) { e.sequence = 2 }))},
			[]string{"Tue 24 Nov 10:00-11:30 booked home_visit", "Tue 1 Dec 10:00-11:30 booked home_visit", "Tue 8 Dec 10:00-11:30 booked home_visit"}, "Series: 3 booked, the first "},
		"one left out": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3", func(e *event) {
			e.sequence, e.extra = 2, e.extra+"\nEXDATE;TZID=GMT Standard Time:20261201T100000"
		}))},
			[]string{"Tue 24 Nov 10:00-11:00 booked home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 10:00-11:00 booked home_visit"}, "Series: 2 booked, the first "},
		"this and following": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=1", func(e *event) { e.sequence = 1 })),
			zoned(weekly("20261201", "130000", "140000", "FREQ=WEEKLY;COUNT=2", func(e *event) { e.uid = "following@council.example" }))},
			[]string{"Tue 24 Nov 10:00-11:00 booked home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 1 Dec 13:00-14:00 booked home_visit", "Tue 8 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 13:00-14:00 booked home_visit"}, "Series: 2 booked, the first "},
		"called off by the revision that was booked": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3", func(e *event) { e.method = "CANCEL" }))},
			[]string{"Tue 24 Nov 10:00-11:00 cancelled home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 10:00-11:00 cancelled home_visit"}, "Series cancelled 14:00: 3 to come called off"},
		"another rule by the same number": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=9"))},
			[]string{"Tue 24 Nov 10:00-11:00 booked home_visit", "Tue 1 Dec 10:00-11:00 booked home_visit", "Tue 8 Dec 10:00-11:00 booked home_visit"}, "Series NOT CHANGED: your calendar sent the invite of 14:00 as an old one"},
		"the same once more": {[]string{zoned(first)},
			[]string{"Tue 24 Nov 10:00-11:00 booked home_visit", "Tue 1 Dec 10:00-11:00 booked home_visit", "Tue 8 Dec 10:00-11:00 booked home_visit"}, ""},
		"a master that says that it is cancelled": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3", func(e *event) { e.sequence, e.extra = 3, e.extra+"\nSTATUS:CANCELLED" }))},
			[]string{"Tue 24 Nov 10:00-11:00 cancelled home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 10:00-11:00 cancelled home_visit"}, "Series cancelled 14:00: 3 to come called off"},
		"called off": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3", func(e *event) { e.method, e.sequence = "CANCEL", 3 }))},
			[]string{"Tue 24 Nov 10:00-11:00 cancelled home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 10:00-11:00 cancelled home_visit"}, "Series cancelled 14:00: 3 to come called off"},
		"a late update of one that was called off": {[]string{zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3", func(e *event) { e.method, e.sequence = "CANCEL", 3 })), exception(func(*event) {})},
			[]string{"Tue 24 Nov 10:00-11:00 cancelled home_visit", "Tue 1 Dec 10:00-11:00 cancelled home_visit", "Tue 8 Dec 10:00-11:00 cancelled home_visit"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			invited(t, func(t *testing.T, w *world, _ *notary) {
				w.mails(zoned(first))
				w.phone(priya).read()
				for _, raw := range c.mails {
					if c.says == "" {
						w.phone(priya).read()
					}
					w.mails(raw)
				}
				w.hasVisits("p-priya", c.want...)
				if c.says == "" {
					w.silent(priya)
					return
				}
				w.phone(priya).Expects(c.says)
			})
		})
	}
}

func TestASeriesThatOverlapsSaysWhich(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(invite(func(e *event) { e.start, e.end = "20261201T103000Z", "20261201T113000Z" }).raw())
		w.phone(priya).read()
		w.mails(zoned(weekly("20261124", "100000", "110000", "FREQ=WEEKLY;COUNT=3")))
		w.phone(priya).Expects("Series: 2 booked, the first Tue 24 Nov 10:00-11:00. NOT BOOKED: 1 Dec")
	})
}

func TestWhatTheWorkerMovedOfASeriesStays(t *testing.T) {
	invited(t, func(t *testing.T, w *world, _ *notary) {
		w.mails(zoned(weekly("20261122", "150000", "160000", "FREQ=DAILY;COUNT=2")))
		w.wait(61 * time.Minute)
		w.phone(priya).texts("in")
		w.phone(priya).texts("LATE 16:30")
		w.mails(zoned(weekly("20261122", "150000", "160500", "FREQ=DAILY;COUNT=2", func(e *event) { e.sequence = 1 })))
		w.hasVisits("p-priya", "Sun 22 Nov 15:00-16:30 inside home_visit", "Mon 23 Nov 15:00-16:05 booked home_visit")
	})
}
