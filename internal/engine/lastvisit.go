package engine

import (
	"context"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// lastWithin is how long ago a visit may have ended to tell where its worker may still be.
const lastWithin = 12 * time.Hour

// Visits finds visits.
type Visits interface {
	Visit(ctx context.Context, id string) (store.Visit, error)
	Visits(ctx context.Context, f store.VisitFilter) ([]store.Visit, error)
}

// LastVisit gives the visit with an address that a worker was on last before at, where it ended in the 12 hours before: it tells
// where they may be when they call for help on none. found is false when there was none.
func LastVisit(ctx context.Context, db Visits, worker string, at time.Time) (last store.Visit, found bool, err error) {
	list, err := db.Visits(ctx, store.VisitFilter{Worker: worker, From: at.Add(-2 * lastWithin), To: at.Add(lastWithin), Bare: true})
	if err != nil {
		return last, false, err
	}
	list = slices.DeleteFunc(list, func(v store.Visit) bool {
		begun := !v.InAt.IsZero() || v.StartsAt.Before(at)
		return v.Status == watch.Cancelled || slices.Contains(unwatchedKinds, v.Kind) || !begun || over(v).Before(at.Add(-lastWithin))
	})
	slices.SortStableFunc(list, func(a, b store.Visit) int { return over(b).Compare(over(a)) })
	for _, v := range list {
		v, err := db.Visit(ctx, v.ID)
		if err == nil && addressed(v) { // one whose words can't be opened must not cost all the rest
			return v, true, nil
		}
	}
	return last, false, nil
}

// over is when a visit ended, or was to end.
func over(v store.Visit) time.Time {
	if v.EndedAt.IsZero() {
		return v.ExpectedEndAt
	}
	return v.EndedAt
}

func addressed(v store.Visit) bool {
	return !v.Details.Address.IsZero() || v.AtIn != nil && !v.AtIn.Address.IsZero()
}

// nowhere says that there is no address to tell of an alarm. Where that can't be seen there may be one.
func (e *Engine) nowhere(ctx context.Context, worker string, a watch.Alarm) bool {
	for _, id := range a.Visits {
		if v, err := e.Store.Visit(ctx, id); err != nil || addressed(v) {
			return false
		}
	}
	if len(a.Visits) > 0 {
		return true
	}
	_, found, err := LastVisit(ctx, e.Store, worker, a.OpenedAt)
	return err == nil && !found
}
