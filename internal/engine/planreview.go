package engine

import (
	"context"
	"fmt"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// ReviewPlan notes that somebody looked at the current version of a team's plan and that it holds as it is, until a day on which it is looked at
// again. It is on record, with who did it. What the version says, and who signed it, stay as they are: nobody is asked to sign again.
// *watch.Invalid says what is wrong with the day, *watch.Refused that settings are others now than were published; ErrConflict that another
// version was published since, or that another looked at this one.
func (e *Engine) ReviewPlan(ctx context.Context, who Actor, t store.Team, v PlanVersion, on string) (PlanVersion, error) {
	now, found, err := e.CurrentPlan(ctx, t.ID)
	if err != nil {
		return v, err
	}
	if !found || now.Paper.ID != v.Paper.ID || now.Paper.Revision != v.Paper.Revision {
		return v, fmt.Errorf("review plan of %s: %w", t.ID, store.ErrStale)
	}
	if len(now.Differences(t.Plan, nil)) > 0 {
		return v, &watch.Refused{Says: "the team’s settings are not what was signed: publish a new version"}
	}
	if says := e.reviewProblem(t, on); says != "" {
		return v, &watch.Invalid{Problems: []watch.Problem{{Field: "review_on", Says: says}}}
	}
	reviewer, err := e.Store.Person(ctx, who.By)
	if err != nil && reviewer.ID == "" {
		return v, fmt.Errorf("read who reviews: %w", err)
	}
	at := e.Now()
	now.Reviews = append(now.Reviews, plan.Review{At: at, By: reviewer.Name, ReviewOn: on})
	paper, err := planPaper(t, now)
	if err != nil {
		return v, err
	}
	paper.DueAt = reviewAt(now.Version)
	now.Paper, err = e.putPaper(ctx, paper, nil, who.by(), at)
	return now, err
}
