package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Reader is who looks. The zero Reader is a program that may see no private words and no danger.
type Reader struct {
	By      string // the person who looks, or for whom a program does; "" when it does not say
	Aware   bool   // may know of danger that is open
	Details bool   // sees what every private visit hides

	person *buddy.Person // looks for themselves: the table of package access says what they see; nil for a program
	at     time.Time     // when they look
	never  []string      // workers whom they may never see
}

// Program is a program that looks by its token, for by or for nobody it names. Its scopes say what it sees: to act on
// alarms is to know of them, and only an administrator's token sees what a private visit hides.
func Program(c access.Caller, by string) Reader {
	return Reader{By: by, Aware: c.May(access.AlarmsAct), Details: c.May(access.Admin)}
}

// Person is someone who looks for themselves. Who may answer an alarm knows of danger, and who was told of it; a
// private visit's details are theirs by rule 1.4, as things stand at an instant.
func Person(p buddy.Person, at time.Time) Reader {
	return Reader{By: p.ID, Aware: p.Has(buddy.Responder) || p.Has(buddy.Manager), person: &p, at: at}
}

// KeptFrom is the reader who may never see some workers (rule 1.4).
func (r Reader) KeptFrom(workers []string) Reader {
	r.never = workers
	return r
}

// apartFrom says that the reader may never see a worker.
func (r Reader) apartFrom(worker string) bool { return slices.Contains(r.never, worker) }

// knowsOf says that the reader may know of an alarm of danger, as far as their part in it goes.
func (r Reader) knowsOf(a *watch.Alarm) bool { return r.Aware || r.person != nil && answers(a, r.By) }

// apart says that the reader is a person who is not on a visit themselves. Who is there with the worker is asked after by
// text, and so finds that on the page too.
func (r Reader) apart(v watch.Visit) bool {
	return r.person != nil && !slices.ContainsFunc(v.Partners, func(p watch.Partner) bool { return p.Worker == r.By })
}

// answers says that someone was told of an alarm, has it, or raised it: they were rung, and need the address (rule 4.3).
func answers(a *watch.Alarm, person string) bool {
	return a != nil && person != "" && (a.HeldBy == person || a.RaisedBy == person || slices.Contains(a.Told, person))
}

// Circle is everyone who may see the details of a private visit (rule 1.4).
type Circle struct {
	Worker  string       // whose visit it is. A joint partner has a visit of their own
	Named   []string     // its own responders
	Invited []string     // who is on call between its start and two hours after its expected end
	Alarm   *watch.Alarm // the open one that is about it: from its opening all who were told of it, and who has it
}

// MaySee says that a person is in the circle.
func MaySee(c Circle, person string) bool { return access.May(access.SeeWhere, c.is(person)) }

// is what a person in or out of the circle is to the visit.
func (c Circle) is(person string) (is access.Is) {
	switch {
	case person == "":
		return 0
	case person == c.Worker:
		is |= access.Self
	case slices.Contains(c.Named, person), slices.Contains(c.Invited, person):
		is |= access.Invited
	}
	if answers(c.Alarm, person) {
		is |= access.Told
	}
	return is
}

// keptApart says that the reader may never see a worker, or that a program looks for one who may not.
func (s *View) keptApart(ctx context.Context, r Reader, worker string) (bool, error) {
	never, err := s.never(ctx, r)
	return slices.Contains(never, worker), err
}

// never lists whom the reader may never see, or who a program looks for.
func (s *View) never(ctx context.Context, r Reader) ([]string, error) {
	if r.person != nil || r.By == "" {
		return r.never, nil
	}
	return s.Store.BlockedFrom(ctx, r.By)
}

// Colleague stands in a record for a person whom its reader may never see (rule 1.4): that somebody was there stays.
const Colleague = "a colleague"

// unnamed takes from lines whom the reader may never see.
func unnamed(lines []Line, never []string) {
	for i := range lines {
		for _, id := range []*string{&lines[i].By, &lines[i].Second} {
			if slices.Contains(never, *id) {
				*id = Colleague
			}
		}
	}
}

// unnamedTo is an alarm as a program has it that looks for someone who may never see some of those who did something about it. A
// person reads names on pages, which name nobody whom they may not see.
func (r Reader) unnamedTo(a store.Alarm, never []string) store.Alarm {
	if r.person != nil || len(never) == 0 {
		return a
	}
	for _, id := range []*string{&a.RaisedBy, &a.HeldBy, &a.Next, &a.ClosedBy, &a.Responder} {
		if slices.Contains(never, *id) {
			*id = Colleague
		}
	}
	a.Told = slices.DeleteFunc(slices.Clone(a.Told), func(id string) bool { return slices.Contains(never, id) })
	return a
}

// without is a visit without the partners whom the reader may never see.
func without(v watch.Visit, never []string) watch.Visit {
	v.Partners = slices.DeleteFunc(slices.Clone(v.Partners), func(p watch.Partner) bool { return slices.Contains(never, p.Worker) })
	return v
}

// opens says that a visit's details are for the reader.
func (s *View) opens(ctx context.Context, v store.Visit, alarm *store.Alarm, r Reader) (bool, error) {
	switch apart, err := s.keptApart(ctx, r, v.Worker); {
	case apart || err != nil:
		return false, err
	case r.person == nil:
		return r.Details || !v.Private, nil
	}
	c := Circle{Worker: v.Worker, Named: v.Responders}
	if alarm != nil {
		c.Alarm = &alarm.Alarm
	}
	is := access.InTeam(*r.person, v.Team)
	if !v.Private {
		is |= access.Open
	}
	if access.May(access.SeeWhere, is|c.is(r.By)) {
		return true, nil
	}
	invited, err := s.Engine.Invited(ctx, v)
	if err != nil {
		return false, fmt.Errorf("see who is invited: %w", err)
	}
	c.Invited = invited
	return access.May(access.SeeWhere, is|c.is(r.By)), nil
}

// glass gives the glass of a visit that the reader broke and that is not over; nil for none. It is the visit's alone: an alarm
// is opened by taking charge of it.
func (s *View) glass(ctx context.Context, v store.Visit, r Reader) (*store.Glass, error) {
	if r.person == nil || r.apartFrom(v.Worker) || !access.May(access.SeeWhere, access.Glass) {
		return nil, nil
	}
	g, err := s.Store.Glass(ctx, v.ID, r.By, r.at)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("see whether the glass is broken: %w", err)
	}
	return &g, nil
}
