package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/guidance"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// calendarRoutes are the pages of who shares their office calendar with the team (the plan's section 1).
func (p *Pages) calendarRoutes() []route {
	return []route{
		{"GET /calendar", signedIn, p.ownCalendar},
		{"GET /teams/{id}/calendars/{person}", signedIn, p.calendar},
		{"POST /teams/{id}/calendars/{person}", signedIn, p.sayShared},
		{"POST /teams/{id}/calendars/{person}/unseen", signedIn, p.sayUnseen},
	}
}

// calendarRow is whose calendar it is, and how it stands, in words that blame nobody.
type calendarRow struct {
	ID, Name, Says string
	At             time.Time // when that was said; zero for never
}

func calendarSays(s store.SharedCalendar, asks bool) calendarRow {
	switch {
	case !s.UnseenAt.IsZero():
		return calendarRow{Says: "A colleague could not see it", At: s.UnseenAt}
	case s.SaidAt.IsZero():
		return calendarRow{Says: "Not said yet"}
	case !s.Shared:
		return calendarRow{Says: "Not yet", At: s.SaidAt}
	case asks:
		return calendarRow{Says: "Shared, and asked again since", At: s.SaidAt}
	default:
		return calendarRow{Says: "Shared", At: s.SaidAt}
	}
}

// calendarRows are the calendars of a team's people, as the reader may know of them.
func (p *Pages) calendarRows(c *request, t store.Team) (rows []calendarRow, err error) {
	members, err := p.members(c, t.ID)
	if err != nil {
		return nil, err
	}
	shared, err := engine.TeamCalendars(c.Context(), p.Store, t.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if !engine.SharesCalendar(m, t.ID) || c.apart(m.ID) != 0 {
			continue
		}
		row := calendarSays(shared.Shared[m.ID], shared.Asks(m.ID))
		row.ID, row.Name = m.ID, cmp.Or(m.Name, m.ID)
		rows = append(rows, row)
	}
	return rows, nil
}

// lackingRow is a visit in working hours that says too little.
type lackingRow struct {
	ID, Reference, Name, Says string
	At                        time.Time
}

// lackingRows are those of a team that the reader sees whole, as they are to see them.
func (p *Pages) lackingRows(c *request, t store.Team) (rows []lackingRow, err error) {
	teams, err := p.visitTeams(c)
	if err != nil || !among(teams, t.ID) {
		return nil, err
	}
	lacking, unread, err := engine.VisitsLacking(c.Context(), p.Store, t, c.at)
	if err != nil {
		return nil, err
	}
	if unread > 0 {
		p.Log.Error("visits cannot be read to say what they lack", "team", t.ID, "visits", unread)
	}
	one, err := p.classOf(c, []store.Team{t})
	if err != nil {
		return nil, err
	}
	known, hidden, err := p.hiddenFrom(c)
	if err != nil {
		return nil, err
	}
	for _, v := range lacking {
		if !one.sees(v.Visit) {
			continue
		}
		shown, err := p.asShown(c, []store.Visit{v.Visit}, hidden, known)
		if err != nil {
			return nil, err
		}
		row := lackingRow{ID: v.ID, Reference: v.Reference, Says: "No place", At: shown[0].StartsAt}
		switch {
		case v.Place && v.ServiceUser:
			row.Says = "No place, and no service user"
		case v.ServiceUser:
			row.Says = "No service user"
		}
		if row.Name, err = p.nameOf(c.Context(), v.Worker); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// calendarOf is whose calendar an address names, and what the reader may say of it.
type calendarOf struct {
	team   store.Team
	person buddy.Person
	own    bool
	says   bool // may say whether it is shared
	looks  bool // may say that it cannot be seen
	shared store.SharedCalendar
	asks   bool
}

// ownCalendar answers GET /calendar: the short way there, which fits into a text.
func (p *Pages) ownCalendar(c *request) error {
	if !engine.SharesCalendar(c.who, c.who.Team) {
		return notFound()
	}
	return c.redirect(calendarPath(c.who))
}

func calendarPath(who buddy.Person) string {
	return "/teams/" + url.PathEscape(who.Team) + "/calendars/" + url.PathEscape(who.ID)
}

// calendarAt finds it, where it is the reader's business.
func (p *Pages) calendarAt(c *request) (of calendarOf, err error) {
	if of.team, err = p.teamAt(c); err != nil {
		return of, err
	}
	members, err := p.members(c, of.team.ID)
	if err != nil {
		return of, err
	}
	i := slices.IndexFunc(members, func(m buddy.Person) bool { return m.ID == c.PathValue("person") })
	if i < 0 || !engine.SharesCalendar(members[i], of.team.ID) || c.apart(members[i].ID) != 0 {
		return of, notFound()
	}
	of.person = members[i]
	of.person.Name = cmp.Or(of.person.Name, of.person.ID)
	is, err := p.overPerson(c, of.person)
	if err != nil {
		return of, err
	}
	of.own = is&access.Self != 0
	of.says, of.looks = access.May(access.SayShared, is), access.May(access.SayUnseen, is) && !of.own
	shared, err := engine.TeamCalendars(c.Context(), p.Store, of.team.ID)
	of.shared, of.asks = shared.Shared[of.person.ID], shared.Asks(of.person.ID)
	return of, err
}

type calendarPage struct {
	Layout
	Team, ID, Name  string
	Own, May, Looks bool
	State           calendarRow
	By              string // who noted it, where it was not themselves
	Never           bool   // somebody may never see them
	Choice          govuk.Radios
	Sheet           guidance.Page
	Key             string
}

// calendar answers GET /teams/{id}/calendars/{person}.
func (p *Pages) calendar(c *request) error {
	of, err := p.calendarAt(c)
	if err != nil {
		return err
	}
	filled := ""
	if !of.shared.SaidAt.IsZero() && !of.asks {
		filled = sharedWord(of.shared.Shared)
	}
	return p.showCalendar(c, http.StatusOK, of, blank("shared", filled))
}

func sharedWord(shared bool) string {
	if shared {
		return "yes"
	}
	return "not_yet"
}

func (p *Pages) showCalendar(c *request, status int, of calendarOf, f *form) error {
	page := calendarPage{Layout: p.layout(c, of.person.Name+"’s calendar").again(f), Team: of.team.ID, ID: of.person.ID, Name: of.person.Name, Own: of.own, May: of.says,
		Looks: of.looks && of.shared.UnseenAt.IsZero(), State: calendarSays(of.shared, of.asks), Sheet: guidance.SeeingACalendar(), Key: rand.Text()}
	page.Path = "/teams/" + of.team.ID + "/calendars/" + of.person.ID
	question := "Is " + of.person.Name + "’s calendar shared with the team, with its details?"
	if of.own {
		page.Title, page.Sheet = "Your calendar and your team", guidance.SharingYourCalendar()
		question = "Is your calendar shared with the team, with its details?"
		never, err := p.Store.Blocked(c.Context(), c.who.ID)
		if err != nil {
			return err
		}
		page.Never = len(never) > 0
	}
	if by := of.shared.SaidBy; by != "" && by != of.person.ID {
		name, err := p.nameOf(c.Context(), by)
		if err != nil {
			return err
		}
		page.By = name
	}
	page.Choice = f.radios("shared", question, "", govuk.Choice{Value: "yes", Text: "Yes"}, govuk.Choice{Value: "not_yet", Text: "Not yet"})
	return p.show(c, status, "calendar", page)
}

// sayShared answers POST /teams/{id}/calendars/{person}.
func (p *Pages) sayShared(c *request) error {
	of, err := p.calendarAt(c)
	if err == nil && !of.says {
		err = notFound()
	}
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	said := f.value("shared")
	if said != "yes" && said != "not_yet" {
		f.wrong("shared", "Choose “Yes” or “Not yet”")
		return p.showCalendar(c, http.StatusUnprocessableEntity, of, f)
	}
	if err := saidOfCalendar(p.Engine.SayShared(c.Context(), c.press(), of.person, said == "yes")); err != nil {
		return err
	}
	return c.redirect("/teams/" + of.team.ID + "/calendars/" + of.person.ID + "?done=calendar-said")
}

// sayUnseen answers POST /teams/{id}/calendars/{person}/unseen.
func (p *Pages) sayUnseen(c *request) error {
	of, err := p.calendarAt(c)
	if err == nil && !of.looks {
		err = notFound()
	}
	if err != nil {
		return err
	}
	if err := saidOfCalendar(p.Engine.SayUnseen(c.Context(), c.press(), of.person)); err != nil {
		return err
	}
	return c.redirect("/teams/" + of.team.ID + "/calendars/" + of.person.ID + "?done=calendar-unseen")
}

// saidOfCalendar takes one that is in another team since for not found.
func saidOfCalendar(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return notFound()
	}
	return err
}

// calendarWaits is the reader's own calendar, where it is asked whether it is shared.
func (p *Pages) calendarWaits(c *request) ([]waitingRow, error) {
	if !engine.SharesCalendar(c.who, c.who.Team) {
		return nil, nil
	}
	shared, err := engine.TeamCalendars(c.Context(), p.Store, c.who.Team)
	if err != nil || !shared.Asks(c.who.ID) {
		return nil, err
	}
	if !shared.Shared[c.who.ID].UnseenAt.IsZero() {
		return []waitingRow{{"A colleague could not see the details in your calendar: see how to share it", calendarPath(c.who)}}, nil
	}
	return []waitingRow{{"Say whether your calendar is shared with your team", calendarPath(c.who)}}, nil
}
