package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// rotaDays is how many days the rota shows.
const rotaDays = 14

type rotaPage struct {
	Layout
	TeamID, TeamName string
	Zone             string        // whose clocks it is read by
	Team             *govuk.Select // nil with one team
	From             string        // the first day, for a machine
	Pick             govuk.Input   // of the first day
	Earlier, Later   string
	Today            string
	Days             []rotaDay
	Gaps             int
	Fragment         string
	Added            *shiftRow // the shift that was added just now
	AddedTo          string    // whom
	AddedTwice       bool      // one of its times comes twice
	Form             *shiftForm
	Ahead            []shiftRow // shifts that have not begun and are the reader's to remove
}

// rotaDay is one day of the rota.
type rotaDay struct {
	Starts  time.Time
	Today   bool
	Watches []rotaWatch
}

// rotaWatch is who is on call from one change of it to the next, or the part of that on one day.
type rotaWatch struct {
	From, To     time.Time
	Begins, Ends string // on its day: "00:00" and "24:00" where it goes on beyond it
	Now          bool
	Gap          bool
	People       []onCall
	Then         *onCall // the plan's fallback, after them or, in a gap, at once
	Other        *onCall // whom a gap falls to where there is no fallback
}

// onCall is someone who answers, with the numbers that reach them.
type onCall struct {
	ID, Name string
	Numbers  []namedNumber
}

// rotaTeam is the team whose rota is asked for, and what it takes to say who answers in it.
type rotaTeam struct {
	store.Team
	zone   *time.Location
	people map[string]buddy.Person // by each of their ids
	shifts rota.Rota
}

// rota answers GET /rota?team=…&from=…: two weeks of who is on call.
func (p *Pages) rota(c *request) error {
	f := blank("from", c.URL.Query().Get("from"))
	page, _, err := p.rotaPage(c, c.URL.Query(), f)
	if err != nil {
		return err
	}
	return p.show(c, f.status(), "rota", page)
}

func (p *Pages) rotaPage(c *request, asked url.Values, f *form) (page rotaPage, t rotaTeam, err error) {
	teams, err := p.teams(c)
	if err != nil {
		return page, t, err
	}
	t, ok := chosenTeam(teams, asked.Get("team"), c.who.Team)
	if !ok {
		return page, t, notFound()
	}
	c.in = t.zone // the rota is read by the team's clocks
	today := dateOf(c.at.In(t.zone))
	first := f.day("from", today)
	from, to := first.in(t.zone), first.plus(rotaDays).in(t.zone)
	if err := p.readRota(c.Context(), &t, from, to); err != nil {
		return page, t, err
	}
	page = rotaPage{Layout: p.layout(c, "Rota", topicOrganisation).again(f), TeamID: t.ID, TeamName: t.Name, Zone: t.zone.String(), From: from.Format(time.DateOnly),
		Earlier: rotaPath(t.ID, first.plus(-7), ""), Later: rotaPath(t.ID, first.plus(7), ""), Today: rotaPath(t.ID, today, ""),
		Fragment: rotaPath(t.ID, first, "weeks")}
	page.Pick = blank("from", page.From).dayInput("from", "Two weeks from", "")
	if f.problem("from") {
		page.Pick = f.dayInput("from", "Two weeks from", "")
	}
	if len(teams) > 1 {
		page.Team = &govuk.Select{Name: "team", Label: govuk.Label{Text: "Team"}, Value: t.ID, Items: teamOptions(teams)}
	}
	page.Days, page.Gaps = t.days(c.at, from, to)
	page.added(c, t, asked.Get("shift"))
	if p.mayKeep(c, t.ID) {
		page.Form, err = p.shiftForm(c, f, t, teams)
		page.Ahead = t.ahead(c, p, teams)
	}
	return page, t, err
}

// GapWords says how many gaps there are.
func (page rotaPage) GapWords() string {
	if page.Gaps == 1 {
		return "There is a gap in these two weeks, marked below: nobody is on call then."
	}
	return fmt.Sprintf("There are %d gaps in these two weeks, marked below: nobody is on call then.", page.Gaps)
}

// chosenTeam finds the team that is asked for, or else the reader's own.
func chosenTeam(teams []store.Team, asked, own string) (rotaTeam, bool) {
	i := slices.IndexFunc(teams, func(t store.Team) bool { return t.ID == cmp.Or(asked, own) })
	if i < 0 && (asked != "" || len(teams) == 0) {
		return rotaTeam{}, false
	}
	t := rotaTeam{Team: teams[max(i, 0)], zone: time.UTC}
	if zone, err := time.LoadLocation(t.Zone); err == nil && t.Zone != "" {
		t.zone = zone
	}
	return t, true
}

func rotaPath(team string, from date, fragment string) string {
	q := url.Values{"team": {team}, "from": {from.in(time.UTC).Format(time.DateOnly)}}
	if fragment != "" {
		q.Set("fragment", fragment)
	}
	return "/rota?" + q.Encode()
}

// plus is the day so many days on.
func (d date) plus(days int) date {
	return dateOf(time.Date(d.year, d.month, d.day+days, 0, 0, 0, 0, time.UTC))
}

// readRota reads a team's shifts in a time, and everyone whom they or the plan name. Whoever has left has none: what they
// had is a gap, as the engine takes it.
func (p *Pages) readRota(ctx context.Context, t *rotaTeam, from, to time.Time) error {
	shifts, err := p.Store.Shifts(ctx, t.ID, from, to)
	if err != nil {
		return fmt.Errorf("read rota: %w", err)
	}
	return p.fillRota(ctx, t, shifts)
}

// fillRota gives a team its shifts, and everyone whom they or the plan name.
func (p *Pages) fillRota(ctx context.Context, t *rotaTeam, shifts rota.Rota) error {
	members, err := p.directory.members(ctx, t.ID)
	if err != nil {
		return fmt.Errorf("read the team of a rota: %w", err)
	}
	t.people = map[string]buddy.Person{}
	ids := []string{t.Plan.Fallback, t.Plan.NamedBuddy}
	for _, m := range members {
		if m.Active && m.Has(buddy.Manager) {
			ids = append(ids, m.ID)
		}
	}
	for _, s := range shifts {
		ids = append(ids, s.Person)
	}
	for _, id := range ids {
		if _, known := t.people[id]; known || id == "" {
			continue
		}
		who, err := p.directory.person(ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read who is on call: %w", err)
		}
		who.Name = cmp.Or(who.Name, id)
		t.people[id] = who
	}
	t.shifts = slices.DeleteFunc(shifts, func(s rota.Shift) bool { return !t.people[s.Person].Active })
	return nil
}

// cover is who answers at an instant for a worker of the team who named nobody.
func (t rotaTeam) cover(at time.Time) rota.Cover {
	q := rota.Question{Team: t.ID, Zone: t.zone, Plan: t.Plan}
	for id, who := range t.people {
		if who.Active && who.Has(buddy.Manager) && who.Team == t.ID && who.ID == id {
			q.Managers = append(q.Managers, id)
		}
	}
	slices.Sort(q.Managers)
	for _, named := range []*string{&q.Plan.Fallback, &q.Plan.NamedBuddy} {
		if who := t.people[*named]; who.ID != "" && !who.Active {
			*named = ""
		}
	}
	return t.shifts.Cover(at, q)
}

// days is the rota from one day until before another, and how many gaps it has.
func (t rotaTeam) days(at, from, to time.Time) (days []rotaDay, gaps int) {
	for day := dateOf(from.In(t.zone)); day.in(t.zone).Before(to); day = day.next() {
		days = append(days, rotaDay{Starts: day.in(t.zone), Today: day == dateOf(at.In(t.zone))})
	}
	for _, w := range t.watches(from, to) {
		if w.Gap && w.To.After(at) {
			gaps++
		}
		for i := range days {
			if part, there := w.on(days[i].Starts, at); there {
				days[i].Watches = append(days[i].Watches, part)
			}
		}
	}
	return days, gaps
}

// on is the part of a stretch on the day that begins at an instant.
func (w rotaWatch) on(begins, at time.Time) (part rotaWatch, there bool) {
	ends := begins.AddDate(0, 0, 1)
	part = w
	if w.From.Before(begins) {
		part.From = begins
	}
	if w.To.After(ends) {
		part.To = ends
	}
	part.Begins, part.Ends = part.From.In(begins.Location()).Format("15:04"), part.To.In(begins.Location()).Format("15:04")
	if part.To.Equal(ends) {
		part.Ends = "24:00"
	}
	part.Now = !at.Before(part.From) && at.Before(part.To)
	return part, part.From.Before(part.To)
}

// watches cuts a time into stretches in which the same people answer.
func (t rotaTeam) watches(from, to time.Time) []rotaWatch {
	var all []rotaWatch
	var last rota.Cover
	var lastOn []string
	for from.Before(to) {
		cover, on := t.cover(from), t.shifts.On(t.ID, from)
		until := cover.Until
		if until.IsZero() || until.After(to) {
			until = to
		}
		if n := len(all); n > 0 && cover.Gap == last.Gap && slices.Equal(cover.Chain, last.Chain) && slices.Equal(on, lastOn) {
			all[n-1].To = until
		} else {
			all = append(all, t.watch(cover, on, from, until))
		}
		last, lastOn, from = cover, on, until
	}
	return all
}

// watch is one stretch: who is on call in their order, and whom it falls to after them.
// The fallback may be on call as well.
func (t rotaTeam) watch(cover rota.Cover, on []string, from, to time.Time) rotaWatch {
	w := rotaWatch{From: from, To: to, Gap: cover.Gap}
	for i, id := range cover.Chain {
		switch who := t.reached(id); {
		case id == t.Plan.Fallback && (cover.Gap || i > 0 && i == len(cover.Chain)-1 && !slices.Contains(on, id)):
			w.Then = &who
		case cover.Gap && i == 0:
			w.Other = &who
		default:
			w.People = append(w.People, who)
		}
	}
	return w
}

// reached is someone with the numbers that those they answer for reach them by (rule 1.1).
func (t rotaTeam) reached(id string) onCall {
	who := t.people[id]
	on := onCall{ID: who.ID, Name: cmp.Or(who.Name, id)}
	for _, n := range numbersOf(who, false, true) {
		if n.Dial != "" {
			on.Numbers = append(on.Numbers, n)
		}
	}
	return on
}

// shiftForm is what is asked of a new shift.
type shiftForm struct {
	Key                                    string
	Person, Place                          govuk.Select
	StartDate, StartTime, EndDate, EndTime govuk.Input
	Teams                                  *govuk.Checkboxes // nil with one team
}

// shiftForm asks for a shift, for the teams that the reader keeps.
func (p *Pages) shiftForm(c *request, f *form, t rotaTeam, teams []store.Team) (*shiftForm, error) {
	kept := p.kept(c, teams)
	people, err := p.answering(c, t, kept)
	if err != nil {
		return nil, err
	}
	form := &shiftForm{Key: cmp.Or(f.value("key"), rand.Text()),
		Person: govuk.Select{Name: "person", Label: govuk.Label{Text: "Who"}, Value: f.value("person"), ErrorMessage: f.says("person"),
			Items: append([]govuk.Option{{Text: "Choose a person"}}, people...)},
		Place:     govuk.Select{Name: "order", Label: govuk.Label{Text: "Place in the order"}, Value: cmp.Or(f.value("order"), "1"), ErrorMessage: f.says("order")},
		StartDate: f.dateInput("start", "Start date", ""), StartTime: f.timeInput("start", "Start time", ""),
		EndDate: f.dateInput("end", "End date", ""), EndTime: f.timeInput("end", "End time", "")}
	for place := range placesOffered {
		form.Place.Items = append(form.Place.Items, govuk.Option{Value: strconv.Itoa(place + 1), Text: placeWords(place + 1)})
	}
	if len(kept) > 1 {
		form.Teams = &govuk.Checkboxes{Name: "teams", Values: f.values["teams"], ErrorMessage: f.says("teams"),
			Fieldset: &govuk.Fieldset{Legend: govuk.Legend{Text: "On call for", Classes: "govuk-fieldset__legend--s"}}}
		if len(form.Teams.Values) == 0 && !f.bad() {
			form.Teams.Values = []string{t.ID}
		}
		for _, k := range kept {
			form.Teams.Items = append(form.Teams.Items, govuk.Choice{Value: k.ID, Text: k.Name})
		}
	}
	return form, nil
}

// answering lists who may be put on call: the responders and managers of the teams that the reader keeps, and whoever is
// on this rota already.
func (p *Pages) answering(c *request, t rotaTeam, kept []store.Team) ([]govuk.Option, error) {
	var all []buddy.Person
	for _, k := range kept {
		members, err := p.members(c, k.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, slices.DeleteFunc(members, func(m buddy.Person) bool { return !m.Has(buddy.Responder) && !m.Has(buddy.Manager) })...)
	}
	for _, who := range t.people {
		all = append(all, who)
	}
	all = slices.DeleteFunc(all, func(m buddy.Person) bool { return !m.Active || m.ID == "" })
	slices.SortFunc(all, byName)
	var options []govuk.Option
	for i, m := range all {
		if i == 0 || all[i-1].ID != m.ID {
			options = append(options, govuk.Option{Value: m.ID, Text: m.Name})
		}
	}
	return options, nil
}

const placesOffered = 6
