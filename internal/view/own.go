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

// Own is what is kept of a worker as they may have it themselves. While an alarm about them is open nothing of that alarm is in it, and while it is one of danger
// it is what it would be without (rule 4.2): they may be made to ask for it.
type Own struct {
	Visits []store.Visit
	Alarms []store.Alarm // that are closed
	Record []OwnEntry    // in the order it was recorded
	Looks  []Look        // in order of time
}

// OwnEntry is an entry of the worker's record.
type OwnEntry struct {
	store.Entry
	What  []watch.What
	Words engine.Words
}

// Own gives what is kept of a worker, by their own id.
func (s *View) Own(ctx context.Context, worker string) (o Own, err error) {
	loaded, err := s.Store.Load(ctx, worker)
	if err != nil {
		return o, fmt.Errorf("load worker: %w", err)
	}
	if o.Visits, err = s.Store.Visits(ctx, store.VisitFilter{Worker: worker}); err != nil {
		return o, err
	}
	for i, v := range o.Visits {
		o.Visits[i] = asInTime(asShown(v, loaded.Watch.Shown))
	}
	alarms, err := s.Store.AlarmsOf(ctx, worker)
	if err != nil {
		return o, err
	}
	shown := shownAlarm(loaded.Watch)
	for _, a := range alarms {
		if shown != nil && shown.ID == a.ID {
			a = *shown
		}
		if a.Status != store.AlarmOpen {
			o.Alarms = append(o.Alarms, a)
		}
	}
	list, err := s.entries(ctx, worker, time.Time{}, time.Time{})
	if err != nil {
		return o, err
	}
	o.Record = ownRecord(list, loaded.Watch)
	o.Looks, err = s.everyLook(ctx, worker)
	return o, err
}

// everyLook gives the looks of others at what is a worker's, but those that [View.Looks] leaves out too.
func (s *View) everyLook(ctx context.Context, worker string) (looks []Look, err error) {
	dangers, err := s.around(ctx, worker)
	if err != nil {
		return nil, err
	}
	hidden, err := s.hiddenIncidents(ctx, worker)
	if err != nil {
		return nil, err
	}
	entries, err := s.Store.EveryLookAt(ctx, worker)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		look, shown, err := s.lookOf(ctx, e, dangers, hidden)
		if err != nil {
			return nil, err
		}
		if shown {
			looks = append(looks, look)
		}
	}
	return looks, nil
}

// ownRecord is a record without what shows an alarm that is open to its worker. What came of nothing is left out: of a step that was of that alarm alone
// nothing else is left.
func ownRecord(list []entry, w watch.Watch) (own []OwnEntry) {
	open := ""
	if w.Alarm != nil {
		open = w.Alarm.ID
	}
	shown := shownAlarm(w)
	past := shown != nil && shown.Status != store.AlarmOpen
	was := list
	if w.Alarm != nil && w.Alarm.Kind.Danger() {
		list = asShownTo(list, w)
	}
	for i, e := range list {
		of := open != "" && was[i].Alarm == open
		if of && (!past || e.Alarm == "") {
			e.Alarm = ""
			e.events = slices.DeleteFunc(slices.Clone(e.events), func(h engine.Event) bool { return slices.Contains(ofAlarm, h.What) })
		}
		if len(e.events) == 0 && (of || e.input.Event != nil) {
			continue
		}
		one := OwnEntry{Entry: e.Entry, Words: e.words}
		for _, h := range e.events {
			one.What = append(one.What, h.What)
		}
		own = append(own, one)
	}
	return own
}
