// Package enginetest is what tests drive an engine with: a clock that is moved by hand.
package enginetest

import (
	"sync"
	"time"
)

// Clock stands still until it is moved. It is real time's: no rehearsal.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock makes a clock that stands at an instant.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves the clock to an instant.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// Move moves the clock on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Real is the same span: this clock is no rehearsal.
func (*Clock) Real(span time.Duration) time.Duration { return span }

// Plan is the same span.
func (*Clock) Plan(real time.Duration) time.Duration { return real }

// True is the same instant.
func (*Clock) True(at time.Time) time.Time { return at }
