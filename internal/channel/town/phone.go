package town

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
)

// Text is a text on a phone.
type Text struct {
	ID        string // the town's
	MessageID string // ours: a repeat has the same
	Body      string
	Class     channel.Class
	At        time.Time // when it arrived, or was sent
	turn      int
}

// Call is a call to a phone.
type Call struct {
	ID        string // the town's
	MessageID string // ours
	To        phone.Number
	Nonce     string
	At        time.Time
	Status    string    // "" while it rings, or someone holds it; completed, no-answer, busy, failed
	PickedUp  bool      // someone answered, or a voicemail did
	Voicemail bool      // a voicemail did
	Heard     []string  // what was said
	Pressed   string    // the key
	rungAt    time.Time // by the hand's clock; once picked up, when something was last done on it
	turn      int
}

// Phone is one telephone. Its methods may be called at any time, and those that change it return it, so that they can be strung together.
type Phone struct {
	town   *Town
	Number phone.Number
	// under town.mu:
	off      bool
	nowhere  bool // it is on, and has no signal
	wrong    bool
	optedOut bool
	returns  bool
	doubles  bool
	loses    int
	delay    time.Duration
	answers  answering
	press    func(words string) string
	texts    []Text // taken by the town for it; At may be ahead
	sent     []Text // that went out from it
	waiting  []waiting
	calls    []*Call
}

// waiting is a text for a phone that is off.
type waiting struct {
	text    Text
	expires time.Time // zero for never
}

type answering string

const (
	ringsOut  answering = ""
	pickedUp  answering = "picked up"
	engaged   answering = "engaged"
	voicemail answering = "voicemail"
	byHand    answering = "by hand"
)

// Phone gives the phone with a number.
func (t *Town) Phone(n phone.Number) *Phone {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.phone(n)
}

func (t *Town) phone(n phone.Number) *Phone {
	p := t.phones[n]
	if p == nil {
		p = &Phone{town: t, Number: n}
		if t.options.ByHand {
			p.answers = byHand
		}
		t.phones[n] = p
	}
	return p
}

func (p *Phone) set(change func()) *Phone {
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	change()
	p.town.change()
	return p
}

// Off switches it off: texts wait, calls fail.
func (p *Phone) Off() *Phone { return p.set(func() { p.off = true; p.cutOff() }) }

// On switches it on, and the texts that waited and have not expired arrive.
func (p *Phone) On() *Phone {
	return p.set(func() {
		p.off, p.nowhere = false, false
		now := p.town.options.Now()
		for _, w := range p.waiting {
			if w.expires.IsZero() || now.Before(w.expires) {
				w.text.At = now
				p.texts = keep(p.texts, w.text, p.town.options.Keep)
			}
		}
		p.waiting = nil
	})
}

// Loses makes the next n texts to it vanish without a word.
func (p *Phone) Loses(n int) *Phone { return p.set(func() { p.loses = n }) }

// Doubles makes every text to it arrive twice.
func (p *Phone) Doubles() *Phone { return p.set(func() { p.doubles = true }) }

// Slow makes texts to it take d.
func (p *Phone) Slow(d time.Duration) *Phone { return p.set(func() { p.delay = d }) }

// Wrong makes it a number that nobody has: it is refused.
func (p *Phone) Wrong() *Phone { return p.set(func() { p.wrong = true }) }

// OptsOut makes the town refuse texts to it, as after a STOP.
func (p *Phone) OptsOut() *Phone { return p.set(func() { p.optedOut = true }) }

// Returns makes the town take texts to it and then say that they could not be delivered.
func (p *Phone) Returns() *Phone { return p.set(func() { p.returns = true }) }

// Answers makes someone answer calls and press what digit makes of the words; "" presses nothing.
func (p *Phone) Answers(digit func(words string) string) *Phone {
	return p.set(func() { p.answers, p.press = pickedUp, digit })
}

// PressesKey makes someone answer calls and press the key they are asked to.
func (p *Phone) PressesKey() *Phone { return p.Answers(Asked) }

// Voicemail makes a voicemail answer calls: the call completes, and nothing is pressed.
func (p *Phone) Voicemail() *Phone { return p.set(func() { p.answers = voicemail }) }

// Busy makes calls find it engaged.
func (p *Phone) Busy() *Phone { return p.set(func() { p.answers = engaged }) }

// RingsOut lets calls ring until they are given up.
func (p *Phone) RingsOut() *Phone { return p.set(func() { p.answers = ringsOut }) }

// take brings a text on its way to the phone. The town's lock is held.
func (p *Phone) take(text Text, expires time.Duration) {
	switch {
	case p.returns:
		p.town.update(text.ID, text.MessageID, "undelivered", 0)
		return
	case p.loses > 0:
		p.loses--
		return
	}
	times := 1
	if p.doubles {
		times = 2
	}
	for range times {
		if p.unreachable() {
			w := waiting{text: text}
			if expires > 0 {
				w.expires = text.At.Add(expires)
			}
			p.waiting = keep(p.waiting, w, p.town.options.Keep)
			continue
		}
		arrives := text
		arrives.At = text.At.Add(p.delay)
		p.texts = keep(p.texts, arrives, p.town.options.Keep)
	}
}

// Inbox is the texts that have arrived by now, in the order they did.
func (p *Phone) Inbox() []Text {
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	now := p.town.options.Now()
	var arrived []Text
	for _, text := range p.texts {
		if !text.At.After(now) {
			arrived = append(arrived, text)
		}
	}
	slices.SortStableFunc(arrived, func(a, b Text) int { return a.At.Compare(b.At) })
	return arrived
}

// Calls is the calls made to it, in order.
func (p *Phone) Calls() []Call {
	p.town.mu.Lock()
	defer p.town.mu.Unlock()
	all := make([]Call, 0, len(p.calls))
	for _, c := range p.calls {
		all = append(all, c.copied())
	}
	return all
}

// Answer lets every phone that rings be answered, or not, in the order they were rung; it returns how many calls were over then. It is
// called outside Send, as a provider calls back on its own time. Phones that are answered by hand go on ringing, for [RingFor] at most. The
// error holds those of Options.Answered and Pressed.
func (t *Town) Answer(ctx context.Context) (calls int, err error) {
	t.mu.Lock()
	t.endLong()
	var ringing, ours []*Call
	for _, c := range t.ringing {
		if t.waitsForHand(c, ours) {
			ours = append(ours, c)
		} else {
			ringing = append(ringing, c)
		}
	}
	t.ringing = ours
	t.mu.Unlock()
	for _, c := range ringing {
		err = errors.Join(err, t.answer(ctx, c))
	}
	return len(ringing), err
}

func (t *Town) answer(ctx context.Context, c *Call) error {
	t.mu.Lock()
	p := t.phone(c.To)
	off, answers, press := p.unreachable(), p.answers, p.press
	if answers == byHand {
		answers = p.missed(c)
	}
	t.mu.Unlock()
	var err error
	status := "completed"
	switch {
	case off:
		status = "failed"
	case answers == engaged:
		status = "busy"
	case answers == ringsOut || t.options.Answered == nil:
		status = "no-answer"
	default:
		err = t.converse(ctx, c, answers, press)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over(c, status)
	return err
}

// converse says what is to be said to whoever picked up, and passes on the key.
func (t *Town) converse(ctx context.Context, c *Call, answers answering, press func(string) string) error {
	words, err := t.options.Answered(ctx, c.Nonce)
	if err != nil {
		return err
	}
	t.mu.Lock()
	c.PickedUp, c.Voicemail = true, answers == voicemail
	t.mu.Unlock()
	t.note(c, words, "")
	if answers == voicemail {
		return nil
	}
	digit := press(words)
	if digit == "" || t.options.Pressed == nil {
		return nil
	}
	words, err = t.options.Pressed(ctx, c.Nonce, digit)
	t.note(c, words, digit)
	return err
}

func (t *Town) note(c *Call, words, digit string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if words != "" {
		c.Heard = append(c.Heard, words)
	}
	c.Pressed = cmp.Or(digit, c.Pressed)
	t.change()
}

var asked = regexp.MustCompile(`(?i)\bpress (?:key |the key )?([0-9])\b`)

// Asked is the key that words ask to be pressed, as in "press 7"; "" when they ask for none.
func Asked(words string) string {
	if found := asked.FindStringSubmatch(words); found != nil {
		return found[1]
	}
	return ""
}
