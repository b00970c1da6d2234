package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"
)

// Erasures keeps, outside the database, marks of the owners whose data keys were deleted, so that no backup brings their words back.
type Erasures interface {
	// Note keeps a mark durably. A mark says nothing of its owner to whoever lacks the master key.
	Note(mark string) error
}

// erasureMark is what is kept of an owner outside.
func (db *DB) erasureMark(owner string) string {
	return hex.EncodeToString(db.vault.Hash("erased", owner))
}

// EraseAgain deletes the data keys of the owners whose marks are given: in a database that was put back to before they were erased. It gives
// how many there were.
func (db *DB) EraseAgain(ctx context.Context, marks map[string]bool, at time.Time) (erased int, err error) {
	after := ""
	for {
		owners, err := all(ctx, db.reader, value[string], `SELECT owner FROM data_keys WHERE wrapped IS NOT NULL AND owner > $1 ORDER BY owner LIMIT $2`, after, page)
		if err != nil {
			return erased, fmt.Errorf("read data keys: %w", err)
		}
		for _, owner := range owners {
			after = owner
			if !marks[db.erasureMark(owner)] {
				continue
			}
			if err := db.deleteKey(ctx, owner, at); err != nil {
				return erased, err
			}
			erased++
		}
		if len(owners) < page {
			return erased, nil
		}
	}
}
