package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/phone"
)

// Known is what is known of someone's numbers, theirs and their contacts'.
type Known struct {
	by   map[string]known
	hash func(phone.Number) []byte
}

type known struct {
	hash                                []byte
	provedAt, toldAt, failedAt, askedAt time.Time
}

func (k Known) of(n phone.Number) known {
	if k.hash == nil || n.IsZero() {
		return known{}
	}
	return k.by[string(k.hash(n))]
}

// Proved says that a code which was sent to the number came back from whose it is.
func (k Known) Proved(n phone.Number) bool { return !k.of(n).provedAt.IsZero() }

// Told says that the worker says that whose number it is knows that they may be rung.
func (k Known) Told(n phone.Number) bool { return !k.of(n).toldAt.IsZero() }

// FailedAt is when it was known for certain that the number reaches nobody; zero where it is not.
func (k Known) FailedAt(n phone.Number) time.Time { return k.of(n).failedAt }

const knownColumns = `hash, proved_at, told_at, failed_at, asked_at`

func scanKnown(s scanner) (k known, err error) {
	err = s.Scan(&k.hash, at{&k.provedAt}, at{&k.toldAt}, at{&k.failedAt}, at{&k.askedAt})
	return k, err
}

// Known gives what is known of someone's numbers.
func (db *DB) Known(ctx context.Context, person string) (Known, error) {
	list, err := all(ctx, db.reader, scanKnown, `SELECT `+knownColumns+` FROM known_numbers WHERE person = $1`, person)
	if err != nil {
		return Known{}, fmt.Errorf("read what is known of the numbers of %s: %w", person, err)
	}
	k := Known{by: map[string]known{}, hash: db.numberHash}
	for _, row := range list {
		k.by[string(row.hash)] = row
	}
	return k, nil
}

// numbersOf gives all numbers that someone has, their contacts' among them.
func numbersOf(p buddy.Person) []phone.Number {
	numbers := p.Numbers()
	for _, c := range p.Contacts {
		if !c.Phone.IsZero() {
			numbers = append(numbers, c.Phone)
		}
	}
	return numbers
}

// keepKnown forgets what was known of numbers that someone has no more, with the code for one; and begins to count until they are asked
// whether all is right.
func (t *tx) keepKnown(p buddy.Person, now time.Time) error {
	args := []any{p.ID}
	gone := `person = $1`
	var hashes [][]byte
	for _, n := range numbersOf(p) {
		hashes = append(hashes, t.db.numberHash(n))
	}
	if len(hashes) > 0 {
		gone += ` AND hash NOT IN (` + places(hashes, &args) + `)`
	}
	for _, table := range []string{"known_numbers", "number_codes"} {
		if _, err := t.exec(`DELETE FROM `+table+` WHERE `+gone, args...); err != nil {
			return err
		}
	}
	_, err := t.exec(`INSERT INTO confirmations (person, since_at, ask_at) VALUES ($1, $2, $3) ON CONFLICT (person) DO NOTHING`, p.ID, instant(now), instant(now.Add(ConfirmEvery)))
	return err
}

// know notes the instant of one thing that is known of a number, by its column.
func (t *tx) know(person string, n phone.Number, column string, now time.Time) error {
	_, err := t.exec(`INSERT INTO known_numbers (person, hash, `+column+`) VALUES ($1, $2, $3)
		ON CONFLICT (person, hash) DO UPDATE SET `+column+` = excluded.`+column, person, t.db.numberHash(n), instant(now))
	return err
}

// Bounds on the codes by which numbers are proved.
const (
	CodeWithin  = 10 * time.Minute // how long a code is good
	CodeGuesses = 5                // how often one may be typed
	CodeAsks    = 5                // how many someone is sent within an hour, whatever the number
)

func (db *DB) codeHash(person string, n phone.Number, code string) []byte {
	return db.vault.Hash("number code", person+"/"+n.E164()+"/"+code)
}

// PutCode keeps the code that someone is sent to prove a number, in place of any other of theirs. ErrEnough where they were sent as many as anyone
// is within the hour.
func (db *DB) PutCode(ctx context.Context, person string, n phone.Number, code string, now time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		changed, err := t.exec(`INSERT INTO number_codes (person, hash, code, ends_at, guesses, asks, since_at) VALUES ($1, $2, $3, $4, 0, 1, $5)
			ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, code = excluded.code, ends_at = excluded.ends_at, guesses = 0,
				asks = CASE WHEN number_codes.since_at <= $6 THEN 1 ELSE number_codes.asks + 1 END,
				since_at = CASE WHEN number_codes.since_at <= $6 THEN excluded.since_at ELSE number_codes.since_at END
			WHERE number_codes.since_at <= $6 OR number_codes.asks < $7`,
			person, t.db.numberHash(n), t.db.codeHash(person, n, code), instant(now.Add(CodeWithin)), instant(now), instant(now.Add(-time.Hour)), CodeAsks)
		if err == nil && changed == 0 {
			err = ErrEnough
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("keep code for %s: %w", person, err)
	}
	return nil
}

// CodeSent says that a code for the number was sent to someone and is still good.
func (db *DB) CodeSent(ctx context.Context, person string, n phone.Number, now time.Time) (bool, error) {
	_, err := first(ctx, db.reader, value[string], `SELECT person FROM number_codes WHERE person = $1 AND hash = $2 AND ends_at > $3 AND guesses < $4`,
		person, db.numberHash(n), instant(now), CodeGuesses)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for code of %s: %w", person, err)
	}
	return true, nil
}

// Prove takes the code that someone typed, and says whether it was right: then the number is proved, on record under the name of its field. Each
// is counted before it is compared. ErrNotFound where no code is good any more.
func (db *DB) Prove(ctx context.Context, person, field string, n phone.Number, code string, by By, now time.Time) (right bool, err error) {
	var kept []byte
	err = db.write(ctx, func(t *tx) error {
		kept, err = first(t.ctx, t.on, value[[]byte], `UPDATE number_codes SET guesses = guesses + 1 WHERE person = $1 AND hash = $2 AND ends_at > $3 AND guesses < $4 RETURNING code`,
			person, t.db.numberHash(n), instant(now), CodeGuesses)
		return err
	})
	if err == nil && subtle.ConstantTimeCompare(kept, db.codeHash(person, n, code)) == 1 {
		right = true
		err = db.change(ctx, by, now, func(t *tx) (what string, c changed, err error) {
			if err := t.know(person, n, "proved_at", now); err != nil {
				return "", c, err
			}
			if _, err := t.exec(`UPDATE known_numbers SET failed_at = NULL, asked_at = NULL WHERE person = $1 AND hash = $2`, person, t.db.numberHash(n)); err != nil {
				return "", c, err
			}
			_, err = t.exec(`UPDATE number_codes SET ends_at = $2 WHERE person = $1`, person, instant(now)) // and how many were sent stays
			return "person/" + person, changed{Changed: []string{field + "_proved"}}, err
		})
	}
	if err != nil {
		return false, fmt.Errorf("prove number of %s: %w", person, err)
	}
	return right, nil
}

// Failed is a number of someone's that reaches nobody, and of which they were not asked yet.
type Failed struct {
	Person string
	At     time.Time
	hash   []byte
}

// Is says that it is that number.
func (k Known) Is(f Failed, n phone.Number) bool {
	return k.hash != nil && !n.IsZero() && string(k.hash(n)) == string(f.hash)
}

// NumberFailed notes that it is known for certain that a number of someone's reaches nobody: once, until they have another, or it is reached again.
// New says that it was not noted before. A number that is none of theirs, or their contacts', is not noted.
func (db *DB) NumberFailed(ctx context.Context, p buddy.Person, n phone.Number, now time.Time) (isNew bool, err error) {
	for _, theirs := range numbersOf(p) {
		isNew = isNew || theirs == n
	}
	if !isNew {
		return false, nil
	}
	err = db.write(ctx, func(t *tx) error {
		changed, err := t.exec(`INSERT INTO known_numbers (person, hash, failed_at) VALUES ($1, $2, $3)
			ON CONFLICT (person, hash) DO UPDATE SET failed_at = excluded.failed_at, asked_at = NULL WHERE known_numbers.failed_at IS NULL`,
			p.ID, t.db.numberHash(n), instant(now))
		isNew = changed == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note a number of %s that fails: %w", p.ID, err)
	}
	return isNew, nil
}

// NumberReached forgets that a number reached nobody: it does.
func (db *DB) NumberReached(ctx context.Context, n phone.Number) error {
	_, err := first(ctx, db.reader, value[string], `SELECT person FROM known_numbers WHERE hash = $1 AND failed_at IS NOT NULL LIMIT 1`, db.numberHash(n))
	if errors.Is(err, ErrNotFound) {
		return nil // mostly
	}
	if err == nil {
		err = db.write(ctx, func(t *tx) error {
			_, err := t.exec(`UPDATE known_numbers SET failed_at = NULL, asked_at = NULL WHERE hash = $1`, t.db.numberHash(n))
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("note a number that was reached: %w", err)
	}
	return nil
}

// FailedNumbers gives numbers that reach nobody and of which whose they are was not asked yet, the first found first, at most limit.
func (db *DB) FailedNumbers(ctx context.Context, limit int) ([]Failed, error) {
	list, err := all(ctx, db.reader, func(s scanner) (f Failed, err error) { return f, s.Scan(&f.Person, &f.hash, at{&f.At}) },
		`SELECT person, hash, failed_at FROM known_numbers WHERE failed_at IS NOT NULL AND asked_at IS NULL ORDER BY failed_at, person LIMIT $1`, limit)
	if err != nil {
		return nil, fmt.Errorf("look for numbers that fail: %w", err)
	}
	return list, nil
}

// AskedOfFailed notes that someone was asked to put a number right.
func (db *DB) AskedOfFailed(ctx context.Context, f Failed, now time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE known_numbers SET asked_at = $3 WHERE person = $1 AND hash = $2`, f.Person, f.hash, instant(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that %s was asked about a number: %w", f.Person, err)
	}
	return nil
}

// Unproved counts the numbers, mobiles and home phones, of some people that are not proved, and whose they are.
func (db *DB) Unproved(ctx context.Context, people []buddy.Person) (numbers, whose int, err error) {
	list, err := all(ctx, db.reader, func(s scanner) (of string, err error) {
		var person string
		var hash []byte
		err = s.Scan(&person, &hash)
		return person + "/" + string(hash), err
	}, `SELECT person, hash FROM known_numbers WHERE proved_at IS NOT NULL`)
	if err != nil {
		return 0, 0, fmt.Errorf("read which numbers are proved: %w", err)
	}
	proved := map[string]bool{}
	for _, of := range list {
		proved[of] = true
	}
	for _, p := range people {
		before := numbers
		for _, n := range p.Numbers() {
			if !proved[p.ID+"/"+string(db.numberHash(n))] {
				numbers++
			}
		}
		if numbers > before {
			whose++
		}
	}
	return numbers, whose, nil
}
