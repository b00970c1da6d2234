package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/plan"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestAPlanIsPublishedWithItsSettingsOrNotAtAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		settings := plan.Standard()
		settings.Fallback = "p-lee"
		team := store.Team{ID: "echo", Name: "ECHo", Zone: "Europe/London", Plan: settings, HasPlan: true}
		ok[bool](t)(db.ChangeTeam(t.Context(), team, leeOnPage, nine))
		draft := ok[store.Paper](t)(db.PutPaper(t.Context(), store.Paper{ID: "v1", Kind: store.PlanPaper, Team: "echo", Number: 1, Status: "draft", Body: private.New("one")}, nil, leeOnPage, nine))

		team.Plan.Grace = 20 * time.Minute
		stale := draft
		stale.Revision = 7
		if _, err := db.PublishPlan(t.Context(), team, stale, leeOnPage, nine.Add(time.Hour)); !errors.Is(err, store.ErrConflict) {
			t.Fatalf("what another changed since is published: %v", err)
		}
		same(t, "grace when nothing was published", ok[store.Team](t)(db.Team(t.Context(), "echo")).Plan.Grace, 15*time.Minute)

		draft.Status, draft.Body = "published", private.New("one, published")
		m := told("m1")
		m.Alarm, m.Visit = "", ""
		kept := ok[store.Paper](t)(db.PublishPlan(t.Context(), team, draft, leeOnPage, nine.Add(time.Hour), m))
		same(t, "kept", ok[store.Paper](t)(db.Paper(t.Context(), store.PlanPaper, "v1")), kept)
		same(t, "grace", ok[store.Team](t)(db.Team(t.Context(), "echo")).Plan.Grace, 20*time.Minute)
		same(t, "changed", ok[time.Time](t)(db.TeamPutAt(t.Context(), "echo")), nine.Add(time.Hour))
		var kinds []string
		for _, e := range ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{})) {
			kinds = append(kinds, e.Kind+" "+string(e.Input))
		}
		same(t, "on record", kinds, []string{`team {"new":true}`, `plan {"revision":1,"status":"draft"}`, `team {"changed":["grace"]}`, `plan {"revision":2,"status":"published"}`})
		if messages := ok[[]store.Message](t)(db.Claim(t.Context(), nine.Add(time.Hour), nine.Add(2*time.Hour), "n", "", 10)); len(messages) != 1 {
			t.Errorf("told: %d", len(messages))
		}
		ok[int](t)(db.Seal(t.Context(), nine.Add(time.Hour)))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
	})
}
