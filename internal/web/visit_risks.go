package web

import (
	"time"

	"github.com/allclear-safety/allclear/internal/access"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/view"
)

// visitRisks is what is known of where a visit goes, on its page: the warnings, and what was decided.
type visitRisks struct {
	Warnings   []warningRow
	Decision   string // "" where there is none
	Stops      bool
	Together   bool
	Conditions []string
	At         time.Time
	Known      []string // what the assessment says is there
	Href       string   // of the assessment, to those who may read it
	Waits      bool     // for a decision, or is a draft
	WaitsHref  string
	Missing    bool // the team's plan asks for one, and none is current
	Unread     bool // an assessment is there that cannot be read
	Unplaced   bool // the address has no postcode
	MayWrite   bool
	MayWarn    bool
	Moves      bool // the reader may say that a warning is about another place
}

// visitRisks gives what is known of where a visit that is open to the reader goes.
func (p *Pages) visitRisks(c *request, v seen, is access.Is) (*visitRisks, error) {
	known, err := p.View.Risks(c.Context(), v.Visit.Visit, c.reader())
	if err != nil {
		return nil, err
	}
	at := engine.PlaceOf(v.Visit.Visit)
	if v.Worker == c.who.ID {
		is |= access.ByRole(c.who)
	}
	part := &visitRisks{MayWrite: access.May(access.WriteRisk, is), MayWarn: access.May(access.SeeWarnings, access.ByRole(c.who)), Moves: v.rights.Changes,
		Unplaced: v.Live() && !at.Address.IsZero() && !at.Placed()}
	for _, w := range known.Warnings {
		part.Warnings = append(part.Warnings, warningIn(w.Paper, w.Warning, c.at))
	}
	part.Unread = known.Unread
	part.assessed(known)
	if part.Href != "" && !p.maySeeRisk(c, known.Paper.Person, is, v) {
		part.Href = ""
	}
	if known.Waits.ID != "" && access.May(access.SeeRisk, is) {
		part.Waits = true
		if known.Waits.Status != string(risk.Draft) || known.Waits.Person == c.who.ID {
			part.WaitsHref = "/risks/" + known.Waits.ID
		}
	}
	if team, err := p.Store.Team(c.Context(), v.Team); err == nil && v.Live() {
		part.Missing = engine.NeedsRisk(team.Plan, v.Kind) && (!known.Assessed() || !known.Paper.DueAt.After(c.at))
	}
	return part, nil
}

// assessed adds what the assessment says that holds for the visit.
func (part *visitRisks) assessed(known view.Risks) {
	if !known.Assessed() {
		return
	}
	a := known.Assessment
	part.Decision, part.Stops, part.Together, part.Conditions, part.At = a.Decision.Words(), a.Decision.Stops(), a.Decision == risk.Together, a.Conditions(), a.At
	part.Href = "/risks/" + known.Paper.ID
	for _, line := range a.Risks()[:len(a.Risks())-len(part.Conditions)] {
		part.Known = append(part.Known, line.Reveal())
	}
}

// maySeeRisk says that the reader reads the whole of an assessment that holds for a visit: their own, or one of a worker whom they answer for.
func (p *Pages) maySeeRisk(c *request, worker string, is access.Is, v seen) bool {
	if worker == v.Worker {
		return access.May(access.SeeRisk, is)
	}
	return worker == c.who.ID || access.May(access.SeeRisk, is&^access.Self)
}
