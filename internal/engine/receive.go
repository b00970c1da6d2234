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
	"github.com/allclear-safety/allclear/internal/private"
	"github.com/allclear-safety/allclear/internal/store"
	"github.com/allclear-safety/allclear/internal/watch"
)

const (
	waitingBatch = 512              // texts taken from the inbox at a time
	crowd        = 128              // so many at once, and more wait by the time they are stepped
	stepping     = 64               // workers stepped side by side
	askStands    = 30 * time.Minute // how long a question to a shared phone can be answered
	mostTries    = 5                // failures after which a text is set aside and told to people
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
// which they were received, and says whether they were so many that more will wait.
func (e *Engine) StepWaiting(ctx context.Context) (more bool, err error) {
	rows, err := e.waiting(ctx, store.Received{})
	if err != nil {
		return false, err
	}
	e.stepTexts(ctx, rows)
	return len(rows) >= crowd, nil
}

// waiting reads a batch of the inbox. A text that cannot be opened is among
// them, without its words: it is to be set aside, and the others go on.
func (e *Engine) waiting(ctx context.Context, after store.Received) ([]store.Received, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	rows, err := e.Store.Waiting(ctx, after, waitingBatch)
	if err != nil && len(rows) == 0 {
		return nil, fmt.Errorf("read inbox: %w", err)
	}
	e.report(ctx, "texts not opened", err)
	return rows, nil
}

// stepTexts steps texts, those of one sender in their order: one that failed and
// is to be tried again holds back the sender's later ones.
func (e *Engine) stepTexts(ctx context.Context, rows []store.Received) {
	var senders [][]store.Received
	place := map[phone.Number]int{}
	for _, r := range rows {
		i, found := place[r.From]
		if !found || r.From.IsZero() {
			i = len(senders)
			place[r.From] = i
			senders = append(senders, nil)
		}
		senders[i] = append(senders[i], r)
	}
	e.each(len(senders), func(i int) { e.stepSender(ctx, senders[i]) })
}

// stepOwn steps the texts of these workers that wait, however long the inbox is:
// their texts go before their Elapsed.
func (e *Engine) stepOwn(ctx context.Context, workers []string) error {
	var own []store.Received
	var last store.Received
	for {
		rows, err := e.waiting(ctx, last)
		if err != nil {
			return err
		}
		for _, r := range rows {
			mine, err := e.sentByOne(ctx, workers, r)
			if err != nil {
				return err
			}
			if mine {
				own = append(own, r)
			}
			last = r
		}
		if len(rows) < waitingBatch {
			break
		}
	}
	e.stepTexts(ctx, own)
	return nil
}

// sentByOne says whether one of the workers holds the phone that the text is from.
func (e *Engine) sentByOne(ctx context.Context, workers []string, r store.Received) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	pages, err := e.dir.open(ctx)
	if err != nil {
		return false, err
	}
	holders, err := pages.holding(ctx, r.From)
	if err != nil {
		return false, fmt.Errorf("find sender: %w", err)
	}
	return slices.ContainsFunc(holders, func(id string) bool { return slices.Contains(workers, id) }), nil
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
// It is done when it was stepped or set aside.
func (e *Engine) stepText(ctx context.Context, r store.Received) (done bool) {
	err := guard(func() error {
		brief, cancel := context.WithTimeout(ctx, stepWithin)
		defer cancel()
		return e.takeText(brief, r)
	})
	ailment := "text " + inputID(r)
	if err == nil || ctx.Err() != nil {
		e.pulse.recovered(ailment)
		return err == nil
	}
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	e.Log.Error("text not stepped", "provider", r.Provider, "message", r.ID, "error", err)
	ails := e.worthTelling(ailment)
	attempts, err := e.Store.Tried(ctx, r.Ref())
	if err != nil || attempts < mostTries || !ails {
		return false
	}
	if err = e.tellAside(ctx, r); err == nil {
		e.pulse.recovered(ailment)
		err = e.Store.SetAside(ctx, r.Ref(), "could not be stepped", e.Now())
	}
	e.report(ctx, "text not set aside", err)
	return err == nil
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

var errUnreadable = errors.New("its words cannot be opened")

// takeText finds out whose text it is.
func (e *Engine) takeText(ctx context.Context, r store.Received) error {
	if r.From.IsZero() && r.RawFrom.IsZero() && r.Body.IsZero() {
		return errUnreadable
	}
	pages, err := e.dir.open(ctx)
	if err != nil {
		return err
	}
	holders, err := pages.holding(ctx, r.From)
	if err != nil {
		return fmt.Errorf("find sender: %w", err)
	}
	if len(holders) > 0 {
		e.report(ctx, "note a number that was reached", e.Store.NumberReached(ctx, r.From))
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
	g := e.textGiven(r)
	return e.hear(ctx, r.ReceivedAt, worker, g, heard{body: r.Body, doubtful: e.fetchable(r)})
}

func (e *Engine) textGiven(r store.Received) given {
	return given{
		in:       watch.Input{ID: inputID(r), Via: chanSMS},
		words:    Words{Text: r.Body.Reveal(), From: r.From.E164()},
		origin:   r.From,
		received: []store.ReceivedRef{r.Ref()},
	}
}

func (e *Engine) fetchable(r store.Received) bool {
	_, known := e.Providers[r.Provider]
	return known
}

func inputID(r store.Received) string { return r.Provider + "/" + r.ID }

// sharedPhone steps a text from a phone that several people hold: it matches
// each with a live visit; a cry for help alarms for all of them (rule 8.10).
func (e *Engine) sharedPhone(ctx context.Context, holders []string, r store.Received) error {
	var live, of []string // who has live visits, and whose each of the visits is
	var visits []watch.Visit
	for _, id := range holders {
		loaded, err := e.Store.Load(ctx, id)
		if err != nil {
			return err
		}
		for i, v := range loaded.Watch.Live() {
			if i == 0 {
				live = append(live, id)
			}
			of, visits = append(of, id), append(visits, v)
		}
	}
	who := live
	if len(live) == 0 {
		who = holders
	}
	reading, danger, err := e.readForAll(ctx, who, r)
	switch {
	case err != nil:
		return err
	case len(live) == 1:
		return e.textFrom(ctx, live[0], r)
	case danger != "":
		return e.cryForAll(ctx, who, r, danger == checkin.Distress)
	case len(live) == 0:
		return e.textFrom(ctx, holders[0], r)
	}
	for i, v := range visits {
		if v.Reference == reading.Reference {
			return e.nowNamed(ctx, of[i], v, reading, r)
		}
	}
	return e.askWho(ctx, live[0], r, visits)
}

// readForAll understands a text in the context of each who may have sent it: the
// first reading, and which cry for help it is by anyone's.
func (e *Engine) readForAll(ctx context.Context, who []string, r store.Received) (reading checkin.Reading, danger checkin.Intent, err error) {
	for i, id := range who {
		one, err := e.readFor(ctx, id, r)
		if err != nil {
			return one, "", err
		}
		if i == 0 {
			reading = one
		}
		if one.Intent == checkin.Duress || one.Intent == checkin.Distress && danger == "" {
			danger = one.Intent
		}
	}
	return reading, danger, nil
}

// nowNamed steps a text of a shared phone that names its visit. A bare code is
// the answer to what was asked back: it is what that phone said before.
func (e *Engine) nowNamed(ctx context.Context, worker string, v watch.Visit, reading checkin.Reading, r store.Received) error {
	before, err := e.askedBack(ctx, r)
	if err != nil || reading.Intent != checkin.Unclear || before.IsZero() {
		return errors.Join(err, e.textFrom(ctx, worker, r))
	}
	g := e.textGiven(r)
	g.words.Note = before.Reveal()
	return e.hear(ctx, r.ReceivedAt, worker, g, heard{body: before, visit: v.ID, doubtful: e.fetchable(r)})
}

// askedBack is what a shared phone said when it was last asked which visit it
// meant, if that was lately.
func (e *Engine) askedBack(ctx context.Context, r store.Received) (private.Text, error) {
	entries, err := e.Store.Entries(ctx, unknownChain, r.ReceivedAt.Add(-askStands), r.ReceivedAt.Add(time.Second))
	if err != nil {
		return private.Text{}, fmt.Errorf("read what was asked back: %w", err)
	}
	for _, entry := range slices.Backward(entries) {
		if w, err := WordsOf(entry); err == nil && entry.Kind == askedWhich && w.From == r.From.E164() {
			return private.New(w.Text), nil
		}
	}
	return private.Text{}, nil
}

// cryForAll raises an alarm for each holder of a shared phone. The inbox row is
// done with the last of them, so that a crash between repeats the cry. An open cry
// is one for each, though only one of them was asked what it answers.
func (e *Engine) cryForAll(ctx context.Context, live []string, r store.Received, open bool) error {
	for i, id := range live {
		g := given{in: watch.Input{ID: inputID(r) + "/" + id, Via: chanSMS},
			words: Words{Text: r.Body.Reveal(), From: r.From.E164()}, origin: r.From}
		if i == len(live)-1 {
			g.received = []store.ReceivedRef{r.Ref()}
		}
		h := heard{body: r.Body}
		if own, err := e.readFor(ctx, id, r); err != nil {
			return err
		} else if open && !isCry(own) {
			h.reading = &checkin.Reading{Intent: checkin.Distress}
		}
		if err := e.hear(ctx, r.ReceivedAt, id, g, h); err != nil {
			return err
		}
	}
	return nil
}
