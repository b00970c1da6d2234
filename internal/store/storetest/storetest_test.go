package storetest_test

import (
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

func TestEachGivesAFreshDatabaseThatStaysTheSame(t *testing.T) {
	for range 2 {
		storetest.Each(t, func(t *testing.T, open func() *store.DB) {
			a, b := open(), open()
			was, err := a.MetaOnce(t.Context(), "mark", "mine")
			if err != nil || was != "mine" {
				t.Fatalf("the database is not fresh: %q, %v", was, err)
			}
			if got, err := b.Meta(t.Context(), "mark"); err != nil || got != "mine" {
				t.Fatalf("the second opening is another database: %q, %v", got, err)
			}
		})
	}
}
