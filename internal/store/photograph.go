package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func photographPlace(person string) string { return "person/" + person + "/photograph" }

// PutPhotograph keeps someone's photograph, sealed, in place of any other; nil takes it away. On record as ChangePerson has a change.
// ErrErased for one whose details are gone.
func (db *DB) PutPhotograph(ctx context.Context, person string, picture []byte, by By, now time.Time) error {
	err := db.change(ctx, by, now, func(t *tx) (what string, c changed, err error) {
		var n int64
		if picture == nil {
			n, err = t.exec(`DELETE FROM photographs WHERE person = $1`, person)
		} else {
			var sealed []byte
			if sealed, err = t.seal("person/"+person, photographPlace(person), picture, now); err == nil {
				n, err = t.exec(`INSERT INTO photographs (person, picture, put_at) VALUES ($1, $2, $3)
					ON CONFLICT (person) DO UPDATE SET picture = excluded.picture, put_at = excluded.put_at`, person, sealed, instant(now))
			}
		}
		if n > 0 {
			c.Changed = []string{"photograph"}
		}
		return "person/" + person, c, err
	})
	if err != nil {
		return fmt.Errorf("keep photograph of %s: %w", person, err)
	}
	return nil
}

// Photograph gives someone's photograph; nil where there is none.
func (db *DB) Photograph(ctx context.Context, person string) ([]byte, error) {
	sealed, err := first(ctx, db.reader, value[[]byte], `SELECT picture FROM photographs WHERE person = $1`, person)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err == nil {
		var picture []byte
		if picture, err = db.open(ctx, db.reader, "person/"+person, photographPlace(person), sealed); err == nil {
			return picture, nil
		}
	}
	return nil, fmt.Errorf("read photograph of %s: %w", person, err)
}

// HasPhotograph says whether there is one of someone, and since when, without opening it.
func (db *DB) HasPhotograph(ctx context.Context, person string) (since time.Time, err error) {
	since, err = first(ctx, db.reader, func(s scanner) (since time.Time, err error) { return since, s.Scan(at{&since}) }, `SELECT put_at FROM photographs WHERE person = $1`, person)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("look for photograph of %s: %w", person, err)
	}
	return since, nil
}
