// Package rota says who answers for a worker at an instant.
//
// It knows shifts, and the cover chain that they make with a plan's working hours, named people and fallback. Every span is half open: who
// starts at an instant answers at it, who ends at it no longer does. Instants are instants: a shift written in a people's zone became two
// of them before it came here, so no clock change moves it.
package rota

import (
	"cmp"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Shift is one person on call for some teams, from StartsAt until just before EndsAt, in one place in the order.
type Shift struct {
	ID, Person       string
	StartsAt, EndsAt time.Time
	Order            int      // 1 answers first, 2 second, …
	Teams            []string // a shift without a team covers nobody
}

// Rota is all the shifts that are known, in any order.
type Rota []Shift

// Span is a stretch of time, half open.
type Span struct{ From, To time.Time }

// Problems says what keeps s from being a shift; fields are named as in the API.
func (s Shift) Problems() []plan.Problem {
	var problems []plan.Problem
	add := func(wrong bool, field, says string) {
		if wrong {
			problems = append(problems, plan.Problem{Field: field, Says: says})
		}
	}
	add(s.Person == "", "person", "is missing")
	add(s.StartsAt.IsZero(), "starts_at", "is missing")
	add(!s.EndsAt.After(s.StartsAt), "ends_at", "must be later than the start")
	add(s.EndsAt.After(s.StartsAt.AddDate(1, 0, 0)), "ends_at", "must be within a year of the start")
	add(s.Order < 1 || s.Order > maxOrder, "order", "must be from 1 to 20")
	add(len(s.Teams) == 0 || slices.Contains(s.Teams, ""), "teams", "must name each team that the shift covers")
	return problems
}

const maxOrder = 20

// covers says that s is on call for team at the instant at.
func (s Shift) covers(team string, at time.Time) bool {
	return !at.Before(s.StartsAt) && at.Before(s.EndsAt) && slices.Contains(s.Teams, team)
}

// On gives the people on call for team at the instant at, in their order, none twice. It is empty in a gap.
func (r Rota) On(team string, at time.Time) []string {
	var on Rota
	for _, s := range r {
		if s.covers(team, at) {
			on = append(on, s)
		}
	}
	slices.SortFunc(on, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Person, b.Person))
	})
	var people chain
	for _, s := range on {
		people.add(s.Person)
	}
	return people.ids
}

// Gaps gives the spans between from and to in which the rota has nobody for team, earliest first (rule 1.1).
func (r Rota) Gaps(team string, from, to time.Time) []Span {
	var gaps []Span
	covered := from // until here it is settled
	for _, s := range r.of(team) {
		if !s.StartsAt.Before(to) {
			break
		}
		if s.StartsAt.After(covered) {
			gaps = append(gaps, Span{covered, s.StartsAt})
		}
		if s.EndsAt.After(covered) {
			covered = s.EndsAt
		}
	}
	if covered.Before(to) {
		gaps = append(gaps, Span{covered, to})
	}
	return gaps
}

// of gives team's shifts by their start, without those that have no length.
func (r Rota) of(team string) Rota {
	var own Rota
	for _, s := range r {
		if s.StartsAt.Before(s.EndsAt) && slices.Contains(s.Teams, team) {
			own = append(own, s)
		}
	}
	slices.SortFunc(own, byStart)
	return own
}

func byStart(a, b Shift) int {
	return cmp.Or(a.StartsAt.Compare(b.StartsAt), cmp.Compare(a.Order, b.Order), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Person, b.Person))
}

// Clash gives the first other shift that has s's place in the order for one of its teams at one time. A shift is other when its ID is, or
// when s has none yet.
func (r Rota) Clash(s Shift) (Shift, bool) {
	var first Shift
	found := false
	for _, other := range r {
		if s.ID != "" && other.ID == s.ID || other.Order != s.Order || !s.meets(other) {
			continue
		}
		if !found || byStart(other, first) < 0 {
			first, found = other, true
		}
	}
	return first, found
}

// meets says that both shifts are on call for one team at one instant.
func (s Shift) meets(other Shift) bool {
	from, to := s.StartsAt, s.EndsAt
	if other.StartsAt.After(from) {
		from = other.StartsAt
	}
	if other.EndsAt.Before(to) {
		to = other.EndsAt
	}
	return from.Before(to) && slices.ContainsFunc(s.Teams, func(team string) bool { return slices.Contains(other.Teams, team) })
}
