package engine_test

import (
	"context"
	"crypto/rand"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
	"github.com/allclear-safety/allclear/internal/watch"
)

// Two engines run side by side, as they do in service, on a clock moved by hand.
func TestRun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tweak = func(o *engine.Options) { o.Random = rand.Reader }
		w.crash()
		visit := w.book()
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 2)
		w.log.Reset()
		for _, e := range []*engine.Engine{w.engine, w.node()} {
			go func() { done <- e.Run(ctx) }() // ends with ctx
		}
		w.must(w.engine.Receive(ctx, w.town.Text(w.number(priya), w.number(ours), "in")))
		eventually(t, func() bool { return w.visit(visit).Status == watch.Inside })
		w.sleep(76 * time.Minute)
		eventually(t, func() bool { return w.visit(visit).Status == watch.Overdue })
		eventually(t, func() bool { return len(w.phone(sam).Calls()) > 0 && len(w.phone(samHome).Unread()) > 0 })
		stop()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if n := len(w.phone(sam).Calls()); n != 1 {
			t.Errorf("rung %d times by two nodes, want once", n)
		}
	})
}

// eventually waits for what other goroutines do.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for range 4000 { // 20 s
		if is() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("it did not happen")
}

// unsealed is a database that seals nothing, as on a full disk.
type unsealed struct {
	*store.DB
	tries atomic.Int64
	well  atomic.Bool
}

func (u *unsealed) Seal(ctx context.Context, at time.Time) (int, error) {
	u.tries.Add(1)
	if u.well.Load() {
		return u.DB.Seal(ctx, at)
	}
	return 0, errDrowned
}

// A disk is full for hours, and the log must not be the next thing to fill one.
func TestWhatKeepsFailingIsLoggedOnceAMinute(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t).Open(t), nil)
	db := &unsealed{DB: w.db}
	w.tweak = func(o *engine.Options) { o.Store = db }
	w.crash()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.engine.Run(ctx) }() // ends with ctx
	moreTries := func() {
		t.Helper()
		until := db.tries.Load() + 3
		eventually(t, func() bool { return db.tries.Load() >= until })
	}
	logged := func(want int) {
		t.Helper()
		if got := strings.Count(w.log.String(), "history not sealed"); got != want {
			t.Errorf("logged %d times, want %d", got, want)
		}
	}
	moreTries()
	logged(1)
	w.sleep(time.Minute)
	moreTries()
	logged(2)
	db.well.Store(true)
	moreTries()
	db.well.Store(false)
	moreTries()
	logged(3) // a new failure is said at once
	stop()
	w.must(<-done)
}
