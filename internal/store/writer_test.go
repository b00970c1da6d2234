package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

// together runs n things at once and gives their errors: on SQLite they share commits.
func together(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	return errs
}

func TestOneThatFailsLeavesTheOthersOfItsCommitAlone(t *testing.T) {
	storetest.EachPlace(t, func(t *testing.T, p storetest.Place) {
		db := p.Open(t)
		errs := together(60, func(i int) error {
			c := booked(fmt.Sprint("p-", i), fmt.Sprint("v", i))
			if i%3 == 0 {
				c.Messages = []store.Message{told("m1"), told("m1")}
			}
			return db.Commit(t.Context(), c)
		})
		for i, err := range errs {
			l := load(t, db, fmt.Sprint("p-", i))
			switch {
			case i%3 == 0 && (!errors.Is(err, store.ErrConflict) || l.Revision != 0):
				t.Errorf("the wrong one %d: %v, revision %d", i, err, l.Revision)
			case i%3 != 0 && (err != nil || l.Revision != 1):
				t.Errorf("the right one %d: %v, revision %d", i, err, l.Revision)
			}
		}
	})
}

func TestATextThatTheDatabaseRefusesDoesNotHoldUpTheOthers(t *testing.T) {
	p := storetest.SQLite(t)
	db := p.Open(t)
	_, err := p.Raw(t).Exec(`CREATE TRIGGER refuse BEFORE INSERT ON inbox WHEN new.provider_id LIKE 'bad%' BEGIN SELECT RAISE(ABORT, 'refused'); END`)
	must(t, err)
	errs := together(200, func(i int) error {
		id := fmt.Sprint("SM", i)
		if i%50 == 7 {
			id = fmt.Sprint("bad", i)
		}
		fresh, err := db.Receive(t.Context(), received(t, id, 0))
		if err == nil && !fresh {
			err = errors.New("not new")
		}
		return err
	})
	for i, err := range errs {
		if (i%50 == 7) != (err != nil) {
			t.Errorf("text %d: %v", i, err)
		}
	}
	same(t, "waiting", len(ok[[]store.Received](t)(db.Waiting(t.Context(), store.Received{}, 500))), 196)
}

func TestATransactionThatIsLostIsAnsweredAsNotKept(t *testing.T) {
	p := storetest.SQLite(t)
	db := p.Open(t)
	_, err := p.Raw(t).Exec(`CREATE TRIGGER lose BEFORE INSERT ON entries WHEN new.id = 'book-v7' BEGIN SELECT RAISE(ROLLBACK, 'the transaction is gone'); END`)
	must(t, err)
	errs := together(40, func(i int) error { return db.Commit(t.Context(), booked(fmt.Sprint("p-", i), fmt.Sprint("v", i))) })
	for i, err := range errs {
		kept := load(t, db, fmt.Sprint("p-", i)).Revision == 1
		if kept != (err == nil) || errors.Is(err, store.ErrUnknown) {
			t.Errorf("commit %d: kept %v, answered %v", i, kept, err)
		}
	}
	if errs[7] == nil || !strings.Contains(errs[7].Error(), "gone") {
		t.Errorf("the one that lost it: %v", errs[7])
	}
	must(t, db.Commit(t.Context(), booked("p-after", "v-after"))) // with data keys made anew
	ok[store.Visit](t)(db.Visit(t.Context(), "v-after"))
}

func TestMoreThanOneCommitHolds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		errs := together(400, func(i int) error {
			if i%2 == 0 {
				_, err := db.Receive(t.Context(), received(t, fmt.Sprint("SM", i), 0))
				return err
			}
			return db.Commit(t.Context(), booked(fmt.Sprint("p-", i), fmt.Sprint("v", i)))
		})
		must(t, errors.Join(errs...))
		same(t, "waiting", len(ok[[]store.Received](t)(db.Waiting(t.Context(), store.Received{}, 500))), 200)
		same(t, "visits", len(ok[[]store.Visit](t)(db.Visits(t.Context(), store.VisitFilter{}))), 200)
	})
}
