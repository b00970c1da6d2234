package signin

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// begun is a sign-in that goes on with the browser's next request. The browser keeps it, with a mark that only we can make:
// strangers who begin a million of them leave nothing in the database. What is done is remembered there until it would be
// over; what was refused, in this process.
type begun struct {
	Person string    `json:"person,omitempty"`
	Matter string    `json:"matter"` // what goes on with it; nothing private
	EndsAt time.Time `json:"ends_at"`
	Salt   string    `json:"salt"` // so that no two are the same
}

// mostBegun bounds what a stranger can make us read, in bytes: what a browser keeps of a cookie.
const mostBegun = 4 << 10

// begin gives what a browser keeps of a sign-in that is begun.
func (s *SignIn) begin(b begun, within time.Duration) (string, error) {
	var err error
	if b.Salt, err = s.secret(); err != nil {
		return "", err
	}
	b.EndsAt = s.Clock().Add(within).UTC()
	raw, err := json.Marshal(b)
	if err != nil {
		return "", err
	}
	said := base64.RawURLEncoding.EncodeToString(raw)
	return said + "." + s.mark("begun", said), nil
}

// mark is what only we make of a text.
func (s *SignIn) mark(what, text string) string {
	return base64.RawURLEncoding.EncodeToString(s.Keeper.Mark(what, text))
}

// marked says that a mark is ours.
func (s *SignIn) marked(what, text, mark string) bool {
	return hmac.Equal([]byte(mark), []byte(s.mark(what, text)))
}

// goesOn gives what was begun, and leaves it good; ErrGone where it is over, done, or was refused.
func (s *SignIn) goesOn(ctx context.Context, secret string) (b begun, err error) {
	said, mark, _ := strings.Cut(secret, ".")
	raw, bad := base64.RawURLEncoding.DecodeString(said)
	if len(secret) > mostBegun || bad != nil || !s.marked("begun", said, mark) || json.Unmarshal(raw, &b) != nil {
		return begun{}, ErrGone
	}
	if !s.Clock().Before(b.EndsAt) || s.guesses.isSpent(secret, s.Clock()) {
		return begun{}, ErrGone
	}
	switch _, err := s.Keeper.Ticket(ctx, store.TicketBegun, secret, s.Clock()); {
	case errors.Is(err, store.ErrNotFound):
		return b, nil
	case err != nil:
		return begun{}, err
	}
	return begun{}, ErrGone
}

// done ends what was begun, on every node: of two who end it at once one does, for the other it is ErrGone.
func (s *SignIn) done(ctx context.Context, secret string, b begun) error {
	err := s.Keeper.AddTicket(ctx, store.Ticket{Kind: store.TicketBegun, Matter: "done", EndsAt: b.EndsAt}, secret)
	if errors.Is(err, store.ErrConflict) {
		return ErrGone
	}
	return err
}

// refuse ends what was begun and was answered wrongly. It is remembered in this process alone, as strangers do it at will:
// whoever answers on another node has not been refused there, and proves no less.
func (s *SignIn) refuse(secret string) { s.guesses.spend(secret, s.Clock()) }
