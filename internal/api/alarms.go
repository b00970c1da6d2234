package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

const maxAlarms = 500 // in one list

// listAlarms answers GET /alarms.
func (a *API) listAlarms(c *call) (answer, error) {
	q, err := query(c, "status", "by", "limit")
	if err != nil {
		return answer{}, err
	}
	status := q.Get("status")
	if status != "" && status != "open" && status != "closed" {
		return answer{}, fieldProblem("status", "must be open or closed")
	}
	limit, err := limitOf(q.Get("limit"), maxAlarms)
	if err != nil {
		return answer{}, err
	}
	by, err := a.reader(c, q)
	if err != nil {
		return answer{}, err
	}
	shown, err := a.view.Alarms(c.Context(), status, limit, c.reader(by))
	if err != nil {
		return answer{}, err
	}
	list := []alarmJSON{}
	for _, al := range shown {
		list = append(list, alarmOf(al))
	}
	return ok(map[string]any{"alarms": list})
}

// getAlarm answers GET /alarms/{id}, with the alarm's record.
func (a *API) getAlarm(c *call) (answer, error) {
	al, r, err := a.lookAt(c, "alarm/")
	if err != nil {
		return answer{}, err
	}
	lines, err := a.view.AlarmTimeline(c.Context(), al, r, c.at)
	if err != nil {
		return answer{}, err
	}
	return ok(alarmWithLine{alarmOf(al), timelineOf(lines)})
}

// lookAt gives the alarm that the address names, and its reader, who may know of it. The look is recorded first, as one
// at what.
func (a *API) lookAt(c *call, what string) (al store.Alarm, r view.Reader, err error) {
	q, err := query(c, "by")
	if err != nil {
		return al, r, err
	}
	by, err := a.reader(c, q)
	if err != nil {
		return al, r, err
	}
	r = c.reader(by)
	if al, err = a.view.Alarm(c.Context(), c.PathValue("id"), r); err != nil {
		return al, r, err
	}
	return al, r, a.Access.Looked(c.Context(), c.who, by, what+al.ID, "", c.at)
}

// raiseAlarm answers POST /alarms: a colleague raises an alarm for someone (rule 4.3).
func (a *API) raiseAlarm(c *call) (answer, error) {
	by, err := a.by(c, true)
	if err != nil {
		return answer{}, err
	}
	c.in.need("worker", "kind")
	worker, err := a.person(c.Context(), c.in, "worker", c.in.id("worker"))
	if err != nil {
		return answer{}, err
	}
	kind := watch.Kind(c.in.choice("kind", string(watch.Duress), string(watch.Distress)))
	visit, err := a.visitOf(c, "visit", worker)
	if err != nil {
		return answer{}, err
	}
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	before, err := a.openAlarm(c.Context(), worker)
	if err != nil {
		return answer{}, err
	}
	id, err := a.Engine.Raise(c.Context(), c.actor(by), worker, visit, kind, engine.Words{})
	if err != nil {
		return answer{}, fmt.Errorf("raise alarm: %w", err)
	}
	al, err := a.Store.Alarm(c.Context(), id)
	if err != nil {
		return answer{}, fmt.Errorf("find raised alarm: %w", err)
	}
	return made(before != id, alarmOf(al))
}

// visitOf reads a field that names one of a worker's visits.
func (a *API) visitOf(c *call, field, worker string) (string, error) {
	id := c.in.id(field)
	if id == "" || worker == "" { // an unknown worker is said of the worker
		return "", nil
	}
	v, err := a.Store.Visit(c.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && v.Worker != worker:
		c.in.wrong(field, "is no visit of this worker")
		return "", nil
	case err != nil:
		return "", fmt.Errorf("find visit: %w", err)
	}
	return v.ID, nil
}

// act does something about an open alarm and answers with it.
func (a *API) act(c *call, al store.Alarm, by string, e watch.Event, w engine.Words) (answer, error) {
	if err := c.in.done(); err != nil {
		return answer{}, err
	}
	if al.Status == "closed" {
		return answer{}, closedAlready(al)
	}
	switch err := a.Engine.Act(c.Context(), c.actor(by), al.ID, e, w); {
	case errors.Is(err, watch.ErrNoAlarm):
		now, err := a.Store.Alarm(c.Context(), al.ID)
		if err != nil {
			return answer{}, fmt.Errorf("find alarm again: %w", err)
		}
		return answer{}, closedAlready(now)
	case err != nil:
		return answer{}, fmt.Errorf("act on alarm: %w", err)
	}
	al, err := a.Store.Alarm(c.Context(), al.ID)
	if err != nil {
		return answer{}, fmt.Errorf("find alarm again: %w", err)
	}
	return ok(alarmOf(al))
}

// closedAlready is a 409: the alarm was closed since.
func closedAlready(al store.Alarm) *problem {
	if al.ClosedAt.IsZero() {
		return conflict("the alarm is not open")
	}
	return conflict(fmt.Sprintf("the alarm was closed by %s at %s", al.ClosedBy, al.ClosedAt.UTC().Format("2006-01-02T15:04:05Z")))
}

// opened reads what every action on an alarm has: the alarm and who acts.
func (a *API) opened(c *call) (store.Alarm, string, error) {
	by, err := a.by(c, true)
	if err != nil {
		return store.Alarm{}, "", err
	}
	al, err := a.view.Alarm(c.Context(), c.PathValue("id"), c.reader(by))
	return al, by, err
}

// acknowledge answers POST /alarms/{id}/acknowledge: "I have this alarm".
func (a *API) acknowledge(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	return a.act(c, al, by, watch.Acknowledge{}, engine.Words{})
}

// logCall answers POST /alarms/{id}/calls: one try of the ring-round.
func (a *API) logCall(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	c.in.need("to", "result")
	var results []string
	for _, r := range watch.Results {
		results = append(results, string(r))
	}
	e := watch.Call{Result: watch.Result(c.in.choice("result", results...))}
	w := engine.Words{To: c.in.number("to").E164(), Note: c.in.words("note", maxWords)}
	return a.act(c, al, by, e, w)
}

// logPolice answers POST /alarms/{id}/police: the police were told.
func (a *API) logPolice(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	e := watch.Police{NextUpdateAt: c.in.instant("next_update_at")}
	w := engine.Words{Reference: c.in.text("reference", maxName), Officer: c.in.text("officer", maxName),
		Attending: c.in.flag("attending"), Note: c.in.words("note", maxWords), To: c.in.text("to", maxName)}
	return a.act(c, al, by, e, w)
}

// logLiaison answers POST /alarms/{id}/liaison: what was said with the police since.
func (a *API) logLiaison(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	c.in.need("note")
	e := watch.Liaison{NextUpdateAt: c.in.instant("next_update_at")}
	w := engine.Words{Note: c.in.words("note", maxWords), Reference: c.in.text("reference", maxName), Officer: c.in.text("officer", maxName),
		Attending: c.in.flag("attending")}
	return a.act(c, al, by, e, w)
}

// foundHarmed answers POST /alarms/{id}/harmed: the search ends, the alarm stays open.
func (a *API) foundHarmed(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	return a.act(c, al, by, watch.Harmed{}, engine.Words{Note: c.in.words("note", maxWords)})
}

// holdPolice answers POST /alarms/{id}/hold: two named people hold 999 for a mere mention of the phrase (rule 4.6).
func (a *API) holdPolice(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	c.in.need("second_person", "note")
	second, err := a.person(c.Context(), c.in, "second_person", c.in.id("second_person"))
	if err != nil {
		return answer{}, err
	}
	return a.act(c, al, by, watch.Hold{Second: second}, engine.Words{Note: c.in.words("note", maxWords)})
}

// reassure answers POST /alarms/{id}/reassure: the second duress message is sent (rule 4.2).
func (a *API) reassure(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	return a.act(c, al, by, watch.Reassure{}, engine.Words{})
}

// closeAlarm answers POST /alarms/{id}/close, which says how it is known that the worker is safe (rule 3.1). What it
// lacks, the core says.
func (a *API) closeAlarm(c *call) (answer, error) {
	al, by, err := a.opened(c)
	if err != nil {
		return answer{}, err
	}
	e, w, err := a.readClose(c)
	if err != nil {
		return answer{}, err
	}
	if al.Status == "closed" && al.ClosedBy == by && al.Evidence == e.Evidence { // the same call again
		if err := c.in.done(); err != nil {
			return answer{}, err
		}
		return ok(alarmOf(al))
	}
	return a.act(c, al, by, e, w)
}

func (a *API) readClose(c *call) (watch.Close, engine.Words, error) {
	in := c.in
	e := watch.Close{Evidence: watch.Evidence(in.choice("evidence", evidences...))}
	w := engine.Words{Note: in.words("note", maxWords)}
	e.Note = buddy.Visible(w.Note) > 0
	if raw, given := in.take("visit"); given {
		if string(raw) == `"ended"` {
			e.Ended = true
		} else if o := in.either("visit", raw, `"ended" or {"expected_end_at": …}`); o != nil {
			e.ExpectedEndAt = o.instant("expected_end_at")
			o.refuseUnknown()
		}
	}
	if away := in.flag("away_from_place"); away != nil {
		e.Away = *away
	}
	if o := in.object("police_stood_down"); o != nil {
		e.StoodDownAt = o.instant("at")
		w.StoodDown = o.text("to", maxName)
		e.StoodDownTo = w.StoodDown != ""
		o.refuseUnknown()
	}
	second, err := a.person(c.Context(), in, "second_person", in.id("second_person"))
	e.Second = second
	return e, w, err
}

// evidences are how a person may say that they know (rule 3.1).
var evidences = []string{
	string(watch.SpokeWorker), string(watch.SeenByPolice), string(watch.SeenByColleague), string(watch.OutcomeKnown), string(watch.RaisedInError),
}

// openAlarm gives the id of the worker's open alarm; "" when there is none.
func (a *API) openAlarm(ctx context.Context, worker string) (string, error) {
	loaded, err := a.Store.Load(ctx, worker)
	if err != nil {
		return "", fmt.Errorf("load worker: %w", err)
	}
	if loaded.Watch.Alarm == nil {
		return "", nil
	}
	return loaded.Watch.Alarm.ID, nil
}
