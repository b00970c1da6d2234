package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/risk"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/wording"
)

// ToDecide lists by their ids who is asked for a decision about a worker's visit: their managers; where there is none but the worker, the fallback of the
// team's plan. Whoever is kept from the worker is not among them.
func (e *Engine) ToDecide(ctx context.Context, worker string) ([]string, error) {
	sc, err := e.look(ctx, e.Now(), worker)
	if err != nil {
		return nil, err
	}
	return sc.deciders(), nil
}

func (sc scene) deciders() []string {
	not := func(id string) bool { return id == "" || id == sc.worker.ID || slices.Contains(sc.blocked, id) }
	to := slices.DeleteFunc(slices.Clone(sc.chiefs), not)
	if len(to) == 0 && !not(sc.team.Plan.Fallback) {
		to = []string{sc.team.Plan.Fallback}
	}
	return to
}

// Assess keeps a worker's assessment, as a draft or, with send, for the decision of those whom [Engine.ToDecide] gives, who are told.
// *watch.Invalid says what is wrong, *watch.Refused that it was decided meanwhile, [store.ErrConflict] that another changed it.
func (e *Engine) Assess(ctx context.Context, who Actor, p store.Paper, a risk.Assessment, send bool) (store.Paper, error) {
	if err := invalid(a.Problems(send)); err != nil {
		return p, err
	}
	if p.Revision > 0 && p.Status != string(risk.Draft) && p.Status != string(risk.Waiting) {
		return p, &watch.Refused{Says: "it was decided already: write a new one from it"}
	}
	at := e.Now()
	was := p.Status
	p.Kind, p.Status = store.RiskPaper, string(risk.Draft)
	if send || was == string(risk.Waiting) {
		p.Status = string(risk.Waiting)
	}
	a.Verdict = risk.Verdict{}
	p.Body = a.Body()
	if p.ID == "" {
		p.ID = e.actID(who, "risk")
		if kept, err := e.Store.Paper(ctx, p.Kind, p.ID); !errors.Is(err, store.ErrNotFound) {
			return kept, err // the same press
		}
	}
	var tells []store.Message
	if send {
		sc, err := e.look(ctx, at, p.Person)
		if err != nil {
			return p, err
		}
		n := note{to: sc.deciders(), notice: wording.RiskAsked, reach: watch.OneText,
			values: wording.Values{Who: e.shortName(ctx, sc.pages, p.Person), Reference: e.referenceOf(ctx, p.About), Link: e.riskLink(p.ID)}}
		if tells, err = e.noteRows(ctx, at, sc, n); err != nil {
			return p, err
		}
	}
	p, _, err := e.keepPaper(ctx, who, p, a.Marks(), at, tells...)
	return p, err
}

func (e *Engine) riskLink(id string) string { return e.URL + "/risks/" + id }

// referenceOf is the reference of the visit that a paper is about; "" where that is none.
func (e *Engine) referenceOf(ctx context.Context, about string) string {
	id, is := strings.CutPrefix(about, "visit/")
	if !is {
		return ""
	}
	v, err := e.Store.Visit(ctx, id)
	if err != nil && v.ID == "" {
		return "" // a text without it is better than none
	}
	return v.Reference
}

var decisionNotices = map[risk.Decision]watch.Notice{risk.Go: wording.RiskGo, risk.Together: wording.RiskTogether, risk.NotHome: wording.RiskNotHome,
	risk.NotAtAll: wording.RiskNotAtAll}

// Decide notes a decision about an assessment that waits for one, or changes one. It holds for the worker's visits to that family or place: those without
// prompts get none. The worker is told what was decided. *watch.Invalid says what is wrong, *watch.Refused why nothing can be decided.
func (e *Engine) Decide(ctx context.Context, who Actor, p store.Paper, v risk.Verdict) error {
	if err := invalid(v.Problems()); err != nil {
		return err
	}
	if p.Status != string(risk.Waiting) && p.Status != string(risk.Decided) {
		return &watch.Refused{Says: "it does not wait for a decision"}
	}
	a, err := risk.ReadAssessment(p.Body)
	if err != nil {
		return err
	}
	at := e.Now()
	v.By, v.At = who.By, a.At
	if p.Status == string(risk.Decided) && v == a.Verdict {
		return nil // the same press
	}
	v.At = at
	a.Verdict = v
	if err := e.impose(ctx, who, p, a); err != nil {
		return err
	}
	sc, err := e.look(ctx, at, p.Person)
	if err != nil {
		return err
	}
	tells, err := e.noteRows(ctx, at, sc, note{to: []string{p.Person}, notice: decisionNotices[v.Decision], reach: watch.OneText,
		values: wording.Values{Who: e.shortName(ctx, sc.pages, who.By), Reference: e.referenceOf(ctx, p.About), Link: e.riskLink(p.ID)}})
	if err != nil {
		return err
	}
	p.Status, p.DueAt, p.Body = string(risk.Decided), risk.LookAgain(at), a.Body()
	if _, _, err = e.keepPaper(ctx, who, p, a.Marks(), at, tells...); err != nil {
		return err
	}
	if err := e.follow(ctx, who, a.From); err != nil {
		return err
	}
	return e.letVoice(ctx, who, p, a)
}

// follow puts the assessment away that another was written from.
func (e *Engine) follow(ctx context.Context, who Actor, id string) error {
	if id == "" {
		return nil
	}
	p, err := e.Store.Paper(ctx, store.RiskPaper, id)
	if err != nil || !p.OverAt.IsZero() || p.Erased {
		return err
	}
	return e.EndAssessment(ctx, who, p)
}

// EndAssessment puts an assessment away: another follows it, or it is needed no longer. It is kept as what was.
func (e *Engine) EndAssessment(ctx context.Context, who Actor, p store.Paper) error {
	a, err := risk.ReadAssessment(p.Body)
	if err != nil {
		return err
	}
	p.Status, p.OverAt, p.DueAt = string(risk.Old), e.Now(), time.Time{}
	_, _, err = e.keepPaper(ctx, who, p, a.Marks(), p.OverAt)
	return err
}
