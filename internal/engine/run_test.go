package engine_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/allclear-safety/allclear/internal/engine"
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
