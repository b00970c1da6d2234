package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// actID is the input id of an action: the same for a repeat of the same call.
func (e *Engine) actID(who Actor, what string) string {
	if who.Key == "" {
		return e.newID(e.Now())
	}
	sum := sha256.Sum256([]byte(who.Token + "\x00" + who.Key + "\x00" + what))
	return "k" + hex.EncodeToString(sum[:12])
}

// Act takes what someone does about an open alarm: acknowledges it, logs a call,
// tells the police, closes it. *watch.Refused says that it is closed.
func (e *Engine) Act(ctx context.Context, who Actor, alarm string, event watch.Event, words Words) error {
	a, err := e.Store.Alarm(ctx, alarm)
	if err != nil {
		return fmt.Errorf("read alarm: %w", err)
	}
	if err := e.onlyActive(ctx, mention{"by", who.By}, mention{"second_person", second(event)}); err != nil {
		return err
	}
	g := given{in: watch.Input{ID: e.actID(who, alarm), By: who.By, Via: who.Via, Event: event}, token: who.Token, words: words}
	g.prepare = func(_ context.Context, _ scene, w watch.Watch, g *given) error {
		if w.Alarm == nil || w.Alarm.ID != alarm {
			if slices.Contains(w.Seen, g.in.ID) {
				return nil // a repeat of what closed it
			}
			return &watch.Refused{Says: "the alarm is closed"}
		}
		return nil
	}
	if _, is := event.(watch.Reassure); is {
		g.origin, err = e.askedFrom(ctx, a)
		if err != nil {
			return err
		}
		g.name = e.phraseOf(ctx, a.Worker)
	}
	at := e.Now()
	_, err = e.handle(ctx, at, a.Worker, g)
	if call, is := event.(watch.Call); is && err == nil && call.Result == watch.WrongNumber {
		e.report(ctx, "note a wrong number", e.wrongContact(ctx, at, a, words.To))
	}
	return err
}

// askedFrom is the number from which the worker last wrote since shortly before
// the alarm; zero for their own.
func (e *Engine) askedFrom(ctx context.Context, a store.Alarm) (phone.Number, error) {
	entries, err := e.Store.Entries(ctx, a.Worker, a.RaisedAt.Add(-promptLife), e.Now())
	if err != nil {
		return phone.Number{}, fmt.Errorf("read where the worker asked from: %w", err)
	}
	for _, entry := range slices.Backward(entries) {
		if w, err := WordsOf(entry); err == nil && entry.Kind == "text" && w.From != "" {
			return parsed(w.From)
		}
	}
	return phone.Number{}, nil
}

func (e *Engine) phraseOf(ctx context.Context, worker string) string {
	sc, err := e.look(ctx, e.Now(), worker)
	if err != nil {
		return ""
	}
	return sc.team.Plan.DuressPhrase
}

// Raise opens an alarm for a worker, on the word of a colleague; said is what the colleague knows.
func (e *Engine) Raise(ctx context.Context, who Actor, worker, visit string, kind watch.Kind, said Words) (alarm string, err error) {
	if p, err := e.Store.Person(ctx, worker); err != nil && p.ID == "" {
		return "", fmt.Errorf("read worker: %w", err)
	}
	g := given{in: watch.Input{ID: e.actID(who, "raise/"+worker), By: who.By, Via: who.Via, Event: watch.Raise{Kind: kind, Visit: visit}}, token: who.Token, words: said}
	done, err := e.handle(ctx, e.Now(), worker, g)
	if err != nil {
		return "", err
	}
	return alarmOf(done), nil
}

// Checkin takes what a worker told us by another way than a text message. What
// another recorded for them needs one who answers for workers; else it is
// *watch.Invalid, unless it is a cry for help.
func (e *Engine) Checkin(ctx context.Context, who Actor, c Checkin) (CheckedIn, error) {
	if _, err := e.StepWaiting(ctx); err != nil { // what was texted before goes first
		return CheckedIn{}, err
	}
	spoken := who.By != "" && who.By != c.Person
	if !spoken {
		who.By = ""
	}
	g := given{in: watch.Input{ID: e.actID(who, "checkin/"+c.Person), By: who.By, Via: who.Via}, token: who.Token,
		words: Words{Text: c.Text.Reveal()}}
	reading, visible := pressed(c), checkin.Reading{}
	var done outcome
	h := heard{body: c.Text, visit: c.Visit, reading: &reading, visible: &visible, done: &done, spoken: spoken}
	if err := e.hear(ctx, e.Now(), c.Person, g, h); err != nil {
		return CheckedIn{}, err
	}
	if visible.Intent == "" { // it was for a colleague
		visible = reading
	}
	in := checkedIn(visible, done)
	if a := done.after.Alarm; !spoken || a == nil || !a.Kind.Danger() {
		return in, nil
	}
	unaware, err := e.unaware(ctx, done.after, who)
	if err == nil && !unaware { // a responder is told how things stand
		in.Refused, in.ByVoice, in.Shown = alarmIsOpen, false, nil
	}
	return in, err
}

// pressed is the reading of a press; the zero reading of words, which are read
// in their context.
func pressed(c Checkin) checkin.Reading {
	intents := map[string]checkin.Intent{"in": checkin.Start, "late": checkin.Change, "out": checkin.End, "sos": checkin.Distress}
	return checkin.Reading{Intent: intents[c.Kind], Until: c.Until, Keyword: c.Kind != "", OutWord: c.Kind == "out"}
}

const endsByVoice = "this visit ends with a call: it goes on until whoever answers for the worker has spoken with them and records that they were told so in a call"

const alarmIsOpen = "an alarm is open on this visit: nothing but its closing moves the clock; the responder has been shown this"

// checkedIn says what came of a check-in as its sender may see it: while danger
// is open, that is the visit without the alarm.
func checkedIn(r checkin.Reading, done outcome) CheckedIn {
	c := CheckedIn{Reading: r}
	for _, effect := range done.effects {
		x, is := effect.(watch.Reply)
		if !is || x.Of == "" {
			continue
		}
		if x.Visit != "" {
			c.Visit = x.Visit
		}
		switch x.Notice {
		case watch.ReplyAlarmOpen:
			c.Refused = alarmIsOpen
		case watch.ReplyByVoice:
			c.Refused, c.ByVoice = endsByVoice, true
		case watch.ReplyNotOff:
			c.Refused = "the visit has started: only saying plainly that you are not there calls it off"
		}
	}
	if shown := done.after.Shown; shown != nil {
		if v, found := shown.Visit(c.Visit); found {
			c.Shown = &v
		}
	}
	return c
}

// Responder is who answers for a visit: at its start, or now once that has
// passed. gap says that nobody is on call then: it falls to the fallback.
func (e *Engine) Responder(ctx context.Context, v store.Visit) (id string, gap bool, err error) {
	at := e.Now()
	if v.StartsAt.After(at) {
		at = v.StartsAt
	}
	sc, err := e.look(ctx, at, v.Worker)
	if err != nil {
		return "", false, err
	}
	c := e.cover(ctx, sc, at, []watch.Visit{{Status: watch.Booked, Responders: v.Responders}})
	if len(c.Chain) == 0 {
		return "", true, nil
	}
	return c.Chain[0], c.Gap, nil
}
