package e2e_test

import (
	"testing"

	"github.com/allclear-safety/allclear/e2e/town"
	"github.com/allclear-safety/allclear/e2e/weekend"
)

func TestTheWeekendGoesThroughToItsClose(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, database string) {
		w := open(t, town.Options{Database: database, Speed: 480})
		if checks := weekend.Play(w, weekend.Options{}); checks < 30 {
			t.Errorf("only %d things were checked", checks)
		}
	})
}
