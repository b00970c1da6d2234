// Package channeltest says what every channel must do, and gives tests a town of fake phones to look at.
package channeltest

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Words are the body of the suite's messages: no error may hold any of them.
const Words = "ALARM 14:05 A7F3 Quillfeather has not checked out"

// Fixture is a channel before a fresh stand-in for its provider, and what the suite needs to do to that.
type Fixture struct {
	Channel  channel.Channel
	Good     phone.Number // takes messages
	Wrong    phone.Number // the provider refuses it: nobody has it
	OptedOut phone.Number // the provider refuses it after a STOP; the zero Number where it refuses none
	Calls    bool         // messages are calls
	Mails    bool         // messages are e-mails, and go to the [Address] of a number
	// BrokeAs is what Broke must be told as: [channel.NoCredit], or for a provider without accounts [channel.Misconfigured], that it refuses us. "" is NoCredit.
	BrokeAs channel.Next

	// Each makes the next message suffer something; all are needed.
	Down    func() // refused for a fault of the provider's
	Hangs   func() // taken, then no answer comes
	Garbage func() // taken, then an answer that is none
	Broke   func() // refused: no credit

	Accepted func() int // how many messages the provider took
}

// Run tries a channel against the contract. start gives a fresh Fixture for each part.
func Run(t *testing.T, start func(t *testing.T) Fixture) {
	t.Helper()
	for _, part := range []struct {
		name string
		try  func(*testing.T, Fixture)
	}{
		{"a message handed over has the provider's id", handedOver},
		{"every message has an id of its own", ownIDs},
		{"a number nobody has is a wrong number", wrongNumber},
		{"a phone that opted out says so", optedOut},
		{"a provider that is down is tried again", down},
		{"a time-out after taking it leaves it open", hangs},
		{"an answer that is none leaves it open", garbage},
		{"no credit is told from no luck", broke},
		{"a cancelled message is not sent", cancelled},
		{"many at once are all handed over", atOnce},
		{"it has a name", func(t *testing.T, f Fixture) {
			if f.Channel.Name() == "" {
				t.Error("it has none")
			}
		}},
	} {
		t.Run(part.name, func(t *testing.T) { part.try(t, start(t)) })
	}
}

// Address is the e-mail address of whoever has a number, for channels that send e-mail. It holds the number, which no error may.
func Address(n phone.Number) string { return strings.TrimPrefix(n.E164(), "+") + "@people.example" }

func (f Fixture) message(id string, to phone.Number) channel.Message {
	m := channel.Message{ID: id, To: to, Body: private.New(Words), Class: channel.Alarm, Expires: 5 * time.Minute}
	if f.Calls {
		m.Body, m.Call = private.Text{}, &channel.Call{Nonce: "nonce-" + id}
	}
	if f.Mails {
		m.To, m.Mail = phone.Number{}, &channel.Mail{Address: private.New(Address(to)), Subject: private.New(Words), Thread: "alarm/a1"}
	}
	return m
}

// fails sends a message and looks at what it fails with.
func (f Fixture) fails(t *testing.T, ctx context.Context, to phone.Number, next channel.Next, unknown bool) {
	t.Helper()
	receipt, err := f.Channel.Send(ctx, f.message("m1", to))
	if err == nil {
		t.Fatalf("handed over as %s; want an error", receipt.ProviderID)
	}
	if got := channel.NextStep(err); got != next {
		t.Errorf("says %q, want %q: %v", got, next, err)
	}
	if got := channel.MayHaveBeenSent(err); got != unknown {
		t.Errorf("may have been sent: %v, want %v: %v", got, unknown, err)
	}
	for _, leak := range append(strings.Fields(Words), to.E164(), strings.TrimPrefix(to.E164(), "+44"), strings.TrimPrefix(to.E164(), "+")) {
		for shown := err; shown != nil; {
			if said := fmt.Sprintf("%v %+v %#v", shown, shown, shown); leak != "" && len(leak) > 3 && strings.Contains(said, leak) {
				t.Errorf("the error tells %q: %s", leak, said)
			}
			wrapped, ok := shown.(interface{ Unwrap() error })
			if !ok {
				break
			}
			shown = wrapped.Unwrap()
		}
	}
}

func (f Fixture) took(t *testing.T, want int) {
	t.Helper()
	if got := f.Accepted(); got != want {
		t.Errorf("the provider took %d, want %d", got, want)
	}
}

// works says that the channel is none the worse for what happened before.
func (f Fixture) works(t *testing.T) {
	t.Helper()
	if _, err := f.Channel.Send(t.Context(), f.message("m2", f.Good)); err != nil {
		t.Errorf("the next message: %v", err)
	}
}

func handedOver(t *testing.T, f Fixture) {
	receipt, err := f.Channel.Send(t.Context(), f.message("m1", f.Good))
	if err != nil || receipt.ProviderID == "" {
		t.Errorf("got %+v, %v", receipt, err)
	}
	f.took(t, 1)
}

func ownIDs(t *testing.T, f Fixture) {
	first, err := f.Channel.Send(t.Context(), f.message("m1", f.Good))
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Channel.Send(t.Context(), f.message("m1", f.Good)) // a repeat is handed over again
	if err != nil || first == second {
		t.Errorf("got %+v after %+v, %v", second, first, err)
	}
	f.took(t, 2)
}

func wrongNumber(t *testing.T, f Fixture) {
	f.fails(t, t.Context(), f.Wrong, channel.WrongNumber, false)
	f.took(t, 0)
	f.works(t)
}

func optedOut(t *testing.T, f Fixture) {
	if f.OptedOut.IsZero() {
		return // there is no opting out of this one
	}
	f.fails(t, t.Context(), f.OptedOut, channel.OptedOut, false)
	f.took(t, 0)
	f.works(t)
}

func down(t *testing.T, f Fixture) {
	f.Down()
	receipt, err := f.Channel.Send(t.Context(), f.message("m1", f.Good))
	if channel.NextStep(err) != channel.Retry {
		t.Errorf("got %+v, %v; want a retry", receipt, err)
	}
	f.took(t, 0)
	f.works(t)
}

func hangs(t *testing.T, f Fixture) {
	f.Hangs()
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	f.fails(t, short, f.Good, channel.Retry, true)
	f.took(t, 1)
	f.works(t)
}

func garbage(t *testing.T, f Fixture) {
	f.Garbage()
	f.fails(t, t.Context(), f.Good, channel.Retry, true)
	f.took(t, 1)
	f.works(t)
}

func broke(t *testing.T, f Fixture) {
	f.Broke()
	f.fails(t, t.Context(), f.Good, cmp.Or(f.BrokeAs, channel.NoCredit), false)
	f.took(t, 0)
}

func cancelled(t *testing.T, f Fixture) {
	over, cancel := context.WithCancel(t.Context())
	cancel()
	f.fails(t, over, f.Good, channel.Retry, false)
	f.took(t, 0)
	f.works(t)
}

func atOnce(t *testing.T, f Fixture) {
	const senders, each = 16, 8
	var mu sync.Mutex
	ids := map[string]bool{}
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for n := range each {
				receipt, err := f.Channel.Send(t.Context(), f.message(fmt.Sprintf("m%d-%d", s, n), f.Good))
				if err != nil {
					t.Errorf("sender %d: %v", s, err)
				}
				mu.Lock()
				ids[receipt.ProviderID] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(ids) != senders*each {
		t.Errorf("%d ids for %d messages", len(ids), senders*each)
	}
	f.took(t, senders*each)
}
