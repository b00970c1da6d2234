package checkin

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTimesTable reads testdata/times.txt: the guide's rule, a text, and the end and the start it comes to. Whether the worker goes in
// is given, so that only the times are tried.
func TestTimesTable(t *testing.T) {
	raw, err := os.ReadFile("testdata/times.txt")
	if err != nil {
		t.Fatal(err)
	}
	var states []State
	enters, n := false, 0
	for l := range strings.Lines(string(raw)) {
		l = strings.TrimSpace(l)
		switch {
		case l == "" || l[0] == '#':
			continue
		case l[0] == '[':
			states = map[string][]State{"[inside]": {Inside}, "[open]": {Inside, Overdue}, "[overdue]": {Overdue}, "[booked]": {Booked}, "[entering]": {Booked}, "[none]": {None}}[l]
			enters = l == "[entering]" || l == "[none]"
			continue
		}
		col := append(strings.Split(l, "|"), "", "")
		for i := range col {
			col[i] = strings.TrimSpace(col[i])
		}
		for _, s := range states {
			n++
			p := planned(col[1], afternoon1500(s), enters)
			if clock(p.until) != col[2] || clock(p.begin) != col[3] {
				t.Errorf("%s: %s: %q: want until %q begin %q, got %q %q", s, col[0], col[1], col[2], col[3], clock(p.until), clock(p.begin))
			}
		}
	}
	if n < 600 {
		t.Errorf("only %d lines were read", n)
	}
}

func planned(text string, c Context, enters bool) plan {
	text, _ = takeNumber(text)
	text, _ = takeReference(text)
	m := c.vocabulary().read(text)
	m.in = c.State == Inside || c.State == Overdue
	if r, ok := m.keyword(c); ok {
		return plan{until: r.Until, begin: r.Begin}
	}
	return m.planOf(c, enters)
}

// TestLabelledTimes reads the times of the labelled texts that have any, with what they mean taken from their labels. A later end than
// the label is never right.
func TestLabelledTimes(t *testing.T) {
	wrong, n := 0, 0
	for _, w := range labelledTexts(t) {
		if w.Intent != Start && w.Intent != Change || slices.Contains(w.Tags, "ask_ok") {
			continue
		}
		c, err := w.context()
		if err != nil {
			t.Fatal(err)
		}
		p := planned(w.Text, c, w.Intent == Start)
		n++
		switch kind := w.judge(Reading{Intent: w.Intent, Until: p.until, Begin: p.begin}, c); kind {
		case right:
		case tooLate:
			t.Errorf("%s: %q: later than %s: %s", w.ID, w.Text, w.Until, clock(p.until))
		default:
			wrong++
			t.Logf("%s: %q: want %q %q, got %q %q", w.ID, w.Text, w.Until, w.Begin, clock(p.until), clock(p.begin))
		}
	}
	if wrong*100 > n {
		t.Errorf("%d of %d wrong: more than one in 100", wrong, n)
	}
}

// TestTimesOfAnExit holds rule E5: an exit stands beside a time that is past or is none of its own, and not beside one ahead. Read at
// 15:10.
func TestTimesOfAnExit(t *testing.T) {
	table := map[string]string{
		"past": `
			left at 3
			left 3.05
			out 1505
			OUT 15.05
			out at 10 past
			out at 5 past
			left at ten to
			left about 5 mins ago
			left five minutes since
			out this ten minutes
			been out since half two
			finished at quarter to
			left, should be home by 5
			left, back at the office by 4
			left. next visit at 4
			left, going to my 4 o'clock
			left the Browns, Smiths next at 4, should be half an hour
			left, gonna be 20 mins late to the next one
			left number 40
			left flat 6
			out of the M62 jam
			left, got a meeting at 4
			left, mum's back at 5
			left at 3 to get the 4 o'clock train
			done at 3
			visit concluded at 15:00
			in and out in ten minutes
			left after an hour
			Out at 5 past as promised, now stop asking
			sorry been out since half two, phone died
			Walked out about 5 mins ago and am on the number 9 bus home
			having left Mrs Entwistle's at twenty past two
			Out of the Browns. Going into Smiths next will be 45 mins
			left, on the number 9 bus
			left. Took an hour
			out now, 20 min drive back
			left, only 5 mins late
			left, was there 2 hours
			left at 3 not 3.30 as I said
			out at 3 with 2 kids`,
		"ahead": `
			out at 4
			out by 4
			out in 10
			out, 10 mins
			out at quarter to
			out at half 3
			out 4
			out 4 pal
			left at 5
			out at 16
			out, 10 mins over sorry`,
	}
	c := afternoon1500(Inside)
	for want, lines := range table {
		for l := range strings.Lines(lines) {
			if l = strings.TrimSpace(l); l == "" {
				continue
			}
			if got := c.vocabulary().read(l).endStands(c); got != (want == "past") {
				t.Errorf("%q: want %s, the end stands: %v", l, want, got)
			}
		}
	}
}

// TestTimesByNightAndDay says times at other hours (guide T1, T2, T9).
func TestTimesByNightAndDay(t *testing.T) {
	wall := func(s string) time.Time {
		at, err := time.Parse("15:04", s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct{ text, now, start, end, want string }{
		{"out at half 12", "22:30", "22:00", "23:00", "00:30"},
		{"need til 1", "23:10", "22:00", "23:30", "01:00"},
		{"be midnight", "22:30", "22:00", "23:00", "00:00"},
		{"12 at the latest", "22:30", "22:00", "23:00", "00:00"},
		{"another hour", "23:40", "22:00", "23:30", "00:40"},
		{"20 over", "23:50", "23:00", "23:55", "00:15"},
		{"11-1", "22:30", "22:00", "23:00", "01:00"},
		{"out at 8 in the morning", "22:30", "22:00", "23:00", "08:00"},
		{"out at 6am", "23:30", "22:00", "23:59", "06:00"},
		{"till 12 tonight", "19:30", "19:00", "20:00", "00:00"},
		{"out by 11pm", "19:30", "19:00", "20:00", "23:00"},
		{"out by 9", "19:30", "19:00", "20:00", "21:00"},
		{"done by 12", "09:30", "09:00", "10:00", "12:00"},
		{"done by 1", "11:30", "11:00", "12:00", "13:00"},
		{"need until 2pm", "09:30", "09:00", "10:00", "14:00"},
		{"need until noon", "11:30", "11:00", "12:00", "12:00"},
		{"midday finish", "11:30", "11:00", "11:45", "12:00"},
		{"0930", "09:10", "09:00", "10:00", "09:30"},
		{"out at 9.30", "09:40", "09:00", "10:00", ""},
		{"out at 0930", "09:40", "09:00", "10:00", ""},
		{"half 9 tonight", "19:30", "19:00", "20:00", "21:30"},
	} {
		c := Context{State: Inside, Now: time.Date(2026, 2, 3, wall(tt.now).Hour(), wall(tt.now).Minute(), 0, 0, london())}
		c.Start, c.End = c.around(wall(tt.start), wall(tt.end))
		if c.Now.After(c.End) {
			c.State = Overdue
		}
		if p := planned(tt.text, c, false); clock(p.until) != tt.want {
			t.Errorf("%q at %s: want %q, got %q", tt.text, tt.now, tt.want, clock(p.until))
		}
	}
}

// TestManyTimes keeps a text of nothing but times from taking long or meaning anything.
func TestManyTimes(t *testing.T) {
	for _, s := range []string{"4 ", "half an hour ", "4 or ", "4, no ", "not 4 ", "another ", "1/2 ", "in 5 and "} {
		text := strings.Repeat(s, 10_000/len(s))
		for _, state := range []State{Booked, Inside} {
			if p := planned(text, afternoon1500(state), false); p != (plan{}) {
				t.Errorf("%s: %q over and over: got %q %q", state, s, clock(p.until), clock(p.begin))
			}
		}
	}
}

// TestRangesOverTheClocksChange moves a visit on the nights when the clocks change (guide T10): a reading that comes twice is the first
// one, one that never comes is no later than it could be.
func TestRangesOverTheClocksChange(t *testing.T) {
	utc := func(month time.Month, day, h, m int) time.Time {
		return time.Date(2026, month, day, h, m, 0, 0, time.UTC)
	}
	for _, tt := range []struct {
		text              string
		now, begin, until time.Time
	}{
		{"11.30 till half 12", utc(3, 28, 22, 0), utc(3, 28, 23, 30), utc(3, 29, 0, 30)},
		{"half 12 till half 2", utc(3, 28, 23, 0), utc(3, 29, 0, 30), utc(3, 29, 1, 30)},
		{"half 12 till half 1", utc(3, 28, 23, 0), utc(3, 29, 0, 30), time.Time{}}, // half 1 never comes
		{"start at 12.30am for an hour", utc(3, 28, 23, 0), utc(3, 29, 0, 30), utc(3, 29, 1, 30)},
		{"half 12 till half 1", utc(10, 24, 22, 0), utc(10, 24, 23, 30), utc(10, 25, 0, 30)},
		{"start at 12.30am for 2 hours", utc(10, 24, 22, 0), utc(10, 24, 23, 30), utc(10, 25, 1, 30)},
		{"start at half 1, out by half 2", utc(10, 24, 23, 0), utc(10, 25, 0, 30), utc(10, 25, 2, 30)},
		{"late 90 mins", utc(10, 24, 23, 0), utc(10, 25, 1, 30), time.Time{}},
	} {
		c := Context{Now: tt.now.In(london()), State: Booked, Start: tt.now.Add(time.Hour), End: tt.now.Add(2 * time.Hour)}
		p := planned(tt.text, c, false)
		if !p.begin.Equal(tt.begin) || !p.until.Equal(tt.until) {
			t.Errorf("%q at %v: want %v till %v, got %v till %v", tt.text, tt.now, tt.begin, tt.until, p.begin.UTC(), p.until.UTC())
		}
	}
}
