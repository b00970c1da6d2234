package web

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// invitedPart is one person to whose calendar a visit was sent.
type invitedPart struct {
	Name   string
	Own    bool // it is the worker's
	Answer string
	At     time.Time // of the answer; zero where there is none
}

// calendarWords say what a calendar answered. None of it takes charge of an alarm, or ends a visit.
var calendarWords = map[store.Answered]string{
	store.NoAnswer: "Invited", store.AnswerAccepted: "Accepted", store.AnswerMaybe: "Answered “maybe”", store.AnswerDeclined: "Declined: still answers for the visit",
}

// inCalendars is who was invited to a visit by e-mail, and what their calendars answered. Whoever is with the worker is shown who is invited as the visit is shown
// to them, as invites follow it as it is: a call for help must not show here.
func (p *Pages) inCalendars(c *request, v seen) ([]invitedPart, error) {
	if !v.Live() {
		return nil, nil
	}
	all, err := p.Store.Invites(c.Context(), v.ID)
	if err != nil {
		return nil, fmt.Errorf("read who was invited: %w", err)
	}
	sent := slices.DeleteFunc(all[v.ID], func(i store.Invite) bool { return i.Withdrawn && !v.beside(c) })
	if len(sent) == 0 {
		return nil, nil
	}
	if v.beside(c) {
		if sent, err = p.asInvited(c, v, sent); err != nil {
			return nil, err
		}
	}
	var parts []invitedPart
	for _, i := range sent {
		name, err := p.nameOf(c.Context(), i.Person)
		if err != nil {
			return nil, err
		}
		part := invitedPart{Name: name, Own: i.Person == v.Worker, Answer: calendarWords[i.Answer], At: i.AnsweredAt}
		if part.Own && i.Answer == store.AnswerDeclined {
			part.Answer = "Declined: the visit stands"
		}
		parts = append(parts, part)
	}
	slices.SortStableFunc(parts, func(a, b invitedPart) int { // the worker first
		switch {
		case a.Own == b.Own:
			return 0
		case a.Own:
			return -1
		default:
			return 1
		}
	})
	return parts, nil
}

// asInvited are the invites to a visit as it is shown: of those who answer for it then and have an address, and of its worker.
func (p *Pages) asInvited(c *request, v seen, sent []store.Invite) ([]store.Invite, error) {
	invited, err := p.Engine.Invited(c.Context(), v.Visit.Visit)
	if err != nil {
		return nil, fmt.Errorf("see who is invited: %w", err)
	}
	var shown []store.Invite
	for _, id := range append([]string{v.Worker}, invited...) {
		who, err := p.directory.person(c.Context(), id)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("find who is invited: %w", err)
		}
		i := store.Invite{Person: id}
		k := slices.IndexFunc(sent, func(i store.Invite) bool { return i.Person == id })
		switch {
		case k >= 0:
			i = sent[k]
		case id == v.Worker || !who.Active || who.Email.IsZero():
			continue
		}
		shown = append(shown, i)
	}
	return shown, nil
}
