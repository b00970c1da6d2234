package report

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// record writes what happened into a database.
type record struct {
	*testing.T
	db *store.DB
	n  int
}

// keep puts what happened to a worker on record, as one entry.
func (r *record) keep(worker string, at time.Time, whats ...watch.What) {
	r.Helper()
	r.ok(r.put(worker, r.entry(at, whats...)))
}

func (r *record) entry(at time.Time, whats ...watch.What) store.Entry {
	var events []map[string]any
	for _, w := range whats {
		events = append(events, map[string]any{"what": w})
	}
	raw, err := json.Marshal(events)
	r.ok(err)
	r.n++
	return store.Entry{ID: fmt.Sprint("e", r.n), At: at, RecordedAt: at, Kind: "text", Input: []byte("{}"), Events: raw}
}

func (r *record) put(worker string, entries ...store.Entry) error {
	l, err := r.db.Load(r.Context(), worker)
	if err != nil {
		return err
	}
	return r.db.Commit(r.Context(), store.Change{Worker: worker, Revision: l.Revision, Watch: l.Watch, Entries: entries})
}

func (r *record) seal() {
	r.Helper()
	_, err := r.db.Seal(r.Context(), on(23, 0))
	r.ok(err)
}

func (r *record) ok(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *record) read(days *Days, at time.Time, zone *time.Location) Day {
	r.Helper()
	d, err := days.Read(r.Context(), at, zone)
	r.ok(err)
	return d
}

// TestWhatIsRememberedOfADayIsWhatTheRecordHas: a day is the same whether it was looked at before or not, whatever is put on
// record and sealed meanwhile.
func TestWhatIsRememberedOfADayIsWhatTheRecordHas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		r := &record{T: t, db: open()}
		days, at := NewDays(r.db), on(12, 0)
		compare := func(when string) {
			t.Helper()
			for _, zone := range []*time.Location{time.UTC, london(t), time.FixedZone("", 11*3600)} {
				for _, day := range []int{-1, 0, 1} {
					got, want := r.read(days, at.AddDate(0, 0, day), zone), r.read(NewDays(r.db), at.AddDate(0, 0, day), zone)
					if !reflect.DeepEqual(got, want) {
						t.Errorf("%s, day %d in %q: want %v, got %v", when, day, zone, want.Hours, got.Hours)
					}
				}
			}
		}
		compare("nothing yet")
		for i, step := range []func(){
			func() { r.keep("p-priya", on(9, 5), watch.TextIn, watch.VisitIn) },
			r.seal,
			func() { r.keep("p-ann", on(9, 59), watch.TextIn, watch.Prompted) },
			func() { r.keep("p-kim", on(23, 59), watch.AlarmOpened); r.seal() },
			func() { r.keep("p-kim", on(24, 0), watch.TextIn); r.keep("p-lee", on(0, 0), watch.TextIn) }, // a day's end, and one late
			r.seal,
			func() { r.keep("p-ann", on(-5, 30), watch.Prompted); r.keep("p-new", on(9, 30), watch.TextIn) },
			func() { r.seal(); r.keep("p-new", on(9, 31), watch.TextIn) },
		} {
			step()
			compare(fmt.Sprint("after step ", i))
			compare(fmt.Sprint("again after step ", i))
		}
		if total := r.read(days, at, time.UTC).Total(); total.CheckIns != 5 || total.Reminders != 1 || total.Alarms != 1 {
			t.Errorf("the day as a whole: %+v", total)
		}
	})
}

// TestWhatIsSealedIsCountedOnce: the day's record may be long, and is not read at each look.
func TestWhatIsSealedIsCountedOnce(t *testing.T) {
	place := storetest.SQLite(t)
	r := &record{T: t, db: place.Open(t)}
	days := NewDays(r.db)
	r.keep("p-priya", on(9, 5), watch.TextIn)
	r.seal()
	r.keep("p-priya", on(10, 5), watch.TextIn)
	r.read(days, on(12, 0), time.UTC)
	if _, err := place.Raw(t).ExecContext(t.Context(), `UPDATE entries SET events = '[]'`); err != nil {
		t.Fatal(err)
	}
	if d := r.read(days, on(12, 0), time.UTC); d.Hours[9].CheckIns != 1 || d.Hours[10].CheckIns != 0 {
		t.Errorf("sealed: %d, which was counted before; waiting for its seal: %d, which may not be remembered", d.Hours[9].CheckIns, d.Hours[10].CheckIns)
	}
	entries := make([]store.Entry, 0, mostBehind+1)
	for range mostBehind + 1 {
		entries = append(entries, r.entry(on(36, 0), watch.VisitIn))
	}
	r.ok(r.put("p-ann", entries...))
	r.seal()
	if d := r.read(days, on(12, 0), time.UTC); d.Hours[9].CheckIns != 0 {
		t.Error("all that came on other days was read, and not the day anew")
	}
}

// TestAWrongEntryIsRememberedAsNothing: an error does not become a count.
func TestAWrongEntryIsRememberedAsNothing(t *testing.T) {
	r := &record{T: t, db: storetest.SQLite(t).Open(t)}
	days := NewDays(r.db)
	e := r.entry(on(9, 0))
	e.Events = []byte(`"` + watch.TextIn + `"`)
	r.keep("p-priya", on(9, 0), watch.TextIn)
	r.ok(r.put("p-ann", e))
	r.seal()
	for range 2 {
		if d, err := days.Read(t.Context(), on(12, 0), time.UTC); err == nil {
			t.Errorf("no error, and %d check-ins", d.Total().CheckIns)
		}
	}
}

func TestNotEveryDayIsRemembered(t *testing.T) {
	r := &record{T: t, db: storetest.SQLite(t).Open(t)}
	days := NewDays(r.db)
	for day := range mostDays + 3 {
		r.read(days, on(12, 0).AddDate(0, 0, -day), time.UTC)
		if n := len(days.counted); n > mostDays {
			t.Fatalf("%d days are remembered", n)
		}
	}
}

// TestADayIsExactWhileItHappens: whoever looks while check-ins come in and are sealed sees all that were there before their
// look, and none twice.
func TestADayIsExactWhileItHappens(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		const all = 60
		r := &record{T: t, db: open()}
		days := NewDays(r.db)
		entries := make([]store.Entry, all)
		for i := range entries {
			entries[i] = r.entry(on(9, i%60), watch.TextIn)
		}
		var sent, kept atomic.Int64
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { // ends with the last check-in
			for i, e := range entries {
				sent.Add(1)
				if err := r.put(fmt.Sprint("p-", i%7), e); err != nil {
					t.Error(err)
				}
				kept.Add(1)
				if i%3 == 0 {
					if _, err := r.db.Seal(t.Context(), on(23, 0)); err != nil {
						t.Error(err)
					}
				}
			}
		})
		for range 2 {
			wg.Go(func() { // ends when all check-ins were seen
				for last := false; !last; {
					least := kept.Load()
					last = least == all
					d, err := days.Read(t.Context(), on(12, 0), time.UTC)
					if n, most := int64(d.Total().CheckIns), sent.Load(); err != nil || n < least || n > most {
						t.Errorf("%d check-ins, where at least %d and at most %d were on record: %v", n, least, most, err)
						return
					}
				}
			})
		}
	})
}
