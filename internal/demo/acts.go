package demo

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// What people do in a story.
type deed = func(ctx context.Context, p *play) error

// What then comes true.
type sign = func(ctx context.Context, p *play) (bool, error)

func (p *play) mobile() phone.Number {
	for _, m := range members() {
		if m.id == p.tale.worker {
			return number(m.mobile)
		}
	}
	return phone.Number{}
}

// books books the story's visit, from now.
func books(length time.Duration, form buddy.Form) deed {
	return func(ctx context.Context, p *play) error {
		at := p.engine.Now()
		booked, err := p.engine.Book(ctx, engine.Actor{By: p.tale.worker, Via: "api"}, engine.Booking{Worker: p.tale.worker, Kind: "home_visit",
			StartsAt: at, ExpectedEndAt: at.Add(length), Details: form})
		if err != nil {
			return err
		}
		p.visit = booked.Visit
		return p.o.Store.SetMeta(ctx, ownVisit(p.tale.id), booked.Visit)
	}
}

func formOf(serviceUser, address, contact string) buddy.Form {
	return buddy.Form{ServiceUser: private.New(serviceUser), Address: private.New(address), Contact: private.New(contact)}
}

// texts has the worker text.
func texts(words string) deed {
	return func(ctx context.Context, p *play) error { return p.Text(ctx, p.tale.worker+mobile, words) }
}

var errNoAlarm = errors.New("the story's alarm is not open any more")

// does has whoever has the alarm do something about it.
func does(event func(at time.Time) watch.Event, words engine.Words) deed {
	return func(ctx context.Context, p *play) error {
		a, open, err := p.own(ctx)
		if err != nil {
			return err
		}
		if !open {
			return errNoAlarm
		}
		if words.To != "" {
			words.To = number(words.To).E164()
		}
		return p.engine.Act(ctx, engine.Actor{By: a.HeldBy, Via: "api"}, a.ID, event(p.engine.Now()), words)
	}
}

// rang logs a call of the ring-round.
func rang(to string, result watch.Result, note string) deed {
	return does(func(time.Time) watch.Event { return watch.Call{Result: result} }, engine.Words{To: to, Note: note})
}

// own is the story's alarm, while it is open.
func (p *play) own(ctx context.Context) (a store.Alarm, open bool, err error) {
	if a, open, err = p.alarmOf(ctx, p.tale.worker); err != nil || !open {
		return a, false, err
	}
	p.alarm = a.ID
	if a.HeldBy != "" {
		err = p.isAbout(ctx, a.HeldBy)
	}
	return a, true, err
}

// isAbout notes who the next lines are about.
func (p *play) isAbout(ctx context.Context, person string) error {
	p.who = person
	if p.names[person] != "" {
		return nil
	}
	x, err := p.o.Store.Person(ctx, person)
	if err != nil {
		return err
	}
	p.names[person], _, _ = strings.Cut(x.Name, " ")
	return nil
}

// visitIs says how the story's visit stands.
func visitIs(want watch.Status) sign {
	return func(ctx context.Context, p *play) (bool, error) {
		v, err := p.o.Store.Visit(ctx, p.visit)
		return err == nil && v.Status == want, err
	}
}

// reads says that a text has come to the worker's phone since the step began.
func reads(words string) sign {
	return func(_ context.Context, p *play) (bool, error) {
		for _, t := range p.town.Phone(p.mobile()).Inbox() {
			if !t.At.Before(p.since) && strings.Contains(t.Body, words) {
				return true, nil
			}
		}
		return false, nil
	}
}

// inFor says that the worker has been in for so long.
func inFor(d time.Duration) sign {
	return func(ctx context.Context, p *play) (bool, error) {
		v, err := p.o.Store.Visit(ctx, p.visit)
		return err == nil && !v.InAt.IsZero() && p.engine.Now().Sub(v.InAt) >= d, err
	}
}

// alarm says how the story's alarm stands; before it is open nothing is true of it.
func alarm(is func(a store.Alarm) bool) sign {
	return func(ctx context.Context, p *play) (bool, error) {
		a, open, err := p.own(ctx)
		return open && is(a), err
	}
}

// opens says that an alarm of a kind is open.
func opens(kind watch.Kind) sign { return alarm(func(a store.Alarm) bool { return a.Kind == kind }) }

// closed says that the alarm is closed, and the visit with it.
func closed(ctx context.Context, p *play) (bool, error) {
	a, err := p.o.Store.Alarm(ctx, p.alarm)
	return err == nil && a.Status == store.AlarmClosed, err
}

// both says that two things are true.
func both(one, other sign) sign {
	return func(ctx context.Context, p *play) (bool, error) {
		is, err := one(ctx, p)
		if err != nil || !is {
			return false, err
		}
		return other(ctx, p)
	}
}

// someoneIsRung says that someone's phone rings about the alarm.
func someoneIsRung(ctx context.Context, p *play) (bool, error) {
	_, found, err := p.ringsNow(ctx)
	return found, err
}

func (p *play) ringsNow(ctx context.Context) (c town.Call, found bool, err error) {
	for _, c := range p.town.Ringing() {
		m, err := p.o.Store.MessageByNonce(ctx, c.Nonce)
		if err != nil {
			return c, false, err
		}
		if m.Alarm == p.alarm && p.alarm != "" && !c.PickedUp {
			return c, true, p.isAbout(ctx, m.Person)
		}
	}
	return c, false, nil
}

// keyIsPressed has whoever is rung pick up and press the key they are asked to; it is true once the alarm is theirs. Should a call have been
// missed, the next round's is picked up.
func keyIsPressed(ctx context.Context, p *play) (bool, error) {
	a, open, err := p.own(ctx)
	if err != nil || !open || a.HeldBy != "" {
		return open && a.HeldBy != "", err
	}
	c, found, err := p.ringsNow(ctx)
	if err != nil || !found {
		return false, err
	}
	words, err := p.town.PickUp(ctx, c.ID)
	if err == nil && town.Asked(words) != "" {
		_, err = p.town.Press(ctx, c.ID, town.Asked(words))
	}
	if errors.Is(err, town.ErrOver) {
		err = nil // someone was faster
	}
	return false, err
}

// liaisonIsDue says that whoever has the alarm was asked to speak with the police again.
func liaisonIsDue(ctx context.Context, p *play) (bool, error) {
	a, open, err := p.own(ctx)
	if err != nil || !open {
		return false, err
	}
	told, err := p.o.Store.MessagesAbout(ctx, a.ID)
	for _, m := range told {
		if m.Notice == string(watch.TellLiaise) && m.Person == a.HeldBy {
			return true, err
		}
	}
	return false, err
}
