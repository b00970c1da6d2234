package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/store"
)

const (
	lackingAhead = 7 * 24 * time.Hour
	lackingMost  = 2000 // visits of a team that are looked through
)

// Lacking is a visit in working hours that does not say where it is, or to whom. It comes without its details.
type Lacking struct {
	store.Visit
	Place, ServiceUser bool // which of them it lacks
}

// VisitsLacking gives the watched visits of a team that begin in its working hours within a week and do not say where they are or to whom, which the
// plan asks of each (section 1), in order of their start; and how many could not be read. An appointment or a meeting is not among them: it may have no
// service user, and be by video.
func VisitsLacking(ctx context.Context, db *store.DB, t store.Team, at time.Time) (list []Lacking, unread int, err error) {
	if t.Plan.WorkingHours.IsZero() {
		return nil, 0, nil
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil, 0, fmt.Errorf("read clock of team %s: %w", t.ID, err)
	}
	until := at.Add(lackingAhead)
	visits, err := db.Visits(ctx, store.VisitFilter{Team: t.ID, Live: true, From: at, To: until, Limit: lackingMost, Bare: true})
	if err != nil {
		return nil, 0, fmt.Errorf("look for visits of team %s without a place: %w", t.ID, err)
	}
	for _, v := range visits {
		if v.StartsAt.Before(at) || !v.StartsAt.Before(until) || !slices.Contains(watchedKinds, v.Kind) || !t.Plan.WorkingHours.Contains(v.StartsAt.In(zone)) {
			continue
		}
		whole, err := db.Visit(ctx, v.ID)
		if err != nil { // one that is damaged must not hide the others
			unread++
			continue
		}
		missing := buddy.Missing(buddy.Person{}, whole.Details)
		lacks := Lacking{Visit: v, Place: slices.Contains(missing, "address"), ServiceUser: slices.Contains(missing, "service_user")}
		if lacks.Place || lacks.ServiceUser {
			list = append(list, lacks)
		}
	}
	return list, unread, nil
}
