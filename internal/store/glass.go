package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
)

// Glass is a private visit that someone whose it is not sees for a while, and why (rule 1.4). It is kept in the record alone.
type Glass struct {
	ID, Visit, Person string
	Why               private.Text
	BrokenAt, UntilAt time.Time
}

// glassInput is what the record says of a glass in clear.
type glassInput struct {
	Until time.Time `json:"until"`
}

// BreakGlass records that someone breaks the glass of a visit: an entry of kind "glass" in the chain of their looks, the visit
// in Visit as "visit/ID", the reason sealed. One with the same id is the same one.
func (db *DB) BreakGlass(ctx context.Context, g Glass, via string) error {
	input, err := json.Marshal(glassInput{g.UntilAt.UTC()})
	if err == nil {
		err = db.recordLooks(ctx, g.Person, []Entry{{ID: g.ID, At: g.BrokenAt, RecordedAt: g.BrokenAt, Kind: "glass", By: g.Person, Via: via,
			Visit: "visit/" + g.Visit, Input: input, Events: []byte("[]"), Words: g.Why, Owner: "person/" + g.Person}})
	}
	if err != nil && !errors.Is(err, ErrSeen) {
		return fmt.Errorf("record broken glass of visit %s: %w", g.Visit, err)
	}
	return nil
}

// EndGlass records that someone closes the visit whose glass they broke, before it ends by itself.
func (db *DB) EndGlass(ctx context.Context, visit, person, via string, at time.Time) error {
	g, err := db.Glass(ctx, visit, person, at)
	if errors.Is(err, ErrNotFound) {
		return nil // it is over already
	}
	if err == nil {
		err = db.recordLooks(ctx, person, []Entry{{ID: g.ID + "/end", At: at, RecordedAt: at, Kind: "glass-end", By: person, Via: via,
			Visit: "visit/" + visit, Input: []byte("{}"), Events: []byte("[]"), Owner: "person/" + person}})
	}
	if err != nil && !errors.Is(err, ErrSeen) {
		return fmt.Errorf("record end of broken glass of visit %s: %w", visit, err)
	}
	return nil
}

// Glass gives the glass of a visit that someone broke and that is not over at an instant; ErrNotFound for none.
func (db *DB) Glass(ctx context.Context, visit, person string, at time.Time) (Glass, error) {
	c, err := first(ctx, db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries
		WHERE worker = $1 AND visit = $2 AND kind IN ('glass', 'glass-end') ORDER BY seq DESC LIMIT 1`, looks+person, "visit/"+visit)
	if err == nil && c.Kind != "glass" {
		err = ErrNotFound
	}
	var until glassInput
	if err == nil {
		err = json.Unmarshal(c.Input, &until)
	}
	if err == nil && !at.Before(until.Until) {
		err = ErrNotFound
	}
	var e Entry
	if err == nil {
		e, err = db.openEntry(ctx, c)
	}
	if err != nil {
		return Glass{}, fmt.Errorf("look for broken glass of visit %s: %w", visit, err)
	}
	return Glass{ID: e.ID, Visit: visit, Person: person, Why: e.Words, BrokenAt: e.At, UntilAt: until.Until}, nil
}

// looksAt finds the looks of others at what is a worker's: their details, their private visits, the alarms and incidents about them, and what they wrote
// or talked over.
const looksAt = `SELECT ` + entryColumns + ` FROM (
		SELECT 'person/' || CAST($1 AS TEXT) AS object
		UNION ALL SELECT 'visit/' || id FROM visits WHERE worker = $1 AND private
		UNION ALL SELECT 'alarm/' || id FROM alarms WHERE worker = $1
		UNION ALL SELECT 'handover/' || id FROM alarms WHERE worker = $1
		UNION ALL SELECT kind || '/' || id FROM papers WHERE person = $1 AND kind IN ('risk', 'own_words', 'debrief', 'incident')
	) AS theirs JOIN entries ON entries.visit = theirs.object
	WHERE kind IN ('look', 'glass') AND at >= $2 AND at < $3 AND by_whom <> $1 ORDER BY at DESC, entries.id LIMIT $4`

// LooksAt gives the looks of others at what is a worker's, at their details, their private visits, the alarms and incidents about them, what they wrote
// and talked over, and the glasses broken, from from until before to, at most limit, the newest first. A zero instant is no bound.
func (db *DB) LooksAt(ctx context.Context, worker string, from, to time.Time, limit int) ([]Entry, error) {
	last := int64(1<<63 - 1)
	if !to.IsZero() {
		last = instant(to)
	}
	rows, err := all(ctx, db.reader, scanEntry, looksAt, worker, instant(from), last, limit)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("read who looked at what is worker %s's: %w", worker, err)
}
