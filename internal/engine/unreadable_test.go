package engine_test

import (
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// spoil makes the details of someone unreadable, as a lost key or a bad disk
// would.
func spoil(t *testing.T, w *world, p storetest.Place, person string) {
	t.Helper()
	_, err := p.Raw(t).Exec(`UPDATE people SET details = $1 WHERE id = $2`, []byte("spoilt"), person)
	w.must(err)
	w.crash() // nothing is remembered of before
}

// Someone whose details cannot be opened must silence nobody else.
func TestDetailsThatCannotBeOpened(t *testing.T) {
	overdue := func(t *testing.T, person string) *world {
		p := storetest.SQLite(t)
		w := newWorld(t, p.Open(t), nil)
		w.book()
		w.readAll()
		spoil(t, w, p, person)
		w.wait(76 * time.Minute)
		return w
	}
	t.Run("a colleague's", func(t *testing.T) {
		w := overdue(t, "p-jo")
		w.phone(sam).Expects("We have not heard from Priya N")
	})
	t.Run("the manager's", func(t *testing.T) {
		w := overdue(t, "p-mo")
		w.phone(sam).Expects("We have not heard from Priya N")
	})
	t.Run("the worker's own", func(t *testing.T) {
		w := overdue(t, "p-priya")
		w.phone(sam).Expects("We have not heard from priya")
	})
	t.Run("those of the first on call: the next is told at once", func(t *testing.T) {
		w := overdue(t, "p-sam")
		w.phone(ann).Expects("We have not heard from Priya N")
	})
	t.Run("those of someone on duty, at a cry from nobody we know", func(t *testing.T) {
		p := storetest.SQLite(t)
		w := newWorld(t, p.Open(t), nil)
		spoil(t, w, p, "p-sam")
		w.phone(stranger).texts("help me he has a knife")
		w.phone(ann).Expects("")
	})
	t.Run("the worker's, when a colleague raises the alarm", func(t *testing.T) {
		p := storetest.SQLite(t)
		w := newWorld(t, p.Open(t), nil)
		spoil(t, w, p, "p-priya")
		_, err := w.engine.Raise(t.Context(), engine.Actor{By: "p-ann", Via: "api"}, "p-priya", "", watch.Duress, engine.Words{})
		w.must(err)
		w.settle()
		w.phone(sam).Expects("CALL 999 now")
	})
}
