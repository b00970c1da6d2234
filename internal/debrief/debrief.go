// Package debrief is what is talked over after an alarm, a call for help, or a visit that somebody wants to talk about: what was said, what
// follows from it, and when somebody is reminded (rule 6.1).
//
// A debrief is offered, and taken or not; nobody has to say why. What somebody says of how it felt is apart from it, for those alone whom
// they choose.
package debrief

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Status is how far a debrief has come.
type Status string

// The statuses there are.
const (
	Offered  Status = "offered"  // whose it is has not said yet
	Wanted   Status = "wanted"   // they have, and with whom: it waits to be held
	Declined Status = "declined" // not now; they may still say otherwise
	Held     Status = "held"
)

// May says that a debrief of one status can become one of another. What was held stays held, and is only written on.
func May(from, to Status) bool {
	next := map[Status][]Status{
		Offered:  {Wanted, Declined, Held},
		Wanted:   {Wanted, Declined, Held},
		Declined: {Wanted},
		Held:     {Held},
	}
	return slices.Contains(next[from], to)
}

// Whose a debrief is to somebody: the worker whom it was about, or who answered for them.
const (
	Worker    = "worker"
	Responder = "responder"
)

// Debrief is what one debrief says. Day is "2026-11-22"; "" before it was held.
type Debrief struct {
	Whose    string `json:"whose"`
	With     string `json:"with,omitempty"` // person id; "" before they chose
	When     string `json:"when,omitempty"` // when and how they would like it, in their words
	Day      string `json:"day,omitempty"`
	Happened string `json:"happened,omitempty"`
	Lessons  string `json:"lessons,omitempty"`
	Plan     string `json:"plan,omitempty"` // what should be otherwise in the team's plan
}

// Action is what somebody is to do. When it is due, whose it is and whether it is done stands on its paper.
type Action struct {
	What string `json:"what"`
	How  string `json:"how,omitempty"` // how it was done
	Day  string `json:"day,omitempty"` // when
}

// The statuses of an action.
const (
	Open Status = "open"
	Done Status = "done"
)

// Problem is why something can't be taken: the field, and a sentence for who typed it.
type Problem = plan.Problem

// Problems says what keeps a debrief from being put down as held on a day.
func (d Debrief) Problems(today time.Time) (p []Problem) {
	day, err := time.Parse(time.DateOnly, d.Day)
	switch {
	case d.Day == "":
		p = append(p, Problem{Field: "day", Says: "Enter the date on which you talked"})
	case err != nil:
		p = append(p, Problem{Field: "day", Says: "Enter a real date, such as 22/11/2026"})
	case day.After(today):
		p = append(p, Problem{Field: "day", Says: "The date must not be in the future"})
	}
	if strings.TrimSpace(d.Happened) == "" {
		p = append(p, Problem{Field: "happened", Says: "Enter what happened, as far as you want it kept"})
	}
	return p
}

// Encode gives what is kept of a debrief or of an action.
func Encode[T Debrief | Action](v T) (string, error) {
	raw, err := json.Marshal(v)
	return string(raw), err
}

// Decode reads what Encode gave. What is wrong with it is said without it: an error of JSON quotes what it read.
func Decode[T Debrief | Action](raw string) (v T, err error) {
	if json.Unmarshal([]byte(raw), &v) != nil {
		return v, errors.New("read what was talked over: what was kept is not of its kind")
	}
	return v, nil
}
