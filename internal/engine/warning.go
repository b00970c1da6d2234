package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
)

// longestWarning is how far ahead a warning may be looked at again.
const longestWarning = 2 * 365 * 24 * time.Hour

// Warn keeps a warning until it is ended: a new one of the paper's team, or a change of the paper that it is. It is to be looked at again on a day. The
// assessments of the same family or place are to be looked at again now. *watch.Invalid says what is wrong, [store.ErrConflict] that another changed it.
func (e *Engine) Warn(ctx context.Context, who Actor, p store.Paper, w risk.Warning, review time.Time) (store.Paper, error) {
	at := e.Now()
	found := w.Problems()
	if !review.After(at) || review.Sub(at) > longestWarning {
		found = append(found, risk.Problem{Field: "review", Says: "must be a day to come, within two years"})
	}
	if err := invalid(found); err != nil {
		return p, err
	}
	p.Kind, p.Status, p.DueAt, p.Body = store.WarningPaper, risk.Stands, review, w.Body()
	p, again, err := e.keepPaper(ctx, who, p, w.Marks(), at)
	if err != nil || again {
		return p, err
	}
	return p, e.PlaceChanged(ctx, who, w.Place)
}

// EndWarning ends a warning, with the reason.
func (e *Engine) EndWarning(ctx context.Context, who Actor, p store.Paper, why private.Text) error {
	w, err := risk.ReadWarning(p.Body)
	if err != nil {
		return err
	}
	w.Ended = why
	found := w.Problems()
	if why.IsZero() {
		found = append(found, risk.Problem{Field: "ended", Says: "is missing: say why it no longer stands"})
	}
	if err := invalid(found); err != nil {
		return err
	}
	p.Status, p.OverAt, p.DueAt, p.Body = risk.Ended, e.Now(), time.Time{}, w.Body()
	_, _, err = e.keepPaper(ctx, who, p, w.Marks(), p.OverAt)
	return err
}

// NotThere says of a visit that a warning is about another place or family. It is on record with who said so.
func (e *Engine) NotThere(ctx context.Context, who Actor, warning, visit string) error {
	p, err := e.Store.Paper(ctx, store.WarningPaper, warning)
	if err != nil {
		return err
	}
	w, err := risk.ReadWarning(p.Body)
	if err != nil || w.IsNot(visit) {
		return err
	}
	w.Not = append(w.Not, visit)
	p.Body = w.Body()
	_, _, err = e.keepPaper(ctx, who, p, w.Marks(), e.Now())
	return err
}

// PlaceChanged has the assessments of a family or place looked at again: something new is known of it, such as a warning or an incident.
func (e *Engine) PlaceChanged(ctx context.Context, who Actor, place risk.Place) error {
	marks := place.Sought()
	if len(marks) == 0 {
		return nil
	}
	at := e.Now()
	list, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.RiskPaper, Status: string(risk.Decided), Standing: true, Marked: marks})
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range list {
		a, err := risk.ReadAssessment(p.Body)
		if err != nil || !p.DueAt.After(at) {
			continue
		}
		p.DueAt = at
		if _, _, err := e.keepPaper(ctx, who, p, a.Marks(), at); err != nil && !errors.Is(err, store.ErrConflict) { // who changed it has looked at it
			errs = append(errs, fmt.Errorf("have assessment %s looked at again: %w", p.ID, err))
		}
	}
	return errors.Join(errs...)
}

// keepPaper keeps a paper with its messages, as putPaper does. A new one without an id that the same press made before is given as it is, and again is true.
func (e *Engine) keepPaper(ctx context.Context, who Actor, p store.Paper, marks []string, at time.Time, messages ...store.Message) (kept store.Paper, again bool, err error) {
	if p.Revision == 0 && p.ID == "" {
		p.ID = e.actID(who, string(p.Kind))
		if kept, err := e.Store.Paper(ctx, p.Kind, p.ID); !errors.Is(err, store.ErrNotFound) {
			return kept, true, err
		}
	}
	kept, err = e.putPaper(ctx, p, marks, who.by(), at, messages...)
	return kept, false, err
}
