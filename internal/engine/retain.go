package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

const (
	// eraseHour is when in the night words go whose time has come, in UTC.
	eraseHour = 2
	// erasePause is after how long without such a night the next one erases nothing. What is erased is gone for good, and a clock that was
	// set years ahead would have all of it go at once: a day is left to see to it.
	erasePause = 7 * 24 * time.Hour
	erasedKey  = "erased_at" // when it was last night
)

// erasing is how far this node's nightly walk over what is kept has come.
type erasing struct {
	mu    sync.Mutex
	walks bool
	after string
}

// eraseDue erases, once a night, the words whose time has come: some hundreds of owners looked at in each pass, so that it holds up nothing.
// A walk that a stop cuts off goes on the next night.
func (e *Engine) eraseDue(ctx context.Context, at time.Time) error {
	e.erasing.mu.Lock()
	defer e.erasing.mu.Unlock()
	if !e.erasing.walks {
		mine, err := e.Store.Chore(ctx, "erase", at, untilNight(at))
		if err != nil || !mine {
			return err
		}
		if regular, err := e.regularNight(ctx, at); err != nil || !regular {
			return err
		}
		e.erasing.walks, e.erasing.after = true, ""
	}
	stays := func(r retain.Record) retain.Why { return e.Retain.Goes(r, at) }
	due, last, err := e.Store.Due(ctx, e.erasing.after, stays)
	if err != nil {
		return err
	}
	e.erasing.after, e.erasing.walks = last, last != "" // also when these cannot be erased: they are tried the next night, and hold up nobody else's
	if _, err = e.Store.Erase(ctx, store.Erasure{At: at, Via: "clock", Why: "period", Stays: stays}, due...); err != nil || e.erasing.walks {
		return err
	}
	return errors.Join(e.Store.ForgetNumbers(ctx), // what a hold or an alarm kept, and is over now
		e.Store.ForgetTeamEvents(ctx, at.Add(-retain.Day)))
}

// regularNight notes that it is night, and says whether the last one was not long ago.
func (e *Engine) regularNight(ctx context.Context, at time.Time) (bool, error) {
	last, err := e.instant(ctx, erasedKey)
	if err != nil {
		return false, err
	}
	if err := e.Store.SetMeta(ctx, erasedKey, at.Format(aliveLayout)); err != nil {
		return false, err
	}
	if last.IsZero() { // the first night of all
		return false, nil
	}
	if at.Sub(last) > erasePause {
		e.Log.Warn("nothing erased tonight: it was not night for long; see that the clock is right", "last", last)
		return false, nil
	}
	return true, nil
}

// LastNight is when it was last night, and words went whose time had come; zero where it has not been yet.
func (e *Engine) LastNight(ctx context.Context) (time.Time, error) { return e.instant(ctx, erasedKey) }

func untilNight(at time.Time) time.Duration {
	night := at.UTC().Truncate(24 * time.Hour).Add(eraseHour * time.Hour)
	if !night.After(at) {
		night = night.Add(24 * time.Hour)
	}
	return night.Sub(at)
}

func cutOwner(owner string, of retain.Kind) (id string, is bool) {
	kind := string(of) + "/"
	if len(owner) <= len(kind) || owner[:len(kind)] != kind {
		return "", false
	}
	return owner[len(kind):], true
}

// withoutKin takes the next of kin out of the details of someone who leaves: they are others, who never had to do with us, and were named to
// be rung about somebody who is now watched no more. A legal hold on the person keeps them.
func (e *Engine) withoutKin(ctx context.Context, p buddy.Person) (buddy.Person, error) {
	holds, err := e.Store.Holds(ctx, false)
	if err != nil {
		return p, err
	}
	if !slices.ContainsFunc(holds, func(h store.Hold) bool { return h.Object == "person/"+p.ID }) {
		p.Contacts = nil
	}
	return p, nil
}

// Going is what an erasure on request comes to.
type Going struct {
	Person string
	Goes   []string        // owners of words: "visit/v7", …
	Stays  []store.Verdict // and why
}

// ErasePerson erases at their own or somebody's request all words about a person that need not stay; dry only says what it would erase. It
// is refused (*watch.Refused) while a visit or an alarm of theirs is open, a hold stands on them or theirs, or others still count on them.
// They are then no longer here, and sign in no more.
func (e *Engine) ErasePerson(ctx context.Context, who Actor, id, reason string, dry bool) (g Going, err error) {
	p, err := e.Store.Person(ctx, id)
	if err != nil && p.ID == "" {
		return g, err
	}
	at := e.Now()
	if err := e.stillNeeded(ctx, at, p); err != nil {
		return g, err
	}
	g.Person = p.ID
	owners, err := e.Store.OwnersOf(ctx, p.ID)
	if err != nil {
		return g, err
	}
	stays := func(r retain.Record) retain.Why { return e.Retain.Asked(r, at) }
	for _, owner := range owners {
		r, err := e.Store.Record(ctx, owner)
		if err != nil {
			return g, err
		}
		why := stays(r)
		if refused := e.refusesErasure(owner, why); refused != nil {
			return g, refused
		}
		if why == "" {
			g.Goes = append(g.Goes, owner)
		} else {
			g.Stays = append(g.Stays, store.Verdict{Owner: owner, Stays: why})
		}
	}
	if dry {
		return g, nil
	}
	e.report(ctx, "visits not taken out of a team's calendar yet", e.takeOut(ctx, at, g.Goes))
	x := store.Erasure{At: at, By: who.By, Via: who.Via, Why: "request", Reason: private.New(reason), Stays: stays}
	done, err := e.Store.Erase(ctx, x, g.Goes...)
	g.Goes = nil
	for _, d := range done { // something may have begun meanwhile
		if d.Stays == "" {
			g.Goes = append(g.Goes, d.Owner)
		} else {
			g.Stays = append(g.Stays, d)
		}
	}
	e.woken()
	return g, err
}

// refusesErasure says why nothing at all of someone is erased. A text that is still to be sent to them is none of these, nor is a paper that
// stands: others work by it.
func (e *Engine) refusesErasure(owner string, why retain.Why) error {
	switch {
	case why == retain.StaysHeld:
		return &watch.Refused{Says: "a legal hold is on " + owner + ", or on what it belongs to: it must be lifted first"}
	case why == retain.StaysOpen, why == retain.StaysLive && !slices.ContainsFunc([]string{"text/", "paper/", "mail/", "series/"}, func(kind string) bool { return strings.HasPrefix(owner, kind) }):
		return &watch.Refused{Says: "there are open visits or an open alarm: settle those first"}
	}
	return nil
}

// Hold sets a legal hold on a visit, a person or an alarm ("visit/ID", …), and gives its id.
func (e *Engine) Hold(ctx context.Context, who Actor, object, reason string) (id string, err error) {
	object, err = e.holdable(ctx, object)
	if err != nil {
		return "", err
	}
	at := e.Now()
	h := store.Hold{ID: e.newID(at), Object: object, Reason: private.New(reason), By: who.By, At: at}
	err = e.Store.SetHold(ctx, h, who.Via)
	switch {
	case errors.Is(err, store.ErrGone):
		return "", &watch.Refused{Says: "the words of " + object + " were erased already"}
	case err != nil:
		return "", err
	}
	return h.ID, nil
}

// holdable gives an object by its own id where it is named by the caller's.
func (e *Engine) holdable(ctx context.Context, object string) (string, error) {
	if id, is := cutOwner(object, retain.Visit); is {
		v, err := e.Store.Visit(ctx, id)
		return "visit/" + cmp.Or(v.ID, id), err
	}
	if id, is := cutOwner(object, retain.Person); is {
		p, err := e.Store.Person(ctx, id)
		if p.ID != "" { // also of one whose details cannot be opened
			return "person/" + p.ID, nil
		}
		return "", err
	}
	if _, is := cutOwner(object, retain.Alarm); is {
		return object, nil
	}
	return "", fmt.Errorf("a hold is on visit/ID, person/ID or alarm/ID: %w", store.ErrNotFound)
}

// LiftHold ends a legal hold, and gives it.
func (e *Engine) LiftHold(ctx context.Context, who Actor, id string) (store.Hold, error) {
	h, err := e.Store.LiftHold(ctx, id, who.By, who.Via, e.Now())
	if errors.Is(err, store.ErrConflict) {
		return h, &watch.Refused{Says: "the hold was lifted before"}
	}
	return h, err
}
