package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// onlyActive says who of those named acts without being someone who is here and
// active. An alarm is raised on anyone's word: that never comes here.
func (e *Engine) onlyActive(ctx context.Context, named ...mention) error {
	named = slices.DeleteFunc(named, func(m mention) bool { return m.person == "" || m.person == emergencyID })
	p, err := e.strangers(ctx, named)
	if err == nil && len(p) > 0 {
		err = &watch.Invalid{Problems: p}
	}
	return err
}

// second is who agrees with an action that takes two people.
func second(event watch.Event) string {
	switch x := event.(type) {
	case watch.Close:
		return x.Second
	case watch.Hold:
		return x.Second
	default:
		return ""
	}
}

// speaksFor refuses the word of someone who does not answer for the worker: what
// is recorded for another counts as that worker's own (rule 2.7). The input has
// the cover already.
func (e *Engine) speaksFor(ctx context.Context, worker string, in watch.Input) error {
	p, err := e.Store.Person(ctx, in.By)
	if err != nil && p.ID == "" && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read who spoke with them: %w", err)
	}
	answers := p.Has(buddy.Responder) || p.Has(buddy.Manager) || slices.Contains(in.Cover.Chain, p.ID)
	if p.Active && answers && p.ID != worker {
		return nil
	}
	return &watch.Invalid{Problems: []watch.Problem{{Field: "by", Says: "is a responder or a manager who spoke with them"}}}
}

// isCry says whether a reading is a cry for help: that is taken from anyone.
func isCry(r checkin.Reading) bool {
	return r.Intent == checkin.Duress || r.Intent == checkin.Distress
}

// stillNeeded says why someone cannot leave yet: nobody may be left without the
// one who answers for them (rule 8.11). That they have an alarm is said only where
// nothing else is in the way: it may be that of who asks (rule 4.2).
func (e *Engine) stillNeeded(ctx context.Context, at time.Time, p buddy.Person) error {
	teams, err := e.Store.Teams(ctx)
	if err != nil {
		return fmt.Errorf("read teams: %w", err)
	}
	for _, t := range teams {
		is := func(id string) bool { return id != "" && (id == p.ID || id == p.ExternalID) }
		switch {
		case is(t.Plan.Fallback):
			return &watch.Refused{Says: "they are the fallback of team " + t.ID + ": name another first"}
		case is(t.Plan.NamedBuddy):
			return &watch.Refused{Says: "they are the named buddy of team " + t.ID + ": name another first"}
		}
		shifts, err := e.Store.Shifts(ctx, t.ID, at, time.Time{})
		if err != nil {
			return fmt.Errorf("read rota of team %s: %w", t.ID, err)
		}
		if slices.ContainsFunc(shifts, func(s rota.Shift) bool { return s.Person == p.ID }) {
			return &watch.Refused{Says: "they are on call, or will be: give their shifts to another first"}
		}
	}
	open, err := e.Store.Alarms(ctx, "open", openMost)
	if err != nil {
		return fmt.Errorf("read open alarms: %w", err)
	}
	if slices.ContainsFunc(open, func(a store.Alarm) bool { return a.HeldBy == p.ID }) {
		return &watch.Refused{Says: "they have an open alarm: another takes it over first"}
	}
	return nil
}
