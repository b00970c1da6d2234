package store

import (
	"context"
	"fmt"
)

// Place is how far the record and the organisation have come. What was read at a place is still so while the place is the same.
type Place struct {
	Entries int64 // of the record, what waits for its seal included: every commit of a watch adds one
	Sealed  int64 // of these
	Epoch   int64 // moves with teams, people and shifts
}

// Reaches says that all that there was at another place was there at this one too.
func (p Place) Reaches(other Place) bool { return p.Entries >= other.Entries && p.Epoch >= other.Epoch }

// Place says how far the database has come, by one statement: its parts belong together.
func (db *DB) Place(ctx context.Context) (Place, error) {
	p, err := first(ctx, db.reader, func(s scanner) (p Place, err error) {
		err = s.Scan(&p.Sealed, &p.Entries, &p.Epoch)
		p.Entries += p.Sealed
		return p, err
	}, `SELECT n, (SELECT count(*) FROM entries WHERE n IS NULL), (SELECT n FROM epochs WHERE id = 1) FROM chain WHERE id = 1`)
	if err != nil {
		return Place{}, fmt.Errorf("read how far the record has come: %w", err)
	}
	return p, nil
}
