package store

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
)

// SharedCalendar is what is known of whether somebody's office calendar is shared with their team, with its details (the plan's section 1).
type SharedCalendar struct {
	Person, Team string
	SinceAt      time.Time // since when they are in the team
	Shared       bool      // as was last said; false where nobody said anything
	SaidAt       time.Time // zero for never
	SaidBy       string    // they themselves, or their manager
	UnseenAt     time.Time // when a colleague could not see it, since; zero for none
	UnseenBy     string
	AskAt        time.Time // when they are to be told of that; zero for not, or not again
}

// Asks says that it is to be asked whether the calendar is shared: it never was said, it is not yet, a colleague could not see it since, or something
// happened since, as somebody joining the team, after which it is asked again.
func (c SharedCalendar) Asks(since time.Time) bool {
	return !c.Shared || !c.UnseenAt.IsZero() || c.SaidAt.Before(since)
}

const calendarColumns = `person, team, since_at, shared, said_at, said_by, unseen_at, unseen_by, ask_at`

func scanSharedCalendar(s scanner) (c SharedCalendar, err error) {
	err = s.Scan(&c.Person, &c.Team, at{&c.SinceAt}, &c.Shared, at{&c.SaidAt}, words{&c.SaidBy}, at{&c.UnseenAt}, words{&c.UnseenBy}, at{&c.AskAt})
	return c, err
}

// SharedCalendar gives what is known of somebody's; ErrNotFound for nobody who is here.
func (db *DB) SharedCalendar(ctx context.Context, person string) (SharedCalendar, error) {
	c, err := first(ctx, db.reader, scanSharedCalendar, `SELECT `+calendarColumns+` FROM shared_calendars WHERE person = $1`, person)
	if err != nil {
		return c, fmt.Errorf("read whether %s shares their calendar: %w", person, err)
	}
	return c, nil
}

// SharedCalendars gives what is known of those in a team, by their ids.
func (db *DB) SharedCalendars(ctx context.Context, team string) (map[string]SharedCalendar, error) {
	list, err := all(ctx, db.reader, scanSharedCalendar, `SELECT `+calendarColumns+` FROM shared_calendars WHERE team = $1`, team)
	if err != nil {
		return nil, fmt.Errorf("list whose calendars team %s shares: %w", team, err)
	}
	by := map[string]SharedCalendar{}
	for _, c := range list {
		by[c.Person] = c
	}
	return by, nil
}

// SayShared keeps that somebody's calendar is shared with their team, or is not yet. It goes on record as an entry of kind "calendar", the person in
// Visit as "calendar/ID". ErrNotFound for one who is not in the team.
func (db *DB) SayShared(ctx context.Context, person, team string, shared bool, by By, now time.Time) error {
	err := db.recorded(ctx, by, now, func(t *tx) (done, error) {
		n, err := t.exec(`UPDATE shared_calendars SET shared = $3, said_at = $4, said_by = $5, unseen_at = NULL, unseen_by = NULL, ask_at = NULL
			WHERE person = $1 AND team = $2`, person, team, shared, instant(now), text(by.Person))
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return done{what: "calendar/" + person, input: map[string]bool{"shared": shared}}, err
	})
	if err != nil {
		return fmt.Errorf("keep whether %s shares their calendar: %w", person, err)
	}
	return nil
}

// SayUnseen keeps that a colleague cannot see the details of somebody's calendar, on record as SayShared. Until something is said of it, one who says so
// again changes nothing: whose it is is told once.
func (db *DB) SayUnseen(ctx context.Context, person, team string, by By, now time.Time) error {
	err := db.recorded(ctx, by, now, func(t *tx) (d done, err error) {
		n, err := t.exec(`UPDATE shared_calendars SET unseen_at = $3, unseen_by = $4, ask_at = $3 WHERE person = $1 AND team = $2 AND unseen_at IS NULL`,
			person, team, instant(now), text(by.Person))
		if err != nil || n > 0 {
			return done{what: "calendar/" + person, input: map[string]bool{"unseen": true}}, err
		}
		_, err = first(t.ctx, t.on, value[string], `SELECT person FROM shared_calendars WHERE person = $1 AND team = $2`, person, team)
		return d, err
	})
	if err != nil {
		return fmt.Errorf("keep that the calendar of %s is not seen: %w", person, err)
	}
	return nil
}

// ToAskOfCalendars gives those who are by now to be told that a colleague cannot see their calendar, who waits longest first, at most limit.
func (db *DB) ToAskOfCalendars(ctx context.Context, now time.Time, limit int) ([]SharedCalendar, error) {
	list, err := all(ctx, db.reader, scanSharedCalendar, `SELECT `+calendarColumns+` FROM shared_calendars WHERE ask_at IS NOT NULL AND ask_at <= $1
		ORDER BY ask_at, person LIMIT $2`, instant(now), limit)
	if err != nil {
		return nil, fmt.Errorf("look for whose calendar is not seen: %w", err)
	}
	return list, nil
}

// AskOfCalendar keeps when somebody is told next that their calendar is not seen, zero for not again, where nothing was said since c was read.
func (db *DB) AskOfCalendar(ctx context.Context, c SharedCalendar, next time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.exec(`UPDATE shared_calendars SET ask_at = $2 WHERE person = $1 AND ask_at = $3`, c.Person, maybe(next), instant(c.AskAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("note that %s was told of their calendar: %w", c.Person, err)
	}
	return nil
}

// keepCalendar begins to know whether somebody shares their calendar: anew for who goes into another team, and for who comes back.
func (t *tx) keepCalendar(p buddy.Person, now time.Time) error {
	if !p.Active {
		_, err := t.exec(`DELETE FROM shared_calendars WHERE person = $1`, p.ID)
		return err
	}
	_, err := t.exec(`INSERT INTO shared_calendars (person, team, since_at) VALUES ($1, $2, $3)
		ON CONFLICT (person) DO UPDATE SET team = excluded.team, since_at = excluded.since_at, shared = $4, said_at = NULL, said_by = NULL,
			unseen_at = NULL, unseen_by = NULL, ask_at = NULL WHERE shared_calendars.team <> excluded.team`, p.ID, p.Team, instant(now), false)
	return err
}
