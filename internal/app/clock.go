package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// clock is the time that people live by. Real time is the wall clock at start
// plus the time this machine has been up since, asleep or not, so that a wall
// clock that is set forward or back in between moves no alarm. A rehearsal's
// runs faster, from an anchor in the database.
type clock struct {
	base atomic.Pointer[base]
	// A reading holds mu from looking at the anchor until it has looked at the
	// time: with an atomic pointer alone, one that was interrupted between the two
	// could be later than those after a change of speed.
	mu     sync.RWMutex
	anchor anchor // zero: no rehearsal
	demo   bool   // its speed may change while it runs
	keep   func(context.Context, anchor) error
}

// base is what true time is counted from.
type base struct {
	start  time.Time     // the wall clock when this process started, or later if it had been later before
	booted time.Duration // how long the machine had been up then
}

// anchor is where a rehearsal clock started: Plan was the time at Real. Only a
// demo's has the Speed 0: it stands still.
type anchor struct {
	Real  time.Time `json:"real"`
	Plan  time.Time `json:"plan"`
	Speed int       `json:"speed"`
}

const anchorKey = "clock_anchor"

// errRehearsal refuses to run a rehearsal's database for real: its times are not
// those of this world.
var errRehearsal = errors.New("this database belongs to a rehearsal: give ALLCLEAR_SPEED, or another ALLCLEAR_DATABASE for real work")

// errReal refuses to rehearse in a real installation's database: the anchor would
// stay, and keep it from real work for good.
var errReal = errors.New("this database is a real installation's: rehearse with another ALLCLEAR_DATABASE, or leave out ALLCLEAR_SPEED")

// witness is the time by another machine's clock.
type witness func(context.Context) (time.Time, error)

// newClock reads or makes the database's clock.
func newClock(ctx context.Context, db *store.DB, speed int, ask witness) (*clock, error) {
	c := startClock(db)
	lived, err := livedIn(ctx, db) // before the anchor is read: another node may make it and live on it in between
	if err != nil {
		return nil, err
	}
	noted, err := db.Meta(ctx, anchorKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read clock: %w", err)
	}
	switch {
	case noted == "" && speed == 0:
		return c, c.neverBack(ctx, db, ask)
	case speed == 0:
		return nil, errRehearsal
	case noted == "" && lived:
		return nil, errReal
	case noted == "":
		now := c.real()
		first, err := json.Marshal(anchor{Real: now, Plan: now, Speed: speed})
		if err != nil {
			return nil, err
		}
		if noted, err = db.MetaOnce(ctx, anchorKey, string(first)); err != nil {
			return nil, fmt.Errorf("anchor clock: %w", err)
		}
	}
	if err := json.Unmarshal([]byte(noted), &c.anchor); err != nil {
		return nil, fmt.Errorf("read clock's anchor: %w", err)
	}
	if err := c.neverBack(ctx, db, ask); err != nil {
		return nil, err
	}
	return c, c.changeSpeed(ctx, speed)
}

// livedIn says whether Allclear has run on the database, or anything is on its
// record.
func livedIn(ctx context.Context, db *store.DB) (bool, error) {
	_, err := db.Meta(ctx, engine.AliveKey)
	if err == nil {
		return true, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return false, fmt.Errorf("read when this last ran: %w", err)
	}
	return db.Recorded(ctx)
}

// startClock makes a clock that shows the real time.
func startClock(db *store.DB) *clock {
	c := &clock{}
	c.base.Store(&base{start: time.Now().UTC(), booted: uptime()})
	c.keep = func(ctx context.Context, a anchor) error {
		raw, err := json.Marshal(a)
		if err != nil {
			return err
		}
		return db.SetMeta(ctx, anchorKey, string(raw))
	}
	return c
}

// neverBack starts no earlier than the last instant that was lived: a wall clock
// set back must not make what was due wait again. Where the two are far apart
// one of them was wrong, and another clock must say which.
func (c *clock) neverBack(ctx context.Context, db *store.DB, ask witness) error {
	noted, err := db.Meta(ctx, engine.AliveKey)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read when this last ran: %w", err)
	}
	alive, err := time.Parse(time.RFC3339Nano, noted)
	ahead := alive.Sub(c.Now())
	if err != nil || ahead <= 0 {
		return nil
	}
	if c.anchor == (anchor{}) && ahead > believable {
		return c.settle(ctx, ask, ahead)
	}
	b := c.base.Load()
	c.base.Store(&base{start: b.start.Add(c.Real(ahead)), booted: b.booted})
	return nil
}

// believable is how far a wall clock may be set back between two runs before
// another clock is asked.
const believable = time.Hour

// settle takes the wall clock when another clock agrees with it: then it was the
// run before that had the wrong time.
func (c *clock) settle(ctx context.Context, ask witness, ahead time.Duration) error {
	if ask != nil {
		if t, err := ask(ctx); err == nil && c.real().Sub(t).Abs() <= astrayMost {
			return nil
		}
	}
	return fmt.Errorf("this machine's clock is %s behind the time at which Allclear last ran, and no other clock agrees with it; set it right and start again",
		ahead.Round(time.Second))
}

// adopt takes a wall clock that was set forward, once another clock agrees with
// it. A step back is never taken: what was due must not wait again.
func (c *clock) adopt(witness time.Time) bool {
	wall := time.Now().UTC()
	if wall.Sub(witness).Abs() > astrayMost || !wall.After(c.real()) {
		return false
	}
	c.base.Store(&base{start: wall, booted: uptime()})
	return true
}

// changeSpeed lets a rehearsal go on at another speed from where it is.
func (c *clock) changeSpeed(ctx context.Context, speed int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if speed == c.anchor.Speed {
		return nil
	}
	real := c.real()
	c.anchor = anchor{Real: real, Plan: c.anchor.at(real), Speed: speed}
	return c.keep(ctx, c.anchor)
}

// at is the rehearsal's time at a real instant.
func (a anchor) at(real time.Time) time.Time {
	if a == (anchor{}) {
		return real
	}
	return a.Plan.Add(real.Sub(a.Real) * time.Duration(a.Speed))
}

// real is the true time, as this process counts it.
func (c *clock) real() time.Time {
	b := c.base.Load()
	return b.start.Add(uptime() - b.booted)
}

// Now is the time on this clock.
func (c *clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.anchor.at(c.real())
}

// Real is how long a span on this clock takes in truth. While a demo's stands
// still it is what it usually takes: who waits for it must neither wait for ever
// nor not at all.
func (c *clock) Real(span time.Duration) time.Duration {
	speed := c.Speed()
	if speed == 0 {
		speed = usualSpeed
	}
	return span / time.Duration(speed)
}

// True is the real instant of one on this clock.
func (c *clock) True(at time.Time) time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.anchor == (anchor{}) {
		return at
	}
	return c.anchor.Real.Add(at.Sub(c.anchor.Plan) / time.Duration(max(c.anchor.Speed, 1)))
}

// Plan is how far this clock moves in a span of true time. A demo's may be made
// faster within it, and a lease must not run out by that.
func (c *clock) Plan(real time.Duration) time.Duration {
	speed := c.Speed()
	if c.demo {
		speed = max(speed, usualSpeed)
	}
	return real * time.Duration(speed)
}

// Speed is how fast the clock runs: 1 is real time, and 0 stands still.
func (c *clock) Speed() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.anchor == (anchor{}) {
		return 1
	}
	return c.anchor.Speed
}

// astray is how far the wall clock has gone from the time this process counts.
func (c *clock) astray() time.Duration { return time.Since(c.real()) }

// uptime is how long this machine has been up, asleep included; Go's own timers
// and monotonic readings stand still in a suspended machine.
func uptime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return time.Since(processStart)
	}
	return time.Duration(t.Nano())
}

// processStart serves where the system knows no boot time.
var processStart = time.Now()
