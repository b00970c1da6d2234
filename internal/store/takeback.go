package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/retain"
)

// TakeBack has what somebody said of themselves be withdrawn by them, with the status that its kind has for that: the data key under which all is that
// they ever wrote in it is destroyed in the same transaction, so that the record keeps no word of it that anybody could read, and still verifies. That
// it was written, changed and taken back stays on record. Under a legal hold it is withdrawn all the same, shown to nobody, and goes when the hold is
// lifted. [ErrStale] says that it was changed since it was read.
func (db *DB) TakeBack(ctx context.Context, p Paper, status string, by By, at time.Time) error {
	var err error
	for range retries { // another erasure may come between
		err = db.recorded(ctx, by, at, func(t *tx) (done, error) {
			d := done{what: string(p.Kind) + "/" + p.ID, input: paperChange{p.Revision + 1, status, p.About}}
			return d, t.takeBack(p, status, by, at)
		})
		if !errors.Is(err, ErrConflict) || errors.Is(err, ErrStale) {
			break
		}
	}
	if err == nil {
		err = db.hearErasures(ctx)
	}
	if err != nil {
		return fmt.Errorf("take back %s %s: %w", p.Kind, p.ID, err)
	}
	return nil
}

func (t *tx) takeBack(p Paper, status string, by By, at time.Time) error {
	n, err := t.exec(`UPDATE papers SET status = $3, revision = revision + 1, changed_at = $4, over_at = $4 WHERE id = $1 AND revision = $2 AND kind = 'own_words'`,
		p.ID, p.Revision, status, instant(at))
	if err == nil && n == 0 {
		err = ErrStale
	}
	if err != nil {
		return err
	}
	owner, err := first(t.ctx, t.on, value[string], `SELECT key_owner FROM papers WHERE id = $1`, p.ID)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(owner, ownWords) { // of before it had a key of its own: its former words go with its author's details
		_, err := t.exec(`UPDATE papers SET body = NULL WHERE id = $1`, p.ID)
		return err
	}
	x := Erasure{At: at, By: by.Person, Via: by.Via, Why: "request", Stays: func(r retain.Record) retain.Why { return retain.Standard().Asked(r, at) }}
	_, err = t.erase(x, []string{owner})
	return err
}
