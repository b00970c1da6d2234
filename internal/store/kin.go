package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// KinAsk is a form for their next of kin that somebody was sent by link.
type KinAsk struct {
	Person, By string
	AskedAt    time.Time
	EndsAt     time.Time
	AnsweredAt time.Time // zero: it did not come yet
}

const kinColumns = `person, asked_by, asked_at, ends_at, answered_at`

func scanKin(s scanner) (k KinAsk, err error) {
	return k, s.Scan(&k.Person, &k.By, at{&k.AskedAt}, at{&k.EndsAt}, at{&k.AnsweredAt})
}

func (db *DB) kinHash(secret string) []byte { return db.vault.Hash("ticket/kin", secret) }

// AskKin keeps that somebody is asked for their next of kin; a link of before that was not used is void. It goes on record first, as an entry of kind
// "kin_asked" in the chain of the looks of who asks. [ErrEnough] where they were asked within a span.
func (db *DB) AskKin(ctx context.Context, k KinAsk, id, via, secret string, within time.Duration) error {
	_, err := first(ctx, db.reader, scanKin, `SELECT `+kinColumns+` FROM kin_asks WHERE person = $1 AND asked_at > $2 LIMIT 1`, k.Person, instant(k.AskedAt.Add(-within)))
	switch {
	case err == nil:
		return ErrEnough
	case !errors.Is(err, ErrNotFound):
		return fmt.Errorf("look whether %s was asked: %w", k.Person, err)
	}
	err = db.recordLooks(ctx, k.By, []Entry{{ID: "kin/" + id, At: k.AskedAt, RecordedAt: k.AskedAt, Kind: "kin_asked", By: k.By, Via: via, Visit: "person/" + k.Person,
		Input: []byte("{}"), Events: []byte("[]"), Owner: "person/" + k.By}})
	if err == nil {
		err = db.write(ctx, func(t *tx) error {
			if _, err := t.exec(`DELETE FROM kin_asks WHERE person = $1 AND answered_at IS NULL`, k.Person); err != nil {
				return err
			}
			_, err := t.exec(`INSERT INTO kin_asks (hash, person, asked_by, asked_at, ends_at) VALUES ($1, $2, $3, $4, $5)`,
				db.kinHash(secret), k.Person, k.By, instant(k.AskedAt), instant(k.EndsAt))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("ask %s for their next of kin: %w", k.Person, err)
	}
	return nil
}

// KinAsk gives what a link is of that is good at an instant, and leaves it good.
func (db *DB) KinAsk(ctx context.Context, secret string, at time.Time) (KinAsk, error) {
	k, err := first(ctx, db.reader, scanKin, `SELECT `+kinColumns+` FROM kin_asks WHERE hash = $1 AND ends_at > $2 AND answered_at IS NULL`, db.kinHash(secret), instant(at))
	if err != nil {
		return k, fmt.Errorf("look for a form: %w", err)
	}
	return k, nil
}

// LastKinAsk gives when somebody was last asked; ErrNotFound where they never were.
func (db *DB) LastKinAsk(ctx context.Context, person string) (KinAsk, error) {
	k, err := first(ctx, db.reader, scanKin, `SELECT `+kinColumns+` FROM kin_asks WHERE person = $1 ORDER BY asked_at DESC LIMIT 1`, person)
	if err != nil {
		return k, fmt.Errorf("look whether %s was asked: %w", person, err)
	}
	return k, nil
}

// AnswerKin keeps what somebody said by the link, as [DB.ChangePerson] does, and the link is used by it: of two who send the form one is taken, and to
// the other it is ErrNotFound.
func (db *DB) AnswerKin(ctx context.Context, secret string, p buddy.Person, at time.Time, tell func(before buddy.Person) []Message) error {
	_, err := db.changePerson(ctx, p, By{Person: p.ID, Via: "link"}, at, tell, func(t *tx) error {
		n, err := t.exec(`UPDATE kin_asks SET answered_at = $3 WHERE hash = $1 AND person = $2 AND ends_at > $3 AND answered_at IS NULL`, db.kinHash(secret), p.ID, instant(at))
		if err == nil && n == 0 {
			return ErrNotFound
		}
		return err
	})
	return err
}

// ForgetKinAsks drops the forms that were over before an instant and did not come.
func (db *DB) ForgetKinAsks(ctx context.Context, before time.Time) error {
	return db.drop(ctx, `DELETE FROM kin_asks WHERE ends_at < $1 AND answered_at IS NULL`, instant(before))
}
