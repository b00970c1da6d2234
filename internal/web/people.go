package web

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// mostPeople is how many are listed at once; a longer list is searched.
const mostPeople = 200

// everyTeam is the choice of all of the reader's teams at once.
const everyTeam = "all"

type peoplePage struct {
	Layout
	Team   *govuk.Select // nil with one team
	Search govuk.Input
	People []personRow
	More   int  // that are not listed
	Sought bool // by name
	Left   bool // those who have left are listed as well
	Toggle string
	MayAdd bool
}

// personRow is one person in a list.
type personRow struct {
	ID, Name, Roles, Team string
	OnCall, Left          bool

	sorts string // what it is sorted by: the name in small letters
}

// people answers GET /people: everyone of the reader's teams.
func (p *Pages) people(c *request) error {
	asked := c.URL.Query()
	asked.Del("q")
	return p.listPeople(c, asked)
}

// seekPeople answers POST /people: those whose name is sought. It changes nothing, and is a POST so that no name is in an
// address, which browsers, proxies and logs keep.
func (p *Pages) seekPeople(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	return p.listPeople(c, f.values)
}

func (p *Pages) listPeople(c *request, asked url.Values) error {
	teams, err := p.teams(c)
	if err != nil {
		return err
	}
	q, chosen, left := strings.TrimSpace(asked.Get("q")), cmp.Or(asked.Get("team"), c.who.Team), asked.Get("left") == "yes"
	shown := only(teams, chosen)
	f := blank("q", q, "team", chosen)
	page := peoplePage{Layout: p.layout(c, "People"), Search: f.input("q", "Search by name", ""), Sought: q != "", Left: left,
		MayAdd: slices.ContainsFunc(teams, func(t store.Team) bool { return p.mayKeep(c, t.ID) })}
	page.Search.Type, page.Search.Classes = "search", "govuk-input--width-20"
	page.Toggle = toggled(asked.Get("team"), !left)
	if len(teams) > 1 {
		page.Team = &govuk.Select{Name: "team", Label: govuk.Label{Text: "Team"}, Value: chosen, Items: append(teamOptions(teams), govuk.Option{Value: everyTeam, Text: "All teams"})}
	}
	held, err := p.directory.hold(c.Context())
	if err != nil {
		return err
	}
	c.Request = c.WithContext(held)
	for _, t := range shown {
		rows, err := p.rowsOf(c, t, left)
		if err != nil {
			return err
		}
		page.People = append(page.People, rows...)
	}
	page.People = slices.DeleteFunc(page.People, func(r personRow) bool { return q != "" && !called(r.Name, q) })
	if len(shown) > 1 {
		slices.SortStableFunc(page.People, func(a, b personRow) int { return cmp.Compare(a.sorts, b.sorts) })
	}
	if page.More = len(page.People) - mostPeople; page.More > 0 {
		page.People = page.People[:mostPeople]
	}
	return p.show(c, http.StatusOK, "people", page)
}

// only gives the chosen team, or all where all were chosen or it is not one of them.
func only(teams []store.Team, chosen string) []store.Team {
	if t, found := teamOf(teams, chosen); found {
		return []store.Team{t}
	}
	return teams
}

func teamOptions(teams []store.Team) []govuk.Option {
	var options []govuk.Option
	for _, t := range teams {
		options = append(options, govuk.Option{Value: t.ID, Text: t.Name})
	}
	return options
}

// toggled is the address of the page with those who have left, or without them.
func toggled(team string, left bool) string {
	next := url.Values{}
	if team != "" {
		next.Set("team", team)
	}
	if left {
		next.Set("left", "yes")
	}
	return "/people?" + next.Encode()
}

// rowsOf lists a team's people, also those who have left where that is asked.
func (p *Pages) rowsOf(c *request, t store.Team, left bool) ([]personRow, error) {
	members, err := p.members(c, t.ID)
	if err != nil {
		return nil, err
	}
	on, err := p.onCall(c, t.ID)
	if err != nil {
		return nil, err
	}
	var rows []personRow
	for _, m := range members {
		if (m.Active || left) && c.apart(m.ID) == 0 {
			rows = append(rows, personRow{m.ID, m.Name, roleWords(m.Roles), t.Name, slices.Contains(on, m.ID) && m.Active, !m.Active, strings.ToLower(m.Name)})
		}
	}
	return rows, nil
}

// members gives a team's people as the directory has them, those who have left too.
func (p *Pages) members(c *request, team string) ([]buddy.Person, error) {
	people, err := p.directory.members(c.Context(), team)
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return people, nil
}

// onCall gives the people of the rota who are on call for a team now, in their order.
func (p *Pages) onCall(c *request, team string) ([]string, error) {
	shifts, err := p.directory.shifts(c.Context(), c.at)
	if err != nil {
		return nil, fmt.Errorf("read rota: %w", err)
	}
	return shifts.On(team, c.at), nil
}

// called says that a name has all the words sought, each at the beginning of a word of its own.
func called(name, sought string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune(" -'’,.", r) })
	for s := range strings.FieldsSeq(strings.ToLower(sought)) {
		begins := func(word string) bool { return strings.HasPrefix(word, s) }
		if !slices.ContainsFunc(words, begins) && !strings.HasPrefix(strings.ToLower(name), s) {
			return false
		}
	}
	return true
}

// roleWords are roles as people call them: "Responder and manager".
func roleWords(roles []string) string {
	var words []string
	for _, role := range buddy.Roles() {
		if slices.Contains(roles, role) {
			words = append(words, roleWord(role))
		}
	}
	if len(words) == 0 {
		return "No role"
	}
	return capital(listed(words))
}

func roleWord(role string) string {
	if role == buddy.Admin {
		return "administrator"
	}
	return role
}

// listed joins words as a sentence does: "one, two and three".
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
