package store

import (
	"context"
	"fmt"
	"time"
)

// TeamEvent is what was written of a visit into a team's shared calendar.
type TeamEvent struct {
	Visit, Calendar string
	Print           []byte // of what it says, see [DB.InvitePrint]; empty while it is being written
	EndsAt          time.Time
}

func scanTeamEvent(s scanner) (e TeamEvent, err error) {
	return e, s.Scan(&e.Visit, &e.Calendar, &e.Print, at{&e.EndsAt})
}

// TeamEvents gives what was written into a calendar, by visit.
func (db *DB) TeamEvents(ctx context.Context, calendar string) (map[string]TeamEvent, error) {
	list, err := all(ctx, db.reader, scanTeamEvent, `SELECT visit, calendar, print, ends_at FROM team_events WHERE calendar = $1`, calendar)
	if err != nil {
		return nil, fmt.Errorf("list what was written into a team's calendar: %w", err)
	}
	by := map[string]TeamEvent{}
	for _, e := range list {
		by[e.Visit] = e
	}
	return by, nil
}

// PutTeamEvent keeps what is, or is about to be, written.
func (db *DB) PutTeamEvent(ctx context.Context, e TeamEvent) error {
	if e.Print == nil {
		e.Print = []byte{}
	}
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO team_events (visit, calendar, print, ends_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (visit, calendar) DO UPDATE SET print = excluded.print, ends_at = excluded.ends_at`, e.Visit, e.Calendar, e.Print, instant(e.EndsAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep what is in a team's calendar of visit %s: %w", e.Visit, err)
	}
	return nil
}

// DropTeamEvent forgets it: it was taken out of the calendar, or is history there.
func (db *DB) DropTeamEvent(ctx context.Context, visit, calendar string) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM team_events WHERE visit = $1 AND calendar = $2`, visit, calendar)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was in a team's calendar of visit %s: %w", visit, err)
	}
	return nil
}

// TeamEventsOf gives what was written of a visit into calendars and is not over at an instant.
func (db *DB) TeamEventsOf(ctx context.Context, visit string, at time.Time) ([]TeamEvent, error) {
	list, err := all(ctx, db.reader, scanTeamEvent, `SELECT visit, calendar, print, ends_at FROM team_events WHERE visit = $1 AND ends_at > $2 ORDER BY calendar`, visit, instant(at))
	if err != nil {
		return nil, fmt.Errorf("list what was written of visit %s into teams' calendars: %w", visit, err)
	}
	return list, nil
}

// ForgetTeamEvents forgets what was over before an instant: it is history in its calendar, also where nothing is written into that any more.
func (db *DB) ForgetTeamEvents(ctx context.Context, before time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`DELETE FROM team_events WHERE ends_at < $1`, instant(before))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what is over in teams' calendars: %w", err)
	}
	return nil
}
