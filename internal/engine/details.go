package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	askDetailsEvery = 5 * time.Minute // plan time
	askDetailsMost  = 100             // people asked at a time: everyone who was added on one day is due on one day
	failedMost      = 1000            // numbers that fail looked through at a time: those that wait keep no others from being asked of
	askLater        = time.Hour       // how long somebody is left alone of whom it failed
)

// remindAfter is how long after one text the next one asks whether the details
// are right, by how often it was asked: after a week, and after three (rule 1.6).
var remindAfter = []time.Duration{7 * 24 * time.Hour, 14 * 24 * time.Hour}

// ConfirmDetails keeps that who acts says that all their own details are right,
// and which of their contacts, by their numbers, they say know of it.
func (e *Engine) ConfirmDetails(ctx context.Context, who Actor, told []phone.Number) error {
	p, err := e.Store.Person(ctx, who.By)
	if err != nil {
		return err
	}
	told = slices.DeleteFunc(slices.Clone(told), func(n phone.Number) bool {
		return !slices.ContainsFunc(p.Contacts, func(c buddy.Contact) bool { return c.Phone == n })
	})
	return e.Store.Confirm(ctx, p, who.by(), e.Now(), told...)
}

// askDetails asks those whose time has come whether their details are right, and
// those of whom a number reaches nobody to put it right.
func (e *Engine) askDetails(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "details", at, askDetailsEvery); err != nil || !mine {
		return err
	}
	due, err := e.Store.ToConfirm(ctx, at, askDetailsMost)
	if err != nil {
		return err
	}
	errs := []error{e.askOfFailed(ctx, at)}
	for _, c := range due {
		errs = append(errs, e.askToConfirm(ctx, at, c))
	}
	return errors.Join(errs...)
}

// askToConfirm asks one worker, unless it is not the time for it.
func (e *Engine) askToConfirm(ctx context.Context, at time.Time, c store.Confirmation) error {
	sc, err := e.look(ctx, at, c.Person)
	if err != nil { // and others have their turn meanwhile
		return errors.Join(err, e.Store.PutAsked(ctx, c, c.Asked, at.Add(askLater)))
	}
	if !sc.worker.Active || !sc.worker.Has(buddy.Worker) {
		return e.Store.PutAsked(ctx, c, c.Asked, at.Add(24*time.Hour)) // who comes back is asked
	}
	if held, err := e.untilReminded(ctx, at, sc, c.Person); err != nil || !held.IsZero() {
		return errors.Join(err, e.Store.PutAsked(ctx, c, c.Asked, held))
	}
	id := fmt.Sprintf("details/%s/%d/%d", c.Person, c.Due().Unix(), c.Asked)
	if err := e.say(ctx, at, sc, note{id: id, kind: "confirm_asked", to: []string{c.Person}, notice: wording.ConfirmDetails, reach: watch.OneText,
		values: wording.Values{Link: e.URL + "/details"}}); err != nil {
		return err
	}
	var next time.Time
	if c.Asked < len(remindAfter) {
		next = at.Add(remindAfter[c.Asked])
	}
	return e.Store.PutAsked(ctx, c, c.Asked+1, next)
}

// numberFailed notes that a message shows for certain that nobody is reached on
// a number of whom it was for, and asks them at once by another.
// Of other numbers [Engine.askDetails] asks in its time.
func (e *Engine) numberFailed(ctx context.Context, at time.Time, m store.Message) error {
	if m.Person == "" || m.To.IsZero() {
		return nil
	}
	p, err := e.Store.Person(ctx, m.Person)
	if err != nil {
		return err
	}
	isNew, err := e.Store.NumberFailed(ctx, p, m.To, at)
	if err != nil || !isNew {
		return err
	}
	known, err := e.Store.Known(ctx, p.ID)
	if err != nil {
		return err
	}
	list, err := e.Store.FailedNumbers(ctx, failedMost)
	i := slices.IndexFunc(list, func(f store.Failed) bool { return f.Person == p.ID && known.Is(f, m.To) })
	if err != nil || i < 0 {
		return err
	}
	_, err = e.askOfOne(ctx, at, list[i])
	return err
}

// wrongContact notes a number that was found to be wrong in a ring-round. Its
// worker is asked once the alarm is closed. In danger the worker's own are not
// rung, and what is said of one is not noted: it would tell of the search.
func (e *Engine) wrongContact(ctx context.Context, at time.Time, a store.Alarm, to string) error {
	n, err := phone.Parse(to)
	if err != nil {
		return nil // the record has what was logged
	}
	p, err := e.Store.Person(ctx, a.Worker)
	if err != nil {
		return err
	}
	if a.Kind.Danger() && slices.Contains(p.Numbers(), n) {
		return nil
	}
	_, err = e.Store.NumberFailed(ctx, p, n, at)
	return err
}

// askOfFailed asks those of whom a number reaches nobody, each once for each, and
// at most [askDetailsMost] at a time.
func (e *Engine) askOfFailed(ctx context.Context, at time.Time) error {
	list, err := e.Store.FailedNumbers(ctx, failedMost)
	var errs []error
	asked := 0
	for _, f := range list {
		did, err := e.askOfOne(ctx, at, f)
		errs = append(errs, err)
		if did {
			asked++
		}
		if asked == askDetailsMost {
			break
		}
	}
	return errors.Join(err, errors.Join(errs...))
}

func (e *Engine) askOfOne(ctx context.Context, at time.Time, f store.Failed) (asked bool, err error) {
	sc, err := e.look(ctx, at, f.Person)
	if err != nil {
		return false, err
	}
	known, err := e.Store.Known(ctx, f.Person)
	if err != nil {
		return false, err
	}
	busy, alarm, err := e.busy(ctx, at, f.Person)
	if err != nil || busy {
		return false, err
	}
	n := note{id: fmt.Sprintf("number/%s/%d", f.Person, f.At.UnixMicro()), kind: "number_asked", notice: wording.ContactFails, reach: watch.OneText,
		to: []string{f.Person}, values: wording.Values{Link: e.URL + "/details"}}
	own := slices.IndexFunc(sc.worker.Numbers(), func(n phone.Number) bool { return known.Is(f, n) })
	if own >= 0 {
		e.byAnother(&n, sc.worker, known, sc.worker.Numbers()[own])
	} else if alarm != nil && !f.At.Before(alarm.OpenedAt) || byDay(at, sc.zone).After(at) {
		return false, nil // the search goes on, and nothing may tell the worker of it
	}
	if err := e.say(ctx, at, sc, n); err != nil {
		return false, err
	}
	return true, e.Store.AskedOfFailed(ctx, f, at)
}

// byAnother makes a note ask of a number by another one of the same person: by
// text, else by a call to their home.
func (e *Engine) byAnother(n *note, p buddy.Person, known store.Known, failed phone.Number) {
	n.to, n.notice = nil, wording.NumberFails
	n.values.Tail = tail(failed)
	works := func(to phone.Number) bool { return !to.IsZero() && known.FailedAt(to).IsZero() }
	for _, to := range mobiles(p) {
		if works(to) {
			n.answer, n.with = to, wording.NumberFails
			return
		}
	}
	if works(p.HomePhone) {
		n.ring, n.with = p.HomePhone, wording.NumberFails
	}
}
