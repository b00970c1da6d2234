package api

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// unaware says that a reader must not know of danger that is open on a watch (rule 4.2): it is the worker, or the partner
// of a joint visit that the alarm covers. Those two are in one house, and whoever holds the one's phone may see the other's.
func (a *API) unaware(ctx context.Context, w watch.Watch, by string) (bool, error) {
	if by == "" || w.Alarm == nil || !w.Alarm.Kind.Danger() {
		return false, nil
	}
	if by == w.Worker {
		return true, nil
	}
	for _, id := range w.Alarm.Visits {
		v, _ := w.Visit(id)
		for _, p := range v.Partners {
			if p.Worker != by {
				continue
			}
			if there, err := a.stillThere(ctx, p); there || err != nil {
				return there, err
			}
		}
	}
	return false, nil
}

// stillThere says that a partner's half of a joint visit goes on as far as we know. One who has left may answer for the
// other.
func (a *API) stillThere(ctx context.Context, p watch.Partner) (bool, error) {
	loaded, err := a.Store.Load(ctx, p.Worker)
	if err != nil {
		return false, fmt.Errorf("load partner: %w", err)
	}
	v, found := loaded.Watch.Visit(p.Visit)
	al := loaded.Watch.Alarm
	return found && (v.Live() || al != nil && al.Kind.Danger() && slices.Contains(al.Visits, v.ID)), nil
}

// concealed says that a reader must not know of an alarm: it is of danger, open, and of those whom the reader is with.
func (a *API) concealed(ctx context.Context, al store.Alarm, by string) (bool, error) {
	if by == "" || !al.Kind.Danger() || al.Status != store.AlarmOpen {
		return false, nil
	}
	if by == al.Worker {
		return true, nil
	}
	loaded, err := a.Store.Load(ctx, al.Worker)
	if err != nil {
		return false, fmt.Errorf("load worker of alarm: %w", err)
	}
	return a.unaware(ctx, loaded.Watch, by)
}

// unsaid keeps a refusal from telling of an alarm that the reader must not know of: it is what the shown watch says to the
// same input. To the worker the core says that by itself.
func (a *API) unsaid(c *call, v store.Visit, by string, e watch.Event, err error) error {
	if _, refused := errors.AsType[*watch.Refused](err); !refused || by == v.Worker {
		return err
	}
	s, failed := a.see(c, v, by)
	if failed != nil {
		return failed
	}
	if !s.hidden {
		return err
	}
	loaded, failed := a.Store.Load(c.Context(), v.Worker)
	if failed != nil {
		return fmt.Errorf("load worker: %w", failed)
	}
	if _, _, said := loaded.Watch.Step(c.at, watch.Input{By: v.Worker, Event: e}); said != nil {
		return said
	}
	return conflict("the visit can't be changed here now; tell us by a check-in")
}
