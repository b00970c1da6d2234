package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// checkSigned says that a team has no plan that was published, that its review is past, and how many have not signed it.
func checkSigned(ctx context.Context, db *store.DB, t store.Team, s staff, at time.Time) ([]Finding, error) {
	papers, err := db.Papers(ctx, store.PaperFilter{Kind: store.PlanPaper, Team: t.ID, Status: "published", Bare: true, Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("read plan of team %s: %w", t.ID, err)
	}
	say := func(format string, args ...any) Finding {
		return Finding{About: "plan", Says: "team " + t.ID + ": " + fmt.Sprintf(format, args...)}
	}
	if len(papers) == 0 {
		return []Finding{say("no version of its plan was published; its manager publishes one at /teams/%s/plan", t.ID)}, nil
	}
	var found []Finding
	current := papers[0]
	if !current.DueAt.IsZero() && !current.DueAt.After(at) {
		found = append(found, say("version %d of its plan was due for review on %s; its manager confirms at /teams/%s/plan/review that it holds, or publishes it anew", current.Number, current.DueAt.Format(time.DateOnly), t.ID))
	}
	signatures, err := db.Papers(ctx, store.PaperFilter{Kind: store.SignaturePaper, About: "plan/" + current.ID, Bare: true})
	if err != nil {
		return nil, fmt.Errorf("read signatures of team %s: %w", t.ID, err)
	}
	members, left := 0, 0
	for _, p := range s.all {
		if !engine.SignsPlan(p, t.ID) {
			continue
		}
		members++
		if !slices.ContainsFunc(signatures, func(x store.Paper) bool { return x.Person == p.ID }) {
			left++
		}
	}
	if left > 0 {
		found = append(found, say("%d of %d have not signed version %d of its plan; remind them at /teams/%s/plan/signatures", left, members, current.Number, t.ID))
	}
	return found, nil
}

// checkReminders says where workers who are to be reminded by e-mail are not. They are reminded by text all the same.
func (s staff) checkReminders(o Options, t store.Team) []Finding {
	if !t.Plan.Channels.Mails() {
		return nil
	}
	say := func(says string) []Finding { return []Finding{{About: "plan", Says: "team " + t.ID + ": " + says}} }
	if o.SMTP == nil {
		return say("by its plan workers are reminded by e-mail too, and none goes out; give ALLCLEAR_SMTP and ALLCLEAR_MAIL_FROM, or change the plan")
	}
	without := 0
	for _, p := range s.all {
		if p.Active && p.Team == t.ID && p.Has(buddy.Worker) && strings.TrimSpace(p.Email.Reveal()) == "" {
			without++
		}
	}
	if without > 0 {
		return say(fmt.Sprintf("by its plan workers are reminded by e-mail too, and %d of them have no address here; add it at /people", without))
	}
	return nil
}
