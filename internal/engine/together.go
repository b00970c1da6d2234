package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/store"
)

// together is how many of a sender's texts are kept by one commit at most: the
// database's one writer must not be held for long.
const together = 16

// stepSender steps the texts of one sender in their order, as many as can be by
// one commit. When that fails, for whatever reason, each goes by itself, so that
// one that cannot be stepped is told from the others.
func (e *Engine) stepSender(ctx context.Context, texts []store.Received) {
	alone := false
	for len(texts) > 0 {
		n := 0
		if !alone && len(texts) > 1 {
			var err error
			n, err = e.stepTogether(ctx, texts[:min(len(texts), together)])
			if alone = err != nil; alone {
				n = 0
				e.Log.Info("texts not stepped together", "texts", len(texts), "error", err)
			}
		}
		if n == 0 {
			if !e.stepText(ctx, texts[0]) {
				return
			}
			n = 1
		}
		texts = texts[n:]
	}
}

// stepTogether steps the first of a sender's texts, each on what came of the one
// before, and keeps all that follows from them whole or not at all. It gives how
// many they were: none where the first of them is to go by itself.
func (e *Engine) stepTogether(ctx context.Context, texts []store.Received) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	err = guard(func() error {
		pages, err := e.dir.open(ctx)
		if err != nil {
			return err
		}
		holders, err := pages.holding(ctx, texts[0].From)
		if err != nil || texts[0].From.IsZero() || len(holders) != 1 {
			return err
		}
		n, err = e.keepTogether(ctx, pages, holders[0], texts)
		return err
	})
	return n, err
}

func (e *Engine) keepTogether(ctx context.Context, pages *pages, worker string, texts []store.Received) (n int, err error) {
	defer e.lock(worker)()
	loaded, err := e.Store.Load(ctx, worker)
	if err != nil {
		return 0, fmt.Errorf("load worker %s: %w", worker, err)
	}
	loaded.Watch.Worker = worker
	var all store.Change
	for _, r := range texts {
		c, plain, err := e.plainStep(ctx, pages, loaded, r, all.Entries)
		if err != nil && n == 0 {
			return 0, err
		}
		if err != nil || !plain {
			break // it goes by itself, after those before it
		}
		all, loaded.Watch = joined(all, c), c.Watch
		n++
	}
	if n < 2 {
		return 0, nil
	}
	if err := e.Store.Commit(ctx, all); err != nil {
		return 0, fmt.Errorf("step worker %s: %w", worker, err)
	}
	e.woken()
	return n, nil
}

// plainStep is the change that one text asks for, if it is plain: it touches no
// alarm, opens no visit and speaks for nobody else. What does has its own commit,
// which nothing that is said besides can spoil.
func (e *Engine) plainStep(ctx context.Context, pages *pages, loaded store.Loaded, r store.Received, pending []store.Entry) (c store.Change, plain bool, err error) {
	at := r.ReceivedAt
	sc, err := e.lookIn(ctx, pages, at, loaded.Watch.Worker)
	if err != nil {
		return c, false, err
	}
	if _, phrase := afterPhrase(sc, r.Body); phrase || loaded.Watch.Alarm != nil || loaded.Watch.Shown != nil {
		return c, false, nil
	}
	var reading checkin.Reading
	g := e.hearing(at, loaded.Watch.Worker, e.textGiven(r), heard{body: r.Body, doubtful: e.fetchable(r), pending: pending}, &reading)
	_, c, err = e.decide(ctx, at, loaded, sc, g)
	opens := slices.ContainsFunc(c.Visits, func(v store.Visit) bool { return v.DetailsChanged })
	return c, err == nil && !opens && c.Watch.Alarm == nil && c.Watch.Shown == nil && len(c.Alarms)+len(c.Drop) == 0, err
}

// joined is the change of one plain step and then another. Of a visit that both
// write the later row stands.
func joined(a, b store.Change) store.Change {
	if a.Worker == "" {
		return b
	}
	for _, v := range a.Visits {
		if !slices.ContainsFunc(b.Visits, func(later store.Visit) bool { return later.ID == v.ID }) {
			b.Visits = append(b.Visits, v)
		}
	}
	b.Entries = slices.Concat(a.Entries, b.Entries)
	b.Messages = slices.Concat(a.Messages, b.Messages)
	b.Received = slices.Concat(a.Received, b.Received)
	return b
}
