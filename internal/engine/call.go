package engine

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// Speak gives the words of the call that a nonce names: what the person who
// answers hears. Over says that no key is asked for: the alarm is closed, or the
// call is not known.
func (e *Engine) Speak(ctx context.Context, nonce string) (words string, over bool, err error) {
	c, err := e.call(ctx, nonce)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return wording.SpeechUnknown(c.values), true, nil
	case err == nil && c.over:
		return wording.SpeechOver(c.values), true, nil
	}
	if err != nil {
		return "", false, err
	}
	if wording.AsksNoKey(watch.Notice(c.message.Notice)) {
		return c.message.Body.Reveal(), true, nil
	}
	if c.worse {
		e.pulse.heardOf(nonce, c.raised)
		return c.now(), false, nil
	}
	return c.message.Body.Reveal(), false, nil
}

// now is what is said on a call whose alarm has become another since it was made.
func (c ringing) now() string { return wording.Speech(c.notice, c.values, c.message.Digit) }

// Press takes the key that was pressed on a call. Only the digit that was drawn
// for this call acknowledges its alarm, and only for the person who was rung.
func (e *Engine) Press(ctx context.Context, nonce, digit string) (Pressed, string, error) {
	c, err := e.call(ctx, nonce)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return PressUnknown, wording.SpeechUnknown(c.values), nil
	case err == nil && c.over:
		return PressOver, wording.SpeechOver(c.values), nil
	}
	if err != nil {
		return "", "", err
	}
	if wording.AsksNoKey(watch.Notice(c.message.Notice)) { // whatever is pressed, it is said again
		return PressTaken, c.message.Body.Reveal(), nil
	}
	if digit != strconv.Itoa(c.message.Digit) {
		return PressWrong, wording.SpeechWrong(c.values, c.message.Digit), nil
	}
	if c.worse && !e.pulse.hasHeard(nonce, c.raised) { // who presses must have heard what it is that they take
		e.pulse.heardOf(nonce, c.raised)
		return PressWrong, c.now(), nil
	}
	if c.message.Alarm == "" { // a note of the system: heard, and no more
		return PressTaken, wording.SpeechTaken(c.values), nil
	}
	at := e.Now()
	g := given{in: watch.Input{ID: "press/" + nonce, By: c.message.Person, Via: "press", Event: watch.Acknowledge{}}}
	g.prepare = func(_ context.Context, _ scene, w watch.Watch, _ *given) error {
		if w.Alarm == nil || w.Alarm.ID != c.message.Alarm {
			return watch.ErrNoAlarm // closed since, and perhaps another is open
		}
		if w.Alarm.RaisedAt.After(c.raised) {
			return errWorse
		}
		return nil
	}
	done, err := e.handle(ctx, at, c.message.Worker, g)
	switch {
	case errors.Is(err, watch.ErrNoAlarm):
		return PressOver, wording.SpeechOver(c.values), nil
	case errors.Is(err, errWorse): // at this very moment
		return e.Press(ctx, nonce, digit)
	case err != nil:
		return "", "", err
	}
	holder := holderOf(done)
	if holder != c.message.Person {
		c.values.Who = e.shortName(ctx, c.scene.pages, holder)
		return PressOther, wording.SpeechHas(c.values), nil
	}
	return PressTaken, wording.SpeechTaken(c.values), nil
}

// holderOf is who has the alarm after a step; a repeat changed nothing.
func holderOf(done outcome) string {
	a := done.after.Alarm
	if done.repeat || a == nil {
		a = done.before.Alarm
	}
	if a == nil {
		return ""
	}
	return a.HeldBy
}

// ringing is a call that is under way.
type ringing struct {
	message store.Message
	scene   scene
	values  wording.Values
	over    bool
	raised  time.Time // when the alarm took its present kind
	worse   bool      // and that was after the call was made
	notice  watch.Notice
}

// errWorse says that an alarm became another while its call was answered.
var errWorse = errors.New("the alarm has become another")

// noticeOf is what an open alarm is called to those who are told.
func noticeOf(a watch.Alarm) watch.Notice {
	switch {
	case a.Kind == watch.Duress && a.Mention:
		return watch.TellMention
	case a.Kind == watch.Duress:
		return watch.TellDuress
	case a.Kind == watch.Distress:
		return watch.TellDistress
	default:
		return watch.TellOverdue
	}
}

func (e *Engine) call(ctx context.Context, nonce string) (ringing, error) {
	c := ringing{values: wording.Values{Zone: time.UTC, Rehearsal: e.Rehearsal}}
	m, err := e.Store.MessageByNonce(ctx, nonce)
	if err != nil {
		return c, err
	}
	c.message = m
	if c.scene, err = e.look(ctx, e.Now(), m.Worker); err != nil {
		return c, err
	}
	c.values.Zone, c.values.Worker = c.scene.zone, wording.Short(c.scene.worker.Name)
	c.values.At, c.values.Now = m.CreatedAt.In(c.scene.zone), e.Now().In(c.scene.zone)
	if m.Alarm == "" {
		return c, nil
	}
	a, err := e.Store.Alarm(ctx, m.Alarm)
	if err != nil {
		return c, fmt.Errorf("read alarm of call: %w", err)
	}
	if len(a.Visits) > 0 {
		if v, err := e.Store.Visit(ctx, a.Visits[0]); err == nil {
			c.values.Reference = v.Reference
		}
	}
	c.over = a.Status == "closed"
	c.raised, c.worse, c.notice = a.RaisedAt, m.CreatedAt.Before(a.RaisedAt) && a.Kind.Danger(), noticeOf(a.Alarm)
	c.values.Since = a.RaisedAt.In(c.scene.zone)
	c.values.Nowhere = a.Kind.Danger() && e.nowhere(ctx, m.Worker, a.Alarm)
	return c, nil
}
