package engine_test

import (
	"testing"

	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
)

func TestOwnWordsAreKeptAndTakenBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		said := private.New("I lie awake before it")
		if err := w.engine.SayOwn(t.Context(), byPriya, store.Paper{}, ownwords.Words{For: "everybody", Text: said}); !isInvalid(err, "readers") {
			t.Errorf("for everybody: %v", err)
		}
		w.must(w.engine.SayOwn(t.Context(), byPriya, store.Paper{ID: "o1", Team: "echo", About: "risk/r1"}, ownwords.Words{For: ownwords.Manager, Text: said}))
		p := w.paper(store.OwnWordsPaper, "o1")
		if got, err := ownwords.Read(p.Status, p.Body); err != nil || got.Text != said || got.For != ownwords.Manager || p.Person != "p-priya" {
			t.Errorf("kept: %s of %s, %v", p.Status, p.Person, err)
		}
		w.must(w.engine.WithdrawOwn(t.Context(), byPriya, p))
		p = w.paper(store.OwnWordsPaper, "o1")
		if got, err := ownwords.Read(p.Status, p.Body); err != nil || !got.Text.IsZero() || got.Standing() {
			t.Errorf("taken back: %s, %v", p.Status, err)
		}
		w.must(w.engine.SayOwn(t.Context(), byPriya, p, ownwords.Words{For: ownwords.Me, Text: said}))
		if p = w.paper(store.OwnWordsPaper, "o1"); p.Status != "me" || !p.OverAt.IsZero() {
			t.Errorf("said again: %s", p.Status)
		}
	})
}
