package demo

import (
	"context"
	"slices"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/store"
)

// ownWords are what each team says in its plan besides the standard text.
func ownWords(team string) plan.Words {
	if team == echo {
		return plan.Words{
			plan.PersonalSafety: "- look at the family’s file for warnings on the day\n- park facing the way out\n- ring Mo first when a visit feels wrong",
			plan.CheckingIn:     "We text as the standard says. Who works after five says so at the stand-up at nine.",
		}
	}
	return plan.Words{
		plan.CheckingIn: "A session has ended when the last child has been handed over, and we are in the car.",
		plan.Debriefing: "We talk on the same day, over tea, with whom we like best.",
	}
}

// publisher is the manager who publishes a team's plan.
func publisher(team string) string {
	if team == echo {
		return "p-mo"
	}
	return "p-lee"
}

// unsigned are those who have not signed their team's plan yet.
func unsigned() []string { return []string{"p-sam", "p-ann"} }

// agree publishes a team's plan, signed by most of those who are in it.
func (d *Demo) agree(ctx context.Context, t store.Team) error {
	v, err := d.engine.NextPlan(ctx, t)
	if err != nil {
		return err
	}
	v.Words, v.ReviewOn = ownWords(t.ID), d.engine.Now().AddDate(1, 0, 0).Format(plan.ISODate)
	if v, err = d.engine.SetUpPlan(ctx, engine.Actor{By: publisher(t.ID), Via: "page"}, t, v); err != nil {
		return err
	}
	members, err := d.engine.PlanMembers(ctx, t.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		if slices.Contains(unsigned(), m.ID) {
			continue
		}
		if err := d.engine.SignPlan(ctx, engine.Actor{By: m.ID, Via: "page"}, v, engine.Signing{Name: m.Name}); err != nil {
			return err
		}
	}
	return nil
}
