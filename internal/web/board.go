package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

const (
	boardRows   = 50             // open visits on one page
	settledRows = 20             // that ended today
	settledIn   = 12 * time.Hour // how long a visit that ended stays on the board
)

type boardPage struct {
	Layout
	Teams  []teamLink
	Alarms []alarmRow
	Lists  []visitList // the open visits, then those that ended
	Unheld []string    // of teams for whom nobody answers now, a sentence each (rule 8.4)
	Src    string      // where the live part is
	Pages  *govuk.Pagination
}

// visitList is visits under one heading.
type visitList struct {
	Title string
	Total int // of them, on all pages
	Rows  []visitRow
	Empty string // what is said where there are none
}

// teamLink leads to one team's board.
type teamLink struct {
	Name, Href string
	Current    bool
}

// alarmRow is an open alarm on the board.
type alarmRow struct {
	store.Alarm
	Name   string // the worker's
	Kind   string // in words
	Holder string // who has it; "" for nobody yet
}

// visitRow is a visit on the board: nothing in it is private, so that one rendering serves every reader.
type visitRow struct {
	store.Visit
	Name      string // the worker's
	What      string // the kind, in words
	Responder string
	Gap       bool
	Tag       govuk.Tag
	Look      string // of its entry: "inside", "due", "overdue"; "" for any other
	Ticks     bool   // its time is running
}

// board answers GET /: the open alarms, then the open visits with their time left, soonest due first.
func (p *Pages) board(c *request) error {
	page := boardPage{Layout: p.layout(c, "Visits", topicBoard, topicOrganisation), Src: fragmentOf(c.URL, "board")}
	teams, err := p.teams(c)
	if err != nil {
		return err
	}
	chosen := c.URL.Query().Get("team")
	shown := slices.DeleteFunc(slices.Clone(teams), func(t store.Team) bool { return chosen != "" && t.ID != chosen })
	if len(shown) == 0 && chosen != "" {
		return notFound()
	}
	page.Teams = teamLinks(teams, chosen)
	number := pageNumber(c.URL.Query().Get("page"))
	if err := p.boardAlarms(c, &page, shown); err != nil {
		return err
	}
	if err := p.boardVisits(c, &page, shown, number); err != nil {
		return err
	}
	if number > 1 && len(page.Lists[0].Rows) == 0 {
		return notFound()
	}
	if page.Unheld, err = p.unheld(c, shown); err != nil {
		return err
	}
	page.Pages = pagination(c.URL, number, page.Lists[0].Total, boardRows)
	return p.show(c, http.StatusOK, "board", page)
}

// teamLinks leads to the board of each team, and of all of them.
func teamLinks(teams []store.Team, chosen string) []teamLink {
	if len(teams) < 2 {
		return nil
	}
	links := []teamLink{{"All teams", "/", chosen == ""}}
	for _, t := range teams {
		links = append(links, teamLink{t.Name, "/?team=" + url.QueryEscape(t.ID), chosen == t.ID})
	}
	return links
}

// boardAlarms adds the open alarms of the teams that the reader may know of.
func (p *Pages) boardAlarms(c *request, page *boardPage, teams []store.Team) error {
	open, err := p.View.Alarms(c.Context(), store.AlarmOpen, 0, c.reader())
	if err != nil {
		return err
	}
	for _, a := range open {
		who, err := p.Store.Person(c.Context(), a.Worker)
		if err != nil {
			return fmt.Errorf("find worker of alarm: %w", err)
		}
		if !slices.ContainsFunc(teams, func(t store.Team) bool { return t.ID == who.Team }) && !slices.Contains(a.Told, c.who.ID) {
			continue
		}
		row := alarmRow{Alarm: a, Name: who.Name, Kind: kindWords[a.Kind]}
		if row.Holder, err = p.nameOf(c.Context(), a.HeldBy); err != nil {
			return err
		}
		page.Alarms = append(page.Alarms, row)
	}
	return nil
}

// unheld says of which teams nobody is on call now, nor at work (rule 8.4).
func (p *Pages) unheld(c *request, teams []store.Team) (says []string, err error) {
	for _, t := range teams {
		zone, err := time.LoadLocation(t.Zone)
		if err != nil {
			return nil, fmt.Errorf("read zone of team %s: %w", t.ID, err)
		}
		shifts, err := p.Store.Shifts(c.Context(), t.ID, c.at, c.at.Add(time.Second))
		if err != nil {
			return nil, fmt.Errorf("find who is on call: %w", err)
		}
		cover := shifts.Cover(c.at, rota.Question{Team: t.ID, Zone: zone, Plan: t.Plan})
		if !cover.Gap {
			continue
		}
		says = append(says, fmt.Sprintf("Nobody is on call for %s now. Alarms go to the plan's fallback.", t.Name))
	}
	return says, nil
}

// kindWords says what an alarm is about.
var kindWords = map[watch.Kind]string{
	watch.OverdueAlarm: "Overdue", watch.Distress: "Call for help", watch.Duress: "Asked for help covertly",
}

// boardVisits adds the open visits, and those that ended lately.
func (p *Pages) boardVisits(c *request, page *boardPage, teams []store.Team, number int) error {
	var ids []string
	for _, t := range teams {
		ids = append(ids, t.ID)
	}
	hidden, err := p.hiddenFrom(c)
	if err != nil {
		return err
	}
	open, total, err := p.Store.Board(c.Context(), store.BoardFilter{Teams: ids, Skip: (number - 1) * boardRows, Limit: boardRows})
	if err != nil {
		return err
	}
	settled, err := p.Store.Settled(c.Context(), ids, c.at.Add(-settledIn), settledRows)
	if err != nil {
		return err
	}
	now := visitList{Title: "Open visits", Total: total, Empty: "No visit is open. A visit shows here from when it is booked until it has ended."}
	over := visitList{Title: "Ended in the last 12 hours"}
	for _, v := range slices.Concat(open, settled) {
		wasLive := hasClock(v.Status)
		if slices.Contains(hidden, v.Worker) {
			shown, err := p.View.Visit(c.Context(), v, c.reader())
			if err != nil {
				return err
			}
			v = shown.Visit
		}
		row, err := p.visitRow(c, v)
		if err != nil {
			return err
		}
		switch {
		case hasClock(v.Status):
			now.Rows = append(now.Rows, row)
		default:
			over.Rows = append(over.Rows, row)
			over.Total++
			if wasLive {
				now.Total--
			}
		}
	}
	page.Lists = []visitList{now}
	if len(over.Rows) > 0 && number == 1 {
		page.Lists = append(page.Lists, over)
	}
	return nil
}

// hasClock says that a visit of that status is still open.
func hasClock(s watch.Status) bool {
	return s == watch.Booked || s == watch.Inside || s == watch.Overdue
}

// hiddenFrom lists the workers in danger of which the reader must not know (rule 4.2): their visits are shown as they
// are to be seen.
func (p *Pages) hiddenFrom(c *request) ([]string, error) {
	all, err := p.Store.Alarms(c.Context(), store.AlarmOpen, 0)
	if err != nil {
		return nil, err
	}
	known, err := p.View.Alarms(c.Context(), store.AlarmOpen, 0, c.reader())
	if err != nil {
		return nil, err
	}
	var workers []string
	for _, a := range all {
		if !slices.ContainsFunc(known, func(k store.Alarm) bool { return k.ID == a.ID }) {
			workers = append(workers, a.Worker)
		}
	}
	return workers, nil
}

// visitRow is a visit as the board lists it.
func (p *Pages) visitRow(c *request, v store.Visit) (row visitRow, err error) {
	row = visitRow{Visit: v, What: visitWords[v.Kind], Tag: statusTag(v, c.at), Look: look(v, c.at), Ticks: hasClock(v.Status) && c.at.After(v.StartsAt)}
	if row.Name, err = p.nameOf(c.Context(), v.Worker); err != nil || !hasClock(v.Status) {
		return row, err
	}
	responder, gap, err := p.View.Engine.Responder(c.Context(), v)
	if err != nil {
		return row, fmt.Errorf("find responder: %w", err)
	}
	row.Gap = gap
	row.Responder, err = p.nameOf(c.Context(), responder)
	return row, err
}

// visitWords says what kind of visit it is.
var visitWords = map[string]string{"home_visit": "Home visit", "family_time": "Family time session", "meeting": "Meeting", "other": "Appointment"}

// statusTag says where a visit stands. A visit is late to begin only once it was asked about.
func statusTag(v store.Visit, at time.Time) govuk.Tag {
	tag := func(text, colour string) govuk.Tag { return govuk.Tag{Text: text, Classes: "govuk-tag--" + colour} }
	switch {
	case v.Status == watch.Overdue:
		return tag("Overdue", "red")
	case v.Status == watch.Ended:
		return tag("Ended", "green")
	case v.Status == watch.Cancelled:
		return tag("Cancelled", "grey")
	case at.After(v.ExpectedEndAt):
		return tag("Past its end", "orange")
	case v.Status == watch.Inside:
		return tag("Inside", "blue")
	case at.After(v.StartsAt):
		return tag("Not yet in", "yellow")
	default:
		return tag("Booked", "grey")
	}
}

// look is how a visit's entry stands out.
func look(v store.Visit, at time.Time) string {
	switch {
	case v.Status == watch.Overdue:
		return "overdue"
	case hasClock(v.Status) && at.After(v.ExpectedEndAt):
		return "due"
	case v.Status == watch.Inside:
		return "inside"
	default:
		return ""
	}
}

// nameOf names a person; "" for nobody. A fallback that is not there yet has only its id.
func (p *Pages) nameOf(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "", nil
	}
	return p.called.of(ctx, id)
}

// fragmentOf is the address of a page's live part: the page's own, with the fragment's name.
func fragmentOf(u *url.URL, name string) string {
	q := u.Query()
	q.Set("fragment", name)
	q.Del("done")
	return u.Path + "?" + q.Encode()
}

// pageNumber reads which page of a list is asked for; 1 for anything that is none.
func pageNumber(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 10_000 {
		return 1
	}
	return n
}

// pagination leads to the pages before and after; nil where there is only one.
func pagination(u *url.URL, number, total, each int) *govuk.Pagination {
	last := (total + each - 1) / each
	if last < 2 {
		return nil
	}
	href := func(n int) string {
		q := u.Query()
		q.Set("page", strconv.Itoa(n))
		q.Del("fragment")
		return u.Path + "?" + q.Encode()
	}
	pages := &govuk.Pagination{}
	if number > 1 {
		pages.Previous = &govuk.PageLink{Href: href(number - 1), LabelText: fmt.Sprintf("%d of %d", number-1, last)}
	}
	if number < last {
		pages.Next = &govuk.PageLink{Href: href(number + 1), LabelText: fmt.Sprintf("%d of %d", number+1, last)}
	}
	return pages
}
