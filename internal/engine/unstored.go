package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	// How often it is tried whether anything can be stored, in real time, and how long nothing must have been until people are told: a
	// database server that is started anew is back sooner.
	storeLook     = 5 * time.Second
	rotaReread    = time.Minute // who is on duty is read so often
	unstoredFor   = time.Minute
	unstoredAgain = time.Hour // of plan time, as other troubles are told of again
)

// lastWord is what is known for the hour in which nothing can be stored, and perhaps nothing read. One goroutine has it.
type lastWord struct {
	numbers []phone.Number             // the phones of those on duty, as last read
	read    time.Time                  // and when that was
	zone    *time.Location             // of one of their teams
	since   time.Time                  // when storing first failed; zero while it works
	next    map[phone.Number]time.Time // when each may be told again
}

// watchStore looks after the database until ctx ends.
func (e *Engine) watchStore(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		e.report(ctx, "people not told that nothing can be stored", guard(func() error { return e.LookAfterStore(ctx) }))
		timer.Reset(storeLook)
	}
}

// LookAfterStore tells those on duty when nothing could be stored for a minute, once an hour (rule 7.10). No alarm can be raised then and
// nothing goes through the outbox, so they are texted past it, on the phones they had when the
// database last answered. Each node speaks for itself. It is not for two goroutines at once.
func (e *Engine) LookAfterStore(ctx context.Context) error {
	at, l := e.Now(), &e.last
	if err := e.writable(ctx); err == nil {
		if !l.since.IsZero() { // nobody's fault but the database's: what fell due waits no longer
			l.since = time.Time{}
			e.pulse.allWell()
			e.woken()
		}
		if !l.read.IsZero() && e.Clock.Real(at.Sub(l.read)) < rotaReread {
			return nil
		}
		return e.remember(ctx, at)
	}
	if l.since.IsZero() {
		l.since = at
	}
	if e.Clock.Real(at.Sub(l.since)) < unstoredFor || ctx.Err() != nil {
		return nil
	}
	return e.tellUnstored(ctx, at)
}

func (e *Engine) writable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	return e.Store.Writable(ctx)
}

// remember reads the numbers of those on duty while they can be read.
func (e *Engine) remember(ctx context.Context, at time.Time) error {
	ids, sc, err := e.onDuty(ctx, at)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	var all []phone.Number
	for _, id := range ids {
		p, err := e.find(ctx, sc.pages, id)
		if errors.Is(err, store.ErrNotFound) {
			continue // a fallback may be named before they are there
		}
		if err != nil {
			return fmt.Errorf("find who is on duty: %w", err)
		}
		texts, _ := numbers(p, watch.Every, 1)
		for _, n := range texts {
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	e.last.numbers, e.last.zone, e.last.read = all, sc.zone, at
	return nil
}

// tellUnstored texts those who were not told within the hour. Whom no text is known to have gone to is tried again in a minute.
func (e *Engine) tellUnstored(ctx context.Context, at time.Time) error {
	l := &e.last
	e.report(ctx, "who is on duty not read anew", e.remember(ctx, at)) // a full disk can still be read
	if e.SMS == nil || len(l.numbers) == 0 {
		return nil // the heartbeat has stopped, and that is all there is
	}
	now := at.In(l.zone)
	body := private.New(wording.Text(wording.StorageFull, wording.Values{At: now, Now: now, Zone: l.zone, Rehearsal: e.Rehearsal, Number: e.Number}))
	var failed error
	for _, n := range l.numbers {
		if at.Before(l.next[n]) {
			continue
		}
		brief, cancel := context.WithTimeout(ctx, sendTimeout)
		_, err := e.SMS.Send(brief, channel.Message{ID: e.newID(at), To: n, Body: body, Class: channel.Alarm, Unreceipted: true})
		cancel()
		if l.next == nil {
			l.next = map[phone.Number]time.Time{}
		}
		l.next[n] = at.Add(unstoredAgain)
		if err != nil {
			l.next[n], failed = at.Add(e.Clock.Plan(unstoredFor)), err
		}
	}
	return failed
}
