package bench

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

func TestOnlyAnAlarmsOwnTextCounts(t *testing.T) {
	due := time.Now().Add(-time.Second)
	w := newWaiting(2)
	w.expect("A7F3", "+447800000000", due)
	w.expect("B2C4", "+447800000000", time.Now().Add(time.Hour))
	for _, m := range []twilio.Message{
		{To: "+447700000001", Body: "A7F3 another's phone"},
		{To: "+447800000000", Body: "Z9Z9 another visit"},
		{To: "+447800000000", Body: "B2C4 before its time"},
		{To: "+447800000000", Body: "Visits: A7F3, B2C4"},
	} {
		w.see(m)
		if w.left() != 2 {
			t.Fatalf("%q was taken for an alarm", m.Body)
		}
	}
	w.see(twilio.Message{To: "+447800000000", Body: "A7F3 23:15: We have not heard"})
	first := w.alarms["A7F3"].came
	w.see(twilio.Message{To: "+447800000000", Body: "A7F3 23:20, 2nd notice: We have not heard"})
	if w.left() != 1 || !w.alarms["A7F3"].came.Equal(first) || first.Sub(due) < time.Second {
		t.Errorf("%d are left, it came %v after it was due", w.left(), first.Sub(due))
	}
}

func TestEachGivesTheFirstErrorAndLeavesTheRest(t *testing.T) {
	broken := errors.New("broken")
	var done atomic.Int64
	err := each(t.Context(), 100_000, func(int) { done.Add(1) }, func(_ context.Context, i int) error {
		if i == 100 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || done.Load() > 99_999 {
		t.Errorf("got %v after %d", err, done.Load())
	}
	if err := each(t.Context(), 10, func(int) {}, func(context.Context, int) error { return nil }); err != nil {
		t.Errorf("without an error: %v", err)
	}
}
