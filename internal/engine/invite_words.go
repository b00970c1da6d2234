package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// invitation is the making of the invites to one visit.
type invitation struct {
	e        *Engine
	ctx      context.Context
	at       time.Time
	sc       scene
	visit    store.Visit // as it is
	seen     store.Visit // as its worker sees it
	partners []watch.Partner
	own      bool // the worker's own calendar has it already: it was booked by an invite of theirs

	people map[string]buddy.Person
}

// stance says how the visit stands for somebody's calendar.
func (x *invitation) stance(person string) stance {
	status := x.visit.Status
	if person == x.sc.worker.ID {
		status = x.seen.Status
	}
	switch status {
	case watch.Cancelled:
		return wasCalledOff
	case watch.Ended:
		return hasEnded
	default:
		return standsNow
	}
}

// wanted is what people's calendars are to show of the visit, as it stands for each.
func (x *invitation) wanted() []wanted {
	x.people = map[string]buddy.Person{}
	var want []wanted
	add := func(p buddy.Person) {
		x.people[p.ID] = p
		if x.stance(p.ID) != standsNow || !canBeMailed(p) || x.e.isOwnAddress(p.Email) {
			return
		}
		v := x.shown(p.ID)
		want = append(want, wanted{visit: v.ID, person: p.ID, uid: x.e.inviteUID(v.ID, p.ID), address: p.Email,
			starts: v.StartsAt, ends: v.ExpectedEndAt, print: x.e.Store.InvitePrint(x.says(p))})
	}
	if !x.own {
		add(x.sc.worker)
	}
	if !slices.Contains(watchedKinds, x.visit.Kind) || x.stance("") != standsNow {
		return want // a meeting is nobody's to answer for
	}
	theirs := []private.Text{x.sc.worker.Email}
	for _, partner := range x.partners {
		if p, err := x.e.find(x.ctx, x.sc.pages, partner.Worker); err == nil {
			theirs = append(theirs, p.Email)
		}
	}
	for _, id := range x.sc.blocked {
		if p, err := x.e.find(x.ctx, x.sc.pages, id); err == nil {
			theirs = append(theirs, p.Email)
		}
	}
	for _, id := range x.e.invitedTo(x.ctx, x.sc, x.visit, x.partners) {
		p, err := x.e.find(x.ctx, x.sc.pages, id)
		if err != nil && p.ID == "" { // a fallback who is not there yet, or whose details are not to be had now
			continue
		}
		// what is told of a worker must not come to the worker's own mailbox, nor to that of who is with them, nor of who may never see them
		if !slices.ContainsFunc(theirs, func(a private.Text) bool { return sameAddress(a, p.Email) }) {
			add(p)
		}
	}
	return want
}

// shown is the visit as somebody is to see it.
func (x *invitation) shown(person string) store.Visit {
	if person == x.sc.worker.ID {
		return x.seen
	}
	return x.visit
}

// invite is what somebody's invite is said with.
func (x *invitation) invite(p buddy.Person) wording.Invite {
	v := x.shown(p.ID)
	i := wording.Invite{Visit: wording.Visit{Reference: v.Reference, StartsAt: v.StartsAt.In(x.sc.zone), ExpectedEndAt: v.ExpectedEndAt.In(x.sc.zone)},
		Private: v.Private, Watched: slices.Contains(watchedKinds, v.Kind), Yours: p.ID == x.sc.worker.ID, Link: x.e.link("", v.ID), Rehearsal: x.e.Rehearsal}
	if !i.Yours && x.sc.team.Plan.Invites == plan.InvitesWithForm && x.e.inOwnDomain(p.Email) {
		i.Form = buddyFormOf(x.sc.worker, v.Details)
	}
	return i
}

// hides says whether others who look into the calendar see no more than that somebody is busy: where the visit is private, and where the event has a home number
// and a next of kin, which no one else may see.
func hides(i wording.Invite) bool { return i.Private || i.Form != nil }

// says is all that an invite says besides its times.
func (x *invitation) says(p buddy.Person) string {
	i := x.invite(p)
	return fmt.Sprintf("%s\x00%v\x00%s", i.Summary(), hides(i), i.Words().Reveal())
}

// message is the mail with an invite, or with what takes one back.
func (x *invitation) message(m mailed) store.Message {
	p, there := x.people[m.person]
	if !there {
		p = buddy.Person{ID: m.person}
	}
	i := x.invite(p)
	event := calendar.Event{UID: m.row.UID, Sequence: m.row.Sequence, Stamp: x.at, Start: x.moment(m.row.StartsAt), End: x.moment(m.row.EndsAt),
		Organizer: calendar.Person{Address: x.e.MailFrom, Name: "Allclear"}, Summary: private.New(i.Summary())}
	if hides(i) {
		event.Class = calendar.Private
	}
	guest := calendar.Person{Address: strings.ToLower(m.address.Reveal()), Name: p.Name, PartStat: partStat(m.row.Answer)}
	words := i.Words()
	var c calendar.Calendar
	if m.method == calendar.Cancel {
		i.StartsAt, i.ExpectedEndAt = m.holds.StartsAt.In(x.sc.zone), m.holds.EndsAt.In(x.sc.zone)
		words = i.Gone(m.why)
		event.UID, event.Sequence, event.Start, event.End = m.holds.UID, m.holds.Sequence, x.moment(m.holds.StartsAt), x.moment(m.holds.EndsAt)
		event.Class = calendar.Private
		c = calendar.Cancellation(event, []calendar.Person{guest}, x.at)
	} else {
		guest.RSVP = guest.PartStat == calendar.NeedsAction
		event.Attendees, event.Description, event.Status, event.URL = []calendar.Person{guest}, words, "CONFIRMED", i.Link
		c = calendar.Calendar{Method: calendar.Request, Events: []calendar.Event{event}}
	}
	notice := store.NoticeInvite
	if m.row.UID == "" { // it goes to another mailbox than what follows, which does not stand for it
		notice = "invite_back"
	}
	row, _ := x.e.mailTo(store.Message{ID: x.e.newID(x.at), Worker: x.sc.worker.ID, Visit: x.visit.ID, Person: m.person, Notice: notice, Class: store.ClassInfo,
		CreatedAt: x.at, NextAt: x.at, GiveUpAt: x.giveUp(m), Owner: ownerOf("", x.visit.ID), State: store.Pending},
		buddy.Person{Email: m.address}, letter{subject: i.Subject(m.why), body: words.Reveal(), thread: event.UID,
			invite: &store.MailCalendar{Method: string(c.Method), Text: private.New(string(c.Encode())), File: true}})
	return row
}

// giveUp is when an invite is of no more use: at the end of what it is about.
func (x *invitation) giveUp(m mailed) time.Time {
	ends := m.row.EndsAt
	if ends.Before(m.holds.EndsAt) {
		ends = m.holds.EndsAt
	}
	return ends.Add(infoLife)
}

func (x *invitation) moment(at time.Time) calendar.Moment {
	return calendar.Moment{At: at.In(x.sc.zone), TZID: x.sc.zone.String()}
}

func partStat(a store.Answered) calendar.PartStat {
	switch a {
	case store.AnswerAccepted:
		return calendar.Accepted
	case store.AnswerMaybe:
		return calendar.Tentative
	case store.AnswerDeclined:
		return calendar.Declined
	default:
		return calendar.NeedsAction
	}
}

// buddyFormOf is the whole buddy form as an invite carries it: all that a responder needs to find and describe the worker, should they be unable to reach
// Allclear (rule 3.6).
func buddyFormOf(p buddy.Person, f buddy.Form) []wording.FormLine {
	lines := []wording.FormLine{{Label: "Worker", Words: private.New(p.Name)}}
	add := func(label string, words private.Text) {
		lines = append(lines, wording.FormLine{Label: label, Words: words})
	}
	number := func(label string, n phone.Number, always bool) {
		if always || !n.IsZero() {
			add(label, private.New(n.National()))
		}
	}
	number("Mobile", p.Mobile, true)
	number("Personal mobile", p.PersonalMobile, false)
	number("Home phone", p.HomePhone, true)
	for i, c := range p.Contacts {
		add("Emergency contact "+strconv.Itoa(i+1), contactLine(c))
	}
	if len(p.Contacts) == 0 {
		add("Emergency contact", private.Text{})
	}
	add("Description", p.Description)
	add("Vehicle", vehicleLine(p))
	add("Visiting", f.ServiceUser)
	add("Address", f.Address)
	add("How to get in", f.Access)
	add("Their contact details", f.Contact)
	add("Who else is there", f.WhoElse)
	return lines
}

func contactLine(c buddy.Contact) private.Text {
	line := c.Name.Reveal()
	if !c.Relation.IsZero() {
		line += " (" + c.Relation.Reveal() + ")"
	}
	if !c.Phone.IsZero() {
		line += ", " + c.Phone.National()
	}
	if c.PoliceOnly {
		line += ", to be rung by the police alone"
	}
	return private.New(strings.TrimPrefix(line, ", "))
}

func vehicleLine(p buddy.Person) private.Text {
	if p.NoVehicle {
		return private.New("comes without a car")
	}
	v := p.Vehicle
	line := strings.Join(strings.Fields(v.Colour.Reveal()+" "+v.Make.Reveal()+" "+v.Model.Reveal()), " ")
	if !v.Registration.IsZero() {
		line = strings.TrimPrefix(line+", "+v.Registration.Reveal(), ", ")
	}
	return private.New(line)
}
