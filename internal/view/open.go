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
	shown  *store.Alarm // what those are shown in its place who must not know of its danger; nil for nothing
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
			loaded, err := s.Store.Load(ctx, a.Worker)
			if err != nil {
				return Open{}, fmt.Errorf("load worker of alarm: %w", err)
			}
			one.shown = shownAlarm(loaded.Watch)
			if one.beside, err = s.beside(ctx, a, loaded.Watch); err != nil {
				return Open{}, err
			}
		}
		o.alarms = append(o.alarms, one)
	}
	return o, nil
}

// beside lists who must not know of danger because they are where its worker is.
func (s *View) beside(ctx context.Context, a store.Alarm, w watch.Watch) (people []string, err error) {
	for _, id := range a.Visits {
		v, _ := w.Visit(id)
		for _, p := range v.Partners {
			is, err := s.Engine.Beside(ctx, w, p.Worker)
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

// For gives the alarms that the reader may know of, the newest first, and those that are kept from them. One whose danger
// is kept from them is in both where they knew of it before: known as it stood then.
func (o Open) For(r Reader) (known, hidden []store.Alarm) {
	for _, a := range o.alarms {
		kept, sure := r.kept(a.Alarm)
		if kept || !sure && slices.Contains(a.beside, r.By) {
			hidden = append(hidden, a.Alarm)
			if r.shows(a.shown) && a.shown.Status == store.AlarmOpen {
				known = append(known, *a.shown)
			}
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
// shown it while it is of danger, and as one whose end has passed and that nobody made an alarm of, unless one of the
// alarms that they know of covers it. It is the same for all who know of these.
func (s *View) Unaware(ctx context.Context, v store.Visit, known []store.Alarm) (store.Visit, error) {
	loaded, err := s.Store.Load(ctx, v.Worker)
	if err != nil {
		return store.Visit{}, fmt.Errorf("load worker: %w", err)
	}
	if a := loaded.Watch.Alarm; a != nil && a.Kind.Danger() {
		v = asShown(v, loaded.Watch.Shown)
	}
	if !slices.ContainsFunc(known, func(a store.Alarm) bool { return covers(&a.Alarm, v) }) {
		v = asInTime(v)
	}
	return v, nil
}
