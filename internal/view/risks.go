package view

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
)

// Risks is what is known of where a visit goes. It is for those who may see where that is.
type Risks struct {
	Warnings   []engine.StandingWarning
	Paper      store.Paper // the assessment that holds for the visit; zero for none
	Assessment risk.Assessment
	Unread     bool        // one is there that cannot be read
	Waits      store.Paper // one about the visit that is not decided; zero for none
}

// Assessed says that an assessment holds for the visit.
func (r Risks) Assessed() bool { return r.Paper.ID != "" }

// Risks gives what is known of where a visit goes, but no assessment of a worker whom the reader may never see.
func (s *View) Risks(ctx context.Context, v store.Visit, r Reader) (out Risks, err error) {
	never, err := s.never(ctx, r)
	if err != nil {
		return out, err
	}
	if out.Warnings, err = engine.WarningsAt(ctx, s.Store, engine.PlaceOf(v), v.ID); err != nil {
		return out, fmt.Errorf("find warnings of visit: %w", err)
	}
	p, a, found, err := engine.RiskOf(ctx, s.Store, v)
	if out.Unread = errors.Is(err, engine.ErrUnreadRisk); err != nil && !out.Unread {
		return out, fmt.Errorf("find assessment of visit: %w", err)
	}
	if found && !slices.Contains(never, p.Person) {
		out.Paper, out.Assessment = p, a
	}
	about, err := s.Store.Papers(ctx, store.PaperFilter{Kind: store.RiskPaper, About: "visit/" + v.ID, Standing: true, Bare: true})
	if err != nil {
		return out, fmt.Errorf("find assessments about visit: %w", err)
	}
	for _, p := range about {
		if p.Status != string(risk.Decided) && !slices.Contains(never, p.Person) {
			out.Waits = p
		}
	}
	return out, nil
}

// unreadRisks stands on a sheet where the risks could not be read: that there are none must not be read from it.
const unreadRisks = "could not be read"

// sheetRisks is what is known of where a visit goes, for the police, in lines: the warnings, then what the assessment says is there. A sheet without it is
// better than none.
func (s *View) sheetRisks(ctx context.Context, v store.Visit) []private.Text {
	places := []store.Visit{v}
	if v.AtIn != nil { // the address was edited since: they may be at either
		before := v
		before.Details = *v.AtIn
		places = append(places, before)
	}
	var lines []private.Text
	add := func(line private.Text) {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for _, place := range places {
		known, err := s.Risks(ctx, place, Reader{})
		if err != nil {
			add(private.New(unreadRisks))
			continue
		}
		for _, w := range known.Warnings {
			add(w.Line())
		}
		if known.Unread {
			add(private.New(unreadRisks))
		}
		for _, line := range known.Assessment.Risks() {
			add(line)
		}
	}
	return lines
}
