package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/rota"
	"github.com/allclear-safety/allclear/internal/store"
)

// checkBlocks says for which workers of a team nobody on call may answer, as they are kept from whoever is, and that its fallback
// may not. Whom a worker is kept from is not said.
func (s staff) checkBlocks(ctx context.Context, db *store.DB, t store.Team, shifts rota.Rota, from, to time.Time, zone *time.Location) ([]Finding, error) {
	var found []Finding
	say := func(format string, args ...any) {
		found = append(found, Finding{About: "rota", Says: "team " + t.ID + ": " + fmt.Sprintf(format, args...)})
	}
	whole := shifts.Gaps(t.ID, from, to)
	for _, p := range s.all {
		if p.Team != t.ID || !p.Active || !p.Has(buddy.Worker) {
			continue
		}
		blocked, err := db.Blocked(ctx, p.ID)
		if err != nil {
			return found, err
		}
		if len(blocked) == 0 {
			continue
		}
		if slices.Contains(blocked, s.by[t.Plan.Fallback].ID) {
			say("its fallback may not answer for %s; name another", p.ID)
		}
		rest := slices.DeleteFunc(slices.Clone(shifts), func(x rota.Shift) bool { return slices.Contains(blocked, s.by[x.Person].ID) })
		for _, g := range rest.Gaps(t.ID, from, to) {
			if !slices.Contains(whole, g) {
				say("from %s to %s nobody on call may answer for %s; put one more on call, else it falls to the fallback",
					g.From.In(zone).Format("Mon 2 Jan 15:04"), g.To.In(zone).Format("Mon 2 Jan 15:04"), p.ID)
			}
		}
	}
	return found, nil
}
