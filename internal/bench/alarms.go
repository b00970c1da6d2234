package bench

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/allclear-safety/allclear/internal/standin/twilio"
)

// AlarmSize is how many alarms are raised.
type AlarmSize struct {
	Alone    int           // visits that fall due one after the other
	Every    time.Duration // so far apart
	Together int           // visits that fall due at one instant
}

// What is asked of alarms.
const (
	aloneWithin    = 50 * time.Millisecond
	togetherWithin = 2 * time.Second
)

const (
	lead     = 2 * time.Second       // between the last booking and the first deadline
	perVisit = 10 * time.Millisecond // allowed for a booking
	patience = time.Minute           // for the last alarm
)

// Alarms measures how long after its deadline an alarm's first text is at the provider: one alarm at a time, then many at one instant.
func Alarms(ctx context.Context, o Options, size AlarmSize) ([]Figure, error) {
	return o.withSystem(ctx, func(s *system) (figures []Figure, err error) {
		if err := s.settle(ctx, o, size.Alone+size.Together); err != nil {
			return nil, err
		}
		err = o.profiled(func() error {
			figures, err = s.measureAlarms(ctx, o, size)
			return err
		})
		return figures, err
	})
}

func (s *system) measureAlarms(ctx context.Context, o Options, size AlarmSize) ([]Figure, error) {
	alone, _, err := s.raise(ctx, o, "alarms one at a time", 0, size.Alone, size.Every)
	if err != nil {
		return nil, err
	}
	together, used, err := s.raise(ctx, o, "alarms at one instant", size.Alone, size.Together, 0)
	if err != nil {
		return nil, err
	}
	figures := spread("deadline to hand-over, one at a time", alone, aloneWithin)
	crowd := spread(fmt.Sprintf("deadline to hand-over, %s at one instant", thousands(size.Together)), together, 0)
	last := atMost(fmt.Sprintf("deadline to hand-over, the last of %s", thousands(size.Together)), quantile(sorted(together), 1), togetherWithin)
	cost := Figure{Name: "processor time for each of these, load and stand-in included", Value: written(used / time.Duration(max(size.Together, 1)))}
	return append(append(figures, crowd[:2]...), last, cost), nil
}

// raise books a visit for each of n workers, lets them fall due, and gives how late each alarm's text was, and the processor time that went
// into it.
func (s *system) raise(ctx context.Context, o Options, what string, first, n int, every time.Duration) ([]time.Duration, time.Duration, error) {
	w := newWaiting(n)
	s.twilio.watch(w.see)
	base := time.Now().Add(lead + time.Duration(n)*perVisit).Truncate(time.Millisecond)
	err := each(ctx, n, func(done int) { o.progress("visits booked", done, n) }, func(ctx context.Context, i int) error {
		due := base.Add(time.Duration(i) * every)
		visit, err := s.book(ctx, first+i, base.Add(-time.Hour), due)
		w.expect(visit.Reference, responderNo(team(first+i)), due)
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	used := processorTime()
	last := base.Add(time.Duration(n-1) * every)
	for time.Now().Before(last.Add(patience)) && w.left() > 0 {
		if err := keepFirst(pause(ctx, 50*time.Millisecond), s.ended()); err != nil {
			return nil, 0, err
		}
		o.progress(what, n-w.left(), n)
	}
	if left := w.left(); left > 0 {
		return nil, 0, fmt.Errorf("%d of %d alarms were not handed over within %s of the last deadline", left, n, patience)
	}
	return w.late(), processorTime() - used, nil
}

// waiting knows which alarms are awaited and when each came.
type waiting struct {
	mu     sync.Mutex
	alarms map[string]*awaited // by the visit's reference, which each alarm's text begins with
	open   int
}

type awaited struct {
	responder string
	due, came time.Time
}

func newWaiting(n int) *waiting { return &waiting{alarms: make(map[string]*awaited, n)} }

func (w *waiting) expect(reference, responder string, due time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.alarms[reference] = &awaited{responder: responder, due: due}
	w.open++
}

// see notes a text at the instant it comes.
func (w *waiting) see(m twilio.Message) {
	at := time.Now()
	reference, _, _ := strings.Cut(m.Body, " ")
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.alarms[reference]; a != nil && a.came.IsZero() && m.To == a.responder && !at.Before(a.due) {
		a.came = at
		w.open--
	}
}

func (w *waiting) left() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.open
}

func (w *waiting) late() (times []time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.alarms {
		times = append(times, a.came.Sub(a.due))
	}
	return times
}

// pause waits, or gives the error of a benchmark that was called off.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
