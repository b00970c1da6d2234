package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
)

// Erasures keeps, outside the database, marks of the owners whose data keys were deleted, so that no backup brings their words back.
type Erasures interface {
	// Note keeps marks durably. A mark says nothing of its owner to whoever lacks the master key.
	Note(marks ...string) error
}

// erasureMark is what is kept of an owner outside.
func (db *DB) erasureMark(owner string) string {
	return hex.EncodeToString(db.vault.Hash("erased", owner))
}

// noted notes outside that the keys of owners are about to go. What is noted and then not done is made good at the next start.
func (t *tx) noted(x Erasure, owners []string) error {
	if t.db.erasures == nil || x.again {
		return nil
	}
	marks := make([]string, 0, len(owners))
	for _, owner := range owners {
		marks = append(marks, t.db.erasureMark(owner))
	}
	if err := t.db.erasures.Note(marks...); err != nil {
		return fmt.Errorf("note what is erased: %w", err)
	}
	return nil
}

// EraseAgain erases the owners whose marks are given, but for those that stay: in a database that was put back to before they were erased.
// It gives how many there were.
func (db *DB) EraseAgain(ctx context.Context, marks map[string]bool, at time.Time, stays func(retain.Record) retain.Why) (erased int, err error) {
	after := ""
	for {
		owners, err := all(ctx, db.reader, value[string], `SELECT owner FROM data_keys WHERE wrapped IS NOT NULL AND owner > $1 ORDER BY owner LIMIT $2`, after, page)
		if err != nil {
			return erased, fmt.Errorf("read data keys: %w", err)
		}
		var going []string
		for _, owner := range owners {
			after = owner
			if marks[db.erasureMark(owner)] {
				going = append(going, owner)
			}
		}
		done, err := db.Erase(ctx, Erasure{At: at, Via: "restore", Why: "restored", Stays: stays, again: true}, going...)
		if err != nil {
			return erased, err
		}
		for _, e := range done {
			if e.Stays == "" {
				erased++
			}
		}
		if len(owners) < page {
			return erased, nil
		}
	}
}
