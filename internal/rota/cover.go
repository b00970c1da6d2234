package rota

import (
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Question asks who answers for one worker on one visit. People are given by id; an empty id is nobody.
type Question struct {
	Team      string
	Zone      *time.Location // the team's own, for its working hours; nil is UTC
	Skip      []string       // the worker and joint partners: nobody answers for themselves
	Named     []string       // the visit's own responders: its named buddy
	Plan      plan.Settings
	Managers  []string // every manager of the team
	Emergency string   // the organisation's emergency contact
}

// Cover is who answers at an instant.
type Cover struct {
	// Chain is the responders in the order they are told. It ends with the plan's fallback, or with the organisation's emergency contact
	// where the plan has none or it is skipped (rule 8.4). With neither it is whoever the question names, managers first, and it is empty
	// only if that is nobody.
	Chain      []string
	Managers   []string  // told after the chain (rule 3)
	Colleagues []string  // named by the plan to be told of duress at once (rule 4.1)
	Until      time.Time // when this cover next may change, UTC; zero if never known to
	Gap        bool      // nobody is on call by rota or working hours: it fell to the fallback
}

// Cover says who answers at the instant at, for which it holds until just before [Cover.Until].
//
// In working hours the visit's named responders come first, then the plan's named buddy, then the rota. Out of hours the rota comes first,
// then the visit's named responders, who are not on call then: in a gap they come after the fallback (rule 8.4).
func (r Rota) Cover(at time.Time, q Question) Cover {
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	local := at.In(zone)
	working := q.Plan.WorkingHours.Contains(local)

	people := chain{skip: q.Skip}
	if working {
		people.add(q.Named...)
		people.add(q.Plan.NamedBuddy)
	}
	people.add(r.On(q.Team, at)...)
	gap := len(people.ids) == 0
	if !gap {
		people.add(q.Named...)
	}
	people.add(q.fallback())
	people.add(q.Named...)

	managers := q.allowed(q.Managers)
	if len(people.ids) == 0 {
		// better someone who is not on duty than nobody
		people.add(managers...)
		people.add(q.Plan.NamedBuddy)
		people.add(q.Plan.Colleagues...)
	}
	return Cover{
		Chain:      people.ids,
		Managers:   managers,
		Colleagues: q.allowed(q.Plan.Colleagues),
		Until:      r.until(local, q),
		Gap:        gap,
	}
}

// fallback gives the end of the chain.
func (q Question) fallback() string {
	if id := q.Plan.Fallback; id != "" && !slices.Contains(q.Skip, id) {
		return id
	}
	return q.Emergency
}

func (q Question) allowed(ids []string) []string {
	people := chain{skip: q.Skip}
	people.add(ids...)
	return people.ids
}

// until gives the first instant after at at which one of the team's shifts begins or ends, or working hours do where they matter.
func (r Rota) until(at time.Time, q Question) time.Time {
	var first time.Time
	consider := func(t time.Time) {
		if t.After(at) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, s := range r {
		if slices.Contains(s.Teams, q.Team) {
			consider(s.StartsAt)
			consider(s.EndsAt)
		}
	}
	if len(q.Named) > 0 || q.Plan.NamedBuddy != "" {
		consider(q.Plan.WorkingHours.NextChange(at))
	}
	return first.UTC()
}

// chain gathers people in order, none twice and none that is skipped.
type chain struct {
	ids, skip []string
}

func (c *chain) add(ids ...string) {
	for _, id := range ids {
		if id != "" && !slices.Contains(c.ids, id) && !slices.Contains(c.skip, id) {
			c.ids = append(c.ids, id)
		}
	}
}
