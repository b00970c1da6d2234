package access

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
)

// Reach is how far a session goes.
type Reach string

// A session is for the whole of what its person may see and do; or for their own phone page alone, where a link by text
// opened it: enough to check in, not to read an address.
const (
	Whole Reach = "whole"
	Phone Reach = "phone"
)

// span is how long a session lives: unused, and at most.
type span struct{ idle, most time.Duration }

// spans are the lives of sessions (ASVS 5.0, 7.3). A shift of the rota fits into a whole one. The phone page of someone on
// a visit is closed soon: others may take the telephone into their hands.
var spans = map[Reach]span{
	Whole: {idle: 4 * time.Hour, most: 24 * time.Hour},
	Phone: {idle: 15 * time.Minute, most: 12 * time.Hour},
}

// FreshFor is how long after someone proved who they are what guards their sign-in may be changed without asking again.
const FreshFor = 15 * time.Minute

// ErrSignedOut says that no session that counts came with a request: none was begun, or it is over.
var ErrSignedOut = errors.New("not signed in")

// Start is what a session begins with.
type Start struct {
	Person   string
	Reach    Reach
	Method   string // by which they proved who they are
	Provider string // what the organisation's own sign-in calls its session; "" where it has no name
	Subject  string // who they are there; "" where that did not begin it
	Agent    string // the browser's User-Agent
	Replaces string // the secret of the session that was in this browser before; "" for none
}

// Begin begins a session, and gives it with its secret, which is new each time: one that somebody put into the browser
// before is worth nothing. That someone signed in is on record before it counts.
func (a *Access) Begin(ctx context.Context, s Start, at time.Time) (began store.Session, secret string, err error) {
	if s.Replaces != "" {
		old, err := a.keeper.SessionBySecret(ctx, s.Replaces)
		if err == nil {
			err = a.keeper.EndSession(ctx, old.Person, old.ID)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return began, "", fmt.Errorf("end the session before: %w", err)
		}
	}
	at = at.UTC()
	began = store.Session{ID: rand.Text(), Person: s.Person, Reach: string(s.Reach), Method: s.Method, Device: Device(s.Agent), Provider: s.Provider, Subject: s.Subject,
		StartedAt: at, UsedAt: at.Truncate(time.Minute), ProvedAt: at, EndsAt: at.Add(spans[s.Reach].most)}
	if err := a.keeper.SignedIn(ctx, began); err != nil {
		return began, "", err
	}
	secret = rand.Text()
	return began, secret, a.keeper.AddSession(ctx, began, secret)
}

// Session gives the session of a secret; ErrSignedOut where there is none that counts. Any other error means that the
// store could not say. What asks by itself does not keep it alive: asked says that a person did.
func (a *Access) Session(ctx context.Context, secret string, asked bool, at time.Time) (store.Session, error) {
	if secret == "" || len(secret) > longestToken {
		return store.Session{}, ErrSignedOut
	}
	s, err := a.keeper.SessionBySecret(ctx, secret)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Session{}, ErrSignedOut
	case err != nil:
		return store.Session{}, err
	case !at.Before(EndsAt(s)):
		return store.Session{}, ErrSignedOut
	}
	if minute := at.UTC().Truncate(time.Minute); asked && minute.After(s.UsedAt) {
		if err := a.keeper.UsedSession(ctx, s.ID, minute); err != nil {
			return store.Session{}, err
		}
		s.UsedAt = minute
	}
	return s, nil
}

// Sessions gives someone's sessions that count, the one used last first.
func (a *Access) Sessions(ctx context.Context, person string, at time.Time) ([]store.Session, error) {
	kept, err := a.keeper.Sessions(ctx, person, at)
	live := kept[:0]
	for _, s := range kept {
		if at.Before(EndsAt(s)) {
			live = append(live, s)
		}
	}
	return live, err
}

// Fresh says that someone proved who they are a short while ago.
func Fresh(s store.Session, at time.Time) bool { return at.Sub(s.ProvedAt) < FreshFor }

// End ends one of someone's sessions.
func (a *Access) End(ctx context.Context, person, id string) error {
	return a.keeper.EndSession(ctx, person, id)
}

// EndAll ends all of someone's sessions but one, "" for none.
func (a *Access) EndAll(ctx context.Context, person, but string) error {
	return a.keeper.EndSessions(ctx, person, but)
}

// EndAllBy is EndAll as another has it, on record.
func (a *Access) EndAllBy(ctx context.Context, person, but string, by store.By, at time.Time) error {
	return a.keeper.EndSessionsBy(ctx, person, but, by, at)
}

// EndElsewhere ends the sessions that the organisation's own sign-in says are over (OpenID Connect Back-Channel Logout 1.0,
// section 2.7): where it names one, that one, and of the subject's those that it never gave a name; where it names none, all
// of whoever the subject is.
func (a *Access) EndElsewhere(ctx context.Context, provider, subject string) error {
	if provider != "" {
		return a.keeper.EndSessionsOf(ctx, provider, subject)
	}
	return a.keeper.EndSessionsOfSubject(ctx, subject)
}

// EndsAt is when a session is over if nobody uses it again.
func EndsAt(s store.Session) time.Time {
	unused := s.UsedAt.Add(spans[Reach(s.Reach)].idle)
	if unused.Before(s.EndsAt) {
		return unused
	}
	return s.EndsAt
}

// Device names a browser and its system in words, by what it says of itself, so that a person finds their own device in
// a list. No version and no more is kept: that would tell devices apart that the person does not.
func Device(agent string) string {
	return first(agent, "A browser", "Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "Firefox/", "Firefox", "FxiOS/", "Firefox",
		"CriOS/", "Chrome", "Chrome/", "Chrome", "Safari/", "Safari") + " on " +
		first(agent, "a device", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "CrOS", "a Chromebook", "Mac OS X", "a Mac", "Linux", "Linux")
}

// first gives the name of the first sign that a text has, of pairs of sign and name.
func first(text, none string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(text, pairs[i]) {
			return pairs[i+1]
		}
	}
	return none
}
