package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
)

const (
	catchUpMost   = 10000            // texts taken from one provider at a time
	catchUpWithin = 20 * time.Second // real: how long the providers may take
)

// errMany says that a provider lists more texts than are taken at a time.
var errMany = errors.New("more than are taken at a time")

// CatchUp asks the providers for texts that their webhooks did not bring. What
// was listed before a provider failed is taken all the same: it may be a cry for
// help.
func (e *Engine) CatchUp(ctx context.Context, since time.Time) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(e.Providers)) {
		missed, err := e.listed(ctx, e.Providers[name], since)
		if err != nil {
			errs = append(errs, fmt.Errorf("list texts of %s: %w", name, err))
		}
		for _, r := range missed {
			if now := e.Now(); e.Rehearsal || r.ReceivedAt.After(now) {
				r.ReceivedAt = now // the provider's clock is not a rehearsal's
			}
			if err := e.Receive(ctx, r); err != nil {
				return errors.Join(append(errs, err)...)
			}
		}
	}
	return errors.Join(errs...)
}

// listed is what a provider lists, the oldest first: while it is handed over the
// loops step it, and an OUT before its IN would open a visit that nobody is on.
func (e *Engine) listed(ctx context.Context, p Provider, since time.Time) (texts []channel.Received, err error) {
	for r, failed := range p.Received(ctx, e.Clock.True(since)) {
		if failed != nil {
			err = failed
			break
		}
		if r.ReceivedAt.IsZero() {
			r.ReceivedAt = e.Now()
		}
		if texts = append(texts, r); len(texts) == catchUpMost {
			e.report(ctx, "the oldest missed texts not taken", errMany)
			break
		}
	}
	slices.Reverse(texts) // providers list the newest first, and to the second only
	slices.SortStableFunc(texts, func(a, b channel.Received) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	return texts, err
}
