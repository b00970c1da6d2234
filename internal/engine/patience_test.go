package engine_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/engine/enginetest"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// fast is a rehearsal's clock, so many times as fast as real time.
type fast struct{ *enginetest.Clock }

const hastens = 600

func (fast) Real(span time.Duration) time.Duration { return span / hastens }
func (fast) Plan(real time.Duration) time.Duration { return real * hastens }
func (fast) True(at time.Time) time.Time           { return sunday.Add(at.Sub(sunday) / hastens) }

// held is a database that answers nobody while it is held.
type held struct {
	*store.DB
	is bool
}

func (h *held) Commit(ctx context.Context, c store.Change) error {
	if h.is && c.Worker != "system" { // or nobody could be told
		return context.DeadlineExceeded
	}
	return h.DB.Commit(ctx, c)
}

func (h *held) Claim(ctx context.Context, at, leaseUntil time.Time, owner, class string, limit int) ([]store.Message, error) {
	if h.is {
		return nil, context.DeadlineExceeded
	}
	return h.DB.Claim(ctx, at, leaseUntil, owner, class, limit)
}

// asides is how often people were told that something could not be dealt with.
func (w *world) asides() (n int) {
	w.t.Helper()
	said, err := w.db.Entries(w.t.Context(), "system", sunday, sunday.AddDate(0, 0, 30))
	w.must(err)
	for _, entry := range said {
		if slices.Contains([]string{"text_set_aside", "worker_stuck", "messages_unclaimed"}, entry.Kind) {
			n++
		}
	}
	return n
}

// troubles are what may go wrong on a machine that is too busy for a moment.
var troubles = map[string]func(w *world){
	"a text":   func(w *world) { _, err := w.engine.StepWaiting(w.t.Context()); w.must(err) },
	"a worker": func(w *world) { _, err := w.engine.StepDue(w.t.Context()); w.must(err) },
	"messages": func(w *world) { _, _ = w.engine.Deliver(w.t.Context()) },
}

// hold has the database held for so long, in real time, while pass follows upon pass.
func (w *world) hold(db *held, forSo time.Duration, on engine.Clock, does func(*world)) {
	db.is = true
	const passes = 60
	for range passes {
		does(w)
		w.sleep(on.Plan(forSo) / passes)
	}
	does(w)
	db.is = false
}

func TestABusyMachineIsNoAlarmOnAFastClock(t *testing.T) {
	for what, does := range troubles {
		for name, c := range map[string]struct {
			fast  bool
			held  []time.Duration // in real time; between two it goes well
			tells bool
		}{
			"in real time, a moment":    {false, []time.Duration{3 * time.Second}, true},
			"on a fast clock, a moment": {true, []time.Duration{300 * time.Millisecond}, false},
			"on a fast clock, twice":    {true, []time.Duration{20 * time.Second, 20 * time.Second}, false},
			"on a fast clock, a minute": {true, []time.Duration{time.Minute}, true},
		} {
			t.Run(what+" "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, storetest.SQLite(t).Open(t), nil)
				var on engine.Clock = w.clock
				if c.fast {
					on = fast{w.clock}
				}
				db := &held{DB: w.db}
				w.tweak = func(o *engine.Options) { o.Store, o.Clock = db, on }
				w.crash()
				w.book()
				w.sleep(80 * time.Minute) // past due
				for _, d := range c.held {
					w.phone(priya).sends("in")
					w.hold(db, d, on, does)
					w.sleep(on.Plan(11 * time.Second)) // whose step failed rests for ten at most
					does(w)
				}
				if got := w.asides(); got > 0 != c.tells {
					t.Errorf("people were told %d times", got)
				}
			})
		}
	}
}
