package web

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// board is the live part of a board to be rendered. All that it depends on is here, and none of it is one reader's alone:
// it is rendered once for all who have the same.
type board struct {
	pages  *Pages
	at     time.Time
	in     *time.Location
	teams  []store.Team
	chosen string        // the team asked for; "" for all of the reader's
	number int           // of the page
	class  class         // of its readers
	alarms []store.Alarm // open, that its readers know of
	hidden []string      // workers whose open alarm is kept from its readers, in order
}

// boardKey is what two boards that look alike have in common. A person's id can hold no space.
type boardKey struct {
	epoch          int64
	teams, chosen  string
	number         int
	zone           string
	alarms, hidden string
	class          string
}

func (b board) key(m *moment) boardKey {
	var alarms []string
	for _, a := range b.alarms {
		alarms = append(alarms, a.ID, string(a.Kind), a.HeldBy)
	}
	return boardKey{m.place.Epoch, fmt.Sprintf("%q", b.ids()), b.chosen, b.number, b.in.String(), fmt.Sprintf("%q", alarms), fmt.Sprintf("%q", b.hidden), b.class.key()}
}

// ids lists the teams.
func (b board) ids() []string { return idsOf(b.teams) }

func idsOf(teams []store.Team) (ids []string) {
	for _, t := range teams {
		ids = append(ids, t.ID)
	}
	return ids
}

// address is where the board is.
func (b board) address() *url.URL {
	q := url.Values{}
	if b.chosen != "" {
		q.Set("team", b.chosen)
	}
	if b.number > 1 {
		q.Set("page", fmt.Sprint(b.number))
	}
	return &url.URL{Path: "/", RawQuery: q.Encode()}
}

// matter is what a rendering says.
type matter struct {
	html  []byte
	until time.Time // when time itself makes it say something else, though nothing is recorded
	parts []string  // of class other than its readers': those who have a part of their own in a visit that it shows as busy
}

// render renders the list.
func (b board) render(ctx context.Context) (m matter, err error) {
	list := boardList{Layout: Layout{Now: b.at, zone: b.in}}
	open, settled, total, err := b.visits(ctx)
	if err != nil {
		return m, err
	}
	if m.parts, err = b.listVisits(ctx, &list, slices.Concat(open, settled), total); err != nil {
		return m, err
	}
	if b.number > 1 && len(list.Lists[0].Rows) == 0 {
		return m, notFound()
	}
	if err := b.listAlarms(ctx, &list); err != nil {
		return m, err
	}
	if list.Unheld, err = b.unheld(ctx); err != nil {
		return m, err
	}
	list.Pages = pagination(b.address(), b.number, list.Lists[0].Total, boardRows)
	var out bytes.Buffer
	if err := b.pages.templates.render(&out, "board", "board", list); err != nil {
		return m, err
	}
	m.html, m.until = out.Bytes(), list.until()
	return m, nil
}

// until is when time changes what the list says: with the next minute, or when a visit in it begins or passes its end.
func (l boardList) until() time.Time {
	until := l.Now.Truncate(time.Minute).Add(time.Minute)
	for _, list := range l.Lists {
		for _, row := range list.Rows {
			for _, edge := range []time.Time{row.StartsAt, row.ExpectedEndAt} {
				if edge = edge.Add(time.Nanosecond); edge.After(l.Now) && edge.Before(until) { // it is past only after it
					until = edge
				}
			}
		}
	}
	return until
}

// visits reads the open visits on this page, and those that ended lately.
func (b board) visits(ctx context.Context) (open, settled []store.Visit, total int, err error) {
	db := b.pages.Store
	open, total, err = db.Board(ctx, store.BoardFilter{Teams: b.ids(), Skip: (b.number - 1) * boardRows, Limit: boardRows})
	if err == nil {
		settled, err = db.Settled(ctx, b.ids(), b.at.Add(-settledIn), settledRows)
	}
	return open, settled, total, err
}

// listVisits adds the visits, those of hidden workers as they are to be seen, and gives whose own part in one would show
// them more. Of a visit that is busy to its readers the list does not say that it has ended.
func (b board) listVisits(ctx context.Context, list *boardList, visits []store.Visit, total int) (parts []string, err error) {
	now := visitList{Title: "Open visits", Total: total, Empty: "No visit is open. A visit shows here from when it is booked until it has ended."}
	over := visitList{Title: "Ended in the last 12 hours"}
	for _, v := range visits {
		wasLive := hasClock(v.Status)
		if b.class.hides(v) {
			if wasLive {
				now.Total--
			}
			continue
		}
		if _, is := slices.BinarySearch(b.hidden, v.Worker); is {
			if v, err = b.pages.View.Unaware(ctx, v, b.alarms); err != nil {
				return nil, err
			}
		}
		row, err := b.row(ctx, v)
		if err != nil {
			return nil, err
		}
		if row.Busy {
			parts = append(append(parts, v.Worker), v.Responders...)
		}
		switch {
		case hasClock(v.Status):
			now.Rows = append(now.Rows, row)
			continue
		case !row.Busy:
			over.Rows = append(over.Rows, row)
			over.Total++
		}
		if wasLive {
			now.Total--
		}
	}
	list.Lists = []visitList{now}
	if len(over.Rows) > 0 && b.number == 1 {
		list.Lists = append(list.Lists, over)
	}
	return parts, nil
}

// row is a visit as the board's readers have it.
func (b board) row(ctx context.Context, v store.Visit) (visitRow, error) {
	if !b.class.sees(v) {
		return b.pages.busyRow(ctx, v)
	}
	row, err := b.pages.rowAt(ctx, b.at, v)
	return row.marked(b.alarms), err
}

// listAlarms adds the open alarms.
func (b board) listAlarms(ctx context.Context, list *boardList) (err error) {
	for _, a := range b.alarms {
		row := alarmRow{Alarm: a, Kind: kindWords[a.Kind]}
		if row.Name, err = b.pages.nameOf(ctx, a.Worker); err != nil {
			return err
		}
		if row.Holder, err = b.pages.nameFor(ctx, b.class.kept, a.HeldBy); err != nil {
			return err
		}
		list.Alarms = append(list.Alarms, row)
	}
	return nil
}

// unheld says of which teams nobody is on call now, nor at work (rule 8.4).
func (b board) unheld(ctx context.Context) (says []string, err error) {
	shifts, err := b.pages.directory.shifts(ctx, b.at)
	if err != nil {
		return nil, fmt.Errorf("find who is on call: %w", err)
	}
	of := map[string]rota.Rota{}
	for _, s := range shifts {
		for _, team := range s.Teams {
			of[team] = append(of[team], s)
		}
	}
	for _, t := range b.teams {
		zone, err := b.pages.directory.zone(ctx, t.Zone)
		if err != nil {
			return nil, fmt.Errorf("read zone of team %s: %w", t.ID, err)
		}
		if of[t.ID].Cover(b.at, rota.Question{Team: t.ID, Zone: zone, Plan: t.Plan}).Gap {
			says = append(says, gapWords(t))
		}
	}
	return says, nil
}

// gapWords says to whom a team's alarms go while nobody is on call: a plan that names no fallback leaves the organisation's emergency contact.
func gapWords(t store.Team) string {
	if t.Plan.Fallback == "" {
		return fmt.Sprintf("Nobody is on call for %s now, and its plan names no fallback. Alarms go to the organisation’s emergency contact, if it has one.", t.Name)
	}
	return fmt.Sprintf("Nobody is on call for %s now. Alarms go to the plan’s fallback.", t.Name)
}
