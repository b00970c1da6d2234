package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

func TestWhatHappenedToEveryWorkerOnADay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for _, worker := range []string{"p-priya", "p-ann"} {
			for i := range 3 {
				c := next(load(t, db, worker), fmt.Sprint(worker, i))
				c.Entries[0].At = nine.AddDate(0, 0, i-1) // the day before, the day, the day after
				c.Entries[0].Events = fmt.Appendf(nil, `[{"what":"%s on day %d"}]`, worker, i)
				must(t, db.Commit(t.Context(), c))
			}
		}
		var got []string
		must(t, db.EachHappened(t.Context(), nine, nine.AddDate(0, 0, 1), func(h store.Happened) error {
			got = append(got, h.At.Format(time.RFC3339Nano)+string(h.Events))
			return nil
		}))
		slices.Sort(got)
		at := nine.Format(time.RFC3339Nano)
		same(t, "the day, and neither that before nor that after", got,
			[]string{at + `[{"what":"p-ann on day 1"}]`, at + `[{"what":"p-priya on day 1"}]`})

		enough := errors.New("enough")
		err := db.EachHappened(t.Context(), time.Time{}, nine.AddDate(1, 0, 0), func(store.Happened) error { return enough })
		if !errors.Is(err, enough) {
			t.Errorf("an error of the one who is given them: %v", err)
		}
	})
}

func TestWhatHappenedSinceAPlaceInTheRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		since := func(n int64) (got []string) {
			must(t, db.EachHappenedSince(t.Context(), n, nine, nine.AddDate(0, 0, 1), func(h store.Happened) error {
				got = append(got, fmt.Sprint(h.N, " ", string(h.Events)))
				return nil
			}))
			slices.Sort(got)
			return got
		}
		happens := func(worker, id string, at time.Time) {
			c := next(load(t, db, worker), id)
			c.Entries[0].At, c.Entries[0].Events = at, fmt.Appendf(nil, `["%s"]`, id)
			must(t, db.Commit(t.Context(), c))
		}
		happens("p-priya", "e1", nine)
		_, err := db.Seal(t.Context(), nine)
		must(t, err)
		happens("p-ann", "e2", nine.Add(time.Hour))
		_, err = db.Seal(t.Context(), nine)
		must(t, err)
		happens("p-ann", "e3", nine.AddDate(0, 0, 1))
		happens("p-priya", "e4", nine.Add(2*time.Hour))
		same(t, "all", since(0), []string{`0 ["e4"]`, `1 ["e1"]`, `2 ["e2"]`})
		same(t, "what came after the first", since(1), []string{`0 ["e4"]`, `2 ["e2"]`})
		same(t, "what waits for its seal", since(2), []string{`0 ["e4"]`})
	})
}

// TestWhatHappenedIsFoundByWorker: the record is years long, and the figures of a day are asked for while alarms are open.
func TestWhatHappenedIsFoundByWorker(t *testing.T) {
	p := storetest.SQLite(t)
	p.Open(t)
	for _, c := range []struct {
		query   string
		args    []any
		indexes []string
	}{
		{store.EachHappenedSQL, []any{1, 2}, []string{"entries_worker_at"}},
		{store.EachHappenedSinceSQL, []any{1, 2, 3}, []string{"entries_n (n>?)", "entries_unsealed"}},
	} {
		plan := planOf(t, p, c.query, c.args...)
		for _, index := range c.indexes {
			if !strings.Contains(plan, index) {
				t.Errorf("every entry there is would be read, and not by %s: %s", index, plan)
			}
		}
	}
}

// planOf says how SQLite would run a query.
func planOf(t *testing.T, p storetest.Place, query string, args ...any) string {
	t.Helper()
	rows, err := p.Raw(t).QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	must(t, err)
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		plan = append(plan, detail)
	}
	must(t, rows.Err())
	return strings.Join(plan, "; ")
}

func TestWhenAnAlarmWasFirstTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		alarm := func(id string, opened time.Time) store.Alarm {
			return store.Alarm{Worker: "p-priya", Alarm: watch.Alarm{ID: id, Kind: watch.OverdueAlarm, OpenedAt: opened}}
		}
		c := next(load(t, db, "p-priya"), "e1")
		c.Alarms = []store.Alarm{alarm("a1", nine), alarm("a2", nine.Add(time.Minute)), alarm("a3", nine.Add(24*time.Hour))}
		late, early, own, forward := told("m1"), told("m2"), told("m3"), told("m4")
		own.Person = "p-priya"
		forward.Person, forward.Alarm = "p-ann", ""
		c.Messages = []store.Message{late, early, own, forward}
		must(t, db.Commit(t.Context(), c))
		after := map[string]time.Duration{"m1": 9 * time.Second, "m2": 4 * time.Second, "m3": time.Second, "m4": time.Second}
		for _, m := range claim(t, db, "node", nine) {
			o := handed(m, "node")
			o.At = nine.Add(after[m.ID])
			must(t, db.Settle(t.Context(), []store.Outcome{o}))
		}
		got := ok[[]store.FirstTold](t)(db.FirstTold(t.Context(), nine, nine.Add(time.Hour)))
		same(t, "first told", got, []store.FirstTold{
			{Alarm: "a1", OpenedAt: nine, ToldAt: nine.Add(4 * time.Second)},
			{Alarm: "a2", OpenedAt: nine.Add(time.Minute)},
		})
	})
}
