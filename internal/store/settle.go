package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Outcome is what came of one attempt to hand a message over.
type Outcome struct {
	Message              string
	Owner                string // who claimed it
	Attempt              int    // the claim's Attempts
	At                   time.Time
	State                string    // what becomes of the message: pending (try again at NextAt), done or dead
	NextAt               time.Time // for pending
	Provider, ProviderID string
	Result               string // accepted, refused, unknown, …: no private words
	Code                 int
	Then                 []Message // what follows from it, kept in the same transaction
}

// Attempt is one attempt as it was recorded, with the provider's latest receipt.
type Attempt struct {
	Message              string
	Attempt              int
	At                   time.Time
	Owner                string
	Provider, ProviderID string
	Result               string
	Code                 int
	Status               string // the receipt's; "" for none
	Failed               bool
	StatusAt             time.Time
}

// Settle records what came of attempts. Every attempt is recorded; the message itself moves on only for the one who has it: an outcome
// whose lease another took over gives ErrLost. A message that was superseded in the meantime stays superseded; what follows from the outcome
// is kept all the same, as it may say something of the number, and who acts on it sees the message's state.
func (db *DB) Settle(ctx context.Context, outcomes []Outcome) error {
	var lost []error
	err := db.write(ctx, func(t *tx) error {
		lost = nil
		for _, o := range outcomes {
			err := t.settle(o)
			if errors.Is(err, ErrLost) {
				lost = append(lost, fmt.Errorf("settle message %s, attempt %d: %w", o.Message, o.Attempt, err))
			} else if err != nil {
				return fmt.Errorf("settle message %s: %w", o.Message, err)
			}
		}
		return nil
	})
	return errors.Join(err, errors.Join(lost...))
}

func (t *tx) settle(o Outcome) error {
	changed, err := t.exec(`UPDATE outbox SET state = CASE WHEN state = 'superseded' THEN state ELSE $4 END, next_at = $5, leased_by = '',
			provider = $6, provider_id = $7, handed_at = COALESCE($8, handed_at)
		WHERE id = $1 AND leased_by = $2 AND attempts = $3 AND leased_by <> ''`,
		o.Message, o.Owner, o.Attempt, cmp.Or(o.State, Pending), instant(o.NextAt), o.Provider, o.ProviderID, o.handed())
	if err != nil {
		return err
	}
	if _, err := first(t.ctx, t.on, value[string], `SELECT id FROM outbox WHERE id = $1`, o.Message); err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO attempts (message, attempt, at, owner, provider, provider_id, result, code)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (message, attempt) DO NOTHING`,
		o.Message, o.Attempt, instant(o.At), o.Owner, o.Provider, o.ProviderID, o.Result, o.Code); err != nil {
		return err
	}
	if changed == 0 {
		return ErrLost
	}
	return t.tell(nil, o.Then)
}

// handed is when the message was handed over; NULL when it was not.
func (o Outcome) handed() any {
	if o.State != Done {
		return nil
	}
	return maybe(o.At)
}

// Attempts gives the attempts to hand a message over, in their order.
func (db *DB) Attempts(ctx context.Context, message string) ([]Attempt, error) {
	attempts, err := all(ctx, db.reader, func(s scanner) (a Attempt, err error) {
		err = s.Scan(&a.Message, &a.Attempt, at{&a.At}, &a.Owner, &a.Provider, &a.ProviderID, &a.Result, &a.Code, &a.Status, &a.Failed, at{&a.StatusAt})
		return a, err
	}, `SELECT a.message, a.attempt, a.at, a.owner, a.provider, a.provider_id, a.result, a.code,
			COALESCE(r.status, ''), COALESCE(r.failed, $2), r.at
		FROM attempts a LEFT JOIN receipts r ON r.provider = a.provider AND r.provider_id = a.provider_id
		WHERE a.message = $1 ORDER BY a.attempt`, message, false)
	if err != nil {
		return nil, fmt.Errorf("list attempts of message %s: %w", message, err)
	}
	return attempts, nil
}

// Receipt records what a provider says became of a message, and whether this is news. Receipts come in any order and more than once: only a
// higher rank is news, so one that is final stays. A failure comes with its message, since something must follow; several receipts of
// success come for each message, and nobody asks for theirs.
//
// What follows from a failure (then) is kept in the same transaction, once.
//
// One that overtakes its own Settle is kept, and a failure then answered with ErrNotFound; [DB.Attempts] shows it as soon as the attempt
// is there.
func (db *DB) Receipt(ctx context.Context, provider, providerID, status string, rank int, failed bool, code int, at time.Time,
	then ...Message) (Message, bool, error) {
	news := false
	err := db.write(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO receipts (provider, provider_id, status, standing, failed, code, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (provider, provider_id) DO UPDATE SET status = excluded.status, standing = excluded.standing, failed = excluded.failed,
				code = excluded.code, at = excluded.at
			WHERE excluded.standing > receipts.standing`, provider, providerID, status, rank, failed, code, instant(at))
		if news = n == 1; err != nil || !news || !failed {
			return err
		}
		return t.tell(nil, then)
	})
	if err != nil {
		return Message{}, false, fmt.Errorf("record receipt of %s: %w", provider, err)
	}
	if !failed {
		return Message{}, news, nil
	}
	m, err := db.MessageByProvider(ctx, provider, providerID)
	return m, news, err
}
