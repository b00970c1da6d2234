package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Alarm gives an alarm; [store.ErrNotFound] when there is none of that id, or one that the reader must not know of. One
// whose danger they must not know of is as it stood before, if they knew of it then.
func (s *View) Alarm(ctx context.Context, id string, r Reader) (store.Alarm, error) {
	kept, err := s.Store.Alarm(ctx, id)
	if err != nil {
		return store.Alarm{}, fmt.Errorf("find alarm: %w", err)
	}
	a, err := s.known(ctx, kept, r)
	if err == nil && a == nil {
		err = store.ErrNotFound
	}
	if err != nil {
		return store.Alarm{}, err
	}
	return *a, nil
}

// Alarms gives the alarms of a status ("" for all) that the reader may know of, the newest first, of the newest limit.
func (s *View) Alarms(ctx context.Context, status string, limit int, r Reader) ([]store.Alarm, error) {
	kept, err := s.Store.Alarms(ctx, status, limit)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	if status == store.AlarmClosed { // one that is open may have to be shown as closed
		open, err := s.Store.Alarms(ctx, store.AlarmOpen, 0)
		if err != nil {
			return nil, fmt.Errorf("list alarms: %w", err)
		}
		kept = append(kept, open...)
		slices.SortStableFunc(kept, func(a, b store.Alarm) int { return b.OpenedAt.Compare(a.OpenedAt) })
	}
	var list []store.Alarm
	for _, a := range kept {
		shown, err := s.known(ctx, a, r)
		if err != nil {
			return nil, err
		}
		if shown != nil && (status == "" || shown.Status == status) {
			list = append(list, *shown)
		}
	}
	return list, nil
}

// known gives an alarm as the reader may know of it; nil where they may not.
func (s *View) known(ctx context.Context, a store.Alarm, r Reader) (*store.Alarm, error) {
	never, err := s.never(ctx, r)
	if err != nil || slices.Contains(never, a.Worker) {
		return nil, err
	}
	hidden, err := s.conceals(ctx, a, r)
	if err != nil || !hidden {
		return new(r.unnamedTo(a, never)), err
	}
	if !a.Kind.Danger() || a.Status != store.AlarmOpen {
		return nil, nil
	}
	loaded, err := s.Store.Load(ctx, a.Worker)
	if err != nil {
		return nil, fmt.Errorf("load worker of alarm: %w", err)
	}
	shown := shownAlarm(loaded.Watch)
	if !r.shows(shown) || shown.ID != a.ID {
		return nil, nil
	}
	return shown, nil
}

// shows says that what stands in place of an alarm of danger is for the reader.
func (r Reader) shows(shown *store.Alarm) bool {
	if shown == nil {
		return false
	}
	hidden, _ := r.kept(*shown)
	return !hidden
}

// conceals says that the reader must not know of an alarm: it is of danger and open, and they are with the worker or
// have no part in it; or they are a person who has no part in alarms, and it was of another.
func (s *View) conceals(ctx context.Context, a store.Alarm, r Reader) (bool, error) {
	if hidden, sure := r.kept(a); sure {
		return hidden, nil
	}
	loaded, err := s.Store.Load(ctx, a.Worker)
	if err != nil {
		return false, fmt.Errorf("load worker of alarm: %w", err)
	}
	return s.hides(ctx, loaded.Watch, r)
}

// kept says that an alarm is kept from the reader. It is not sure of one in danger whose partner the reader may be.
func (r Reader) kept(a store.Alarm) (hidden, sure bool) {
	switch {
	case r.apartFrom(a.Worker):
		return true, true
	case r.person != nil && r.By != a.Worker && !r.knowsOf(&a.Alarm):
		return true, true
	case !a.Kind.Danger() || a.Status != store.AlarmOpen:
		return false, true
	case !r.knowsOf(&a.Alarm) || r.By == a.Worker:
		return true, true
	default:
		return false, r.By == ""
	}
}

// AlarmTimeline is the record of an alarm that the reader may know of: from just before it opened until it closed, or
// until at. It is without the words for a person to whom it does not open.
func (s *View) AlarmTimeline(ctx context.Context, a store.Alarm, r Reader, at time.Time) ([]Line, error) {
	to := at
	if !a.ClosedAt.IsZero() {
		to = a.ClosedAt
	}
	list, err := s.entries(ctx, a.Worker, a.OpenedAt.Add(-time.Second), to.Add(time.Minute))
	if err != nil {
		return nil, err
	}
	if list, err = s.asKnown(ctx, a, list); err != nil {
		return nil, err
	}
	var lines []Line
	for _, e := range list {
		if e.Alarm == a.ID && !e.elsewhere(a) {
			lines = append(lines, e.lines(a.Worker)...)
		}
	}
	open, err := s.Opens(ctx, a, r)
	if err != nil {
		return nil, err
	}
	if !open {
		unsaid(lines)
	}
	never, err := s.never(ctx, r)
	unnamed(lines, never)
	return lines, err
}

// elsewhere says that the entry is a booking, a change or a calling off of another visit than those of the alarm: it came while the
// alarm was open, and tells nothing of it.
func (e entry) elsewhere(a store.Alarm) bool {
	switch e.input.Event.(type) {
	case watch.Book, watch.Edit, watch.Cancel:
	default:
		return false
	}
	return !slices.ContainsFunc(e.events, func(h engine.Event) bool {
		return slices.Contains(a.Visits, h.Visit) || slices.Contains(ofAlarm, h.What)
	})
}

// asKnown gives the entries to whoever is shown the alarm a: where that is not of the danger that is open, they are as
// the worker sees them.
func (s *View) asKnown(ctx context.Context, a store.Alarm, list []entry) ([]entry, error) {
	if a.Kind.Danger() {
		return list, nil
	}
	loaded, err := s.Store.Load(ctx, a.Worker)
	if err != nil {
		return nil, fmt.Errorf("load worker of alarm: %w", err)
	}
	if open := loaded.Watch.Alarm; open != nil && open.Kind.Danger() && open.ID == a.ID {
		list = asShownTo(list, loaded.Watch)
	}
	return list, nil
}

// Opens says that what is private about an alarm, its words and the sheet for the police, is for the reader: for a
// program that may know of it, and for a person who answers it or may see one of its visits (rule 1.4).
func (s *View) Opens(ctx context.Context, a store.Alarm, r Reader) (bool, error) {
	switch apart, err := s.keptApart(ctx, r, a.Worker); {
	case apart || err != nil:
		return false, err
	case r.person == nil || answers(&a.Alarm, r.By):
		return true, nil
	}
	for _, id := range a.Visits {
		v, err := s.Store.Visit(ctx, id)
		if err != nil {
			return false, fmt.Errorf("find visit of alarm: %w", err)
		}
		if open, err := s.opens(ctx, v, nil, r); open || err != nil {
			return open, err
		}
	}
	return false, nil
}
