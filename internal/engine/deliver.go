package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

const (
	lease       = 30 * time.Second // real: how long a row is ours before another may take it
	sendTimeout = 10 * time.Second // real: shorter than the lease
	backoffMost = 30 * time.Second // an alarm is tried at least this often (I6)
)

// lane is a queue of its own, so that reminders never stand before an alarm.
type lane struct {
	class string
	slots int // messages under way at once
}

// E-mails have one of their own: while their server hangs, texts go on.
var lanes = []lane{{store.ClassAlarm, 64}, {store.ClassPrompt, 24}, {store.ClassInfo, 8}, {store.Mails, 16}}

// has says that a message is handed over by the lane.
func (l lane) has(m store.Message) bool {
	if m.Channel == chanMail {
		return l.class == store.Mails
	}
	return l.class == cmp.Or(m.Class, store.ClassInfo)
}

// accepted is the result of an attempt that a provider took.
const accepted = "accepted"

// errNotYet says that a text could not be fetched back yet.
var errNotYet = errors.New("not to be had yet")

// lane hands over the messages of one class, many at once: one slow hand-over
// must not hold the next. It ends with ctx, when all under way have ended.
func (e *Engine) lane(ctx context.Context, which int, l lane) {
	slots := make(chan struct{}, l.slots)
	e.loop(ctx, which, func(ctx context.Context) time.Duration {
		slots <- struct{}{} // wait for one to be free
		<-slots
		claimed := e.Now()
		rows, err := e.claim(ctx, l.class, l.slots) // not only as many as are free: a claim costs a commit, and under load would be for one
		e.keepsFailing(ctx, "messages not claimed", err, "class", l.class)
		for _, m := range rows {
			slots <- struct{}{}
			if e.settledMeanwhile(ctx, m, claimed) {
				<-slots
				continue
			}
			go func() { // ends when the hand-over does, bounded by sendTimeout
				defer func() { <-slots }()
				e.deliver(ctx, m)
			}()
		}
		if len(rows) > 0 {
			return 0
		}
		return sweep
	})
	for range l.slots {
		slots <- struct{}{}
	}
}

// settledMeanwhile says whether a claimed message waited so long for a slot that
// its alarm was closed: nobody should hear of that one as open any more.
func (e *Engine) settledMeanwhile(ctx context.Context, m store.Message, claimed time.Time) bool {
	if m.Alarm == "" || e.Clock.Real(e.Now().Sub(claimed)) < sweep {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	now, err := e.Store.Message(ctx, m.ID)
	return err == nil && now.State == store.Superseded
}

// claim takes what is due on a lease. When something cannot be had people are
// told: it may be an alarm.
func (e *Engine) claim(ctx context.Context, class string, n int) ([]store.Message, error) {
	brief, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	at := e.Now()
	rows, err := e.Store.Claim(brief, at, at.Add(e.Clock.Plan(lease)), e.Node, class, n)
	ailment := "claim of " + class
	switch {
	case err == nil:
		e.pulse.recovered(ailment)
	case ctx.Err() != nil: // stopping
	case errors.Is(err, store.ErrUnopened), e.worthTelling(ailment):
		e.report(ctx, "tell of messages not claimed", e.tellUnclaimed(ctx))
	}
	return rows, err
}

// Deliver hands over what is due, one after the other, and says how much there
// was: the pass of a simulator, which has one goroutine.
func (e *Engine) Deliver(ctx context.Context) (int, error) {
	n := 0
	for _, l := range lanes {
		rows, err := e.claim(ctx, l.class, l.slots)
		for _, m := range rows {
			e.deliver(ctx, m)
			n++
		}
		if err != nil { // of those that could not be opened, or of all
			return n, fmt.Errorf("claim messages: %w", err)
		}
	}
	return n, nil
}

// deliver hands over one message and records what came of it. When the record
// cannot be written the lease runs out and the message goes again: a second
// alarm is better than none.
func (e *Engine) deliver(ctx context.Context, m store.Message) {
	var receipt channel.Receipt
	err := guard(func() (err error) {
		receipt, err = e.handOver(ctx, m)
		return err
	})
	o := e.judge(m, receipt, err)
	if o.State == store.Dead && !errors.Is(err, errExpired) { // told to people by a row of its own: a crash must not lose it
		o.Then = []store.Message{e.strayed(strayTask{Message: m.ID, Result: o.Result, Code: o.Code}, m)}
	}
	if ctx.Err() != nil && o.State == store.Pending {
		return // stopping: the lease will run out
	}
	if err := e.settle(ctx, o); err != nil {
		e.Log.Error("hand-over not recorded", "message", m.ID, "error", err)
		return
	}
	e.after(ctx, m, o)
	if len(o.Then) > 0 {
		e.woken()
	}
}

// settle records what came of a hand-over, even when Run is ending.
func (e *Engine) settle(ctx context.Context, o store.Outcome) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stepWithin)
	defer cancel()
	return e.Store.Settle(ctx, []store.Outcome{o})
}

func (e *Engine) handOver(ctx context.Context, m store.Message) (channel.Receipt, error) {
	if !m.GiveUpAt.IsZero() && m.GiveUpAt.Before(e.Now()) {
		return channel.Receipt{}, errExpired
	}
	switch m.Channel {
	case chanSMS:
		return e.send(ctx, e.SMS, m)
	case chanVoice:
		return e.send(ctx, e.Voice, m)
	case chanMail:
		return e.send(ctx, e.Mail, m)
	case chanFetch:
		var t fetchTask
		if err := json.Unmarshal(m.Data, &t); err != nil {
			return channel.Receipt{}, fmt.Errorf("read task: %w", err)
		}
		ctx, cancel := context.WithTimeout(ctx, sendTimeout)
		defer cancel()
		return channel.Receipt{}, e.fetchBack(ctx, e.Now(), claimed{worker: m.Worker, input: t.Input, at: m.CreatedAt, tried: m.Attempts})
	case chanWatch:
		return channel.Receipt{}, e.forward(ctx, m)
	case chanStray:
		return channel.Receipt{}, e.stray(ctx, m)
	default:
		return channel.Receipt{}, errNobody
	}
}

var (
	errExpired = errors.New("no longer worth handing over")
	errNobody  = errors.New("there is no way to reach this person")
)

func (e *Engine) send(ctx context.Context, c channel.Channel, m store.Message) (channel.Receipt, error) {
	if c == nil {
		return channel.Receipt{}, errNobody
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	msg := channel.Message{ID: m.ID, To: m.To, Body: m.Body, Class: channel.Class(m.Class), Unreceipted: isAnswer(m)}
	switch {
	case m.Channel == chanVoice:
		msg.Call = &channel.Call{Nonce: m.Nonce}
	case m.Mail != nil:
		msg.Mail, msg.MadeAt = asChannel(*m.Mail), e.Clock.True(m.CreatedAt)
	case m.Channel == chanMail: // whom it goes to was erased
		return channel.Receipt{}, errNobody
	}
	return c.Send(ctx, msg)
}

// forward gives an event to the watch of a joint visit's partner.
func (e *Engine) forward(ctx context.Context, m store.Message) error {
	var t forwardTask
	if err := json.Unmarshal(m.Data, &t); err != nil {
		return fmt.Errorf("read task: %w", err)
	}
	var in watch.Input
	if err := json.Unmarshal(t.Input, &in); err != nil {
		return err
	}
	_, err := e.handle(ctx, e.Now(), t.Worker, given{in: in})
	return err
}

// judge decides what becomes of a message: the one place of retry policy.
func (e *Engine) judge(m store.Message, r channel.Receipt, err error) store.Outcome {
	at := e.Now()
	o := store.Outcome{Message: m.ID, Owner: e.Node, Attempt: m.Attempts, At: at, Provider: e.provider(m), ProviderID: r.ProviderID}
	again := func(result string, in time.Duration) {
		o.State, o.Result, o.NextAt = store.Pending, result, at.Add(in)
	}
	switch {
	case err == nil:
		o.State, o.Result = store.Done, accepted
		return o
	case errors.Is(err, errExpired):
		o.State, o.Result = store.Dead, "expired"
		return o
	case errors.Is(err, errNobody):
		o.State, o.Result = store.Dead, "unreachable"
		return o
	case errors.Is(err, errNotYet):
		again("not yet", backoff(m.Attempts))
		return o
	}
	if fail, is := errors.AsType[*channel.Error](err); is {
		o.Code = fail.Code
	}
	switch next := channel.NextStep(err); next {
	case channel.NextChannel, channel.WrongNumber, channel.OptedOut:
		o.State, o.Result = store.Dead, string(next)
	case channel.NoCredit, channel.Misconfigured:
		again(string(next), backoffMost)
	default:
		again("unknown", backoff(m.Attempts))
	}
	e.Log.Warn("message not handed over", "message", m.ID, "channel", m.Channel, "result", o.Result, "code", o.Code, "error", err)
	return o
}

// provider is whose channel a message goes by: "twilio-sms" is Twilio's.
func (e *Engine) provider(m store.Message) string {
	var name string
	switch {
	case m.Channel == chanSMS && e.SMS != nil:
		name = e.SMS.Name()
	case m.Channel == chanVoice && e.Voice != nil:
		name = e.Voice.Name()
	case m.Channel == chanMail && e.Mail != nil:
		name = e.Mail.Name()
	}
	name, _, _ = strings.Cut(name, "-")
	return name
}

// backoff is how long to wait before attempt n + 1, in plan time.
func backoff(n int) time.Duration {
	steps := []time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second}
	for i, step := range steps {
		if n <= i+1 {
			return step
		}
	}
	return backoffMost
}

// after notes what an outcome says of the channel itself.
func (e *Engine) after(ctx context.Context, m store.Message, o store.Outcome) {
	switch {
	case o.State == store.Done && leaves(m):
		e.pulse.channel(m.Channel, "")
		if m.Channel != chanMail && m.Class == store.ClassAlarm && m.Alarm != "" && e.Told != nil && m.Attempts <= 1 {
			e.Told(e.Clock.Real(o.At.Sub(m.CreatedAt)))
		}
	case e.troubled(m, o):
		if !e.pulse.channel(m.Channel, o.Result) {
			return
		}
		err := e.tellChannel(ctx, m.Channel, o)
		if err == nil {
			e.pulse.told(m.Channel, o.Result) // and not before: else it is told at the next one
		}
		e.report(ctx, "tell of channel trouble", err)
	}
}

// troubled says whether an outcome shows that the channel itself does not work:
// it refuses us, or a message was tried on it again and again.
func (e *Engine) troubled(m store.Message, o store.Outcome) bool {
	switch o.Result {
	case string(channel.NoCredit), string(channel.Misconfigured):
		return true
	default:
		return o.Result == "unknown" && m.Attempts >= mostTries && leaves(m)
	}
}

// leaves says that a message goes out of the house.
func leaves(m store.Message) bool {
	return m.Channel == chanSMS || m.Channel == chanVoice || m.Channel == chanMail
}

// report logs an error that stops here.
func (e *Engine) report(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		e.Log.Error(what, "error", err)
	}
}

// keepsFailing logs the error of something that is done again and again, and
// fails each time while a disk is full or a database away: the first one, then
// one a minute. What is logged besides tells it from others of its name.
func (e *Engine) keepsFailing(ctx context.Context, what string, err error, besides ...any) {
	name := fmt.Sprint(append([]any{what}, besides...)...)
	switch {
	case err == nil:
		e.pulse.goesWell(name)
	case ctx.Err() == nil && e.pulse.mayLog(name, e.Now(), e.Clock.Plan(logEach)):
		e.Log.Error(what, append(besides, "error", err)...)
	}
}

// isAnswer says whether a message answers a text that has just come from the same
// phone: what a carrier says of it would tell nothing new.
func isAnswer(m store.Message) bool {
	return m.Class == store.ClassPrompt && strings.HasPrefix(m.Notice, "reply_")
}
