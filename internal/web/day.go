package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

const (
	dayRows    = 200                 // visits of one day that are listed; with more a team is chosen
	soughtBack = 90 * 24 * time.Hour // how far back a reference is looked for: it is used again once its visit is over
)

type dayPage struct {
	Layout
	On     time.Time
	Date   string            // "2026-11-21"
	Around *govuk.Pagination // the days before and after
	Teams  []teamLink
	Rows   []visitRow
	More   int // that are not listed
	Search govuk.Input
	Pick   govuk.Input
	Sought bool // by reference: the rows are what was found
}

func (p *Pages) dayPage(c *request, f *form) dayPage {
	page := dayPage{Layout: p.layout(c, "Visits by day"), Search: f.input("ref", "Reference, such as A7F3", "")}
	page.Search.Classes = "govuk-input--width-10"
	page.Search.Autocomplete = "off"
	return page
}

// findVisit answers POST /visits: the visits with a reference. It changes nothing, and is a POST as whatever is typed is:
// some type a name there.
func (p *Pages) findVisit(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	ref := f.value("ref")
	if ref == "" {
		return c.redirect("/visits")
	}
	teams, err := p.teams(c)
	if err != nil {
		return err
	}
	return p.showReferred(c, p.dayPage(c, f), teams, ref)
}

// day answers GET /visits: the visits of a day, past ones too.
func (p *Pages) day(c *request) error {
	q := c.URL.Query()
	teams, err := p.visitTeams(c)
	if err != nil {
		return err
	}
	chosen := q.Get("team")
	shown, err := those(teams, chosen)
	if err != nil {
		return err
	}
	f := blank("date", q.Get("date"))
	page := p.dayPage(c, f)
	on := f.day("date", dateOf(c.at.In(c.in)))
	page.Layout = page.again(f)
	page.days(c, on, chosen, teams)
	if f.bad() {
		page.Pick = f.dayInput("date", "Day", "")
	}
	if page.Rows, page.More, err = p.dayVisits(c, shown, on); err != nil {
		return err
	}
	return p.show(c, f.status(), "day", page)
}

// days is the way from a day to those around it, and to a team's.
func (page *dayPage) days(c *request, on date, chosen string, teams []store.Team) {
	page.On, page.Date = on.in(c.in), on.in(time.UTC).Format(time.DateOnly)
	href := func(d date, team string) string {
		q := url.Values{"date": {d.in(time.UTC).Format(time.DateOnly)}}
		if team != "" {
			q.Set("team", team)
		}
		return "/visits?" + q.Encode()
	}
	before := dateOf(on.in(time.UTC).AddDate(0, 0, -1))
	page.Around = &govuk.Pagination{LandmarkLabel: "Days", Previous: &govuk.PageLink{Text: "The day before", Href: href(before, chosen)},
		Next: &govuk.PageLink{Text: "The day after", Href: href(on.next(), chosen)}}
	page.Pick = blank("date", page.Date).dayInput("date", "Day", "")
	if len(teams) < 2 {
		return
	}
	page.Teams = []teamLink{{"All teams", href(on, ""), chosen == ""}}
	for _, t := range teams {
		page.Teams = append(page.Teams, teamLink{t.Name, href(on, t.ID), t.ID == chosen})
	}
}

// dayVisits lists the visits of some teams that begin on a day, in order of their start, and how many are not listed.
func (p *Pages) dayVisits(c *request, teams []store.Team, on date) (rows []visitRow, more int, err error) {
	from, to := on.in(c.in), on.next().in(c.in)
	visits, total, err := p.Store.Day(c.Context(), idsOf(teams), from, to, dayRows)
	if err != nil {
		return nil, 0, err
	}
	more = total - len(visits)
	known, hidden, err := p.hiddenFrom(c)
	if err != nil {
		return nil, 0, err
	}
	visits = slices.DeleteFunc(visits, func(v store.Visit) bool { return slices.Contains(hidden, v.Worker) })
	for _, worker := range hidden {
		own, err := p.Store.Visits(c.Context(), store.VisitFilter{Worker: worker, From: from.Add(-shownMoves), To: to.Add(shownMoves), Bare: true})
		if err != nil {
			return nil, 0, err
		}
		visits = append(visits, slices.DeleteFunc(own, func(v store.Visit) bool { return !slices.Contains(idsOf(teams), v.Team) })...)
	}
	if visits, err = p.asShown(c, visits, hidden, known); err != nil {
		return nil, 0, err
	}
	visits = slices.DeleteFunc(visits, func(v store.Visit) bool { return v.StartsAt.Before(from) || !v.StartsAt.Before(to) })
	slices.SortFunc(visits, func(a, b store.Visit) int { return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.ID, b.ID)) })
	rows, err = p.visitRows(c, teams, visits)
	for i := range rows {
		rows[i] = rows[i].marked(known)
	}
	return rows, more, err
}

// shownMoves is how far a visit may stand from where it is shown to whoever must not know of danger.
const shownMoves = 48 * time.Hour

// asShown puts the visits of hidden workers as the reader, who knows of some alarms, is to see them: as the board does.
func (p *Pages) asShown(c *request, visits []store.Visit, hidden []string, known []store.Alarm) (shown []store.Visit, err error) {
	for _, v := range visits {
		if slices.Contains(hidden, v.Worker) {
			if v, err = p.View.Unaware(c.Context(), v, known); err != nil {
				return nil, err
			}
		}
		shown = append(shown, v)
	}
	return shown, nil
}

// visitRows lists visits of some teams as the reader has them, on a page that stays as it is: no time runs on it.
func (p *Pages) visitRows(c *request, teams []store.Team, visits []store.Visit) (rows []visitRow, err error) {
	one, err := p.classOf(c, teams)
	if err != nil {
		return nil, err
	}
	ctx, err := p.directory.hold(c.Context())
	if err != nil {
		return nil, err
	}
	for _, v := range visits {
		if one.hides(v) {
			continue
		}
		row, err := board{pages: p, at: c.at, class: one}.row(ctx, v)
		if err != nil {
			return nil, err
		}
		row.Ticks = false
		p.where(c, &row)
		rows = append(rows, row)
	}
	return rows, nil
}

// where says where a meeting or an appointment is: nobody watches it, and a colleague who looks for somebody looks here (the plan's section 1). Where a
// visit is stands on its own page, and so does what is private.
func (p *Pages) where(c *request, row *visitRow) {
	if row.Busy || row.Private || row.Kind != "meeting" && row.Kind != "other" {
		return
	}
	v, err := p.Store.Visit(c.Context(), row.ID)
	if err != nil {
		p.Log.Error("where an appointment is cannot be read", "visit", row.ID, "error", err)
		return // and the others are shown
	}
	row.Where = v.Details.Address.Reveal()
}

// classOf is the reader's class, with what is theirs alone.
func (p *Pages) classOf(c *request, teams []store.Team) (class, error) {
	m, err := p.shared.now(c.Context(), c.at)
	if err != nil {
		return class{}, err
	}
	known, _ := m.open.For(c.reader())
	x, err := p.class(c, teams, known)
	x.by = c.who.ID
	return x, err
}

// showReferred leads to the visit with a reference; to a list where it was used more than once. One that is busy to the
// reader is not found: they do not see whose reference it is.
func (p *Pages) showReferred(c *request, page dayPage, teams []store.Team, ref string) error {
	kept, err := p.Store.Referred(c.Context(), idsOf(teams), strings.ToUpper(strings.ReplaceAll(ref, " ", "")), c.at.Add(-soughtBack), dayRows)
	if err != nil {
		return err
	}
	one, err := p.classOf(c, teams)
	if err != nil {
		return err
	}
	kept = slices.DeleteFunc(kept, func(v store.Visit) bool { return !one.sees(v) })
	if len(kept) == 1 {
		return c.redirect("/visits/" + kept[0].ID)
	}
	page.Sought, page.Title = true, "Visits with that reference"
	known, hidden, err := p.hiddenFrom(c)
	if err != nil {
		return err
	}
	if kept, err = p.asShown(c, kept, hidden, known); err != nil {
		return err
	}
	if page.Rows, err = p.visitRows(c, teams, kept); err != nil {
		return err
	}
	page.days(c, dateOf(c.at.In(c.in)), "", nil)
	page.Around = nil
	return p.show(c, http.StatusOK, "day", page)
}
