package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/watch"
)

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// alive notes that the engine lives.
func (w *world) alive() {
	w.t.Helper()
	w.must(w.engine.Chores(w.t.Context()))
	w.settle()
}

func TestStartAfterDownTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		late := w.book(forJo, func(b *engine.Booking) { b.ExpectedEndAt = sunday.Add(50 * time.Minute) })
		visit := w.book()
		w.alive()
		w.readAll()
		w.sleep(85 * time.Minute)
		w.crash()
		w.must(w.engine.Resume(t.Context()))
		w.settle()
		w.is(visit, watch.Overdue)
		w.is(late, watch.Overdue)
		var alarms []string
		down := 0
		for _, text := range w.phone(sam).read() {
			switch {
			case strings.Contains(text, "Allclear was down"):
				down++
				if !strings.Contains(text, w.visit(late).Reference) || !strings.Contains(text, w.visit(visit).Reference) {
					t.Errorf("%q does not name both visits that fell due", text)
				}
			case strings.Contains(text, "not heard"):
				alarms = append(alarms, text)
			}
		}
		if down != 1 {
			t.Errorf("told of the gap %d times", down)
		}
		if len(alarms) != 2 || !strings.Contains(alarms[0], "Jo P") || !strings.Contains(alarms[0], "LATE") || !strings.Contains(alarms[1], "LATE") {
			t.Errorf("alarms %q: want both, the earliest first, marked late", alarms)
		}
		w.phone(ann).Expects("not heard from Jo P") // her turn came in the gap too
		w.crash()
		w.must(w.engine.Resume(t.Context()))
		w.settle()
		for _, text := range w.phone(sam).read() {
			if strings.Contains(text, "Allclear was down") {
				t.Error("told of the same gap twice")
			}
		}
	})
}

func TestShortGapWithNothingDueIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.alive()
		w.readAll()
		w.sleep(40 * time.Second)
		w.crash()
		w.must(w.engine.Resume(t.Context()))
		w.settle()
		w.silent(sam, ann, lee)
	})
}

// A text whose webhook was lost while nothing ran is found at the provider.
func TestTextsThatCameWhileDown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).texts("in")
		w.alive()
		w.sleep(30 * time.Minute)
		w.town.Text(w.number(priya), w.number(ours), "out")
		w.town.Text(w.number(jo), w.number(ours), "help me")
		w.sleep(60 * time.Minute)
		w.crash()
		w.must(w.engine.Resume(t.Context()))
		w.settle()
		w.is(visit, watch.Ended)
		if a := w.alarm(); a.Worker != "p-jo" || a.Kind != watch.Distress {
			t.Errorf("alarm %s for %s", a.Kind, a.Worker)
		}
		w.phone(sam).Expects("LATE")
	})
}

func TestChoresCatchUp(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.alive()
		w.wait(5 * time.Minute)
		w.town.Text(w.number(priya), w.number(ours), "in") // its webhook never comes
		w.wait(2 * time.Minute)
		_, err := w.engine.StepDue(t.Context())
		w.must(err)
		w.alive()
		w.is(visit, watch.Inside)
	})
}

// What an open alarm was to do in the gap fell due as well: nobody was told to go
// to the police.
func TestAnOpenAlarmIsInWhatFellDue(t *testing.T) {
	gap := func(t *testing.T, w *world) string {
		t.Helper()
		w.alive()
		w.readAll()
		w.sleep(31 * time.Minute)
		w.crash()
		w.must(w.engine.Resume(t.Context()))
		w.settle()
		return w.phone(sam).Expects("Allclear was down").Body
	}
	t.Run("by its visit's reference", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book()
			w.wait(76 * time.Minute)
			w.must(w.act("p-sam", watch.Acknowledge{}))
			said := gap(t, w)
			if containsAny(said, "Nothing fell due") || !strings.Contains(said, "Fell due: "+w.visit(visit).Reference) {
				t.Errorf("said %q", said)
			}
		})
	})
	t.Run("without a visit", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.phone(priya).texts("Can I speak to Scarlett please")
			if said := gap(t, w); !strings.Contains(said, "Fell due: an open alarm.") {
				t.Errorf("said %q", said)
			}
		})
	})
	t.Run("not when nothing of it fell due", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.book()
			w.alive()
			w.readAll()
			w.sleep(5 * time.Minute)
			w.crash()
			w.must(w.engine.Resume(t.Context()))
			w.settle()
			w.phone(sam).Expects("Nothing fell due")
		})
	})
}
