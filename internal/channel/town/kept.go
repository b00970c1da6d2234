package town

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Kept is what the town's phones and mailboxes hold, and whether they are on, so that another town can go on from there. It has numbers and words as they
// are. What a test has a phone or the exchange do is not in it.
type Kept struct {
	Made   int // ids given out
	Phones []KeptPhone
	Mail   []KeptMailbox `json:",omitempty"`
}

// KeptMailbox is what one address has.
type KeptMailbox struct {
	Address string
	Letters []Letter
}

// KeptPhone is one of them.
type KeptPhone struct {
	Number  string // as +44…
	State   State
	Texts   []keptText
	Sent    []keptText
	Waiting []keptText
	Calls   []keptCall
}

type keptText struct {
	Text
	Turn    int
	Expires time.Time `json:",omitzero"`
}

type keptCall struct {
	Call
	To   string `json:",omitempty"` // in the place of the call's, whose phone it is: a number does not print
	Turn int
}

// Keep gives what there is to be kept.
func (t *Town) Keep() Kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := Kept{Made: t.made}
	for _, p := range t.phones {
		all.Phones = append(all.Phones, p.keep())
	}
	for _, address := range slices.Sorted(maps.Keys(t.mailboxes)) {
		if letters := t.mailboxes[address].letters; len(letters) > 0 {
			all.Mail = append(all.Mail, KeptMailbox{address, slices.Clone(letters)})
		}
	}
	slices.SortFunc(all.Phones, func(a, b KeptPhone) int { return strings.Compare(a.Number, b.Number) })
	return all
}

// keep is what the phone holds. The town's lock is held.
func (p *Phone) keep() KeptPhone {
	k := KeptPhone{Number: p.Number.E164(), State: p.state()}
	for _, x := range p.texts {
		k.Texts = append(k.Texts, keptText{Text: x, Turn: x.turn})
	}
	for _, x := range p.sent {
		k.Sent = append(k.Sent, keptText{Text: x, Turn: x.turn})
	}
	for _, w := range p.waiting {
		k.Waiting = append(k.Waiting, keptText{Text: w.text, Turn: w.text.turn, Expires: w.expires})
	}
	for _, c := range p.calls {
		k.Calls = append(k.Calls, keptCall{Call: c.copied(), Turn: c.turn})
	}
	return k
}

// Restore fills a new town with what was kept. A call that rang then rings anew, and one that someone held is still held.
func (t *Town) Restore(kept Kept) error {
	numbers := make([]phone.Number, len(kept.Phones))
	for i, k := range kept.Phones {
		n, err := phone.Parse(k.Number)
		if err != nil {
			return fmt.Errorf("read the number of phone %d: %w", i+1, err)
		}
		numbers[i] = n
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made = max(t.made, kept.Made)
	for i, k := range kept.Phones {
		t.phone(numbers[i]).restore(k)
	}
	for _, k := range kept.Mail {
		if box := t.mailbox(k.Address); box != nil {
			box.letters = slices.Clone(k.Letters)
		}
	}
	byTurn := func(a, b *Call) int { return cmp.Compare(a.turn, b.turn) }
	slices.SortFunc(t.ringing, byTurn)
	slices.SortFunc(t.taken, byTurn)
	slices.SortStableFunc(t.received, func(a, b channel.Received) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	t.change()
	return nil
}

// restore gives the phone back what it held. The town's lock is held.
func (p *Phone) restore(k KeptPhone) {
	t := p.town
	p.off, p.nowhere = k.State == Off, k.State == NoSignal
	for _, x := range k.Texts {
		p.texts = append(p.texts, x.again())
	}
	for _, x := range k.Sent {
		p.sent = append(p.sent, x.again())
		t.received = append(t.received, channel.Received{Provider: Provider, ID: x.ID, From: p.Number, RawFrom: private.New(p.Number.E164()),
			Body: private.New(x.Body), ReceivedAt: x.At})
	}
	for _, x := range k.Waiting {
		p.waiting = append(p.waiting, waiting{text: x.again(), expires: x.Expires})
	}
	for _, x := range k.Calls {
		c := x.Call
		c.To, c.turn = p.Number, x.Turn
		p.calls = append(p.calls, &c)
		if c.Status != "" {
			continue
		}
		c.rungAt = t.options.Hand()
		if c.PickedUp {
			t.taken = append(t.taken, &c)
		} else {
			t.ringing = append(t.ringing, &c)
		}
	}
}

func (k keptText) again() Text {
	x := k.Text
	x.turn = k.Turn
	return x
}
