package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// impose has the team's live visits that an assessment is about follow its conditions: without prompts, ended by voice only.
func (e *Engine) impose(ctx context.Context, who Actor, p store.Paper, a risk.Assessment) error {
	visits, err := e.visitsOf(ctx, p, a)
	if err != nil {
		return err
	}
	for _, v := range visits {
		if err := e.heed(ctx, who, v.ID, a.NoPrompts, a.VoiceOnly); err != nil {
			return err
		}
	}
	return nil
}

// letVoice lets the team's live visits there end as any, where no standing assessment has them end by voice only any more.
func (e *Engine) letVoice(ctx context.Context, who Actor, p store.Paper, a risk.Assessment) error {
	if a.VoiceOnly {
		return nil
	}
	visits, err := e.visitsOf(ctx, p, a)
	if err != nil {
		return err
	}
	for _, v := range visits {
		loaded, err := e.Store.Load(ctx, v.Worker)
		if err != nil {
			return err
		}
		if w, found := loaded.Watch.Visit(v.ID); !found || !w.VoiceOnly {
			continue
		}
		_, stands, found, err := RiskOf(ctx, e.Store, v)
		if err != nil || found && stands.VoiceOnly {
			continue // what cannot be read may ask for it still
		}
		if err := e.condition(ctx, who, v.ID, "/letvoice", VisitEdit{VoiceOnly: new(false)}); err != nil {
			return err
		}
	}
	return nil
}

// heedRisk has a visit that was moved to another family or place follow what was decided about that.
func (e *Engine) heedRisk(ctx context.Context, who Actor, id string) error {
	v, err := e.Store.Visit(ctx, id)
	if err != nil {
		return fmt.Errorf("read moved visit: %w", err)
	}
	_, a, found, err := RiskOf(ctx, e.Store, v)
	if err != nil || !found {
		e.report(ctx, "find the assessment of a place", err)
		return nil
	}
	return e.heed(ctx, who, id, a.NoPrompts, a.VoiceOnly)
}

func (e *Engine) heed(ctx context.Context, who Actor, id string, quiet, voice bool) error {
	var edit VisitEdit
	if quiet {
		edit.Prompts = new(false)
	}
	if voice {
		edit.VoiceOnly = new(true)
	}
	if !quiet && !voice {
		return nil
	}
	return e.condition(ctx, who, id, "/quiet", edit)
}

// condition puts a condition of an assessment on a visit. One of which nothing can be changed now goes on as it is.
func (e *Engine) condition(ctx context.Context, who Actor, id, as string, edit VisitEdit) error {
	if who.Key != "" {
		who.Key += as
	}
	err := e.EditVisit(ctx, who, id, edit)
	if _, refused := errors.AsType[*watch.Refused](err); err != nil && !refused && !errors.Is(err, watch.ErrNoVisit) {
		return fmt.Errorf("put conditions on visit %s: %w", id, err)
	}
	return nil
}

// visitsOf gives the live visits that an assessment is about, as [RiskOf] finds it for them: those of its team to that family or place.
func (e *Engine) visitsOf(ctx context.Context, p store.Paper, a risk.Assessment) ([]store.Visit, error) {
	of := store.VisitFilter{Team: p.Team, Live: true}
	if p.Team == "" {
		of.Worker = p.Person
	}
	visits, err := e.Store.Visits(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("read visits of team %s: %w", p.Team, err)
	}
	marks := a.Marks()
	return slices.DeleteFunc(visits, func(v store.Visit) bool {
		return p.About != "visit/"+v.ID && !slices.ContainsFunc(PlaceOf(v).Sought(), func(m string) bool { return slices.Contains(marks, m) })
	}), nil
}
