package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
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
	Teams []teamLink
	Waits []waitingRow  // for the reader
	Src   string        // where the live part is
	List  template.HTML // the live part
}

// boardList is the live part of a board. Many readers are given one rendering of it, so it knows nobody who looks.
type boardList struct {
	Layout // its times alone
	Alarms []alarmRow
	Lists  []visitList // the open visits, then those that ended
	Unheld []string    // of teams for whom nobody answers now, a sentence each (rule 8.4)
	Pages  *govuk.Pagination
}

// visitList is visits under one heading.
type visitList struct {
	Title string
	Total int // of them, on all pages
	Rows  []visitRow
	Empty string // what is said where there are none
}

// listing is what the part of a page that lists visits is made of.
type listing struct {
	Layout
	Rows  []visitRow
	OfDay bool // they begin on the day that the page names
}

// Listing gives the part that lists visits its rows.
func (l Layout) Listing(rows []visitRow, ofDay bool) listing { return listing{l, rows, ofDay} }

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

// visitRow is a visit in a list. Nothing in it is of the buddy form.
type visitRow struct {
	store.Visit
	Busy      bool   // it is private, and the reader has no part in it: whose it is and when is all that they see (rule 1.4)
	Name      string // the worker's
	What      string // the kind, in words
	Where     string // of a meeting or an appointment on the page of a day; "" for any other
	Responder string
	Gap       bool
	Tag       govuk.Tag
	Look      string // of its entry: "inside", "due", "overdue", "danger"; "" for any other
	Ticks     bool   // its time is running
}

// board answers GET /: the open alarms, then the open visits with their time left, soonest due first.
func (p *Pages) board(c *request) error {
	teams, err := p.visitTeams(c)
	if err != nil {
		return err
	}
	chosen := c.URL.Query().Get("team")
	shown, err := those(teams, chosen)
	if err != nil {
		return err
	}
	b := board{pages: p, at: c.at, in: c.in, teams: shown, chosen: chosen, number: pageNumber(c.URL.Query().Get("page"))}
	list, err := p.boardFor(c, b)
	if err != nil {
		return err
	}
	if c.URL.Query().Get("fragment") == "board" {
		return c.html(list)
	}
	waits, err := p.waiting(c)
	if err != nil {
		return err
	}
	page := boardPage{Waits: waits, Layout: p.layout(c, "Visits", topicBoard, topicOrganisation), Teams: teamLinks(teams, chosen),
		// #nosec G203 -- our own template made it
		Src: fragmentOf(b.address(), "board"), List: template.HTML(list)} // as our own template made it
	return p.show(c, http.StatusOK, "board", page)
}

// those gives the team that is asked for, or all where none is.
func those(teams []store.Team, asked string) ([]store.Team, error) {
	if asked == "" {
		return teams, nil
	}
	t, found := teamOf(teams, asked)
	if !found {
		return nil, notFound()
	}
	return []store.Team{t}, nil
}

// boardFor gives a board's live part as the reader may see it.
func (p *Pages) boardFor(c *request, b board) (list []byte, err error) {
	for range moves {
		var m *moment
		if m, err = p.shared.now(c.Context(), c.at); err != nil {
			return nil, err
		}
		if err := p.boardAlarms(c, m, &b); err != nil {
			return nil, err
		}
		if b.class, err = p.class(c, b.teams, b.alarms); err != nil {
			return nil, err
		}
		if list, err = p.shared.listFor(c.Context(), m, b, c.who.ID); !errors.Is(err, errDangerMoved) {
			return list, err
		}
	}
	return nil, err
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

// boardAlarms says which open alarms the reader may know of and has to do with, and which are kept from them.
func (p *Pages) boardAlarms(c *request, m *moment, b *board) error {
	known, hidden := m.open.For(c.reader())
	b.alarms, b.hidden = nil, nil
	for _, a := range known {
		who, err := p.directory.person(c.Context(), a.Worker)
		if err != nil {
			return fmt.Errorf("find worker of alarm: %w", err)
		}
		if slices.Contains(b.ids(), who.Team) || slices.Contains(a.Told, c.who.ID) {
			b.alarms = append(b.alarms, a)
		}
	}
	for _, a := range hidden {
		b.hidden = append(b.hidden, a.Worker)
	}
	slices.Sort(b.hidden)
	return nil
}

// kindWords says what an alarm is about.
var kindWords = map[watch.Kind]string{
	watch.OverdueAlarm: "Overdue", watch.Distress: "Call for help", watch.Duress: "Asked for help covertly",
}

// hasClock says that a visit of that status is still open.
func hasClock(s watch.Status) bool {
	return s == watch.Booked || s == watch.Inside || s == watch.Overdue
}

// hiddenFrom gives the alarms that the reader knows of, and the workers with one that they must not know of (rule 4.2):
// their visits are shown as they are to be seen.
func (p *Pages) hiddenFrom(c *request) (known []store.Alarm, workers []string, err error) {
	m, err := p.shared.now(c.Context(), c.at)
	if err != nil {
		return nil, nil, err
	}
	known, hidden := m.open.For(c.reader())
	for _, a := range hidden {
		workers = append(workers, a.Worker)
	}
	return known, workers, nil
}

// busyRow is a private visit as those have it who have no part in it.
func (p *Pages) busyRow(ctx context.Context, v store.Visit) (row visitRow, err error) {
	row = visitRow{Busy: true, Visit: store.Visit{ID: v.ID, Worker: v.Worker, StartsAt: v.StartsAt, ExpectedEndAt: v.ExpectedEndAt}}
	row.Name, err = p.nameOf(ctx, v.Worker)
	return row, err
}

// rowAt is a visit as those have it who may see it.
func (p *Pages) rowAt(ctx context.Context, at time.Time, v store.Visit) (row visitRow, err error) {
	row = visitRow{Visit: v, What: visitWords[v.Kind], Tag: statusTag(v.Status, v.StartsAt, v.ExpectedEndAt, at), Look: look(v, at), Ticks: hasClock(v.Status) && at.After(v.StartsAt)}
	if row.Name, err = p.nameOf(ctx, v.Worker); err != nil || !hasClock(v.Status) {
		return row, err
	}
	responder, gap, err := p.View.Engine.Responder(ctx, v)
	if err != nil {
		return row, fmt.Errorf("find responder: %w", err)
	}
	row.Gap = gap
	row.Responder, err = p.nameOf(ctx, responder)
	return row, err
}

// marked shows that the visit is one of an open alarm of danger, of those that the reader knows of: one that runs to its
// time looks calm. Who must not know of the danger has none among theirs (rule 4.2).
func (row visitRow) marked(known []store.Alarm) visitRow {
	for _, a := range known {
		if a.Kind.Danger() && slices.Contains(a.Visits, row.ID) && !row.Busy {
			row.Tag, row.Look = govuk.Tag{Text: "In danger", Classes: "govuk-tag--red"}, "danger"
		}
	}
	return row
}

// visitWords says what kind of visit it is.
var visitWords = map[string]string{"home_visit": "Home visit", "family_time": "Family time session", "meeting": "Meeting", "other": "Appointment"}

// statusTag says where a visit stands. A visit is late to begin only once it was asked about.
func statusTag(status watch.Status, starts, ends, at time.Time) govuk.Tag {
	tag := func(text, colour string) govuk.Tag { return govuk.Tag{Text: text, Classes: "govuk-tag--" + colour} }
	switch {
	case status == watch.Overdue:
		return tag("Overdue", "red")
	case status == watch.Ended:
		return tag("Ended", "green")
	case status == watch.Cancelled:
		return tag("Called off", "grey")
	case at.After(ends):
		return tag("Past its end", "orange")
	case status == watch.Inside:
		return tag("Inside", "blue")
	case at.After(starts):
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
	return p.directory.name(ctx, id)
}

// nameFor is nameOf where a page tells of what someone did, to a reader who may be kept from them: that it was somebody stays
// (rule 1.4).
func (p *Pages) nameFor(ctx context.Context, kept []string, id string) (string, error) {
	if id == view.Colleague || slices.Contains(kept, id) {
		return capital(view.Colleague), nil
	}
	return p.nameOf(ctx, id)
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
	link := func(which string, n int) *govuk.PageLink {
		return &govuk.PageLink{Href: href(n), Text: fmt.Sprintf("%s page (%d of %d)", which, n, last)}
	}
	if number > 1 {
		pages.Previous = link("Previous", number-1)
	}
	if number < last {
		pages.Next = link("Next", number+1)
	}
	return pages
}
