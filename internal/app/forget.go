package app

import (
	"context"
	"time"
)

const (
	forgetEvery  = time.Hour
	forgetsAfter = 24 * time.Hour // since it was over: until then the list of sessions can say so
)

// forgetSessions drops sessions and links that were over long ago. They are of real time, also in a rehearsal. Several nodes
// may do it at once.
func (a *App) forgetSessions(ctx context.Context) error {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		if err := a.db.ForgetSessions(ctx, time.Now().Add(-forgetsAfter)); err != nil && ctx.Err() == nil {
			a.o.Log.Error("forget sessions that are over", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
