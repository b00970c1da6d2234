package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/view"
	"github.com/allclear-safety/allclear/internal/watch"
)

// What a reader is to a team, a person, a visit or an alarm. What they may by that is said by the table of package access
// alone; what of a visit is shown to whom, package view asks of the same table (rule 1.4). A page that is none of the reader's
// business is not found.

// answersAhead is how far ahead a shift for another team makes its people and rota the reader's business.
const answersAhead = 14 * 24 * time.Hour

// toTeam is what the reader is to a team, of which covered are those that they are on call for.
func toTeam(who buddy.Person, t store.Team, covered []string) access.Is {
	is := access.InTeam(who, t.ID)
	if slices.Contains(covered, t.ID) || names(t, who) {
		is |= access.Answers
	}
	return is
}

// teamsFor gives the teams of which the reader may do an act, in the order of their ids.
func (p *Pages) teamsFor(c *request, act access.Act) ([]store.Team, error) {
	all, err := p.directory.teams(c.Context())
	if err != nil {
		return nil, err
	}
	covered, err := p.covered(c.Context(), c.who, c.at)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(t store.Team) bool { return !access.May(act, toTeam(c.who, t, covered)) }), nil
}

// teams gives the teams whose people, rota and plan are the reader's business.
func (p *Pages) teams(c *request) ([]store.Team, error) { return p.teamsFor(c, access.SeeTeam) }

// visitTeams gives the teams whose visits are the reader's business.
func (p *Pages) visitTeams(c *request) ([]store.Team, error) { return p.teamsFor(c, access.SeeVisits) }

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
	return access.May(access.KeepTeam, access.InTeam(c.who, team))
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
	if who.ID != c.who.ID && p.keptFrom(c, who) {
		return false
	}
	return access.May(access.ChangePerson, c.toPerson(who))
}

// toPerson is what the reader is to someone by their roles.
func (c *request) toPerson(who buddy.Person) access.Is {
	is := access.InTeam(c.who, who.Team) | c.apart(who.ID)
	if c.who.ID == who.ID {
		is |= access.Self
	}
	return is
}

// apart is what the reader is to someone whom they may never see; nothing to all others.
func (c *request) apart(worker string) access.Is {
	if slices.Contains(c.kept, worker) {
		return access.Blocked
	}
	return 0
}

// class is which private visits readers see whole where visits are listed (rule 1.4). To all others each is "Busy – private".
type class struct {
	kept    []string // workers whom they may never see: nothing of theirs is listed
	answers []string // teams whose visits are theirs to answer for
	home    string   // the team whose visits they see that are not private; "" where they answer for it
	told    []string // visits with an open alarm that they were told of
	by      string   // the one reader, where it is for one alone: their own visits, and those that name them to answer
}

// key tells two classes apart.
func (x class) key() string {
	return fmt.Sprintf("%q %q %q %q %q", x.kept, x.answers, x.home, x.told, x.by)
}

// sees says that a visit is whole to them.
func (x class) sees(v store.Visit) bool {
	switch {
	case x.hides(v):
		return false
	case slices.Contains(x.answers, v.Team), !v.Private && v.Team == x.home, slices.Contains(x.told, v.ID):
		return true
	default:
		return x.by != "" && (v.Worker == x.by || slices.Contains(v.Responders, x.by))
	}
}

// hides says that they may not know that a visit is: it is of a worker whom they may never see.
func (x class) hides(v store.Visit) bool { return slices.Contains(x.kept, v.Worker) }

// class gives the reader's class where the visits of some teams are listed, of whose open alarms they may know of those.
func (p *Pages) class(c *request, teams []store.Team, alarms []store.Alarm) (x class, err error) {
	x.kept = c.kept
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
	return access.InTeam(who, team)&access.Answers != 0
}

// mayRing says that home numbers and next of kin are for the reader (rules 1.3 and 7.8). An administrator as such is not one
// who rings families.
func (p *Pages) mayRing(c *request, who buddy.Person) (bool, error) {
	is, err := p.overPerson(c, who)
	return access.May(access.SeeHome, is), err
}

// overPerson is what the reader is to someone, also by the rota and their team's plan.
func (p *Pages) overPerson(c *request, who buddy.Person) (access.Is, error) {
	is := c.toPerson(who)
	if is&(access.Self|access.Answers|access.Blocked) != 0 {
		return is, nil // and nothing more is asked
	}
	team, err := p.Store.Team(c.Context(), who.Team)
	if err != nil {
		return 0, err
	}
	covered, err := p.covered(c.Context(), c.who, c.at)
	return is | toTeam(c.who, team, covered), err
}

// mayBookFor gives the workers whom the reader books visits for: themselves, and the workers whom they answer for.
func (p *Pages) mayBookFor(c *request) ([]buddy.Person, error) {
	var workers []buddy.Person
	if access.May(access.Book, access.ByRole(c.who)|access.Self) {
		workers = append(workers, c.who)
	}
	if !answersForOthers(c.who) {
		return workers, nil
	}
	teams, err := p.teamsFor(c, access.Book)
	if err != nil {
		return nil, err
	}
	for _, t := range teams {
		members, err := p.members(c, t.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if m.Active && m.Has(buddy.Worker) && m.ID != c.who.ID && c.apart(m.ID) == 0 {
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
	Breaks  bool // may say why they need to see it, where it is private to them
	Changes bool // calls it off; and changes its times and details, where they see those
}

// mayDo says what the reader does about a visit.
func (p *Pages) mayDo(c *request, v view.Visit) (rightsOver, error) {
	is, err := p.overVisit(c, v)
	own := access.May(access.CheckIn, is)
	return rightsOver{Own: own, Records: !own && access.May(access.Record, is), Breaks: (v.Busy || v.Glass != nil) && access.May(access.BreakGlass, is), Changes: access.May(access.ChangeVisit, is)}, err
}

// mayFind says that a visit is the reader's business at all.
func (p *Pages) mayFind(c *request, v view.Visit) (bool, error) {
	if v.Open {
		return true, nil
	}
	is, err := p.overVisit(c, v)
	return access.May(access.SeeVisits, is), err
}

// overVisit is what the reader is to a visit. Whether it is open to them is package view's to say.
func (p *Pages) overVisit(c *request, v view.Visit) (access.Is, error) {
	if c.who.ID == v.Worker {
		return access.Self, nil
	}
	teams, err := p.directory.teams(c.Context())
	if err != nil {
		return 0, err
	}
	covered, err := p.covered(c.Context(), c.who, c.at)
	if err != nil {
		return 0, err
	}
	is := access.ByRole(c.who) | c.apart(v.Worker)
	if t, found := teamOf(teams, v.Team); found {
		is |= toTeam(c.who, t, covered)
	}
	if v.Responder != nil && v.Responder.ID == c.who.ID {
		is |= access.Invited
	}
	return is, nil
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
	if c.apart(a.Worker) == 0 && view.MaySee(view.Circle{Alarm: &a.Alarm}, c.who.ID) {
		return part{Knows: true, May: true, Opens: true}, nil
	}
	is, err := p.overPerson(c, worker)
	if err != nil {
		return part{}, err
	}
	may := access.May(access.TakeAlarm, is)
	opens := false
	if may {
		if opens, err = p.View.Opens(c.Context(), a, c.reader()); err != nil {
			return part{}, err
		}
	}
	return part{Knows: access.May(access.SeeAlarm, is), May: may, Opens: opens}, nil
}

// mayOpen says that there is a page of an alarm for the reader.
func (p *Pages) mayOpen(c *request, alarm string) (bool, error) {
	_, err := p.known(c, alarm)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// ownWatch is the reader's own watch as they are shown it: in danger it is that of any day (rule 4.2).
func (p *Pages) ownWatch(c *request) (watch.Watch, error) {
	loaded, err := p.Store.Load(c.Context(), c.who.ID)
	if err != nil {
		return watch.Watch{}, fmt.Errorf("load reader: %w", err)
	}
	if loaded.Watch.Shown != nil {
		return *loaded.Watch.Shown, nil
	}
	return loaded.Watch, nil
}

// outAlone says that the reader may be on a visit, or that they know of an alarm about them: whoever is with them may read
// what they have before them, so it tells of no call for help, nor of how they would make one (rule 4.2). A call for help
// itself changes nothing of it.
func (p *Pages) outAlone(c *request) (bool, error) {
	w, err := p.ownWatch(c)
	there := func(v watch.Visit) bool { return v.Status != watch.Booked || !v.StartsAt.After(c.at) }
	return w.Alarm != nil || slices.ContainsFunc(w.Live(), there), err
}

// visits says that someone visits alone, whatever else they do. What they have before them may be read by whoever is with
// them, so no page names the phrase there, or what counts calls for help (rule 4.2).
func visits(who buddy.Person) bool { return who.Has(buddy.Worker) }

// maySeeFigures says that the figures of a day are for the reader. They count every alarm, so they are for nobody who visits.
func maySeeFigures(who buddy.Person) bool {
	return access.May(access.SeeFigures, access.ByRole(who))
}

// mayLabel says that the reader says what workers meant by texts that were asked back: who keeps a team. Which texts they see is
// package view's to say.
func mayLabel(who buddy.Person) bool {
	return access.May(access.ReadTexts, access.InTeam(who, who.Team))
}
