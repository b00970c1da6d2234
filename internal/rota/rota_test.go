package rota_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// at reads "Mon 17:00" in the week of 2026-11-23, in UTC, which London keeps in November.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	days := []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
	clock, err := time.Parse("15:04", s[4:])
	day := slices.Index(days, s[:3])
	if err != nil || day < 0 {
		t.Fatalf("%q is no instant", s)
	}
	return time.Date(2026, 11, 23+day, clock.Hour(), clock.Minute(), 0, 0, time.UTC)
}

// shift is one for team echo.
func shift(t testing.TB, id, person, from, to string, order int) rota.Shift {
	t.Helper()
	return rota.Shift{ID: id, Person: person, StartsAt: at(t, from), EndsAt: at(t, to), Order: order, Teams: []string{"echo"}}
}

// evenings is a rota with a gap on Tuesday evening.
func evenings(t testing.TB) rota.Rota {
	return rota.Rota{
		shift(t, "s4", "p-sam", "Wed 17:00", "Thu 08:30", 1),
		shift(t, "s1", "p-sam", "Mon 17:00", "Tue 08:30", 1),
		shift(t, "s3", "p-deb", "Mon 17:00", "Mon 22:00", 3),
		shift(t, "s2", "p-bo", "Mon 17:00", "Tue 08:30", 2),
		{ID: "s5", Person: "p-kit", StartsAt: at(t, "Mon 00:00"), EndsAt: at(t, "Sun 00:00"), Order: 1, Teams: []string{"links"}},
	}
}

func TestOn(t *testing.T) {
	r := evenings(t)
	for when, want := range map[string][]string{
		"Mon 16:59": nil,
		"Mon 17:00": {"p-sam", "p-bo", "p-deb"},
		"Mon 21:59": {"p-sam", "p-bo", "p-deb"},
		"Mon 22:00": {"p-sam", "p-bo"},
		"Tue 08:30": nil,
		"Wed 20:00": {"p-sam"},
	} {
		if got := r.On("echo", at(t, when)); !slices.Equal(got, want) {
			t.Errorf("%s: %v is on call, want %v", when, got, want)
		}
	}
	if got := r.On("links", at(t, "Tue 12:00")); !slices.Equal(got, []string{"p-kit"}) {
		t.Errorf("the other team has %v", got)
	}
}

func TestOnNamesNobodyTwiceAndSettlesTiesByID(t *testing.T) {
	r := rota.Rota{
		shift(t, "s3", "p-sam", "Mon 17:00", "Tue 08:30", 2),
		shift(t, "s2", "p-bo", "Mon 17:00", "Tue 08:30", 1),
		shift(t, "s1", "p-sam", "Mon 17:00", "Tue 08:30", 1),
	}
	for range 2 {
		if got := r.On("echo", at(t, "Mon 18:00")); !slices.Equal(got, []string{"p-sam", "p-bo"}) {
			t.Errorf("%v is on call", got)
		}
		slices.Reverse(r)
	}
}

func TestGaps(t *testing.T) {
	r := evenings(t)
	span := func(from, to string) rota.Span { return rota.Span{From: at(t, from), To: at(t, to)} }
	for _, test := range []struct {
		from, to string
		want     []rota.Span
	}{
		{"Mon 00:00", "Fri 00:00", []rota.Span{span("Mon 00:00", "Mon 17:00"), span("Tue 08:30", "Wed 17:00"), span("Thu 08:30", "Fri 00:00")}},
		{"Mon 18:00", "Tue 08:30", nil},
		{"Mon 18:00", "Tue 08:31", []rota.Span{span("Tue 08:30", "Tue 08:31")}},
		{"Tue 12:00", "Tue 13:00", []rota.Span{span("Tue 12:00", "Tue 13:00")}},
		{"Sat 00:00", "Sun 00:00", []rota.Span{span("Sat 00:00", "Sun 00:00")}},
		{"Tue 13:00", "Tue 12:00", nil},
		{"Tue 12:00", "Tue 12:00", nil},
	} {
		if diff := cmp.Diff(test.want, r.Gaps("echo", at(t, test.from), at(t, test.to))); diff != "" {
			t.Errorf("gaps from %s to %s:\n%s", test.from, test.to, diff)
		}
	}
}

func TestClash(t *testing.T) {
	r := evenings(t)
	for _, test := range []struct {
		name  string
		shift rota.Shift
		with  string
	}{
		{"the same place at the same time", shift(t, "", "p-new", "Mon 17:00", "Tue 08:30", 1), "s1"},
		{"the last minute of another", shift(t, "", "p-new", "Tue 08:29", "Tue 17:00", 2), "s2"},
		{"right after another", shift(t, "", "p-new", "Tue 08:30", "Tue 17:00", 2), ""},
		{"right before another", shift(t, "", "p-new", "Mon 08:30", "Mon 17:00", 1), ""},
		{"another place in the order", shift(t, "", "p-new", "Mon 17:00", "Tue 08:30", 4), ""},
		{"across two, the earlier is named", shift(t, "", "p-new", "Mon 00:00", "Fri 00:00", 1), "s1"},
		{"itself", shift(t, "s1", "p-sam", "Mon 17:00", "Tue 08:30", 1), ""},
		{"itself moved upon another", shift(t, "s1", "p-sam", "Wed 20:00", "Wed 21:00", 1), "s4"},
		{"another team's", rota.Shift{Person: "p-new", StartsAt: at(t, "Mon 17:00"), EndsAt: at(t, "Tue 08:30"), Order: 1, Teams: []string{"north"}}, ""},
		{"one team of two", rota.Shift{Person: "p-new", StartsAt: at(t, "Mon 17:00"), EndsAt: at(t, "Tue 08:30"), Order: 1, Teams: []string{"north", "links"}}, "s5"},
	} {
		with, clashes := r.Clash(test.shift)
		if with.ID != test.with || clashes != (test.with != "") {
			t.Errorf("%s: clashes %v with %q, want %q", test.name, clashes, with.ID, test.with)
		}
	}
}

func TestShiftsThatCannotBe(t *testing.T) {
	sound := shift(t, "s1", "p-sam", "Mon 17:00", "Tue 08:30", 1)
	if problems := sound.Problems(); problems != nil {
		t.Errorf("a sound shift: %v", problems)
	}
	for field, change := range map[string]func(*rota.Shift){
		"person":    func(s *rota.Shift) { s.Person = "" },
		"starts_at": func(s *rota.Shift) { s.StartsAt, s.EndsAt = time.Time{}, time.Time{}.Add(time.Hour) },
		"ends_at":   func(s *rota.Shift) { s.EndsAt = s.StartsAt },
		"ends_at ":  func(s *rota.Shift) { s.EndsAt = s.StartsAt.AddDate(1, 0, 1) },
		"order":     func(s *rota.Shift) { s.Order = 0 },
		"order ":    func(s *rota.Shift) { s.Order = 21 },
		"teams":     func(s *rota.Shift) { s.Teams = nil },
		"teams ":    func(s *rota.Shift) { s.Teams = []string{"echo", ""} },
	} {
		s := sound
		change(&s)
		problems := s.Problems()
		if len(problems) != 1 || problems[0].Field+" " != field && problems[0].Field != field {
			t.Errorf("%s: %v", field, problems)
		}
	}
}

// someRota draws shifts, also overlapping, equal or without length, around the instant around.
func someRota(around time.Time) *rapid.Generator[rota.Rota] {
	quarter := rapid.IntRange(0, 4*48)
	return rapid.Custom(func(t *rapid.T) rota.Rota {
		var r rota.Rota
		for i := range rapid.IntRange(0, 6).Draw(t, "shifts") {
			start := around.Add(time.Duration(quarter.Draw(t, "start")-4*24) * 15 * time.Minute)
			r = append(r, rota.Shift{
				ID:       fmt.Sprintf("s%d", i),
				Person:   rapid.SampledFrom(people).Draw(t, "person"),
				StartsAt: start,
				EndsAt:   start.Add(time.Duration(rapid.IntRange(-2, 60).Draw(t, "length")) * 15 * time.Minute),
				Order:    rapid.IntRange(1, 3).Draw(t, "order"),
				Teams:    rapid.SampledFrom([][]string{{"echo"}, {"links"}, {"links", "echo"}, nil}).Draw(t, "teams"),
			})
		}
		return r
	})
}

var people = []string{"p-ann", "p-bo", "p-cy", "p-deb", "p-eve"}

func TestGapsAndOnAgree(t *testing.T) {
	around := at(t, "Wed 00:00")
	rapid.Check(t, func(t *rapid.T) {
		r := someRota(around).Draw(t, "rota")
		from, to := around.Add(-36*time.Hour), around.Add(36*time.Hour)
		gaps := r.Gaps("echo", from, to)
		for i, gap := range gaps {
			if !gap.From.Before(gap.To) || i > 0 && !gaps[i-1].To.Before(gap.From) {
				t.Fatalf("the gaps are empty, out of order or touch: %v", gaps)
			}
		}
		for u := from; u.Before(to); u = u.Add(15 * time.Minute) {
			inGap := slices.ContainsFunc(gaps, func(s rota.Span) bool { return !u.Before(s.From) && u.Before(s.To) })
			if on := r.On("echo", u); inGap != (len(on) == 0) {
				t.Fatalf("at %s %v is on call, and the gaps are %v", u, on, gaps)
			}
		}
	})
}

func TestWithoutAClashEachPlaceHasOnePerson(t *testing.T) {
	around := at(t, "Wed 00:00")
	rapid.Check(t, func(t *rapid.T) {
		r := someRota(around).Draw(t, "rota")
		clashing := slices.ContainsFunc(r, func(s rota.Shift) bool { _, clashes := r.Clash(s); return clashes })
		doubled := false
		for u := around.Add(-24 * time.Hour); u.Before(around.Add(40 * time.Hour)); u = u.Add(15 * time.Minute) {
			for _, team := range []string{"echo", "links"} {
				places := make(map[int]int)
				for _, s := range r {
					if slices.Contains(s.Teams, team) && !u.Before(s.StartsAt) && u.Before(s.EndsAt) {
						places[s.Order]++
						doubled = doubled || places[s.Order] > 1
					}
				}
			}
		}
		if clashing != doubled {
			t.Fatalf("a shift clashes: %v; a place is held twice: %v; in %v", clashing, doubled, r)
		}
	})
}
