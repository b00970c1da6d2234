package app

import (
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func newTestDemoClock(t *testing.T, p storetest.Place) *clock {
	t.Helper()
	c, err := newDemoClock(t.Context(), p.Open(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *clock) mustRun(t *testing.T, speed int) {
	t.Helper()
	if err := c.SetSpeed(t.Context(), speed); err != nil {
		t.Fatal(err)
	}
}

func TestADemosClockStandsUntilItIsLetRun(t *testing.T) {
	c := newTestDemoClock(t, storetest.SQLite(t))
	if c.Speed() != 0 || time.Since(c.Now()).Abs() > time.Minute {
		t.Errorf("it begins at %v, at the speed %d", c.Now(), c.Speed())
	}
	morning := time.Now().Add(-5 * time.Hour).UTC()
	c.Set(morning)
	if !c.Now().Equal(morning) {
		t.Errorf("set to %v, it shows %v", morning, c.Now())
	}
	c.mustRun(t, 600)
	if now := c.Now(); now.Before(morning) || now.Sub(morning) > time.Hour {
		t.Errorf("let run from %v, it shows %v", morning, now)
	}
}

// Whoever waits by a clock that stands still must neither wait for ever nor spin.
func TestAPausedClockKeepsNobodyWaiting(t *testing.T) {
	c := newTestDemoClock(t, storetest.SQLite(t))
	if wait := c.Real(time.Hour); wait <= 0 || wait > time.Hour {
		t.Errorf("an hour on a clock that stands takes %v", wait)
	}
	if lease := c.Plan(30 * time.Second); lease < 30*time.Second {
		t.Errorf("a lease of 30 s is %v: others would take it at once", lease)
	}
	at := c.Now()
	if c.True(at.Add(time.Hour)).Before(c.True(at)) {
		t.Error("later is truly earlier")
	}
}

func TestALeaseOutlastsAChangeOfSpeed(t *testing.T) {
	c := newTestDemoClock(t, storetest.SQLite(t))
	c.mustRun(t, 1)
	lease := c.Plan(30 * time.Second)
	c.mustRun(t, 600)
	if left := c.Real(lease); left < time.Second {
		t.Errorf("a lease of 30 s runs out in %v when the clock is hastened", left)
	}
}

func TestADemosClockGoesOnWhereItStood(t *testing.T) {
	p := storetest.SQLite(t)
	c := newTestDemoClock(t, p)
	then := time.Now().Add(40 * 24 * time.Hour).UTC().Truncate(time.Microsecond)
	c.Set(then)
	c.mustRun(t, 60)
	c.mustRun(t, 0)
	stood := c.Now()
	if again := newTestDemoClock(t, p); !again.Now().Equal(stood) {
		t.Errorf("it stood at %v and begins again at %v", stood, again.Now())
	}
	c.mustRun(t, 60) // and was killed
	lived := stood.Add(10 * time.Minute)
	if err := p.Open(t).SetMeta(t.Context(), engine.AliveKey, lived.Format(time.RFC3339Nano)); err != nil {
		t.Fatal(err)
	}
	if again := newTestDemoClock(t, p); again.Now().Before(lived) || again.Now().After(lived.Add(time.Hour)) {
		t.Errorf("it lived until %v and begins again at %v", lived, again.Now())
	}
}

func TestSpeedsOutOfBoundsChangeNothing(t *testing.T) {
	c := newTestDemoClock(t, storetest.SQLite(t))
	c.mustRun(t, 10)
	for _, bad := range []int{-1, 601} {
		if err := c.SetSpeed(t.Context(), bad); err == nil || c.Speed() != 10 {
			t.Errorf("set to %d: %v, and it runs at %d", bad, err, c.Speed())
		}
	}
}

// The race detector watches; and nobody ever reads an earlier time than before.
func TestAClockWhoseSpeedChangesNeverGoesBack(t *testing.T) {
	c := newTestDemoClock(t, storetest.SQLite(t))
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			last := c.Now()
			for {
				select {
				case <-done:
					return
				default:
				}
				now := c.Now()
				if now.Before(last) {
					t.Errorf("after %v it is %v", last, now)
					return
				}
				last = now
				c.Speed()
				c.Real(time.Second)
			}
		})
	}
	for range 10 {
		for _, speed := range []int{600, 0, 1, 240, 10} {
			c.mustRun(t, speed)
		}
	}
	close(done)
	wg.Wait()
}

func TestADemoIsOnThisMachineOnly(t *testing.T) {
	for listen, is := range map[string]bool{"127.0.0.1:8080": true, "[::1]:8080": true, "localhost:0": true, "0.0.0.0:8080": false, ":8080": false, "10.0.0.1:80": false, "": false} {
		if onLoopback(listen) != is {
			t.Errorf("%q: on loopback %v", listen, !is)
		}
	}
}
