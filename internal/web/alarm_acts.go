package web

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strconv"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// reading reads a form of the alarm room: what was done, and the private words of it.
type reading func(*request, *form, room) (watch.Event, engine.Words)

// alarmAct answers a button of the alarm room: what its form says is done, and the room says so. names are the form's
// names for the API's fields.
func (p *Pages) alarmAct(says string, read reading, names map[string]string) handler {
	return func(c *request) error {
		r, f, err := p.actedOn(c)
		if err != nil {
			return err
		}
		e, w := read(c, f, r)
		if !f.bad() {
			if err := f.takes(onlyOthers(p.Engine.Act(c.Context(), c.press(), r.alarm.ID, e, w)), names); err != nil {
				return err
			}
		}
		if f.bad() {
			page, err := p.alarmPage(c, r, f)
			if err != nil {
				return err
			}
			return p.show(c, http.StatusUnprocessableEntity, "alarm", page)
		}
		return c.redirect("/alarms/" + r.alarm.ID + "?done=" + says)
	}
}

// actedOn is the room of an open alarm that the reader may act on, and the form that was sent.
func (p *Pages) actedOn(c *request) (room, *form, error) {
	r, err := p.room(c)
	if err != nil {
		return r, nil, err
	}
	switch {
	case !r.May:
		return r, nil, &statusError{status: http.StatusForbidden, says: "Only those who answer for the worker act on this alarm."}
	case !r.Opens && path.Base(c.URL.Path) != "acknowledge":
		return r, nil, &statusError{status: http.StatusForbidden, says: "Take charge of this alarm first."}
	}
	f, err := c.form()
	return r, f, err
}

// onlyOthers says to the worker's partner on the visit that someone else has to act, and to whoever comes late that the
// alarm is closed.
func onlyOthers(err error) error {
	if errors.Is(err, watch.ErrNoAlarm) {
		return &statusError{status: http.StatusConflict, says: "The alarm is closed.", cause: err}
	}
	invalid, is := errors.AsType[*watch.Invalid](err)
	if is && slices.ContainsFunc(invalid.Problems, func(p watch.Problem) bool { return p.Field == "by" }) {
		return &statusError{status: http.StatusForbidden, says: "You are on the visit too, so someone else has to do this.", cause: err}
	}
	return err
}

// takeCharge answers POST /alarms/{id}/acknowledge: "I have this alarm".
func (p *Pages) takeCharge(c *request) error {
	r, _, err := p.actedOn(c)
	if err != nil {
		return err
	}
	if err := onlyOthers(p.Engine.Act(c.Context(), c.press(), r.alarm.ID, watch.Acknowledge{}, engine.Words{})); err != nil {
		return err
	}
	now, err := p.Store.Alarm(c.Context(), r.alarm.ID)
	if err != nil {
		return fmt.Errorf("find alarm again: %w", err)
	}
	says := "taken"
	if now.HeldBy != c.who.ID || now.Status != store.AlarmOpen {
		says = "not-taken"
	}
	return c.redirect("/alarms/" + r.alarm.ID + "?done=" + says)
}

// readCall reads one try of the ring-round.
func readCall(_ *request, f *form, r room) (watch.Event, engine.Words) {
	row, _ := strconv.Atoi(f.value("row"))
	field := noteField(row)
	e := watch.Call{Result: watch.Result(f.value("result"))}
	to, err := phone.Parse(f.value("to"))
	if err != nil || !slices.Contains(watch.Results, e.Result) {
		f.wrong("ring", "Choose a number and what came of the call")
	}
	if e.Result == watch.SpokeOther {
		f.need(field, "Enter what they said")
	}
	if e.Result == watch.SpokeThem {
		f.need(field, fmt.Sprintf("Enter what %s said", firstName(r.worker.Name)))
	}
	return e, engine.Words{To: to.E164(), Note: f.value(field)}
}

// readPolice reads what the police were told, and what they answered. The prompts to tell them stop with it, so one thing
// that only whoever spoke with them knows is asked for.
func readPolice(c *request, f *form, _ room) (watch.Event, engine.Words) {
	if f.value("police-note")+f.value("police-reference")+f.value("police-officer") == "" {
		f.wrong("police-note", "Enter what was said, the police reference or whom you spoke with")
	}
	return watch.Police{NextUpdateAt: f.ahead("police-next", c.at, c.in, watch.LiaisonMost)}, policeSaid(f)
}

// readLiaison reads what was said with the police since.
func readLiaison(c *request, f *form, _ room) (watch.Event, engine.Words) {
	f.need("police-note", "Enter what was said")
	return watch.Liaison{NextUpdateAt: f.ahead("police-next", c.at, c.in, watch.LiaisonMost)}, policeSaid(f)
}

func policeSaid(f *form) engine.Words {
	w := engine.Words{Note: f.value("police-note"), Reference: f.value("police-reference"), Officer: f.value("police-officer")}
	switch f.value("police-attending") {
	case "yes":
		w.Attending = new(true)
	case "no":
		w.Attending = new(false)
	}
	return w
}

// readNote reads a note for the log: what was said, or why the alarm stays open.
func readNote(_ *request, f *form, _ room) (watch.Event, engine.Words) {
	f.need("note", "Enter what was said, or why the alarm stays open")
	return watch.Liaison{}, engine.Words{Note: f.value("note")}
}

// readHold reads why 999 is held for a mere mention.
func readHold(_ *request, f *form, _ room) (watch.Event, engine.Words) {
	f.need("hold-second", "Choose the second person who agrees")
	f.need("hold-note", "Enter why 999 is held")
	return watch.Hold{Second: f.value("hold-second")}, engine.Words{Note: f.value("hold-note")}
}

// readHarmed reads that the worker was found harmed.
func readHarmed(_ *request, f *form, _ room) (watch.Event, engine.Words) {
	f.need("harmed-note", "Enter what is known")
	return watch.Harmed{}, engine.Words{Note: f.value("harmed-note")}
}

func readReassure(*request, *form, room) (watch.Event, engine.Words) {
	return watch.Reassure{}, engine.Words{}
}
