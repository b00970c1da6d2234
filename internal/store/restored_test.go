package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// publishedAt seals the record, and gives its head as a checkpoint of an instant.
func publishedAt(t *testing.T, db *store.DB, at time.Time) store.Published {
	t.Helper()
	ok[int](t)(db.Seal(t.Context(), at))
	return store.Published{Head: ok[store.Head](t)(db.Head(t.Context())), Name: "checkpoint", At: at}
}

// Whoever can write to the database, and lacks the key, must not be able to excuse what they cut off.
func TestOnlyARestoreThatWasSignedExcusesALoss(t *testing.T) {
	const forged = `{"made_at":"2026-11-22T09:00:00Z","number":0,"head":"","restored_at":"2026-11-23T09:00:00Z"}`
	later := nine.Add(5 * time.Hour)
	for name, c := range map[string]struct {
		do    func(t *testing.T, db *store.DB, p storetest.Place)
		names string
	}{
		"a note": {func(t *testing.T, db *store.DB, p storetest.Place) {
			_, err := p.Raw(t).Exec(`INSERT INTO meta (key, value) VALUES ('restored', $1)`, forged)
			must(t, err)
			if err := db.RecordRestore(t.Context(), later); err == nil {
				t.Error("it was put on record")
			}
		}, "the note that a backup was restored"},
		"a note with a signature": {func(t *testing.T, db *store.DB, p storetest.Place) {
			must(t, db.NoteRestore(t.Context(), `{"restore":`+forged+`,"signature":"AAAA"}`))
		}, "the note that a backup was restored"},
		"a signed note that was changed": {func(t *testing.T, db *store.DB, p storetest.Place) {
			fact := ok[string](t)(db.RestoreFact(t.Context(), store.Manifest{HeadNumber: 3, MadeAt: nine}, later, nil))
			must(t, db.NoteRestore(t.Context(), strings.Replace(fact, `"number":3`, `"number":0`, 1)))
		}, "the note that a backup was restored"},
		"an entry": {func(t *testing.T, db *store.DB, p storetest.Place) {
			l := ok[store.Loaded](t)(db.Load(t.Context(), "retention"))
			must(t, db.Commit(t.Context(), store.Change{Worker: "retention", Revision: l.Revision, Watch: l.Watch, Entries: []store.Entry{{ID: "restored/1", At: later,
				RecordedAt: later, Kind: "restored", By: "command line", Via: "command", Input: []byte(forged), Events: []byte(`[{"what":"restored"}]`)}}}))
		}, "entry restored/1 (worker retention, place 1"},
		"another backup's": {func(t *testing.T, db *store.DB, p storetest.Place) {
			must(t, db.NoteRestore(t.Context(), ok[string](t)(db.RestoreFact(t.Context(), store.Manifest{HeadNumber: 3, Head: "abcd", MadeAt: nine}, later, nil))))
			must(t, db.RecordRestore(t.Context(), later))
		}, "entry restored/"},
		"a longer one's": {func(t *testing.T, db *store.DB, p storetest.Place) {
			must(t, db.NoteRestore(t.Context(), ok[string](t)(db.RestoreFact(t.Context(), store.Manifest{HeadNumber: 3000, Head: "abcd", MadeAt: nine}, later, nil))))
			must(t, db.RecordRestore(t.Context(), later))
		}, "entry restored/"},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
				db := p.Open(t)
				filled(t, db)
				gone := publishedAt(t, db, nine)
				gone.N += 5 // which somebody cut off
				c.do(t, db, p)
				ok[int](t)(db.Seal(t.Context(), later))
				_, err := db.Audit(t.Context(), store.Audit{At: later, Published: []store.Published{gone}})
				if b, is := errors.AsType[*store.BreakError](err); !is || !strings.HasPrefix(b.Where, c.names) {
					t.Errorf("it is %v", err)
				}
			})
		})
	}
}

// The wrong backup was put back, a checkpoint went out, and then the right one was: what was published between the two is accounted for.
func TestASecondRestoreAccountsForTheFirst(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, from storetest.Place) {
		db := from.Open(t)
		filled(t, db)
		hour := func(n int) time.Time { return nine.Add(time.Duration(n) * time.Hour) }
		published := []store.Published{publishedAt(t, db, hour(0))}
		monday := backUp(t, db)
		texts(t.Context(), t, db, "p-lee", 5)
		published = append(published, publishedAt(t, db, hour(1)))
		tuesday := backUp(t, db)
		for kind, wrong := range elsewhere(t, from) {
			right := elsewhere(t, from)[kind]
			put := func(backup []byte, to storetest.Place, at time.Time, replaced *store.DB) *store.DB {
				m := ok[store.Manifest](t)(store.Restore(t.Context(), bytes.NewReader(backup), to.Options.URL))
				db := to.Open(t)
				must(t, db.NoteRestore(t.Context(), ok[string](t)(db.RestoreFact(t.Context(), m, at, replaced))))
				must(t, db.RecordRestore(t.Context(), at))
				return db
			}
			one := put(monday, wrong, hour(2), nil)
			texts(t.Context(), t, one, "p-ann", 1)
			stray := publishedAt(t, one, hour(3))
			two := put(tuesday, right, hour(4), one)
			all := []store.Published{published[0], stray, published[1], publishedAt(t, two, hour(4))}
			found, err := two.Audit(t.Context(), store.Audit{At: hour(9), Published: all})
			if err != nil || found.Agree != 3 {
				t.Fatalf("%s: %+v, %v", kind, found, err)
			}
			same(t, kind+": lost", found.Lost, []store.Lost{{First: published[0].N + 1, Last: stray.N, MadeAt: nine.Truncate(time.Second), RestoredAt: hour(4), Checkpoints: 1}})
			for what, at := range map[string]time.Time{"before the first": hour(2).Add(-time.Second), "after the second": hour(5)} {
				stray.At = at
				all[1] = stray
				if _, err := two.Audit(t.Context(), store.Audit{At: hour(9), Published: all}); err == nil {
					t.Errorf("%s: what was published %s is excused", kind, what)
				}
			}
			three := put(tuesday, elsewhere(t, from)[kind], hour(6), two)
			stray.At = hour(3)
			all = []store.Published{published[0], stray, published[1]}
			if found, err := three.Audit(t.Context(), store.Audit{At: hour(6), Published: all}); err != nil || len(found.Lost) != 1 {
				t.Errorf("%s: after a third: %+v, %v", kind, found, fmt.Sprint(err))
			}
		}
	})
}
