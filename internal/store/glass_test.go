package store_test

import (
	"errors"
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
