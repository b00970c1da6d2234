package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// publishForm answers GET /teams/{id}/plan/publish: what is to be published, and what that changes.
func (p *Pages) publishForm(c *request) error {
	t, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	return p.showPublish(c, http.StatusOK, blank(reviewField, nextReview(c)), t, v)
}

func (p *Pages) showPublish(c *request, status int, f *form, t store.Team, v engine.PlanVersion) error {
	page, err := p.draftPage(c, t, v, fmt.Sprintf("Publish version %d", v.Number))
	if err != nil {
		return err
	}
	if v.ReviewOn == "" {
		v.ReviewOn = nextReview(c)
	}
	if page.Missing, err = p.planLacks(c, t, v); err != nil {
		return err
	}
	now := v.Version
	now.Settings = t.Plan
	names := map[string]string{}
	for _, id := range append(t.Plan.Named(), v.Settings.Named()...) {
		names[id] = p.nameOrID(c, id)
	}
	page.Effects = now.Differences(v.Settings, names)
	page.Layout, page.Review = page.again(f), f.reviewInput()
	return p.show(c, status, "plan_publish", page)
}

// planLacks says what keeps a version from being published, a sentence each.
func (p *Pages) planLacks(c *request, t store.Team, v engine.PlanVersion) ([]string, error) {
	_, err := p.Engine.PlanTeam(c.Context(), t, v)
	f := blank()
	if err := f.takesPlan(err); err != nil {
		return nil, err
	}
	var lacks []string
	for _, problem := range f.problems {
		lacks = append(lacks, problem.Says)
	}
	return lacks, nil
}

// takesPlan makes what the core found wrong with a version the form's own problems.
func (f *form) takesPlan(err error) error {
	invalid := new(watch.Invalid)
	if !errors.As(err, &invalid) {
		return err
	}
	var settings []watch.Problem
	for _, x := range invalid.Problems {
		switch {
		case x.Field == "review_on":
			f.wrongReview(x.Says)
		case strings.HasPrefix(x.Field, "words"):
			f.wrong(wordsField, "A section has more than 6,000 letters")
		case x.Field == "plan.fallback" && strings.HasPrefix(x.Says, "is missing"):
			f.wrong("fallback", "Choose a fallback: who answers when nobody else does")
		default:
			settings = append(settings, x)
		}
	}
	return f.takesTeam(&watch.Invalid{Problems: settings}, onPlan())
}

// publishPlan answers POST /teams/{id}/plan/publish. What is published is what the form showed.
func (p *Pages) publishPlan(c *request) error {
	t, v, err := p.draftOf(c)
	if err != nil {
		return err
	}
	f, err := c.form()
	if err != nil {
		return err
	}
	if f.shownAnother(v) {
		f.wrong(reviewField, "Someone else changed the draft since you opened this page, or published it. Look at it again: this is what it says now")
		return p.showPublish(c, http.StatusConflict, f, t, v)
	}
	v.ReviewOn = f.reviewDay()
	if _, err = p.Engine.PublishPlan(c.Context(), c.press(), t, v); err != nil {
		if err := f.takesPlan(err); err != nil {
			return fmt.Errorf("publish plan: %w", err)
		}
		return p.showPublish(c, http.StatusUnprocessableEntity, f, t, v)
	}
	return c.redirect("/teams/" + url.PathEscape(t.ID) + "/plan?done=plan-published")
}
