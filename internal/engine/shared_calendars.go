package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	askCalendarsEvery = 5 * time.Minute // plan time
	askCalendarsMost  = 100             // people told at a time
)

// SharesCalendar says that somebody is one of those in a team who share their office calendar with it: who signs its plan, which asks for it.
func SharesCalendar(p buddy.Person, team string) bool { return SignsPlan(p, team) }

// SayShared keeps that somebody's office calendar is shared with their team, with its details, or is not yet.
func (e *Engine) SayShared(ctx context.Context, who Actor, p buddy.Person, shared bool) error {
	return e.Store.SayShared(ctx, p.ID, p.Team, shared, who.by(), e.Now())
}

// SayUnseen keeps that who acts cannot see the details of a colleague's calendar. The colleague is told so by text, by day and once, with the way to
// share it.
func (e *Engine) SayUnseen(ctx context.Context, who Actor, p buddy.Person) error {
	return e.Store.SayUnseen(ctx, p.ID, p.Team, who.by(), e.Now())
}

// CalendarsAskedSince is since when those in a team are to say again that they share their calendars: when the last of them but one joined it, of whom
// nobody who shares with each by name can have thought before, and when its plan was last published or looked at again.
func CalendarsAskedSince(ctx context.Context, db *store.DB, team, person string, shared map[string]store.SharedCalendar) (since time.Time, err error) {
	for id, c := range shared {
		if id != person && c.SinceAt.After(since) {
			since = c.SinceAt
		}
	}
	papers, err := db.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: team, Status: "published", Bare: true, Limit: 1})
	if err != nil {
		return since, fmt.Errorf("read plan of team %s: %w", team, err)
	}
	if len(papers) > 0 && papers[0].ChangedAt.After(since) {
		since = papers[0].ChangedAt
	}
	return since, nil
}

// askOfCalendars tells those whose calendar a colleague cannot see.
func (e *Engine) askOfCalendars(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "calendars", at, askCalendarsEvery); err != nil || !mine {
		return err
	}
	due, err := e.Store.ToAskOfCalendars(ctx, at, askCalendarsMost)
	errs := []error{err}
	for _, c := range due {
		errs = append(errs, e.askOfCalendar(ctx, at, c))
	}
	return errors.Join(errs...)
}

// askOfCalendar tells one of them, unless it is not the time for it.
func (e *Engine) askOfCalendar(ctx context.Context, at time.Time, c store.SharedCalendar) error {
	sc, err := e.look(ctx, at, c.Person)
	if err != nil { // and others have their turn meanwhile
		return errors.Join(err, e.Store.AskOfCalendar(ctx, c, at.Add(askLater)))
	}
	held, err := e.remindOne(ctx, at, sc, note{id: fmt.Sprintf("calendar/%s/%d", c.Person, c.UnseenAt.UnixMicro()), kind: "calendar_asked", to: []string{c.Person},
		notice: wording.CalendarUnseen, values: wording.Values{Link: e.URL + "/calendar"}})
	return errors.Join(err, e.Store.AskOfCalendar(ctx, c, held))
}
