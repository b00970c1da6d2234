package api_test

import (
	"strings"
	"testing"

	"github.com/allclear-safety/allclear/internal/engine"
)

func TestATeamSaysHowItsPlanStands(t *testing.T) {
	each(t, func(o *office) {
		must := func(err error) {
			o.Helper()
			if err != nil {
				o.Fatal(err)
			}
		}
		if before := o.must("GET", "/teams/echo", "", 200).Body.String(); strings.Contains(before, "plan_version") {
			o.Errorf("before a plan is published it is %s", before)
		}
		team, err := o.db.Team(o.Context(), "echo")
		must(err)
		v, err := o.engine.NextPlan(o.Context(), team)
		must(err)
		v.ReviewOn = o.engine.Now().AddDate(1, 0, 0).Format("2006-01-02")
		v, err = o.engine.PublishPlan(o.Context(), engine.Actor{By: "p-priya", Via: "page"}, team, v)
		must(err)
		must(o.engine.SignPlan(o.Context(), engine.Actor{By: "p-priya", Via: "page"}, v, engine.Signing{Name: "Priya Nair"}))
		got := o.must("GET", "/teams/echo", "", 200)
		got.says("plan_version.number", 1.0)
		got.says("plan_version.signed", 1.0)
		got.says("plan_version.review_on", v.ReviewOn)
		o.must("PUT", "/teams/echo", got.Body.String(), 200) // what it gave may be sent back
	})
}
