package engine

import (
	"context"
	"errors"
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
	draftsAfter = 30 * 24 * time.Hour  // a draft that nobody sent by then is put away
	incidentsOf = 365 * 24 * time.Hour // incidents are looked at for so long
)

// lookAtRisk asks whether an assessment is still right once its day has come, and puts away what nobody sent or looked at for long: it counts no more.
func (e *Engine) lookAtRisk(ctx context.Context, at time.Time, p store.Paper) (next time.Time, err error) {
	ends := p.ChangedAt.Add(draftsAfter)
	switch {
	case p.Status == string(risk.Draft) && at.After(ends), !p.DueAt.IsZero() && at.After(risk.Lapses(p.DueAt)):
		if p, err = e.opened(ctx, p); err != nil {
			return at, err
		}
		if _, err := risk.ReadAssessment(p.Body); err != nil {
			return at, errUnread
		}
		return at.Add(failedFor), ignoreStale(e.EndAssessment(ctx, byClock(), p))
	case p.Status == string(risk.Draft):
		return ends.Add(time.Second), nil
	case p.DueAt.IsZero():
		return time.Time{}, nil
	}
	sc, err := e.look(ctx, at, p.Person)
	if err != nil {
		return at, err
	}
	held, err := e.remindEach(ctx, at, sc, note{id: "risk_again/" + p.ID + "/" + p.DueAt.UTC().Format(aliveLayout), kind: "risk_again",
		to: append(sc.writer(), sc.deciders()...), notice: wording.RiskAgain, values: wording.Values{Link: e.riskLink(p.ID)}})
	return sooner(held, risk.Lapses(p.DueAt).Add(time.Second)), err
}

// writer is the worker, while they are here.
func (sc scene) writer() []string {
	if !sc.worker.Active {
		return nil
	}
	return []string{sc.worker.ID}
}

// askWarning asks the managers of the team that wrote a warning whether it still stands. A day that is moved is another, and they are asked anew.
func (e *Engine) askWarning(ctx context.Context, at time.Time, p store.Paper) (held time.Time, err error) {
	sc, err := e.teamScene(ctx, at, p.Team)
	if err != nil {
		return held, err
	}
	return e.remindEach(ctx, at, sc, note{id: "warning_review/" + p.ID + "/" + p.DueAt.UTC().Format(aliveLayout), kind: "warning_review",
		to: sc.deciders(), notice: wording.WarningReview, values: wording.Values{Link: e.URL + "/warnings/" + p.ID}})
}

// incidentAt has the assessments looked at again of the families and places of the visits that an incident is about. One visit that cannot be gone
// through keeps no other from its turn.
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
		errs = append(errs, e.PlaceChanged(ctx, byClock(), PlaceOf(v)))
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
