package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// shelf is a calendar that keeps what is written into it, and fails when told to.
type shelf struct {
	events map[string]calendar.Event // by UID
	writes int
	fails  error
	lost   error           // said once something was written
	bad    map[string]bool // what can never be written, by its page
	tried  int
}

func (s *shelf) Put(_ context.Context, _ string, e calendar.Event) error {
	s.tried++
	if s.fails != nil {
		return s.fails
	}
	if s.bad[e.URL] {
		return errors.New("this one is refused")
	}
	s.writes++
	s.events[e.UID] = e
	return s.lost
}

func (s *shelf) Remove(_ context.Context, _, uid string) error {
	if s.fails != nil {
		return s.fails
	}
	s.writes++
	delete(s.events, uid)
	return s.lost
}

// withShelf runs a test in a world whose team has a calendar; writes lets the engine look, and says what stands there then.
func withShelf(t *testing.T, test func(t *testing.T, w *world, s *shelf, writes func() []string)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		t.Parallel()
		s := &shelf{events: map[string]calendar.Event{}}
		w := newWorld(t, open(), func(o *engine.Options) {
			o.TeamCalendar, o.TeamCalendars = s, map[string]string{"echo": "echo@council.example"}
		})
		test(t, w, s, func() (says []string) {
			t.Helper()
			w.sleep(20 * time.Second)
			if err := w.engine.WriteTeamCalendars(t.Context()); err != nil && s.fails == nil && s.lost == nil && len(s.bad) == 0 {
				t.Fatal(err)
			}
			for _, e := range s.events {
				says = append(says, e.Summary.Reveal()+" "+e.Start.At.Format("15:04")+" "+string(e.Class)+" "+e.URL)
				if e.Location.Reveal() != "" || e.Description.Reveal() != "" || strings.Contains(e.Summary.Reveal()+e.URL, "Smith") {
					t.Errorf("it says too much: %q", e.Summary.Reveal())
				}
			}
			return says
		})
	})
}

func only(t *testing.T, says []string, want string) {
	t.Helper()
	if len(says) != 1 || says[0] != want {
		t.Errorf("the calendar has %q, not %q", says, want)
	}
}

func TestATeamsCalendarShowsItsVisits(t *testing.T) {
	withShelf(t, func(t *testing.T, w *world, s *shelf, writes func() []string) {
		at := sunday.Add(24 * time.Hour)
		id := w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt, b.Private = at, at.Add(time.Hour), new(false) })
		ref := w.visit(id).Reference
		only(t, writes(), "Priya N: Home visit "+ref+" 14:00  https://allclear.example/visits/"+id)
		n := s.writes
		writes()
		if s.writes != n {
			t.Error("what stands there was written again")
		}
		priya := engine.Actor{By: "p-priya", Via: "page"}
		w.must(w.engine.EditVisit(t.Context(), priya, id, engine.VisitEdit{StartsAt: at.Add(time.Hour), ExpectedEndAt: at.Add(2 * time.Hour)}))
		only(t, writes(), "Priya N: Home visit "+ref+" 15:00  https://allclear.example/visits/"+id)
		w.must(w.engine.EditVisit(t.Context(), priya, id, engine.VisitEdit{Private: new(true)}))
		only(t, writes(), "Priya N: Busy – private 15:00 PRIVATE ")
		w.must(w.engine.CancelVisit(t.Context(), priya, id, false, private.New("moved")))
		if says := writes(); len(says) != 0 {
			t.Errorf("called off, it shows %q", says)
		}
	})
}

// What cannot be written is tried again, and what was begun before a crash is known: nothing stays in the calendar that was called off meanwhile.
func TestATeamsCalendarThatFailsIsPutRight(t *testing.T) {
	withShelf(t, func(t *testing.T, w *world, s *shelf, writes func() []string) {
		at := sunday.Add(24 * time.Hour)
		id := w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt, b.Private = at, at.Add(time.Hour), new(true) })
		s.fails = errors.New("throttled")
		writes()
		s.fails, s.lost = nil, errors.New("the answer is lost")
		only(t, writes(), "Priya N: Busy – private 14:00 PRIVATE ")
		s.lost = nil
		w.crash()
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, id, false, private.New("moved")))
		if says := writes(); len(says) != 0 {
			t.Errorf("called off, it shows %q", says)
		}
		if held, err := w.db.TeamEvents(t.Context(), "echo@council.example"); err != nil || len(held) != 0 {
			t.Errorf("it is kept that it shows %+v, %v", held, err)
		}
	})
}

// Visits that can't be written keep no other out of the calendar, and a calendar that is away is not asked for each of its visits.
func TestVisitsThatCannotBeWrittenKeepNoOtherOut(t *testing.T) {
	withShelf(t, func(t *testing.T, w *world, s *shelf, writes func() []string) {
		s.bad = map[string]bool{}
		var last string
		for n := range 9 {
			at := sunday.Add(time.Duration(24+2*n) * time.Hour)
			last = w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt, b.Private = at, at.Add(time.Hour), new(false) })
			if n < 5 {
				s.bad["https://allclear.example/visits/"+last] = true
			}
		}
		for range 5 {
			writes()
		}
		if n := len(s.events); n != 4 {
			t.Errorf("%d of the 4 are written that can be", n)
		}
		clear(s.bad)
		for range 3 {
			writes()
		}
		if n := len(s.events); n != 9 {
			t.Errorf("%d are written once all can be", n)
		}
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, last, false, private.Text{}))
		s.fails = errors.New("away")
		for n := range 9 {
			at := sunday.Add(time.Duration(72+2*n) * time.Hour)
			w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt, b.Private = at, at.Add(time.Hour), new(false) })
		}
		s.tried = 0
		if writes(); s.tried > 3 {
			t.Errorf("a calendar that is away was asked %d times", s.tried)
		}
	})
}

// A call for help changes nothing in the team's calendar, which the worker and whoever is with them may read: it shows what it would have if they had asked for
// Jane (rule 4.2).
func TestATeamsCalendarShowsNothingOfACallForHelp(t *testing.T) {
	t.Parallel()
	shown := func(name string) (all []string) {
		t.Run(name, func(t *testing.T) {
			db := storetest.SQLite(t).Open(t)
			s := &shelf{events: map[string]calendar.Event{}}
			w := newWorld(t, db, func(o *engine.Options) {
				o.TeamCalendar, o.TeamCalendars = s, map[string]string{"echo": "echo@council.example"}
			})
			look := func() {
				w.sleep(20 * time.Second)
				w.must(w.engine.WriteTeamCalendars(t.Context()))
				for _, e := range s.events {
					all = append(all, fmt.Sprintf("%s %s to %s, %d writes", e.Summary.Reveal(), e.Start.At.Format("15:04"), e.End.At.Format("15:04"), s.writes))
				}
			}
			w.book()
			look()
			w.phone(priya).texts("Going in")
			w.phone(priya).texts("Can you ask " + name + " to ring me")
			look()
			if open, err := w.db.Alarms(t.Context(), "open", 10); err != nil || len(open) > 0 != (name == "Scarlett") {
				t.Fatalf("%d alarms are open, %v", len(open), err)
			}
			w.phone(priya).texts("New end 15:45")
			look()
			w.phone(priya).texts("OUT")
			look()
			w.wait(2 * time.Hour)
			look()
		})
		return all
	}
	jane, scarlett := shown("Jane"), shown("Scarlett")
	if len(jane) != 5 || !strings.Contains(jane[2], "15:45") {
		t.Errorf("on any day it shows %q", jane)
	}
	if !slices.Equal(scarlett, jane) {
		t.Errorf("asking for Scarlett it shows %q, for Jane %q", scarlett, jane)
	}
}

// Who may never see a worker may be in the team: then nothing of theirs stands in its calendar.
func TestATeamsCalendarTellsNobodyWhoMustNotKnow(t *testing.T) {
	withShelf(t, func(t *testing.T, w *world, s *shelf, writes func() []string) {
		w.book()
		jo := sunday.Add(24 * time.Hour)
		w.book(func(b *engine.Booking) { b.Worker, b.StartsAt, b.ExpectedEndAt = "p-jo", jo, jo.Add(time.Hour) })
		if says := writes(); len(says) != 2 {
			t.Errorf("it shows %q", says)
		}
		w.must(w.engine.Block(t.Context(), engine.Actor{By: "p-jo", Via: "page"}, store.Block{Worker: "p-jo", Person: "p-ann", Why: private.New("he is her former partner")}))
		only(t, writes(), "Priya N: Busy – private 14:00 PRIVATE ")
	})
}

// Who is erased leaves nothing in a team's calendar that is ahead; where it is not to be had then, it is taken out later.
func TestATeamsCalendarForgetsWhoIsErased(t *testing.T) {
	for name, away := range map[string]error{"at once": nil, "later": errors.New("throttled")} {
		t.Run(name, func(t *testing.T) {
			withShelf(t, func(t *testing.T, w *world, s *shelf, writes func() []string) {
				at := sunday.Add(24 * time.Hour)
				id := w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt, b.Private = at, at.Add(time.Hour), new(true) })
				only(t, writes(), "Priya N: Busy – private 14:00 PRIVATE ")
				s.fails = away
				w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, id, false, private.New("moved")))
				_, err := w.engine.ErasePerson(t.Context(), command, "p-priya", "she asked", false)
				w.must(err)
				if n := len(s.events); (n > 0) != (away != nil) {
					t.Errorf("%d events stand there", n)
				}
				s.fails = nil
				if says := writes(); len(says) != 0 {
					t.Errorf("it shows %q", says)
				}
				if held, err := w.db.TeamEvents(t.Context(), "echo@council.example"); err != nil || len(held) != 0 {
					t.Errorf("it is kept that it shows %+v, %v", held, err)
				}
			})
		})
	}
}

// What is over is history, and is not known for ever where a calendar is written into no more.
func TestWhatIsOverInACalendarIsForgotten(t *testing.T) {
	withShelf(t, func(t *testing.T, w *world, s *shelf, writes func() []string) {
		at := sunday.Add(24 * time.Hour)
		id := w.book(func(b *engine.Booking) { b.StartsAt, b.ExpectedEndAt, b.Private = at, at.Add(time.Hour), new(true) })
		writes()
		w.must(w.db.PutTeamEvent(t.Context(), store.TeamEvent{Visit: id, Calendar: "of.old@council.example", EndsAt: at.Add(time.Hour)}))
		w.must(w.engine.CancelVisit(t.Context(), engine.Actor{By: "p-priya", Via: "page"}, id, false, private.New("moved")))
		w.night(at)
		if held, err := w.db.TeamEvents(t.Context(), "of.old@council.example"); err != nil || len(held) != 1 {
			t.Errorf("before it is over it is %+v, %v", held, err)
		}
		w.night(at.Add(3 * 24 * time.Hour))
		if held, err := w.db.TeamEvents(t.Context(), "of.old@council.example"); err != nil || len(held) != 0 {
			t.Errorf("once it is over it is %+v, %v", held, err)
		}
	})
}
