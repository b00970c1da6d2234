package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// CheckinSize is how hard texts come in.
type CheckinSize struct {
	Clients int           // senders at once, each a worker of their own, each with a connection that is kept
	For     time.Duration // how long they send
}

// What is asked of check-ins, on SQLite.
const (
	storedRate  = 5000
	steppedRate = 2000
	drainWithin = 5 * time.Second
	drainMost   = 5 * time.Minute // how long a backlog is watched
)

// Metrics of the program that tell of its backlog.
const (
	waitingMetric = "allclear_texts_waiting"
	pendingMetric = "allclear_messages_pending"
)

// Checkins measures how many texts a second the signed webhook stores and answers, and how many are understood and acted on at the same
// time. A text counts as answered when its 2xx has come; as stepped when it no longer waits.
func Checkins(ctx context.Context, o Options, size CheckinSize) ([]Figure, error) {
	return o.withSystem(ctx, func(s *system) (figures []Figure, err error) {
		if err := s.settle(ctx, o, size.Clients); err != nil {
			return nil, err
		}
		now := time.Now()
		for i := range size.Clients {
			if _, err := s.book(ctx, i, now.Add(-time.Minute), now.Add(time.Hour)); err != nil {
				return nil, err
			}
		}
		err = o.profiled(func() error {
			figures, err = s.measureCheckins(ctx, o, size)
			return err
		})
		return figures, err
	})
}

func (s *system) measureCheckins(ctx context.Context, o Options, size CheckinSize) ([]Figure, error) {
	senders, err := s.senders(size.Clients)
	if err != nil {
		return nil, err
	}
	began, used := time.Now(), processorTime()
	until := began.Add(size.For)
	var wg sync.WaitGroup
	for _, c := range senders {
		wg.Go(func() { c.sendUntil(until) })
	}
	wg.Wait()
	took := time.Since(began)
	left, err := s.gauge(ctx, waitingMetric, pendingMetric)
	if err != nil {
		return nil, err
	}
	drained, told, err := s.drain(ctx, o, int(left[0]))
	if err != nil {
		return nil, err
	}
	used = processorTime() - used
	all := sum(senders)
	stored := float64(all.stored) / took.Seconds()
	stepped := float64(all.stored-int(left[0])) / took.Seconds()
	answers := spread("from sending a text to its answer", all.times, 0)
	return []Figure{
		atLeast(fmt.Sprintf("texts stored and answered, %d senders", size.Clients), stored, storedRate),
		answers[0], answers[1],
		{Name: "texts refused or not answered", Value: thousands(all.refused), Target: "none", Met: all.refused == 0},
		atLeast("texts stepped in the same time", stepped, steppedRate),
		{Name: "texts waiting at the end", Value: thousands(int(left[0]))},
		atMost("until the last of these was stepped", drained, drainWithin),
		{Name: "replies waiting at the end", Value: thousands(int(left[1]))},
		{Name: "until the last reply was handed over", Value: written(told)},
		{Name: "processor time for each text, from storing to its reply, load and stand-in included", Value: written(used / time.Duration(max(all.stored, 1)))},
	}, all.err
}

// drain waits until no text waits, then until no message does, and gives how long each took.
func (s *system) drain(ctx context.Context, o Options, backlog int) (stepped, told time.Duration, err error) {
	began := time.Now()
	for {
		left, err := s.gauge(ctx, waitingMetric, pendingMetric)
		if err != nil {
			return 0, 0, err
		}
		took := time.Since(began)
		if left[0] > 0 || stepped == 0 {
			stepped = took
		}
		if left[0]+left[1] == 0 {
			return stepped, took, nil
		}
		if took > drainMost {
			return 0, 0, fmt.Errorf("%v texts and %v messages still wait after %s", left[0], left[1], drainMost)
		}
		o.progress("backlog stepped", backlog-int(left[0]), backlog)
		if err := keepFirst(s.ended(), pause(ctx, 50*time.Millisecond)); err != nil {
			return 0, 0, err
		}
	}
}

// tally is what came of sending.
type tally struct {
	stored, refused int
	times           []time.Duration
	err             error // the first sender's that had to give up
}

func sum(senders []*sender) (all tally) {
	for _, c := range senders {
		all.stored += c.stored
		all.refused += c.refused
		all.times = append(all.times, c.times...)
		all.err = keepFirst(all.err, c.err)
	}
	slices.Sort(all.times)
	return all
}
