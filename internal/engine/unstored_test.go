package engine_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/channel/town"
	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// drowned is a database that may take no writes, and answer no question either.
type drowned struct {
	*store.DB
	full, mute bool
}

var errDrowned = errors.New("the disk is full")

func (d *drowned) Writable(ctx context.Context) error {
	if d.full {
		return errDrowned
	}
	return d.DB.Writable(ctx)
}

func (d *drowned) Commit(ctx context.Context, c store.Change) error {
	if d.full {
		return errDrowned
	}
	return d.DB.Commit(ctx, c)
}

func (d *drowned) Teams(ctx context.Context) ([]store.Team, error) {
	if d.mute {
		return nil, errDrowned
	}
	return d.DB.Teams(ctx)
}

// Rule 7.10: with a full database no alarm can be raised, and no outbox tells anybody of it.
func TestThoseOnDutyAreTextedWhenNothingCanBeStored(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		db := &drowned{DB: w.db}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		looks := func(d time.Duration) {
			t.Helper()
			for end := w.clock.Now().Add(d); w.clock.Now().Before(end); w.sleep(5 * time.Second) {
				w.must(w.engine.LookAfterStore(t.Context()))
			}
		}
		looks(time.Minute)

		db.full, db.mute = true, true
		looks(50 * time.Second)
		db.full, db.mute = false, false // a server that was started anew
		looks(10 * time.Second)
		db.full, db.mute = true, true
		looks(50 * time.Second)
		w.silent(sam, samHome, ann)

		looks(30 * time.Minute)
		for _, n := range []string{sam, samHome, ann} {
			w.phone(n).Expects("Allclear can store no more")
		}
		w.silent(sam, samHome, ann, lee, priya)

		looks(time.Hour)
		w.phone(ann).Expects("Allclear can store no more")
		w.phone(ann).expectsNoMore()
	})
}

// A full disk can still be read: whoever came on duty a moment ago is told too.
func TestThoseWhoHaveJustComeOnDutyAreTexted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		db := &drowned{DB: w.db}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		w.must(w.engine.LookAfterStore(t.Context()))
		w.onCall("p-lee", 3, sunday.Add(-time.Hour), sunday.Add(18*time.Hour))
		w.readAll()
		db.full = true
		w.must(w.engine.LookAfterStore(t.Context()))
		w.sleep(time.Minute)
		w.must(w.engine.LookAfterStore(t.Context()))
		w.phone(lee).Expects("Allclear can store no more")
	})
}

// A worker whose steps failed while the disk was full does not rest on once there is room.
func TestWithRoomAgainAnAlarmDoesNotWait(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		db := &drowned{DB: w.db}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		db.full = true
		w.sleep(2 * time.Hour) // past due
		w.must(w.engine.LookAfterStore(t.Context()))
		for range 40 {
			_, err := w.engine.StepDue(t.Context())
			w.must(err)
			w.sleep(10 * time.Second)
		}
		w.noAlarm()
		_, err := w.engine.StepDue(t.Context()) // fails once more, and the worker rests
		w.must(err)
		db.full = false
		w.must(w.engine.LookAfterStore(t.Context()))
		_, err = w.engine.StepDue(t.Context())
		w.must(err)
		w.alarm()
	})
}

// What no provider took has told nobody.
func TestWhatCouldNotBeSaidOfTheDatabaseIsSaidAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		db := &drowned{DB: w.db}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		w.must(w.engine.LookAfterStore(t.Context()))
		db.full = true
		w.must(w.engine.LookAfterStore(t.Context()))
		w.sleep(time.Minute)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		w.must(w.engine.LookAfterStore(gone)) // stopping: nothing is said any more
		w.silent(sam)
		w.town.Fail(town.Down, 1)
		if w.engine.LookAfterStore(t.Context()) == nil {
			t.Error("it is not said that nobody was told")
		}
		told := len(w.phone(sam).read()) + len(w.phone(samHome).read()) + len(w.phone(ann).read())
		w.sleep(time.Minute)
		w.must(w.engine.LookAfterStore(t.Context()))
		again := len(w.phone(sam).read()) + len(w.phone(samHome).read()) + len(w.phone(ann).read())
		if told != 2 || again != 1 {
			t.Errorf("of three texts %d were sent at first and %d a minute later, want 2 and 1", told, again)
		}
	})
}
