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

// mostPosts is how many incidents one look takes to send.
const mostPosts = 100

// PostsDue gives the incidents that the organisation's portal does not have as they are now, and whose time to be sent has come, the one changed
// first before the others. What was erased is not sent.
// One whose words cannot be opened is left out.
func (db *DB) PostsDue(ctx context.Context, at time.Time) ([]Paper, error) {
	rows, err := all(ctx, db.reader, scanPaper, `SELECT `+paperColumns+` FROM papers WHERE kind = 'incident' AND body IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM incident_posts x WHERE x.incident = papers.id AND (x.revision >= papers.revision OR x.next_at > $1))
		ORDER BY changed_at, id LIMIT $2`, instant(at), mostPosts)
	papers := make([]Paper, 0, len(rows))
	for _, s := range rows {
		if p, unread := db.openPaper(ctx, s); unread == nil {
			papers = append(papers, p)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("list incidents to send: %w", err)
	}
	return papers, nil
}

// Posted notes that a revision of an incident was taken; the zero time for next. Where it was not, next is when to try again.
func (db *DB) Posted(ctx context.Context, incident string, revision int, next time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		if next.IsZero() {
			_, err := t.exec(`INSERT INTO incident_posts (incident, revision, fails, next_at) VALUES ($1, $2, 0, 0)
				ON CONFLICT (incident) DO UPDATE SET revision = excluded.revision, fails = 0, next_at = 0`, incident, revision)
			return err
		}
		_, err := t.exec(`INSERT INTO incident_posts (incident, revision, fails, next_at) VALUES ($1, 0, 1, $2)
			ON CONFLICT (incident) DO UPDATE SET fails = incident_posts.fails + 1, next_at = excluded.next_at`, incident, instant(next))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that incident %s was sent: %w", incident, err)
	}
	return nil
}

// PostFails gives how often in a row an incident could not be sent.
func (db *DB) PostFails(ctx context.Context, incident string) (int, error) {
	list, err := all(ctx, db.reader, value[int], `SELECT fails FROM incident_posts WHERE incident = $1`, incident)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0], nil
}

// PostsWaiting gives how many incidents were tried and not taken, and since when the oldest of them has waited.
func (db *DB) PostsWaiting(ctx context.Context) (n int, since time.Time, err error) {
	waiting, err := all(ctx, db.reader, func(s scanner) (changed time.Time, err error) { return changed, s.Scan(at{&changed}) },
		`SELECT p.changed_at FROM papers p JOIN incident_posts x ON x.incident = p.id WHERE x.fails > 0 AND x.revision < p.revision ORDER BY p.changed_at`)
	if err != nil {
		return 0, since, fmt.Errorf("count incidents not sent: %w", err)
	}
	if len(waiting) > 0 {
		since = waiting[0]
	}
	return len(waiting), since, nil
}
