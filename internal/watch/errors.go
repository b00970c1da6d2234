package watch

import (
	"errors"
	"slices"
	"strings"
)

var (
	// ErrNoAlarm says that the worker has no open alarm to act on.
	ErrNoAlarm = errors.New("no alarm is open")
	// ErrNoVisit says that the worker has no such visit.
	ErrNoVisit = errors.New("no such visit")
)

// Problem is one field that is wrong or missing, named as in the API.
type Problem struct {
	Field string
	Says  string
}

// Invalid is an input that lacks something or makes no sense; nothing changed.
type Invalid struct {
	Problems []Problem
	Overlaps string // the reference of the worker's visit that is then, where that is a problem
	TooLong  bool   // it is over 24 hours
}

func (e *Invalid) Error() string {
	var says []string
	for _, p := range e.Problems {
		says = append(says, p.Field+" "+p.Says)
	}
	return strings.Join(says, "; ")
}

// IsOverlap says that a problem is that of Overlaps, for whoever says it in words of their own.
func (e *Invalid) IsOverlap(p Problem) bool {
	return slices.Contains(overlapping(e.Overlaps), p)
}

// Refused is an input that the protocol says no to, as things stand.
type Refused struct{ Says string }

func (e *Refused) Error() string { return e.Says }
