package app

import (
	"context"
	"fmt"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// checkCalendars counts whose calendar is not said to be shared with their team, and the visits in working hours that say too little (the plan's
// section 1).
func checkCalendars(ctx context.Context, db *store.DB, t store.Team, s staff, at time.Time) (found []Finding, err error) {
	say := func(format string, args ...any) {
		found = append(found, Finding{About: "calendar", Says: "team " + t.ID + ": " + fmt.Sprintf(format, args...)})
	}
	shared, err := engine.TeamCalendars(ctx, db, t.ID)
	if err != nil {
		return nil, err
	}
	members, asked := 0, 0
	for _, p := range s.all {
		if engine.SharesCalendar(p, t.ID) {
			members++
			if shared.Asks(p.ID) {
				asked++
			}
		}
	}
	if asked > 0 {
		say("%d of %d have not said that the team sees their calendar; see /teams/%s", asked, members, t.ID)
	}
	lacking, unread, err := engine.VisitsLacking(ctx, db, t, at)
	if err != nil {
		return nil, err
	}
	if unread > 0 {
		say("%d visits can't be opened: their data keys are missing or damaged; see allclear audit verify, and put a backup back", unread)
	}
	places, users := 0, 0
	for _, v := range lacking {
		if v.Place {
			places++
		}
		if v.ServiceUser {
			users++
		}
	}
	if len(lacking) > 0 {
		say("of the visits in its working hours within 7 days, %d have no place and %d no service user; they are listed at /teams/%s", places, users, t.ID)
	}
	return found, nil
}
