package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Beside says whether someone must not know of danger that is open on a watch
// (rule 4.2): it is the worker, or the partner of a joint visit that the alarm
// covers, as far as we know still there. Those two are in one house, and whoever
// holds the one's phone may see the other's. Without danger it is nobody.
func (e *Engine) Beside(ctx context.Context, w watch.Watch, person string) (bool, error) {
	if person == "" || w.Alarm == nil || !w.Alarm.Kind.Danger() {
		return false, nil
	}
	if person == w.Worker {
		return true, nil
	}
	for _, id := range w.Alarm.Visits {
		v, _ := w.Visit(id)
		for _, p := range v.Partners {
			if p.Worker != person {
				continue
			}
			if there, err := e.stillThere(ctx, p); there || err != nil {
				return there, err
			}
		}
	}
	return false, nil
}

// unaware says whether danger is open of which whoever acts must not know.
func (e *Engine) unaware(ctx context.Context, w watch.Watch, who Actor) (bool, error) {
	if who.Unaware {
		return w.Alarm != nil && w.Alarm.Kind.Danger(), nil
	}
	return e.Beside(ctx, w, who.By)
}

// stillThere says that a partner's half of a joint visit goes on as far as we
// know. One who has left may answer for the other.
func (e *Engine) stillThere(ctx context.Context, p watch.Partner) (bool, error) {
	loaded, err := e.Store.Load(ctx, p.Worker)
	if err != nil {
		return false, fmt.Errorf("load partner: %w", err)
	}
	v, found := loaded.Watch.Visit(p.Visit)
	a := loaded.Watch.Alarm
	return found && (v.Live() || a != nil && a.Kind.Danger() && slices.Contains(a.Visits, v.ID)), nil
}

// invitedAfter is how long past its expected end a visit still has people
// invited to it (rule 1.2).
const invitedAfter = 2 * time.Hour

// Invited lists everyone in a visit's cover chain at some time between its start
// and two hours past its expected end (rule 1.2). A joint partner is not among
// them: they have a visit of their own.
func (e *Engine) Invited(ctx context.Context, v store.Visit) ([]string, error) {
	sc, err := e.look(ctx, v.StartsAt, v.Worker)
	if err != nil {
		return nil, err
	}
	loaded, err := e.Store.Load(ctx, v.Worker)
	if err != nil {
		return nil, fmt.Errorf("load worker: %w", err)
	}
	known, _ := loaded.Watch.Visit(v.ID)
	return e.invitedTo(ctx, sc, v, known.Partners), nil
}

// invitedTo is Invited in a scene, for a visit with partners.
func (e *Engine) invitedTo(ctx context.Context, sc scene, v store.Visit, partners []watch.Partner) []string {
	asked := []watch.Visit{{Status: watch.Booked, Responders: v.Responders}}
	var invited []string
	for at := v.StartsAt; at.Before(v.ExpectedEndAt.Add(invitedAfter)); {
		c := e.cover(ctx, sc, at, asked)
		invited = append(invited, c.Chain...)
		if !c.Until.After(at) {
			break
		}
		at = c.Until
	}
	slices.Sort(invited)
	return slices.DeleteFunc(slices.Compact(invited), func(id string) bool {
		return slices.ContainsFunc(partners, func(p watch.Partner) bool { return p.Worker == id })
	})
}
