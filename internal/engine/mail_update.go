package engine

import (
	"context"
	"errors"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// brought brings a visit to what an update of its invite says. v is the visit as its worker is shown it.
func (e *Engine) brought(ctx context.Context, l *incoming, o object, ev calendar.Event, s slot, row store.Invited, v watch.Visit) (string, error) {
	n := wording.InviteNoted
	if !row.StartsAt.Equal(s.begin) || !row.EndsAt.Equal(s.end) { // else what the worker said of the times since stands
		var err error
		if n, err = e.retimed(ctx, l, o, s, v); err != nil {
			return "", err
		}
	}
	if err := e.reworded(ctx, l, o, ev, row); err != nil {
		return "", err
	}
	l.keep(o, ev, s, row.Visit, store.InvitedBooked)
	l.done.Visit = row.Visit
	if n == wording.InviteMoved && len(s.ask) > 0 {
		n = wording.InviteMovedAsk
	}
	return mailBooked, e.tellBooked(ctx, l, o, ev, n, row.Visit, s)
}

// notNewer takes a revision that does not say that it is a newer one. Mostly it is the same once more, or an older one that came late: what stands was answered. A
// calendar that does not count its revisions sends others by the same number, and its worker must not believe that they were followed. "" has it worked as a newer one.
func (e *Engine) notNewer(ctx context.Context, l *incoming, o object, ev calendar.Event, row store.Invited) (string, error) {
	s, ok := l.slotOf(ev)
	off := o.calendar.Method == calendar.Cancel || ev.Status == "CANCELLED"
	same := ok && row.StartsAt.Equal(s.begin) && row.EndsAt.Equal(s.end)
	switch {
	case o.calendar.Method == calendar.Cancel && ev.Sequence == row.Sequence && ev.Stamp.Equal(row.Stamp) && (row.State == store.InvitedBooked || row.State == store.InvitedSeries):
		return "", nil // Thunderbird calls an event off by the revision that it has: it can only have come after the invite
	case superseded(ev, row):
		return mailNothing, nil
	case row.State == store.InvitedCancelled && !off:
		l.tell(wording.InviteOff, said{slot: s})
		return mailNotBooked, nil
	case same && !off, !ok && !off:
		return mailNothing, nil
	case row.State == store.InvitedRefused && !off:
		return "", nil // nothing is booked that it could undo
	case row.State != store.InvitedBooked:
		return mailNothing, nil
	}
	v, found, err := e.shownVisitOf(ctx, l.worker.ID, row.Visit)
	if err != nil || !found || !v.Live() {
		return mailNothing, err
	}
	l.done.Visit = row.Visit
	return mailNothing, e.tellBooked(ctx, l, o, ev, wording.InviteStays, row.Visit, s)
}

// superseded says that a revision is older than the one that is known.
func superseded(ev calendar.Event, row store.Invited) bool {
	return ev.Stamp.Before(row.Stamp) || ev.Sequence < row.Sequence && ev.Stamp.Equal(row.Stamp)
}

// retimed moves a visit, and gives what is said of it. Once it has begun, no invite puts its start off or ends it, and an end that is much later is asked back
// before it counts (rules 2.3, 2.8); an alarm's clock is never moved (rule 3.2).
func (e *Engine) retimed(ctx context.Context, l *incoming, o object, s slot, v watch.Visit) (watch.Notice, error) {
	edit := VisitEdit{StartsAt: s.begin.UTC(), ExpectedEndAt: s.end.UTC()}
	begun := v.Status != watch.Booked || !v.StartsAt.After(l.at)
	switch {
	case v.StartsAt.Equal(s.begin) && v.ExpectedEndAt.Equal(s.end):
		return wording.InviteMoved, nil // as when a stop came between
	case begun && (v.ExpectedEndAt.Equal(s.end) || !s.end.After(l.at)):
		return wording.InviteBegun, nil
	case begun && s.end.After(v.ExpectedEndAt.Add(askedFrom)):
		return wording.InviteMuchMore, nil
	case begun:
		edit.StartsAt = time.Time{}
	}
	err := e.EditVisit(ctx, l.actor(o, "times"), v.ID, edit)
	var invalid *watch.Invalid
	var refused *watch.Refused
	switch {
	case errors.As(err, &invalid):
		return wording.InviteStays, nil
	case errors.As(err, &refused):
		return wording.InviteStays, nil
	}
	return wording.InviteMoved, err
}

// reworded brings a visit's words to what the update says anew.
func (e *Engine) reworded(ctx context.Context, l *incoming, o object, ev calendar.Event, row store.Invited) error {
	before := keptOf(row)
	form, _ := l.form(ev)
	edit, any := changedDetails(form, before.Form.form())
	if l.isPrivate(ev) && !before.Private {
		edit.Private, any = new(true), true
	}
	if !any {
		return nil
	}
	err := e.EditVisit(ctx, l.actor(o, "words"), row.Visit, edit)
	var refused *watch.Refused
	if errors.As(err, &refused) { // its words were erased
		return nil
	}
	return err
}

// cancelled calls off what an event became. Nothing that has begun is: its worker may be inside (rule 2.8).
func (e *Engine) cancelled(ctx context.Context, l *incoming, o object, ev calendar.Event, row *store.Invited) (string, error) {
	if row == nil { // it may come before its request, or be of one instance that is not booked yet
		s, ok := slotOf(ev)
		l.keep(o, ev, s, "", store.InvitedCancelled)
		n := wording.InviteUnknown
		if master := o.row(time.Time{}); ok && master != nil && master.State == store.InvitedSeries {
			n = wording.InviteCancelled
		}
		l.tell(n, said{slot: s})
		return mailNothing, nil
	}
	if row.State == store.InvitedSeries {
		return e.seriesCancelled(ctx, l, o, ev, *row)
	}
	l.keep(o, ev, slot{begin: row.StartsAt, end: row.EndsAt}, row.Visit, store.InvitedCancelled) // what was asked for last: a cancellation may say other times
	if row.Visit == "" {
		l.tell(wording.InviteUnknown, said{})
		return mailNothing, nil
	}
	l.done.Visit = row.Visit
	n, s, err := e.calledOff(ctx, l, o, row.Visit)
	if n != "" && err == nil {
		err = l.tellOf(ctx, n, said{visit: row.Visit, slot: s})
	}
	return mailBooked, err
}

// calledOff calls a visit off, and gives what is said of it, with the times that it has: its worker may have texted others than the invite's. "" is for nothing, as of
// one that was over long ago.
func (e *Engine) calledOff(ctx context.Context, l *incoming, o object, visit string) (watch.Notice, slot, error) {
	v, found, err := e.shownVisitOf(ctx, l.worker.ID, visit)
	s := slot{begin: v.StartsAt, end: v.ExpectedEndAt}
	switch {
	case err != nil || !found || v.Status == watch.Ended:
		return "", s, err
	case v.Status == watch.Cancelled:
		return wording.InviteCancelled, s, nil
	case v.Status != watch.Booked || !v.StartsAt.After(l.at):
		return wording.InviteNotOff, s, nil
	}
	err = e.cancelQuietly(ctx, l.actor(o, "off/"+visit), visit)
	var refused *watch.Refused
	if errors.As(err, &refused) {
		return wording.InviteNotOff, s, nil
	}
	return wording.InviteCancelled, s, err
}
