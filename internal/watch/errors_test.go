package watch_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/watch"
)

// Whoever words a refusal anew asks what it is, and reads nothing out of its words.
func TestWhichProblemIsTheOverlap(t *testing.T) {
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	visit := func(id string, starts, ends time.Duration) watch.Input {
		v := watch.Visit{ID: id, Reference: id, StartsAt: at.Add(starts), ExpectedEndAt: at.Add(ends), Clock: usual()}
		return watch.Input{ID: "i-" + id, By: "p-priya", Cover: fullCover(), Event: watch.Book{Visit: v}}
	}
	w, _, err := watch.Watch{Worker: "p-priya"}.Step(at, visit("A7F3", time.Hour, 2*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		starts, ends time.Duration
		overlaps     []bool // of each problem
		tooLong      bool
	}{
		{time.Hour, 2 * time.Hour, []bool{true}, false},
		{-13 * time.Hour, 90 * time.Minute, []bool{false, true}, false},
		{time.Hour, 26 * time.Hour, []bool{false, true}, true},
		{-13 * time.Hour, -12 * time.Hour, []bool{false, false}, false},
	} {
		_, _, err := w.Step(at, visit("B8G4", test.starts, test.ends))
		invalid, is := errors.AsType[*watch.Invalid](err)
		if !is {
			t.Fatalf("from %s to %s: %v", test.starts, test.ends, err)
		}
		var overlaps []bool
		for _, p := range invalid.Problems {
			overlaps = append(overlaps, invalid.IsOverlap(p))
		}
		if !slices.Equal(overlaps, test.overlaps) || invalid.TooLong != test.tooLong || (invalid.Overlaps != "") != slices.Contains(overlaps, true) {
			t.Errorf("from %s to %s: %v of %+v", test.starts, test.ends, overlaps, invalid)
		}
	}
}
