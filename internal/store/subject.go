package store

import (
	"context"
	"fmt"
)

// What is asked for when a person asks what there is about them. Each walks over the record or the messages: it is asked for rarely.

// EveryLookAt gives the looks of others at a person's details, their visits, the alarms about them and what LooksAt has of papers, and the glasses broken, with their reasons, in order of time.
func (db *DB) EveryLookAt(ctx context.Context, person string) ([]Entry, error) {
	return db.entriesAbout(ctx, person, `kind IN ('look', 'glass') AND by_whom <> $1 AND (visit = 'person/' || CAST($1 AS text)
		OR visit IN (SELECT 'visit/' || v.id FROM visits v WHERE v.worker = $1)
		OR visit IN (SELECT kind || '/' || p.id FROM papers p WHERE p.person = $1 AND p.kind IN ('risk', 'own_words', 'debrief', 'incident'))
		OR visit IN (SELECT 'alarm/' || a.id FROM alarms a WHERE a.worker = $1 UNION SELECT 'handover/' || a.id FROM alarms a WHERE a.worker = $1))`)
}

// DoneBy gives what a person did that is on record of others, in order of time.
func (db *DB) DoneBy(ctx context.Context, person string) ([]Entry, error) {
	return db.entriesAbout(ctx, person, `by_whom = $1 AND worker <> $1`)
}

func (db *DB) entriesAbout(ctx context.Context, person, where string) ([]Entry, error) {
	rows, err := all(ctx, db.reader, scanEntry, `SELECT `+entryColumns+` FROM entries WHERE `+where+` ORDER BY at, id`, person)
	if err == nil {
		return db.openEntries(ctx, rows)
	}
	return nil, fmt.Errorf("look for what is on record about %s: %w", person, err)
}

// AlarmsOf gives the alarms about a worker, the oldest first.
func (db *DB) AlarmsOf(ctx context.Context, worker string) ([]Alarm, error) {
	alarms, err := all(ctx, db.reader, scanAlarm, `SELECT worker, status, alarm FROM alarms WHERE worker = $1 ORDER BY opened_at, id`, worker)
	if err != nil {
		return nil, fmt.Errorf("list alarms about %s: %w", worker, err)
	}
	return alarms, nil
}

// SentTo gives the messages that were made for a person, in order of time.
func (db *DB) SentTo(ctx context.Context, person string) ([]Message, error) {
	rows, err := all(ctx, db.reader, scanMessage, `SELECT `+messageColumns+` FROM outbox WHERE person = $1 ORDER BY created_at, id`, person)
	messages := make([]Message, 0, len(rows))
	for _, s := range rows {
		if err != nil {
			break
		}
		var m Message
		m, err = db.openMessage(ctx, s)
		messages = append(messages, m)
	}
	if err != nil {
		return nil, fmt.Errorf("list messages to %s: %w", person, err)
	}
	return messages, nil
}
