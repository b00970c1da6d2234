package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func newTestClock(t *testing.T, p storetest.Place, speed int) *clock {
	t.Helper()
	c, err := newClock(t.Context(), p.Open(t), speed, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestARehearsalGoesOnFromItsAnchor(t *testing.T) {
	p := storetest.SQLite(t)
	first := newTestClock(t, p, 240)
	again := newTestClock(t, p, 240)
	if off := again.Now().Sub(first.Now()).Abs(); off > 240*time.Second {
		t.Errorf("another process on the database is %v away: it must continue the clock, not start it anew", off)
	}
	if again.anchor != first.anchor {
		t.Errorf("anchors differ: %v and %v", first.anchor, again.anchor)
	}
}

func TestARehearsalChangesSpeedWithoutAJump(t *testing.T) {
	p := storetest.SQLite(t)
	was := newTestClock(t, p, 3600).Now()
	is := newTestClock(t, p, 60).Now()
	if is.Before(was) || is.Sub(was) > 3600*time.Second {
		t.Errorf("at another speed the clock went from %v to %v", was, is)
	}
}

func TestARehearsalsDatabaseIsRefusedForRealWork(t *testing.T) {
	p := storetest.SQLite(t)
	newTestClock(t, p, 60)
	if _, err := newClock(t.Context(), p.Open(t), 0, nil); err == nil {
		t.Error("a rehearsal's database was taken for real work")
	}
}

func TestTheClockNeverGoesBackOverARestart(t *testing.T) {
	p := storetest.SQLite(t)
	ahead := time.Now().UTC().Add(30 * time.Minute)
	if err := p.Open(t).SetMeta(t.Context(), engine.AliveKey, ahead.Format(time.RFC3339Nano)); err != nil {
		t.Fatal(err)
	}
	if now := newTestClock(t, p, 0).Now(); now.Before(ahead) {
		t.Errorf("it lived until %v and starts again at %v", ahead, now)
	}
}

func TestOneWrongBootIsNotForEver(t *testing.T) {
	p := storetest.SQLite(t)
	db := p.Open(t)
	if err := db.SetMeta(t.Context(), engine.AliveKey, time.Now().AddDate(10, 0, 0).Format(time.RFC3339Nano)); err != nil {
		t.Fatal(err)
	}
	if _, err := newClock(t.Context(), db, 0, nil); err == nil {
		t.Error("ten years apart, and without another clock to ask it starts")
	}
	agrees := func(context.Context) (time.Time, error) { return time.Now(), nil }
	c, err := newClock(t.Context(), db, 0, agrees)
	if err != nil || c.astray().Abs() > time.Second {
		t.Errorf("another clock agrees with the wall, and it is not taken: %v", err)
	}
	contradicts := func(context.Context) (time.Time, error) { return time.Now().AddDate(10, 0, 0), nil }
	if _, err := newClock(t.Context(), db, 0, contradicts); err == nil {
		t.Error("another clock says that the wall is wrong, and it starts by it")
	}
}

func TestARehearsalGoesNotBackEither(t *testing.T) {
	p := storetest.SQLite(t)
	lived := newTestClock(t, p, 240).Now().Add(10 * time.Minute)
	if err := p.Open(t).SetMeta(t.Context(), engine.AliveKey, lived.Format(time.RFC3339Nano)); err != nil {
		t.Fatal(err)
	}
	if now := newTestClock(t, p, 240).Now(); now.Before(lived) {
		t.Errorf("it lived until %v and starts again at %v", lived, now)
	}
}

func TestAWallClockIsAdoptedOnlyForwardAndWithAWitness(t *testing.T) {
	c := &clock{}
	slow := func() { c.base.Store(&base{start: time.Now().UTC().Add(-time.Hour), booted: uptime()}) }
	slow()
	if c.adopt(time.Now().Add(-time.Hour)) {
		t.Error("adopted a time that the witness contradicts")
	}
	if !c.adopt(time.Now()) || c.astray().Abs() > time.Second {
		t.Errorf("not adopted with a witness: still %v astray", c.astray())
	}
	c.base.Store(&base{start: time.Now().UTC().Add(time.Hour), booted: uptime()})
	if c.adopt(time.Now()) {
		t.Error("the clock was set back: what was due would wait again")
	}
}

func TestTheTrueInstantOfAPlannedOne(t *testing.T) {
	start := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	c := &clock{anchor: anchor{Real: start, Plan: start, Speed: 60}}
	if got := c.True(start.Add(time.Hour)); !got.Equal(start.Add(time.Minute)) {
		t.Errorf("an hour on the clock at x60 is truly %v", got)
	}
	if got := (&clock{}).True(start); !got.Equal(start) {
		t.Errorf("without a rehearsal the clock is the true one, and it says %v", got)
	}
}

func TestSpansAtSpeed(t *testing.T) {
	c := &clock{anchor: anchor{Speed: 240}}
	if c.Real(4*time.Minute) != time.Second || c.Plan(time.Second) != 4*time.Minute {
		t.Errorf("at x240: 4 min take %v, 1 s is %v", c.Real(4*time.Minute), c.Plan(time.Second))
	}
}

func TestARealInstallationsDatabaseIsRefusedForARehearsal(t *testing.T) {
	lived := map[string]func(*store.DB) error{
		"it ran": func(db *store.DB) error {
			return db.SetMeta(t.Context(), engine.AliveKey, time.Now().UTC().Format(time.RFC3339Nano))
		},
		"something is on record": func(db *store.DB) error {
			e := store.Entry{ID: "e1", At: time.Now(), RecordedAt: time.Now(), Kind: "book", Input: []byte("{}"), Events: []byte("[]")}
			return db.Commit(t.Context(), store.Change{Worker: "p-priya", Watch: watch.Watch{Worker: "p-priya"}, Entries: []store.Entry{e}})
		},
	}
	for name, live := range lived {
		t.Run(name, func(t *testing.T) {
			p := storetest.SQLite(t)
			db := p.Open(t)
			if err := live(db); err != nil {
				t.Fatal(err)
			}
			if _, err := newClock(t.Context(), db, 60, nil); !errors.Is(err, errReal) {
				t.Errorf("a rehearsal on a real installation's database: %v", err)
			}
			if _, err := newClock(t.Context(), db, 0, nil); err != nil {
				t.Errorf("and afterwards it is not taken for real work: %v", err)
			}
		})
	}
}

func TestARehearsalOfAnInstallationThatNeverRan(t *testing.T) {
	p := storetest.SQLite(t)
	db := p.Open(t)
	if _, err := addToken(t.Context(), db, "pages", "admin", byCommand); err != nil { // made beforehand
		t.Fatal(err)
	}
	if c := newTestClock(t, p, 60); c.Speed() != 60 {
		t.Errorf("the clock runs %d times as fast, want 60", c.Speed())
	}
}
