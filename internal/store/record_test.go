package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// kept fills a record: three workers with some entries each, sealed in two goes.
func kept(t testing.TB, db *store.DB) {
	t.Helper()
	for i, worker := range []string{"p-priya", "p-ann", "p-lee"} {
		must(t, db.Commit(t.Context(), booked(worker, fmt.Sprintf("v%d", i))))
	}
	ok[int](t)(db.Seal(t.Context(), nine))
	for _, worker := range []string{"p-priya", "p-ann"} {
		texts(t.Context(), t, db, worker, 3)
	}
	same(t, "sealed", ok[int](t)(db.Seal(t.Context(), nine.Add(time.Second))), 6)
	must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
}

func TestASealedRecordVerifies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		must(t, db.Verify(t.Context(), nine)) // an empty one
		kept(t, db)
		same(t, "nothing new to seal", ok[int](t)(db.Seal(t.Context(), nine)), 0)
		entries := ok[[]store.Entry](t)(db.Since(t.Context(), 0, 100))
		for i, e := range entries {
			if e.N != int64(i+1) || e.Words.IsZero() {
				t.Errorf("entry %d: number %d, words there: %v", i, e.N, !e.Words.IsZero())
			}
		}
		same(t, "sealed", len(entries), 9)
		same(t, "since 7", len(ok[[]store.Entry](t)(db.Since(t.Context(), 7, 1))), 1)

		texts(t.Context(), t, db, "p-lee", 1)
		must(t, db.Verify(t.Context(), nine.Add(10*time.Second)))
		if err := db.Verify(t.Context(), nine.Add(11*time.Second)); err == nil || !strings.Contains(err.Error(), "p-lee-1-0") {
			t.Errorf("an entry that waits for its seal for too long: %v", err)
		}
	})
}

func TestManySealersMakeOneChain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() { texts(t.Context(), t, db, fmt.Sprintf("p-%d", w), 20) })
			wg.Go(func() {
				for range 20 {
					if _, err := db.Seal(t.Context(), nine); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		ok[int](t)(db.Seal(t.Context(), nine))
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
		same(t, "sealed", ok[store.Head](t)(db.Head(t.Context())).N, int64(80))
	})
}

func TestWhatIsErasedStillVerifies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		kept(t, db)
		erase(t, db, "visit/v0", "person/p-priya")
		must(t, db.Verify(t.Context(), nine.Add(time.Hour)))
		for _, e := range ok[[]store.Entry](t)(db.Entries(t.Context(), "p-priya", time.Time{}, time.Time{})) {
			if !e.Words.IsZero() {
				t.Errorf("entry %s still has its words", e.ID)
			}
		}
		v := ok[store.Visit](t)(db.Visit(t.Context(), "v0"))
		if !v.Details.Address.IsZero() {
			t.Error("the visit still has its address")
		}
		if other := ok[store.Visit](t)(db.Visit(t.Context(), "v1")); other.Details.Address.Reveal() != street {
			t.Error("another visit lost its address")
		}
	})
}

func TestAPublishedHeadShowsARewrite(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		kept(t, db)
		head := ok[store.Head](t)(db.Head(t.Context()))
		texts(t.Context(), t, db, "p-lee", 2)
		ok[int](t)(db.Seal(t.Context(), nine))
		end := ok[store.Head](t)(db.Head(t.Context()))
		audit := func(published ...store.Head) error {
			a := store.Audit{At: nine.Add(time.Hour)}
			for _, h := range published {
				a.Published = append(a.Published, store.Published{Head: h, Name: fmt.Sprint("checkpoint ", h.N)})
			}
			_, err := db.Audit(t.Context(), a)
			return err
		}
		must(t, audit(head, head, end))
		other := store.Head{N: head.N, Hash: append([]byte{1}, head.Hash[1:]...)}
		if err := audit(head, other, end); err == nil || !strings.Contains(err.Error(), "number 9)") || !strings.Contains(err.Error(), "checkpoint 9 ") {
			t.Errorf("another head was taken for ours: %v", err)
		}
		if err := audit(head, store.Head{N: 99, Hash: head.Hash}); err == nil || !strings.Contains(err.Error(), "checkpoint 99 ") {
			t.Errorf("a head that we never reached was taken for ours: %v", err)
		}
	})
}

func TestAnAuditSaysHowMuchItRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		kept(t, db)
		texts(t.Context(), t, db, "p-lee", 1)
		var done, total int64
		found := ok[store.Audited](t)(db.Audit(t.Context(), store.Audit{At: nine, Progress: func(d, all int64) { done, total = d, all }}))
		same(t, "found", found, store.Audited{Entries: 10, Head: ok[store.Head](t)(db.Head(t.Context())), Until: nine.Add(time.Second)})
		same(t, "steps", []int64{done, total}, []int64{19, 19}) // each in its worker's chain, the sealed ones in theirs too
	})
}

func TestADatabaseKnowsWhetherAnythingHappenedInIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		same(t, "a new one", ok[bool](t)(db.Recorded(t.Context())), false)
		must(t, db.Commit(t.Context(), booked("p-priya", "v1")))
		same(t, "after a booking", ok[bool](t)(db.Recorded(t.Context())), true)
	})
}

func TestEntriesOfATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		for i := range 4 {
			c := next(load(t, db, "p-priya"), fmt.Sprint("e", i))
			c.Entries[0].At = nine.Add(time.Duration(i) * time.Minute)
			must(t, db.Commit(t.Context(), c))
		}
		got := ok[[]store.Entry](t)(db.Entries(t.Context(), "p-priya", nine.Add(time.Minute), nine.Add(3*time.Minute)))
		if len(got) != 2 || got[0].ID != "e1" || got[1].ID != "e2" {
			t.Errorf("got %d entries", len(got))
		}
		same(t, "another worker's", len(ok[[]store.Entry](t)(db.Entries(t.Context(), "p-ann", time.Time{}, time.Time{}))), 0)
	})
}

// TestAnyChangeOfTheRecordIsNamed tampers with every column of the record, takes rows away, adds and swaps them.
func TestAnyChangeOfTheRecordIsNamed(t *testing.T) {
	const e = "p-priya-2-1" // its third
	change := func(column string) string { return `UPDATE entries SET ` + column + ` WHERE id = '` + e + `'` }
	for name, c := range map[string]struct{ sql, names string }{
		"id":                     {change(`id = 'other'`), "entry other"},
		"worker":                 {change(`worker = 'p-none'`), "worker p-none"},
		"seq":                    {change(`seq = 77`), "p-priya"},
		"seq below":              {change(`seq = -1`), "entry " + e},
		"at":                     {change(`at = at + 1`), "entry " + e},
		"recorded_at":            {change(`recorded_at = recorded_at - 1`), "entry " + e},
		"kind":                   {change(`kind = 'close'`), "entry " + e},
		"by":                     {change(`by_whom = 'p-lee'`), "entry " + e},
		"via":                    {change(`via = 'call'`), "entry " + e},
		"token":                  {change(`token = 'x'`), "entry " + e},
		"visit":                  {change(`visit = 'v9'`), "entry " + e},
		"alarm":                  {change(`alarm = 'a9'`), "entry " + e},
		"rules":                  {change(`rules = 9`), "entry " + e},
		"input":                  {change(`input = '{"intent":"end"}'`), "entry " + e},
		"events":                 {change(`events = '[1]'`), "entry " + e},
		"owner":                  {change(`owner = 'person/p-ann'`), "entry " + e},
		"hash":                   {change(`hash = (SELECT hash FROM entries WHERE id = 'book-v0')`), "entry " + e},
		"commitment":             {change(`commitment = (SELECT commitment FROM entries WHERE id = 'book-v0')`), "entry " + e},
		"words":                  {change(`words = (SELECT words FROM entries WHERE id = 'p-priya-1-0')`), "entry " + e},
		"words taken away":       {change(`words = NULL, commitment = NULL`), "entry " + e},
		"data key":               {`UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE owner = 'visit/v1') WHERE owner = 'person/p-priya'`, "entry p-priya-1-0"},
		"data key taken away":    {`DELETE FROM data_keys WHERE owner = 'person/p-priya'`, "entry p-priya-1-0"},
		"number":                 {change(`n = 99`), "number 9"},
		"unsealed":               {change(`n = NULL`), "number"},
		"taken away":             {`DELETE FROM entries WHERE id = '` + e + `'`, "p-priya-3-2"},
		"first taken away":       {`DELETE FROM entries WHERE id = 'book-v0'`, "p-priya-1-0"},
		"last taken away":        {`DELETE FROM entries WHERE id = 'p-priya-3-2'`, "worker p-priya"},
		"all of one taken away":  {`DELETE FROM entries WHERE worker = 'p-lee'`, "worker p-lee"},
		"a worker's row":         {`DELETE FROM workers WHERE id = 'p-lee'`, "worker p-lee"},
		"a worker's head":        {`UPDATE workers SET head = hash FROM entries e WHERE e.id = 'book-v0' AND workers.id = 'p-priya'`, "worker p-priya"},
		"a worker's end":         {`UPDATE workers SET seq = 1, head = (SELECT hash FROM entries WHERE id = 'book-v0') WHERE id = 'p-priya'`, "p-priya-"},
		"chain's head":           {`UPDATE chain SET head = (SELECT hash FROM entries WHERE id = 'book-v0')`, "number 9"},
		"chain's length":         {`UPDATE chain SET n = 3`, "number 4"},
		"a seal's head":          {`UPDATE seals SET head = (SELECT hash FROM entries WHERE id = 'book-v0') WHERE first_n = 4`, "seal of 4 to 9"},
		"a seal's time":          {`UPDATE seals SET sealed_at = sealed_at + 1 WHERE first_n = 1`, "seal of 1 to 3"},
		"a seal's stretch":       {`UPDATE seals SET last_n = 8 WHERE first_n = 4`, "seal of 4 to 8"},
		"a seal's signature":     {`UPDATE seals SET signature = head WHERE first_n = 4`, "seal of 4 to 9"},
		"a seal taken away":      {`DELETE FROM seals WHERE first_n = 1`, "number 1)"},
		"the last seal":          {`DELETE FROM seals WHERE first_n = 4`, "number 4)"},
		"a worker all taken":     {`DELETE FROM workers WHERE id = 'p-lee'; DELETE FROM entries WHERE worker = 'p-lee'`, "entry"},
		"two numbers swapped":    {`UPDATE entries SET n = 100 WHERE n = 8; UPDATE entries SET n = 8 WHERE n = 9; UPDATE entries SET n = 9 WHERE n = 100`, "seal of 4 to 9"},
		"one added to the chain": {`INSERT INTO entries (id, worker, seq, at, recorded_at, kind, by_whom, via, token, visit, alarm, rules, input, events, owner, hash) SELECT 'added', worker, 9, at, recorded_at, kind, by_whom, via, token, visit, alarm, rules, input, events, owner, hash FROM entries WHERE id = '` + e + `'`, "entry added"},
	} {
		t.Run(name, func(t *testing.T) {
			tamper(t, storetest.SQLite(t), c.sql, c.names)
		})
	}
	t.Run("postgres", func(t *testing.T) { tamper(t, storetest.Postgres(t), change(`kind = 'close'`), "entry "+e) })
}

func tamper(t *testing.T, p storetest.Place, statement, names string) {
	t.Helper()
	db := p.Open(t)
	kept(t, db)
	must(t, db.Close())
	if _, err := p.Raw(t).Exec(statement); err != nil {
		t.Fatal(err)
	}
	err := p.Open(t).Verify(t.Context(), nine.Add(time.Hour))
	broken, found := errors.AsType[*store.BreakError](err)
	switch {
	case !found:
		t.Errorf("not found: %v", err)
	case !strings.Contains(broken.Where, names):
		t.Errorf("named %q, not %q: %v", broken.Where, names, err)
	}
}

func TestTheLatestOfAKindComeNewestFirst(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		texts(t.Context(), t, db, "p-priya", 3)
		texts(t.Context(), t, db, "p-ann", 1)
		latest := ok[[]store.Entry](t)(db.Latest(t.Context(), "p-priya", "text", 2))
		same(t, "how many", len(latest), 2)
		if latest[0].Seq != 3 || latest[1].Seq != 2 || latest[0].Words.IsZero() {
			t.Errorf("%d, %d", latest[0].Seq, latest[1].Seq)
		}
		same(t, "of another kind", len(ok[[]store.Entry](t)(db.Latest(t.Context(), "p-priya", "look", 2))), 0)
	})
}
