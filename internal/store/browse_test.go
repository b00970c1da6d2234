package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/buddy"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// many fills a record with as many texts of a worker as are given, a minute apart, the last of an alarm, and a look at that alarm.
func many(t testing.TB, db *store.DB, worker string, n int) {
	t.Helper()
	entries := make([]store.Entry, 0, n)
	for i := range n {
		at := nine.Add(time.Duration(i) * time.Minute)
		e := store.Entry{ID: fmt.Sprintf("%s-%04d", worker, i), At: at, RecordedAt: at, Kind: "text", By: worker, Via: "text", Input: []byte("{}"),
			Events: []byte(`[{"what":"text_in"}]`), Words: private.New("words"), Owner: "visit/v-" + worker}
		if i == n-1 {
			e.Kind, e.Alarm = "raise", "a-"+worker
		}
		entries = append(entries, e)
	}
	must(t, db.Commit(t.Context(), store.Change{Worker: worker, Watch: watch.Watch{Worker: worker}, Entries: entries,
		Alarms: []store.Alarm{{Worker: worker, Alarm: watch.Alarm{ID: "a-" + worker, Kind: watch.Distress, OpenedAt: nine, ClosedAt: nine.Add(time.Hour)}}}}))
	ok[int](t)(db.Seal(t.Context(), nine.Add(time.Hour)))
	must(t, db.Look(t.Context(), "p-sam", "page", "", nine.Add(time.Hour), "alarm/a-"+worker))
	ok[int](t)(db.Seal(t.Context(), nine.Add(time.Hour)))
}

func TestTheRecordIsReadPageByPageFromItsEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		empty := ok[store.Browsed](t)(db.Browse(t.Context(), store.Browse{}))
		same(t, "of an empty record", len(empty.Rows), 0)
		many(t, db, "p-priya", 120)
		var numbers []int64
		b := store.Browse{}
		for {
			page := ok[store.Browsed](t)(db.Browse(t.Context(), b))
			for _, r := range page.Rows {
				numbers = append(numbers, r.N)
			}
			if b.Before = page.Older; b.Before == 0 {
				break
			}
		}
		same(t, "read", len(numbers), 121)
		for i, n := range numbers {
			same(t, "number", n, int64(121-i))
		}
	})
}

func TestTheRecordIsSearched(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, p := range []buddy.Person{{ID: "p-priya", Team: "echo"}, {ID: "p-ann", Team: "links"}} {
			p.Name, p.Roles, p.Active = "Some One", []string{"worker"}, true
			_, err := db.PutPerson(t.Context(), p, nine)
			must(t, err)
		}
		many(t, db, "p-priya", 10)
		many(t, db, "p-ann", 20)
		for what, c := range map[string]struct {
			b    store.Browse
			rows int
		}{
			"everything":             {store.Browse{}, 32},
			"a kind":                 {store.Browse{Kind: "raise"}, 2},
			"a person":               {store.Browse{Person: "p-priya"}, 10},
			"who looked":             {store.Browse{Person: "p-sam"}, 2},
			"a team":                 {store.Browse{Team: "links"}, 20},
			"from":                   {store.Browse{From: nine.Add(time.Hour)}, 2},
			"to":                     {store.Browse{To: nine.Add(5 * time.Minute)}, 10},
			"an hour of a person":    {store.Browse{Person: "p-ann", From: nine.Add(5 * time.Minute), To: nine.Add(10 * time.Minute)}, 5},
			"nobody":                 {store.Browse{Person: "p-nobody"}, 0},
			"before":                 {store.Browse{Before: 3}, 2},
			"but an alarm":           {store.Browse{Without: []string{"a-p-priya"}}, 30},
			"before it all":          {store.Browse{To: nine}, 0},
			"after it all":           {store.Browse{From: nine.Add(24 * time.Hour)}, 0},
			"but a worker":           {store.Browse{Apart: []string{"p-priya"}}, 21},
			"but two workers":        {store.Browse{Apart: []string{"p-priya", "p-ann"}}, 0},
			"of a kind but a worker": {store.Browse{Kind: "raise", Apart: []string{"p-ann"}}, 1},
			"of a kind but alarms":   {store.Browse{Kind: "raise", Without: []string{"a-p-priya"}}, 1},
		} {
			page := ok[store.Browsed](t)(db.Browse(t.Context(), c.b))
			same(t, what, len(page.Rows), c.rows)
			same(t, what+": older", page.Older, int64(0))
		}
	})
}

func TestAnEntryAndItsSeal(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		many(t, db, "p-priya", 3)
		one, two := ok[store.Sealed](t)(db.SealedEntry(t.Context(), 1)), ok[store.Sealed](t)(db.SealedEntry(t.Context(), 2))
		same(t, "before the first", len(one.Prev), 0)
		same(t, "before the second", string(two.Prev), string(one.Hash))
		same(t, "sealed with", fmt.Sprint(two.First, two.Last, two.SealedAt, two.Erased), fmt.Sprint(1, 3, nine.Add(time.Hour), false))
		_, err := db.Erase(t.Context(), store.Erasure{At: nine.Add(2 * time.Hour), By: "p-ada", Why: "request", Stays: func(retain.Record) retain.Why { return "" }}, "visit/v-p-priya")
		must(t, err)
		same(t, "its words", ok[store.Sealed](t)(db.SealedEntry(t.Context(), 2)).Erased, true)
		if _, err := db.SealedEntry(t.Context(), 99); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an entry that is not there: %v", err)
		}
		period, request, err := db.ErasedBetween(t.Context(), nine, nine.Add(3*time.Hour))
		must(t, err)
		same(t, "erased", fmt.Sprint(period, request), "map[] map[visit:1]")
		_, request, err = db.ErasedBetween(t.Context(), nine, nine.Add(2*time.Hour))
		must(t, err)
		same(t, "erased before", len(request), 0)
	})
}
