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

// Calendars is who of a team shares their office calendar with it.
type Calendars struct {
	Shared map[string]store.SharedCalendar // by person
	since  time.Time                       // when the team's plan was last published or looked at again; zero for no plan, of which nobody is asked anything
}

// TeamCalendars gives who of a team shares their calendar.
func TeamCalendars(ctx context.Context, db *store.DB, team string) (c Calendars, err error) {
	papers, err := db.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: team, Status: planPublished, Bare: true, Limit: 1})
	if err != nil {
		return c, fmt.Errorf("read plan of team %s: %w", team, err)
	}
	if len(papers) > 0 {
		c.since = papers[0].ChangedAt
	}
	c.Shared, err = db.SharedCalendars(ctx, team)
	return c, err
}

// Asks says that somebody is to say whether they share their calendar. It is asked again once the team's plan was published or looked at again, and when
// somebody joins: who shares with each colleague by name cannot have thought of them before.
func (c Calendars) Asks(person string) bool {
	own, known := c.Shared[person]
	if !known || c.since.IsZero() {
		return false
	}
	since := c.since
	for id, other := range c.Shared {
		if id != person && other.SinceAt.After(since) {
			since = other.SinceAt
		}
	}
	return own.Asks(since)
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
