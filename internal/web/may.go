package web

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
)

// What a reader may see and do, until there is a table of it with sign-in. Every page asks here; what of a visit is shown
// to whom is package view's to say (rule 1.4). A page that is none of the reader's business is not found.

// answersAhead is how far ahead a shift for another team makes its people and rota the reader's business.
const answersAhead = 14 * 24 * time.Hour

// teams gives the teams whose people, rota and plan are the reader's business, in the order of their ids: their own,
// those they answer for, and every team for an administrator.
func (p *Pages) teams(c *request) ([]store.Team, error) {
	all, err := p.directory.teams(c.Context())
	if err != nil || c.who.Has(buddy.Admin) {
		return all, err
	}
	covered, err := p.covered(c.Context(), c.who, c.at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(t store.Team) bool {
		return t.ID != c.who.Team && !slices.Contains(covered, t.ID) && !names(t, c.who)
	}), nil
}

// covered gives the teams that someone is on call for, now or soon.
func (p *Pages) covered(ctx context.Context, who buddy.Person, at time.Time) ([]string, error) {
	shifts, err := p.directory.shifts(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("find whom %s answers for: %w", who.ID, err)
	}
	var teams []string
	for _, s := range shifts {
		if s.Person == who.ID {
			teams = append(teams, s.Teams...)
		}
	}
	return teams, nil
}

// names says that a team's plan names someone to answer.
func names(t store.Team, who buddy.Person) bool {
	is := func(id string) bool { return id != "" && (id == who.ID || id == who.ExternalID) }
	return is(t.Plan.Fallback) || is(t.Plan.NamedBuddy) || slices.ContainsFunc(t.Plan.Colleagues, is)
}

// mayKeep says that the reader changes a team's people, rota and plan: an administrator any team's, a manager their own.
func (p *Pages) mayKeep(c *request, team string) bool {
	return c.who.Has(buddy.Admin) || c.who.Has(buddy.Manager) && c.who.Team == team
}

// mayEdit says that the reader changes someone's details: their own, or those of the people they keep.
func (p *Pages) mayEdit(c *request, who buddy.Person) bool {
	return c.who.ID == who.ID || p.mayKeep(c, who.Team)
}

// mayRing says that home numbers and next of kin are for the reader (rules 1.3 and 7.8): those of the person themself, and
// of whom they answer for, as a manager or a responder of the team or on call for it. An administrator as such is not one
// who rings families.
func (p *Pages) mayRing(c *request, who buddy.Person) (bool, error) {
	answers := (c.who.Has(buddy.Responder) || c.who.Has(buddy.Manager)) && c.who.Team == who.Team
	if c.who.ID == who.ID || answers {
		return true, nil
	}
	teams, err := p.covered(c.Context(), c.who, c.at)
	return slices.Contains(teams, who.Team), err
}

// maySeeFigures says that the figures of a day are for the reader. They count every alarm, so they are for nobody who
// visits: a worker in danger must find no trace of it (rule 4.2).
func maySeeFigures(who buddy.Person) bool {
	return !who.Has(buddy.Worker) && (who.Has(buddy.Manager) || who.Has(buddy.Responder) || who.Has(buddy.Admin) || who.Has(buddy.Auditor))
}
