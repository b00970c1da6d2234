package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	answersMost   = 50          // answers of one mail that are heard
	refreshWithin = time.Minute // plan time: an invite is not sent again so soon after it was
)

// answered takes what somebody's calendar answers to an invite of ours.
func (e *Engine) answered(ctx context.Context, l *incoming, c calendar.Calendar) error {
	return e.hearAnswers(ctx, l.at, l.msg.From, l.msg.ID, c)
}

// hearAnswers takes what a calendar answers to invites of ours. From is who it was truly sent by. Whatever it answers acknowledges no alarm, calls no visit off
// and takes nobody from the rota.
func (e *Engine) hearAnswers(ctx context.Context, at time.Time, from, mail string, c calendar.Calendar) error {
	var errs []error
	for _, ev := range c.Events[:min(len(c.Events), answersMost)] {
		i, err := e.Store.InviteByUID(ctx, ev.UID)
		if errors.Is(err, store.ErrNotFound) {
			continue // none of ours
		}
		if err != nil {
			return err
		}
		theirs, err := e.isTheirs(ctx, i, from)
		if err != nil {
			return err
		}
		if !theirs { // UIDs are seen by whoever an invite is forwarded to
			e.Log.Warn("answer to somebody else's invite passed over", "visit", i.Visit, "person", i.Person)
			continue
		}
		if ev.Stamp.IsZero() || ev.Stamp.After(at) {
			ev.Stamp = at
		}
		switch c.Method {
		case calendar.Reply:
			err = e.hearReply(ctx, at, i, ev)
		case calendar.Counter:
			err = e.hearCounter(ctx, at, i, ev, mail)
		case calendar.Refresh:
			err = e.hearRefresh(ctx, at, i, ev)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// isTheirs says whether an address is that to which the invite was sent, or is the same person's now.
func (e *Engine) isTheirs(ctx context.Context, i store.Invite, from string) (bool, error) {
	if from == "" {
		return false, nil
	}
	if strings.EqualFold(i.Address.Reveal(), from) {
		return true, nil
	}
	p, err := e.Store.Person(ctx, i.Person)
	if err != nil && p.ID == "" && !errors.Is(err, store.ErrNotFound) {
		return false, err
	}
	return addressOf(p) == strings.ToLower(from), nil
}

// answerOf reads what a reply answers; "" for nothing that counts. Outlook names whom the invite was sent to, which can be another of their addresses.
func answerOf(i store.Invite, ev calendar.Event) store.Answered {
	k := slices.IndexFunc(ev.Attendees, func(p calendar.Person) bool { return strings.EqualFold(p.Address, i.Address.Reveal()) })
	if k < 0 && len(ev.Attendees) != 1 {
		return store.NoAnswer
	}
	switch ev.Attendees[max(k, 0)].PartStat {
	case calendar.Accepted:
		return store.AnswerAccepted
	case calendar.Tentative, calendar.Delegated: // nobody can hand on what they are on call for
		return store.AnswerMaybe
	case calendar.Declined:
		return store.AnswerDeclined
	default:
		return store.NoAnswer
	}
}

// hearReply keeps what somebody's calendar answered. Who declines is still on call: those who could change that are told, and a worker who declines is told that
// the visit stands.
func (e *Engine) hearReply(ctx context.Context, at time.Time, i store.Invite, ev calendar.Event) error {
	answer := answerOf(i, ev)
	stale := ev.Sequence < i.Asked && !ev.Start.At.Equal(i.StartsAt) || ev.Stamp.Before(i.AnsweredAt)
	if answer == store.NoAnswer || stale || i.Withdrawn {
		return nil
	}
	if answer != i.Answer {
		c := store.Change{Answers: []store.InviteAnswer{{UID: i.UID, Asked: i.Asked, Answer: answer, At: ev.Stamp}},
			Entries: []store.Entry{answerEntry("invite_answer", at, i, ev, map[string]string{"answer": string(answer)})}}
		if err := e.keepAnswer(ctx, c); err != nil {
			return err
		}
	}
	if answer != store.AnswerDeclined || !i.EndsAt.After(at) {
		return nil
	}
	return e.tellDeclined(ctx, at, i) // also where the answer was kept before: it may not have been told
}

// keepAnswer hangs an answer on the chain of the invites. One that is there already is not kept again.
func (e *Engine) keepAnswer(ctx context.Context, c store.Change) error {
	for range noteTries {
		err := e.commitInvites(ctx, c)
		if !errors.Is(err, store.ErrConflict) {
			return seenIsDone(err)
		}
	}
	return store.ErrConflict
}

// answerEntry is the entry of an answer. Its id is that of the answer itself: a mail that comes twice is one.
func answerEntry(kind string, at time.Time, i store.Invite, ev calendar.Event, says map[string]string) store.Entry {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %d %s", kind, i.UID, i.Asked, ev.Stamp.Unix(), says["answer"]))
	e := store.Entry{ID: "invite_answer/" + hex.EncodeToString(sum[:12]), At: at, RecordedAt: at, Kind: "invite_answer", By: i.Person, Via: "mail", Visit: i.Visit, Rules: watch.Rules,
		Input: mustJSON(says), Events: mustJSON([]Event{{What: watch.What(kind), Visit: i.Visit, By: i.Person}}), Worker: inviteChain}
	return e
}

// tellDeclined tells of an invite that was declined, once: a worker by mail, that the visit stands; of who would be told first of an alarm, the next in the cover
// and the managers, who can change the rota.
func (e *Engine) tellDeclined(ctx context.Context, at time.Time, i store.Invite) error {
	v, err := e.Store.Visit(ctx, i.Visit)
	if err != nil {
		return err
	}
	sc, err := e.look(ctx, at, v.Worker)
	if err != nil {
		return err
	}
	if i.Person == v.Worker {
		shown, found, err := e.shownVisitOf(ctx, v.Worker, v.ID)
		if err != nil || !found || !shown.Live() { // nothing is left that could be called off
			return err
		}
		x := &invitation{e: e, ctx: ctx, at: at, sc: sc, visit: v, seen: seenAs(v, i)}
		subject, words := x.invite(sc.worker).NotCalledOff()
		return e.answerBy(ctx, x, i, calendar.Event{Stamp: i.StartsAt}, "invite_not_off", letter{subject: subject, body: words.Reveal()})
	}
	starts := v.StartsAt
	if starts.Before(at) {
		starts = at
	}
	cover := e.cover(ctx, sc, starts, []watch.Visit{{Status: watch.Booked, Responders: v.Responders}})
	if len(cover.Chain) == 0 || cover.Chain[0] != i.Person {
		return nil
	}
	to := append(slices.Clone(cover.Chain[1:min(2, len(cover.Chain))]), cover.Managers...)
	slices.Sort(to)
	to = slices.DeleteFunc(slices.Compact(to), func(id string) bool { return id == i.Person || id == v.Worker })
	return e.say(ctx, at, sc, note{id: fmt.Sprintf("invite_declined/%s/%s/%d", i.Visit, i.Person, i.Asked), kind: "invite_declined", visit: v.ID, to: to, notice: wording.InviteDeclined,
		reach: watch.OneText, apart: true, values: wording.Values{Who: e.shortName(ctx, sc.pages, i.Person), Reference: v.Reference, Begin: v.StartsAt.In(sc.zone), Link: e.link("", v.ID)}})
}

// seenAs is a visit with the times that somebody's calendar shows: a worker is told no others.
func seenAs(v store.Visit, i store.Invite) store.Visit {
	v.StartsAt, v.ExpectedEndAt = i.StartsAt, i.EndsAt
	return v
}

// hearCounter answers a proposal of another time, which nobody takes: an Outlook that gets no answer shows it as taken. So many in an hour are answered, as a
// program that proposes again at each answer would never end.
func (e *Engine) hearCounter(ctx context.Context, at time.Time, i store.Invite, ev calendar.Event, mail string) error {
	if !e.pulse.mayAnswer("counter/"+i.UID, at) {
		e.Log.Warn("proposal of another time not answered: there were too many", "visit", i.Visit, "person", i.Person)
		return nil
	}
	v, err := e.Store.Visit(ctx, i.Visit)
	if err != nil {
		return err
	}
	sc, err := e.look(ctx, at, v.Worker)
	if err != nil {
		return err
	}
	x := &invitation{e: e, ctx: ctx, at: at, sc: sc, visit: seenAs(v, i), seen: seenAs(v, i)}
	subject, words := x.invite(buddy.Person{ID: i.Person}).Countered()
	ev.Organizer = calendar.Person{Address: e.MailFrom, Name: "Allclear"}
	c := calendar.CounterDeclined(ev, at)
	return e.answerBy(ctx, x, i, ev, "invite_countered", letter{subject: subject, body: words.Reveal(), reply: mail,
		invite: &store.MailCalendar{Method: string(c.Method), Text: private.New(string(c.Encode()))}})
}

// answerBy sends a mail in answer to a calendar's, once for each.
func (e *Engine) answerBy(ctx context.Context, x *invitation, i store.Invite, ev calendar.Event, kind string, l letter) error {
	l.thread = i.UID
	row, can := e.mailTo(store.Message{ID: e.newID(x.at), Worker: x.visit.Worker, Visit: i.Visit, Person: i.Person, Notice: "invite_answer", Class: store.ClassInfo,
		CreatedAt: x.at, NextAt: x.at, GiveUpAt: x.at.Add(24 * time.Hour), Owner: ownerOf("", i.Visit), State: store.Pending}, buddy.Person{Email: i.Address}, l)
	if !can {
		return nil
	}
	err := e.keepAnswer(ctx, store.Change{Messages: []store.Message{row}, Entries: []store.Entry{answerEntry(kind, x.at, i, ev, map[string]string{"answered": kind})}})
	if err == nil {
		e.woken()
	}
	return err
}

// hearRefresh has an invite sent again to somebody whose calendar lost it.
func (e *Engine) hearRefresh(ctx context.Context, at time.Time, i store.Invite, ev calendar.Event) error {
	if i.Withdrawn || at.Sub(i.SentAt) < refreshWithin {
		return nil
	}
	i.Print = []byte{} // what they have is not known: it is as if they had something else
	err := e.keepAnswer(ctx, store.Change{Invites: []store.Invite{i}, Entries: []store.Entry{answerEntry("invite_refreshed", at, i, ev, map[string]string{"answer": "refresh"})}})
	if err == nil {
		e.outgoing.mu.Lock()
		defer e.outgoing.mu.Unlock()
		if e.outgoing.waiting != nil {
			e.outgoing.waits(i.Visit, at)
		}
	}
	return err
}
