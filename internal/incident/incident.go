// Package incident is what the record of an incident says: the questions that a council's health-and-safety portal asks (SHE Assure and its
// like), in its words, and what of it must be reported by law and by which day.
//
// An incident is plain values. What a page asks, a table exports and a sheet prints is one list of questions, [Sections], so that none of
// them can lack what another has.
package incident

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/allclear-safety/allclear/internal/plan"
)

// Incident is what is known of one incident. Days are "2026-11-22", times of day "14:05" as the clock on the wall showed them, and what is
// chosen is the value of a [Choice]; "" is not known or not said.
type Incident struct {
	Name       string `json:"name,omitempty"`       // who was affected
	Employment string `json:"employment,omitempty"` // what they are to the organisation
	Post       string `json:"post,omitempty"`       // their job title

	Day         string `json:"day,omitempty"`
	Time        string `json:"time,omitempty"`
	Place       string `json:"place,omitempty"`
	Kind        string `json:"kind,omitempty"`
	Strand      string `json:"strand,omitempty"` // of a hate incident
	Personal    string `json:"personal,omitempty"`
	Description string `json:"description,omitempty"`
	Witnesses   string `json:"witnesses,omitempty"`

	Harm      string `json:"harm,omitempty"`
	Injury    string `json:"injury,omitempty"`
	BodyPart  string `json:"body_part,omitempty"`
	Treatment string `json:"treatment,omitempty"`
	Hospital  string `json:"hospital,omitempty"`
	UnfitFrom string `json:"unfit_from,omitempty"` // the first day on which they could not do their usual work
	UnfitTo   string `json:"unfit_to,omitempty"`   // the last; "" while they still cannot

	Police    string `json:"police,omitempty"`
	PoliceRef string `json:"police_reference,omitempty"`
	Action    string `json:"action,omitempty"` // what was done at once
	Cause     string `json:"cause,omitempty"`
	Prevent   string `json:"prevent,omitempty"`
	Reporter  string `json:"reporter,omitempty"` // who reported it

	Portal    string `json:"portal_reference,omitempty"`
	PortalDay string `json:"portal_day,omitempty"` // when it was entered there
	HSE       string `json:"hse_reference,omitempty"`
	HSEDay    string `json:"hse_day,omitempty"` // when it was reported there
}

// What stands for yes and no.
const (
	Yes = "yes"
	No  = "no"
)

// The kinds of incident that something depends on; the others are in [Sections] alone.
const (
	Violence = "violence"
	Vehicle  = "vehicle"
	Hate     = "hate"
	Racist   = "race" // a strand
)

// Racist says that it was a racist incident, whatever else it was.
func (i Incident) Racist() bool { return i.Strand == Racist }

// Entered says that it is in the portal: its reference and the day are known.
func (i Incident) Entered() bool { return i.Portal != "" && i.PortalDay != "" }

// Encode gives the incident as it is kept.
func (i Incident) Encode() (string, error) {
	raw, err := json.Marshal(i)
	return string(raw), err
}

// Decode reads what Encode gave. What is wrong with it is said without it: an error of JSON quotes what it read.
func Decode(raw string) (i Incident, err error) {
	if json.Unmarshal([]byte(raw), &i) != nil {
		return i, errors.New("read incident: what was kept is not of its kind")
	}
	return i, nil
}

// Problem is why an answer can't be taken: the question's name, and a sentence for who typed it.
type Problem = plan.Problem

// Problems says what is wrong with an incident as of a day; none for one that may be kept. Little is needed, so that nobody puts off writing it
// down: who, when, what kind, and what happened.
func (i Incident) Problems(today time.Time) []Problem {
	var p []Problem
	wrong := func(field, says string) { p = append(p, Problem{Field: field, Says: says}) }
	for _, f := range fields() {
		value := *f.in(&i)
		switch {
		case f.Needed != "" && strings.TrimSpace(value) == "":
			wrong(f.Name, f.Needed)
		case value == "":
		case f.Kind == Choose && !slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Value == value }):
			wrong(f.Name, "Choose one of the answers")
		case f.Kind == Line && utf8.RuneCountInString(value) > longestLine:
			wrong(f.Name, fmt.Sprintf("Enter %d characters at most", longestLine))
		case f.Kind == Day:
			if day, ok := parseDay(value); !ok {
				wrong(f.Name, "Enter a real date, such as 22/11/2026")
			} else if day.After(today) && f.Name != "unfit_to" {
				wrong(f.Name, "The date must not be in the future")
			}
		case f.Kind == Clock:
			if _, err := time.Parse("15:04", value); err != nil {
				wrong(f.Name, "Enter a time of day, such as 14:30")
			}
		}
	}
	return append(p, i.inOrder()...)
}

// longestLine is how long an answer on one line may be, in characters.
const longestLine = 200

// inOrder says which answers do not go together.
func (i Incident) inOrder() (p []Problem) {
	happened, known := parseDay(i.Day)
	from, unfit := parseDay(i.UnfitFrom)
	to, over := parseDay(i.UnfitTo)
	if i.Kind == Hate && i.Strand == "" {
		p = append(p, Problem{Field: "strand", Says: "Choose what it was about"})
	}
	if known && unfit && from.Before(happened) {
		p = append(p, Problem{Field: "unfit_from", Says: "The first day must not be before the incident"})
	}
	if over && !unfit {
		p = append(p, Problem{Field: "unfit_from", Says: "Enter the first day too"})
	}
	if unfit && over && to.Before(from) {
		p = append(p, Problem{Field: "unfit_to", Says: "The last day must not be before the first"})
	}
	if entered, is := parseDay(i.PortalDay); is && known && entered.Before(happened) {
		p = append(p, Problem{Field: "portal_day", Says: "The day must not be before the incident"})
	}
	if reported, is := parseDay(i.HSEDay); is && known && reported.Before(happened) {
		p = append(p, Problem{Field: "hse_day", Says: "The day must not be before the incident"})
	}
	return p
}

// parseDay reads a day as it is kept, in UTC.
func parseDay(s string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, s)
	return day, err == nil
}
