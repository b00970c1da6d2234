package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// planStartPage begins a team's plan from the standard one: the few things that only the team can say.
type planStartPage struct {
	Layout
	To       string // where the form is sent
	New      bool   // the team itself is new
	Name     govuk.Input
	Phrase   govuk.Input
	Fallback govuk.Select
	Review   govuk.Input
	Sections []planSection // what is published besides
}

// startPlan answers GET /teams/{id}/plan/start.
func (p *Pages) startPlan(c *request) error {
	t, err := p.teamToStart(c)
	if err != nil {
		return err
	}
	return p.showStart(c, http.StatusOK, blank("fallback", t.Plan.Fallback, "duress_phrase", t.Plan.DuressPhrase, reviewField, nextReview(c)), t)
}

// teamToStart finds a team that the reader keeps, and that has no plan yet.
func (p *Pages) teamToStart(c *request) (store.Team, error) {
	t, err := p.planToKeep(c)
	if err != nil {
		return t, err
	}
	_, found, err := p.Engine.CurrentPlan(c.Context(), t.ID)
	if err == nil && found {
		err = &sentOn{"/teams/" + url.PathEscape(t.ID) + "/plan/edit"}
	}
	return t, err
}

// publishFirst answers POST /teams/{id}/plan/start.
func (p *Pages) publishFirst(c *request) error {
	t, err := p.teamToStart(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	return p.publishStandard(c, f, t)
}

// publishStandard publishes a team's first version: the standard text, with what the form says.
func (p *Pages) publishStandard(c *request, f *form, t store.Team) error {
	was := t
	v, err := p.Engine.NextPlan(c.Context(), t)
	if err != nil {
		return fmt.Errorf("read draft: %w", err)
	}
	v.Team, v.Settings.DuressPhrase, v.Settings.Fallback, v.ReviewOn = t.Name, f.value("duress_phrase"), f.value("fallback"), f.reviewDay()
	if !slices.ContainsFunc(p.mayAnswer(c, was), func(m buddy.Person) bool { return m.ID == v.Settings.Fallback }) && v.Settings.Fallback != was.Plan.Fallback && v.Settings.Fallback != "" {
		f.wrong("fallback", "Choose the fallback from those who are here")
	}
	if !f.bad() {
		_, err = p.Engine.PublishPlan(c.Context(), c.press(), t, v)
		if err := f.takesPlan(err); err != nil {
			return fmt.Errorf("publish first plan: %w", err)
		}
	}
	if f.bad() {
		return p.showStart(c, http.StatusUnprocessableEntity, f, was)
	}
	return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan?done=plan-published")
}

// mayAnswer gives those who can be a team's fallback: its own people; those of every team who answer for others, where it is new.
func (p *Pages) mayAnswer(c *request, t store.Team) []buddy.Person {
	everyone, err := p.directory.everyone(c.Context())
	if err != nil {
		p.Log.Error("someone's details cannot be read", "error", err)
	}
	list := slices.DeleteFunc(slices.Clone(everyone), func(m buddy.Person) bool {
		if t.ID != "" {
			return !m.Active || m.Team != t.ID
		}
		return !m.Active || access.ByRole(m)&access.AnswersRole == 0
	})
	slices.SortFunc(list, byName)
	return list
}

func (p *Pages) showStart(c *request, status int, f *form, t store.Team) error {
	f.inOrder("name", "fallback", "duress_phrase", reviewField)
	title, to := "Start the plan of "+t.Name, "/teams/"+url.PathEscape(t.ID)+"/plan/start"
	if t.ID == "" {
		title, to = "Add a team", "/teams/new"
	}
	page := planStartPage{Layout: p.layout(c, title).again(f), To: to, New: t.ID == "", Name: f.input("name", "Team’s name", ""), Phrase: f.phraseInput(),
		Fallback: p.fallbackSelect(c, f, t, p.mayAnswer(c, t)), Review: f.reviewInput()}
	standard := plan.Version{Zone: t.Zone, Settings: t.Plan}
	page.Sections = sectionsOf(standard, true)
	return p.show(c, status, "plan_start", page)
}

// newTeam answers GET /teams/new.
func (p *Pages) newTeam(c *request) error {
	if err := p.toAddTeam(c); err != nil {
		return err
	}
	t := teamAnew()
	return p.showStart(c, http.StatusOK, blank("duress_phrase", t.Plan.DuressPhrase, reviewField, nextReview(c)), t)
}

// mayAddTeam says that the reader adds teams: who keeps every team.
func mayAddTeam(who buddy.Person) bool {
	return access.May(access.KeepTeam, access.ByRole(who))
}

// toAddTeam says what stands between the reader and a new team. The form names a covert phrase: on a visit it is for later (rule 4.2).
func (p *Pages) toAddTeam(c *request) error {
	if !mayAddTeam(c.who) {
		return notFound()
	}
	out, err := p.outAlone(c)
	if err == nil && out {
		err = &statusError{status: http.StatusConflict, says: "You can add a team when you are not on a visit and no alarm about you is open.", again: "/teams"}
	}
	return err
}

// teamAnew is a team that is not there yet, with the standard plan.
func teamAnew() store.Team {
	t := store.FirstTeam("", "")
	t.ID = ""
	return t
}

// addTeam answers POST /teams/new: a team is there with its first plan, or not at all.
func (p *Pages) addTeam(c *request) error {
	if err := p.toAddTeam(c); err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	t := teamAnew()
	t.Name = f.value("name")
	f.need("name", "Enter the name")
	if err := p.nameIsFree(c, f, store.Team{}, t); err != nil {
		return err
	}
	if !slices.ContainsFunc(p.mayAnswer(c, t), func(m buddy.Person) bool { return m.ID == f.value("fallback") }) {
		f.wrong("fallback", "Choose a fallback: who answers when nobody else does")
	}
	if f.bad() {
		return p.showStart(c, http.StatusUnprocessableEntity, f, t)
	}
	return p.publishNew(c, f, t)
}

// publishNew publishes the first plan of a team that is added by it.
func (p *Pages) publishNew(c *request, f *form, t store.Team) error {
	v := engine.PlanVersion{Version: plan.Version{Team: t.Name, Number: 1, Zone: t.Zone, Settings: t.Plan, Words: plan.Words{}, ReviewOn: f.reviewDay()}}
	v.Settings.DuressPhrase, v.Settings.Fallback = f.value("duress_phrase"), f.value("fallback")
	shown := t
	t.ID = "t-" + strings.ToLower(rand.Text()[:8])
	_, err := p.Engine.PublishPlan(c.Context(), c.press(), t, v)
	if err := f.takesPlan(err); err != nil {
		return fmt.Errorf("add team: %w", err)
	}
	if f.bad() {
		return p.showStart(c, http.StatusUnprocessableEntity, f, shown)
	}
	return c.redirect("/teams/" + t.ID + "/plan?done=team-added")
}
