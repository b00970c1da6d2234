package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/allclear-safety/allclear/internal/watch"
)

// Alarm is an alarm, open or closed.
type Alarm struct {
	watch.Alarm
	Worker string
	Status string // "open" or "closed"
}

// The statuses of an alarm.
const (
	AlarmOpen   = "open"
	AlarmClosed = "closed"
)

func (t *tx) putAlarm(a Alarm) error {
	raw, err := json.Marshal(a.Alarm)
	if err != nil {
		return err
	}
	status := a.Status
	if status == "" {
		status = AlarmOpen
		if !a.ClosedAt.IsZero() {
			status = AlarmClosed
		}
	}
	_, err = t.exec(`INSERT INTO alarms (id, worker, status, kind, opened_at, closed_at, alarm) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, kind = excluded.kind, closed_at = excluded.closed_at, alarm = excluded.alarm`,
		a.ID, a.Worker, status, string(a.Kind), instant(a.OpenedAt), maybe(a.ClosedAt), string(raw))
	return err
}

func scanAlarm(s scanner) (a Alarm, err error) {
	var raw string
	if err := s.Scan(&a.Worker, &a.Status, &raw); err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(raw), &a.Alarm)
}

// Alarm gives an alarm by its id.
func (db *DB) Alarm(ctx context.Context, id string) (Alarm, error) {
	a, err := first(ctx, db.reader, scanAlarm, `SELECT worker, status, alarm FROM alarms WHERE id = $1`, id)
	if err != nil {
		return a, fmt.Errorf("read alarm %s: %w", id, err)
	}
	return a, nil
}

// Alarms gives the alarms of a status ("open", "closed", "" for all), the newest first, at most limit; 0 for all.
func (db *DB) Alarms(ctx context.Context, status string, limit int) ([]Alarm, error) {
	if limit <= 0 {
		limit = 1 << 30
	}
	query, args := `SELECT worker, status, alarm FROM alarms ORDER BY opened_at DESC, id LIMIT $1`, []any{limit}
	if status != "" {
		query, args = `SELECT worker, status, alarm FROM alarms WHERE status = $2 ORDER BY opened_at DESC, id LIMIT $1`, []any{limit, status}
	}
	alarms, err := all(ctx, db.reader, scanAlarm, query, args...)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	return alarms, nil
}
