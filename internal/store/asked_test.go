package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

const wasAsked = `[{"what":"text_in"},{"what":"asked_back"}]`

// asks commits a text of a worker that was asked back.
func asks(t *testing.T, db *store.DB, worker, id, visit string, at time.Time) {
	t.Helper()
	c := next(load(t, db, worker), id)
	c.Worker = worker
	c.Entries[0].At, c.Entries[0].Visit, c.Entries[0].Events = at, visit, []byte(wasAsked)
	must(t, db.Commit(t.Context(), c))
}

func TestTextsThatWereAskedBackAreListedNewestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		far := booked("p-kim", "v2")
		far.Visits[0].Team = "hope"
		must(t, db.Commit(t.Context(), far))
		texts(t.Context(), t, db, "p-priya", 2) // nobody asked these back
		asks(t, db, "p-priya", "t/1", "v1", nine)
		asks(t, db, "p-priya", "t/2", "v1", nine.Add(time.Minute))
		asks(t, db, "p-priya", "t/3", "v1", nine.Add(time.Minute))
		asks(t, db, "p-kim", "t/4", "v2", nine.Add(time.Hour))
		asks(t, db, "p-nobody", "t/5", "", nine.Add(time.Hour)) // in no team
		for _, c := range []struct {
			name string
			f    store.AskedFilter
			want []string
		}{
			{"one team", store.AskedFilter{Teams: []string{"echo"}, Limit: 9}, []string{"t/3", "t/2", "t/1"}},
			{"both", store.AskedFilter{Teams: []string{"echo", "hope"}, Limit: 9}, []string{"t/4", "t/3", "t/2", "t/1"}},
			{"its first page", store.AskedFilter{Teams: []string{"echo"}, Limit: 1}, []string{"t/3"}},
			{"what comes after it", store.AskedFilter{Teams: []string{"echo"}, Before: "t/3", Limit: 9}, []string{"t/2", "t/1"}},
			{"none of one's own", store.AskedFilter{Teams: []string{"echo", "hope"}, Not: "p-priya", Limit: 9}, []string{"t/4"}},
			{"of a time", store.AskedFilter{Teams: []string{"echo"}, From: nine, To: nine.Add(time.Minute), Limit: 9}, []string{"t/1"}},
			{"nobody's", store.AskedFilter{Limit: 9}, nil},
		} {
			var got []string
			for _, e := range ok[[]store.Entry](t)(db.AskedBack(t.Context(), c.f)) {
				got = append(got, e.ID)
				if e.Words.Reveal() != said {
					t.Errorf("%s: %s says %q", c.name, e.ID, e.Words.Reveal())
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, not %v", c.name, got, c.want)
			}
		}
		if e := ok[store.Entry](t)(db.Entry(t.Context(), "t/2")); e.Worker != "p-priya" || e.Words.Reveal() != said {
			t.Errorf("t/2 is %+v", e)
		}
	})
}

func TestLabelsAreReadByWorkerAndAll(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, worker := range []string{"p-priya", "p-kim"} {
			c := next(load(t, db, worker), "label/"+worker)
			c.Worker, c.Entries[0].Kind = worker, "label"
			must(t, db.Commit(t.Context(), c))
		}
		if own := ok[[]store.Entry](t)(db.Labels(t.Context(), "p-kim")); len(own) != 1 || own[0].Worker != "p-kim" {
			t.Errorf("hers are %+v", own)
		}
		if all := ok[[]store.Entry](t)(db.Labels(t.Context(), "")); len(all) != 2 {
			t.Errorf("all are %+v", all)
		}
	})
}

// A text that was asked back is one in a hundred; the list must not read the others.
func TestTheListOfTextsReadsTheirIndexAlone(t *testing.T) {
	place := storetest.SQLite(t)
	place.Open(t)
	rows, err := place.Raw(t).QueryContext(t.Context(), `EXPLAIN QUERY PLAN SELECT id FROM entries
		WHERE kind = 'text' AND events LIKE '%"asked_back"%' AND at >= $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT 9`, 1, 2)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var plan string
		must(t, rows.Scan(&id, &parent, &unused, &plan))
		if !strings.Contains(plan, "entries_asked") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("the plan is %q", plan)
		}
	}
	must(t, rows.Err())
}
