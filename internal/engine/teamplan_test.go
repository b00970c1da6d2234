package engine_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

var mo2 = engine.Actor{By: "p-mo", Via: "page"}

// next is what the team's next version of its plan says so far.
func (w *world) next() (store.Team, engine.PlanVersion) {
	w.t.Helper()
	team, err := w.db.Team(w.t.Context(), "echo")
	w.must(err)
	v, err := w.engine.NextPlan(w.t.Context(), team)
	w.must(err)
	return team, v
}

// publishes has Mo publish a version of the team's plan, to be looked at again in a year.
func (w *world) publishes(change func(*engine.PlanVersion)) engine.PlanVersion {
	w.t.Helper()
	team, v := w.next()
	v.ReviewOn = w.clock.Now().AddDate(1, 0, 0).Format(plan.ISODate)
	change(&v)
	v, err := w.engine.PublishPlan(w.t.Context(), mo2, team, v)
	w.must(err)
	w.settle()
	return v
}

func (w *world) signs(person, name string, v engine.PlanVersion) {
	w.t.Helper()
	w.must(w.engine.SignPlan(w.t.Context(), engine.Actor{By: person, Via: "page"}, v, engine.Signing{Name: name}))
}

func (w *world) planChores() { w.t.Helper(); w.must(w.engine.Chores(w.t.Context())); w.settle() }

func asItIs(*engine.PlanVersion) {}

func TestAPlanIsPublishedSignedAndPublishedAnew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		first := w.publishes(func(v *engine.PlanVersion) {
			v.Settings.Grace, v.Words = 20*time.Minute, plan.Words{plan.Calendar: " We share. "}
		})
		if first.Number != 1 || !first.Published() || first.PublishedBy != "Mo Reid" || first.Words[plan.Calendar] != "We share." {
			t.Fatalf("published is %+v", first.Version)
		}
		for _, n := range []string{priya, jo, sam, ann, lee} {
			w.phone(n).Expects("your team's plan has a new version")
		}
		w.silent(mo)
		team, err := w.db.Team(t.Context(), "echo")
		w.must(err)
		if team.Plan.Grace != 20*time.Minute {
			t.Errorf("the team's grace is %v", team.Plan.Grace)
		}
		w.signs("p-priya", "  Priya   Nair ", first)
		w.wait(time.Hour)
		w.signs("p-priya", "PRIYA NAIR", first) // a second press
		list, err := w.engine.Signatures(t.Context(), first)
		w.must(err)
		want := engine.Signature{Person: "p-priya", Name: "Priya Nair", Here: "Priya Nair", SignedAt: sunday, Version: 1, Plan: first.Paper.ID, Sum: first.Sum()}
		if len(list) != 1 || list[0] != want {
			t.Errorf("signed is %+v, not %+v", list, want)
		}
		unsigned, err := w.engine.Unsigned(t.Context(), first)
		w.must(err)
		if len(unsigned) != 5 {
			t.Errorf("%d have not signed", len(unsigned))
		}

		second := w.publishes(func(v *engine.PlanVersion) { v.Settings.Grace = 10 * time.Minute })
		if second.Number != 2 || second.Words[plan.Calendar] != "We share." {
			t.Errorf("the second is %+v", second.Version)
		}
		w.phone(priya).Expects("your team's plan has a new version")
		last, found, err := w.engine.LastSigned(t.Context(), "p-priya", "echo")
		w.must(err)
		if !found || last.Text() != first.Text() || last.Sum() != list[0].Sum {
			t.Errorf("what was signed is no longer what it was: %q", last.Text())
		}
		if refused := new(watch.Refused); !errors.As(w.engine.SignPlan(t.Context(), engine.Actor{By: "p-jo"}, first, engine.Signing{Name: "Jo Park"}), &refused) {
			t.Error("an old version is signed")
		}
		if _, waits, err := w.engine.PlanToSign(t.Context(), person(t, w, "p-priya")); err != nil || !waits {
			t.Errorf("a new version does not wait for Priya: %v", err)
		}
		versions, err := w.engine.PlanVersions(t.Context(), "echo")
		w.must(err)
		if len(versions) != 2 || versions[0].Number != 2 || versions[1].Sum() != first.Sum() {
			t.Errorf("there are %d versions", len(versions))
		}
	})
}

func TestAPlanThatLacksSomethingIsNotPublished(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for name, test := range map[string]struct {
			change func(*engine.PlanVersion)
			field  string
		}{
			"no fallback":       {func(v *engine.PlanVersion) { v.Settings.Fallback = "" }, "plan.fallback"},
			"no review":         {func(v *engine.PlanVersion) { v.ReviewOn = "" }, "review_on"},
			"review today":      {func(v *engine.PlanVersion) { v.ReviewOn = "2026-11-22" }, "review_on"},
			"review too late":   {func(v *engine.PlanVersion) { v.ReviewOn = "2031-01-01" }, "review_on"},
			"review no day":     {func(v *engine.PlanVersion) { v.ReviewOn = "soon" }, "review_on"},
			"somebody's name":   {func(v *engine.PlanVersion) { v.Settings.DuressPhrase = "Priya" }, "plan.duress_phrase"},
			"out of bounds":     {func(v *engine.PlanVersion) { v.Settings.Grace = 2 * time.Hour }, "plan.grace"},
			"words without end": {func(v *engine.PlanVersion) { v.Words = plan.Words{plan.Calendar: strings.Repeat("w", 6001)} }, "words.calendar"},
		} {
			team, v := w.next()
			v.ReviewOn = "2027-11-22"
			test.change(&v)
			invalid := new(watch.Invalid)
			if _, err := w.engine.PublishPlan(t.Context(), mo2, team, v); !errors.As(err, &invalid) || len(invalid.Problems) != 1 || invalid.Problems[0].Field != test.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, found, err := w.engine.CurrentPlan(t.Context(), "echo"); found || err != nil {
			t.Errorf("a version was published: %v", err)
		}
	})
}

func TestOfTwoWhoEditADraftTheSecondIsTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		team, v := w.next()
		v.Words = plan.Words{plan.Calendar: "One."}
		kept, err := w.engine.SavePlanDraft(t.Context(), mo2, team, v)
		w.must(err)
		if _, err := w.engine.SavePlanDraft(t.Context(), mo2, team, v); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a second draft of one number: %v", err)
		}
		kept.Words = plan.Words{plan.Calendar: "Two."}
		_, err = w.engine.SavePlanDraft(t.Context(), mo2, team, kept)
		w.must(err)
		kept.ReviewOn = "2027-11-22"
		if _, err := w.engine.PublishPlan(t.Context(), mo2, team, kept); !errors.Is(err, store.ErrConflict) {
			t.Errorf("a draft that another changed is published: %v", err)
		}
		if _, v := w.next(); v.Words[plan.Calendar] != "Two." || v.Number != 1 {
			t.Errorf("the draft is %+v", v.Version)
		}
	})
}

func TestWhoHasNotSignedIsReminded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(asItIs)
		for _, n := range []string{priya, jo, sam, ann, lee} {
			w.phone(n).Expects("new version")
		}
		for id, name := range map[string]string{"p-jo": "Jo Park", "p-sam": "Sam Hill", "p-ann": "Ann Bell", "p-lee": "Lee Fox", "p-mo": "Mo Reid"} {
			w.signs(id, name, v)
		}
		reminded, err := w.engine.RemindUnsigned(t.Context(), v)
		w.must(err)
		w.settle()
		w.phone(priya).Expects("your team's plan still waits for you")
		if refused := new(watch.Refused); reminded != 1 || !errors.As(second(w.engine.RemindUnsigned(t.Context(), v)), &refused) {
			t.Errorf("%d are reminded, and again on the same day", reminded)
		}
		for _, days := range []int{6, 1, 3, 4, 10} {
			w.wait(time.Duration(days) * 24 * time.Hour)
			w.planChores()
			w.planChores()
			if days == 1 || days == 4 {
				w.phone(priya).Expects("your team's plan still waits for you")
			}
			w.silent(priya, jo)
		}
	})
}

func TestAReviewIsToldToTheManagerInTime(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(func(v *engine.PlanVersion) { v.ReviewOn = "2027-01-22" })
		for id, name := range map[string]string{"p-priya": "Priya Nair", "p-jo": "Jo Park", "p-sam": "Sam Hill", "p-ann": "Ann Bell", "p-lee": "Lee Fox", "p-mo": "Mo Reid"} {
			w.signs(id, name, v)
		}
		for _, step := range []struct {
			to   time.Time
			says string
		}{
			{time.Date(2026, 12, 22, 20, 0, 0, 0, time.UTC), ""}, {time.Date(2026, 12, 23, 1, 0, 0, 0, time.UTC), ""}, {time.Date(2026, 12, 23, 9, 0, 0, 0, time.UTC), "due for review in 30 days"},
			{time.Date(2027, 1, 21, 20, 0, 0, 0, time.UTC), ""}, {time.Date(2027, 1, 22, 1, 0, 0, 0, time.UTC), ""}, {time.Date(2027, 1, 22, 9, 0, 0, 0, time.UTC), "due for review now"}, {time.Date(2027, 1, 23, 9, 0, 0, 0, time.UTC), ""},
		} {
			w.until(step.to)
			w.planChores()
			if step.says != "" {
				w.phone(mo).Expects(step.says)
			}
			w.silent(mo)
		}
	})
}

func TestANewcomersFirstVisitAloneIsToldToTheManagerOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(asItIs)
		w.signs("p-jo", "Jo Park", v)
		w.book(func(b *engine.Booking) { b.Kind = "meeting" })
		w.silent(mo)
		w.book(func(b *engine.Booking) {
			b.Worker, b.StartsAt, b.ExpectedEndAt = "p-jo", b.StartsAt.Add(time.Hour), b.ExpectedEndAt.Add(time.Hour)
		})
		w.silent(mo)
		w.book(func(b *engine.Booking) {
			b.StartsAt, b.ExpectedEndAt = b.StartsAt.Add(2*time.Hour), b.ExpectedEndAt.Add(2*time.Hour)
		})
		w.phone(mo).Expects("first visit alone of Priya N, who has not signed")
		w.book(func(b *engine.Booking) {
			b.StartsAt, b.ExpectedEndAt = b.StartsAt.Add(4*time.Hour), b.ExpectedEndAt.Add(4*time.Hour)
		})
		w.silent(mo)
	})
}

func second(_ any, err error) error { return err }

func person(t *testing.T, w *world, id string) buddy.Person {
	t.Helper()
	p, err := w.db.Person(t.Context(), id)
	w.must(err)
	return p
}
