package view

import (
	"context"
	"fmt"

	"github.com/allclear-safety/allclear/internal/store"
)

// Alarm gives an alarm; [store.ErrNotFound] when there is none of that id, or one that the reader must not know of.
func (s *View) Alarm(ctx context.Context, id string, r Reader) (store.Alarm, error) {
	a, err := s.Store.Alarm(ctx, id)
	if err != nil {
		return store.Alarm{}, fmt.Errorf("find alarm: %w", err)
	}
	hidden, err := s.conceals(ctx, a, r)
	if err != nil {
		return store.Alarm{}, err
	}
	if hidden {
		return store.Alarm{}, store.ErrNotFound
	}
	return a, nil
}

// Alarms gives the alarms of a status ("" for all) that the reader may know of, the newest first, of the newest limit.
func (s *View) Alarms(ctx context.Context, status string, limit int, r Reader) ([]store.Alarm, error) {
	kept, err := s.Store.Alarms(ctx, status, limit)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	var list []store.Alarm
	for _, a := range kept {
		hidden, err := s.conceals(ctx, a, r)
		if err != nil {
			return nil, err
		}
		if !hidden {
			list = append(list, a)
		}
	}
	return list, nil
}

// conceals says that the reader must not know of an alarm: it is of danger and open, and they are with the worker or
// have no part in it.
func (s *View) conceals(ctx context.Context, a store.Alarm, r Reader) (bool, error) {
	if !a.Kind.Danger() || a.Status != store.AlarmOpen {
		return false, nil
	}
	if !r.knowsOf(&a.Alarm) || r.By == a.Worker {
		return true, nil
	}
	if r.By == "" {
		return false, nil
	}
	loaded, err := s.Store.Load(ctx, a.Worker)
	if err != nil {
		return false, fmt.Errorf("load worker of alarm: %w", err)
	}
	return s.hides(ctx, loaded.Watch, r)
}
