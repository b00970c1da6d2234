// Package access says who is calling and what they may see and do, and keeps the record of looks.
//
// A caller is a program with a token. A token has one scope or several; it says by whom it acts, and both stand in the record
// ("token N for p-sam"). A look at something private is recorded once per reader, object and minute, before it is shown:
// what could not be recorded is not shown.
package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// Scopes of tokens. Each call of the API names the one it needs; Admin may call everything. It is not the
// administrator's role.
const (
	Admin       = "admin"
	AlarmsAct   = "alarms:act"
	VisitsRead  = "visits:read"
	VisitsWrite = "visits:write"
)

var (
	// ErrNobody says that no known token came with the call.
	ErrNobody = errors.New("no known token")
	// ErrMayNot says that the token's scope does not grant the call.
	ErrMayNot = errors.New("scope does not grant it")
)

// Scopes lists the scopes there are.
func Scopes() []string { return []string{Admin, AlarmsAct, VisitsRead, VisitsWrite} }

// Caller is who is calling. The zero Caller is nobody.
type Caller struct {
	Token string // its name, for the record
	ID    string // the token's own id
	Scope string // one scope, or several with commas between
}

// May says that one of the caller's scopes grants what needs scope.
func (c Caller) May(scope string) bool {
	for has := range strings.SplitSeq(c.Scope, ",") {
		if has == Admin || has == scope && scope != "" {
			return true
		}
	}
	return false
}

// Keeper is what is kept of tokens, sessions and looks; store.DB is one.
type Keeper interface {
	TokenBySecret(ctx context.Context, secret string) (store.Token, error)
	Look(ctx context.Context, reader, via, why string, at time.Time, objects ...string) error

	SignedIn(ctx context.Context, s store.Session) error
	AddSession(ctx context.Context, s store.Session, secret string) error
	SessionBySecret(ctx context.Context, secret string) (store.Session, error)
	Sessions(ctx context.Context, person string, at time.Time) ([]store.Session, error)
	UsedSession(ctx context.Context, id string, at time.Time) error
	EndSession(ctx context.Context, person, id string) error
	EndSessions(ctx context.Context, person, but string) error
	EndSessionsBy(ctx context.Context, person, but string, by store.By, at time.Time) error
	EndSessionsOf(ctx context.Context, provider, subject string) error
	EndSessionsOfSubject(ctx context.Context, subject string) error
}

// Access knows callers and records their looks.
type Access struct {
	keeper Keeper

	mu     sync.Mutex
	minute time.Time
	looked map[glance]bool // looks recorded in that minute
}

// glance is one reader's look at one object in some minute.
type glance struct{ reader, via, object string }

// New makes an Access over what is kept.
func New(k Keeper) *Access { return &Access{keeper: k, looked: map[glance]bool{}} }

const longestToken = 200 // bytes; bounds what a stranger can make us hash

// Who says who calls with this Authorization header. It is ErrNobody for a token that is missing or not known; any
// other error means that the store could not say.
func (a *Access) Who(ctx context.Context, authorization string) (Caller, error) {
	kind, secret, _ := strings.Cut(authorization, " ")
	secret = strings.TrimSpace(secret)
	if !strings.EqualFold(kind, "Bearer") || secret == "" || len(secret) > longestToken {
		return Caller{}, ErrNobody
	}
	t, err := a.keeper.TokenBySecret(ctx, secret)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Caller{}, ErrNobody
	case err != nil:
		return Caller{}, fmt.Errorf("look up token: %w", err)
	}
	return Caller{Token: t.Name, ID: t.ID, Scope: t.Scope}, nil
}

// Looked records that the caller looks at an object ("visit/v1") for a person, "" when it does not say for whom: then
// the token itself is the reader. Show nothing when it fails.
func (a *Access) Looked(ctx context.Context, c Caller, by, object, why string, at time.Time) error {
	via := "token " + c.Token
	return a.LookedAt(ctx, cmp.Or(by, via), via, object, why, at)
}

// LookedAt records that someone looks at an object for themselves, by way of via: "page". Show nothing when it fails.
func (a *Access) LookedAt(ctx context.Context, reader, via, object, why string, at time.Time) error {
	return a.LookedAtAll(ctx, reader, via, why, at, object)
}

// LookedAtAll is LookedAt of several objects, kept together.
func (a *Access) LookedAtAll(ctx context.Context, reader, via, why string, at time.Time, objects ...string) error {
	minute := at.Truncate(time.Minute)
	objects = slices.Compact(slices.Sorted(slices.Values(objects)))
	objects = slices.DeleteFunc(objects, func(object string) bool { return a.seen(glance{reader, via, object}, minute) })
	if len(objects) == 0 {
		return nil
	}
	if err := a.keeper.Look(ctx, reader, via, why, at, objects...); err != nil {
		return fmt.Errorf("record look: %w", err)
	}
	for _, object := range objects {
		a.note(glance{reader, via, object}, minute)
	}
	return nil
}

// seen says that the look is on record for that minute already.
func (a *Access) seen(g glance, minute time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.minute.Equal(minute) && a.looked[g]
}

// note remembers a recorded look until the minute is over.
func (a *Access) note(g glance, minute time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.minute.Equal(minute) {
		a.minute = minute
		clear(a.looked)
	}
	a.looked[g] = true
}
