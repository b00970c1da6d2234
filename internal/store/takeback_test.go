package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/retain"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
)

var priyaOnPage = store.By{Person: "p-priya", Via: "page"}

// ofHerself keeps words of Priya's twice, as she changed them.
func ofHerself(t *testing.T, db *store.DB) store.Paper {
	t.Helper()
	ok[bool](t)(db.PutPerson(t.Context(), priya(t), nine))
	p := ok[store.Paper](t)(db.PutPaper(t.Context(), store.Paper{ID: "o1", Kind: store.OwnWordsPaper, Person: "p-priya", About: "risk/r1", Status: "manager",
		Body: private.New("I lie awake")}, nil, priyaOnPage, nine))
	p.Body = private.New("I am fine")
	return ok[store.Paper](t)(db.PutPaper(t.Context(), p, nil, priyaOnPage, nine.Add(time.Minute)))
}

// What somebody takes back nobody can read any more, no earlier version of it either; and the record still verifies.
func TestWhatIsTakenBackIsNobodysToRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db, other := open(), open()
		p := ofHerself(t, db)
		for revision, want := range map[int]string{1: "I lie awake", 2: "I am fine"} {
			same(t, "before", ok[private.Text](t)(db.PaperAsOf(t.Context(), p, revision)).Reveal(), want)
		}
		stale := p
		stale.Revision = 1
		if err := db.TakeBack(t.Context(), stale, "withdrawn", priyaOnPage, nine.Add(time.Hour)); !errors.Is(err, store.ErrStale) {
			t.Errorf("of a version that was changed since: %v", err)
		}
		must(t, db.TakeBack(t.Context(), p, "withdrawn", priyaOnPage, nine.Add(time.Hour)))
		ok[int](t)(db.Seal(t.Context(), nine.Add(time.Hour)))
		for _, db := range []*store.DB{db, other} {
			for revision := range 4 {
				if got, err := db.PaperAsOf(t.Context(), p, revision); !errors.Is(err, store.ErrNotFound) || !got.IsZero() {
					t.Errorf("revision %d can be read: %v", revision, err)
				}
			}
			left := ok[store.Paper](t)(db.Paper(t.Context(), store.OwnWordsPaper, "o1"))
			if !left.Erased || left.Status != "withdrawn" || left.Revision != 3 || !left.OverAt.Equal(nine.Add(time.Hour)) {
				t.Errorf("what is left is %+v", left)
			}
			must(t, db.Verify(t.Context(), nine.Add(2*time.Hour)))
		}
		entries := ok[[]store.Entry](t)(db.Entries(t.Context(), "looks/p-priya", time.Time{}, time.Time{}))
		if len(entries) != 3 || entries[2].Kind != "own_words" || entries[2].Visit != "own_words/o1" || !entries[0].Words.IsZero() || !entries[1].Words.IsZero() {
			t.Errorf("the record has %+v", entries)
		}
	})
}

// A legal hold keeps it sealed, shown to nobody, until it is lifted.
func TestWhatIsTakenBackUnderAHoldGoesWhenThatEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		db := open()
		p := ofHerself(t, db)
		must(t, db.SetHold(t.Context(), store.Hold{ID: "h1", Object: "person/p-priya", Reason: private.New("claim"), By: "p-mo", At: nine}, "page"))
		must(t, db.TakeBack(t.Context(), p, "withdrawn", priyaOnPage, nine.Add(time.Hour)))
		held := ok[store.Paper](t)(db.Paper(t.Context(), store.OwnWordsPaper, "o1"))
		same(t, "while it is held", []any{held.Status, held.Erased}, []any{"withdrawn", false})
		stays := func(r retain.Record) retain.Why { return retain.Standard().Goes(r, nine.Add(2*time.Hour)) }
		due := func() []string {
			due, _, err := db.Due(t.Context(), "", stays)
			must(t, err)
			return due
		}
		same(t, "due while it is held", due(), []string(nil))
		ok[store.Hold](t)(db.LiftHold(t.Context(), "h1", "p-mo", "page", nine.Add(2*time.Hour)))
		same(t, "due then", due(), []string{"own_words/o1"})
	})
}
