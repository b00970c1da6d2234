package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestABrokenGlassIsOnRecordAndEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		g := store.Glass{ID: "glass/1", Visit: "v1", Person: "p-lee", Why: private.New("her car is still there"), BrokenAt: nine, UntilAt: nine.Add(30 * time.Minute)}
		for range 2 { // the same press again is the same glass
			must(t, db.BreakGlass(t.Context(), g, "page"))
		}
		got := ok[store.Glass](t)(db.Glass(t.Context(), "v1", "p-lee", nine.Add(29*time.Minute)))
		if got != g {
			t.Errorf("got %+v", got)
		}
		none := func(visit, person string, at time.Time) {
			t.Helper()
			if got, err := db.Glass(t.Context(), visit, person, at); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s of %s at %s: %+v, %v", visit, person, at, got, err)
			}
		}
		none("v1", "p-lee", nine.Add(30*time.Minute))
		none("v2", "p-lee", nine)
		none("v1", "p-sam", nine)
		must(t, db.EndGlass(t.Context(), "v1", "p-lee", "page", nine.Add(time.Minute)))
		none("v1", "p-lee", nine.Add(time.Minute))
		must(t, db.EndGlass(t.Context(), "v1", "p-lee", "page", nine.Add(2*time.Minute))) // it is over
		list := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{}))
		if len(list) != 2 || list[0].Kind != "glass" || list[0].Visit != "visit/v1" || list[0].By != "p-lee" || list[0].Words.Reveal() != "her car is still there" || list[1].Kind != "glass-end" {
			t.Errorf("the record has %+v", list)
		}
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
	})
}

func TestWhoLookedAtWhatIsAWorkers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		shared := booked("p-jo", "v2")
		shared.Visits[0].Private = false
		must(t, db.Commit(t.Context(), shared))
		for i, object := range []string{"person/p-priya", "visit/v1", "person/p-jo", "visit/v2", "texts/labelled"} {
			must(t, db.Look(t.Context(), "p-sam", "page", "asked", nine.Add(time.Duration(i)*time.Minute), object))
		}
		must(t, db.Look(t.Context(), "p-priya", "page", "", nine, "visit/v1")) // their own
		must(t, db.BreakGlass(t.Context(), store.Glass{ID: "glass/1", Visit: "v1", Person: "p-lee", Why: private.New("her car is still there"), BrokenAt: nine.Add(time.Hour), UntilAt: nine.Add(2 * time.Hour)}, "page"))
		objects := func(worker string, from, to time.Time, limit int) (said []string) {
			for _, e := range ok[[]store.Entry](t)(db.LooksAt(t.Context(), worker, from, to, limit)) {
				said = append(said, e.By+" "+e.Kind+" "+e.Visit+" "+e.Words.Reveal())
			}
			return said
		}
		glass, visit, person := "p-lee glass visit/v1 her car is still there", "p-sam look visit/v1 asked", "p-sam look person/p-priya asked"
		for _, c := range []struct {
			got, want []string
		}{
			{objects("p-priya", time.Time{}, time.Time{}, 10), []string{glass, visit, person}},
			{objects("p-priya", time.Time{}, time.Time{}, 1), []string{glass}},
			{objects("p-priya", nine.Add(time.Minute), nine.Add(time.Hour), 10), []string{visit}},
			{objects("p-jo", time.Time{}, time.Time{}, 10), []string{"p-sam look person/p-jo asked"}}, // the visit is open to the team
		} {
			if !slices.Equal(c.got, c.want) {
				t.Errorf("got %q, not %q", c.got, c.want)
			}
		}
	})
}

// A worker's page of who looked must not walk over years of the record.
func TestLooksAreFoundByWhatTheyAreAt(t *testing.T) {
	p := storetest.SQLite(t)
	p.Open(t)
	rows, err := p.Raw(t).Query("EXPLAIN QUERY PLAN "+store.LooksAtQuery, "p-priya", 1, 2, 3)
	must(t, err)
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		must(t, rows.Scan(&id, &parent, &unused, &step))
		steps = append(steps, step)
		if strings.HasPrefix(step, "SCAN entries") || strings.HasPrefix(step, "SCAN visits") || strings.HasPrefix(step, "SCAN alarms") {
			t.Error(step)
		}
	}
	if plan := strings.Join(steps, "; "); !strings.Contains(plan, "entries_looks") {
		t.Error(plan)
	}
}
