package store

import (
	"context"
	"errors"
)

// EachHappenedSQL and EachHappenedSinceSQL are shown to the test that asks SQLite how it would run them.
const (
	EachHappenedSQL      = eachHappened
	EachHappenedSinceSQL = eachHappenedSince
)

// Statements whose plans are looked at.
const TeamsSinceQuery = teamsSince

// ClearStatements are what an erasure clears messages by.
func ClearStatements() []string { return []string{clearReceipts, clearAttempts, clearMessages} }

// LooksAtQuery is how looks are found.
const LooksAtQuery = looksAt

var BoardQuery = boardPage(` WHERE `+live+` AND due_at IS NOT NULL AND team IN ($1)`, 2, 3)

// AsOfAnEarlierVersion makes the record what a version made that hashed entries in the first form, and signed no end.
func (db *DB) AsOfAnEarlierVersion(ctx context.Context) error {
	return db.write(ctx, func(t *tx) error {
		entries, err := all(ctx, t.on, scanEntry, `SELECT `+entryColumns+` FROM entries ORDER BY worker, seq`)
		ends := map[string][]byte{}
		byNumber := make([][]byte, len(entries)+1)
		for _, c := range entries {
			c.hash = c.hashed(entryForm1, ends[c.Worker], c.Input, c.Events)
			ends[c.Worker], byNumber[c.N] = c.hash, c.hash
			_, failed := t.exec(`UPDATE entries SET hash = $1 WHERE id = $2`, c.hash, c.ID)
			_, again := t.exec(`UPDATE workers SET head = $1 WHERE id = $2`, c.hash, c.Worker)
			err = errors.Join(err, failed, again)
		}
		seals, failed := all(ctx, t.on, scanSeal, `SELECT `+sealColumns+` FROM seals ORDER BY first_n`)
		err = errors.Join(err, failed)
		e := end{head: []byte{}}
		for _, s := range seals {
			for e.n < s.last {
				e = e.next(byNumber[e.n+1])
			}
			s.head = e.head
			_, failed := t.exec(`UPDATE seals SET head = $1, signature = $2 WHERE first_n = $3`, s.head, db.vault.Sign(s.signed(sealForm1)), s.first)
			err = errors.Join(err, failed)
		}
		_, failed = t.exec(`UPDATE chain SET head = $1, signature = $2`, e.head, []byte{})
		return errors.Join(err, failed)
	})
}
