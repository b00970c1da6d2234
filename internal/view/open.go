package view

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Open is the alarms that were open at one look, to tell many readers what each may know of. The zero Open has none.
type Open struct{ alarms []openAlarm }

// openAlarm is an alarm with those who are in one house with its worker while it is of danger.
type openAlarm struct {
	store.Alarm
	beside []string
}

// Open reads the alarms that are open.
func (s *View) Open(ctx context.Context) (Open, error) {
	list, err := s.Store.Alarms(ctx, store.AlarmOpen, 0)
	if err != nil {
		return Open{}, fmt.Errorf("list alarms: %w", err)
	}
	var o Open
	for _, a := range list {
		one := openAlarm{Alarm: a}
		if a.Kind.Danger() {
			if one.beside, err = s.beside(ctx, a); err != nil {
				return Open{}, err
			}
		}
		o.alarms = append(o.alarms, one)
	}
	return o, nil
}

// beside lists who must not know of danger because they are where its worker is.
func (s *View) beside(ctx context.Context, a store.Alarm) (people []string, err error) {
	loaded, err := s.Store.Load(ctx, a.Worker)
	if err != nil {
		return nil, fmt.Errorf("load worker of alarm: %w", err)
	}
	for _, id := range a.Visits {
		v, _ := loaded.Watch.Visit(id)
		for _, p := range v.Partners {
			is, err := s.Engine.Beside(ctx, loaded.Watch, p.Worker)
			if err != nil {
				return nil, fmt.Errorf("see who is with the worker: %w", err)
			}
			if is {
				people = append(people, p.Worker)
			}
		}
	}
	return people, nil
}

// For gives the alarms that the reader may know of, the newest first, and those that are kept from them.
func (o Open) For(r Reader) (known, hidden []store.Alarm) {
	for _, a := range o.alarms {
		kept, sure := r.kept(a.Alarm)
		if kept || !sure && slices.Contains(a.beside, r.By) {
			hidden = append(hidden, a.Alarm)
		} else {
			known = append(known, a.Alarm)
		}
	}
	return known, hidden
}

// SameDanger says that the danger that is open, and who may know of it, are the same in both: what was made for a reader
// after the one look is still for them after the other.
func (o Open) SameDanger(other Open) bool {
	danger := func(o Open) (list []openAlarm) {
		for _, a := range o.alarms {
			if a.Kind.Danger() {
				list = append(list, a)
			}
		}
		return list
	}
	return reflect.DeepEqual(danger(o), danger(other))
}

// Unaware gives a visit's row as those have it who must not know of the alarm that is open on its worker: as the worker is
// shown it while it is of danger, else as one whose end has passed and that nobody made an alarm of. It is the same for all
// of them.
func (s *View) Unaware(ctx context.Context, v store.Visit) (store.Visit, error) {
	loaded, err := s.Store.Load(ctx, v.Worker)
	if err != nil {
		return store.Visit{}, fmt.Errorf("load worker: %w", err)
	}
	if a := loaded.Watch.Alarm; a != nil && a.Kind.Danger() {
		return asShown(v, loaded.Watch.Shown), nil
	}
	if v.Status == watch.Overdue {
		v.Status = watch.Booked
		if !v.InAt.IsZero() {
			v.Status = watch.Inside
		}
	}
	return v, nil
}
