package engine_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/allclear-safety/allclear/internal/engine"
	"github.com/allclear-safety/allclear/internal/ownwords"
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/store/storetest"
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
		if p.Status != string(ownwords.Withdrawn) || !p.Erased {
			t.Errorf("taken back: %s, its words are gone: %v", p.Status, p.Erased)
		}
		if _, err := w.db.PaperAsOf(t.Context(), p, 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the record still has what was taken back: %v", err)
		}
		w.must(w.engine.SayOwn(t.Context(), byPriya, store.Paper{Team: "echo", About: "risk/r1"}, ownwords.Words{For: ownwords.Me, Text: said}))
		list, err := w.db.Papers(t.Context(), store.PaperFilter{Kind: store.OwnWordsPaper, Person: "p-priya", About: "risk/r1"})
		w.must(err)
		if len(list) != 2 || list[0].Status != "me" || !list[0].OverAt.IsZero() || list[0].ID == "o1" {
			t.Errorf("said again: %+v", list)
		}
	})
}

// Two tabs, or a press on a slow line: one paper comes of it, and nothing that was typed is lost without a word.
func TestTwoFirstSendsOfOwnWordsMakeOnePaper(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, open func() *store.DB) {
		w := newWorld(t, open(), nil)
		nodes := []*engine.Engine{w.engine, engine.New(engine.Options{Store: open(), Clock: w.clock, Random: w.chance, Log: w.engine.Log, Node: "other"})}
		say := func(node int, key, words string) error {
			return nodes[node].SayOwn(t.Context(), engine.Actor{By: "p-priya", Via: "page", Key: key}, store.Paper{Team: "echo", About: "risk/r1"},
				ownwords.Words{For: ownwords.Me, Text: private.New(words)})
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Go(func() { errs[i] = say(i, "key", "I lie awake") })
		}
		wg.Wait()
		w.must(errors.Join(errs...))
		if err := say(1, "another", "I do not sleep"); !errors.Is(err, store.ErrConflict) {
			t.Errorf("other words, which were sent at the same time: %v", err)
		}
		list, err := w.db.Papers(t.Context(), store.PaperFilter{Kind: store.OwnWordsPaper, Person: "p-priya"})
		w.must(err)
		if len(list) != 1 || list[0].Revision != 1 {
			t.Errorf("there are %+v", list)
		}
	})
}
