package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// personRef is a person as others see them.
type personRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// visitJSON is a visit as the API answers it.
type visitJSON struct {
	ID            string       `json:"id"`
	ExternalID    *string      `json:"external_id"`
	Reference     string       `json:"reference"`
	Status        watch.Status `json:"status"`
	Worker        string       `json:"worker"`
	Team          string       `json:"team"`
	Kind          string       `json:"kind"`
	StartsAt      time.Time    `json:"starts_at"`
	ExpectedEndAt time.Time    `json:"expected_end_at"`
	DueAt         *time.Time   `json:"due_at"` // null for what is not watched
	InAt          *time.Time   `json:"in_at"`
	EndedAt       *time.Time   `json:"ended_at"`
	Evidence      *string      `json:"evidence"`
	Private       bool         `json:"private"`
	Responders    []string     `json:"responders"`
	Responder     *personRef   `json:"responder"`
	Gap           bool         `json:"gap"` // nobody is on call: it falls to the fallback
	Missing       []string     `json:"missing"`
	Alarm         *alarmJSON   `json:"alarm"`
	Joint         []string     `json:"joint,omitempty"` // the linked visits, when it was booked
}

// detailsJSON is what a private visit hides.
type detailsJSON struct {
	ServiceUser *string `json:"service_user"`
	Address     *string `json:"address"`
	Access      *string `json:"access"`
	Contact     *string `json:"contact"`
	WhoElse     *string `json:"who_else"`
	AddressAtIn *string `json:"address_at_in,omitempty"`
}

// wholeJSON is a visit with its details and its record.
type wholeJSON struct {
	visitJSON
	detailsJSON
	Timeline []timelineJSON `json:"timeline"`
}

// alarmJSON is an alarm as the API answers it.
type alarmJSON struct {
	ID             string     `json:"id"`
	Visits         []string   `json:"visits"`
	Worker         string     `json:"worker"`
	Kind           watch.Kind `json:"kind"`
	Mention        bool       `json:"mention"`
	Status         string     `json:"status"`
	OpenedAt       time.Time  `json:"opened_at"`
	RaisedBy       *string    `json:"raised_by"`
	Told           []string   `json:"told"`
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy *string    `json:"acknowledged_by"`
	TakeOver       *string    `json:"take_over"` // the next responder, who is to confirm
	Calls          int        `json:"calls"`
	SpokeAt        *time.Time `json:"spoke_at"`
	PoliceDueAt    time.Time  `json:"police_due_at"`
	PoliceToldAt   *time.Time `json:"police_told_at"`
	HarmedAt       *time.Time `json:"harmed_at"`
	ClosedAt       *time.Time `json:"closed_at"`
	ClosedBy       *string    `json:"closed_by"`
	Evidence       *string    `json:"evidence"`
}

// alarmWithLine is one alarm with its record.
type alarmWithLine struct {
	alarmJSON
	Timeline []timelineJSON `json:"timeline"`
}

func alarmOf(a store.Alarm) alarmJSON {
	return alarmJSON{
		ID: a.ID, Visits: slices.Clip(append([]string{}, a.Visits...)), Worker: a.Worker, Kind: a.Kind, Mention: a.Mention, Status: a.Status,
		OpenedAt: a.OpenedAt.UTC(), RaisedBy: maybe(a.RaisedBy), Told: append([]string{}, a.Told...),
		AcknowledgedAt: when(a.HeldAt), AcknowledgedBy: maybe(a.HeldBy), TakeOver: maybe(a.Next), Calls: a.Calls, SpokeAt: when(a.SpokeAt),
		PoliceDueAt: a.PoliceDue.UTC(), PoliceToldAt: when(a.TheyKnow), HarmedAt: when(a.HarmedAt),
		ClosedAt: when(a.ClosedAt), ClosedBy: maybe(a.ClosedBy), Evidence: maybe(string(a.Evidence)),
	}
}

// when is null for an instant that has not come.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return new(t.UTC())
}

// maybe is null for what is not known.
func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// reveal shows a private text to a caller who may see it and whose look is recorded.
func reveal(t private.Text) *string { return maybe(t.Reveal()) }

// seen is a visit as one reader may see it.
type seen struct {
	store.Visit
	alarm  *store.Alarm // the open one that covers it
	hidden bool         // danger is open, and the reader must not know (rule 4.2)
}

// see gives a visit as a reader may see it. While danger is open, nothing that the worker can reach shows it: neither
// what is asked for the worker or the partner beside them, nor what a token may read that may not act on alarms. They see the watch that the
// worker is shown.
func (a *API) see(c *call, v store.Visit, by string) (seen, error) {
	loaded, err := a.Store.Load(c.Context(), v.Worker)
	if err != nil {
		return seen{}, fmt.Errorf("load worker: %w", err)
	}
	w := loaded.Watch
	unaware, err := a.unaware(c.Context(), w, by)
	switch {
	case err != nil:
		return seen{}, err
	case w.Alarm == nil:
		return seen{Visit: v}, nil
	case w.Alarm.Kind.Danger() && (unaware || !c.who.May(alarmScope)):
		return seen{Visit: asShown(v, w.Shown), hidden: true}, nil
	case covers(w.Alarm, v):
		return seen{Visit: v, alarm: &store.Alarm{Alarm: *w.Alarm, Worker: v.Worker, Status: store.AlarmOpen}}, nil
	}
	return seen{Visit: v}, nil
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

// brief is a visit without its private words.
func (a *API) brief(c *call, v store.Visit, by string) (visitJSON, error) {
	s, err := a.see(c, v, by)
	if err != nil {
		return visitJSON{}, err
	}
	return a.summary(c.Context(), s)
}

func (a *API) summary(ctx context.Context, s seen) (visitJSON, error) {
	v := s.Visit
	out := visitJSON{
		ID: v.ID, ExternalID: maybe(v.ExternalID), Reference: v.Reference, Status: v.Status, Worker: v.Worker, Team: v.Team, Kind: v.Kind,
		StartsAt: v.StartsAt.UTC(), ExpectedEndAt: v.ExpectedEndAt.UTC(), DueAt: when(v.DueAt), InAt: when(v.InAt), EndedAt: when(v.EndedAt),
		Evidence: maybe(string(v.Evidence)), Private: v.Private, Responders: append([]string{}, v.Responders...), Missing: []string{},
	}
	if s.alarm != nil {
		out.Alarm = new(alarmOf(*s.alarm))
	}
	missing, err := a.Engine.Missing(ctx, v)
	if err != nil {
		return out, fmt.Errorf("see what is missing: %w", err)
	}
	out.Missing = append(out.Missing, missing...)
	id, gap, err := a.Engine.Responder(ctx, v)
	if err != nil {
		return out, fmt.Errorf("find responder: %w", err)
	}
	out.Gap = gap
	out.Responder, err = a.ref(ctx, id)
	return out, err
}

// ref names a person; nil for nobody. A fallback that is not there yet has only its id.
func (a *API) ref(ctx context.Context, id string) (*personRef, error) {
	if id == "" {
		return nil, nil
	}
	p, err := a.Store.Person(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return &personRef{id, id}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("name responder: %w", err)
	}
	return &personRef{p.ID, p.Name}, nil
}

// Whether a look is put on record.
const (
	recorded   = true
	unrecorded = false
)

// whole is a visit with its record, and with its details for who may see them. The look is recorded first.
func (a *API) whole(c *call, v store.Visit, by string, look bool) (wholeJSON, error) {
	var out wholeJSON
	s, err := a.see(c, v, by)
	if err != nil {
		return out, err
	}
	shown := c.who.May(detailScope) || !v.Private
	if shown && look {
		if err := a.Access.Looked(c.Context(), c.who, by, "visit/"+v.ID, "", c.at); err != nil {
			return out, err
		}
	}
	list, err := a.visitEntries(c.Context(), s.Visit, c.at)
	if err != nil {
		return out, err
	}
	if s.alarm == nil && !s.hidden {
		if s.alarm, err = a.closedAlarm(c.Context(), list, v); err != nil {
			return out, err
		}
	}
	if out.visitJSON, err = a.summary(c.Context(), s); err != nil {
		return out, err
	}
	if shown {
		out.detailsJSON = detailsOf(v)
	}
	out.Timeline = visitLine(list, v.Worker, s.hidden, shown)
	return out, nil
}

// closedAlarm gives the last alarm that the visit's record tells of; nil when there was none.
func (a *API) closedAlarm(ctx context.Context, list []entry, v store.Visit) (*store.Alarm, error) {
	for _, e := range slices.Backward(list) {
		if e.Alarm == "" {
			continue
		}
		al, err := a.Store.Alarm(ctx, e.Alarm)
		if err != nil {
			return nil, fmt.Errorf("find alarm of visit: %w", err)
		}
		if covers(&al.Alarm, v) {
			return &al, nil
		}
	}
	return nil, nil
}

func detailsOf(v store.Visit) detailsJSON {
	d := formJSON(v.Details)
	if v.AtIn != nil && v.AtIn.Address != v.Details.Address {
		d.AddressAtIn = reveal(v.AtIn.Address)
	}
	return d
}

func formJSON(f buddy.Form) detailsJSON {
	return detailsJSON{ServiceUser: reveal(f.ServiceUser), Address: reveal(f.Address), Access: reveal(f.Access), Contact: reveal(f.Contact), WhoElse: reveal(f.WhoElse)}
}
