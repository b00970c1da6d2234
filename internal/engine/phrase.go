package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// phraseOffers is how many names that are free a refused phrase comes with.
const phraseOffers = 3

// phraseProblems says why a team may not take the phrase of its plan. One that it has already is not asked again: a name
// may have come since, and the plan must still be mended.
func (e *Engine) phraseProblems(ctx context.Context, t store.Team) ([]watch.Problem, error) {
	had, err := e.Store.Team(ctx, t.ID)
	switch {
	case err != nil && !errors.Is(err, store.ErrNotFound):
		return nil, fmt.Errorf("read team: %w", err)
	case err == nil && had.HasPlan && checkin.Normalise(had.Plan.DuressPhrase) == checkin.Normalise(t.Plan.DuressPhrase):
		return nil, nil
	}
	names, err := e.namesAround(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	says := checkin.PhraseTrouble(t.Plan.DuressPhrase)
	if says == "" && checkin.PhraseTaken(t.Plan.DuressPhrase, names) {
		says = "is taken: somebody on your team, in a family or on the caseload has a name that sounds like it"
	}
	if says == "" {
		return nil, nil
	}
	free := strings.Join(checkin.FreePhrases(phraseOffers, t.ID, names), ", ")
	return []watch.Problem{{Field: "plan.duress_phrase", Says: says + ". These are free: " + free}}, nil
}

// TakenPhrase says whether somebody around a team has a name that sounds like its phrase: asking for them, or speaking of
// them, would be an alarm (rule 4.6). It gives names that are free then. Whose name it is it does not say.
func (e *Engine) TakenPhrase(ctx context.Context, t store.Team) (taken bool, free []string, err error) {
	names, err := e.namesAround(ctx, t.ID)
	if err != nil || !checkin.PhraseTaken(t.Plan.DuressPhrase, names) {
		return false, nil, err
	}
	return true, checkin.FreePhrases(phraseOffers, t.ID, names), nil
}

// namesAround gives the names that a team's workers may write of: everybody's who works here, their emergency contacts',
// and those on the team's own caseload as far as it is booked. They are private; only whether one sounds like the phrase may
// be told. Details that cannot be opened are reported and passed over: a plan must be mended all the same.
func (e *Engine) namesAround(ctx context.Context, team string) ([]string, error) {
	people, err := e.Store.People(ctx)
	if err != nil && len(people) == 0 {
		return nil, fmt.Errorf("list people: %w", err)
	}
	e.report(ctx, "names of people not all read", err)
	var names []string
	for _, p := range people {
		if p.Active {
			names = append(names, p.Name)
			names = append(names, contactNames(p)...)
		}
	}
	visits, err := e.Store.Visits(ctx, store.VisitFilter{Team: team, Live: true})
	e.report(ctx, "names on the caseload not read", err)
	for _, v := range visits {
		names = append(names, v.Details.ServiceUser.Reveal(), v.Details.WhoElse.Reveal())
	}
	return names, nil
}

func contactNames(p buddy.Person) (names []string) {
	for _, c := range p.Contacts {
		names = append(names, c.Name.Reveal())
	}
	return names
}
