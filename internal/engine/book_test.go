package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestBooking(t *testing.T) {
	t.Run("what is missing is asked for once", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.book(func(b *engine.Booking) { b.Details.Address = private.Text{} })
			w.phone(priya).Expects("at 14:00, please add: address")
			w.wait(30 * time.Minute)
			for _, text := range w.phone(priya).read() {
				if strings.Contains(text, "please add") {
					t.Errorf("asked again: %q", text)
				}
			}
		})
	})
	t.Run("an overlap is refused unless it is meant", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			w.book()
			b := engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: sunday.Add(30 * time.Minute), ExpectedEndAt: sunday.Add(2 * time.Hour)}
			_, err := w.engine.Book(t.Context(), engine.Actor{}, b)
			invalid(t, err, "starts_at")
			b.Overlap = true
			_, err = w.engine.Book(t.Context(), engine.Actor{}, b)
			w.must(err)
		})
	})
	t.Run("the same call twice books once", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			b := engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: sunday, ExpectedEndAt: sunday.Add(time.Hour)}
			who := engine.Actor{By: "p-priya", Token: "desk", Key: "k1"}
			first, err := w.engine.Book(t.Context(), who, b)
			w.must(err)
			again, err := w.engine.Book(t.Context(), who, b)
			w.must(err)
			if first.Visit != again.Visit {
				t.Error("booked twice")
			}
		})
	})
	t.Run("in a gap it says so, and falls to the fallback", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			later := sunday.Add(30 * time.Hour)
			booked, err := w.engine.Book(t.Context(), engine.Actor{}, engine.Booking{Worker: "p-priya", Kind: "home_visit", StartsAt: later, ExpectedEndAt: later.Add(time.Hour)})
			w.must(err)
			who, gap, err := w.engine.Responder(t.Context(), w.visit(booked.Visit))
			if err != nil || !booked.Gap || !gap || who != "p-lee" {
				t.Errorf("gap %v, %v; falls to %s (%v)", booked.Gap, gap, who, err)
			}
		})
	})
	t.Run("a meeting is not watched", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			visit := w.book(func(b *engine.Booking) { b.Kind = "meeting" })
			if due := w.visit(visit).DueAt; !due.IsZero() {
				t.Errorf("it is due at %v", due)
			}
			w.wait(3 * time.Hour)
			w.is(visit, watch.Ended)
			w.noAlarm()
			w.silent(priya, sam)
		})
	})
	t.Run("someone we do not know, or who left, is refused", func(t *testing.T) {
		each(t, func(t *testing.T, w *world) {
			b := engine.Booking{Worker: "p-nobody", Kind: "home_visit", StartsAt: sunday, ExpectedEndAt: sunday.Add(time.Hour)}
			_, err := w.engine.Book(t.Context(), engine.Actor{}, b)
			invalid(t, err, "worker")
			b.Worker, b.Responders = "p-priya", []string{"p-nobody"}
			_, err = w.engine.Book(t.Context(), engine.Actor{}, b)
			invalid(t, err, "responders")
		})
	})
}

func TestJointVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		booked, err := w.engine.Book(t.Context(), engine.Actor{By: "p-priya"}, engine.Booking{Worker: "p-priya", JointWith: []string{"p-jo"}, Kind: "home_visit",
			StartsAt: sunday, ExpectedEndAt: sunday.Add(time.Hour)})
		w.must(err)
		w.settle()
		w.phone(priya).texts("in")
		w.phone(jo).texts("in")
		w.wait(30 * time.Minute)
		w.readAll()
		w.phone(priya).texts("we're both out")
		w.is(booked.Visit, watch.Ended)
		w.is(booked.Joint[0], watch.Inside)
		w.phone(jo).Expects("your colleague has texted for you both")
		w.phone(jo).texts("out")
		w.is(booked.Joint[0], watch.Ended)
	})
}

func TestDuressByOneOfTwoAlarmsForBoth(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.engine.Book(t.Context(), engine.Actor{By: "p-priya"}, engine.Booking{Worker: "p-priya", JointWith: []string{"p-jo"}, Kind: "home_visit",
			StartsAt: sunday, ExpectedEndAt: sunday.Add(time.Hour)})
		w.must(err)
		w.settle()
		w.phone(priya).texts("ASK Scarlett")
		open, err := w.db.Alarms(t.Context(), "open", 0)
		if err != nil || len(open) != 2 {
			t.Errorf("%d alarms, want one for each (%v)", len(open), err)
		}
	})
}

func TestEditVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		w.phone(priya).texts("in")
		there := private.New("2 Other Road")
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, engine.VisitEdit{Address: &there, Responders: &[]string{"p-ann"}}))
		v := w.visit(visit)
		if v.Details.Address != there || v.AtIn == nil || v.AtIn.Address != private.New("1 Example Street") {
			t.Error("an address edited after IN shows both")
		}
		loaded, err := w.db.Load(t.Context(), "p-priya")
		w.must(err)
		if got, _ := loaded.Watch.Visit(visit); len(got.Responders) != 1 || got.Responders[0] != "p-ann" || len(v.Responders) != 1 {
			t.Errorf("responders are %v in the watch, %v on the page", got.Responders, v.Responders)
		}
		w.phone(priya).texts("LATE 15:30")
		if v := w.visit(visit); v.Details.Address != there || v.AtIn == nil || v.Responders[0] != "p-ann" || !v.Private {
			t.Error("a new time lost the details")
		}
		if got, _ := loaded.Watch.Visit(visit); !got.Clock.Prompts {
			t.Error("another buddy turned the prompts off")
		}
		w.must(w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, engine.VisitEdit{Prompts: new(false)}))
		loaded, err = w.db.Load(t.Context(), "p-priya")
		w.must(err)
		if got, _ := loaded.Watch.Visit(visit); got.Clock.Prompts || got.Responders[0] != "p-ann" {
			t.Errorf("prompts are %v, and the responders %v", got.Clock.Prompts, got.Responders)
		}
		err = w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, engine.VisitEdit{Responders: &[]string{"p-nobody"}})
		invalid(t, err, "responders")
		w.wait(2 * time.Hour)
		refused(t, w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, engine.VisitEdit{ExpectedEndAt: w.clock.Now().Add(time.Hour)}))
	})
}

func TestLeaver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		visit := w.book()
		gone := buddy.Person{ID: "p-priya", Name: "Priya Nair", Team: "echo", Roles: []string{"worker"}, Mobile: w.number(priya)}
		_, err := w.engine.PutPerson(t.Context(), engine.Actor{}, gone)
		refused(t, err)
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-mo"}, visit, true, private.New("spoke")))
		_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, gone)
		w.must(err)
	})
}

func TestUnplannedVisit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.phone(priya).texts("in 30")
		w.phone(priya).Expects("This visit was not booked")
		w.phone(sam).Expects("Priya N went into a visit that was not booked, until 14:30")
		loaded, err := w.db.Load(t.Context(), "p-priya")
		w.must(err)
		v := w.visit(loaded.Watch.Visits[0].ID)
		if v.Team != "echo" || v.Kind != "home_visit" || !v.Private || v.BookedAt.IsZero() {
			t.Errorf("team %q, kind %q, private %v, booked %v", v.Team, v.Kind, v.Private, v.BookedAt)
		}
		w.wait(46 * time.Minute)
		w.is(v.ID, watch.Overdue)
	})
}

func TestShiftLists(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		chore := func() { w.t.Helper(); w.must(w.engine.Chores(t.Context())); w.settle() }
		chore()
		w.silent(sam, ann) // nothing to list yet
		visit := w.book()
		w.wait(5 * time.Minute) // the visits of a shift are looked at every five minutes
		chore()
		list := w.phone(sam).Expects("On call").Body
		if !strings.Contains(list, w.visit(visit).Reference+" 14:00-15:00") {
			t.Errorf("the list %q lacks the visit", list)
		}
		w.phone(ann).Expects("On call")
		w.book(forJo)
		for range 13 { // bundled: at most one in 15 minutes
			w.wait(time.Minute)
			chore()
		}
		w.silent(sam, ann)
		w.wait(7 * time.Minute)
		chore()
		w.phone(sam).Expects("On call")
		w.wait(30 * time.Minute)
		chore()
		w.silent(sam) // nothing changed
	})
}

func TestGapWarnings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		begin := sunday.Add(50 * time.Hour)
		w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt = begin, begin.Add(time.Hour) })
		chore := func() { w.must(w.engine.Chores(t.Context())); w.settle() }
		chore()
		w.phone(mo).Expects("Nobody is on call from")
		w.wait(time.Hour)
		chore()
		w.silent(mo) // once at each distance
		w.wait(2 * time.Hour)
		chore()
		w.phone(mo).Expects("in 48 h")
		w.onCall("p-ann", 1, begin.Add(-time.Hour), begin.Add(5*time.Hour))
		w.wait(44 * time.Hour)
		chore()
		w.silent(mo)
	})
}

func TestShiftChangeTellsTheNewResponder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.wait(75 * time.Minute)
		w.must(w.act("p-sam", watch.Acknowledge{}))
		w.readAll()
		w.must(w.act("p-sam", watch.Police{}))
		w.onCall("p-mo", 1, sunday.Add(18*time.Hour), sunday.Add(30*time.Hour))
		w.until(sunday.Add(18*time.Hour + time.Minute))
		w.phone(mo).Expects("You are on call")
		w.phone(mo).Expects("Sam H has an alarm for Priya N. Please take it over.")
		if held := w.alarm().HeldBy; held != "p-sam" {
			t.Errorf("held by %q: the holder keeps it until the next confirms", held)
		}
	})
}
