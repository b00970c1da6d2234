package engine

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// looks remembers which teams need not be looked at: those of whose visits the
// record has nothing new, while the directory stands and until time itself brings
// something. Each node has its own, so that none depends on what another saw.
type looks struct {
	mu    sync.Mutex
	epoch int64                // the directory's
	place int64                // in the record: up to here changes were seen
	again map[string]time.Time // by team: when to look again, whatever happens; zero: at once
}

// due gives the teams to look at: all of them at first and when people, plans or
// rotas changed, else those whose visits changed or whose time has come.
func (l *looks) due(ctx context.Context, from Store, epoch int64, at time.Time) (due []string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	end, err := from.Head(ctx) // first: what comes in the meantime is seen again
	if err != nil {
		return nil, fmt.Errorf("read the record's end: %w", err)
	}
	if l.again == nil || l.epoch != epoch {
		err = l.all(ctx, from)
	} else {
		err = l.changed(ctx, from, at)
	}
	if err != nil {
		return nil, err
	}
	l.epoch, l.place = epoch, end.N
	for team, again := range l.again {
		if !again.After(at) {
			due = append(due, team)
		}
	}
	return due, nil
}

func (l *looks) all(ctx context.Context, from Store) error {
	teams, err := from.Teams(ctx)
	if err != nil {
		return fmt.Errorf("read teams: %w", err)
	}
	l.again = make(map[string]time.Time, len(teams))
	for _, t := range teams {
		l.again[t.ID] = time.Time{}
	}
	return nil
}

func (l *looks) changed(ctx context.Context, from Store, at time.Time) error {
	teams, err := from.TeamsSince(ctx, l.place, at.Add(-rotaBack))
	if err != nil {
		return fmt.Errorf("read which teams' visits changed: %w", err)
	}
	for _, team := range teams {
		if _, known := l.again[team]; known {
			l.again[team] = time.Time{}
		}
	}
	return nil
}

// done notes that a team was looked at, and when to look again whatever happens.
func (l *looks) done(team string, again time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.again[team] = again
}

// earlier is the earlier of two instants.
func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
