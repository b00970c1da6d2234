package signin

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// How long a link is good.
const (
	JoinWithin  = 7 * 24 * time.Hour
	PhoneWithin = 10 * time.Minute
)

// secret makes what nobody guesses: 128 bits, as text for an address.
func (s *SignIn) secret() (string, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(s.Random, raw); err != nil {
		return "", fmt.Errorf("make secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// ticket keeps a ticket, and gives its secret.
func (s *SignIn) ticket(ctx context.Context, k store.Ticket) (string, error) {
	secret, err := s.secret()
	if err != nil {
		return "", err
	}
	return secret, s.Keeper.AddTicket(ctx, k, secret)
}

// take ends a ticket and gives it; ErrGone where there is none.
func (s *SignIn) take(ctx context.Context, kind, secret string) (store.Ticket, error) {
	k, err := s.Keeper.TakeTicket(ctx, kind, secret, s.Clock())
	if errors.Is(err, store.ErrNotFound) {
		return k, ErrGone
	}
	return k, err
}

// Invite makes the secret of a link by which someone sets up how they sign in, for by, by way of via: "page". Any that was
// made for them before is void. That it is made is on record before it counts.
func (s *SignIn) Invite(ctx context.Context, by, via, person string) (secret string, err error) {
	return s.invite(ctx, by, via, person, "")
}

// InviteAnew is Invite by a link that drops, once it is used, whatever they signed in by before: what a thief set up counts no
// more, either.
func (s *SignIn) InviteAnew(ctx context.Context, by, via, person string) (secret string, err error) {
	return s.invite(ctx, by, via, person, store.Anew)
}

func (s *SignIn) invite(ctx context.Context, by, via, person, matter string) (secret string, err error) {
	id, err := s.secret()
	if err != nil {
		return "", err
	}
	if err := s.Keeper.Invited(ctx, by, via, person, id, matter, s.Clock().UTC()); err != nil {
		return "", err
	}
	if err := s.Keeper.DropTickets(ctx, store.TicketJoin, person); err != nil {
		return "", err
	}
	if err := s.Keeper.DropTickets(ctx, store.TicketFirst, ""); err != nil { // there is another beginning now
		return "", err
	}
	return s.ticket(ctx, store.Ticket{Kind: store.TicketJoin, Person: person, Matter: matter, EndsAt: s.Clock().Add(JoinWithin)})
}

// Invited says for whom a link is, and leaves it good: whatever fetches a link before its reader does changes nothing.
func (s *SignIn) Invited(ctx context.Context, secret string) (person string, err error) {
	return s.looked(ctx, store.TicketJoin, secret)
}

// Invitation is the secret of a link by which someone sets up how they sign in; "" for none, where they are signed in. What
// they set up is kept only together with its end, so that of two who use it at once one is let in.
type Invitation string

// invitation is how it is kept.
func (s *SignIn) invitation(by Invitation) store.Invitation {
	if by == "" {
		return nil
	}
	return s.Keeper.Invitation(string(by))
}

// EndInvitation makes every link void by which someone could set up how they sign in.
func (s *SignIn) EndInvitation(ctx context.Context, person string) error {
	return s.Keeper.DropTickets(ctx, store.TicketJoin, person)
}

// LinkPhone makes the secret of a link that opens a worker's own phone page. It is ErrEnough where they had [MostLinks]
// within the hour: anyone may ask for it who knows their number, and each is a text. Those that they have stay good.
func (s *SignIn) LinkPhone(ctx context.Context, person string) (secret string, err error) {
	if secret, err = s.secret(); err != nil {
		return "", err
	}
	ends := s.Clock().Add(PhoneWithin)
	err = s.Keeper.AddTicketOf(ctx, store.Ticket{Kind: store.TicketPhone, Person: person, EndsAt: ends}, secret, MostLinks, ends.Add(-time.Hour))
	if errors.Is(err, store.ErrEnough) {
		err = ErrEnough
	}
	return secret, err
}

// MostLinks is how many links to their own page a worker is texted within an hour.
const MostLinks = 5

// PhoneLinked says for whom a link to a phone page is, and leaves it good.
func (s *SignIn) PhoneLinked(ctx context.Context, secret string) (person string, err error) {
	return s.looked(ctx, store.TicketPhone, secret)
}

// OpenPhone proves by a link that whoever opens it holds a worker's telephone. It is good once: the browser that opens it
// is the one it is bound to from then on.
func (s *SignIn) OpenPhone(ctx context.Context, secret string) (Proof, error) {
	k, err := s.take(ctx, store.TicketPhone, secret)
	if err != nil {
		return Proof{}, err
	}
	if _, err := s.here(ctx, k.Person); err != nil {
		return Proof{}, err
	}
	return Proof{Person: k.Person, Method: ByLink}, nil
}

func (s *SignIn) looked(ctx context.Context, kind, secret string) (string, error) {
	k, err := s.Keeper.Ticket(ctx, kind, secret, s.Clock())
	if errors.Is(err, store.ErrNotFound) {
		return "", ErrGone
	}
	return k.Person, err
}

// firstWithin is how long the address for the first administrator is good.
const firstWithin = 24 * time.Hour

// OfferFirst makes the secret of the address at which the first administrator begins; "" where there is an account already.
func (s *SignIn) OfferFirst(ctx context.Context) (secret string, err error) {
	if n, err := s.Keeper.Accounts(ctx); err != nil || n > 0 {
		return "", err
	}
	if err := s.Keeper.DropTickets(ctx, store.TicketFirst, ""); err != nil {
		return "", err
	}
	return s.ticket(ctx, store.Ticket{Kind: store.TicketFirst, EndsAt: s.Clock().Add(firstWithin)})
}

// IsFirst is ErrGone unless an address for the first administrator is good; it leaves it so. None is good once somebody can
// sign in.
func (s *SignIn) IsFirst(ctx context.Context, secret string) error {
	if n, err := s.Keeper.Accounts(ctx); err != nil || n > 0 {
		return cmp.Or(err, ErrGone)
	}
	_, err := s.looked(ctx, store.TicketFirst, secret)
	return err
}

// First ends the address for the first administrator.
func (s *SignIn) First(ctx context.Context, secret string) error {
	_, err := s.take(ctx, store.TicketFirst, secret)
	return err
}
