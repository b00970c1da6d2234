package rota

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// The kinds of Change.
const (
	Added   = "added"
	Removed = "removed"
	Moved   = "moved"
)

// Change is what an import or an edit does to one person's shift (rule 1.1). A shift given to someone else is a change for both: removed
// for one, added for the other.
type Change struct {
	Person, Kind string
	Shift        Shift  // as it is after the change; as it was, when removed
	Before       *Shift // as it was, when moved
}

// Changes gives what changed between two rotas, and for whom, by the start of the shift. A shift that only has another ID is no change, as
// an import may number its rows anew; nor is one whose teams are the same in another order.
func Changes(before, after Rota) []Change {
	old, fresh := unmatched(before, after)
	byID := make(map[string]int)
	for i, s := range old {
		if s.ID != "" {
			byID[s.ID] = i
		}
	}
	var changes []Change
	moved := make([]bool, len(old))
	for _, s := range fresh {
		i, known := byID[s.ID]
		if known && !moved[i] && old[i].Person == s.Person {
			moved[i] = true
			changes = append(changes, Change{s.Person, Moved, s, &old[i]})
			continue
		}
		changes = append(changes, Change{Person: s.Person, Kind: Added, Shift: s})
	}
	for i, s := range old {
		if !moved[i] {
			changes = append(changes, Change{Person: s.Person, Kind: Removed, Shift: s})
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Or(byStart(a.Shift, b.Shift), cmp.Compare(a.Kind, b.Kind)) })
	return changes
}

// content is what makes a shift the same shift whatever its ID.
type content struct {
	person           string
	startsAt, endsAt time.Time
	order            int
	teams            string
}

func (s Shift) content() content {
	teams := slices.Clone(s.Teams)
	slices.Sort(teams)
	return content{s.Person, s.StartsAt.UTC().Round(0), s.EndsAt.UTC().Round(0), s.Order, strings.Join(slices.Compact(teams), "\x00")}
}

// unmatched leaves out of both rotas each pair of shifts that are the same.
func unmatched(before, after Rota) (old, fresh Rota) {
	count := make(map[content]int)
	for _, s := range before {
		count[s.content()]++
	}
	for _, s := range after {
		if c := s.content(); count[c] > 0 {
			count[c]--
		} else {
			fresh = append(fresh, s)
		}
	}
	// what is left over is taken from the end of before: of two shifts that are the same it does not matter which
	for _, s := range slices.Backward(before) {
		if c := s.content(); count[c] > 0 {
			count[c]--
			old = append(old, s)
		}
	}
	slices.Reverse(old)
	return old, fresh
}
