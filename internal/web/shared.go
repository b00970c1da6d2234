package web

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
)

const (
	mostShared  = 256                 // renderings that are kept; a board's is some 35 kB
	stirredBack = 31 * 24 * time.Hour // visits that began longer ago may be shown as they were for up to a minute
	moves       = 5                   // tries to render while danger begins or ends
)

// errDangerMoved says that danger began or ended while something was rendered, so that it may not be for those for whom it
// was meant.
var errDangerMoved = errors.New("danger began or ended meanwhile")

// shared keeps what many readers see alike, rendered once for all of them. A reader asks at a moment, which is never behind
// what was committed before they asked; what was rendered stands until one of its teams' visits changes, or time itself
// changes what it says. Two readers share only what has one boardKey, and who may know of what, and see it, is part of it.
type shared struct {
	store *store.DB
	view  *view.View
	turn  chan struct{} // holds one: whoever reads the next moment

	mu   sync.Mutex
	last *moment
	kept map[boardKey]*rendering
}

func newShared(db *store.DB, v *view.View) *shared {
	return &shared{store: db, view: v, turn: make(chan struct{}, 1), kept: map[boardKey]*rendering{}}
}

// moment is the world at one place of the record. It is never changed.
type moment struct {
	place   store.Place
	open    view.Open        // alarms
	stirred map[string]int64 // how far the record had come when a team's visits last changed; a team that is not there did not since the start
}

// now gives a moment that has all that was committed before.
func (s *shared) now(ctx context.Context, at time.Time) (*moment, error) {
	place, err := s.store.Place(ctx)
	if err != nil {
		return nil, err
	}
	if m := s.reaches(place); m != nil {
		return m, nil
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.turn }()
	if m := s.reaches(place); m != nil {
		return m, nil
	}
	return s.next(ctx, at)
}

// reaches gives the last moment, where it has all that there was at a place.
func (s *shared) reaches(place store.Place) *moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last != nil && s.last.place.Reaches(place) {
		return s.last
	}
	return nil
}

// next reads the next moment. The place comes first: what else is read may be newer than it, never older.
func (s *shared) next(ctx context.Context, at time.Time) (*moment, error) {
	place, err := s.store.Place(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	m := &moment{place: place, stirred: map[string]int64{}}
	if last != nil {
		teams, err := s.store.TeamsSince(ctx, last.place.Sealed, at.Add(-stirredBack))
		if err != nil {
			return nil, err
		}
		maps.Copy(m.stirred, last.stirred)
		for _, team := range teams {
			m.stirred[team] = place.Entries
		}
	}
	if m.open, err = s.view.Open(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = m
	return m, nil
}

// rendering is something rendered, or being rendered while ready is open.
type rendering struct {
	from  *moment // its matter was read then, or later
	ready chan struct{}
	matter
	err error
}

// stands says that a reader at a moment can be given it.
func (r *rendering) stands(m *moment, teams []string, at time.Time) bool {
	for _, team := range teams {
		if m.stirred[team] > r.from.place.Entries {
			return false
		}
	}
	if r.from != m && !r.from.open.SameDanger(m.open) {
		return false // what is kept from its readers was another thing
	}
	select {
	case <-r.ready:
		return r.err == nil && at.Before(r.until)
	default:
		return true
	}
}

// listFor gives someone their list: that of their class, or where they have a part of their own in a visit that it shows
// as busy, one for them alone.
func (s *shared) listFor(ctx context.Context, m *moment, b board, reader string) ([]byte, error) {
	list, err := s.list(ctx, m, b)
	if err == nil && slices.Contains(list.parts, reader) {
		b.class.by = reader
		list, err = s.list(ctx, m, b)
	}
	return list.html, err
}

// list gives what was rendered under a key, and has it rendered by one of those who ask for it.
func (s *shared) list(ctx context.Context, m *moment, b board) (matter, error) {
	key := b.key(m)
	s.mu.Lock()
	r := s.kept[key]
	mine := r == nil || !r.stands(m, b.ids(), b.at)
	if mine {
		r = &rendering{from: m, ready: make(chan struct{})}
		s.makeRoom(b.at)
		s.kept[key] = r
	}
	s.mu.Unlock()
	if mine {
		s.fill(ctx, b, r)
		s.forget(key, r)
	}
	select {
	case <-r.ready:
		return r.matter, r.err
	case <-ctx.Done():
		return matter{}, ctx.Err()
	}
}

// fill renders. A reader who goes away meanwhile does not take it from the others.
func (s *shared) fill(ctx context.Context, b board, r *rendering) {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
	defer done()
	r.err = errors.New("it was not rendered") // as long as render has not come back
	defer close(r.ready)
	made, err := b.render(ctx)
	if err == nil {
		err = s.stillFor(ctx, r.from, b.at)
	}
	if r.err = err; err == nil {
		r.matter = made
	}
}

// stillFor says whether what was rendered at a moment is still for those for whom it was meant: its rows may be newer than
// the moment, and show what was not known to be danger.
func (s *shared) stillFor(ctx context.Context, m *moment, at time.Time) error {
	after, err := s.now(ctx, at)
	if err != nil {
		return err
	}
	if !m.open.SameDanger(after.open) {
		return errDangerMoved
	}
	return nil
}

// forget drops what could not be rendered.
func (s *shared) forget(key boardKey, r *rendering) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.err != nil && s.kept[key] == r {
		delete(s.kept, key)
	}
}

// makeRoom drops what no longer stands, and where that is not enough whatever comes first.
func (s *shared) makeRoom(at time.Time) {
	if len(s.kept) < mostShared {
		return
	}
	for key, r := range s.kept {
		if !r.stands(s.last, nil, at) {
			delete(s.kept, key)
		}
	}
	for key := range s.kept {
		if len(s.kept) < mostShared {
			return
		}
		delete(s.kept, key)
	}
}
