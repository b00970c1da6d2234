package app

import (
	"context"
	"errors"
	"time"
)

const (
	forgetEvery  = time.Hour
	forgetsAfter = 24 * time.Hour // since it was over: until then the list of sessions can say so
	ticketsAfter = time.Hour      // since it was over: until then links count against how many may be asked for
)

// forgetSessions drops sessions that were over long ago, and links. They are of real time, also in a rehearsal. Several nodes
// may do it at once.
func (a *App) forgetSessions(ctx context.Context) error {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		now := time.Now()
		err := errors.Join(a.db.ForgetSessions(ctx, now.Add(-forgetsAfter)), a.db.ForgetTickets(ctx, now.Add(-ticketsAfter)))
		if err != nil && ctx.Err() == nil {
			a.o.Log.Error("forget sessions that are over", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
