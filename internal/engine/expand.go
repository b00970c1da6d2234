package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// The channels of an outbox row. The last three never leave the house: a text
// fetched back from its provider, an event for another worker's watch, a message
// that reached nobody and what follows from that.
const (
	chanSMS   = "sms"
	chanVoice = "voice"
	chanMail  = "mail"
	chanFetch = "fetch"
	chanWatch = "watch"
	chanStray = "stray"
)

// How long a message that is no alarm is worth handing over. An alarm has no
// expiry: it is tried until it is handed over or superseded.
const (
	promptLife = 15 * time.Minute
	infoLife   = time.Hour
)

// messages turns what the core wants told into outbox rows, one a number.
func (e *Engine) messages(ctx context.Context, at time.Time, sc scene, g given, done outcome) ([]store.Message, error) {
	x := &expansion{Engine: e, ctx: ctx, at: at, sc: sc, g: g, done: done}
	for _, effect := range done.effects {
		if err := x.effect(effect); err != nil {
			return nil, err
		}
	}
	return x.rows, nil
}

// expansion is the making of one step's outbox rows.
type expansion struct {
	*Engine
	ctx  context.Context
	at   time.Time
	sc   scene
	g    given
	done outcome
	rows []store.Message

	nowhere *bool // nil: not looked yet
}

func (x *expansion) effect(effect watch.Effect) error {
	switch f := effect.(type) {
	case watch.Tell:
		return x.tell(f)
	case watch.Reply:
		x.reply(f)
	case watch.Fetch:
		x.add(store.Message{Channel: chanFetch, Class: store.ClassPrompt, Notice: chanFetch, Visit: f.Visit, To: x.g.origin,
			GiveUpAt: f.Until.Add(infoLife), Data: mustJSON(fetchTask{Input: f.Message})})
	case watch.Forward:
		raw, err := json.Marshal(watch.Input{ID: f.ID, By: f.By, Via: "joint", Event: f.Event})
		if err != nil {
			return fmt.Errorf("write event for %s: %w", f.Worker, err)
		}
		x.add(store.Message{Channel: chanWatch, Class: store.ClassAlarm, Notice: chanWatch, Person: f.Worker,
			Data: mustJSON(forwardTask{Worker: f.Worker, Input: raw})})
	}
	return nil
}

type fetchTask struct {
	Input string `json:"input"`
}

type forwardTask struct {
	Worker string          `json:"worker"`
	Input  json.RawMessage `json:"input"`
}

// mustJSON writes one of our own small types, which cannot fail.
func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// tell makes the rows that tell one person, by as many ways as the core asks.
func (x *expansion) tell(t watch.Tell) error {
	if slices.Contains(x.sc.blocked, t.To) {
		return nil // who was told before is told no more
	}
	p, err := x.find(x.ctx, x.sc.pages, t.To)
	if errors.Is(err, store.ErrNotFound) {
		p, err = buddy.Person{ID: t.To}, nil // a fallback who is not there yet: the row says that nobody could be told
	} else if err != nil && p.ID == "" {
		return fmt.Errorf("read person %s: %w", t.To, err)
	}
	x.report(x.ctx, "someone to be told whose numbers are not to be had", err) // the row says so, and has the next told
	p = x.apart(p)
	m := store.Message{Person: t.To, Visit: t.Visit, Alarm: t.Alarm, Notice: string(t.Notice), Round: t.Round, Class: store.ClassAlarm,
		CreatedAt: t.At, NextAt: x.at.Add(-t.Late)} // what has been due the longest goes first
	if t.Alarm == "" {
		m.Class = store.ClassInfo
		if t.Reach == watch.Board { // a request that nobody was told of is told, however late
			m.GiveUpAt = x.Now().Add(infoLife)
		}
	}
	values := x.values(t.At, t.Visit)
	if t.First {
		t.Round = 1 // their first notice, whatever the round: the row keeps the alarm's own
	}
	values.Until, values.Late, values.Unsure, values.Round = x.local(t.Until), t.Late+x.behind(), t.Unsure, t.Round
	values.Name = private.New(x.g.name)
	values.Who = x.shortName(x.ctx, x.sc.pages, t.Who)
	values.Link, values.Name = x.link(t.Alarm, t.Visit), private.New(x.g.name)
	if a := x.done.after.Alarm; a != nil {
		values.Since, values.Spoke = x.local(a.RaisedAt), !a.SpokeAt.IsZero()
		values.Nowhere = a.Kind.Danger() && t.Alarm == a.ID && x.isNowhere(*a)
	}
	x.reach(m, p, t, values)
	return nil
}

// isNowhere says, looking once a step, that there is no address to tell of the alarm.
func (x *expansion) isNowhere(a watch.Alarm) bool {
	if x.nowhere == nil {
		x.nowhere = new(x.Engine.nowhere(x.ctx, x.done.after.Worker, a))
	}
	return *x.nowhere
}

// apart leaves a person the numbers, and the e-mail address, that are theirs alone.
// Phones are shared (rule 8.10): what is told of a worker must never come to the worker's own phone, nor
// to that of a partner who is with them. Someone without another number cannot
// be told, and the next is at once.
func (x *expansion) apart(p buddy.Person) buddy.Person {
	theirs := numbersOf(x.sc.worker)
	if _, text := x.g.in.Event.(watch.Text); text && !x.recorded() {
		theirs = append(theirs, x.g.origin)
	}
	p = withoutMail(p, x.sc.worker)
	for _, partner := range x.partners() {
		if partner.ID != p.ID { // a partner is told only where there is nobody else: then on their own phone
			theirs = append(theirs, numbersOf(partner)...)
			p = withoutMail(p, partner)
		}
	}
	return without(p, theirs)
}

// without is a person without those of their numbers that are others'.
func without(p buddy.Person, others []phone.Number) buddy.Person {
	for _, n := range []*phone.Number{&p.Mobile, &p.PersonalMobile, &p.HomePhone} {
		if slices.Contains(others, *n) {
			*n = phone.Number{}
		}
	}
	return p
}

func numbersOf(p buddy.Person) []phone.Number {
	return []phone.Number{p.Mobile, p.PersonalMobile, p.HomePhone}
}

// partners are those whom the worker is with on joint visits that have not ended.
func (x *expansion) partners() []buddy.Person {
	var with []buddy.Person
	for _, v := range x.done.after.Live() {
		for _, partner := range v.Partners {
			theirs, err := x.Store.Visit(x.ctx, partner.Visit)
			if err == nil && (theirs.Status == watch.Ended || theirs.Status == watch.Cancelled) {
				continue
			}
			if p, err := x.find(x.ctx, x.sc.pages, partner.Worker); err == nil {
				with = append(with, p)
			}
		}
	}
	return with
}

// behind is how long ago the step's instant is: a text may have waited while
// nothing ran.
func (x *expansion) behind() time.Duration { return max(0, x.Now().Sub(x.at)) }

// reach adds a row for each number that the reach asks for, and one for an e-mail
// beside them: of what is passed on (rule 2.7) and of each round of an alarm.
func (x *expansion) reach(m store.Message, p buddy.Person, t watch.Tell, v wording.Values) {
	texts, calls := numbers(p, t.Reach, t.Round)
	if t.Alarm != "" && t.Reach == watch.OneText { // news of an alarm goes where the alarm went
		texts, _ = numbers(p, watch.Every, t.Round)
	}
	if t.Reach == watch.Board && x.sc.team.Plan.PassOnTexts {
		texts, _ = numbers(p, watch.OneText, t.Round)
	}
	if x.SMS == nil {
		texts = nil
	}
	if x.Voice == nil {
		calls = nil
	}
	x.rowsFor(m, texts, calls, []string{wording.Text(t.Notice, v)}, func(digit int) string { return wording.Speech(t.Notice, v, digit) })
	mailed := x.mail(m, p, t.Notice, v)
	// In an alarm an e-mail alone tells nobody in time: the next is told at once, as if there were none.
	if t.Reach != watch.Board && len(texts)+len(calls) == 0 && (t.Alarm != "" || !mailed) {
		m.Channel = chanNone
		x.add(m)
	}
}

// rowsFor adds a row for each text to each number and for each call.
func (x *expansion) rowsFor(m store.Message, texts, calls []phone.Number, bodies []string, spoken func(digit int) string) {
	if x.SMS != nil {
		for _, n := range texts {
			for _, body := range bodies {
				m.Channel, m.To, m.Body = chanSMS, n, private.New(body)
				x.add(m)
			}
		}
	}
	if x.Voice != nil {
		for _, n := range calls {
			m.Channel, m.To, m.Nonce, m.Digit = chanVoice, n, x.newNonce(), x.newDigit()
			m.Body = private.New(spoken(m.Digit))
			x.add(m)
		}
	}
}

// chanNone is the channel of a message to someone who cannot be reached at all:
// delivering it tells others (see unreachable).
const chanNone = "none"

// numbers says which numbers are texted and which are rung. With every way each
// mobile is texted and one is rung, the other one the next time; there is one
// who answers.
func numbers(p buddy.Person, r watch.Reach, round int) (texts, calls []phone.Number) {
	var all []phone.Number
	for _, n := range []phone.Number{p.Mobile, p.PersonalMobile} {
		if !n.IsZero() {
			all = append(all, n)
		}
	}
	rung := all
	if len(all) == 0 && !p.HomePhone.IsZero() {
		rung = []phone.Number{p.HomePhone}
	}
	if len(rung) == 0 {
		return nil, nil
	}
	turn := max(round-1, 0)
	switch r {
	case watch.Every:
		return all, rung[turn%len(rung):][:1]
	case watch.Once:
		return all[:min(1, len(all))], rung[turn%len(rung):][:1]
	case watch.OneText:
		return all[:min(1, len(all))], nil
	default:
		return nil, nil
	}
}

// reply makes the row that answers the worker, to where they wrote from.
func (x *expansion) reply(r watch.Reply) {
	if x.recorded() && r.Of == x.g.in.ID {
		return // the answer is shown to whoever recorded it; in danger nothing may reach the worker's phone
	}
	to := x.g.origin
	if to.IsZero() || r.Of == "" {
		to = x.sc.worker.Mobile
	}
	if to.IsZero() {
		to = x.sc.worker.PersonalMobile
	}
	if to.IsZero() && !reminds(r.Notice) {
		return
	}
	v := x.values(r.At, r.Visit)
	v.Until, v.Begin = x.local(r.Until), x.local(r.Begin)
	v.Who = x.shortName(x.ctx, x.sc.pages, r.Who)
	v.Name = private.New(x.g.name)
	v.Plain, v.Answer = x.sc.team.Plan.PlainDistressAnswer, x.sc.team.Plan.AskAnswer
	seen := asSeen(x.done.after)
	for _, id := range r.Among {
		if w, found := seen.Visit(id); found {
			v.Among = append(v.Among, wording.Visit{Reference: w.Reference, StartsAt: x.local(w.StartsAt), ExpectedEndAt: x.local(w.ExpectedEndAt)})
		}
	}
	m := store.Message{Class: store.ClassPrompt, Notice: string(r.Notice), Person: x.done.after.Worker, Visit: r.Visit, GiveUpAt: x.Now().Add(promptLife)}
	var texted, rung []phone.Number
	if !to.IsZero() {
		texted = []phone.Number{to}
	}
	if reminds(r.Notice) && x.sc.team.Plan.Channels.Calls() {
		rung = texted
	}
	x.rowsFor(m, texted, rung, []string{wording.Text(r.Notice, v)}, func(int) string { return wording.SpeechAlone(r.Notice, v) })
	if reminds(r.Notice) && x.sc.team.Plan.Channels.Mails() {
		v.Link = x.link("", r.Visit)
		x.mail(m, x.sc.worker, r.Notice, v)
	}
}

// reminds says that a notice reminds a worker of their visit: the plan has its ways (rule 2.5).
func reminds(n watch.Notice) bool { return n == watch.AskStart || n == watch.AskEnd }

// recorded says whether a responder recorded this for the worker (rule 2.7).
func (x *expansion) recorded() bool {
	_, text := x.g.in.Event.(watch.Text)
	return text && x.g.in.By != "" && x.g.in.By != x.sc.worker.ID
}

// values are the words' blanks that every sentence about this worker shares.
func (x *expansion) values(at time.Time, visit string) wording.Values {
	v := wording.Values{Zone: x.sc.zone, Now: x.local(x.at), At: x.local(at), Rehearsal: x.Rehearsal, Number: x.Number,
		Worker: wording.Short(x.sc.worker.Name), Asked: private.New(x.sc.team.Plan.DuressPhrase)}
	if w, found := x.done.after.Visit(visit); found {
		v.Reference, v.Due = w.Reference, x.local(w.Due())
	} else if w, found := x.done.before.Visit(visit); found {
		v.Reference, v.Due = w.Reference, x.local(w.Due())
	}
	return v
}

func (x *expansion) local(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(x.sc.zone)
}

func (e *Engine) link(alarm, visit string) string {
	switch {
	case alarm != "":
		return e.URL + "/alarms/" + alarm
	case visit != "":
		return e.URL + "/visits/" + visit
	default:
		return e.URL
	}
}

// add completes a row: it may be handed over from this instant on.
func (x *expansion) add(m store.Message) {
	m.ID = x.newID(x.at)
	m.Worker = x.done.after.Worker
	if m.CreatedAt.IsZero() {
		m.CreatedAt = x.at
	}
	if now := x.Now(); m.NextAt.IsZero() || m.NextAt.After(now) {
		m.NextAt = now
	}
	m.State = store.Pending
	m.Owner = ownerOf(m.Alarm, m.Visit)
	x.rows = append(x.rows, m)
}
