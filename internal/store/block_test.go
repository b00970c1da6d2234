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

func TestABlockIsKeptSealedAndOnRecord(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		epoch := ok[int64](t)(db.Epoch(t.Context()))
		b := store.Block{Worker: "p-priya", Person: "p-sam", By: "p-lee", At: nine, Why: private.New("they were married")}
		must(t, db.PutBlock(t.Context(), b, "page"))
		if after := ok[int64](t)(db.Epoch(t.Context())); after == epoch {
			t.Error("what is remembered of people is good after a block")
		}
		if got := ok[[]store.Block](t)(db.Blocks(t.Context(), "p-priya")); !slices.Equal(got, []store.Block{b}) {
			t.Errorf("got %+v", got)
		}
		b.Why, b.At = private.New("they were once married"), nine.Add(time.Hour)
		must(t, db.PutBlock(t.Context(), b, "page")) // another reason
		if got := ok[[]store.Block](t)(db.Blocks(t.Context(), "p-priya")); !slices.Equal(got, []store.Block{b}) {
			t.Errorf("got %+v", got)
		}
		if from := ok[[]string](t)(db.BlockedFrom(t.Context(), "p-sam")); !slices.Equal(from, []string{"p-priya"}) {
			t.Errorf("Sam is blocked from %v", from)
		}
		if who := ok[[]string](t)(db.Blocked(t.Context(), "p-priya")); !slices.Equal(who, []string{"p-sam"}) {
			t.Errorf("from Priya are blocked %v", who)
		}
		var why []byte
		must(t, p.Raw(t).QueryRow(`SELECT why FROM blocks`).Scan(&why))
		if strings.Contains(string(why), "married") {
			t.Error("the reason is in clear")
		}
		gone := store.Block{Worker: "p-priya", Person: "p-sam", By: "p-priya", At: nine.Add(2 * time.Hour)}
		must(t, db.DropBlock(t.Context(), gone, "page"))
		if err := db.DropBlock(t.Context(), gone, "page"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("ended twice: %v", err)
		}
		if from := ok[[]string](t)(db.BlockedFrom(t.Context(), "p-sam")); len(from) > 0 {
			t.Errorf("Sam is blocked from %v", from)
		}
		list := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-lee", time.Time{}, time.Time{}))
		if len(list) != 2 || list[0].Kind != "block" || list[0].Visit != "person/p-priya" || strings.Contains(string(list[0].Input), "sam") || !strings.Contains(list[0].Words.Reveal(), `"p-sam"`) {
			t.Errorf("the record has %+v", list)
		}
		must(t, db.Verify(t.Context(), nine))
	})
}
