package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// block keeps someone away from Priya.
func (w *world) block(person string) {
	w.t.Helper()
	w.must(w.engine.Block(w.t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: person, Why: private.New("we were married")}))
	w.settle()
}

// Rule 1.4: whoever is blocked never answers for the worker, though they are on call first.
func TestWhoIsBlockedIsNeverTold(t *testing.T) {
	t.Run("the next in the rota is, and then the fallback", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.block("p-sam")
			w.block("p-ann")
			w.book()
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(lee).Expects("We have not heard from Priya N")
			w.wait(time.Hour)
			w.silent(sam, samHome, ann)
			w.replays("p-priya")
		})
	})
	t.Run("of duress neither, nor as a manager or a colleague", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.plan(func(s *plan.Settings) { s.Colleagues = []string{"p-mo", "p-sam"} })
			w.block("p-sam")
			w.block("p-mo")
			w.book()
			w.readAll()
			w.phone(priya).texts("Can I speak to Scarlett please")
			w.phone(ann).Expects("CALL 999 now")
			w.wait(time.Hour)
			w.silent(sam, samHome, mo)
		})
	})
	t.Run("for others they answer", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.block("p-sam")
			w.book(forJo)
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(sam).Expects("We have not heard from Jo P")
		})
	})
	t.Run("their list of a shift is without the worker's visits", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.block("p-sam")
			ref := w.visit(w.book()).Reference
			w.must(w.engine.Chores(t.Context()))
			w.settle()
			if n := count(w.phone(sam).read(), ref); n != 0 {
				t.Errorf("Sam is told of visit %s", ref)
			}
			if n := count(w.phone(ann).read(), ref); n == 0 {
				t.Errorf("Ann is not told of visit %s", ref)
			}
		})
	})
	t.Run("a fallback who is blocked is none", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			for _, id := range []string{"p-sam", "p-ann", "p-lee"} {
				w.block(id)
			}
			w.book()
			w.readAll()
			w.wait(75 * time.Minute)
			w.phone(mo).Expects("We have not heard from Priya N")
			w.silent(sam, samHome, ann, lee)
		})
	})
}

// A block that is set while an alarm is open takes it from whoever is blocked.
func TestABlockHoldsInAnOpenAlarm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.readAll()
		w.wait(75 * time.Minute)
		w.phone(sam).Expects("We have not heard from Priya N")
		w.block("p-sam")
		refused(t, w.act("p-sam", watch.Acknowledge{}))
		refused(t, w.act("p-ann", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true, Second: "p-sam"}))
		w.phone(ann).Expects("We have not heard from Priya N")
		w.must(w.act("p-ann", watch.Acknowledge{}))
		if held := w.alarm().HeldBy; held != "p-ann" {
			t.Errorf("%s has the alarm", held)
		}
		w.must(w.engine.Unblock(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, "p-priya", "p-sam"))
		w.must(w.act("p-sam", watch.Acknowledge{}))
	})
}

// Who has the alarm when they are blocked hears no more of it, and who answers now is told to take it over.
func TestABlockTakesTheAlarmFromItsHolder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.readAll()
		w.wait(75 * time.Minute)
		w.phone(sam).Expects("We have not heard from Priya N")
		w.must(w.act("p-sam", watch.Acknowledge{}))
		w.readAll()
		w.block("p-sam")
		w.phone(ann).Expects("Priya N")
		w.must(w.act("p-ann", watch.Acknowledge{}))
		w.must(w.act("p-ann", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
		w.wait(time.Hour)
		w.silent(sam, samHome)
		w.replays("p-priya")
	})
}

// That a worker is in danger is taken from anyone; nothing else is from who is blocked.
func TestWhoIsBlockedMayRaise(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.block("p-sam")
		id := w.book()
		w.readAll()
		_, err := w.engine.Checkin(t.Context(), engine.Actor{By: "p-sam", Via: "call"}, engine.Checkin{Person: "p-priya", Visit: id, Text: private.New("I'm out")})
		refused(t, err)
		w.noAlarm()
		w.phone(sam).texts("SCARLETT Priya")
		if a := w.alarm(); a.Worker != "p-priya" || a.RaisedBy != "p-sam" {
			t.Errorf("open is %+v", a)
		}
		w.phone(ann).Expects("CALL 999 now")
		for _, text := range w.phone(sam).read() {
			if strings.Contains(text, "Example Street") || strings.Contains(text, "/alarms/") {
				t.Errorf("Sam is told %q", text)
			}
		}
	})
}

func TestWhoIsBlockedIsNotNamedAtBooking(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.block("p-ann")
		b := engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: sunday, ExpectedEndAt: sunday.Add(time.Hour), Responders: []string{"p-ann"}}
		_, err := w.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, b)
		invalid(t, err, "responders")
		b.Responders, b.JointWith = nil, []string{"p-ann"}
		_, err = w.engine.Book(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, b)
		invalid(t, err, "joint_with")
		id := w.book()
		invalid(t, w.engine.EditVisit(t.Context(), engine.Actor{By: "p-priya", Via: "api"}, id, engine.VisitEdit{Responders: &[]string{"p-ann"}}), "responders")
		invalid(t, w.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-priya"}), "person")
		invalid(t, w.engine.Block(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, store.Block{Worker: "p-priya", Person: "p-nobody"}), "person")
	})
}

// Whoever is on duty hears that a worker's clock is stuck; of one who keeps somebody away, not whose it is.
func TestAStuckClockOfWhoKeepsSomebodyAwayNamesNobody(t *testing.T) {
	for _, blocked := range []bool{false, true} {
		w := newWorld(t, storetest.SQLite(t).Open(t), nil)
		if blocked {
			w.block("p-sam")
		}
		db := &held{DB: w.db}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		w.book()
		w.readAll()
		w.sleep(80 * time.Minute) // past due
		w.hold(db, 3*time.Second, w.clock, troubles["a worker"])
		w.settle()
		said := strings.Join(w.phone(sam).read(), "\n")
		if !strings.Contains(said, "could not be dealt with") || strings.Contains(said, "A message about Priya") == blocked {
			t.Errorf("blocked %v: Sam is told %q", blocked, said)
		}
	}
}
