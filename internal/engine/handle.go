package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// tries bounds how often a step is done again because another process, or
// another pass, stepped the same worker in between.
const tries = 8

// given is one input to a worker's watch and what goes into the record with it.
type given struct {
	in       watch.Input
	token    string
	asker    *Actor // of what changes a visit: they may have to be answered as if there were no danger
	words    Words
	origin   phone.Number // where the worker wrote from; zero: their own mobile
	name     string       // the person asked for, as the answer says it
	stood    *Stood       // how the visit stood that a text was read against
	received []store.ReceivedRef
	// prepare completes what is given from the watch as it was loaded, before
	// the step; nil when nothing is to be completed.
	prepare func(ctx context.Context, sc scene, w watch.Watch, g *given) error
	// finish adds what only the caller knows to the transaction.
	finish func(sc scene, next watch.Watch, c *store.Change)
}

// outcome is what came of a step.
type outcome struct {
	before, after watch.Watch
	effects       []watch.Effect
	repeat        bool // the input was known: nothing happened
}

// handle steps one worker and saves all that follows in one transaction.
func (e *Engine) handle(ctx context.Context, at time.Time, worker string, g given) (outcome, error) {
	defer e.lock(worker)()
	ctx, cancel := context.WithTimeout(ctx, stepWithin) // from here: the turn may have been waited for
	defer cancel()
	for range tries {
		done, err := e.step(ctx, at, worker, g)
		switch {
		case errors.Is(err, store.ErrConflict):
			continue
		case errors.Is(err, store.ErrSeen):
			done.repeat = true
			return done, e.finish(ctx, g.received)
		case err != nil:
			return done, err
		}
		return done, nil
	}
	return outcome{}, fmt.Errorf("step worker %s: %w", worker, store.ErrConflict)
}

// finish ends the wait of texts that were stepped before, where that was not
// noted with it: they would be stepped for ever.
func (e *Engine) finish(ctx context.Context, received []store.ReceivedRef) error {
	for _, ref := range received {
		if err := e.Store.Finish(ctx, ref, e.Now()); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return nil
}

func (e *Engine) step(ctx context.Context, at time.Time, worker string, g given) (outcome, error) {
	loaded, err := e.Store.Load(ctx, worker)
	if err != nil {
		return outcome{}, fmt.Errorf("load worker %s: %w", worker, err)
	}
	loaded.Watch.Worker = worker
	sc, err := e.look(ctx, at, worker)
	if err != nil {
		return outcome{}, err
	}
	if _, tick := g.in.Event.(watch.Elapsed); tick && loaded.Watch.Wake().After(at) {
		return outcome{before: loaded.Watch, after: loaded.Watch}, nil // another node was faster
	}
	done, c, err := e.decide(ctx, at, loaded, sc, g)
	if err != nil {
		return done, err
	}
	if err := e.Store.Commit(ctx, c); err != nil {
		return done, err
	}
	e.wake(loopStep)
	e.wokenFor(c.Messages)
	return done, nil
}

// decide steps a watch and gives what came of it, and the transaction that keeps
// it. Nothing is kept yet.
func (e *Engine) decide(ctx context.Context, at time.Time, loaded store.Loaded, sc scene, g given) (outcome, store.Change, error) {
	g.in.Cover = e.cover(ctx, sc, at, loaded.Watch.Visits)
	g.in.Clock = sc.team.Plan.Clock
	if err := keptAway(sc, g.in); err != nil {
		return outcome{before: loaded.Watch, after: loaded.Watch}, store.Change{}, err
	}
	if g.asker != nil {
		unaware, err := e.unaware(ctx, loaded.Watch, *g.asker)
		if err != nil {
			return outcome{}, store.Change{}, err
		}
		g.in.Unaware = unaware
	}
	if g.prepare != nil {
		if err := g.prepare(ctx, sc, loaded.Watch, &g); err != nil {
			return outcome{before: loaded.Watch}, store.Change{}, err
		}
	}
	next, effects, err := loaded.Watch.Step(at, g.in)
	done := outcome{before: loaded.Watch, after: next, effects: effects}
	if err != nil {
		return done, store.Change{}, err
	}
	c, err := e.change(ctx, at, loaded, sc, g, done)
	if err != nil {
		return done, c, err
	}
	if g.finish != nil {
		g.finish(sc, next, &c)
	}
	return done, c, nil
}

// change is the transaction that a step asks for.
func (e *Engine) change(ctx context.Context, at time.Time, loaded store.Loaded, sc scene, g given, done outcome) (store.Change, error) {
	c := store.Change{Worker: done.after.Worker, Revision: loaded.Revision, Watch: done.after, WakeAt: done.after.Wake(), Received: g.received}
	var events []Event
	for _, effect := range done.effects {
		switch x := effect.(type) {
		case watch.Happened:
			events = append(events, eventOf(x, done))
		case watch.Appeared:
			seen := eventOf(x.Happened, done)
			seen.Shown, seen.About = true, shownVisit(done)
			events = append(events, seen)
		case watch.Drop:
			c.Drop = append(c.Drop, x.Alarm)
		case watch.Closed:
			c.Alarms = append(c.Alarms, store.Alarm{Alarm: x.Alarm, Worker: c.Worker, Status: "closed"})
		}
	}
	if a := done.after.Alarm; a != nil && !reflect.DeepEqual(a, done.before.Alarm) {
		c.Alarms = append(c.Alarms, store.Alarm{Alarm: *a, Worker: c.Worker, Status: "open"})
	}
	c.Visits = movedVisits(done)
	entry, err := e.entry(at, g, done, events)
	if err != nil {
		return c, err
	}
	c.Entries = []store.Entry{entry}
	c.Messages, err = e.messages(ctx, at, sc, g, done)
	return c, err
}

// movedVisits lists the rows of the visits that the step changed.
func movedVisits(done outcome) []store.Visit {
	var rows []store.Visit
	for _, v := range done.after.Visits {
		if old, found := done.before.Visit(v.ID); found && reflect.DeepEqual(old, v) {
			continue
		}
		due := v.Due()
		if v.Unwatched {
			due = time.Time{} // a meeting: nobody waits for its end
		}
		rows = append(rows, store.Visit{ID: v.ID, Reference: v.Reference, Worker: done.after.Worker, Status: v.Status,
			StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt, DueAt: due, InAt: v.InAt, EndedAt: v.EndedAt, Evidence: v.Evidence})
	}
	return rows
}

// Event is one thing that an entry of the record says happened.
type Event struct {
	What  watch.What `json:"what"`
	Visit string     `json:"visit,omitempty"`
	Alarm string     `json:"alarm,omitempty"`
	By    string     `json:"by,omitempty"`
	Until time.Time  `json:"until,omitzero"`
	Shown bool       `json:"shown,omitempty"` // the worker is shown it while danger is open; it is not so
	About string     `json:"about,omitempty"` // the visit that the entry is about, as the worker is shown it
}

func eventOf(h watch.Happened, done outcome) Event {
	return Event{What: h.What, Visit: h.Visit, Alarm: alarmOf(done), By: h.By, Until: h.Until}
}

// EventsOf reads what an entry says happened.
func EventsOf(entry store.Entry) ([]Event, error) {
	var events []Event
	if len(entry.Events) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(entry.Events, &events); err != nil {
		return nil, fmt.Errorf("read events of entry %s: %w", entry.ID, err)
	}
	return events, nil
}

// alarmOf is the alarm that a step was about: the open one, or the one it closed.
func alarmOf(done outcome) string {
	switch {
	case done.after.Alarm != nil:
		return done.after.Alarm.ID
	case done.before.Alarm != nil:
		return done.before.Alarm.ID
	default:
		return ""
	}
}

// entry is the line of the worker's history: the input itself, so that the
// history replays to the watch, and the private words sealed beside it.
func (e *Engine) entry(at time.Time, g given, done outcome, events []Event) (store.Entry, error) {
	in := g.in
	raw, err := json.Marshal(in)
	if err != nil {
		return store.Entry{}, fmt.Errorf("write input %s: %w", in.ID, err)
	}
	lines, err := json.Marshal(events)
	if err != nil {
		return store.Entry{}, fmt.Errorf("write events of %s: %w", in.ID, err)
	}
	entry := store.Entry{ID: in.ID, At: at, RecordedAt: e.Now(), Kind: in.Name(), By: in.By, Via: in.Via, Token: g.token,
		Visit: visitOf(done, events), Alarm: alarmOf(done), Rules: watch.Rules, Input: raw, Events: lines,
		Worker: done.after.Worker}
	entry.Owner = ownerOf(entry.Alarm, entry.Visit)
	if open := done.after.Live(); entry.Owner == "" && len(open) > 0 { // a text that answers none of them, as an OUT that is to be confirmed
		entry.Owner = ownerOf("", open[0].ID)
	}
	if wasAskedBack(events) {
		g.words.Stood = g.stood.answered(done)
	}
	if g.words != (Words{}) {
		said, err := json.Marshal(g.words)
		if err != nil {
			return entry, fmt.Errorf("write words of %s: %w", in.ID, err)
		}
		entry.Words = private.New(string(said))
	}
	return entry, nil
}

// ownerOf is the data key of words about an alarm, else about a visit: they go when those do. Words about neither have one of their own, and
// go soon. None are the worker's: a worker stays for years.
func ownerOf(alarm, visit string) string {
	switch {
	case alarm != "":
		return "alarm/" + alarm
	case visit != "":
		return "visit/" + visit
	default:
		return ""
	}
}

// visitOf is the visit a step was about: the one its record names, the one it
// answered about, or one of the alarm's.
func visitOf(done outcome, events []Event) string {
	for _, x := range events {
		if x.Visit != "" {
			return x.Visit
		}
	}
	if visit := answeredAbout(done); visit != "" {
		return visit
	}
	if a := done.after.Alarm; a != nil && len(a.Visits) > 0 {
		return a.Visits[0]
	}
	return ""
}

// shownVisit is the visit a step was about as the worker is shown it: what is
// read in its place must be about the same visit as on any day (law 9).
func shownVisit(done outcome) string {
	for _, effect := range done.effects {
		if x, is := effect.(watch.Appeared); is && x.Visit != "" {
			return x.Visit
		}
	}
	return answeredAbout(done)
}

// answeredAbout is the visit that the worker was answered about.
func answeredAbout(done outcome) string {
	for _, effect := range done.effects {
		if r, is := effect.(watch.Reply); is && r.Visit != "" {
			return r.Visit
		}
	}
	return ""
}
