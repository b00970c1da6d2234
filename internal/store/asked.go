package store

import (
	"context"
	"fmt"
	"time"
)

// asked are the texts that were asked back. It stands in the statement itself, as its index is of them alone.
const asked = `kind = 'text' AND events LIKE '%"asked_back"%'`

// AskedFilter says which of the texts that were asked back to give.
type AskedFilter struct {
	Teams    []string  // about visits of these, or about none and of their people; none gives nothing
	Not      string    // none of this worker's
	From, To time.Time // sent from one instant until before another; zero: no bound
	Before   string    // the entry that the list goes on after; "" begins it
	Limit    int
}

// AskedBack gives texts that may have been asked back, the newest first, with their words: their events say whether they were, in
// truth or only as the worker is shown it.
func (db *DB) AskedBack(ctx context.Context, f AskedFilter) ([]Entry, error) {
	if len(f.Teams) == 0 {
		return nil, nil
	}
	to := int64(1<<63 - 1)
	if !f.To.IsZero() {
		to = instant(f.To)
	}
	args := []any{instant(f.From), to, f.Not, f.Limit}
	query := `SELECT ` + entryColumns + ` FROM entries WHERE ` + asked + ` AND at >= $1 AND at < $2 AND worker <> $3`
	if f.Before != "" {
		last, err := first(ctx, db.reader, value[int64], `SELECT at FROM entries WHERE id = $1`, f.Before)
		if err != nil {
			return nil, fmt.Errorf("find where the list of texts goes on: %w", err)
		}
		query += ` AND (at, id) < ($5, $6)`
		args = append(args, last, f.Before)
	}
	teams := places(f.Teams, &args)
	query += ` AND (EXISTS (SELECT 1 FROM visits v WHERE v.id = entries.visit AND v.team IN (` + teams + `)) OR visit = '' AND EXISTS (SELECT 1 FROM people p WHERE p.id = entries.worker AND p.team IN (` + teams + `)))
		ORDER BY at DESC, id DESC LIMIT $4`
	rows, err := all(ctx, db.reader, scanEntry, query, args...)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("list texts that were asked back: %w", err)
}

// Entry gives an entry of the record.
func (db *DB) Entry(ctx context.Context, id string) (Entry, error) {
	row, err := first(ctx, db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries WHERE id = $1`, id)
	if err != nil {
		return Entry{}, fmt.Errorf("read entry: %w", err)
	}
	return db.openEntry(ctx, row)
}

// Labels gives what was said of texts that were asked back: of one worker's, or of everybody's for "", in the order in which it was said
// of each worker.
func (db *DB) Labels(ctx context.Context, worker string) ([]Entry, error) {
	query, args := `SELECT `+entryColumns+` FROM entries WHERE kind = 'label'`, []any(nil)
	if worker != "" {
		query, args = query+` AND worker = $1`, append(args, worker)
	}
	rows, err := all(ctx, db.reader, scanEntry, query+` ORDER BY worker, seq`, args...)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("read labels of texts: %w", err)
}
