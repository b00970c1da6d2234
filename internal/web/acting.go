package web

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// actingCookie names the person the reader acts as. It is no sign-in: the pages are on this machine alone.
const actingCookie = "acting"

// who finds who asks, and their zone: who signed in, or in a demo the person that the reader acts as.
func (p *Pages) who(c *request) (err error) {
	id := ""
	if p.SignIn != nil {
		id, err = p.session(c)
	} else {
		id = p.chosen(c)
	}
	if id == "" || err != nil {
		return err
	}
	person, err := p.directory.person(c.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil // of another database
	case err != nil:
		return fmt.Errorf("find who asks: %w", err)
	case !person.Active || person.ID != id:
		return nil
	}
	c.who = person
	if c.kept, err = p.Store.BlockedFrom(c.Context(), person.ID); err != nil {
		return err
	}
	teams, err := p.directory.teams(c.Context())
	if err != nil {
		return fmt.Errorf("find team of who asks: %w", err)
	}
	if t, found := teamOf(teams, person.Team); found {
		c.phrase = t.Plan.DuressPhrase
		if zone, err := p.directory.zone(c.Context(), t.Zone); err == nil && t.Zone != "" {
			c.in = zone
		}
	}
	return nil
}

// chosen is the id of the person whom the reader chose; "" for nobody. In a demo nobody has to choose.
func (p *Pages) chosen(c *request) string {
	if cookie, err := c.Cookie(actingCookie); err == nil && cookie.Value != "" {
		return cookie.Value
	}
	if p.Demo != nil {
		return demoVisitor
	}
	return ""
}

// mostChoices is how many people there are to choose from at once; of more, some are sought by name.
const mostChoices = 50

type actingPage struct {
	Layout
	Then   string // where to go next
	Search *govuk.Input
	More   int // that are not listed
	Choice govuk.Radios
}

// acting answers GET /acting: whom to act as.
func (p *Pages) acting(c *request) error {
	page, err := p.actingPage(c, blank("person", c.who.ID))
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "acting", page)
}

// seekActing answers POST /acting/search: those whose name is sought, to choose from.
func (p *Pages) seekActing(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	page, err := p.actingPage(c, f)
	if err != nil {
		return err
	}
	return p.show(c, http.StatusOK, "acting", page)
}

func (p *Pages) actingPage(c *request, f *form) (actingPage, error) {
	page := actingPage{Layout: p.layout(c, "Who are you acting as?").again(f), Then: localPath(c.FormValue("then"))}
	teams, err := p.directory.teams(c.Context())
	if err != nil {
		return page, fmt.Errorf("list teams: %w", err)
	}
	people, err := p.directory.everyone(c.Context())
	if err != nil {
		return page, fmt.Errorf("list people: %w", err)
	}
	if len(people) > mostChoices {
		page.Search = new(f.input("q", "Search by name", ""))
		page.Search.Type, page.Search.Classes = "search", "govuk-input--width-20"
	}
	sought := strings.ToLower(f.value("q"))
	var choices []govuk.Choice
	for _, t := range teams {
		for _, m := range membersOf(people, t.ID) {
			switch {
			case !strings.Contains(strings.ToLower(m.Name), sought):
			case len(choices) == mostChoices:
				page.More++
			default:
				choices = append(choices, govuk.Choice{Value: m.ID, Text: m.Name, Hint: govuk.Hint{Text: roleWords(m.Roles) + ", " + t.Name}})
			}
		}
	}
	page.Choice = f.radios("person", "Choose a person", "", choices...)
	return page, nil
}

// membersOf lists the people of a team who are here, in their order.
func membersOf(people []buddy.Person, team string) []buddy.Person {
	var members []buddy.Person
	for _, p := range people {
		if p.Active && p.Team == team {
			members = append(members, p)
		}
	}
	return members
}

// byName orders people as a list of them does; namesakes by their ids, so that they do not change places.
func byName(a, b buddy.Person) int {
	return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
}

// act answers POST /acting: from now on the reader acts as that person.
func (p *Pages) act(c *request) error {
	f, err := c.form()
	if err != nil {
		return err
	}
	person, err := p.Store.Person(c.Context(), f.value("person"))
	switch {
	case errors.Is(err, store.ErrNotFound) || err == nil && !person.Active:
		f.wrong("person", "Choose who you are acting as")
		page, err := p.actingPage(c, f)
		if err != nil {
			return err
		}
		return p.show(c, http.StatusUnprocessableEntity, "acting", page)
	case err != nil:
		return fmt.Errorf("find person: %w", err)
	}
	http.SetCookie(c.w, &http.Cookie{Name: actingCookie, Value: person.ID, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) // #nosec G124 -- of a demo, which is on this machine alone and in the clear
	return c.redirect(localPath(f.value("then")))
}
