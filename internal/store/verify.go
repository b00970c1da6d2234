package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/allclear-safety/allclear/internal/vault"
)

// BreakError names the first place where the record is not what was written.
type BreakError struct {
	Where string // "entry e7", "seal of 12 to 40", …
	What  string
}

func (e *BreakError) Error() string { return "the record is broken at " + e.Where + ": " + e.What }

func broken(what, where string, args ...any) error {
	return &BreakError{Where: fmt.Sprintf(where, args...), What: what}
}

// Verify checks the whole record: each worker's chain and its end, the words against their commitments, the sealed chain and its
// signatures, and that nothing waits for its seal for longer than 10 s. The error names the first break; it is a *BreakError, unless the
// database could not be read.
func (db *DB) Verify(ctx context.Context, at time.Time) error {
	for _, check := range []func(context.Context) error{
		db.verifyWorkers,
		db.verifyEnds,
		db.verifySeals,
		func(ctx context.Context) error { return db.verifySealed(ctx, at) },
	} {
		if err := check(ctx); err != nil {
			return fmt.Errorf("verify: %w", err)
		}
	}
	return nil
}

// page is how many entries are in memory at once.
const page = 1000

// eachEntry gives every entry that the condition selects, in the order of key, page by page: the record outgrows memory.
func (db *DB) eachEntry(ctx context.Context, key string, of func(chained) int64, condition string, do func(chained) error, args ...any) error {
	after := int64(math.MinInt64)
	for {
		rows, err := all(ctx, db.reader, scanEntry,
			`SELECT `+entryColumns+` FROM entries WHERE `+key+` > $1 AND `+condition+` ORDER BY `+key+` LIMIT $2`, append([]any{after, page}, args...)...)
		if err != nil {
			return err
		}
		for _, c := range rows {
			if err := do(c); err != nil {
				return err
			}
			after = of(c)
		}
		if len(rows) < page {
			return nil
		}
	}
}

func bySeq(c chained) int64 { return c.Seq }

func byN(c chained) int64 { return c.N }

// verifyWorkers walks each worker's chain to the end that the worker's row has.
func (db *DB) verifyWorkers(ctx context.Context) error {
	workers, err := all(ctx, db.reader, value[string], `SELECT id FROM workers UNION SELECT worker FROM entries ORDER BY 1`)
	if err != nil {
		return err
	}
	for _, worker := range workers {
		if err := db.verifyWorker(ctx, worker); err != nil {
			return err
		}
	}
	return nil
}

func (db *DB) verifyWorker(ctx context.Context, worker string) error {
	// the end first: entries that are committed while we read are beyond it, and no break
	is, err := first(ctx, db.reader, func(s scanner) (l link, err error) {
		err = s.Scan(&l.revision, &l.seq, &l.head)
		return l, err
	}, `SELECT revision, seq, head FROM workers WHERE id = $1`, worker)
	if errors.Is(err, ErrNotFound) {
		return broken("the worker's row is gone, its entries are there", "worker %s", worker)
	}
	if err != nil {
		return err
	}
	var l link
	err = db.eachEntry(ctx, "seq", bySeq, `worker = $3 AND seq <= $4`, func(c chained) error {
		if c.Seq != l.seq+1 {
			return broken("an entry before it is gone", "entry %s (worker %s, place %d)", c.ID, worker, c.Seq)
		}
		if !bytes.Equal(c.sum(l.head), c.hash) {
			return broken("what it says, or the entry before it, was changed", "entry %s (worker %s, place %d)", c.ID, worker, c.Seq)
		}
		l.seq, l.head = c.Seq, c.hash
		return db.verifyWords(ctx, c)
	}, worker, is.seq)
	if err != nil {
		return err
	}
	if l.seq != is.seq || !bytes.Equal(l.head, is.head) && is.seq > 0 {
		return broken("its last entries were taken away or changed", "worker %s", worker)
	}
	return nil
}

// verifyEnds looks for entries that were added behind the end of a worker's chain.
func (db *DB) verifyEnds(ctx context.Context) error {
	id, err := first(ctx, db.reader, value[string],
		`SELECT e.id FROM entries e JOIN workers w ON w.id = e.worker WHERE e.seq > w.seq ORDER BY e.id LIMIT 1`)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return broken("it is not in its worker's chain", "entry %s", id)
}

// verifyWords holds an entry's words against its commitment. Words whose key was erased can't be, and are none of the chain's matter.
func (db *DB) verifyWords(ctx context.Context, c chained) error {
	plain, err := db.open(ctx, db.reader, c.Owner, c.place(), c.words)
	switch {
	case errors.Is(err, vault.ErrSealed), errors.Is(err, ErrNotFound):
		return broken("its words can't be opened: they, or their data key, were changed", "entry %s", c.ID)
	case err != nil:
		return err
	case plain != nil && (len(plain) < saltSize || !bytes.Equal(commit(plain), c.commitment)):
		return broken("its words are not those that were recorded", "entry %s", c.ID)
	}
	return nil
}

// verifySeals checks the signatures, and that the seals leave no gap.
func (db *DB) verifySeals(ctx context.Context) error {
	seals, err := all(ctx, db.reader, scanSeal, `SELECT first_n, last_n, sealed_at, head, signature FROM seals ORDER BY first_n`)
	if err != nil {
		return err
	}
	last := int64(0)
	for _, s := range seals {
		if !db.vault.Verify(s.signature, s.signed()) {
			return broken("its signature is wrong", "seal of %d to %d", s.first, s.last)
		}
		if s.first != last+1 || s.last < s.first {
			return broken("a seal before it is gone", "seal of %d to %d", s.first, s.last)
		}
		last = s.last
	}
	return nil
}

// verifySealed walks the sealed chain through every seal to its end, and looks for what should be in it.
func (db *DB) verifySealed(ctx context.Context, at time.Time) error {
	last, err := first(ctx, db.reader, scanEnd, `SELECT n, head FROM chain WHERE id = 1`)
	if err != nil {
		return err
	}
	seals, err := all(ctx, db.reader, scanSeal, `SELECT first_n, last_n, sealed_at, head, signature FROM seals WHERE last_n <= $1 ORDER BY first_n`, last.n)
	if err != nil {
		return err
	}
	e := end{head: []byte{}}
	err = db.eachEntry(ctx, "n", byN, `n <= $3`, func(c chained) error {
		if c.N != e.n+1 {
			return broken("the entry before it in the sealed chain is gone", "entry %s (number %d)", c.ID, c.N)
		}
		e = e.next(c.hash)
		if len(seals) > 0 && seals[0].last == e.n {
			if !bytes.Equal(seals[0].head, e.head) {
				return broken("an entry in it was changed, or put in another's place", "seal of %d to %d", seals[0].first, seals[0].last)
			}
			seals = seals[1:]
		}
		return nil
	}, last.n)
	if err != nil {
		return err
	}
	if e.n != last.n || len(seals) > 0 || !bytes.Equal(e.head, last.head) {
		return broken("the last entries of the sealed chain were taken away or changed", "number %d", e.n)
	}
	id, err := first(ctx, db.reader, value[string], `SELECT id FROM entries WHERE n IS NULL AND recorded_at < $1 ORDER BY recorded_at LIMIT 1`,
		instant(at.Add(-sealWithin)))
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return broken("it has waited for its seal for more than 10 s", "entry %s", id)
}
