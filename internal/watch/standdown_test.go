package watch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/watch"
)

// People say a time to the minute: the police may be told, and stood down, in
// the minute in which the alarm opened, but not in the one before.
func TestThePoliceAreStoodDownNoEarlierThanTheMinuteOfTheAlarm(t *testing.T) {
	opened := time.Date(2026, 11, 22, 15, 0, 30, 0, time.UTC)
	w := watch.Watch{Worker: "priya"}
	step := func(after time.Duration, id string, e watch.Event) error {
		t.Helper()
		next, _, err := w.Step(opened.Add(after), watch.Input{ID: id, By: "sam", Event: e, Clock: usual(), Cover: rota.Cover{Chain: []string{"sam"}}})
		w = next
		return err
	}
	if err := errors.Join(step(0, "a", watch.Raise{Kind: watch.Duress}), step(0, "b", watch.Police{})); err != nil {
		t.Fatal(err)
	}
	stood := watch.Close{Evidence: watch.SeenByPolice, Note: true, Ended: true, StoodDownTo: true}
	stood.StoodDownAt = opened.Truncate(time.Minute).Add(-time.Second)
	err := step(time.Second, "c", stood)
	if invalid, is := errors.AsType[*watch.Invalid](err); !is || len(invalid.Problems) != 1 || invalid.Problems[0].Field != "police_stood_down.at" {
		t.Errorf("in the minute before: %v", err)
	}
	stood.StoodDownAt = opened.Truncate(time.Minute)
	if err := step(2*time.Second, "d", stood); err != nil || w.Alarm != nil {
		t.Errorf("in its own minute: %v", err)
	}
}
