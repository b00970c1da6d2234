// Package signin proves who someone is: by a passkey, by a password with a code from their telephone, by their
// organisation's own sign-in, or by a link that was made for them.
//
// What each of these gives is a [Proof]. It opens a session, which is package access's business; what the session's holder
// may then do is not asked here.
//
// A passkey comes first: it can't be phished, shared or guessed. A password counts only together with a code. No code is
// ever sent by text: whoever holds the telephone of a worker in danger must not become that worker.
//
// Guessing is slowed for the one who guesses, by network address and by name together, never for the one whose name is
// guessed at, and not for a browser in which they have signed in before: nobody can lock a responder out of an alarm by
// typing wrong passwords.
package signin

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

var (
	// ErrRefused says that who someone is was not proved. It never says what was wrong, as that would help whoever guesses.
	ErrRefused = errors.New("who they are was not proved")
	// ErrGone says that a link or a sign-in that was begun is used, replaced or over.
	ErrGone = errors.New("it was used, or is over")
	// ErrLast says that without this there would be no way left to sign in.
	ErrLast = errors.New("it is the last way to sign in")
	// ErrEnough says that somebody had as many links lately as anyone may.
	ErrEnough = errors.New("they had as many links lately as anyone may")
)

// The methods by which who someone is can be proved, as the record and the list of sessions name them.
const (
	ByPasskey      = "passkey"
	ByPassword     = "password and code"
	ByRecovery     = "password and recovery code"
	ByOrganisation = "organisation’s sign-in"
	ByLink         = "link"
)

// Proof says that someone proved who they are.
type Proof struct {
	Person   string
	Method   string
	Provider string // what the organisation's own sign-in calls its session; "" where it has no name
	Subject  string // who they are there; "" where that did not prove it
}

// Keeper is what is kept of accounts; store.DB is one.
type Keeper interface {
	Person(ctx context.Context, id string) (buddy.Person, error)
	People(ctx context.Context) ([]buddy.Person, error)
	Teams(ctx context.Context) ([]store.Team, error)

	AddAccount(ctx context.Context, a store.Account) error
	Account(ctx context.Context, person string) (store.Account, error)
	AccountByHandle(ctx context.Context, handle []byte) (store.Account, error)
	AccountByName(ctx context.Context, name string) (store.Account, error)
	Accounts(ctx context.Context) (int, error)
	SetSecrets(ctx context.Context, n store.NewSecrets, by store.Invitation, at time.Time) error
	UseCode(ctx context.Context, person string, revision, step int64) error
	UseRecovery(ctx context.Context, person string, revision int64, hash private.Text, at time.Time) error

	AddPasskey(ctx context.Context, k store.Passkey, by store.Invitation) error
	UsedPasskey(ctx context.Context, k store.Passkey, at time.Time) error
	RemovePasskey(ctx context.Context, person string, id []byte, at time.Time) error
	Passkeys(ctx context.Context, person string) ([]store.Passkey, error)

	Link(ctx context.Context, person, issuer, subject string, by store.Invitation, at time.Time) error
	LinkFirst(ctx context.Context, person, issuer, subject string, at time.Time) error
	Linked(ctx context.Context, issuer, subject string) (person string, err error)

	Invited(ctx context.Context, by, via, person, id, matter string, at time.Time) error
	Invitation(secret string) store.Invitation
	Mark(what, text string) []byte
	AddTicket(ctx context.Context, k store.Ticket, secret string) error
	AddTicketOf(ctx context.Context, k store.Ticket, secret string, most int, after time.Time) error
	Ticket(ctx context.Context, kind, secret string, at time.Time) (store.Ticket, error)
	TakeTicket(ctx context.Context, kind, secret string, at time.Time) (store.Ticket, error)
	DropTickets(ctx context.Context, kind, person string) error
}

// Options is what sign-in is made of.
type Options struct {
	Keeper Keeper
	URL    string           // the public address: passkeys are bound to its host
	Clock  func() time.Time // real time: a rehearsal's clock would end a sign-in in a second
	Random io.Reader
	Log    *slog.Logger // nil: nothing is logged
}

// SignIn proves who people are. It is safe for use by several goroutines.
type SignIn struct {
	Options
	passkeys *webauthn.WebAuthn // nil where the address can have none
	hashing  chan struct{}      // bounds how many passwords are hashed at once: each takes 19 MiB
	guesses  *guesses
}

// hashesAtOnce bounds the memory that a flood of passwords takes.
const hashesAtOnce = 4

// New makes a SignIn.
func New(o Options) (*SignIn, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	at, err := url.Parse(o.URL)
	if err != nil {
		return nil, err
	}
	s := &SignIn{Options: o, hashing: make(chan struct{}, hashesAtOnce), guesses: newGuesses()}
	if s.passkeys, err = relyingParty(at); err != nil {
		return nil, err
	}
	return s, nil
}

// account gives a person's account, and makes one that has no way to sign in yet where they have none.
func (s *SignIn) account(ctx context.Context, person string) (store.Account, error) {
	a, err := s.Keeper.Account(ctx, person)
	if !errors.Is(err, store.ErrNotFound) {
		return a, err
	}
	a = store.Account{Person: person, Handle: make([]byte, 32), MadeAt: s.Clock().UTC()}
	if _, err := io.ReadFull(s.Random, a.Handle); err != nil {
		return a, err
	}
	err = s.Keeper.AddAccount(ctx, a)
	if errors.Is(err, store.ErrConflict) { // another window was first
		return s.Keeper.Account(ctx, person)
	}
	return a, err
}

// here gives the person of an account, who must still be here.
func (s *SignIn) here(ctx context.Context, id string) (buddy.Person, error) {
	p, err := s.Keeper.Person(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return p, ErrRefused
	case err != nil:
		return p, err
	case !p.Active:
		return p, ErrRefused
	}
	return p, nil
}
