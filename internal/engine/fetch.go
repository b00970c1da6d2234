package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
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
		e.Log.Warn("text not fetched back", "message", c.input, "error", err)
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

// tick gives a worker an Elapsed. Where an OUT came before due and is yet to be
// asked for it does not, and gives that OUT.
func (e *Engine) tick(ctx context.Context, at time.Time, worker string) (c claimed, found bool, err error) {
	g := e.elapsed(at)
	g.prepare = func(_ context.Context, _ scene, w watch.Watch, _ *given) error {
		if c, found = unasked(w); found {
			return errUnasked
		}
		return nil
	}
	_, err = e.handle(ctx, at, worker, g)
	if errors.Is(err, errUnasked) {
		return c, true, nil
	}
	return c, false, err
}

func (e *Engine) elapsed(at time.Time) given {
	return given{in: watch.Input{ID: e.newID(at), Via: "clock", Event: watch.Elapsed{}}}
}

const (
	asksMost = 64              // OUTs asked for at once
	askPause = 5 * time.Second // real: how long a provider that did not answer is not asked again
)

// asks are the OUTs that are being asked for before their alarm.
type asks struct {
	wg    sync.WaitGroup // ends before Run does
	mu    sync.Mutex
	about map[string]bool // by worker
	pause time.Time       // nothing is asked before
}

func (a *asks) under(worker string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.about[worker]
}

func (a *asks) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.about)
}

// begin says whether one more may be asked for now; the others' turn comes with
// the next pass.
func (a *asks) begin(worker string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.about == nil {
		a.about = map[string]bool{}
	}
	if a.about[worker] || len(a.about) >= asksMost {
		return false
	}
	a.about[worker] = true
	return true
}

func (a *asks) end(worker string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.about, worker)
}

func (a *asks) pausing(at time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return at.Before(a.pause)
}

func (a *asks) rest(until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pause = until
}

// askAside asks for OUTs beside the pass, which does not wait for them: the
// alarms of others do not depend on a provider. Each ends with its fetch and
// before Run does.
func (e *Engine) askAside(ctx context.Context, late []claimed) {
	if e.asks.pausing(e.Now()) {
		e.each(len(late), func(i int) { e.askOne(ctx, late[i]) })
		return
	}
	for _, c := range late {
		if e.asks.begin(c.worker) {
			e.asks.wg.Go(func() {
				defer e.asks.end(c.worker)
				e.askOne(ctx, c)
			})
		}
	}
}

// askInTurn asks for OUTs one after the other, for a pass that has one goroutine.
func (e *Engine) askInTurn(ctx context.Context, late []claimed) {
	for _, c := range late {
		e.askOne(ctx, c)
	}
}

// askOne asks once for an OUT that came before due, for a moment only, and gives
// its worker their Elapsed. A provider that has just not answered is not asked.
func (e *Engine) askOne(ctx context.Context, c claimed) {
	if !e.asks.pausing(e.Now()) {
		brief, cancel := context.WithTimeout(ctx, fetchBriefly)
		defer cancel()
		if err := guard(func() error { return e.fetchBack(brief, c.at, c) }); err != nil && !errors.Is(err, errNotYet) {
			e.report(ctx, "ask for an OUT before its alarm", err)
		}
		if brief.Err() != nil {
			e.asks.rest(e.Now().Add(e.Clock.Plan(askPause)))
		}
	}
	at := e.Now()
	e.elapse(ctx, at, c.worker, func() error {
		_, err := e.handle(ctx, at, c.worker, e.elapsed(at))
		return err
	})
}
