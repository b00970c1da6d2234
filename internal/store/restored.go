package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// restoredKey is the fact that a database was made of a backup and its record does not say so yet.
const restoredKey = "restored"

// restoredOf is what the record says of a backup that was put back.
type restoredOf struct {
	MadeAt time.Time `json:"made_at"`
	Number int64     `json:"number"` // of its last entry in the sealed chain
	Head   string    `json:"head"`
}

// noteRestored notes, with the rows themselves, what they were restored of: whatever is cut off after them, the record will say it.
func noteRestored(ctx context.Context, t *sql.Tx, m Manifest) error {
	of, err := json.Marshal(restoredOf{m.MadeAt, m.HeadNumber, m.Head})
	if err == nil {
		_, err = t.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, restoredKey, string(of))
	}
	return err
}

// RecordRestore puts on record that the database was made of a backup, where it was and the record does not say so yet: an entry of kind
// "restored" in the chain of erasures and holds. From it an audit knows that what was published after that backup has no entries here.
func (db *DB) RecordRestore(ctx context.Context, at time.Time) error {
	for range retries {
		of, err := db.Meta(ctx, restoredKey)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err == nil {
			err = db.write(ctx, func(t *tx) error { return t.recordRestore(of, at) })
		}
		if err == nil || !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return fmt.Errorf("record the restore: %w", ErrConflict)
}

func (t *tx) recordRestore(of string, at time.Time) error {
	l, err := t.link(retention)
	if err != nil {
		return err
	}
	if n, err := t.exec(`DELETE FROM meta WHERE key = $1`, restoredKey); err != nil || n == 0 {
		return err // another node was first
	}
	return t.record(l, []Entry{{ID: "restored/" + at.UTC().Format(time.RFC3339Nano), At: at, RecordedAt: at, Kind: "restored", By: "command line", Via: "command",
		Input: []byte(of), Events: []byte(`[{"what":"restored"}]`)}})
}

// Lost is what is not in the record as an older backup was put back: entries that checkpoints have.
type Lost struct {
	First, Last int64     // their numbers in the sealed chain, as far as checkpoints tell
	MadeAt      time.Time // of the backup
	RestoredAt  time.Time
	Checkpoints int // how many have them
}

// restores gives the restores on record, the oldest first.
func (db *DB) restores(ctx context.Context) ([]Lost, error) {
	return all(ctx, db.reader, func(s scanner) (l Lost, err error) {
		var input []byte
		if err := s.Scan(&input, at{&l.RestoredAt}); err != nil {
			return l, err
		}
		var of restoredOf
		if err := json.Unmarshal(input, &of); err != nil {
			return l, fmt.Errorf("read what was restored: %w", err)
		}
		l.First, l.MadeAt = of.Number+1, of.MadeAt
		return l, nil
	}, `SELECT input, recorded_at FROM entries WHERE worker = $1 AND kind = 'restored' ORDER BY seq`, retention)
}

// lostWith says whether a restore accounts for what was published and is not here: it was published between the backup and the restore.
func (v *audit) lostWith(p Published) bool {
	for i := range v.restores {
		r := &v.restores[i]
		if p.N >= r.First && !p.At.After(r.RestoredAt) {
			r.Last, r.Checkpoints = max(r.Last, p.N), r.Checkpoints+1
			return true
		}
	}
	return false
}

// lost gives the restores that cost something that was published.
func (v *audit) lost() (list []Lost) {
	for _, r := range v.restores {
		if r.Checkpoints > 0 {
			list = append(list, r)
		}
	}
	return list
}

// byHand is what an auditor asks next.
const byHand = "; if an older copy of the database was put back by hand, not by allclear restore, then what happened since that copy is gone"
