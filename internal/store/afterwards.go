package store

import (
	"context"
	"fmt"
	"time"
)

// AlarmsToFollow gives the alarms that were closed since an instant of which what follows by itself was not done yet, the earliest first, at most
// limit.
func (db *DB) AlarmsToFollow(ctx context.Context, since time.Time, limit int) ([]Alarm, error) {
	alarms, err := all(ctx, db.reader, scanAlarm, `SELECT worker, status, alarm FROM alarms WHERE closed_at >= $1 AND followed_at IS NULL
		ORDER BY closed_at, id LIMIT $2`, instant(since), limit)
	if err != nil {
		return nil, fmt.Errorf("list closed alarms: %w", err)
	}
	return alarms, nil
}

// Followed notes that what follows from a closed alarm by itself was done.
func (db *DB) Followed(ctx context.Context, alarm string, at time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE alarms SET followed_at = $2 WHERE id = $1 AND closed_at IS NOT NULL`, alarm, instant(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that alarm %s was followed: %w", alarm, err)
	}
	return nil
}

// Look is a paper, without its words, of which time may bring something.
type Look struct {
	Paper
	At       time.Time // when; a change of the paper sets it anew
	Followed bool      // what follows from an incident by itself was done
}

// PapersToLookAt gives the papers whose time to be looked at has come, the longest due first, at most limit. None of what was erased is among them.
func (db *DB) PapersToLookAt(ctx context.Context, now time.Time, limit int) ([]Look, error) {
	looks, err := all(ctx, db.reader, func(s scanner) (l Look, err error) {
		err = s.Scan(&l.ID, &l.Kind, &l.Team, &l.Person, &l.About, &l.Status, &l.Number, &l.Revision, &l.MadeBy, at{&l.MadeAt}, at{&l.ChangedAt}, at{&l.DueAt},
			at{&l.OverAt}, at{&l.At}, &l.Followed)
		return l, err
	}, LooksQuery, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("list papers to look at: %w", err)
	}
	return looks, nil
}

// LooksQuery is that of PapersToLookAt.
const LooksQuery = `SELECT id, kind, team, person, about, status, number, revision, made_by, made_at, changed_at, due_at, over_at, look_at, followed_at IS NOT NULL
	FROM papers WHERE look_at <= $1 ORDER BY look_at, id LIMIT $2`

// LookAgain notes when a paper is looked at next, zero for not again, and at that what followed from it was done, where followed. Of one that was
// changed since it was listed only the latter is noted: its change says when.
func (db *DB) LookAgain(ctx context.Context, l Look, next, at time.Time, followed bool) error {
	err := db.write(ctx, func(t *tx) error {
		if _, err := t.exec(`UPDATE papers SET look_at = $2 WHERE id = $1 AND look_at = $3 AND revision = $4`, l.ID, maybe(next), instant(l.At), l.Revision); err != nil {
			return err
		}
		if !followed || l.Followed {
			return nil
		}
		_, err := t.exec(`UPDATE papers SET followed_at = $2 WHERE id = $1`, l.ID, instant(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("note when %s %s is looked at again: %w", l.Kind, l.ID, err)
	}
	return nil
}

// lookAt is when time first brings something of a paper as it is kept now; zero for never. What that is the engine says: where a paper has no day of
// its own it looks at once, and then when it says.
func (p Paper) lookAt() time.Time {
	switch {
	case p.Kind == IncidentPaper && p.Revision == 1: // also of one that is complete
		return p.ChangedAt
	case !p.OverAt.IsZero():
		return time.Time{}
	case !p.DueAt.IsZero() && p.Kind != PlanPaper:
		return p.DueAt
	case p.Kind == RiskPaper, p.Kind == IncidentPaper:
		return p.ChangedAt
	default:
		return time.Time{}
	}
}
