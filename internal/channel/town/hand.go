package town

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

const (
	// RingFor is how long a phone rings for someone's hand.
	RingFor = 30 * time.Second
	// TalkFor is how long after a call was picked up, or a key pressed, it ends by itself: who left it must not be engaged for ever.
	TalkFor = 2 * time.Minute
)

var (
	// ErrOver says that a call does not ring any more, or was ended.
	ErrOver = errors.New("the call is over")
	// ErrNotPickedUp says that a key was pressed on a call that rings still.
	ErrNotPickedUp = errors.New("the call was not picked up yet")
	// ErrNoKey says that there is no such key on a telephone.
	ErrNoKey = errors.New("a key is one of 0 to 9, * and #")
)

// State is what a phone's holder can do about it.
type State string

const (
	On       State = "on"
	Off      State = "off"       // texts wait, calls fail
	NoSignal State = "no signal" // the same, and it is on
)

// State is whether the phone can be reached.
func (p *Phone) State() State {
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	return p.state()
}

// state is State for who holds the town's lock.
func (p *Phone) state() State {
	switch {
	case p.off:
		return Off
	case p.nowhere:
		return NoSignal
	default:
		return On
	}
}

// LosesSignal takes it where there is none: texts wait, calls fail. On brings it back.
func (p *Phone) LosesSignal() *Phone { return p.set(func() { p.nowhere = true; p.cutOff() }) }

// cutOff ends the call that its holder was on. The town's lock is held.
func (p *Phone) cutOff() {
	for _, c := range slices.Clone(p.town.taken) {
		if c.To == p.Number {
			p.town.over(c, "completed")
		}
	}
}

// endLong ends the calls that nobody has hung up. The town's lock is held.
func (t *Town) endLong() {
	for _, c := range slices.Clone(t.taken) {
		if t.options.Hand().Sub(c.rungAt) >= TalkFor {
			t.over(c, "completed")
		}
	}
}

// unreachable says that nothing gets through to it. The town's lock is held.
func (p *Phone) unreachable() bool { return p.off || p.nowhere }

// ByHand lets calls ring for [RingFor], to be picked up by [Town.PickUp].
func (p *Phone) ByHand() *Phone { return p.set(func() { p.answers = byHand }) }

// waitsForHand says that a call goes on ringing: its phone is answered by hand, can be reached and is not in use. The town's lock is held.
func (t *Town) waitsForHand(c *Call, others []*Call) bool {
	p := t.phone(c.To)
	if p.answers != byHand || p.unreachable() || t.options.Hand().Sub(c.rungAt) >= RingFor {
		return false
	}
	same := func(other *Call) bool { return other.To == c.To }
	return !slices.ContainsFunc(t.taken, same) && !slices.ContainsFunc(others, same)
}

// missed is how a call ends that nobody's hand picked up. The town's lock is held.
func (p *Phone) missed(c *Call) answering {
	if p.town.options.Hand().Sub(c.rungAt) >= RingFor {
		return ringsOut
	}
	return engaged
}

// over ends a call. The town's lock is held.
func (t *Town) over(c *Call, status string) {
	is := func(other *Call) bool { return other == c }
	t.ringing, t.taken = slices.DeleteFunc(t.ringing, is), slices.DeleteFunc(t.taken, is)
	c.Status = status
	t.update(c.ID, c.MessageID, status, 0)
	t.change()
}

// Ringing lists the calls that ring or that someone holds, in the order they were made.
func (t *Town) Ringing() []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	var calls []Call
	for _, c := range slices.Concat(t.taken, t.ringing) {
		calls = append(calls, c.copied())
	}
	slices.SortFunc(calls, func(a, b Call) int { return a.turn - b.turn })
	return calls
}

// takeUp moves a ringing call into a hand. Of two who do so at once one gets ErrOver.
func (t *Town) takeUp(id string) (*Call, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.ringing, func(c *Call) bool { return c.ID == id })
	if i < 0 {
		return nil, ErrOver
	}
	c := t.ringing[i]
	t.ringing = slices.Delete(t.ringing, i, i+1)
	t.taken = append(t.taken, c)
	c.PickedUp, c.rungAt = true, t.options.Hand()
	return c, nil
}

// PickUp answers a call, and gives what is said. Where that cannot be had the call goes on ringing.
func (t *Town) PickUp(ctx context.Context, id string) (words string, err error) {
	c, err := t.takeUp(id)
	if err != nil {
		return "", err
	}
	if words, err = t.ask(ctx, c); err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.taken = slices.DeleteFunc(t.taken, func(other *Call) bool { return other == c })
		t.ringing = append(t.ringing, c)
		c.PickedUp = false
		t.change()
		return "", err
	}
	t.note(c, words, "")
	t.endIfSaid(c, words)
	return words, nil
}

func (t *Town) ask(ctx context.Context, c *Call) (string, error) {
	if t.options.Answered == nil {
		return "", nil
	}
	return t.options.Answered(ctx, c.Nonce)
}

// Press presses a key on a call that was picked up, and gives what is said to that. Words that ask for no key end the call.
func (t *Town) Press(ctx context.Context, id, digit string) (words string, err error) {
	if len(digit) != 1 || !strings.Contains("0123456789*#", digit) {
		return "", ErrNoKey
	}
	c, err := t.held(id)
	if err != nil {
		return "", err
	}
	if t.options.Pressed != nil {
		if words, err = t.options.Pressed(ctx, c.Nonce, digit); err != nil {
			return "", err
		}
	}
	t.note(c, words, digit)
	t.endIfSaid(c, words)
	return words, nil
}

// held gives a call that someone holds.
func (t *Town) held(id string) (*Call, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	is := func(c *Call) bool { return c.ID == id }
	if i := slices.IndexFunc(t.taken, is); i >= 0 {
		t.taken[i].rungAt = t.options.Hand()
		return t.taken[i], nil
	}
	if slices.ContainsFunc(t.ringing, is) {
		return nil, ErrNotPickedUp
	}
	return nil, ErrOver
}

// endIfSaid ends a call on which all was said.
func (t *Town) endIfSaid(c *Call, words string) {
	if Asked(words) != "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.Status == "" {
		t.over(c, "completed")
	}
}

// HangUp ends a call that someone holds, and declines one that rings.
func (t *Town) HangUp(id string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range slices.Concat(t.taken, t.ringing) {
		if c.ID != id {
			continue
		}
		if c.PickedUp {
			t.over(c, "completed")
		} else {
			t.over(c, "busy")
		}
		return nil
	}
	return ErrOver
}

// Divert lets a voicemail answer a call that rings: it hears what is said, and presses nothing.
func (t *Town) Divert(ctx context.Context, id string) error {
	c, err := t.takeUp(id)
	if err != nil {
		return err
	}
	words, err := t.ask(ctx, c)
	if err == nil {
		t.note(c, words, "")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c.Voicemail = true
	t.over(c, "completed")
	return err
}

func (c *Call) copied() Call {
	made := *c
	made.Heard = slices.Clone(c.Heard)
	return made
}

// Line is one thing in a phone's conversation: a text that arrived, one that was sent, or a call.
type Line struct {
	At       time.Time
	In, Sent *Text
	Call     *Call
	turn     int
}

// Conversation is what the phone shows, in order: the texts that have arrived by now, those sent from it, and the calls to it.
func (p *Phone) Conversation() []Line {
	var lines []Line
	for _, text := range p.Inbox() {
		lines = append(lines, Line{At: text.At, In: &text, turn: text.turn})
	}
	for _, call := range p.Calls() {
		lines = append(lines, Line{At: call.At, Call: &call, turn: call.turn})
	}
	p.town.mu.Lock()
	for _, text := range p.sent {
		lines = append(lines, Line{At: text.At, Sent: &text, turn: text.turn})
	}
	most := p.town.options.Keep
	p.town.mu.Unlock()
	slices.SortStableFunc(lines, func(a, b Line) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return a.turn - b.turn
	})
	if most > 0 && len(lines) > most {
		lines = lines[len(lines)-most:]
	}
	return lines
}
