// Package channel is how Allclear reaches a person: it is handed finished words and a number, and says what became of them.
//
// A channel never sees a visit or an alarm, and never decides to try again: an error says what to do next, and the engine does it. Handed
// over is not told: a [Receipt] means that a provider took the message, a [StatusUpdate] is a hint of what it did with it, and only a
// person's own answer stops an alarm.
//
// No channel has a way to send exactly once. The engine sends at least once, so a message carries the same words each time, its time and
// its reference among them, and a person sees that a repeat is one.
//
// Every channel passes [github.com/allclear-safety/allclear/internal/channel/channeltest.Run]. Its errors hold no number, no name and no
// word of a text, whatever the provider put into its own.
package channel

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/private"
)

// Channel is one way to reach people. It may be used from many goroutines at once.
type Channel interface {
	// Name is the channel's own, "twilio-sms": it goes into the record of each attempt.
	Name() string
	// Send hands m over. It returns within the context's deadline, or within the channel's own. Every error is an [*Error], within others
	// perhaps; [NextStep] reads it.
	Send(ctx context.Context, m Message) (Receipt, error)
}

// Class is how urgent a message is. Where a provider has lanes, alarms go by their own.
type Class string

const (
	Alarm  Class = "alarm"  // someone may be in danger
	Prompt Class = "prompt" // a question to a worker, or an answer
	Info   Class = "info"   // everything else
)

// Message is one thing to be said to one person.
type Message struct {
	// ID names the message in our own records. A repeat carries the same. Providers may see it, so it tells nothing.
	ID    string
	To    phone.Number
	Body  private.Text // the words of a text; a call has none, see Call
	Class Class
	Call  *Call // set when the message is a telephone call
	Mail  *Mail // set when the message is an e-mail: To is then the zero Number
	// MadeAt is when it was made, which a repeat does not change: an e-mail's date. Zero where that is not known.
	MadeAt time.Time
	// Unreceipted asks for no status updates: the answer to a text that has just come from the same phone needs none.
	Unreceipted bool
	// Expires is how long the message is worth delivering once handed over; 0 leaves it to the provider. An alarm that is hours late
	// misleads.
	Expires time.Duration
}

// Call is a telephone call to be made. What is said is asked for when it is answered, so that it is true then.
type Call struct {
	Nonce string // names this call in webhook addresses; it can't be guessed
}

// Mail is what an e-mail has besides its words.
type Mail struct {
	Address private.Text // the one it goes to
	Subject private.Text
	// Thread names what it is about: mails of one thread refer to each other, so that a mail program shows them together. It tells nothing. "" for none.
	Thread string
	// InReplyTo is the Message-ID of the mail that it answers, without brackets; "" for none.
	InReplyTo string
	Private   bool // to be marked so
	Calendar  *Calendar
}

// Calendar is an invite, an update of it, a cancellation or an answer, as a part of an e-mail (RFC 6047).
type Calendar struct {
	Method string // as in Text: REQUEST, CANCEL, REPLY, …
	Text   private.Text
	Alone  bool // the mail is the calendar and nothing else, which is what Outlook takes for an answer
	File   bool // it is attached as a file too, for a mail program that shows no calendar: never together with Alone
}

// Receipt says that a provider took a message, and no more.
type Receipt struct {
	ProviderID string // the provider's name for it, which its status updates carry; never empty
}

// Received is a text that came in, as the provider tells it.
type Received struct {
	Provider string // "twilio"
	ID       string // the provider's own; with Provider it names this text for ever, however often it is delivered (rule 7.5)
	// From is who sent it; the zero Number when the provider named something that can't be dialled, which RawFrom keeps. It is a claim,
	// not a proof: senders can be forged.
	From       phone.Number
	To         phone.Number
	RawFrom    private.Text
	Body       private.Text // valid UTF-8, otherwise as it came
	ReceivedAt time.Time    // by the provider's clock; zero where it does not say
}

// Fetcher is a provider that gives a received message back by its ID, so that a forged webhook ends no visit (rule 2.3).
type Fetcher interface {
	// Fetch gives the message back. It fails with [ErrNoMessage] where the provider knows no such inbound message, and otherwise as Send
	// does.
	Fetch(ctx context.Context, id string) (Received, error)
}

// Lister is a provider that lists what it received, so that a lost webhook loses no text.
type Lister interface {
	// Received gives the messages received at since or later, the newest first, perhaps with some from shortly before. An error ends it;
	// what came before the error is good.
	Received(ctx context.Context, since time.Time) iter.Seq2[Received, error]
}

// ErrNoMessage says that the provider has received no message with that ID.
var ErrNoMessage = errors.New("the provider has no such message")

// StatusUpdate is what a provider says it did with a message. It is a hint: it may speed up the next attempt and colours the record, and
// it acknowledges nothing.
type StatusUpdate struct {
	Provider   string
	ProviderID string
	ID         string // the message's own, where the provider gives it back: it matches an update to an attempt whose receipt was lost
	Status     string // the provider's word
	// Rank orders a message's states, as updates come in any order: one replaces a state of a lower rank only, so that the first state of
	// the highest rank, which is final, stays.
	Rank   int
	Failed bool // it reached nobody
	Next   Next // what to do about it, when it failed
	Code   int  // the provider's, 0 for none
}
