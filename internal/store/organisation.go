package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// What the organisation says for everybody here, by its name.
const (
	TextSupport = "support"  // whom people can turn to, as [Support] in JSON
	TextHRSteps = "hr_steps" // how people change their next of kin in the HR system
)

// OrganisationText gives what the organisation says under a name; "" where nobody has written it yet.
func (db *DB) OrganisationText(ctx context.Context, name string) (string, error) {
	words, err := first(ctx, db.reader, value[string], `SELECT words FROM organisation_texts WHERE name = $1`, name)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the organisation's text %s: %w", name, err)
	}
	return words, nil
}

// PutOrganisationText keeps what the organisation says under a name. It goes on record, an entry of kind "organisation" in the chain of the looks
// of who did it, with the whole of what it says now.
func (db *DB) PutOrganisationText(ctx context.Context, name, words string, by By, at time.Time) error {
	err := db.recorded(ctx, by, at, func(t *tx) (done, error) {
		_, err := t.exec(`INSERT INTO organisation_texts (name, words, changed_by, changed_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name) DO UPDATE SET words = excluded.words, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
			name, words, by.Person, instant(at))
		return done{what: "organisation/" + name, input: map[string]string{"words": words}}, err
	})
	if err != nil {
		return fmt.Errorf("keep the organisation's text %s: %w", name, err)
	}
	return nil
}

// Support is a group, a person or a service that people can turn to.
type Support struct {
	Name  string `json:"name"`
	For   string `json:"for,omitempty"`   // what it is there for
	Reach string `json:"reach,omitempty"` // how to reach it; "" where that is not known yet
}

// Supports gives whom people can turn to, in the organisation's order; known is false where nobody has listed them yet.
func (db *DB) Supports(ctx context.Context) (list []Support, known bool, err error) {
	raw, err := db.OrganisationText(ctx, TextSupport)
	if err != nil || raw == "" {
		return nil, false, err
	}
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return nil, false, fmt.Errorf("read whom people can turn to: %w", err)
	}
	return list, true, nil
}

// PutSupports keeps whom people can turn to.
func (db *DB) PutSupports(ctx context.Context, list []Support, by By, at time.Time) error {
	raw, err := json.Marshal(append([]Support{}, list...))
	if err != nil {
		return err
	}
	return db.PutOrganisationText(ctx, TextSupport, string(raw), by, at)
}

// Prompted is when a manager last took up the prompts of a 1:1 with somebody.
type Prompted struct {
	Person, By string
	At         time.Time
}

// Prompts gives when the prompts were last taken up, by person.
func (db *DB) Prompts(ctx context.Context) (map[string]Prompted, error) {
	rows, err := all(ctx, db.reader, func(s scanner) (p Prompted, err error) { return p, s.Scan(&p.Person, &p.By, at{&p.At}) },
		`SELECT person, done_by, done_at FROM prompts ORDER BY person`)
	if err != nil {
		return nil, fmt.Errorf("list prompts: %w", err)
	}
	by := make(map[string]Prompted, len(rows))
	for _, p := range rows {
		by[p.Person] = p
	}
	return by, nil
}

// PutPrompted notes that a manager took up the prompts with somebody. It goes on record as an entry of kind "prompt": that they did, and no
// word.
func (db *DB) PutPrompted(ctx context.Context, person string, by By, at time.Time) error {
	err := db.recorded(ctx, by, at, func(t *tx) (done, error) {
		_, err := t.exec(`INSERT INTO prompts (person, done_by, done_at) VALUES ($1, $2, $3)
			ON CONFLICT (person) DO UPDATE SET done_by = excluded.done_by, done_at = excluded.done_at`, person, by.Person, instant(at))
		return done{what: "prompt/" + person, input: struct{}{}}, err
	})
	if err != nil {
		return fmt.Errorf("note prompts with %s: %w", person, err)
	}
	return nil
}
