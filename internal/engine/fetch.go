package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

// fetchBriefly is real: how long an alarm waits for the provider's word on an
// OUT that came before it was due.
const fetchBriefly = 2 * time.Second

// claimed is a text that would end a visit, and has yet to be fetched back from
// its provider (rule 2.3).
type claimed struct {
	worker string
	input  string    // the text's
	at     time.Time // when it came
	tried  int       // how often it was asked for, this time included
}

// fetchBack asks the provider for a text and gives the core its answer, at an
// instant. errNotYet says that the provider could not say.
func (e *Engine) fetchBack(ctx context.Context, at time.Time, c claimed) error {
	said, err := e.saidIn(ctx, c)
	if err != nil {
		return err
	}
	found, forged, err := e.held(ctx, c, said)
	if err != nil {
		e.Log.Warn("text not fetched back", "message", c.input, "err", err)
	}
	from, err := parsed(said.From)
	if err != nil {
		return err
	}
	g := given{in: watch.Input{ID: c.input + "/fetched/" + e.newID(e.Now()), Via: "clock",
		Event: watch.Fetched{Message: c.input, Found: found, Forged: forged}}, origin: from}
	done, err := e.handle(ctx, at, c.worker, g)
	if err != nil {
		return err
	}
	if !found && !forged && awaited(done.after, c.input) {
		return errNotYet
	}
	return nil
}

// awaited says whether a visit still waits for the text to be fetched back.
func awaited(w watch.Watch, input string) bool {
	return slices.ContainsFunc(asSeen(w).Visits, func(v watch.Visit) bool { return v.Claim != nil && v.Claim.Message == input })
}

// asSeen is the watch as the worker sees it.
func asSeen(w watch.Watch) watch.Watch {
	if w.Shown != nil {
		return *w.Shown
	}
	return w
}

// held asks whether the provider has the text as its webhook brought it. One that
// differs is as forged as one that was never received.
func (e *Engine) held(ctx context.Context, c claimed, said Words) (found, forged bool, err error) {
	name, id, _ := strings.Cut(c.input, "/")
	p, known := e.Providers[name]
	if !known {
		return false, false, nil
	}
	got, err := p.Fetch(ctx, id)
	switch {
	case errors.Is(err, channel.ErrNoMessage):
		return false, c.tried >= mostTries, nil // a provider may be slow to know its own
	case err != nil:
		return false, false, err
	}
	same := said.From == got.From.E164() && checkin.Normalise(said.Text) == checkin.Normalise(got.Body.Reveal())
	return same, !same, nil
}

// saidIn is the text as the record has it.
func (e *Engine) saidIn(ctx context.Context, c claimed) (Words, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	entries, err := e.Store.Entries(ctx, c.worker, c.at.Add(-askStands), c.at.Add(time.Second))
	if err != nil {
		return Words{}, fmt.Errorf("read text %s: %w", c.input, err)
	}
	for _, entry := range entries {
		if entry.ID == c.input {
			return WordsOf(entry)
		}
	}
	return Words{}, fmt.Errorf("read text %s: %w", c.input, store.ErrNotFound)
}

// errUnasked says that an OUT came before due whose provider was not asked yet.
var errUnasked = errors.New("an OUT was not fetched back yet")

// unasked finds an OUT that came before its visit was due, and that the provider
// was not asked for: it was stepped just before due, or after down-time.
func unasked(w watch.Watch) (claimed, bool) {
	for _, v := range asSeen(w).Live() {
		if c := v.Claim; c != nil && !c.Answered && c.At.Before(v.Due()) {
			return claimed{worker: w.Worker, input: c.Message, at: c.At, tried: 1}, true
		}
	}
	return claimed{}, false
}

// elapsed gives a worker an Elapsed. An OUT that came before due is asked for
// once before it, for a moment only.
func (e *Engine) elapsed(ctx context.Context, at time.Time, worker string) error {
	tick := given{in: watch.Input{ID: e.newID(at), Via: "clock", Event: watch.Elapsed{}}}
	var c claimed
	first := tick
	first.prepare = func(_ context.Context, _ scene, w watch.Watch, _ *given) error {
		var found bool
		if c, found = unasked(w); found {
			return errUnasked
		}
		return nil
	}
	_, err := e.handle(ctx, at, worker, first)
	if !errors.Is(err, errUnasked) {
		return err
	}
	brief, cancel := context.WithTimeout(ctx, fetchBriefly)
	defer cancel()
	if err := e.fetchBack(brief, c.at, c); err != nil && !errors.Is(err, errNotYet) {
		e.report(ctx, "ask for an OUT before its alarm", err)
	}
	_, err = e.handle(ctx, at, worker, tick)
	return err
}
