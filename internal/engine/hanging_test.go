package engine_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/store"
)

// impatient is a database of which nothing may be asked without a deadline: a
// connection whose other end is gone says nothing for ever.
type impatient struct {
	*store.DB
	mu      sync.Mutex
	endless map[string]bool
}

func (d *impatient) asked(ctx context.Context, what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ends := ctx.Deadline(); !ends {
		d.endless[what] = true
	}
}

func (d *impatient) Load(ctx context.Context, worker string) (store.Loaded, error) {
	d.asked(ctx, "load")
	return d.DB.Load(ctx, worker)
}

func (d *impatient) Commit(ctx context.Context, c store.Change) error {
	d.asked(ctx, "commit")
	return d.DB.Commit(ctx, c)
}

func (d *impatient) DueWorkers(ctx context.Context, at time.Time, limit int) ([]string, error) {
	d.asked(ctx, "due workers")
	return d.DB.DueWorkers(ctx, at, limit)
}

func (d *impatient) NextDue(ctx context.Context, after time.Time) (time.Time, error) {
	d.asked(ctx, "next due")
	return d.DB.NextDue(ctx, after)
}

func (d *impatient) Waiting(ctx context.Context, after store.Received, limit int) ([]store.Received, error) {
	d.asked(ctx, "waiting")
	return d.DB.Waiting(ctx, after, limit)
}

func (d *impatient) Claim(ctx context.Context, at, until time.Time, owner, class string, limit int) ([]store.Message, error) {
	d.asked(ctx, "claim")
	return d.DB.Claim(ctx, at, until, owner, class, limit)
}

func (d *impatient) Settle(ctx context.Context, done []store.Outcome) error {
	d.asked(ctx, "settle")
	return d.DB.Settle(ctx, done)
}

func (d *impatient) Seal(ctx context.Context, at time.Time) (int, error) {
	d.asked(ctx, "seal")
	return d.DB.Seal(ctx, at)
}

func (d *impatient) SetMeta(ctx context.Context, key, value string) error {
	d.asked(ctx, "note "+key)
	return d.DB.SetMeta(ctx, key, value)
}

func TestNothingIsAskedOfTheDatabaseForEver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.book()
		w.phone(priya).sends("in")
		db := &impatient{DB: w.db, endless: map[string]bool{}}
		w.tweak = func(o *engine.Options) { o.Store = db }
		w.crash()
		w.sleep(76 * time.Minute)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.engine.Run(ctx) }() // ends with ctx
		eventually(t, func() bool { return len(w.phone(sam).Unread()) > 0 })
		stop()
		w.must(<-done)
		for what := range db.endless {
			t.Errorf("%s without a deadline", what)
		}
	})
}

// broken is a database that does not say who is due.
type broken struct{ *store.DB }

func (broken) DueWorkers(context.Context, time.Time, int) ([]string, error) {
	return nil, errors.New("no answer")
}

func TestNotReadyWithoutAPass(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.tweak = func(o *engine.Options) { o.Store = broken{w.db} }
		w.crash()
		ctx, stop := context.WithCancel(t.Context())
		stop()
		w.must(w.engine.Run(ctx)) // begins, and no pass is finished
		w.must(w.engine.Ready(t.Context()))
		w.sleep(time.Minute)
		if err := w.engine.Ready(t.Context()); err == nil {
			t.Error("ready, though no pass was ever finished")
		}
	})
}
