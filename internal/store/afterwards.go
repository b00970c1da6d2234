package store

import (
	"context"
	"fmt"
	"time"
)

// AlarmsClosed gives the alarms that were closed since an instant, the earliest first.
func (db *DB) AlarmsClosed(ctx context.Context, since time.Time) ([]Alarm, error) {
	alarms, err := all(ctx, db.reader, scanAlarm, `SELECT worker, status, alarm FROM alarms WHERE closed_at >= $1 ORDER BY closed_at, id`, instant(since))
	if err != nil {
		return nil, fmt.Errorf("list closed alarms: %w", err)
	}
	return alarms, nil
}

// AlarmsOpenOf says by worker that an alarm is open.
func (db *DB) AlarmsOpenOf(ctx context.Context) (map[string]bool, error) {
	workers, err := all(ctx, db.reader, value[string], `SELECT worker FROM alarms WHERE status = 'open'`)
	if err != nil {
		return nil, fmt.Errorf("list who has an open alarm: %w", err)
	}
	open := make(map[string]bool, len(workers))
	for _, w := range workers {
		open[w] = true
	}
	return open, nil
}
