package store_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestThePlaceMovesWithEveryCommitAndNotWithItsSeal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		at := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
		begun := ok[store.Place](t)(db.Place(t.Context()))
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		after := ok[store.Place](t)(db.Place(t.Context()))
		if after.Entries != begun.Entries+1 || after.Epoch != begun.Epoch || !after.Reaches(begun) || begun.Reaches(after) {
			t.Errorf("a commit moved %+v to %+v", begun, after)
		}
		if _, err := db.Seal(t.Context(), at); err != nil {
			t.Fatal(err)
		}
		sealed := ok[store.Place](t)(db.Place(t.Context()))
		if sealed.Entries != after.Entries || sealed.Sealed != after.Entries {
			t.Errorf("its seal moved %+v to %+v", after, sealed)
		}
		if _, err := db.PutTeam(t.Context(), store.Team{ID: "links", Name: "Family Links", Zone: "Europe/London"}, at); err != nil {
			t.Fatal(err)
		}
		if moved := ok[store.Place](t)(db.Place(t.Context())); moved.Epoch <= sealed.Epoch || sealed.Reaches(moved) {
			t.Errorf("a new team moved %+v to %+v", sealed, moved)
		}
	})
}
