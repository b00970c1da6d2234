package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
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

// teamOf finds a team among some by its id.
func teamOf(teams []store.Team, id string) (store.Team, bool) {
	for _, t := range teams {
		if t.ID == id {
			return t, true
		}
	}
	return store.Team{}, false
}

// among says that a team is one of some.
func among(teams []store.Team, id string) bool {
	_, is := teamOf(teams, id)
	return is
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

// kept gives those of the teams that the reader keeps.
func (p *Pages) kept(c *request, teams []store.Team) []store.Team {
	return slices.DeleteFunc(slices.Clone(teams), func(t store.Team) bool { return !p.mayKeep(c, t.ID) })
}

// mayKeepAll says that the reader keeps each of the teams, of which there is one at least.
func (p *Pages) mayKeepAll(c *request, teams []string) bool {
	return len(teams) > 0 && !slices.ContainsFunc(teams, func(team string) bool { return !p.mayKeep(c, team) })
}

// mayEdit says that the reader changes someone's details: their own, or those of the people they keep.
func (p *Pages) mayEdit(c *request, who buddy.Person) bool {
	return c.who.ID == who.ID || p.mayKeep(c, who.Team)
}

// class is which private visits readers see whole where visits are listed (rule 1.4). To all others each is "Busy – private".
type class struct {
	answers []string // teams whose visits are theirs to answer for
	home    string   // the team whose visits they see that are not private; "" where they answer for it
	told    []string // visits with an open alarm that they were told of
	by      string   // the one reader, where it is for one alone: their own visits, and those that name them to answer
}

// key tells two classes apart.
func (x class) key() string { return fmt.Sprintf("%q %q %q %q", x.answers, x.home, x.told, x.by) }

// sees says that a visit is whole to them.
func (x class) sees(v store.Visit) bool {
	switch {
	case slices.Contains(x.answers, v.Team), !v.Private && v.Team == x.home, slices.Contains(x.told, v.ID):
		return true
	default:
		return x.by != "" && (v.Worker == x.by || slices.Contains(v.Responders, x.by))
	}
}

// class gives the reader's class where the visits of some teams are listed, of whose open alarms they may know of those.
func (p *Pages) class(c *request, teams []store.Team, alarms []store.Alarm) (x class, err error) {
	covered, err := p.covered(c.Context(), c.who, c.at)
	if err != nil {
		return x, err
	}
	for _, t := range teams {
		switch {
		case answersIn(c.who, t.ID), names(t, c.who), slices.Contains(covered, t.ID):
			x.answers = append(x.answers, t.ID)
		case t.ID == c.who.Team:
			x.home = t.ID
		}
	}
	if len(x.answers) == len(teams) {
		return x, nil // and needs no other part
	}
	for _, a := range alarms {
		if view.MaySee(view.Circle{Alarm: &a.Alarm}, c.who.ID) {
			x.told = append(x.told, a.Visits...)
		}
	}
	return x, nil
}

// answersIn says that someone answers for a team's workers by their role in it.
func answersIn(who buddy.Person, team string) bool {
	return (who.Has(buddy.Responder) || who.Has(buddy.Manager)) && who.Team == team
}

// mayRing says that home numbers and next of kin are for the reader (rules 1.3 and 7.8): those of the person themself, and
// of whom they answer for, as a manager or a responder of the team, named in its plan or on call for it. An administrator as
// such is not one who rings families.
func (p *Pages) mayRing(c *request, who buddy.Person) (bool, error) {
	if c.who.ID == who.ID || answersIn(c.who, who.Team) {
		return true, nil
	}
	team, err := p.Store.Team(c.Context(), who.Team)
	if err != nil || names(team, c.who) {
		return err == nil, err
	}
	teams, err := p.covered(c.Context(), c.who, c.at)
	return slices.Contains(teams, who.Team), err
}

// mayBookFor gives the workers whom the reader books visits for: themselves, and the workers of their teams where they
// answer for workers or keep the installation.
func (p *Pages) mayBookFor(c *request) ([]buddy.Person, error) {
	var workers []buddy.Person
	if c.who.Has(buddy.Worker) {
		workers = append(workers, c.who)
	}
	if !c.who.Has(buddy.Responder) && !c.who.Has(buddy.Manager) && !c.who.Has(buddy.Admin) {
		return workers, nil
	}
	teams, err := p.teams(c)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		members, err := p.members(c, t.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if m.Active && m.Has(buddy.Worker) && m.ID != c.who.ID {
				workers = append(workers, m)
			}
		}
	}
	return workers, nil
}

// rightsOver is what the reader does about a visit.
type rightsOver struct {
	Own     bool // it is theirs: what they say of it is a check-in
	Records bool // what the worker told them by phone or text counts as the worker's own (rule 2.7)
	Changes bool // calls it off; and changes its times and details, where they see those
}

// mayDo says what the reader does about a visit: its worker, who answers for workers in its team or for this very visit,
// and who keeps the team.
func (p *Pages) mayDo(c *request, v view.Visit) (rightsOver, error) {
	if c.who.ID == v.Worker {
		return rightsOver{Own: true, Changes: true}, nil
	}
	teams, err := p.teams(c)
	if err != nil {
		return rightsOver{}, err
	}
	near := among(teams, v.Team)
	answers := near && (c.who.Has(buddy.Responder) || c.who.Has(buddy.Manager)) || v.Responder != nil && v.Responder.ID == c.who.ID
	return rightsOver{Records: answers, Changes: answers || near && c.who.Has(buddy.Admin) && !v.Busy}, nil
}

// mayFind says that a visit is the reader's business at all: its team's, or their own to answer for.
func (p *Pages) mayFind(c *request, v view.Visit) (bool, error) {
	if v.Open || c.who.ID == v.Worker {
		return true, nil
	}
	teams, err := p.teams(c)
	return among(teams, v.Team), err
}

// part is what a reader has to do with an alarm that package view lets them know of.
type part struct {
	Knows bool // it is of a team of theirs, or they were told of it
	May   bool // takes charge of it
	Opens bool // sees all that is needed, and so acts on it (rule 1.4): who takes charge does
	Self  bool // is the worker
}

// part says what the reader has to do with an alarm. Who was told of it, has it or raised it acts on it, and every manager
// and responder who answers for the worker may come to.
func (p *Pages) part(c *request, a store.Alarm, worker buddy.Person) (part, error) {
	if c.who.ID == a.Worker {
		return part{Knows: true, Self: true}, nil
	}
	if view.MaySee(view.Circle{Alarm: &a.Alarm}, c.who.ID) {
		return part{Knows: true, May: true, Opens: true}, nil
	}
	may, err := p.mayRing(c, worker)
	if err != nil {
		return part{}, err
	}
	opens := false
	if may {
		if opens, err = p.View.Opens(c.Context(), a, c.reader()); err != nil {
			return part{}, err
		}
	}
	teams, err := p.teams(c)
	if err != nil {
		return part{}, err
	}
	return part{Knows: among(teams, worker.Team) || may, May: may, Opens: opens}, nil
}

// mayOpen says that there is a page of an alarm for the reader.
func (p *Pages) mayOpen(c *request, alarm string) (bool, error) {
	_, err := p.known(c, alarm)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// outAlone says that the reader may be on a visit, or that an alarm about them is open: whoever is with them may read what
// they have before them, so it tells of no call for help, nor of how they would make one (rule 4.2).
func (p *Pages) outAlone(c *request) (bool, error) {
	loaded, err := p.Store.Load(c.Context(), c.who.ID)
	if err != nil {
		return false, fmt.Errorf("load reader: %w", err)
	}
	there := func(v watch.Visit) bool { return v.Status != watch.Booked || !v.StartsAt.After(c.at) }
	return loaded.Watch.Alarm != nil || slices.ContainsFunc(loaded.Watch.Live(), there), nil
}

// visits says that someone visits alone, whatever else they do. What they have before them may be read by whoever is with
// them, so no page names the phrase there, or what counts calls for help (rule 4.2).
func visits(who buddy.Person) bool { return who.Has(buddy.Worker) }

// maySeeFigures says that the figures of a day are for the reader. They count every alarm, so they are for nobody who visits.
func maySeeFigures(who buddy.Person) bool {
	return !visits(who) && (who.Has(buddy.Manager) || who.Has(buddy.Responder) || who.Has(buddy.Admin) || who.Has(buddy.Auditor))
}

// mayLabel says that the reader says what workers meant by texts that were asked back: who keeps a team. Which texts they see is
// package view's to say.
func mayLabel(who buddy.Person) bool { return who.Has(buddy.Manager) || who.Has(buddy.Admin) }
