package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/demo"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// usualSpeed is how fast a demo's clock runs unless it is told otherwise.
const usualSpeed = demo.UsualSpeed

// newDemoClock makes a clock that stands still, and whose speed may be changed
// while it runs: at the real time in a new database, and else where it was when
// the demo last ran. A demo's world waits for who looks at it.
func newDemoClock(ctx context.Context, db *store.DB) (*clock, error) {
	c := startClock(db)
	c.demo = true
	at, err := demoStood(ctx, db)
	if err != nil {
		return nil, err
	}
	if at.IsZero() {
		at = c.real()
	}
	c.Set(at)
	return c, nil
}

// lostMost is how long before a crash, in real time, the instant that was lived
// last may have been noted.
const lostMost = 2 * time.Second

// demoStood is when a demo's clock stood still, or was killed; zero in a new
// database.
func demoStood(ctx context.Context, db *store.DB) (time.Time, error) {
	noted, err := db.Meta(ctx, anchorKey)
	if errors.Is(err, store.ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read clock: %w", err)
	}
	var a anchor
	if err := json.Unmarshal([]byte(noted), &a); err != nil {
		return time.Time{}, fmt.Errorf("read clock's anchor: %w", err)
	}
	lived, err := db.Meta(ctx, engine.AliveKey)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return time.Time{}, fmt.Errorf("read when this last ran: %w", err)
	}
	alive, err := time.Parse(time.RFC3339Nano, lived)
	if err != nil || a.Speed == 0 || alive.Before(a.Plan) {
		alive = a.Plan
	}
	return alive.Add(lostMost * time.Duration(a.Speed)), nil
}

// Set makes a demo's clock stand still at an instant. It is not kept: until the
// clock runs, a script is being played that a restart plays anew.
func (c *clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.anchor = anchor{Real: c.real(), Plan: at.UTC(), Speed: 0}
}

// SetSpeed changes how fast a demo's clock runs, from where it is; 0 makes it
// stand still. Restarts go on at that instant.
func (c *clock) SetSpeed(ctx context.Context, speed int) error {
	if err := demo.CheckSpeed(speed); err != nil {
		return err
	}
	if err := c.changeSpeed(ctx, speed); err != nil {
		return fmt.Errorf("keep the clock's speed: %w", err)
	}
	return nil
}
