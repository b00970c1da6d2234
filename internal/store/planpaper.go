package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// PublishPlan keeps a version of a team's plan, as PutPaper does, and the team with its settings, as ChangeTeam does: both in one transaction,
// each an entry of the record, or neither. What it tells goes into the outbox with them. ErrConflict says that another changed the version
// since, or that another of that number is there.
func (db *DB) PublishPlan(ctx context.Context, team Team, p Paper, by By, at time.Time, messages ...Message) (Paper, error) {
	p, was := p.next(by, at)
	err := db.recorded(ctx, by, at, func(t *tx) (done, error) {
		if err := t.moveEpoch(); err != nil {
			return done{}, err
		}
		t.notify()
		if err := t.settleTeam(team, by, at); err != nil {
			return done{}, err
		}
		if err := t.putPaper(p, was, at); err != nil {
			return done{}, err
		}
		return done{what: string(p.Kind) + "/" + p.ID, input: paperChange{p.Revision, p.Status, p.About}, words: p.Body, owner: p.owner()}, t.tell(nil, messages)
	})
	if err != nil {
		return Paper{}, fmt.Errorf("publish plan %s: %w", p.ID, err)
	}
	return p, nil
}

// settleTeam keeps a team with its record, in the chain of who does it.
func (t *tx) settleTeam(team Team, by By, at time.Time) error {
	what, c, err := t.changeTeam(team, at)
	if err != nil || by == (By{}) || !c.New && len(c.Changed) == 0 {
		return err
	}
	return t.recordChange(by, rand.Text(), done{what: what, input: c}, at)
}

// TeamPutAt gives when a team was last changed.
func (db *DB) TeamPutAt(ctx context.Context, id string) (put time.Time, err error) {
	us, err := first(ctx, db.reader, value[int64], `SELECT put_at FROM teams WHERE id = $1`, id)
	if err != nil {
		return put, fmt.Errorf("read when team %s was changed: %w", id, err)
	}
	return time.UnixMicro(us).UTC(), nil
}
