// Package town is a small place with telephones and mailboxes: it takes texts and calls as a provider does, and brings them to phones that can be off,
// slow, lossy, engaged, answered by a voicemail, or answered by someone who presses a key. It is a provider for rehearsals, simulations and
// tests, without one.
//
// Nothing moves in it by itself: it has no goroutine and no timer. A text arrives when its time has come by the town's clock and someone
// looks; a call rings until [Town.Answer] lets the phones be answered. So the same calls in the same order give the same town.
package town

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Provider is the town's name in received messages and status updates.
const Provider = "town"

// Options say what the town is told from outside.
type Options struct {
	// Now is the town's clock. Without one it stands still, and nothing is slow.
	Now func() time.Time
	// Answered gives the words for a call that was answered, by its nonce. Without it calls ring out.
	Answered func(ctx context.Context, nonce string) (words string, err error)
	// Pressed takes the key pressed, and gives the words that follow it.
	Pressed func(ctx context.Context, nonce, digit string) (words string, err error)
	// Hand is the clock of those who hold a phone in their hand: how long it rings for them is counted on it. Without one it is Now.
	Hand func() time.Time
	// ByHand has every phone answered by hand that is not told otherwise.
	ByHand bool
	// Keep is how many texts and calls each phone keeps, how many e-mails each mailbox, and how many received texts the town does; the oldest go first. 0 keeps all.
	Keep int
	// Changed is told whenever anything that a phone or a mailbox shows has changed. It must not ask the town.
	Changed func()
	// Name begins every id the town gives, so that another town on the same database gives others. "" is "town".
	Name string
}

// Town is the place. It may be used from many goroutines at once.
type Town struct {
	options Options

	mu        sync.Mutex
	phones    map[phone.Number]*Phone
	mailboxes map[string]*mailbox // by address
	faults    []Fault
	accepted  int
	made      int // ids given out
	ringing   []*Call
	taken     []*Call // that someone picked up with their own hand, and that are not over
	received  []channel.Received
	updates   []channel.StatusUpdate
}

// New makes a town where every phone is on, takes texts at once and lets calls ring out.
func New(o Options) *Town {
	if o.Now == nil {
		o.Now = func() time.Time { return time.Time{} }
	}
	if o.Hand == nil {
		o.Hand = o.Now
	}
	o.Name = cmp.Or(o.Name, Provider)
	return &Town{options: o, phones: map[phone.Number]*Phone{}, mailboxes: map[string]*mailbox{}}
}

// SMS is the town's channel for texts.
func (t *Town) SMS() channel.Channel { return line{t, false} }

// Voice is the town's channel for calls.
func (t *Town) Voice() channel.Channel { return line{t, true} }

// Accepted is how many texts, calls and e-mails the town took.
func (t *Town) Accepted() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.accepted
}

// line is one of the town's two channels.
type line struct {
	town  *Town
	calls bool
}

func (l line) Name() string {
	if l.calls {
		return "town-voice"
	}
	return "town-sms"
}

var (
	errNoCall  = errors.New("the message is no call")
	errNoReply = errors.New("the town did not answer")
	errGarbled = errors.New("the answer can't be read")
	errDown    = errors.New("the town's exchange is down")
)

func (l line) Send(ctx context.Context, m channel.Message) (channel.Receipt, error) {
	if ctx.Err() != nil {
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Err: ctx.Err()}
	}
	if l.calls != (m.Call != nil) {
		return channel.Receipt{}, &channel.Error{Next: channel.NextChannel, Err: errNoCall}
	}
	id, fault, err := l.town.take(m)
	return answer(ctx, id, fault, err)
}

// answer is what whoever handed something over hears of it.
func answer(ctx context.Context, id string, fault Fault, err error) (channel.Receipt, error) {
	if err != nil {
		return channel.Receipt{}, err
	}
	switch fault {
	case Hangs:
		<-ctx.Done()
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Unknown: true, Err: ctx.Err()}
	case Lost:
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Unknown: true, Err: errNoReply}
	case Garbage:
		return channel.Receipt{}, &channel.Error{Next: channel.Retry, Unknown: true, Err: errGarbled}
	}
	return channel.Receipt{ProviderID: id}, nil
}

// take accepts a message, or says why not.
func (t *Town) take(m channel.Message) (id string, f Fault, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.phone(m.To)
	f, err = t.suffers()
	switch {
	case err != nil:
		return "", f, err
	case p.wrong || m.To.IsZero():
		return "", f, &channel.Error{Next: channel.WrongNumber}
	case p.optedOut && m.Call == nil:
		return "", f, &channel.Error{Next: channel.OptedOut}
	}
	t.accepted++
	id = t.newID()
	if m.Call != nil {
		call := &Call{ID: id, MessageID: m.ID, To: m.To, Nonce: m.Call.Nonce, At: t.options.Now(), rungAt: t.options.Hand(), turn: t.made}
		t.ringing = append(t.ringing, call)
		p.calls = keep(p.calls, call, t.options.Keep)
		t.change()
		return id, f, nil
	}
	p.take(Text{ID: id, MessageID: m.ID, Body: m.Body.Reveal(), Class: m.Class, At: t.options.Now(), turn: t.made}, m.Expires)
	t.change()
	return id, f, nil
}

// suffers is the next fault, and the error where nothing is taken because of it. The town's lock is held.
func (t *Town) suffers() (f Fault, err error) {
	if len(t.faults) > 0 {
		f, t.faults = t.faults[0], t.faults[1:]
	}
	switch f {
	case Down:
		err = &channel.Error{Next: channel.Retry, Err: errDown}
	case Broke:
		err = &channel.Error{Next: channel.NoCredit}
	}
	return f, err
}

func (t *Town) newID() string {
	t.made++
	return fmt.Sprintf("%s-%06d", t.options.Name, t.made)
}

// keep appends, and lets the oldest go beyond so many; 0 for no end.
func keep[T any](all []T, one T, most int) []T {
	if all = append(all, one); most > 0 && len(all) > most {
		all = slices.Delete(all, 0, len(all)-most)
	}
	return all
}

// change says that something changed. The town's lock is held.
func (t *Town) change() {
	if t.options.Changed != nil {
		t.options.Changed()
	}
}

// Fault is a way for the town's exchange to fail.
type Fault string

const (
	Down    Fault = "down"    // nothing is taken
	Broke   Fault = "broke"   // nothing is taken: there is no credit
	Lost    Fault = "lost"    // taken, but the answer is lost
	Hangs   Fault = "hangs"   // taken, and no answer comes until the sender gives up
	Garbage Fault = "garbage" // taken, and the answer can't be read
)

// Fail makes the next n messages suffer f, after the faults asked for earlier.
func (t *Town) Fail(f Fault, n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, slices.Repeat([]Fault{f}, n)...)
}

// Heal forgets the faults that have not been suffered.
func (t *Town) Heal() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = nil
}

// Text is a person sending us a text: the town receives it, and gives it to be handed on.
func (t *Town) Text(from, to phone.Number, body string) channel.Received {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := channel.Received{
		Provider: Provider, ID: t.newID(), From: from, To: to, RawFrom: private.New(from.E164()), Body: private.New(body), ReceivedAt: t.options.Now(),
	}
	t.received = keep(t.received, r, t.options.Keep)
	p := t.phone(from)
	p.sent = keep(p.sent, Text{ID: r.ID, Body: body, At: r.ReceivedAt, turn: t.made}, t.options.Keep)
	t.change()
	return r
}

// Fetch gives a received text back.
func (t *Town) Fetch(_ context.Context, id string) (channel.Received, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range t.received {
		if r.ID == id {
			return r, nil
		}
	}
	return channel.Received{}, fmt.Errorf("fetch message %s: %w", id, channel.ErrNoMessage)
}

// Received lists the texts received at since or later, the newest first, as providers do.
func (t *Town) Received(_ context.Context, since time.Time) iter.Seq2[channel.Received, error] {
	t.mu.Lock()
	all := slices.Clone(t.received)
	t.mu.Unlock()
	return func(yield func(channel.Received, error) bool) {
		for _, r := range slices.Backward(all) {
			if !r.ReceivedAt.Before(since) && !yield(r, nil) {
				return
			}
		}
	}
}

// Updates gives the status updates since the last time it was asked: that a text was returned, and how calls ended.
func (t *Town) Updates() []channel.StatusUpdate {
	t.mu.Lock()
	defer t.mu.Unlock()
	told := t.updates
	t.updates = nil
	return told
}

func (t *Town) update(id, message, status string, code int) {
	const final = 9
	u := channel.StatusUpdate{Provider: Provider, ProviderID: id, ID: message, Status: status, Rank: final, Code: code}
	if status != "completed" && status != "delivered" {
		u.Failed, u.Next = true, channel.NextChannel
	}
	t.updates = append(t.updates, u)
}
