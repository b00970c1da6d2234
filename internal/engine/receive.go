package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/channel"
	"github.com/allclear-safety/allclear/internal/checkin"
	"github.com/allclear-safety/allclear/internal/phone"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

const (
	waitingBatch = 512 // texts taken from the inbox at a time
	stepping     = 16  // workers stepped side by side
	mostTries    = 5   // failures after which a text is set aside and told to people
)

// Receive stores a text that came in. It is durable when Receive returns, and
// answered only after; a repeat of one that is known changes nothing.
func (e *Engine) Receive(ctx context.Context, r channel.Received) error {
	at := r.ReceivedAt
	if at.IsZero() {
		at = e.Now()
	}
	fresh, err := e.Store.Receive(ctx, store.Received{Provider: r.Provider, ID: r.ID, From: r.From, RawFrom: r.RawFrom,
		Body: r.Body, ReceivedAt: at, StoredAt: e.Now()})
	if err != nil {
		return fmt.Errorf("store text %s: %w", r.ID, err)
	}
	if fresh {
		e.pulse.heard(e.Now())
		e.woken()
	}
	return nil
}

// StepWaiting steps the texts that wait, those of one sender in the order in
// which they were received, and says whether more may wait.
func (e *Engine) StepWaiting(ctx context.Context) (more bool, err error) {
	rows, err := e.Store.Waiting(ctx, waitingBatch)
	if err != nil {
		return false, fmt.Errorf("read inbox: %w", err)
	}
	var order []phone.Number
	from := map[phone.Number][]store.Received{}
	for _, r := range rows {
		if from[r.From] == nil {
			order = append(order, r.From)
		}
		from[r.From] = append(from[r.From], r)
	}
	e.each(len(order), func(i int) {
		for _, r := range from[order[i]] {
			e.stepText(ctx, r)
		}
	})
	return len(rows) == waitingBatch, nil
}

// each runs n independent pieces of work, a few at a time, and returns when all
// are done.
func (e *Engine) each(n int, work func(i int)) {
	if n == 1 {
		work(0)
		return
	}
	var wg sync.WaitGroup
	gate := make(chan struct{}, stepping)
	for i := range n {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			work(i)
		})
	}
	wg.Wait()
}

// stepText steps one text. One that cannot be stepped is tried again, then set
// aside and told to people: it must not stop the others, nor be lost in silence.
func (e *Engine) stepText(ctx context.Context, r store.Received) {
	ref := store.ReceivedRef{Provider: r.Provider, ID: r.ID}
	err := guard(func() error { return e.takeText(ctx, r) })
	if err == nil || ctx.Err() != nil {
		return
	}
	e.Log.Error("text not stepped", "provider", r.Provider, "message", r.ID, "err", err)
	attempts, err := e.Store.Tried(ctx, ref)
	if err != nil || attempts < mostTries {
		return
	}
	if err := e.tellAside(ctx, r); err != nil {
		e.Log.Error("set text aside", "message", r.ID, "err", err)
		return
	}
	if err := e.Store.SetAside(ctx, ref, "could not be stepped", e.Now()); err != nil {
		e.Log.Error("set text aside", "message", r.ID, "err", err)
	}
}

// guard turns a panic in one piece of work into its error.
func guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %T", p) // not its value: it may hold private words
		}
	}()
	return work()
}

// takeText finds out whose text it is.
func (e *Engine) takeText(ctx context.Context, r store.Received) error {
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	holders, err := pages.holding(ctx, r.From)
	if err != nil {
		return fmt.Errorf("find sender: %w", err)
	}
	switch {
	case r.From.IsZero() || len(holders) == 0:
		return e.unknownSender(ctx, r)
	case len(holders) == 1:
		return e.textFrom(ctx, holders[0], r)
	default:
		return e.sharedPhone(ctx, holders, r)
	}
}

// textFrom steps a text of a known worker.
func (e *Engine) textFrom(ctx context.Context, worker string, r store.Received) error {
	_, fetchable := e.Providers[r.Provider]
	g := given{
		in:       watch.Input{ID: inputID(r), Via: chanSMS},
		words:    Words{Text: r.Body.Reveal(), From: r.From.E164()},
		origin:   r.From,
		received: []store.ReceivedRef{{Provider: r.Provider, ID: r.ID}},
	}
	return e.hear(ctx, r.ReceivedAt, worker, g, heard{body: r.Body, doubtful: fetchable})
}

func inputID(r store.Received) string { return r.Provider + "/" + r.ID }

// sharedPhone steps a text from a phone that several people hold: it matches
// each with a live visit; a cry for help alarms for all of them (rule 8.10).
func (e *Engine) sharedPhone(ctx context.Context, holders []string, r store.Received) error {
	var live []string
	var visits []watch.Visit
	for _, id := range holders {
		loaded, err := e.Store.Load(ctx, id)
		if err != nil {
			return err
		}
		if of := loaded.Watch.Live(); len(of) > 0 {
			live = append(live, id)
			visits = append(visits, of...)
		}
	}
	reading, err := e.readFor(ctx, holders[0], r)
	if err != nil {
		return err
	}
	danger := reading.Intent == checkin.Duress || reading.Intent == checkin.Distress
	switch {
	case danger && len(live) != 1:
		if len(live) == 0 {
			live = holders
		}
		return e.cryForAll(ctx, live, r)
	case len(live) == 1:
		return e.textFrom(ctx, live[0], r)
	case len(live) == 0:
		return e.textFrom(ctx, holders[0], r)
	}
	for _, id := range live {
		if i := slices.IndexFunc(visits, func(v watch.Visit) bool { return v.Reference == reading.Reference }); reading.Reference != "" && i >= 0 {
			loaded, err := e.Store.Load(ctx, id)
			if err != nil {
				return err
			}
			if _, found := loaded.Watch.Visit(visits[i].ID); found {
				return e.textFrom(ctx, id, r)
			}
		}
	}
	return e.askWho(ctx, live[0], r, visits)
}

// cryForAll raises an alarm for each holder of a shared phone. The inbox row is
// done with the last of them, so that a crash between repeats the cry.
func (e *Engine) cryForAll(ctx context.Context, live []string, r store.Received) error {
	for i, id := range live {
		g := given{in: watch.Input{ID: inputID(r) + "/" + id, Via: chanSMS},
			words: Words{Text: r.Body.Reveal(), From: r.From.E164()}, origin: r.From}
		if i == len(live)-1 {
			g.received = []store.ReceivedRef{{Provider: r.Provider, ID: r.ID}}
		}
		if err := e.hear(ctx, r.ReceivedAt, id, g, heard{body: r.Body}); err != nil {
			return err
		}
	}
	return nil
}

// fetchBack asks a provider for a text that would end a visit, and gives the
// core its answer.
func (e *Engine) fetchBack(ctx context.Context, m store.Message, input string) error {
	provider, id, _ := cutProvider(input)
	found, forged := false, false
	if p, known := e.Providers[provider]; known {
		_, err := p.Fetch(ctx, id)
		found = err == nil
		forged = errors.Is(err, channel.ErrNoMessage) && m.Attempts >= mostTries // a provider may be slow to know its own
	}
	g := given{in: watch.Input{ID: input + "/fetched/" + e.newID(e.Now()), Via: "clock",
		Event: watch.Fetched{Message: input, Found: found, Forged: forged}}, origin: m.To}
	if _, err := e.handle(ctx, e.Now(), m.Worker, g); err != nil {
		return err
	}
	if !found && !forged {
		return errNotYet
	}
	return nil
}

func cutProvider(input string) (provider, id string, ok bool) {
	for i := range input {
		if input[i] == '/' {
			return input[:i], input[i+1:], true
		}
	}
	return "", input, false
}

// CatchUp asks the providers for texts that their webhooks did not bring.
func (e *Engine) CatchUp(ctx context.Context, since time.Time) error {
	for name, p := range e.Providers {
		for r, err := range p.Received(ctx, since) {
			if err != nil {
				return fmt.Errorf("list texts of %s: %w", name, err)
			}
			r.ReceivedAt = e.Now() // on our clock: the provider's may not be a rehearsal's
			if err := e.Receive(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}
