package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// What holds as it is needs no new signatures: the review is on record, its day is put off, and what was signed stays what it was.
func TestAReviewThatChangesNothingVoidsNoSignature(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(func(v *engine.PlanVersion) { v.ReviewOn = "2027-01-22" })
		w.readAll()
		w.signs("p-priya", "Priya Nair", v)
		w.signs("p-mo", "Mo Reid", v)
		team, err := w.db.Team(t.Context(), "echo")
		w.must(err)
		w.until(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC))
		for day, says := range map[string]string{"": "is missing", "2027-01-20": "still to come", "2030-02-01": "within 3 years", "soon": "not a day"} {
			invalid := new(watch.Invalid)
			if _, err := w.engine.ReviewPlan(t.Context(), mo2, team, v, day); !errors.As(err, &invalid) {
				t.Errorf("a review until %q is taken: %v, not %s", day, err, says)
			}
		}
		reviewed, err := w.engine.ReviewPlan(t.Context(), mo2, team, v, "2028-01-20")
		w.must(err)
		if _, err := w.engine.ReviewPlan(t.Context(), mo2, team, v, "2028-01-21"); !errors.Is(err, store.ErrConflict) {
			t.Errorf("what another reviewed meanwhile is reviewed again: %v", err)
		}
		now, _, err := w.engine.CurrentPlan(t.Context(), "echo")
		w.must(err)
		if printed := now.Printed(); now.Number != 1 || now.Text() != v.Text() || now.Sum() != v.Sum() || printed.ReviewOn != "20 January 2028" || printed.Reviewed != "20 January 2027 by Mo Reid" {
			t.Errorf("reviewed is version %d, %+v", now.Number, printed)
		}
		if signed, err := w.engine.HasSigned(t.Context(), reviewed, "p-priya"); !signed || err != nil {
			t.Errorf("the signature is gone: %v", err)
		}
		w.readAll()
		w.until(time.Date(2027, 1, 23, 9, 0, 0, 0, time.UTC))
		w.planChores()
		w.silent(mo)
		w.until(time.Date(2027, 12, 22, 9, 0, 0, 0, time.UTC))
		w.planChores()
		w.phone(mo).Expects("due for review in 30 days")
	})
}

func TestSettingsThatChangedAreNoReviewWithNothingChanged(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		v := w.publishes(asItIs)
		team, err := w.db.Team(t.Context(), "echo")
		w.must(err)
		team.Plan.Grace = 45 * time.Minute
		_, err = w.engine.PutTeam(t.Context(), mo2, team)
		w.must(err)
		refused := new(watch.Refused)
		if _, err = w.engine.ReviewPlan(t.Context(), mo2, team, v, "2027-06-01"); !errors.As(err, &refused) {
			t.Errorf("it is reviewed: %v", err)
		}
	})
}
