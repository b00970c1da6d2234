package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	sweep     = 250 * time.Millisecond // the longest that a lost wake-up can cost
	sealEvery = 500 * time.Millisecond
	sealRest  = 25 * time.Millisecond // real: between one signature and the next
	choreEach = time.Second
	logEach   = time.Minute // real: how often what keeps failing is logged
	// How long the database may take over one step, and over what has no
	// deadline, in real time: a connection whose other end is gone says nothing,
	// and must not hold up everyone else's alarm.
	stepWithin  = 5 * time.Second
	choreWithin = time.Minute
	wayMost     = 100 * time.Millisecond // real: how long steps make way for texts that come in
	dueBatch    = 512                    // workers stepped in one pass
)

// The loops of Run, each with a wake-up of its own.
const (
	loopStep = iota
	loopAlarms
	loopPrompts
	loopInfos
	loopMails
	loopSeal
	loopArrived
	loops
)

// Run does all that falls due until ctx ends, and returns when every goroutine
// it started has ended.
func (e *Engine) Run(ctx context.Context) error {
	e.pulse.passed(e.Now()) // from now on a pass is owed

	e.report(ctx, "time in which nothing ran not looked at", e.resumeWithin(ctx)) // and no reason not to raise alarms

	var wg sync.WaitGroup // every loop ends with ctx
	wg.Go(func() { e.listen(ctx) })
	wg.Go(func() { e.loop(ctx, loopStep, e.stepPass) })
	for i, l := range lanes {
		wg.Go(func() { e.lane(ctx, loopAlarms+i, l) })
	}
	wg.Go(func() { e.loop(ctx, loopSeal, e.sealPass) })
	wg.Go(func() { e.mails(ctx) })
	wg.Go(func() { e.chores(ctx) })
	wg.Go(func() { e.imports(ctx) })
	wg.Go(func() { e.inviting(ctx) })
	wg.Go(func() { e.writesCalendars(ctx) })
	wg.Go(func() { e.watchStore(ctx) })
	wg.Wait()
	e.asks.wg.Wait()
	// What was claimed and not handed over goes to the next process at once.
	return e.Store.Release(context.WithoutCancel(ctx), e.Node, e.Now())
}

// listen hears of what other nodes commit; where there are none it ends at once.
// Whatever it misses the sweep finds.
func (e *Engine) listen(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		err := e.Store.Listen(ctx, e.woken)
		if err == nil {
			return
		}
		e.report(ctx, "other nodes not heard", err)
		timer.Reset(time.Second)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
	}
}

// loop makes passes: at once while there is more to do, else when something is
// committed, when the next wake comes, or after the sweep.
func (e *Engine) loop(ctx context.Context, which int, pass func(context.Context) (wait time.Duration)) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		wait := pass(ctx)
		if wait <= 0 {
			continue
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-e.wakes[which]:
		}
	}
}

// stepPass steps the texts that wait and the workers whose wake has come, and
// says how long nothing is due.
func (e *Engine) stepPass(ctx context.Context) time.Duration {
	at := e.Now()
	n, err := e.stepDue(ctx, e.askAside) // first: it steps the texts of those who are due itself, and need not wait for all the others'
	more := n >= dueBatch
	if err == nil {
		var texts bool
		texts, err = e.StepWaiting(ctx)
		more = more || texts
	}
	e.keepsFailing(ctx, "pass not finished", err)
	if err != nil {
		return sweep
	}
	e.pulse.passed(e.Now())
	if more && e.pulse.heardSince(at) {
		e.makeWay(ctx, at)
	}
	if more {
		return 0
	}
	return e.untilWake(ctx, at)
}

// makeWay leaves the machine to the texts that come in for as long as the last
// pass took: what is not stored yet can be lost, what waits here cannot, and the
// more wait the less each costs. It holds up nobody's deadline.
func (e *Engine) makeWay(ctx context.Context, began time.Time) {
	rest(ctx, min(e.Clock.Real(e.Now().Sub(began)), wayMost, e.untilWake(ctx, began)))
}

// untilWake is how long the loop may sleep after a pass that began at an
// instant; never longer than the sweep. What was due by then had its turn: a
// worker whose step fails must not keep the next one's deadline waiting, nor the
// loop from sleeping.
func (e *Engine) untilWake(ctx context.Context, began time.Time) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	next, err := e.Store.NextDue(ctx, began)
	if err != nil || next.IsZero() {
		return sweep
	}
	return min(e.Clock.Real(next.Sub(e.Now())), sweep)
}

// StepDue gives an Elapsed to the workers whose wake has come, earliest first,
// and says how many there were.
func (e *Engine) StepDue(ctx context.Context) (int, error) { return e.stepDue(ctx, e.askInTurn) }

// stepDue steps those of whom nothing is to be asked first, and leaves the
// others to ask.
func (e *Engine) stepDue(ctx context.Context, ask func(ctx context.Context, late []claimed)) (int, error) {
	at := e.Now()
	due, err := e.whoIsDue(ctx, at)
	if err != nil {
		return 0, err
	}
	due = slices.DeleteFunc(due, func(id string) bool { return e.pulse.resting(id, at) || e.asks.under(id) })
	if len(due) == 0 {
		return 0, nil
	}
	e.report(ctx, "texts of those who are due not stepped", e.stepOwn(ctx, due)) // and no reason to keep an alarm from opening
	late := make([]claimed, len(due))
	e.each(len(due), func(i int) {
		e.elapse(ctx, at, due[i], func() error {
			c, found, err := e.tick(ctx, at, due[i])
			if found {
				late[i] = c
			}
			return err
		})
	})
	ask(ctx, slices.DeleteFunc(late, func(c claimed) bool { return c.worker == "" }))
	return len(due), nil
}

func (e *Engine) whoIsDue(ctx context.Context, at time.Time) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, stepWithin)
	defer cancel()
	due, err := e.Store.DueWorkers(ctx, at, dueBatch+e.pulse.stuckNow()+e.asks.count()) // those who are stuck must not fill the batch
	if err != nil {
		return nil, fmt.Errorf("read who is due: %w", err)
	}
	return due, nil
}

// elapse steps one worker for whom time has passed. One whose step fails must
// not stop the others, and people are told.
func (e *Engine) elapse(ctx context.Context, at time.Time, worker string, step func() error) {
	err := guard(step)
	if err == nil || ctx.Err() != nil {
		e.pulse.well(worker)
		return
	}
	e.Log.Error("worker not stepped", "worker", worker, "error", err)
	ails := e.worthTelling(stepOf(worker))
	if e.pulse.failed(worker, at, e.Clock.Plan(sweep)) >= mostTries && ails {
		e.report(ctx, "tell of stuck worker", e.tellStuck(ctx, at, worker)) // once an hour
	}
}

// sealPass gathers new history into the signed chain.
func (e *Engine) sealPass(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, choreWithin)
	defer cancel()
	n, err := e.Store.Seal(ctx, e.Now())
	e.keepsFailing(ctx, "history not sealed", err)
	if n > 0 { // what comes now shares the next signature: under load each would have a transaction of its own
		rest(ctx, sealRest)
	}
	return sealEvery
}

// rest waits, or until ctx ends.
func rest(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// chores does what has no deadline to the second.
func (e *Engine) chores(ctx context.Context) {
	timer := time.NewTimer(choreEach)
	defer timer.Stop()
	for {
		e.keepsFailing(ctx, "chores not done", e.choresWithin(ctx))
		timer.Reset(choreEach)
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

func (e *Engine) resumeWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, choreWithin/2)
	defer cancel()
	return guard(func() error { return e.Resume(ctx) })
}

func (e *Engine) choresWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, choreWithin)
	defer cancel()
	return guard(func() error { return e.Chores(ctx) })
}
