// Package view is what a reader may see of what is kept: a visit, its timeline, an alarm, the sheet for the police.
//
// It decides nothing about a visit or an alarm; it decides who is shown what. Two rules meet here. While danger is open,
// nothing that the worker or who is with them can reach shows it (rule 4.2): they are given the watch that they are
// shown. And the details of a private visit are for its worker, those invited and those who answer its alarm (rule 1.4).
//
// A look at something private is put on record by whoever asks, before it is shown.
package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Engine is what a View asks of the engine: who answers for a visit, who is invited to it, what is not known about it,
// and who is in the same house as someone in danger.
type Engine interface {
	Responder(ctx context.Context, v store.Visit) (id string, gap bool, err error)
	Invited(ctx context.Context, v store.Visit) ([]string, error)
	Missing(ctx context.Context, v store.Visit) ([]string, error)
	Beside(ctx context.Context, w watch.Watch, person string) (bool, error)
}

// Options is what a View is made of.
type Options struct {
	Store     *store.DB
	Engine    Engine
	Rehearsal bool // the clock is a rehearsal's: what is printed says so
}

// View shows what is kept. The zero View shows nothing; make one with [New].
type View struct{ Options }

// New makes a View.
func New(o Options) *View { return &View{o} }

// Named is a person as others see them.
type Named struct{ ID, Name string }

// Visit is a visit as one reader may see it.
type Visit struct {
	store.Visit              // without its details where they are not for the reader
	Open        bool         // its details are for the reader
	Busy        bool         // a person looks whose it is not: all they see is "Busy – private", and an alarm they may know of
	Glass       *store.Glass // by which it is open to them, for a while; nil where they need none
	Hidden      bool         // danger is open, and the reader must not know: this is the visit as it is shown
	Watch       watch.Visit  // what its clock runs on, as the reader may know it; zero where they are busy to them
	Alarm       *store.Alarm // the open one that covers it; nil when there is none, and for a person who may not know of it
	Responder   *Named       // who answers for it; nil for nobody
	Gap         bool         // nobody is on call: it falls to the fallback
	Missing     []string     // what a responder would need to know and does not yet

	reader Reader
	never  []string // whom the reader may never see
}

// Whole is a visit with its record.
type Whole struct {
	Visit           // with the last alarm that was about it, where none is open
	Timeline []Line // without the words where the details are not for the reader
}

// Visit gives a visit as the reader may see it.
func (s *View) Visit(ctx context.Context, v store.Visit, r Reader) (Visit, error) {
	out := Visit{Visit: v, reader: r}
	loaded, err := s.Store.Load(ctx, v.Worker)
	if err != nil {
		return out, fmt.Errorf("load worker: %w", err)
	}
	w := loaded.Watch
	if out.Hidden, err = s.hides(ctx, w, r); err != nil {
		return out, err
	}
	out.Watch, _ = w.Visit(v.ID)
	if out.Hidden && w.Shown != nil {
		out.Watch, _ = w.Shown.Visit(v.ID)
	}
	switch {
	case out.Hidden:
		out.Visit = asShown(v, w.Shown)
		if a := shownAlarm(w); a != nil && a.Status == store.AlarmOpen && covers(&a.Alarm, v) {
			out.Alarm = a
		}
	case covers(w.Alarm, v):
		out.Alarm = &store.Alarm{Alarm: *w.Alarm, Worker: v.Worker, Status: store.AlarmOpen}
	}
	if out.Alarm != nil {
		if kept, _ := r.kept(*out.Alarm); kept {
			out.Alarm = nil
			if r.apart(out.Watch) {
				out.Visit = asInTime(out.Visit)
				out.Watch.Status = out.Status
			}
		}
	}
	if out.never, err = s.never(ctx, r); err != nil {
		return out, err
	}
	out.Watch = without(out.Watch, out.never)
	if out.Alarm != nil {
		out.Alarm = new(r.unnamedTo(*out.Alarm, out.never))
	}
	if out.Missing, err = s.Engine.Missing(ctx, v); err != nil {
		return out, fmt.Errorf("see what is missing: %w", err)
	}
	id, gap, err := s.Engine.Responder(ctx, out.Visit)
	if err != nil {
		return out, fmt.Errorf("find responder: %w", err)
	}
	out.Gap = gap
	if out.Responder, err = s.named(ctx, id); err != nil {
		return out, err
	}
	if out.Open, err = s.opens(ctx, v, out.Alarm, r); err != nil {
		return Visit{}, err
	}
	if !out.Open {
		if out.Glass, err = s.glass(ctx, v, r); err != nil {
			return Visit{}, err
		}
		out.Open = out.Glass != nil
	}
	switch {
	case out.Open:
	case r.person != nil:
		return out.busy(r), nil
	default:
		out.Details, out.AtIn = buddy.Form{}, nil
	}
	return out, nil
}

// busy is all that a person sees of a private visit that they have no part in (rule 1.4). Who may answer alarms sees
// that one is open, and whose.
func (v Visit) busy(r Reader) Visit {
	out := Visit{Busy: true, Hidden: v.Hidden, Visit: store.Visit{ID: v.ID, Worker: v.Worker, Team: v.Team, Private: v.Private,
		StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt}}
	if v.Alarm != nil && r.knowsOf(&v.Alarm.Alarm) {
		out.Alarm, out.Status, out.Reference, out.Responder = v.Alarm, v.Status, v.Reference, v.Responder
	}
	return out
}

// asShown puts the visit's row as the worker is shown it.
func asShown(v store.Visit, shown *watch.Watch) store.Visit {
	if shown == nil {
		return v
	}
	w, found := shown.Visit(v.ID)
	if !found {
		return v
	}
	v.Status, v.StartsAt, v.ExpectedEndAt, v.InAt, v.EndedAt, v.Evidence = w.Status, w.StartsAt, w.ExpectedEndAt, w.InAt, w.EndedAt, w.Evidence
	if !v.DueAt.IsZero() {
		v.DueAt = w.Due()
	}
	return v
}

// asInTime is a visit as it looks where nobody made an alarm of it: its end has passed.
func asInTime(v store.Visit) store.Visit {
	if v.Status == watch.Overdue {
		v.Status = watch.Booked
		if !v.InAt.IsZero() {
			v.Status = watch.Inside
		}
	}
	return v
}

// shownAlarm is the alarm that was open before the danger that is open on a watch, as those are shown it who must not
// know of the danger: as it stood then, or as the worker's own OUT closed it since. It is nil when there was none.
func shownAlarm(w watch.Watch) *store.Alarm {
	switch {
	case w.Alarm == nil || !w.Alarm.Kind.Danger() || w.Shown == nil:
		return nil
	case w.Shown.Alarm != nil:
		return &store.Alarm{Alarm: *w.Shown.Alarm, Worker: w.Worker, Status: store.AlarmOpen}
	case w.Shown.Past != nil:
		return &store.Alarm{Alarm: *w.Shown.Past, Worker: w.Worker, Status: store.AlarmClosed}
	default:
		return nil
	}
}

// covers says that the alarm is about the visit.
func covers(a *watch.Alarm, v store.Visit) bool {
	return a != nil && slices.Contains(a.Visits, v.ID)
}

// hides says that the reader must not know of the danger that is open on a watch.
func (s *View) hides(ctx context.Context, w watch.Watch, r Reader) (bool, error) {
	if w.Alarm == nil || !w.Alarm.Kind.Danger() {
		return false, nil
	}
	if !r.knowsOf(w.Alarm) {
		return true, nil
	}
	return s.Engine.Beside(ctx, w, r.By)
}

// named names a person; nil for nobody. A fallback that is not there yet has only its id.
func (s *View) named(ctx context.Context, id string) (*Named, error) {
	if id == "" {
		return nil, nil
	}
	p, err := s.Store.Person(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return &Named{id, id}, nil
	}
	if err != nil && p.ID == "" {
		return nil, fmt.Errorf("name responder: %w", err)
	}
	return &Named{p.ID, cmp.Or(p.Name, p.ID)}, nil // by the id alone where their details can't be opened: an alarm goes on
}
