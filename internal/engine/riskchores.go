package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

const (
	riskEvery   = 10 * time.Minute     // plan time: how often it is asked what is to be looked at again
	draftsAfter = 30 * 24 * time.Hour  // a draft that nobody sent by then is put away
	incidentsOf = 365 * 24 * time.Hour // incidents are looked at for so long
)

// riskChore asks once for each assessment and each warning whose day to be looked at again has come, and puts away what nobody looked at.
func (e *Engine) riskChore(ctx context.Context, at time.Time) error {
	if mine, err := e.Store.Chore(ctx, "risk", at, riskEvery); err != nil || !mine {
		return err
	}
	errs := []error{e.afterIncidents(ctx, at)}
	due, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.RiskPaper, DueBy: at})
	errs = append(errs, err)
	for _, p := range due {
		if p.Erased {
			continue // there is nothing left to look at
		}
		errs = append(errs, e.askAgain(ctx, at, p))
	}
	drafts, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.RiskPaper, Status: string(risk.Draft), Standing: true})
	errs = append(errs, err)
	for _, p := range drafts {
		if !p.Erased && at.Sub(p.ChangedAt) > draftsAfter {
			errs = append(errs, e.EndAssessment(ctx, Actor{}, p))
		}
	}
	warnings, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.WarningPaper, DueBy: at, Bare: true})
	errs = append(errs, err)
	for _, p := range warnings {
		errs = append(errs, e.askWarning(ctx, at, p))
	}
	return errors.Join(errs...)
}

// onceFor does something once for a paper's day; a day that is moved is another.
func (e *Engine) onceFor(ctx context.Context, p store.Paper, do func() error) error {
	key := "asked/" + string(p.Kind) + "/" + p.ID
	last, err := e.Store.Meta(ctx, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	day := p.DueAt.UTC().Format(aliveLayout)
	if last == day {
		return nil
	}
	if err := do(); err != nil {
		return err
	}
	return e.Store.SetMeta(ctx, key, day)
}

// askAgain asks the worker and those who decide whether an assessment is still right. One that nobody looked at for long counts no more.
func (e *Engine) askAgain(ctx context.Context, at time.Time, p store.Paper) error {
	if at.After(risk.Lapses(p.DueAt)) {
		return e.EndAssessment(ctx, Actor{}, p)
	}
	return e.onceFor(ctx, p, func() error {
		sc, err := e.look(ctx, at, p.Person)
		if err != nil {
			return err
		}
		return e.say(ctx, at, sc, note{id: "risk_again/" + p.ID + "/" + p.DueAt.UTC().Format(aliveLayout), kind: "risk_again",
			to: append(sc.writer(), sc.deciders()...), notice: wording.RiskAgain, reach: watch.OneText, values: wording.Values{Link: e.riskLink(p.ID)}})
	})
}

// writer is the worker, while they are here.
func (sc scene) writer() []string {
	if !sc.worker.Active {
		return nil
	}
	return []string{sc.worker.ID}
}

// askWarning asks the managers of the team that wrote a warning whether it still stands.
func (e *Engine) askWarning(ctx context.Context, at time.Time, p store.Paper) error {
	return e.onceFor(ctx, p, func() error {
		if whole, err := e.Store.Paper(ctx, p.Kind, p.ID); err == nil && whole.Erased {
			return nil
		}
		pages, err := e.dir.open(ctx)
		if err != nil {
			return err
		}
		sc := scene{pages: pages, zone: time.UTC}
		if err := e.lookAtTeam(ctx, at, &sc, p.Team); err != nil {
			return err
		}
		return e.say(ctx, at, sc, note{id: "warning_review/" + p.ID + "/" + p.DueAt.UTC().Format(aliveLayout), kind: "warning_review",
			to: sc.deciders(), notice: wording.WarningReview, reach: watch.OneText, values: wording.Values{Link: e.URL + "/warnings/" + p.ID}})
	})
}

// afterIncidents has the assessments looked at again of the family or place where an incident was, once for each incident that is about a visit or an
// alarm. One that cannot be gone through is tried again, and keeps no other from its turn.
func (e *Engine) afterIncidents(ctx context.Context, at time.Time) error {
	list, err := e.Store.Papers(ctx, store.PaperFilter{Kind: store.IncidentPaper, Bare: true})
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range list {
		if at.Sub(p.MadeAt) > incidentsOf {
			continue
		}
		p.DueAt = p.MadeAt
		if err := e.onceFor(ctx, p, func() error { return e.incidentAt(ctx, p.About) }); err != nil {
			errs = append(errs, fmt.Errorf("look at the places of incident %s: %w", p.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) incidentAt(ctx context.Context, about string) error {
	kind, id, _ := strings.Cut(about, "/")
	visits := []string{id}
	switch kind {
	case "visit":
	case "alarm":
		a, err := e.Store.Alarm(ctx, id)
		if err != nil {
			return ignoreGone(err)
		}
		visits = a.Visits
	default:
		return nil
	}
	var errs []error
	for _, id := range visits {
		v, err := e.Store.Visit(ctx, id)
		if err != nil {
			errs = append(errs, ignoreGone(err))
			continue
		}
		errs = append(errs, e.PlaceChanged(ctx, Actor{}, PlaceOf(v)))
	}
	return errors.Join(errs...)
}

func ignoreGone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// bookedRisk is what was decided about the place of a visit that is being booked.
type bookedRisk struct {
	quiet   bool // it gets no prompts
	voice   bool // it ends by voice only
	missing bool // its team's plan asks for an assessment, and there is none that is current
}

// riskAtBooking finds that out. Whatever is wrong with it keeps no visit from being booked.
func (e *Engine) riskAtBooking(ctx context.Context, at time.Time, team store.Team, kind string, v store.Visit) bookedRisk {
	v.Team = team.ID
	p, a, found, err := RiskOf(ctx, e.Store, v)
	e.report(ctx, "find the assessment of a place", err)
	unread := errors.Is(err, ErrUnreadRisk) // a phone that buzzes may be what it warns of, and a text that somebody else writes
	return bookedRisk{quiet: found && a.NoPrompts || unread, voice: found && a.VoiceOnly || unread,
		missing: NeedsRisk(team.Plan, kind) && (!found || !p.DueAt.After(at))}
}

// NeedsRisk says that a plan asks for an assessment of visits of a kind.
func NeedsRisk(s plan.Settings, kind string) bool { return slices.Contains(s.RiskFor, kind) }

// tellMissingRisk tells the worker, and who decides, that a visit has no current assessment, and its team's plan asks for one.
func (e *Engine) tellMissingRisk(ctx context.Context, at time.Time, sc scene, v watch.Visit) []store.Message {
	rows, err := e.noteRows(ctx, at, sc, note{to: append([]string{sc.worker.ID}, sc.deciders()...), notice: wording.RiskMissing, reach: watch.OneText,
		visit: v.ID, values: wording.Values{Reference: v.Reference, Begin: v.StartsAt.In(sc.zone), Link: e.link("", v.ID)}})
	e.report(ctx, "tell of a missing assessment", err)
	return rows
}
