package engine

import (
	"context"
	"errors"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// What is sent of time alone about no visit, to ask or to remind somebody of something, comes by day, as the clock where their team is shows it.
// It is the one definition of day for all of them. It reaches into the evening, as an offer to talk an alarm over is wanted on the same day, and
// nothing in any of them is lost by a night: not by the law's days for a report either, which are days.
const (
	dayBegins = 8 // o'clock
	dayEnds   = 21
)

// heldFor is after how long it is tried again to remind somebody to whom no text was to come.
const heldFor = 10 * time.Minute

// byDay moves an instant out of the night of a zone.
func byDay(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	morning := time.Date(local.Year(), local.Month(), local.Day(), dayBegins, 0, 0, 0, zone)
	switch {
	case local.Before(morning):
		return morning.UTC()
	case local.Hour() >= dayEnds:
		return morning.AddDate(0, 0, 1).UTC()
	default:
		return at
	}
}

// untilReminded is until when a reminder to somebody is held; zero where it may come now. It is by day, and they are not on a visit and have no alarm.
//
// That is judged by the watch as they are shown it ([Engine.busy]), and by nothing else. In duress that is the watch as it was before: a reminder that
// is due comes as it would have on any day, and none that would have been held comes either. To hold all back while any alarm is open looks safer,
// and is not: whoever reads the worker's phone, or sits beside them, would be told by what did not come (rule 4.2). An overdue alarm that was
// open before the danger stays open in what they are shown, and holds a reminder then as before. It holds nobody else's: whoever is reminded of
// something about a worker in an alarm is asked what they would be asked on any day.
func (e *Engine) untilReminded(ctx context.Context, at time.Time, sc scene, person string) (time.Time, error) {
	if day := byDay(at, sc.zone); day.After(at) {
		return day, nil
	}
	busy, _, err := e.busy(ctx, at, person)
	if busy || err != nil {
		return at.Add(heldFor), err
	}
	return time.Time{}, nil
}

// busy says that a worker is on a visit, or has an alarm, as they are shown it: in duress that is as on any day (rule 4.2). In distress they said
// themselves that they need help, nothing has to look as if they had not, and a phone that buzzes unasked may harm them (rule 4.5). It gives
// the alarm that is open in truth, too.
func (e *Engine) busy(ctx context.Context, at time.Time, worker string) (busy bool, open *watch.Alarm, err error) {
	loaded, err := e.Store.Load(ctx, worker)
	if err != nil {
		return true, nil, err
	}
	open = loaded.Watch.Alarm
	seen := asSeen(loaded.Watch)
	busy = seen.Alarm != nil || open != nil && open.Kind == watch.Distress
	for _, v := range seen.Live() {
		busy = busy || v.Status != watch.Booked || !v.StartsAt.After(at)
	}
	return busy, open, nil
}

// remindOne sends somebody a reminder once, which its id stands for in the record: n.to is who. held is until when it is held back; zero once they have
// had it.
func (e *Engine) remindOne(ctx context.Context, at time.Time, sc scene, n note) (held time.Time, err error) {
	if said, err := e.saidBefore(ctx, n.id); err != nil || said {
		return held, err
	}
	if held, err = e.untilReminded(ctx, at, sc, n.to[0]); err != nil || !held.IsZero() {
		return held, err
	}
	n.reach = watch.OneText
	return held, e.say(ctx, at, sc, n)
}

// remindEach sends a reminder to each of several people, each once and in their own time: one who is on a visit holds up no other. held is until when
// the first of them is held back; zero once all have had it.
func (e *Engine) remindEach(ctx context.Context, at time.Time, sc scene, n note) (held time.Time, err error) {
	var errs []error
	for _, person := range n.to {
		one := n
		one.id, one.to = n.id+"/"+person, []string{person}
		until, err := e.remindOne(ctx, at, sc, one)
		held, errs = sooner(held, until), append(errs, err)
	}
	return held, errors.Join(errs...)
}

// saidBefore says that a note is on record: what is said once has an id, and nothing else says that it was.
func (e *Engine) saidBefore(ctx context.Context, id string) (bool, error) {
	_, err := e.Store.Entry(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// sooner is the earlier of two instants of which a zero one is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
