package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// directory remembers people, teams and shifts for as long as none of them changed: they are sealed, and every page needs
// some of them.
type directory struct {
	store *store.DB
	log   *slog.Logger

	mu    sync.Mutex
	sheet *sheet
}

const mostRemembered = 5000 // people; beyond it the directory starts anew

// sheet is the directory at one epoch. It is filled as it is asked.
type sheet struct {
	store *store.DB
	epoch int64

	mu       sync.Mutex
	people   map[string]buddy.Person // by the id that was asked for
	teams    []store.Team
	everyone []buddy.Person
	members  map[string][]buddy.Person // by team
	zones    map[string]*time.Location
	phrases  map[string]phraseLook // by team
	shifts   rota.Rota
	from, to time.Time // what shifts covers
}

// phraseLook is what was found when names that sound like a team's phrase were last looked for.
type phraseLook struct {
	at    time.Time
	taken bool
	free  []string
}

// phraseLookFor is how long a look at the names around a team is good for: those on the caseload come and go without a new epoch.
const phraseLookFor = time.Minute

// heldSheet is the sheet that a context holds.
type heldSheet struct{}

// hold gives a context in which the directory stays as it stands now, for a list that asks for many: whether it changed is
// asked once. Nothing made in it may be remembered for longer.
func (d *directory) hold(ctx context.Context) (context.Context, error) {
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	return context.WithValue(ctx, heldSheet{}, s), nil
}

// open gives the directory as it stands now, or as the context holds it.
func (d *directory) open(ctx context.Context) (*sheet, error) {
	if held, is := ctx.Value(heldSheet{}).(*sheet); is {
		return held, nil
	}
	epoch, err := d.store.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.sheet == nil || d.sheet.epoch != epoch || d.sheet.full() {
		d.sheet = &sheet{store: d.store, epoch: epoch, people: map[string]buddy.Person{}, members: map[string][]buddy.Person{}, zones: map[string]*time.Location{}, phrases: map[string]phraseLook{}}
	}
	return d.sheet, nil
}

func (s *sheet) full() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.people) > mostRemembered
}

// person finds someone as store.DB does. One whose details can't be opened is there without them, by their id: an alarm
// about them, or that they answer, must go on.
func (d *directory) person(ctx context.Context, id string) (buddy.Person, error) {
	s, err := d.open(ctx)
	if err != nil {
		return buddy.Person{}, err
	}
	s.mu.Lock()
	who, found := s.people[id]
	s.mu.Unlock()
	if found {
		return who, nil
	}
	who, err = d.store.Person(ctx, id)
	switch {
	case err != nil && (who.ID == "" || ctx.Err() != nil):
		return who, err
	case err != nil:
		d.log.Error("someone's details cannot be read", "error", err)
		who.Name = who.ID
		return who, nil // not remembered: the next may be able to
	}
	s.mu.Lock()
	s.people[id] = who
	s.mu.Unlock()
	return who, nil
}

// name names a person. A fallback that is not there yet has only its id.
func (d *directory) name(ctx context.Context, id string) (string, error) {
	who, err := d.person(ctx, id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return id, nil
	case err != nil:
		return "", fmt.Errorf("name person: %w", err)
	}
	return who.Name, nil
}

// teams gives every team, in the order of their ids.
func (d *directory) teams(ctx context.Context) ([]store.Team, error) {
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.teams == nil {
		if s.teams, err = s.store.Teams(ctx); err != nil {
			return nil, err
		}
	}
	return append([]store.Team(nil), s.teams...), nil
}

// everyone lists who is here, by name: name, team and roles alone. The list is not the caller's to change.
func (d *directory) everyone(ctx context.Context) ([]buddy.Person, error) {
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.everyone != nil {
		return s.everyone, nil
	}
	people, err := s.store.People(ctx)
	if err != nil && (len(people) == 0 || ctx.Err() != nil) {
		return nil, err
	}
	if err != nil {
		d.log.Error("someone's details cannot be read", "error", err)
	}
	s.everyone = bare(slices.DeleteFunc(people, func(p buddy.Person) bool { return !p.Active }))
	return s.everyone, nil
}

// members lists a team's people, those who have left too, by name: name, team and roles alone. One whose details can't be read
// is there by their id. The list is the caller's.
func (d *directory) members(ctx context.Context, team string) ([]buddy.Person, error) {
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if members, known := s.members[team]; known {
		return slices.Clone(members), nil
	}
	people, err := s.store.PeopleOf(ctx, team)
	switch {
	case err != nil && (len(people) == 0 || ctx.Err() != nil):
		return nil, err
	case err != nil:
		d.log.Error("someone's details cannot be read", "error", err)
		return bare(people), nil // not remembered: the next may be able to
	}
	s.members[team] = bare(people)
	return slices.Clone(s.members[team]), nil
}

// phraseTaken says whether somebody around a team has a name like its phrase, and gives names that are free then. To look takes everybody's
// details, so it is not done for each who asks; only what was found is kept.
func (d *directory) phraseTaken(ctx context.Context, team string, at time.Time, look func() (bool, []string, error)) (taken bool, free []string, err error) {
	s, err := d.open(ctx)
	if err != nil {
		return false, nil, err
	}
	s.mu.Lock()
	was, known := s.phrases[team]
	s.mu.Unlock()
	if since := at.Sub(was.at); known && since >= 0 && since < phraseLookFor {
		return was.taken, slices.Clone(was.free), nil
	}
	if taken, free, err = look(); err != nil {
		return false, nil, fmt.Errorf("look for names like the phrase: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phrases[team] = phraseLook{at, taken, free}
	return taken, free, nil
}

// bare keeps of people what a list of them shows, in its order.
func bare(people []buddy.Person) []buddy.Person {
	list := make([]buddy.Person, 0, len(people))
	for _, p := range people {
		list = append(list, buddy.Person{ID: p.ID, Name: cmp.Or(p.Name, p.ID), Team: p.Team, Roles: p.Roles, Active: p.Active})
	}
	slices.SortFunc(list, byName)
	return list
}

// zone gives a zone by its name.
func (d *directory) zone(ctx context.Context, name string) (*time.Location, error) {
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.zones[name] == nil {
		if s.zones[name], err = time.LoadLocation(name); err != nil {
			return nil, err
		}
	}
	return s.zones[name], nil
}

// shifts gives the shifts of every team that touch the time from an instant until answersAhead past it.
func (d *directory) shifts(ctx context.Context, at time.Time) (rota.Rota, error) {
	s, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	until := at.Add(answersAhead)
	if s.from.IsZero() || at.Before(s.from) || until.After(s.to) {
		from := at.Truncate(time.Hour)
		to := from.Add(answersAhead + 2*time.Hour)
		if s.shifts, err = s.store.AllShifts(ctx, from, to); err != nil {
			return nil, err
		}
		s.from, s.to = from, to
	}
	var touching rota.Rota
	for _, shift := range s.shifts {
		if shift.StartsAt.Before(until) && shift.EndsAt.After(at) {
			touching = append(touching, shift)
		}
	}
	return touching, nil
}
