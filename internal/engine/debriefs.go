package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/debrief"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// PutDebrief keeps what somebody did to a debrief: chose with whom, declined, or put down what was said. Who was chosen is told. *watch.Refused says
// that it has come further than that.
func (e *Engine) PutDebrief(ctx context.Context, who Actor, p store.Paper, d debrief.Debrief, to debrief.Status) (store.Paper, error) {
	at := e.Now()
	if !debrief.May(debrief.Status(p.Status), to) {
		return p, &watch.Refused{Says: "this debrief was held already: look at it again"}
	}
	body, err := debrief.Encode(d)
	if err != nil {
		return p, err
	}
	p.Body, p.Status, p.DueAt, p.OverAt = private.New(body), string(to), time.Time{}, time.Time{}
	switch to {
	case debrief.Wanted:
		p.DueAt = debrief.RemindAt(at)
	case debrief.Declined, debrief.Held:
		p.OverAt = at
	}
	var tells []store.Message
	if to == debrief.Wanted {
		if tells, err = e.rowsTo(ctx, at, d.With, p.Person, wording.DebriefWanted, time.Time{}, "/debriefs"); err != nil {
			return p, err
		}
	}
	return e.putPaper(ctx, p, debriefMarks(d), who.by(), at, tells...)
}

// GiveAction gives somebody something to do by a day, and tells them. about is the debrief or the incident it comes from, as KIND/ID.
func (e *Engine) GiveAction(ctx context.Context, who Actor, about, owner, what string, due time.Time) (store.Paper, error) {
	p, err := e.Store.Person(ctx, owner)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && !p.Active:
		return store.Paper{}, &watch.Invalid{Problems: []watch.Problem{{Field: "owner", Says: "is somebody who is here"}}}
	case err != nil && p.ID == "":
		return store.Paper{}, fmt.Errorf("read who is to do it: %w", err)
	}
	body, err := debrief.Encode(debrief.Action{What: what})
	if err != nil {
		return store.Paper{}, err
	}
	at := e.Now()
	var tells []store.Message
	if p.ID != who.By {
		if tells, err = e.rowsTo(ctx, at, p.ID, p.ID, wording.ActionGiven, due, "/actions"); err != nil {
			return store.Paper{}, err
		}
	}
	return e.putPaper(ctx, store.Paper{ID: "x-" + e.actID(who, "action/"+about), Kind: store.ActionPaper, Team: p.Team, Person: p.ID, About: about,
		Status: string(debrief.Open), DueAt: due, Body: private.New(body)}, nil, who.by(), at, tells...)
}

// DoneAction puts down that an action is done, and how.
func (e *Engine) DoneAction(ctx context.Context, who Actor, p store.Paper, how string) (store.Paper, error) {
	a, err := debrief.Decode[debrief.Action](p.Body.Reveal())
	if err != nil {
		return p, err
	}
	at := e.Now()
	sc, err := e.look(ctx, at, p.Person)
	if err != nil {
		return p, err
	}
	a.How, a.Day = how, at.In(sc.zone).Format(time.DateOnly)
	body, err := debrief.Encode(a)
	if err != nil {
		return p, err
	}
	p.Body, p.Status, p.OverAt = private.New(body), string(debrief.Done), at
	return e.putPaper(ctx, p, nil, who.by(), at)
}

// remindOfAction reminds somebody of what they are to do, on its day and a week after.
func (e *Engine) remindOfAction(ctx context.Context, at time.Time, p store.Paper) (time.Time, error) {
	nth := debrief.Reminder(p.DueAt, at)
	if nth > 0 {
		id := fmt.Sprintf("action/%s/due/%d", p.ID, nth)
		if held, err := e.remindTo(ctx, at, p.Person, p.Person, id, wording.ActionDue, p.DueAt, "/actions"); err != nil || !held.IsZero() {
			return held, err
		}
	}
	return debrief.NextReminder(p.DueAt, at), nil
}
