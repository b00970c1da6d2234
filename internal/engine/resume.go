package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// AliveKey is the fact in the database that says when the engine is known to
// have run last, as [time.RFC3339Nano] has it.
const AliveKey = "alive_at"

const (
	caughtKey   = "caught_up_at" // up to when the providers were asked for missed texts
	worthSaying = time.Minute    // a shorter gap in which nothing fell due is not told (rule 7.6)
	aliveLayout = time.RFC3339Nano
)

// Resume looks at how long nothing ran. All that fell due in the gap is done by
// the first passes, earliest first and marked with how late it is; here the
// responders are told of the gap itself.
func (e *Engine) Resume(ctx context.Context) error {
	at := e.Now()
	if e.Place != "" { // what the process before us here had claimed and did not settle
		if err := e.Store.Release(ctx, e.Place, at); err != nil {
			return err
		}
	}
	since, err := e.instant(ctx, AliveKey)
	if err != nil {
		return err
	}
	if since.IsZero() || !since.Before(at) {
		return e.alive(ctx, at)
	}
	e.report(ctx, "catch up", e.catchUpBriefly(ctx, since.Add(-catchUpBack)))
	fell, err := e.fellDue(ctx, since, at)
	if err != nil {
		return err
	}
	if len(fell) > 0 || at.Sub(since) > worthSaying {
		v := wording.Values{Begin: since, Until: at, Among: fell, Link: e.URL}
		err := e.tellOnDuty(ctx, at, note{id: "down/" + since.Format(aliveLayout), kind: "system_down", notice: wording.SystemDown,
			class: store.ClassAlarm, reach: watch.OneText, values: v})
		e.report(ctx, "tell of the gap", err)
	}
	return e.alive(ctx, at)
}

// catchUpBriefly asks for missed texts for a moment only: a provider that is slow
// or down must not keep the alarms from starting. The chores ask again.
func (e *Engine) catchUpBriefly(ctx context.Context, since time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout/2)
	defer cancel()
	return e.CatchUp(ctx, since)
}

// fellDue lists the visits whose due time passed while nothing ran, and those of
// open alarms about which someone was to be told in that time: a round, a prompt
// to go to the police. An alarm without a visit is one without a reference.
func (e *Engine) fellDue(ctx context.Context, since, at time.Time) ([]wording.Visit, error) {
	rows, err := e.Store.Visits(ctx, store.VisitFilter{Live: true, Limit: openMost, Bare: true})
	if err != nil {
		return nil, fmt.Errorf("read live visits: %w", err)
	}
	alarmed, nameless, err := e.alarmsWoken(ctx, since, at)
	if err != nil {
		return nil, err
	}
	fell := nameless
	for _, v := range rows {
		due := v.Status != watch.Overdue && v.DueAt.After(since) && !v.DueAt.After(at)
		if due || slices.Contains(alarmed, v.ID) {
			fell = append(fell, wording.Visit{Reference: v.Reference, StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt})
		}
	}
	return fell, nil
}

// alarmsWoken gives the visits of the open alarms whose next step fell due while
// nothing ran, and an empty visit for each that has none.
func (e *Engine) alarmsWoken(ctx context.Context, since, at time.Time) (visits []string, nameless []wording.Visit, err error) {
	open, err := e.Store.Alarms(ctx, "open", openMost)
	if err != nil {
		return nil, nil, fmt.Errorf("read open alarms: %w", err)
	}
	for _, a := range open {
		loaded, err := e.Store.Load(ctx, a.Worker)
		if err != nil {
			return nil, nil, err
		}
		if wake := loaded.Watch.Wake(); wake.IsZero() || !wake.After(since) || wake.After(at) {
			continue
		}
		visits = append(visits, a.Visits...)
		if len(a.Visits) == 0 {
			nameless = append(nameless, wording.Visit{})
		}
	}
	return visits, nameless, nil
}

func (e *Engine) alive(ctx context.Context, at time.Time) error {
	return e.Store.SetMeta(ctx, AliveKey, at.Format(aliveLayout))
}

// instant reads an instant that was noted; zero when there is none.
func (e *Engine) instant(ctx context.Context, key string) (time.Time, error) {
	s, err := e.Store.Meta(ctx, key)
	if errors.Is(err, store.ErrNotFound) || s == "" {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read %s: %w", key, err)
	}
	return time.Parse(aliveLayout, s)
}
