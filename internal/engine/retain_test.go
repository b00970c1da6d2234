package engine_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

var command = engine.Actor{By: "command line", Via: "command"}

// night lets two nights pass, the second at an instant, and runs the chores until what is due is erased. The engine's other work is not
// asked for: weeks go by in which nothing happens.
func (w *world) night(at time.Time) {
	w.t.Helper()
	w.oneNight(at.Add(-24 * time.Hour))
	w.oneNight(at)
	_, err := w.db.Seal(w.t.Context(), w.clock.Now())
	w.must(err)
	w.must(w.db.Verify(w.t.Context(), w.clock.Now()))
}

func (w *world) oneNight(at time.Time) {
	w.t.Helper()
	w.clock.Set(at)
	w.crash()
	for range 5 {
		w.must(w.engine.Chores(w.t.Context()))
	}
}

// said gives all private words that can still be read of the workers' history.
func (w *world) said() string {
	w.t.Helper()
	var all []string
	for _, worker := range []string{"p-priya", "p-jo", "unknown-sender", "system"} {
		entries, err := w.db.Entries(w.t.Context(), worker, time.Time{}, time.Time{})
		w.must(err)
		for _, e := range entries {
			all = append(all, e.Words.Reveal())
		}
	}
	return strings.Join(all, "\n")
}

func TestASafeVisitsWordsGoAndAnAlarmsStay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		safe := w.book()
		w.phone(priya).texts("in, mind the xylograph")
		w.wait(30 * time.Minute)
		w.phone(priya).texts("out now, all fine, bye to Wobbegong")
		w.is(safe, watch.Ended)
		w.phone(stranger).texts("who is Zyzzyva")
		w.wait(48 * time.Hour)
		alarmed := w.book(func(b *engine.Booking) { b.Details.Address = private.New("7 Quillfeather Mews") })
		w.phone(priya).texts("in, the key is under the axolotl")
		w.wait(80 * time.Minute)
		alarm := w.alarm().ID
		w.must(w.act("p-sam", watch.Acknowledge{}))
		w.must(w.engine.Act(t.Context(), engine.Actor{By: "p-sam"}, alarm, watch.Call{Result: watch.SpokeOther}, engine.Words{Note: "she is at the quokka", To: "+447700900101"}))
		w.must(w.act("p-sam", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
		over := w.clock.Now()

		for _, word := range []string{"xylograph", "Wobbegong", "Zyzzyva", "axolotl", "quokka"} {
			if !strings.Contains(w.said(), word) {
				t.Errorf("%q was not kept", word)
			}
		}
		w.night(over.Add(40 * retain.Day))
		for word, there := range map[string]bool{"xylograph": false, "Wobbegong": false, "Zyzzyva": false, "axolotl": true, "quokka": true} {
			if strings.Contains(w.said(), word) != there {
				t.Errorf("after 40 days %q can be read: %v", word, !there)
			}
		}
		if w.visit(safe).Details.Address.Reveal() != "" || w.visit(alarmed).Details.Address.Reveal() == "" {
			t.Error("the safe visit has its address, or the alarm's has none")
		}
		w.night(over.Add(3*365*retain.Day + retain.Day))
		if left := strings.TrimSpace(w.said()); left != "" || w.visit(alarmed).Details.Address.Reveal() != "" {
			t.Errorf("after three years %q can be read", left)
		}
	})
}

func TestAnOrganisationSetsItsOwnPeriods(t *testing.T) {
	own := retain.Standard()
	own.Visit = 90 * retain.Day
	w := newWorld(t, storetest.SQLite(t).Open(t), func(o *engine.Options) { o.Retain = own })
	visit := w.book()
	w.phone(priya).texts("in")
	w.wait(30 * time.Minute)
	w.phone(priya).texts("out")
	w.is(visit, watch.Ended)
	over := w.clock.Now()
	w.night(over.Add(80 * retain.Day))
	if w.visit(visit).Details.Address.IsZero() {
		t.Error("it went before its time")
	}
	w.night(over.Add(95 * retain.Day))
	if !w.visit(visit).Details.Address.IsZero() {
		t.Error("it stayed after its time")
	}
}

// A clock that was set years ahead must not cost everything in its first night.
func TestTheFirstNightAfterALongTimeErasesNothing(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	visit := w.book()
	w.phone(priya).texts("in")
	w.wait(30 * time.Minute)
	w.phone(priya).texts("out")
	w.is(visit, watch.Ended)
	for i, there := range []bool{true, true, false} {
		w.oneNight(sunday.Add(9*365*retain.Day + time.Duration(i)*6*time.Hour)) // 14:00, 20:00, 2:00: one night falls due at once, and one after
		if w.visit(visit).Details.Address.IsZero() == there {
			t.Errorf("look %d: the address is there: %v", i, !there)
		}
	}
}

func TestAnErasureOnRequest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		refused := func(says string) {
			t.Helper()
			_, err := w.engine.ErasePerson(t.Context(), command, "p-priya", "she asked", false)
			if r, is := errors.AsType[*watch.Refused](err); !is || !strings.Contains(r.Says, says) {
				t.Errorf("not refused as %q: %v", says, err)
			}
		}
		visit := w.book()
		refused("open visits")
		w.phone(priya).texts("in, mind the xylograph")
		w.wait(80 * time.Minute)
		refused("open visits or an open alarm")
		alarm := w.alarm().ID
		w.must(w.act("p-sam", watch.Acknowledge{}))
		w.must(w.act("p-sam", watch.Close{Evidence: watch.SpokeWorker, Note: true, Ended: true}))
		w.wait(48 * time.Hour)
		safe := w.book()
		w.phone(priya).texts("in, the axolotl is here")
		w.wait(30 * time.Minute)
		w.phone(priya).texts("out")
		w.is(safe, watch.Ended)

		hold, err := w.engine.Hold(t.Context(), command, "alarm/"+alarm, "a claim")
		w.must(err)
		refused("a legal hold is on ")
		_, err = w.engine.LiftHold(t.Context(), command, hold)
		w.must(err)

		g, err := w.engine.ErasePerson(t.Context(), command, "p-priya", "she asked", true)
		w.must(err)
		stays := func(owner string) bool {
			return slices.ContainsFunc(g.Stays, func(x store.Verdict) bool { return x.Owner == owner && x.Stays != "" })
		}
		if !slices.Contains(g.Goes, "person/p-priya") || !slices.Contains(g.Goes, "visit/"+safe) || !stays("visit/"+visit) || !stays("alarm/"+alarm) {
			t.Errorf("it would come to %+v", g)
		}
		if p, err := w.db.Person(t.Context(), "p-priya"); err != nil || p.Name == "" {
			t.Errorf("a dry run erased: %v", err)
		}
		_, err = w.engine.ErasePerson(t.Context(), command, "p-priya", "she asked", false)
		w.must(err)
		if said := w.said(); strings.Contains(said, "axolotl") || !strings.Contains(said, "xylograph") {
			t.Error("the safe visit's words stayed, or the alarm's went")
		}
		e, err := w.db.Entry(t.Context(), "erased/person/p-priya")
		if err != nil || e.By != "command line" || e.Words.Reveal() != "she asked" || !strings.Contains(string(e.Input), "request") {
			t.Errorf("on record is %+v, %v", e, err)
		}
		_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, buddy.Person{ID: "p-priya", Name: "Priya Nair", Team: "echo", Roles: []string{"worker"}, Active: true})
		if _, is := errors.AsType[*watch.Refused](err); !is {
			t.Errorf("new details of who was erased: %v", err)
		}
		addr := private.New("x")
		if _, is := errors.AsType[*watch.Refused](w.engine.EditVisit(t.Context(), engine.Actor{By: "p-mo"}, safe, engine.VisitEdit{Address: &addr})); !is {
			t.Error("new details of a visit that was erased were taken")
		}
		w.night(w.clock.Now().Add(25 * time.Hour))
	})
}

func TestAnAlarmAboutSomeoneErasedIsRaisedAndTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.engine.ErasePerson(t.Context(), command, "p-priya", "", false)
		w.must(err)
		w.readAll()
		_, err = w.engine.Raise(t.Context(), engine.Actor{By: "p-ann", Via: "api"}, "p-priya", "", watch.Duress, engine.Words{Note: "she rang in tears"})
		w.must(err)
		w.settle()
		w.phone(sam).Expects("CALL 999 now")
		if !strings.Contains(w.said(), "in tears") {
			t.Error("what is said of it is lost")
		}
		w.replays("p-priya")
	})
}

// midway is a node's store that lets something happen just before a commit: another process erases.
type midway struct {
	*store.DB
	before func()
}

func (m *midway) Commit(ctx context.Context, c store.Change) error {
	if before := m.before; before != nil && len(c.Received) > 0 {
		m.before = nil
		before()
	}
	return m.DB.Commit(ctx, c)
}

// Someone is erased by another process while their cry for help is on its way: before it is looked at, and after it was understood. People
// are told both times, and what was cried can be read.
func TestACryOfSomeoneBeingErasedIsHeard(t *testing.T) {
	for when, told := range map[string]string{"while it waits": "a number we do not know", "after it was understood": "CALL 999 now"} {
		t.Run(when, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, open func() *store.DB) {
				other := open()
				on := &midway{DB: open()}
				w := newWorld(t, on.DB, func(o *engine.Options) { o.Store = on })
				visit := w.book()
				w.phone(priya).texts("in")
				w.wait(30 * time.Minute)
				w.phone(priya).texts("out")
				w.is(visit, watch.Ended)
				w.readAll()
				erase := func() {
					owners, err := other.OwnersOf(t.Context(), "p-priya")
					w.must(err)
					x := store.Erasure{At: w.clock.Now(), Why: "request", Stays: func(retain.Record) retain.Why { return "" }}
					if done, err := other.Erase(t.Context(), x, owners...); err != nil || len(done) < 2 {
						t.Fatalf("%v, %v", done, err)
					}
				}
				if when == "while it waits" {
					w.phone(priya).sends("help me he has the ptarmigan")
					erase()
					w.settle()
				} else {
					on.before = erase
					w.phone(priya).texts("help me he has the ptarmigan")
				}
				w.phone(sam).Expects(told)
				w.must(on.HearKeys(t.Context()))
				if !strings.Contains(w.said(), "ptarmigan") {
					t.Error("what was cried is lost")
				}
				_, err := on.Seal(t.Context(), w.clock.Now())
				w.must(err)
				w.must(on.Verify(t.Context(), w.clock.Now()))
			})
		})
	}
}

func TestNextOfKinGoWithWhoLeaves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		leave := func(active bool) int {
			t.Helper()
			p, err := w.db.Person(t.Context(), "p-priya")
			w.must(err)
			p.Active = active
			_, err = w.engine.PutPerson(t.Context(), engine.Actor{}, p)
			w.must(err)
			p, err = w.db.Person(t.Context(), "p-priya")
			w.must(err)
			return len(p.Contacts)
		}
		hold, err := w.engine.Hold(t.Context(), command, "person/p-priya", "a claim")
		w.must(err)
		if leave(false) != 1 || leave(true) != 1 {
			t.Error("they went in spite of a hold")
		}
		_, err = w.engine.LiftHold(t.Context(), command, hold)
		w.must(err)
		if leave(false) != 0 {
			t.Error("they stayed")
		}
	})
}
