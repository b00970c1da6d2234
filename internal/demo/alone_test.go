package demo_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/demo"
)

// outbox is how many messages there are about the open alarm of the sample day.
func (w *world) outbox() int {
	w.t.Helper()
	a, open := w.openAlarm("p-ruth")
	if !open {
		w.t.Fatal("the alarm of the sample day is not open")
	}
	messages, err := w.db.MessagesAbout(w.t.Context(), a.ID)
	w.must(err)
	return len(messages)
}

func TestTheClockIsPausedWhileNobodyIsLooking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.pass(demo.AloneMost - time.Minute)
	w.tick()
	if got := w.Time(); got.Speed != demo.UsualSpeed {
		t.Fatalf("it runs at %d though somebody looked 14 minutes ago", got.Speed)
	}
	w.Seen()
	w.clock.pass(demo.AloneMost - time.Minute)
	w.tick()
	if got := w.Time(); got.Speed != demo.UsualSpeed || got.Left != 0 {
		t.Fatalf("it runs at %d though somebody looked 14 minutes ago", got.Speed)
	}
	w.clock.pass(time.Minute)
	heard := w.Changed()
	w.tick()
	stood := w.Time()
	if stood.Speed != 0 || stood.Left != demo.UsualSpeed {
		t.Fatalf("nobody looked for 15 minutes: %+v", stood)
	}
	select {
	case <-heard:
	default:
		t.Error("open pages did not hear of it")
	}
	for range 10 { // what fell due before is handed over
		w.tick()
	}
	before := w.outbox()
	w.clock.pass(8 * time.Hour)
	w.tick()
	if got := w.outbox(); got != before || w.Time() != stood {
		t.Errorf("overnight there were %d more messages, and it is %+v", got-before, w.Time())
	}
	w.Seen() // looking lets nothing go on by itself
	w.tick()
	if w.Time() != stood {
		t.Errorf("somebody looked, and it is %+v", w.Time())
	}
	w.must(w.SetSpeed(t.Context(), stood.Left))
	w.tick()
	if got := w.Time(); got.Speed != demo.UsualSpeed || got.Left != 0 || !got.Now.After(stood.Now) {
		t.Errorf("let go on, it is %+v", got)
	}
	w.must(w.SetSpeed(t.Context(), 0))
	if got := w.Time(); got.Left != 0 {
		t.Error("somebody paused it, and the page says that nobody was looking")
	}
}

func TestAStoryWaitsForWhoLooksAtIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.Stories()[0].ID
	w.must(w.Play(t.Context(), id))
	w.tick()
	w.clock.pass(demo.AloneMost)
	w.tick()
	if s := w.story(id); s.Phase != demo.Paused || w.Time().Left == 0 {
		t.Fatalf("nobody looks, and the story is %q at %+v", s.Phase, w.Time())
	}
	w.Seen()
	w.must(w.Resume(t.Context()))
	w.tick()
	if s := w.story(id); s.Phase != demo.Playing || w.Time().Speed == 0 || w.Time().Left != 0 {
		t.Errorf("let go on, the story is %q at %+v", s.Phase, w.Time())
	}
}
