package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
	"github.com/allclear-safety/allclear/internal/web/govuk"
)

// reviewField is the field of the day by which a plan is looked at again.
const reviewField = "review-date"

// nextReview is the day that is offered for it: a year ahead.
func nextReview(c *request) string { return c.at.In(c.in).AddDate(1, 0, 0).Format(plan.ISODate) }

// reviewInput asks for it.
func (f *form) reviewInput() govuk.Input {
	return f.dayInput(reviewField, "Review the plan by", "You are told 30 days before, and on the day")
}

// reviewDay is the day that was typed, as it is kept; what is no day stays as it was typed, and is refused.
func (f *form) reviewDay() string {
	d, ok := parseDate(f.value(reviewField))
	if !ok {
		return f.value(reviewField)
	}
	return d.in(time.UTC).Format(plan.ISODate)
}

// wrongReview notes what the core found wrong with that day.
func (f *form) wrongReview(says string) {
	if strings.HasPrefix(says, "is missing") {
		f.wrong(reviewField, "Enter the day by which the plan is looked at again")
		return
	}
	f.wrong(reviewField, "The review "+says)
}

// planReviewPage is where a manager confirms that the current version was reviewed and that nothing changed.
type planReviewPage struct {
	Layout
	ID          string
	Version     int
	Revision    int
	PublishedOn string
	ReviewOn    string
	Since       []string // the settings that are no longer what was published: then it is not as it was
	Review      govuk.Input
}

// toReview finds the current version of a team's plan, where the reader keeps it.
func (p *Pages) toReview(c *request) (store.Team, engine.PlanVersion, error) {
	t, err := p.planToKeep(c)
	if err != nil {
		return t, engine.PlanVersion{}, err
	}
	v, err := p.currentPlan(c, t.ID)
	return t, v, err
}

// currentPlan is the version of a team's plan that holds.
func (p *Pages) currentPlan(c *request, team string) (engine.PlanVersion, error) {
	v, found, err := p.Engine.CurrentPlan(c.Context(), team)
	switch {
	case err != nil:
		return v, fmt.Errorf("read plan: %w", err)
	case !found:
		return v, notFound()
	}
	return v, nil
}

// shownAnother says that a form was made of another state of a plan than this one.
func (f *form) shownAnother(v engine.PlanVersion) bool {
	number, _ := strconv.Atoi(f.value("version")) // what is no number was not shown
	revision, _ := strconv.Atoi(f.value("revision"))
	return number != v.Number || revision != v.Paper.Revision
}

// reviewForm answers GET /teams/{id}/plan/review.
func (p *Pages) reviewForm(c *request) error {
	t, v, err := p.toReview(c)
	if err != nil {
		return err
	}
	return p.showReview(c, http.StatusOK, blank(reviewField, nextReview(c)), t, v)
}

func (p *Pages) showReview(c *request, status int, f *form, t store.Team, v engine.PlanVersion) error {
	names := map[string]string{}
	for _, id := range t.Plan.Named() {
		names[id] = p.nameOrID(c, id)
	}
	printed := v.Printed()
	page := planReviewPage{Layout: p.layout(c, "Confirm that the plan was reviewed").again(f), ID: t.ID, Version: v.Number, Revision: v.Paper.Revision, PublishedOn: printed.PublishedOn,
		ReviewOn: printed.ReviewOn, Since: v.Differences(t.Plan, names), Review: f.reviewInput()}
	return p.show(c, status, "plan_review", page)
}

// reviewPlan answers POST /teams/{id}/plan/review. What is confirmed is what the form showed.
func (p *Pages) reviewPlan(c *request) error {
	t, v, err := p.toReview(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if f.shownAnother(v) {
		f.wrong(reviewField, "Someone else reviewed or published the plan since you opened this page: this is how it stands now")
		return p.showReview(c, http.StatusConflict, f, t, v)
	}
	_, err = p.Engine.ReviewPlan(c.Context(), c.press(), t, v, f.reviewDay())
	if invalid := new(watch.Invalid); errors.As(err, &invalid) {
		f.wrongReview(invalid.Problems[0].Says)
		return p.showReview(c, http.StatusUnprocessableEntity, f, t, v)
	}
	if err != nil {
		return fmt.Errorf("review plan: %w", err)
	}
	return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan?done=plan-reviewed")
}
