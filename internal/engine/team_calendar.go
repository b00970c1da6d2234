package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/calendar"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// TeamCalendar writes into shared calendars, each named by its mailbox. Both may be repeated, and change nothing then.
type TeamCalendar interface {
	Put(ctx context.Context, mailbox string, e calendar.Event) error
	Remove(ctx context.Context, mailbox, uid string) error
}

// TeamEvents is what a team's calendar needs of a database. *store.DB has it.
type TeamEvents interface {
	TeamEvents(ctx context.Context, calendar string) (map[string]store.TeamEvent, error)
	PutTeamEvent(ctx context.Context, e store.TeamEvent) error
	DropTeamEvent(ctx context.Context, visit, calendar string) error
	TeamEventsOf(ctx context.Context, visit string, at time.Time) ([]store.TeamEvent, error)
	ForgetTeamEvents(ctx context.Context, before time.Time) error
}

const (
	teamCalendarEach  = 15 * time.Second // real
	teamCalendarAhead = 8 * 7 * 24 * time.Hour
	teamCalendarMost  = 5000             // visits of a team
	teamCalendarTurn  = 5 * time.Minute  // real: for all teams
	teamCalendarFails = 3                // failures after which a calendar is left for the next time
	teamCalendarTakes = 10 * time.Second // real: to take out what is erased
)

// writesCalendars writes into teams' calendars what they are to show, again and again until ctx ends. It has a goroutine of its own: a provider that is slow
// or throttles holds nothing else up.
func (e *Engine) writesCalendars(ctx context.Context) {
	if e.TeamCalendar == nil || len(e.TeamCalendars) == 0 {
		return
	}
	timer := time.NewTimer(teamCalendarEach)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		within, cancel := context.WithTimeout(ctx, teamCalendarTurn)
		e.keepsFailing(ctx, "team calendars not written", guard(func() error { return e.WriteTeamCalendars(within) }))
		cancel()
		timer.Reset(teamCalendarEach)
	}
}

// WriteTeamCalendars makes each team's calendar show what it is to. What fails is tried again the next time; what was begun before a crash is known.
func (e *Engine) WriteTeamCalendars(ctx context.Context) error {
	at := e.Now()
	if mine, err := e.Store.Chore(ctx, "team calendars", at, e.Clock.Plan(teamCalendarEach)/2); err != nil || !mine {
		return err
	}
	hidden, err := e.hiddenWatches(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, team := range slices.Sorted(maps.Keys(e.TeamCalendars)) {
		if err := e.writeTeamCalendar(ctx, at, team, e.TeamCalendars[team], hidden); err != nil {
			errs = append(errs, fmt.Errorf("calendar of team %s: %w", team, err))
		}
	}
	return errors.Join(errs...)
}

// hiddenWatches are the watches, as they are shown, of those who are in danger that must not be seen. The worker may look into the team's calendar, and
// whoever is with them may too: it shows what it would on any day (rule 4.2).
func (e *Engine) hiddenWatches(ctx context.Context) (map[string]watch.Watch, error) {
	open, err := e.Store.Alarms(ctx, "open", teamCalendarMost)
	if err != nil {
		return nil, err
	}
	hidden := map[string]watch.Watch{}
	for _, a := range open {
		loaded, err := e.Store.Load(ctx, a.Worker)
		if err != nil {
			return nil, err
		}
		if loaded.Watch.Shown != nil {
			hidden[a.Worker] = asSeen(loaded.Watch)
		}
	}
	return hidden, nil
}

// shownIn is a visit as a team's calendar is to show it.
func shownIn(v store.Visit, hidden map[string]watch.Watch) store.Visit {
	w, is := hidden[v.Worker]
	if !is {
		return v
	}
	if seen, found := w.Visit(v.ID); found {
		v.Status, v.StartsAt, v.ExpectedEndAt = seen.Status, seen.StartsAt, seen.ExpectedEndAt
		if seen.Hushed {
			v.Status = watch.Ended
		}
	}
	return v
}

func (e *Engine) writeTeamCalendar(ctx context.Context, at time.Time, team, mailbox string, hidden map[string]watch.Watch) error {
	held, err := e.Store.TeamEvents(ctx, mailbox)
	if err != nil {
		return err
	}
	visits, err := e.Store.Visits(ctx, store.VisitFilter{Team: team, From: at, To: at.Add(teamCalendarAhead), Limit: teamCalendarMost, Bare: true})
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, v := range visits {
		known[v.ID] = true
	}
	for id := range held { // one that moved, or went to another team
		if known[id] {
			continue
		}
		v, err := e.Store.Visit(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		v.ID = id
		visits = append(visits, v)
	}
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	failed := e.lastFailures(mailbox, visits)
	slices.SortStableFunc(visits, func(a, b store.Visit) int { return failed[a.ID].Compare(failed[b.ID]) })
	var errs []error
	for _, v := range visits {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		delete(failed, v.ID)
		if err := e.writeTeamEvent(ctx, at, pages, team, mailbox, shownIn(v, hidden), held[v.ID]); err != nil {
			failed[v.ID] = at
			errs = append(errs, fmt.Errorf("visit %s: %w", v.ID, err))
			if len(errs) == teamCalendarFails { // the calendar is not to be had now
				break
			}
		}
	}
	return errors.Join(errs...)
}

// lastFailures says of the visits that could not be written into a calendar when that was last tried. Such are written after all others, those that wait longest
// first: none keeps another out of the calendar.
func (e *Engine) lastFailures(mailbox string, visits []store.Visit) map[string]time.Time {
	if e.unwritten == nil {
		e.unwritten = map[string]map[string]time.Time{}
	}
	failed := map[string]time.Time{}
	for _, v := range visits {
		if last, is := e.unwritten[mailbox][v.ID]; is {
			failed[v.ID] = last
		}
	}
	e.unwritten[mailbox] = failed
	return failed
}

// writeTeamEvent makes the calendar show one visit as it stands: it is written, changed, taken out or left as history.
func (e *Engine) writeTeamEvent(ctx context.Context, at time.Time, pages *pages, team, mailbox string, v store.Visit, held store.TeamEvent) error {
	never, err := e.Store.Blocked(ctx, v.Worker)
	if err != nil {
		return err
	}
	there := held.Visit != ""
	uid := teamEventUID(v.ID, mailbox)
	switch {
	case there && !held.EndsAt.After(at), there && v.Status == watch.Ended:
		return e.Store.DropTeamEvent(ctx, v.ID, mailbox) // it stays in the calendar, as history
	case v.Team != team, v.Status == watch.Cancelled, v.Status == watch.Ended, !v.ExpectedEndAt.After(at), len(never) > 0: // who is kept from the worker may be in the team
		if !there {
			return nil
		}
		if err := e.TeamCalendar.Remove(ctx, mailbox, uid); err != nil {
			return err
		}
		return e.Store.DropTeamEvent(ctx, v.ID, mailbox)
	}
	event := e.teamEvent(ctx, pages, v, uid)
	print := e.Store.InvitePrint(fmt.Sprintf("%s\x00%s\x00%s\x00%s\x00%s", event.Summary.Reveal(), event.Class, event.URL, event.Start.At, event.End.At))
	if there && slices.Equal(held.Print, print) {
		return nil
	}
	row := store.TeamEvent{Visit: v.ID, Calendar: mailbox, EndsAt: v.ExpectedEndAt}
	if err := e.Store.PutTeamEvent(ctx, row); err != nil { // first: what is begun is known
		return err
	}
	if err := e.TeamCalendar.Put(ctx, mailbox, event); err != nil {
		return err
	}
	row.Print = print
	return e.Store.PutTeamEvent(ctx, row)
}

// takeOut takes what is ahead of visits that are erased out of teams' calendars. What can't be taken out now stays known, and is taken out when the calendar is
// to be had again, by whichever process writes there: an erasure waits for nobody.
func (e *Engine) takeOut(ctx context.Context, at time.Time, owners []string) error {
	if e.TeamCalendar == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, teamCalendarTakes)
	defer cancel()
	for _, owner := range owners {
		id, is := cutOwner(owner, retain.Visit)
		if !is {
			continue
		}
		held, err := e.Store.TeamEventsOf(ctx, id, at)
		if err != nil {
			return err
		}
		for _, h := range held {
			if err := e.TeamCalendar.Remove(ctx, h.Calendar, teamEventUID(id, h.Calendar)); err != nil {
				return fmt.Errorf("take visit %s out of a team's calendar: %w", id, err)
			}
			if err := e.Store.DropTeamEvent(ctx, id, h.Calendar); err != nil {
				return err
			}
		}
	}
	return nil
}

// teamEventUID is what a visit's event is known by in a calendar.
func teamEventUID(visit, mailbox string) string {
	sum := sha256.Sum256([]byte("allclear team event 1\x00" + visit + "\x00" + mailbox))
	return hex.EncodeToString(sum[:16])
}

// kindInCalendar is what an open visit is called.
var kindInCalendar = map[string]string{"home_visit": "Home visit", "family_time": "Family time session", "meeting": "Meeting", "other": "Appointment"}

// teamEvent is what a team's calendar shows of a visit: whose it is and when, and of one that is not private also what, with the way to its page. Whom it is
// to and where stands nowhere in it: who reads a shared calendar is not Allclear's to know.
func (e *Engine) teamEvent(ctx context.Context, pages *pages, v store.Visit, uid string) calendar.Event {
	name := e.shortName(ctx, pages, v.Worker)
	event := calendar.Event{UID: uid, Start: calendar.Moment{At: v.StartsAt}, End: calendar.Moment{At: v.ExpectedEndAt}}
	says := name + ": Busy – private"
	if v.Private {
		event.Class = calendar.Private
	} else {
		says, event.URL = name+": "+kindInCalendar[v.Kind]+" "+v.Reference, e.link("", v.ID)
	}
	if e.Rehearsal {
		says = "REHEARSAL " + says
	}
	event.Summary = private.New(says)
	return event
}
