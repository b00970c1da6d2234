package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// counted is a database that counts how often visits are listed.
type counted struct {
	engine.Store
	lists int
}

func (c *counted) Visits(ctx context.Context, f store.VisitFilter) ([]store.Visit, error) {
	c.lists++
	return c.Store.Visits(ctx, f)
}

// chores seals the record and lets the minutes pass, with the chores of each, as
// a running server does.
func (w *world) chores(minutes int) {
	w.t.Helper()
	for range minutes {
		_, err := w.db.Seal(w.t.Context(), w.clock.Now())
		w.must(err)
		w.must(w.engine.Chores(w.t.Context()))
		w.settle()
		w.wait(time.Minute)
	}
}

// eachCounted is each, with a rota that has no gap for a week.
func eachCounted(t *testing.T, test func(t *testing.T, w *world, c *counted)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		c := &counted{}
		w := newWorld(t, open(), func(o *engine.Options) {
			c.Store = o.Store
			o.Store = c
		})
		w.onCall("p-ann", 1, sunday.Add(18*time.Hour), sunday.Add(9*24*time.Hour))
		w.settle()
		w.readAll()
		test(t, w, c)
	})
}

func TestATeamAtRestIsNotLookedAt(t *testing.T) {
	eachCounted(t, func(t *testing.T, w *world, c *counted) {
		w.book(func(b *engine.Booking) {
			b.StartsAt, b.ExpectedEndAt = sunday.Add(6*time.Hour), sunday.Add(7*time.Hour)
		})
		w.chores(10)
		w.phone(sam).Expects("On call")
		w.phone(ann).Expects("On call")
		c.lists = 0
		w.chores(45)
		if c.lists > 0 {
			t.Errorf("visits were listed %d times while nothing changed", c.lists)
		}
		w.book(forJo)
		w.chores(7)
		if c.lists == 0 {
			t.Error("a new visit was not seen")
		}
		w.phone(sam).Expects("On call")
		w.phone(ann).Expects("On call")
	})
}

func TestAListIsSentForWhatAnotherNodeBooked(t *testing.T) {
	eachCounted(t, func(t *testing.T, w *world, _ *counted) {
		w.chores(10)
		w.silent(sam, ann)
		ours := w.engine
		w.crash() // another one, which has seen nothing
		w.book(forJo)
		w.engine = ours
		w.chores(7)
		w.phone(sam).Expects("On call")
	})
}

// Between the start of the chores and that of the next shift no visit changes:
// the list goes out by time alone.
func TestTheNextShiftGetsItsListThoughNothingChanged(t *testing.T) {
	eachCounted(t, func(t *testing.T, w *world, _ *counted) {
		w.book(func(b *engine.Booking) {
			b.StartsAt, b.ExpectedEndAt = sunday.Add(20*time.Hour), sunday.Add(21*time.Hour)
		})
		w.chores(10)
		w.until(sunday.Add(18*time.Hour - 2*time.Minute))
		w.chores(2)
		w.phone(ann).read()
		w.silent(sam)
		w.chores(2)
		w.phone(ann).Expects("On call")
	})
}

// A list that changes within the bundle's quarter of an hour goes out at its end,
// though nothing changes then.
func TestABundledListIsNotForgotten(t *testing.T) {
	eachCounted(t, func(t *testing.T, w *world, _ *counted) {
		w.book()
		w.chores(2)
		w.phone(sam).Expects("On call")
		w.book(forJo)
		w.chores(11)
		w.silent(sam)
		w.chores(6)
		w.phone(sam).Expects("On call")
	})
}
