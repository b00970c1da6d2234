package store

import (
	"context"
	"fmt"
	"time"
)

// mostPosts is how many incidents one look takes to send.
const mostPosts = 100

// PostsDue gives the ids of the incidents that the organisation's portal does not have as they are now, and whose time to be sent has come, the one
// changed first before the others. What was erased is not sent.
func (db *DB) PostsDue(ctx context.Context, at time.Time) ([]string, error) {
	ids, err := all(ctx, db.reader, value[string], `SELECT id FROM papers WHERE kind = 'incident' AND body IS NOT NULL
		AND NOT EXISTS (SELECT 1 FROM incident_posts x WHERE x.incident = papers.id AND (x.revision >= papers.revision OR x.next_at > $1))
		ORDER BY changed_at, id LIMIT $2`, instant(at), mostPosts)
	if err != nil {
		return nil, fmt.Errorf("list incidents to send: %w", err)
	}
	return ids, nil
}

// Post is an incident that one node has taken to send, as it was when it was taken. Until Ends no other node takes it.
type Post struct {
	Incident string
	Paper    Paper
	Fails    int // how often in a row it was not taken before
	Ends     time.Time
}

// ClaimPost takes an incident to send until an instant. It is for nobody, with mine false, where it is not due or another node has it. The claim is
// the row's own: however long the incidents before it took, it covers all that is done under it. With an error and mine true it was taken, and cannot
// be read.
func (db *DB) ClaimPost(ctx context.Context, incident string, at, ends time.Time) (p Post, mine bool, err error) {
	err = db.write(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO incident_posts (incident, revision, fails, next_at)
			SELECT id, 0, 0, $2 FROM papers WHERE id = $1 AND kind = 'incident' AND body IS NOT NULL
			ON CONFLICT (incident) DO UPDATE SET next_at = excluded.next_at
			WHERE incident_posts.next_at <= $3 AND incident_posts.revision < (SELECT revision FROM papers WHERE id = $1)`, incident, instant(ends), instant(at))
		mine = n == 1
		return err
	})
	p.Incident, p.Ends = incident, ends
	if err == nil && mine {
		if p.Fails, err = first(ctx, db.reader, value[int], `SELECT fails FROM incident_posts WHERE incident = $1`, incident); err == nil {
			p.Paper, err = db.Paper(ctx, IncidentPaper, incident)
		}
	}
	if err != nil {
		return p, mine, fmt.Errorf("take incident %s to send: %w", incident, err)
	}
	return p, mine, nil
}

// Posted notes that what was claimed was taken by the portal. Of one whose claim ended before, only that is noted which the portal did not have: a
// revision never goes back, and the claim of another node stands.
func (db *DB) Posted(ctx context.Context, p Post) error {
	return db.notePost(ctx, p, `UPDATE incident_posts SET revision = $2, fails = 0, next_at = CASE WHEN next_at = $3 THEN 0 ELSE next_at END
		WHERE incident = $1 AND revision <= $2`, p.Paper.Revision, instant(p.Ends))
}

// NotPosted notes that the portal did not take what was claimed, and when it is tried again. Of one whose claim ended before, nothing is noted.
func (db *DB) NotPosted(ctx context.Context, p Post, next time.Time) error {
	return db.notePost(ctx, p, `UPDATE incident_posts SET fails = fails + 1, next_at = $2 WHERE incident = $1 AND next_at = $3`, instant(next), instant(p.Ends))
}

func (db *DB) notePost(ctx context.Context, p Post, query string, args ...any) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(query, append([]any{p.Incident}, args...)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("note how sending incident %s went: %w", p.Incident, err)
	}
	return nil
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
